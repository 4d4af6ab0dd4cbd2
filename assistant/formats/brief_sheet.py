"""A spreadsheet brief: one row a fact, header values in rows above or in a sheet 基本信息 -> ``RawSource``.

Nothing is dropped in silence: an unknown column, a hidden row with content, or a formula without a stored result is an error that
names the cell. Hidden sheets (lists behind drop-downs) are not read. An empty section cell takes the section above (merged cells).
"""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import BriefError
from assistant.formats.brief_schema import ITEM_LIMIT, Loc, RawSource
from assistant.formats.brief_values import surface
from assistant.formats.brief_words import plain, words

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_UNPACKED_LIMIT = 20_000_000
_ROW_LIMIT, _COLUMN_LIMIT = ITEM_LIMIT + 200, 60
_KEYS = {"fact": "facts", "problem": "problems", "plan": "plans"}


@dataclass(slots=True)
class _Sheet:
    """What is being gathered: the raw data of the brief with the row and place of every node."""

    path: Path
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Loc, int] = field(default_factory=dict)
    labels: dict[Loc, str] = field(default_factory=dict)

    def refuse(self, message: str, row: int | None = None) -> BriefError:
        return BriefError(message, path=self.path, line=row)

    def put(self, loc: Loc, sheet: str, row: int) -> None:
        self.lines[loc] = row
        self.labels[loc] = f"工作表“{sheet}”第{row}行，"


