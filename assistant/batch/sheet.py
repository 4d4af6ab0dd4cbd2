"""A spreadsheet of many units -> ``Manifest``: one row a fact with a unit column, or one sheet a unit.

Also read: rows of keys and values above a table (单位 | 市民政局), a sheet 基本信息 for all units, and a table with one row a
unit (单位 | 党组织 | 主送). Nothing is dropped in silence: what is not used is a note with sheet, row and column.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from assistant.batch.grid import Grid, Row, column_letter, read_grids
from assistant.batch.rules import batch_rules
from assistant.batch.types import Manifest, RowNote, UnitEntry
from assistant.errors import BriefError
from assistant.formats.brief_schema import Loc, RawItem, RawSource
from assistant.formats.brief_words import plain, words
from assistant.text import is_cjk
from assistant.values import lexicon, parse_unknowns, parse_values

_KEYS = {"fact": "facts", "problem": "problems", "plan": "plans"}
_SPACE = re.compile(r"\s+")


@dataclass(slots=True)
class _Unit:
    """One unit as it is gathered."""

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Loc, int] = field(default_factory=dict)
    labels: dict[Loc, str] = field(default_factory=dict)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    skipped: int = 0

    def put(self, loc: Loc, label: str, row: int) -> None:
        self.lines[loc] = row
        self.labels[loc] = label


@dataclass(slots=True)
class _Book:
    """The workbook as it is read: units by name, what holds for all, and notes."""

    path: Path
    units: dict[str, _Unit] = field(default_factory=dict)
    shared: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    notes: list[RowNote] = field(default_factory=list)

    def unit(self, name: str) -> _Unit:
        return self.units.setdefault(name, _Unit())

    def note(
        self, grid: Grid, row: int, column: str, message: str, unit: str = "", *, skipped: bool = True
    ) -> None:
        self.notes.append(RowNote(grid.place, row, column, message, unit, skipped))
        if skipped and unit in self.units:
            self.units[unit].skipped += 1


def read_workbook(path: Path, overrides: Mapping[str, str] | None = None) -> Manifest:
    """Raises BriefError where the file cannot be read at all or names no unit."""
    book = _Book(path)
    grids = read_grids(path)
    for grid in grids:
        book.notes += grid.notes
        _read_grid(book, grid)
    units = {
        name: unit
        for name, unit in book.units.items()
        if any(unit.data.get(k) for k in (*_KEYS.values(), "sections"))
    }
    for name in book.units.keys() - units.keys():
        book.notes.append(RowNote("清单", 0, "", f"“{name}”没有一条事实，没有起草", name))
    if not units:
        first = f"（{book.notes[0]}）" if book.notes else ""
        raise BriefError(
            f"没有读到任何单位的事实，请用 zhibi batch --template 生成的表填写{first}", path=path
        )
    given = tuple(sorted((overrides or {}).items()))
    return Manifest(tuple(_entries(book, units, given)), tuple(book.notes))


def _entries(
    book: _Book, units: Mapping[str, _Unit], overrides: tuple[tuple[str, str], ...]
) -> Iterable[UnitEntry]:
    for name, unit in units.items():
        for key, (value, label, row) in book.shared.items():
            if key not in unit.data:
                unit.data[key] = value
                unit.put((key,), label, row)
        unit.data.setdefault("organization", name)
        source = RawSource(book.path, unit.data, unit.lines, unit.labels)
        canonical = json.dumps([unit.data, overrides], ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        yield UnitEntry(file_name(name), source, digest, overrides, unit.skipped)


def file_name(name: str) -> str:
    """The unit's name as a file name on any system."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name).strip(" .")[:80] or "_"


# One sheet.


def _read_grid(book: _Book, grid: Grid) -> None:
    if plain(grid.title) in batch_rules().ignored_sheets:
        return
    info = plain(grid.title) in words().info_sheets
    header: dict[str, tuple[str, str, int]] = {}
    for at, row in enumerate(grid.rows):
        columns = _header_columns(row)
        if "text" in columns.values():
            _read_facts(book, grid, row, grid.rows[at + 1 :], header)
            return
        if "unit" in columns.values() and _is_unit_table(row):
            _read_units(book, grid, row, grid.rows[at + 1 :])
            return
        _key_values(book, grid, row, header)
    if info or not grid.rows:
        book.shared |= header
    elif not header:
        book.note(
            grid, grid.rows[0].number, "", "没有找到表头，整张表没有读入，请在第一行写上 单位、内容 等列名"
        )
    else:
        book.note(grid, 0, "", "只有基本信息而没有事实，没有起草")


def _header_columns(row: Row) -> dict[int, str]:
    known = ((n, batch_rules().columns.get(plain(text))) for n, text in enumerate(row.cells) if text)
    return {n: name for n, name in known if name}


def _is_unit_table(row: Row) -> bool:
    """单位 | 党组织 | 主送: most other columns are keys of the brief (in 单位 | 市民政局 | 时间 | 2023年 every second is)."""
    others = [t for t in row.cells if t and batch_rules().columns.get(plain(t)) != "unit"]
    return sum(plain(t) in words().keys for t in others) > len(others) / 2


