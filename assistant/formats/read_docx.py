"""Text of a .docx through zip and ElementTree: 25 times faster than a full object model, and safer.

In: the bytes of a file of any origin. Out: ``Extract``: paragraphs with automatic numbers printed, table cells with
role ``table``, foot- and endnotes with role ``note`` at the end. Headers, footers and comments are left out.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from assistant.document import Role
from assistant.errors import DocumentError
from assistant.formats.lines import Extract, Line, glue
from assistant.formats.read_docx_numbering import Numbering, parse_numbering, value, w
from assistant.formats.read_docx_package import Package, open_package
from assistant.formats.read_docx_runs import ALTERNATE, BREAK, DELETED, PAGE, Counts, RunReader, branch_of
from assistant.formats.read_docx_styles import (
    Styles,
    list_reference,
    outline_of,
    parse_styles,
    style_lists,
    toggle,
)
from assistant.formats.structure_marks import heading_number
from assistant.text import SENTENCE_END

_CONTAINERS = {w(n) for n in ("sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo")}
_REAL_NOTE = ("", "normal")
_SAID = {
    "hidden": "有{n}处隐藏文字，没有读入",
    "deleted": "有{n}处修订为“删除”的内容，没有读入；修订为“插入”的按已接受读入",
    "comments": "有{n}条批注，没有读入",
    "embedded": "嵌入了{n}个外部文档片段，没有读入",
}


def extract_docx(data: bytes, path: str) -> Extract:
    """Read the main text; raises ``DocumentError`` for anything that is not a sound, open .docx."""
    package = open_package(data, path)
    main = package.document_name()
    root = package.part(main)
    body = root.find(w("body")) if root is not None else None
    if body is None:
        raise DocumentError("文件里没有 Word 正文，可能是表格、演示文稿改了扩展名", path=path)
    try:
        return _extract(package, posixpath.dirname(main), body)
    except RecursionError as error:
        raise DocumentError("文件内部嵌套层数太多，不是正常的 Word 文档", path=path) from error


def _extract(package: Package, folder: str, body: Element) -> Extract:
    def part(name: str) -> Element | None:
        return package.part(posixpath.join(folder, name))

    styles = parse_styles(part("styles.xml"))
    numbering = parse_numbering(part("numbering.xml"), style_lists(styles))
    walker = _Walker(styles, numbering)
    walker.walk(body, None)
    for name, tag in (("footnotes.xml", "footnote"), ("endnotes.xml", "endnote")):
        walker.notes(part(name), tag)
    if (comments := part("comments.xml")) is not None:
        walker.counts.seen["comments"] = len(comments.findall(w("comment")))
    return Extract(tuple(walker.lines), tuple(walker.warnings()), "docx")


@dataclass(slots=True)
class _Walker:
    """Walks block-level content in document order and collects lines."""

    styles: Styles
    numbering: Numbering
    counts: Counts = field(default_factory=Counts)
    lines: list[Line] = field(default_factory=list)
    carried: str = ""  # text of a paragraph whose mark is a deleted revision: it runs on into the next
    runs: RunReader = field(init=False)

    def __post_init__(self) -> None:
        self.runs = RunReader(self.styles, self.counts)

    def walk(self, parent: Element, role: Role | None) -> None:
        for child in parent:
            tag = child.tag
            if tag == w("p"):
                self._paragraph(child, role)
            elif tag == w("tbl"):
                self._table(child)
            elif tag in _CONTAINERS:
                self.walk(child, role)
            elif tag in DELETED:
                self.counts.add("deleted")
            elif tag == w("altChunk"):
                self.counts.add("embedded")
            elif tag == ALTERNATE:
                for branch in branch_of(child):
                    self.walk(branch, role)

    def notes(self, root: Element | None, tag: str) -> None:
        for note in root.findall(w(tag)) if root is not None else ():
            if note.get(w("type"), "") in _REAL_NOTE:
                self.walk(note, "note")

    def warnings(self) -> Iterator[str]:
        for kind, sentence in _SAID.items():
            if count := self.counts.seen[kind]:
                yield sentence.format(n=count)

    def _table(self, table: Element) -> None:
        for row in _through(table, w("tr")):
            properties = row.find(w("trPr"))
            if properties is not None and properties.find(w("del")) is not None:
                self.counts.add("deleted")
                continue
            for cell in _through(row, w("tc")):
                self.walk(cell, "table")

    def _paragraph(self, paragraph: Element, role: Role | None) -> None:
        properties = paragraph.find(w("pPr"))
        text, boxes = self.runs.read(paragraph)
        mark = properties.find(w("rPr")) if properties is not None else None
        if mark is not None and mark.find(w("del")) is not None:
            self.carried += text
        else:
            self._emit(properties, self.carried + text, role)
            self.carried = ""
        for box in boxes:
            self.walk(box, role)

    def _emit(self, properties: Element | None, text: str, role: Role | None) -> None:
        style = value(properties.find(w("pStyle"))) if properties is not None else ""
        style = style or self.styles.default
        hidden_mark = toggle(properties.find(w("rPr")), "vanish") if properties is not None else None
        if text.strip() or not hidden_mark:
            text = self._ordinal(properties, style, text) + text
        kind, level = self.styles.kind(style, outline_of(properties))
        if role is None and kind == "contents":
            role = "note"
        elif role is None and kind in ("title", "heading"):
            role = "title" if kind == "title" else "heading"
        for piece in _pieces(text):
            self.lines.append(Line(piece, 0, role, level if role == "heading" else 0))

    def _ordinal(self, properties: Element | None, style: str, text: str) -> str:
        num_id, ilvl = list_reference(properties)
        if num_id is None:
            num_id, styled = self.styles.list_of(style)
            ilvl = ilvl if ilvl is not None else styled
        if not num_id or num_id == "0":
            return ""
        index = ilvl if ilvl is not None else self.numbering.level_of_style(num_id, style)
        ordinal = self.numbering.ordinal(num_id, index)
        return ordinal if text.strip() else ""


def _through(parent: Element, tag: str) -> Iterator[Element]:
    """Children of a tag, also inside content controls and inserted revisions."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _CONTAINERS:
            yield from _through(child, tag)


def _pieces(text: str) -> Iterator[str]:
    """Split at page breaks, and at line breaks that part sentences, a salutation or numbered items; other line
    breaks only fold a long line (a title in two lines) and are taken out. A tab becomes a space."""
    for page in text.replace("\t", " ").split(PAGE):
        current = ""
        for piece in page.split(BREAK):
            ends = current.rstrip()[-1:]
            if ends and (ends in SENTENCE_END + "：:；;" or heading_number(piece.strip())[0]):
                yield current
                current = piece
            else:
                current = glue(current, piece) if current.strip() else piece
        yield current
