"""The evidence appendix of a foreign Word file: each figure, the bullet behind it, its source, and where it stands.

In: a document whose sentences carry fact ids, the brief, the findings. Out: rows, or a heading and a table at the end of the opened
file, formatted by themselves: the styles of a file that zhibi did not write are not known, and stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.brief import Brief, Item
from assistant.document import Document
from assistant.finding import Finding
from assistant.formats.docx_review import UNUSED
from assistant.formats.printable import printable
from assistant.text import fold
from assistant.values import Value, parse_values

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

HEADING = "事实去向"  # ``read_reviewed`` leaves out what follows it
NO_BULLET = "材料里没有，请核对"
_UNTRACED = "facts/untraced"
_OPENING = "开头"
_COLUMNS = (
    ("编号", 8),
    ("材料原文", 34),
    ("来源", 16),
    ("数字和名称", 16),
    ("写入位置", 26),
)  # shares of the width
_HEADING_SIZE, _TEXT_SIZE = 14, 10.5  # points
_GRID = 8800  # twentieths of a point, about the text of an A4 page; readers stretch it to the width they have
_EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """``figures`` are those of the bullet, one that the text does not give marked so; ``places`` as a reader finds them."""

    id: str
    text: str
    source: str
    figures: tuple[str, ...]
    places: tuple[str, ...]


def evidence(document: Document, brief: Brief, findings: Sequence[Finding] = ()) -> tuple[Evidence, ...]:
    """The ledger in its order, then the figures of the text that no bullet gives."""
    spots = _spots(document)
    rows = [_of_item(item, document, spots) for item in brief.ledger]
    loose: dict[str, list[str]] = {}
    for finding in findings:
        if finding.rule.startswith(_UNTRACED) and 0 <= finding.paragraph < len(spots) and finding.quote:
            loose.setdefault(finding.quote, []).append(spots[finding.paragraph])
    rows += [Evidence("—", NO_BULLET, "", (quote,), _once(where)) for quote, where in loose.items()]
    return tuple(rows)


def _of_item(item: Item, document: Document, spots: Sequence[str]) -> Evidence:
    places, told = [], []
    for number, block in enumerate(document.blocks):
        texts = [s.text for s in block.sentences if item.id in s.facts]
        places += [spots[number]] if texts else []
        told += texts
    figures = [_figure(v, told) for v in item.values] + [f"【待补：{u.label}】" for u in item.unknowns]
    return Evidence(item.id, item.text, _source(item), _once(figures), _once(places))


def _source(item: Item) -> str:
    """Who supplied the bullet; where nobody is named, its line in the brief."""
    return item.source or (f"材料第{item.line}行" if item.line else "")


def _figure(value: Value, told: Sequence[str]) -> str:
    """The figure as the bullet has it; what is lost only matters where the bullet is told at all."""
    keys = {v.key for text in told for v in parse_values(text)}
    stands = value.key in keys or any(fold(value.surface) in fold(text) for text in told)
    return value.surface if stands or not told else f"{value.surface}（文中没有）"


def _once(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _spots(document: Document) -> list[str]:
    """For each block its heading, and which paragraph under it."""
    out, heading, number = [], "", 0
    for block in document.blocks:
        if block.role == "heading":
            heading, number = block.text.rstrip("。"), 0
        else:
            number += 1
        out.append(f"{heading or _OPENING}（第{number}段）" if number else heading)
    return out


def append_evidence(word: WordDocument, rows: Sequence[Evidence]) -> None:
    """A page of its own at the end; nothing where there are no rows."""
    if not rows:
        return
    heading = word.add_paragraph()
    heading.paragraph_format.page_break_before = True
    _write(heading, HEADING, bold=True, size=_HEADING_SIZE)
    cells = [tuple(name for name, _ in _COLUMNS)]
    cells += [tuple(_cells(row)) for row in rows]
    _table(word, cells)
    _write(word.add_paragraph(), "", bold=False)  # Word wants a paragraph after the last table


def _cells(row: Evidence) -> Iterator[str]:
    yield row.id
    yield row.text
    yield row.source
    yield "、".join(row.figures)
    yield "；".join(row.places) or UNUSED


def _table(word: WordDocument, rows: Sequence[tuple[str, ...]]) -> None:
    table = word.add_table(len(rows), len(_COLUMNS))
    _frame(table._tbl)
    for number, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
        row._tr.get_or_add_trPr().append(_element(row._tr, "cantSplit"))
        for cell, text, (_, share) in zip(row.cells, texts, _COLUMNS, strict=True):
            _share(cell, share)
            _write(cell.paragraphs[0], text, bold=number == 0)
    table.rows[0]._tr.get_or_add_trPr().append(_element(table._tbl, "tblHeader"))


def _frame(tbl: Any) -> None:
    """As wide as the text, ruled, whatever table styles the file has or lacks."""
    for column, (_, share) in zip(tbl.tblGrid.findall(_W + "gridCol"), _COLUMNS, strict=True):
        column.set(_W + "w", str(share * _GRID // 100))
    properties = tbl.tblPr
    for name in ("tblStyle", "tblW", "tblBorders", "tblLayout", "tblLook"):
        for old in properties.findall(_W + name):
            properties.remove(old)
    borders = _element(tbl, "tblBorders")
    for edge in _EDGES:
        borders.append(_element(tbl, edge, val="single", sz="4", space="0", color="auto"))
    properties.append(_element(tbl, "tblW", w="5000", type="pct"))
    properties.append(borders)
    properties.append(_element(tbl, "tblLayout", type="fixed"))


def _share(cell: _Cell, share: int) -> None:
    properties = cell._tc.get_or_add_tcPr()
    for old in properties.findall(_W + "tcW"):
        properties.remove(old)
    properties.insert(0, _element(cell._tc, "tcW", w=str(share * 50), type="pct"))


def _write(paragraph: Paragraph, text: str, *, bold: bool, size: float = _TEXT_SIZE) -> None:
    """Without the indents and spacing that the file's own paragraphs may have."""
    from docx.shared import Pt

    layout = paragraph.paragraph_format
    layout.first_line_indent = layout.left_indent = layout.right_indent = 0
    layout.space_before = layout.space_after = 0
    layout.line_spacing = 1.0
    _no_character_indent(paragraph)
    run = paragraph.add_run(printable(text))
    run.bold, run.font.size = bold, Pt(size)


def _no_character_indent(paragraph: Paragraph) -> None:
    """Indents counted in characters go before those counted in length."""
    indent = paragraph._p.get_or_add_pPr().find(_W + "ind")
    for name in ("firstLineChars", "leftChars", "rightChars"):
        indent.set(_W + name, "0")


def _element(near: Any, name: str, **attributes: str) -> Any:
    return near.makeelement(_W + name, {_W + k: v for k, v in attributes.items()})
