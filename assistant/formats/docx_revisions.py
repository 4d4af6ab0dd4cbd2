"""Tracked changes written into a Word paragraph: what is taken out stays as a deletion, what comes in as an insertion.

In: a paragraph, a span of ``paragraph_text`` and the new text. The paragraph's own runs keep their properties; the new text
takes those of the first character it replaces. Fields, pictures and content of other kinds are left alone (False).
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from assistant.formats.docx_comments import Author, covered_runs
from assistant.formats.printable import printable

if TYPE_CHECKING:
    from docx.text.paragraph import Paragraph

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_PLAIN = {_W + "t", _W + "rPr", _W + "tab", _W + "noBreakHyphen"}
_REVISED = {_W + "ins", _W + "moveTo"}


def track_change(
    paragraph: Paragraph, start: int, end: int, text: str, author: Author, *, id: int, when: datetime
) -> bool:
    """Replace ``paragraph_text(paragraph)[start:end]``; an empty ``text`` only takes out, an empty span only puts in
    (after the character before it). False where that is not safe.
    Changes of one paragraph go from its end to its beginning: what stands before a change keeps its offsets."""
    if start >= end:
        return bool(text) and start > 0 and _put(paragraph, start, text, _attributes(author, id, when))
    runs = covered_runs(paragraph._p, start, end)
    if not runs or not all(_is_plain(run, paragraph._p) for run in runs):
        return False
    last = None
    for number, run in enumerate(runs):
        last = _deleted(run, _attributes(author, id + number, when))
    if text and last is not None:
        last.addnext(_inserted(runs[0], printable(text), _attributes(author, id + len(runs), when)))
    return True


def _put(paragraph: Paragraph, at: int, text: str, attributes: dict[str, str]) -> bool:
    before = covered_runs(paragraph._p, at - 1, at)
    if len(before) != 1 or not _is_plain(before[0], paragraph._p):
        return False
    before[0].addnext(_inserted(before[0], printable(text), attributes))
    return True


def _is_plain(run: Any, p: Any) -> bool:
    """Text only, straight in the paragraph or a hyperlink: not in a field, nor in somebody else's insertion."""
    if any(child.tag not in _PLAIN for child in run):
        return False
    parent = run.getparent()
    while parent is not p:
        if parent.tag in _REVISED or parent.tag == _W + "fldSimple":
            return False
        parent = parent.getparent()
    return not _in_field(run, p)


def _in_field(run: Any, p: Any) -> bool:
    depth = 0
    for element in p.iter(_W + "fldChar", _W + "r"):
        if element is run:
            return depth > 0
        kind = element.get(_W + "fldCharType")
        depth += 1 if kind == "begin" else -1 if kind == "end" else 0
    return False


def _attributes(author: Author, id: int, when: datetime) -> dict[str, str]:
    return {
        _W + "id": str(id),
        _W + "author": printable(author.name),
        _W + "date": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _deleted(run: Any, attributes: dict[str, str]) -> Any:
    """The run inside a w:del; its text becomes deleted text."""
    wrapper = run.makeelement(_W + "del", attributes)
    run.addprevious(wrapper)
    wrapper.append(run)
    for t in list(run.iter(_W + "t")):
        t.tag = _W + "delText"
        t.set(_SPACE, "preserve")
    return wrapper


def _inserted(model: Any, text: str, attributes: dict[str, str]) -> Any:
    wrapper = model.makeelement(_W + "ins", attributes)
    run = model.makeelement(_W + "r")
    properties = model.find(_W + "rPr")
    if properties is not None:
        run.append(deepcopy(properties))
    t = model.makeelement(_W + "t", {_SPACE: "preserve"})
    t.text = text
    run.append(t)
    wrapper.append(run)
    return wrapper


def highest_id(root: Any) -> int:
    """The highest id of any revision of the document, so that new ones follow it."""
    return max(_ids(root), default=0)


def _ids(root: Any) -> Iterator[int]:
    for name in ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "sectPrChange", "tblPrChange"):
        for element in root.iter(_W + name):
            value = element.get(_W + "id", "")
            if value.lstrip("-").isdigit():
                yield int(value)
