"""The brief: what the writer hands in. Frozen values; reading files is the door's business (formats.briefs).

Ledger ids: F01… facts, Q01… problems, P01… plans, in the order of the brief.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.text import full_punctuation, half_width, ordinal, without_markup
from assistant.values import Unknown, Value, parse_unknowns, parse_values

Register = Literal["concise", "standard", "full"]
REGISTERS: tuple[Register, ...] = ("concise", "standard", "full")
ItemLane = Literal["fact", "problem", "plan"]
NO_UNIT = "【待补：单位全称】"
"""Stands for the organisation where nobody has said it."""
_PREFIX: dict[ItemLane, str] = {"fact": "F", "problem": "Q", "plan": "P"}
_PERIOD = re.compile(r"(\d{4})(?:-(?:H([12])|Q([1-4])|(\d{2})\.\.(\d{4})-(\d{2})))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period: whole months, inclusive."""

    start: date
    end: date

    @classmethod
    def parse(cls, text: str) -> Period:
        """2023 | 2023-H1 | 2023-Q3 | 2023-01..2023-06; ValueError otherwise."""
        m = _PERIOD.fullmatch(str(text).strip())
        if m is None:
            raise ValueError(text)
        year, half, quarter, first, last_year, last = m.groups()
        if half:
            return cls._months(int(year), 6 * int(half) - 5, int(year), 6 * int(half))
        if quarter:
            return cls._months(int(year), 3 * int(quarter) - 2, int(year), 3 * int(quarter))
        if first:
            return cls._months(int(year), int(first), int(last_year), int(last))
        return cls._months(int(year), 1, int(year), 12)

    @classmethod
    def _months(cls, y1: int, m1: int, y2: int, m2: int) -> Period:
        period = cls(date(y1, m1, 1), date(y2, m2, calendar.monthrange(y2, m2)[1]))
        if period.start > period.end:
            raise ValueError("end before start")
        return period

    @property
    def months(self) -> int:
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    @property
    def shape(self) -> Literal["year", "half", "quarter", "span"]:
        by_length: dict[int, Literal["year", "half", "quarter"]] = {12: "year", 6: "half", 3: "quarter"}
        aligned = self.start.month % max(self.months, 1) == 1 % max(self.months, 1)
        return by_length.get(self.months, "span") if aligned else "span"

    @property
    def label(self) -> str:
        """2023年 | 2023年上半年 | 2023年第三季度 | 2023年1—5月."""
        return f"{self.start.year}年" + (self.part if self.shape != "year" else "")

    @property
    def part(self) -> str:
        """上半年 | 第三季度 | 1—5月; 全年 for a year."""
        if self.shape == "half":
            return "上半年" if self.start.month == 1 else "下半年"
        if self.shape == "quarter":
            return f"第{ordinal((self.start.month + 2) // 3)}季度"
        if self.shape == "year":
            return "全年"
        return f"{self.start.month}—{self.end.month}月"

    @property
    def next_label(self) -> str:
        """The period that the plans are for: 下半年, 2025年, 第四季度."""
        if self.shape == "half" and self.start.month == 1:
            return "下半年"
        if self.shape == "quarter" and self.start.month < 10:
            return f"第{ordinal((self.start.month + 5) // 3)}季度"
        if self.end.month < 12:
            return "下一阶段"
        return f"{self.end.year + 1}年"


@dataclass(frozen=True, slots=True)
class Item:
    """One bullet of the ledger. ``key`` is the id the writer gave, if any; ``line`` its place in the file."""

    id: str
    lane: ItemLane
    text: str
    values: tuple[Value, ...]
    unknowns: tuple[Unknown, ...]
    key: str = ""
    source: str = ""
    required: bool = True
    line: int = 0


def make_item(
    lane: ItemLane,
    number: int,
    text: str,
    *,
    key: str = "",
    source: str = "",
    required: bool = True,
    line: int = 0,
) -> Item:
    """An item with its values parsed, markup taken off, digits and punctuation in the widths that official text
    wants; ``number`` counts from 1 within its lane."""
    plain = full_punctuation(half_width(without_markup(text))).strip() or text
    return Item(
        f"{_PREFIX[lane]}{number:02d}",
        lane,
        plain,
        parse_values(plain),
        parse_unknowns(plain),
        key,
        source,
        required,
        line,
    )


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """A section the writer asked for, with the ids of the facts put under it."""

    heading: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Brief:
    """``facts`` holds every fact, those under sections first; ``digest`` identifies the content."""

    kind: str
    organization: str
    period: Period
    date: date
    body: str = ""
    title: str = ""
    author: str = ""
    region: str = ""
    recipient: str = ""
    length: int | None = None
    register: Register = "standard"
    house_style: str = ""
    sections: tuple[SectionSpec, ...] = ()
    facts: tuple[Item, ...] = ()
    problems: tuple[Item, ...] = ()
    plans: tuple[Item, ...] = ()
    path: str = ""
    digest: str = ""
    headings: tuple[tuple[str, str], ...] = ()  # a part, or a measure's first item -> the heading wanted

    @property
    def ledger(self) -> tuple[Item, ...]:
        return self.facts + self.problems + self.plans

    def item(self, id: str) -> Item:
        return next(i for i in self.ledger if i.id == id)
