"""The text of one Word paragraph: what a reader of the page would see.

In: a w:p element. Out: its pieces (split at line and page breaks) and the text boxes anchored in it. Hidden text,
deleted revisions and field codes are left out and counted; inserted revisions and field results stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from assistant.formats.read_docx_numbering import value, w
from assistant.formats.read_docx_styles import Styles, toggle

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
CHOICE, FALLBACK, ALTERNATE = f"{_MC}Choice", f"{_MC}Fallback", f"{_MC}AlternateContent"
BREAK, PAGE = "\n", "\f"
DELETED = {w("del"), w("moveFrom")}
_TRANSPARENT = {
    w(name)
    for name in (
        "hyperlink",
        "smartTag",
        "customXml",
        "sdt",
        "sdtContent",
        "ins",
        "moveTo",
        "fldSimple",
        "dir",
        "bdo",
    )
}
_GRAPHIC = {w("drawing"), w("pict"), w("object")}
_BOX = w("txbxContent")


@dataclass(slots=True)
class Counts:
    """What was left out of the whole document."""

    seen: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str) -> None:
        self.seen[kind] += 1


@dataclass(slots=True)
class Fields:
    """Open complex fields, innermost last; True once the result has begun."""

    open: list[bool] = field(default_factory=list)

    @property
    def in_code(self) -> bool:
        return not all(self.open)

    def char(self, kind: str) -> None:
        if kind == "begin":
            self.open.append(False)
        elif self.open and kind == "separate":
            self.open[-1] = True
        elif self.open and kind == "end":
            self.open.pop()

    def settle(self) -> None:
        """At a paragraph's end: a code that never reached its result must not swallow the rest of the text."""
        self.open = [True for _ in self.open]


@dataclass(slots=True)
class RunReader:
    """Reads paragraphs one after the other; fields may span several."""

    styles: Styles
    counts: Counts
    fields: Fields = field(default_factory=Fields)

    def read(self, paragraph: Element) -> tuple[str, list[Element]]:
        """Text with ``BREAK`` and ``PAGE`` marks inside, and the w:txbxContent elements met."""
        out: list[str] = []
        boxes: list[Element] = []
        self._inline(paragraph, out, boxes)
        self.fields.settle()
        return "".join(out), boxes

    def _inline(self, parent: Element, out: list[str], boxes: list[Element]) -> None:
        for child in parent:
            tag = child.tag
            if tag == w("r"):
                self._run(child, out, boxes)
            elif tag in _TRANSPARENT:
                self._inline(child, out, boxes)
            elif tag in DELETED:
                self.counts.add("deleted")
            elif tag == ALTERNATE:
                for branch in branch_of(child):
                    self._inline(branch, out, boxes)
            elif isinstance(tag, str) and tag.startswith(_MATH):
                out.extend(t.text or "" for t in child.iter(f"{_MATH}t"))

    def _run(self, run: Element, out: list[str], boxes: list[Element]) -> None:
        if self._is_hidden(run):
            if any(t.text for t in run.iter(w("t"))):
                self.counts.add("hidden")
            return
        for child in run:
            self._run_child(child, out, boxes)

    def _run_child(self, child: Element, out: list[str], boxes: list[Element]) -> None:
        tag = child.tag
        if tag == w("fldChar"):
            self.fields.char(child.get(w("fldCharType"), ""))
        elif tag == ALTERNATE:
            for branch in branch_of(child):
                for inner in branch:
                    self._run_child(inner, out, boxes)
        elif tag in _GRAPHIC:
            boxes.extend(outer_boxes(child))
        elif tag == w("ruby"):
            for base in child.findall(w("rubyBase")):
                self._inline(base, out, boxes)
        elif not self.fields.in_code:
            out.append(_plain(child))

    def _is_hidden(self, run: Element) -> bool:
        properties = run.find(w("rPr"))
        said = toggle(properties, "vanish")
        if said is not None or properties is None:
            return bool(said)
        return self.styles.hidden(value(properties.find(w("rStyle"))))


def branch_of(alternate: Element) -> list[Element]:
    """One branch of mc:AlternateContent: the Choice that holds text, else the Fallback, never both."""
    choices = [e for e in alternate if e.tag == CHOICE]
    fallbacks = [e for e in alternate if e.tag == FALLBACK]
    for branch in choices + fallbacks:
        if any(t.text for t in branch.iter(w("t"))):
            return [branch]
    return (choices + fallbacks)[:1]


def outer_boxes(graphic: Element) -> Iterator[Element]:
    """Text boxes of a drawing, outermost only, one branch of every alternative."""
    for child in graphic:
        if child.tag == _BOX:
            yield child
        elif child.tag == ALTERNATE:
            for branch in branch_of(child):
                yield from outer_boxes(branch)
        else:
            yield from outer_boxes(child)


def _plain(child: Element) -> str:
    tag = child.tag
    if tag == w("t"):
        return child.text or ""
    if tag == w("tab") or tag == w("ptab"):
        return "\t"
    if tag == w("br"):
        return BREAK if child.get(w("type"), "textWrapping") == "textWrapping" else PAGE
    if tag == w("cr"):
        return BREAK
    if tag == w("noBreakHyphen"):
        return "-"
    return _symbol(child.get(w("char"), "")) if tag == w("sym") else ""


def _symbol(code: str) -> str:
    """w:sym: a character of a symbol font; those of the private area have no text of their own."""
    try:
        point = int(code, 16)
    except ValueError:
        return ""
    private = 0xE000 <= point <= 0xF8FF or 0xD800 <= point <= 0xDFFF or not 0x20 <= point <= 0x10FFFF
    return "□" if private else chr(point)