def read_sheet(path: Path) -> RawSource:
    """Raises BriefError for anything that is no readable .xlsx, naming sheet and cell."""
    gathered = _Sheet(path)
    _refuse_bombs(path)
    values, formulas = open_workbook(path, data_only=True), open_workbook(path, data_only=False)
    for sheet in values.worksheets:
        if sheet.sheet_state == "visible":
            rows = _rows(gathered, sheet, formulas[sheet.title])
            _read_rows(gathered, sheet.title, rows)
    return RawSource(path, gathered.data, gathered.lines, gathered.labels)


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(i.file_size for i in archive.infolist())
            names = {i.filename for i in archive.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BriefError(
            "不是完整的 .xlsx 文件（可能下载中断或改过扩展名），请用表格软件另存为 .xlsx", path=path
        ) from error
    if size > _UNPACKED_LIMIT:
        raise BriefError(
            f"表格展开后超过{_UNPACKED_LIMIT // 1_000_000}MB，请只留下材料所在的工作表", path=path
        )
    if "[Content_Types].xml" not in names:
        raise BriefError("这是压缩包而不是 .xlsx 表格，请用表格软件另存为 .xlsx", path=path)


def open_workbook(path: Path, *, data_only: bool) -> Workbook:
    """The workbook, or a BriefError: the package raises whatever a broken file leads it to."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(path, data_only=data_only)
    except Exception as error:
        raise BriefError(
            "表格打不开（文件损坏、加密或不是 .xlsx），请用表格软件另存为 .xlsx", path=path
        ) from error


def _rows(gathered: _Sheet, sheet: Worksheet, formulas: Worksheet) -> list[tuple[int, list[str]]]:
    """Non-empty rows as (row number, cell texts)."""
    if sheet.max_row > _ROW_LIMIT * 10 or sheet.max_column > _COLUMN_LIMIT * 10:
        raise gathered.refuse(f"工作表“{sheet.title}”太大，请删去空白的行和列")
    rows = []
    for cells in sheet.iter_rows(max_col=min(sheet.max_column, _COLUMN_LIMIT)):
        texts = [_text(gathered, sheet, cell, formulas) for cell in cells]
        if not any(texts):
            continue
        row = cells[0].row or 0
        if sheet.row_dimensions[row].hidden:
            raise gathered.refuse(f"工作表“{sheet.title}”第{row}行被隐藏而有内容，请取消隐藏或删去", row)
        rows.append((row, texts))
        if len(rows) > _ROW_LIMIT:
            raise gathered.refuse(f"工作表“{sheet.title}”超过{_ROW_LIMIT}行，请分成几份材料", row)
    return rows


def _text(gathered: _Sheet, sheet: Worksheet, cell: Any, formulas: Worksheet) -> str:
    text = surface(cell.value).strip()
    formula = formulas[cell.coordinate].value
    computed = isinstance(formula, str) and formula.startswith("=")
    if (computed and not text) or text.startswith(
        ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
    ):
        place = f"工作表“{sheet.title}”的单元格{cell.coordinate}"
        raise gathered.refuse(f"{place}是没有结果的公式，请用表格软件打开保存一次，或改填数值", cell.row)
    if text and sheet.column_dimensions[cell.column_letter].hidden and plain(text) in words().columns:
        raise gathered.refuse(
            f"工作表“{sheet.title}”的“{text}”列（{cell.column_letter}列）被隐藏，请取消隐藏或删去", cell.row
        )
    return text


def _read_rows(gathered: _Sheet, sheet: str, rows: list[tuple[int, list[str]]]) -> None:
    """Key/value rows until the header of the table, then facts."""
    info = plain(sheet) in words().info_sheets
    for number, (row, texts) in enumerate(rows):
        if not info and _is_header(texts):
            _read_facts(gathered, sheet, _columns(gathered, sheet, row, texts), rows[number + 1 :])
            return
        _key_values(gathered, sheet, row, texts)
    if rows and not info and not any(_is_key(t) for _, texts in rows for t in texts):
        raise gathered.refuse(
            f"工作表“{sheet}”没有表头，请在第一行写上 栏目、内容、类别、来源 等列名", rows[0][0]
        )


def _is_key(text: str) -> bool:
    return plain(text) in words().keys


def _is_header(texts: list[str]) -> bool:
    """A row that names the column of the facts (no header key is called so)."""
    return "text" in [words().columns.get(plain(t)) for t in texts]


def _key_values(gathered: _Sheet, sheet: str, row: int, texts: list[str]) -> None:
    """单位 | 市民政局 | 时间 | 2023年上半年: any number of pairs in a row; a lone first cell is the sheet's caption."""
    filled = [t for t in texts if t]
    if len(filled) == 1 and not _is_key(filled[0]):
        return
    at = 0
    while at < len(filled):
        key = words().keys.get(plain(filled[at]))
        if key is None:
            raise gathered.refuse(
                f"工作表“{sheet}”第{row}行的“{filled[at]}”不认识，可写：{_known_keys()}", row
            )
        value = filled[at + 1] if at + 1 < len(filled) and not _is_key(filled[at + 1]) else ""
        if value and gathered.data.get(key, value) != value:
            raise gathered.refuse(
                f"工作表“{sheet}”第{row}行的“{filled[at]}”与前面写的“{gathered.data[key]}”不一致，请留一个",
                row,
            )
        if value:
            gathered.data[key] = value
            gathered.put((key,), sheet, row)
        at += 2 if value else 1


def _known_keys() -> str:
    chosen: dict[str, str] = {}
    for spelling, name in words().keys.items():
        if not spelling.isascii():
            chosen.setdefault(name, spelling)
    return "、".join(chosen.values())


def _columns(gathered: _Sheet, sheet: str, row: int, texts: list[str]) -> dict[int, str]:
    out: dict[int, str] = {}
    for number, text in enumerate(texts):
        name = words().columns.get(plain(text))
        if name in out.values():
            raise gathered.refuse(
                f"工作表“{sheet}”第{row}行有两列都是“{text}”一类的内容，请合并或把一列改名为“备注”", row
            )
        if name:
            out[number] = name
        elif text and plain(text) not in words().ignored:
            known = "栏目、内容、类别、来源、必写、编号"
            raise gathered.refuse(
                f"工作表“{sheet}”第{row}行的列“{text}”不认识，可用：{known}；不要读入的列请改名为“备注”", row
            )
    return out


def _read_facts(
    gathered: _Sheet, sheet: str, columns: dict[int, str], rows: list[tuple[int, list[str]]]
) -> None:
    section, sheet_lane = "", words().lanes.get(plain(sheet), words().lane_of_heading(sheet))
    for row, texts in rows:
        cells = {name: texts[at] for at, name in columns.items() if at < len(texts) and texts[at]}
        section = cells.pop("section", section)
        lane = _lane(gathered, sheet, row, cells.pop("lane", ""), section, sheet_lane)
        if not cells:
            continue
        if "text" not in cells:
            raise gathered.refuse(
                f"工作表“{sheet}”第{row}行有{'、'.join(cells.values())[:20]}而没有内容，请补上或删去这一行",
                row,
            )
        _append(gathered, sheet, row, lane, "" if lane != "fact" else section, cells)


def _lane(gathered: _Sheet, sheet: str, row: int, written: str, section: str, default: str) -> str:
    if written:
        lane = words().lanes.get(plain(written)) or words().lane_of_heading(written)
        if lane == "fact" and plain(written) not in words().lanes:
            raise gathered.refuse(
                f"工作表“{sheet}”第{row}行的类别“{written}”不认识，请写 事实、问题 或 计划", row
            )
        return lane
    return words().lanes.get(plain(section), words().lane_of_heading(section)) if section else default


def _append(gathered: _Sheet, sheet: str, row: int, lane: str, section: str, cells: dict[str, str]) -> None:
    if lane == "fact" and section and plain(section) not in words().lanes:
        sections: list[dict[str, Any]] = gathered.data.setdefault("sections", [])
        at = next((i for i, s in enumerate(sections) if s["heading"] == section), len(sections))
        if at == len(sections):
            sections.append({"heading": section, "facts": []})
            gathered.put(("sections", at), sheet, row)
        loc: Loc = ("sections", at, "facts")
        target = sections[at]["facts"]
    else:
        loc, target = (_KEYS[lane],), gathered.data.setdefault(_KEYS[lane], [])
    gathered.put((*loc, len(target)), sheet, row)
    target.append(dict(cells))