def _key_values(book: _Book, grid: Grid, row: Row, header: dict[str, tuple[str, str, int]]) -> None:
    filled = [t for n, t in enumerate(row.cells) if t and n not in row.merged]
    if len(filled) == 1 and plain(filled[0]) not in words().keys:
        return  # the sheet's caption
    at = 0
    while at < len(filled):
        key = words().keys.get(plain(filled[at]))
        value = filled[at + 1] if at + 1 < len(filled) else ""
        if key is None:
            book.note(grid, row.number, "", f"“{filled[at][:20]}”不认识，没有采用")
            at += 1
            continue
        if value:
            header[key] = (value, f"{grid.place}第{row.number}行，", row.number)
        at += 2


def _read_units(book: _Book, grid: Grid, head: Row, rows: Sequence[Row]) -> None:
    """One row a unit: header values of that unit."""
    keys = {n: words().keys[plain(t)] for n, t in enumerate(head.cells) if t and plain(t) in words().keys}
    unit_at = next(n for n, name in _header_columns(head).items() if name == "unit")
    for n, text in enumerate(head.cells):
        if text and n not in keys and n != unit_at and plain(text) not in words().ignored:
            book.note(grid, head.number, text, "这一列不认识，没有读入")
    for row in rows:
        name = _unit_name(row.cell(unit_at))
        if not name or plain(name) in batch_rules().totals:
            book.note(grid, row.number, head.cell(unit_at), "没有单位名，或是合计行，没有采用")
            continue
        unit = book.unit(name)
        for n, key in keys.items():
            if row.cell(n) and n != unit_at and n not in grid.hidden:
                unit.data[key] = row.cell(n)
                unit.put((key,), f"{grid.place}第{row.number}行“{head.cell(n)}”列，", row.number)


def _unit_name(text: str) -> str:
    """No white space inside a Chinese name: 市 民政局 is 市民政局."""
    return _SPACE.sub("" if any(map(is_cjk, text)) else " ", text).strip()


# A table of facts.


@dataclass(frozen=True, slots=True)
class _Table:
    """Columns by name and number, what they are called, and the unit where no column says it."""

    grid: Grid
    columns: dict[str, int]
    titles: tuple[str, ...]
    unit: str
    lane: str

    def title(self, name: str) -> str:
        return self.titles[self.columns[name]] if name in self.columns else ""


def _read_facts(
    book: _Book, grid: Grid, head: Row, rows: Sequence[Row], header: dict[str, tuple[str, str, int]]
) -> None:
    columns = _columns(book, grid, head, rows)
    if columns is None:
        return
    name = "" if "unit" in columns else _sheet_unit(grid, header)
    if "unit" not in columns and not name:
        book.note(
            grid,
            head.number,
            "",
            "没有单位列，表名也看不出单位，整张表没有读入，请加一列“单位”或把表名改成单位名",
        )
        return
    if name:
        unit = book.unit(name)
        for key, (value, label, row) in header.items():
            unit.data[key] = value
            unit.put((key,), label, row)
    else:
        book.shared |= {k: v for k, v in header.items() if k != "organization"}
    lane = words().lanes.get(plain(grid.title), words().lane_of_heading(grid.title))
    _read_rows(book, _Table(grid, columns, head.cells, name, lane), rows)


def _sheet_unit(grid: Grid, header: Mapping[str, tuple[str, str, int]]) -> str:
    if "organization" in header:
        return _unit_name(header["organization"][0])
    return "" if batch_rules().unnamed.fullmatch(plain(grid.title)) else _unit_name(grid.title)


def _columns(book: _Book, grid: Grid, head: Row, rows: Sequence[Row]) -> dict[str, int] | None:
    """Name -> column; None where a column that is needed is hidden."""
    out: dict[str, int] = {}
    for n, text in enumerate(head.cells):
        name = batch_rules().columns.get(plain(text)) if text else None
        if name == "unit" and _holds_measures(rows, n):
            name = "measure"
        if n in grid.hidden and text:
            book.note(
                grid, head.number, text, f"这一列（{column_letter(n)}列）被隐藏，没有读入，请取消隐藏或删去"
            )
            if name in ("unit", "text"):
                return None
        elif name and name not in out:
            out[name] = n
        elif text and plain(text) not in words().ignored:
            why = "与前面的列重复" if name else "列名不认识"
            book.note(grid, head.number, text, f"{why}，没有读入，请改列名或删去")
    return out


def _holds_measures(rows: Sequence[Row], column: int) -> bool:
    """A column called 单位 that holds 次, 人, 万元."""
    cells = [r.cell(column) for r in rows if r.cell(column)]
    lex = lexicon()
    bare = [c.lstrip("万亿千百") or c for c in cells]
    return bool(cells) and all(c in lex.unit_of or c in lex.money for c in bare)


