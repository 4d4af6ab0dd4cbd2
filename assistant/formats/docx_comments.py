"""Word comments anchored at exact characters of any paragraph, zhibi's own or not.

Offsets count the characters of ``paragraph_text``: the text a reader sees, in runs that stand in the paragraph itself or inside
hyperlinks, insertions, fields and content controls; deleted text and text boxes do not count. A run is split where an anchor
starts or ends inside it; each part keeps the run's properties, and no text changes.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from assistant.formats.docx_runs import SPACE, Element, W, add_run, put, styled
from assistant.formats.printable import printable

if TYPE_CHECKING:
    from docx.comments import Comment
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_WRAPPERS = {
    W + tag
    for tag in (
        "hyperlink",
        "ins",
        "moveTo",
        "smartTag",
        "sdt",
        "sdtContent",
        "fldSimple",
        "customXml",
        "dir",
        "bdo",
    )
}
_FIXED = {
    W + "tab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
    W + "ptab": "\t",
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who a comment is from, as Word shows it."""

    name: str
    initials: str


def paragraph_text(paragraph: Paragraph) -> str:
    """The text that anchors count."""
    return "".join(_run_text(run) for run in _runs(paragraph._p))


def anchor_comment(
    document: Document,
    paragraph: Paragraph,
    start: int,
    end: int,
    text: str,
    author: Author | str,
    *,
    when: datetime | None = None,
) -> Comment:
    """Comment on ``paragraph_text(paragraph)[start:end]``; bounds outside the text are drawn in, and an empty span stands for
    the whole paragraph. Lines of ``text`` become paragraphs of the comment. ``when`` fixes its time."""
    author = author if isinstance(author, Author) else Author(author, printable(author)[:1])
    comment = _new_comment(document, author, when or datetime.now(UTC))
    _fill(comment, [printable(line) for line in text.split("\n")])
    _mark(paragraph._p, covered_runs(paragraph._p, start, end), comment.comment_id)
    return comment


def _new_comment(document: Document, author: Author, when: datetime) -> Comment:
    """Without text. Its elements are made one by one: python-docx parses a template and looks for each one's place, which
    takes more than twice as long."""
    from docx.comments import Comment
    from docx.oxml.simpletypes import ST_DateTime

    comments = document.comments
    element = put(
        comments._comments_elm, "comment", id=str(_free_id(comments._comments_elm)), author=printable(author.name),
        initials=author.initials, date=ST_DateTime.convert_to_xml(when),
    )  # fmt: skip
    run = put(styled(element, "CommentText"), "r")
    put(put(run, "rPr"), "rStyle", val="CommentReference")
    put(run, "annotationRef")
    return Comment(element, comments._comments_part)


def _free_id(comments: Element) -> int:
    highest = max((int(c.get(W + "id", -1)) for c in comments.iterchildren(W + "comment")), default=-1)
    return highest + 1 if highest < 2**31 - 1 else int(comments._next_available_comment_id())


def _fill(comment: Comment, lines: list[str]) -> None:
    """The first line into the paragraph that is there, each of the others into one of its own."""
    element: Element = comment._comment_elm
    if lines == [""]:
        return
    for n, line in enumerate(lines):
        p = styled(element, "CommentText") if n else element[0]
        if line or n == 0:
            add_run(p, line)


def covered_runs(p: Element, start: int, end: int) -> list[Element]:
    """Runs that hold exactly ``[start:end]``, split where need be; all runs where the span is empty."""
    sized = _sized(p)
    length = sum(size for _, size in sized)
    start, end = max(0, min(start, length)), max(0, min(end, length))
    if start >= end:
        return [run for run, _ in sized]
    for offset in (start, end):
        sized = _split_at(p, sized, offset)
    at, covered = 0, []
    for run, size in sized:
        if size and start <= at < end:
            covered.append(run)
        at += size
    return covered


def _sized(p: Element) -> list[tuple[Element, int]]:
    return [(run, len(_run_text(run))) for run in _runs(p)]


def _runs(element: Element) -> list[Element]:
    """Runs in reading order, those in wrappers included."""
    found: list[Element] = []
    for child in element:
        if child.tag == W + "r":
            found.append(child)
        elif child.tag in _WRAPPERS:
            found += _runs(child)
    return found


def _run_text(run: Element) -> str:
    return "".join(_piece(child) for child in run)


def _piece(child: Element) -> str:
    if child.tag == W + "t":
        return child.text or ""
    return _FIXED.get(child.tag, "")


def _split_at(p: Element, sized: list[tuple[Element, int]], offset: int) -> list[tuple[Element, int]]:
    """The runs and their sizes once ``offset`` is a boundary between runs."""
    at = 0
    for run, size in sized:
        if at < offset < at + size:
            _split_run(run, offset - at)
            return _sized(p)
        at += size
    return sized


def _split_run(run: Element, offset: int) -> None:
    """Move what follows ``offset`` into a new run of the same properties, right after this one."""
    tail = run.makeelement(run.tag, dict(run.attrib))
    properties = run.find(W + "rPr")
    if properties is not None:
        tail.append(deepcopy(properties))
    at = 0
    for child in [c for c in run if c.tag != W + "rPr"]:
        size = len(_piece(child))
        if at >= offset:
            tail.append(child)
        elif at + size > offset:
            tail.append(_split_text(child, offset - at))
        at += size
    run.addnext(tail)


def _split_text(t: Element, offset: int) -> Element:
    tail = t.makeelement(t.tag, {SPACE: "preserve"})
    t.text, tail.text = t.text[:offset], t.text[offset:]
    t.set(SPACE, "preserve")
    return tail


def _mark(p: Element, runs: list[Element], id: int) -> None:
    """Range marks round the runs; the reference stands in the paragraph itself, outside any hyperlink or insertion."""
    start, end = _tag(p, "commentRangeStart", id), _tag(p, "commentRangeEnd", id)
    if runs:
        runs[0].addprevious(start)
        runs[-1].addnext(end)
    else:
        p.append(start)
        p.append(end)
    _outermost(p, end).addnext(_reference(p, id))


def _outermost(p: Element, element: Element) -> Element:
    while element.getparent() is not p:
        element = element.getparent()
    return element


def _reference(p: Element, id: int) -> Element:
    run = p.makeelement(W + "r")
    properties = p.makeelement(W + "rPr")
    properties.append(p.makeelement(W + "rStyle", {W + "val": "CommentReference"}))
    run.append(properties)
    run.append(_tag(p, "commentReference", id))
    return run


def _tag(p: Element, name: str, id: int) -> Element:
    return p.makeelement(W + name, {W + "id": str(id)})
