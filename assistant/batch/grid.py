"""A workbook as plain rows of text: merged cells filled, hidden rows and columns and broken formulas named.

In: a path. Out: sheets in order with their rows; what could not be taken is a ``RowNote`` and stops nothing else.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.batch.types import RowNote
from assistant.errors import BriefError
from assistant.formats.brief_sheet import open_workbook
from assistant.formats.brief_values import surface
from assistant.text import half_width, strip_invisible

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_UNPACKED_LIMIT = 1_000_000_000
_RATIO_LIMIT = 200
_SMALL = 20_000_000
_WIDEST = 100
_BROKEN = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")


@dataclass(frozen=True, slots=True)
class Row:
    """``cells`` by column number from 0; ``merged`` are columns that a merged cell fills from above."""

    number: int
    cells: tuple[str, ...]
    merged: frozenset[int] = frozenset()

    def cell(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(slots=True)
class Grid:
    """One visible sheet. ``hidden`` are the numbers of hidden columns that hold something."""

    title: str
    rows: list[Row] = field(default_factory=list)
    hidden: frozenset[int] = frozenset()
    notes: list[RowNote] = field(default_factory=list)

    @property
    def place(self) -> str:
        return f"工作表“{self.title}”"


def column_letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number + 1))


def read_grids(path: Path) -> list[Grid]:
    """Raises BriefError where the file is no readable .xlsx."""
    _refuse_bombs(path)
    book = open_workbook(path, data_only=False)
    has_formulas = any(c.data_type == "f" for s in book.worksheets for r in s.iter_rows() for c in r)
    values = open_workbook(path, data_only=True) if has_formulas else book
    return [_grid(s, values[s.title]) for s in book.worksheets if s.sheet_state == "visible"]


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(i.file_size for i in archive.infolist())
            whole = "[Content_Types].xml" in archive.namelist()
    except FileNotFoundError as error:
        raise BriefError("找不到这个文件，请核对路径", path=path) from error
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise BriefError("不是完整的 .xlsx 文件，请用表格软件另存为 .xlsx", path=path) from error
    packed = max(path.stat().st_size, 1)
    if size > _UNPACKED_LIMIT or (size > _SMALL and size / packed > _RATIO_LIMIT):
        raise BriefError("表格展开后太大，请只留下材料所在的工作表，或分成几个文件", path=path)
    if not whole:
        raise BriefError("这是压缩包而不是 .xlsx 表格，请用表格软件另存为 .xlsx", path=path)


def _grid(sheet: Worksheet, values: Worksheet) -> Grid:
    grid = Grid(sheet.title)
    fills = dict(_merged(values))
    filled_columns: set[int] = set()
    for cells in values.iter_rows(max_col=min(values.max_column or 1, _WIDEST)):
        number = int(cells[0].row or 0)
        texts = [_text(grid, sheet, cell) for cell in cells]
        if not any(texts):
            continue
        if sheet.row_dimensions[number].hidden:
            grid.notes.append(
                RowNote(grid.place, number, "", "这一行被隐藏而有内容，没有采用，请取消隐藏后重跑或删去")
            )
            continue
        filled_columns |= {n for n, t in enumerate(texts) if t}
        merged = {n for n in range(len(texts)) if not texts[n] and (number, n) in fills}
        texts = [t or fills.get((number, n), "") if n in merged else t for n, t in enumerate(texts)]
        grid.rows.append(Row(number, tuple(texts), frozenset(merged)))
    grid.hidden = frozenset(n for n in filled_columns if _is_hidden(sheet, n))
    return grid


def _is_hidden(sheet: Worksheet, column: int) -> bool:
    """openpyxl keeps one entry for a run of columns hidden together."""
    return any(
        d.hidden and d.min <= column + 1 <= d.max for d in sheet.column_dimensions.values() if d.min and d.max
    )


def _merged(sheet: Worksheet) -> Iterator[tuple[tuple[int, int], str]]:
    """(row, column from 0) -> text, for the cells below the first of a vertical merge."""
    for area in sheet.merged_cells.ranges:
        text = _clean(sheet.cell(area.min_row, area.min_col).value)
        for row in range(area.min_row + 1, area.max_row + 1):
            yield (row, area.min_col - 1), text


def _clean(value: object) -> str:
    return half_width(strip_invisible(surface(value))[0]).strip()


def _text(grid: Grid, sheet: Worksheet, cell: Any) -> str:
    text = _clean(cell.value)
    formula = sheet.cell(cell.row, cell.column)
    if (formula.data_type == "f" and not text) or text.startswith(_BROKEN):
        message = f"单元格{cell.coordinate}是没有结果的公式，没有采用，请用表格软件打开保存一次，或改填数值"
        grid.notes.append(RowNote(grid.place, int(cell.row), "", message))
        return ""
    return text