def _read_rows(book: _Book, table: _Table, rows: Sequence[Row]) -> None:
    unit, section = table.unit, ""
    for row in rows:
        cells = {name: row.cell(n) for name, n in table.columns.items()}
        if _is_total(row):
            book.note(table.grid, row.number, "", "是合计行，没有当作事实", unit, skipped=False)
            unit, section = table.unit, ""
            continue
        if row.cells[: len(table.titles)] == table.titles:
            continue  # the header again, as after a page break
        named = _unit_name(_said(cells.get("unit", "")))
        section = _said(cells.get("section", "")) or ("" if named and named != unit else section)
        unit = named or unit
        if not unit:
            book.note(table.grid, row.number, table.title("unit"), "没有写单位，这一行没有采用")
            continue
        book.unit(unit)
        _read_row(book, table, row, unit, section)


def _said(text: str) -> str:
    return "" if plain(text) in batch_rules().ditto else text


def _is_total(row: Row) -> bool:
    return any(plain(t).rstrip("：:") in batch_rules().totals for t in [t for t in row.cells if t][:2])


def _read_row(book: _Book, table: _Table, row: Row, unit: str, section: str) -> None:
    cells = {name: row.cell(n) for name, n in table.columns.items() if n not in row.merged or name == "lane"}
    text = _with_amount(cells)
    if text and cells.get("amount") and not _is_figure(cells["amount"] + cells.get("measure", "")):
        message = f"“{cells['amount'][:20]}”不像一个数（可能被表格软件改成了日期），没有采用，请改成数字，不知道就写 *"
        book.note(table.grid, row.number, table.title("amount"), message, unit)
        return
    if not text:
        rest = [v for k, v in cells.items() if v and k not in ("unit", "section", "lane")]
        if rest:
            book.note(
                table.grid, row.number, table.title("text"), f"有“{rest[0][:20]}”而没有内容，没有采用", unit
            )
        return
    if not any(map(is_cjk, text)):
        book.note(
            table.grid,
            row.number,
            table.title("text"),
            f"“{text[:20]}”只有数字或符号，看不出是什么事，没有采用",
            unit,
        )
        return
    lane = _lane(book, table, row, cells.get("lane", ""), section, unit)
    if lane:
        item = {k: v for k in ("id", "source", "required") if (v := cells.get(k, ""))} | {"text": text}
        _append(book, table, row, unit, (lane, section), item)


def _with_amount(cells: Mapping[str, str]) -> str:
    """讲党课 | 6 | 次 -> 讲党课6次; an empty amount beside a unit of measure is a value not known."""
    text, amount, measure = cells.get("text", ""), cells.get("amount", ""), cells.get("measure", "")
    if not text or not (amount or measure):
        return text
    return (
        f"{text.rstrip('。；;：:')}{amount or '*'}{'' if amount.endswith(measure) and measure else measure}"
    )


def _is_figure(amount: str) -> bool:
    """6次, 12.5万元, 2期3天, *户; not 2025-06-20次, 3/4次, 无次."""
    kinds = [v.kind for v in parse_values(amount)]
    figures = bool(kinds) and not {"date", "year"} & set(kinds) and (len(kinds) == 1 or "plain" not in kinds)
    return figures or bool(parse_unknowns(amount))


def _lane(book: _Book, table: _Table, row: Row, written: str, section: str, unit: str) -> str:
    if not written:
        default = table.lane
        return words().lanes.get(plain(section), words().lane_of_heading(section)) if section else default
    lane = words().lanes.get(plain(written)) or words().lane_of_heading(written)
    if lane == "fact" and plain(written) not in words().lanes:
        message = f"类别“{written[:20]}”不认识，这一行没有采用，请写 事实、问题 或 计划"
        book.note(table.grid, row.number, table.title("lane"), message, unit)
        return ""
    return lane


def _append(
    book: _Book, table: _Table, row: Row, unit: str, place: tuple[str, str], item: dict[str, Any]
) -> None:
    lane, section = place
    gathered = book.units[unit]
    first = gathered.seen.setdefault((lane, item["text"]), row.number)
    if first != row.number:
        book.note(
            table.grid, row.number, table.title("text"), f"与第{first}行相同，只采用一次", unit, skipped=False
        )
        return
    try:
        RawItem.model_validate(item)
    except ValidationError as error:
        wrong = error.errors()[0]
        column = table.title(str(wrong["loc"][0])) if wrong["loc"] else ""
        reason = wrong["ctx"]["error"] if "ctx" in wrong else wrong["msg"]
        book.note(table.grid, row.number, column, f"{reason}；这一行没有采用", unit)
        return
    label = f"{table.grid.place}第{row.number}行“{table.title('text')}”列，"
    if lane == "fact" and section and plain(section) not in words().lanes:
        sections: list[dict[str, Any]] = gathered.data.setdefault("sections", [])
        at = next((i for i, s in enumerate(sections) if s["heading"] == section), len(sections))
        if at == len(sections):
            sections.append({"heading": section, "facts": []})
            gathered.put(("sections", at), label, row.number)
        gathered.put(("sections", at, "facts", len(sections[at]["facts"])), label, row.number)
        sections[at]["facts"].append(item)
        return
    target: list[dict[str, Any]] = gathered.data.setdefault(_KEYS[lane], [])
    gathered.put((_KEYS[lane], len(target)), label, row.number)
    target.append(item)
