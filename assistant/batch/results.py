"""The result sheet: one row a unit, the rows of the manifest that were not used, and the sentences units share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from assistant.batch.twins import Twins
from assistant.batch.types import RowNote, UnitResult
from assistant.finding import SEVERITIES, SEVERITY_NAMES
from assistant.formats.printable import printable

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

GROUPS = {
    "structure": "结构", "wording": "提法", "facts": "事实", "leftover": "残留", "repeat": "重复", "format": "格式",
}  # fmt: skip
STATUS_NAMES = {"done": "已写成", "failed": "未写成"}
_UNITS = [
    "单位", "状态", *(SEVERITY_NAMES[s] for s in SEVERITIES), *GROUPS.values(), "待补待核", "待问", "字数", "未采用行",
    "最相近单位", "相近比例", "输入token", "输出token", "费用", "用时（秒）", "文件", "说明",
]  # fmt: skip
_WIDTHS = {
    "单位": 28,
    "文件": 30,
    "说明": 60,
    "内容": 80,
    "句子": 80,
    "最相近单位": 24,
    "位置": 24,
    "单位名单": 60,
}


def result_sheet(results: Sequence[UnitResult], notes: Sequence[RowNote], twins: Twins) -> bytes:
    """.xlsx bytes; text is written as text, never as a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _sheet(book, "各单位", _UNITS, (_unit_row(r, twins) for r in results))
    rows = (
        [n.place, n.row or "", n.column, n.unit, "未采用" if n.skipped else "已处理", n.message]
        for n in notes
    )
    _sheet(book, "清单问题", ["位置", "行", "列", "单位", "处理", "说明"], rows)
    _sheet(
        book, "雷同句", ["句子", "单位数", "单位名单"],
        ([s.text, len(s.units), "、".join(s.units[:20])] for s in twins.sentences),
    )  # fmt: skip
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _unit_row(r: UnitResult, twins: Twins) -> list[Any]:
    twin = (twins.highest or {}).get(r.key)
    other = (twin.second if twin.first == r.key else twin.first) if twin else ""
    return [
        r.unit, STATUS_NAMES[r.status], *(r.severities.get(s, 0) for s in SEVERITIES), *(r.groups.get(g, 0) for g in GROUPS),
        r.placeholders, r.questions, r.characters, r.skipped_rows, other, round(twin.share, 3) if twin else "",
        r.usage.get("input_tokens", 0), r.usage.get("output_tokens", 0), float(r.cost) if r.cost else "", r.seconds,
        f"{r.key}{r.endings[0]}" if r.endings else "", r.error,
    ]  # fmt: skip


def _sheet(book: Workbook, title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    for n, name in enumerate(head, 1):
        sheet.column_dimensions[get_column_letter(n)].width = _WIDTHS.get(name, 10)
    bold = Font(bold=True)
    sheet.append([_cell(sheet, name, bold) for name in head])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: Any, font: Any = None) -> Any:
    """A text cell is typed as text, so that one that begins with = is no formula."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=None)
    if isinstance(value, str):
        cell.value = printable(value)[:32000]
        cell.data_type = "s"
    else:
        cell.value = value
    if font is not None:
        cell.font = font
    return cell
