"""Word comments anchored at exact characters of any paragraph, zhibi's own or not.

Offsets count the characters of ``paragraph_text``: the text a reader sees, in runs that stand in the paragraph itself or inside
hyperlinks, insertions, fields and content controls; deleted text and text boxes do not count. A run is split where an anchor
starts or ends inside it; each part keeps the run's properties, and no text changes.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assistant.formats.printable import printable

if TYPE_CHECKING:
    from docx.comments import Comment
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_WRAPPERS = {
    _W + tag
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
    _W + "tab": "\t",
    _W + "br": "\n",
    _W + "cr": "\n",
    _W + "noBreakHyphen": "-",
    _W + "ptab": "\t",
}

_Element = Any  # lxml has no types of its own


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
    lines = "\n".join(printable(line) for line in text.split("\n"))
    comment = document.comments.add_comment(
        text=lines, author=printable(author.name), initials=author.initials
    )
    if when is not None:
        comment._comment_elm.date = when
    _mark(paragraph._p, covered_runs(paragraph._p, start, end), comment.comment_id)
    return comment


def covered_runs(p: _Element, start: int, end: int) -> list[_Element]:
    """Runs that hold exactly ``[start:end]``, split where need be; all runs where the span is empty."""
    length = sum(len(_run_text(run)) for run in _runs(p))
    start, end = max(0, min(start, length)), max(0, min(end, length))
    if start >= end:
        return _runs(p)
    _split_at(p, start)
    _split_at(p, end)
    at, covered = 0, []
    for run in _runs(p):
        size = len(_run_text(run))
        if size and start <= at < end:
            covered.append(run)
        at += size
    return covered


def _runs(element: _Element) -> list[_Element]:
    """Runs in reading order, those in wrappers included."""
    found: list[_Element] = []
    for child in element:
        if child.tag == _W + "r":
            found.append(child)
        elif child.tag in _WRAPPERS:
            found += _runs(child)
    return found


def _run_text(run: _Element) -> str:
    return "".join(_piece(child) for child in run)


def _piece(child: _Element) -> str:
    if child.tag == _W + "t":
        return child.text or ""
    return _FIXED.get(child.tag, "")


def _split_at(p: _Element, offset: int) -> None:
    """Make ``offset`` a boundary between runs."""
    at = 0
    for run in _runs(p):
        size = len(_run_text(run))
        if at < offset < at + size:
            _split_run(run, offset - at)
            return
        at += size


def _split_run(run: _Element, offset: int) -> None:
    """Move what follows ``offset`` into a new run of the same properties, right after this one."""
    tail = run.makeelement(run.tag, dict(run.attrib))
    properties = run.find(_W + "rPr")
    if properties is not None:
        tail.append(deepcopy(properties))
    at = 0
    for child in [c for c in run if c.tag != _W + "rPr"]:
        size = len(_piece(child))
        if at >= offset:
            tail.append(child)
        elif at + size > offset:
            tail.append(_split_text(child, offset - at))
        at += size
    run.addnext(tail)


def _split_text(t: _Element, offset: int) -> _Element:
    tail = t.makeelement(t.tag, {_SPACE: "preserve"})
    t.text, tail.text = t.text[:offset], t.text[offset:]
    t.set(_SPACE, "preserve")
    return tail


def _mark(p: _Element, runs: list[_Element], id: int) -> None:
    """Range marks round the runs; the reference stands in the paragraph itself, outside any hyperlink or insertion."""
    start, end = _tag(p, "commentRangeStart", id), _tag(p, "commentRangeEnd", id)
    if runs:
        runs[0].addprevious(start)
        runs[-1].addnext(end)
    else:
        p.append(start)
        p.append(end)
    _outermost(p, end).addnext(_reference(p, id))


def _outermost(p: _Element, element: _Element) -> _Element:
    while element.getparent() is not p:
        element = element.getparent()
    return element


def _reference(p: _Element, id: int) -> _Element:
    run = p.makeelement(_W + "r")
    properties = p.makeelement(_W + "rPr")
    properties.append(p.makeelement(_W + "rStyle", {_W + "val": "CommentReference"}))
    run.append(properties)
    run.append(_tag(p, "commentReference", id))
    return run


def _tag(p: _Element, name: str, id: int) -> _Element:
    return p.makeelement(_W + name, {_W + "id": str(id)})
