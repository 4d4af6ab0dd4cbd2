"""Days against the day the text is signed: a deadline that is over, a deed not yet done, a date outside the period."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression
from assistant.checks.view import View
from assistant.expressions import compiled
from assistant.text import clause_around, half_width

_HALF_YEAR = 6  # months


def _read_deadline(fields: Fields) -> tuple[str, str]:
    """How a deadline is written (groups y, m, d, half), and what in its clause makes it something already told."""
    return expression(fields, "deadline", required=True), expression(fields, "unless", required=True)


def _plan_past(rule: Rule, view: View) -> Iterator[Hit]:
    """2024年6月底前 in the plans of a text signed in December 2024: the day is over."""
    period, signed = view.profile.period, view.profile.date
    if period is None or signed is None:
        return
    first = period.shape == "half" and period.end.month <= _HALF_YEAR
    same = first and period.end.year == signed.year  # a month without its year is of this one
    for due, start, end in _days(rule, view, view.part_blocks("plans"), signed.year if same else 0):
        if due < signed:
            yield Hit(start, end, {"signed": f"{signed.year}年{signed.month}月"})


def _days(rule: Rule, view: View, blocks: Iterable[int], year: int) -> Iterator[tuple[date, int, int]]:
    """Each day in these paragraphs, and where it stands, whose clause has nothing against it; ``year``: of a day without
    one of its own (0: it is left out)."""
    day, unless = map(compiled, rule.options)
    for i in blocks:
        text, at = half_width(view.blocks[i].text), view.starts[i]
        for m in day.finditer(text):
            clause, of = clause_around(text, m.start(), m.end()), int(m["y"] or year)
            if of and not unless.search(text, clause.start, clause.end):
                yield _due(of, m["m"], m["d"], m.groupdict().get("half")), at + m.start(), at + m.end()


def _due(year: int, month: str | None, day: str | None, half: str | None) -> date:
    """The last day it can mean: of the month, of the half year, of the year."""
    number = int(month) if month else _HALF_YEAR if half == "上半年" else 12
    if not 1 <= number <= 12:
        return date.max
    last = calendar.monthrange(year, number)[1]
    return date(year, number, min(max(int(day), 1), last) if day else last)


def _read_happened(fields: Fields) -> tuple[str, str]:
    """How a day is written (groups y, m, d), and what in its clause makes it something to come."""
    return expression(fields, "day", required=True), expression(fields, "unless", required=True)


def _not_yet(rule: Rule, view: View) -> Iterator[Hit]:
    """8月15日召开 among the deeds of a text signed on 5 July."""
    period, signed = view.profile.period, view.profile.date
    if period is None or signed is None:
        return
    told = (*view.part_blocks("opening"), *view.part_blocks("achievements"))
    body = (i for i in told if view.blocks[i].role == "body")
    for day, start, end in _days(rule, view, body, period.end.year):
        if signed < day < date.max:
            yield Hit(start, end, {"signed": f"{signed.year}年{signed.month}月{signed.day}日"})


def _read_late(fields: Fields) -> int:
    """How many days after its period a text may be signed."""
    return int(fields.number("late", 365))


def _signed(rule: Rule, view: View) -> Iterator[Hit]:
    """A text whose title says 2023 signed in 2022, or years after."""
    period, signed = view.profile.period, view.profile.date
    if period is None or signed is None or period.start <= signed <= period.end + timedelta(rule.options):
        return
    title = "".join(b.text for b in view.blocks if b.role == "title")
    for i, block in enumerate(view.blocks):
        if block.role == "date" and str(period.end.year) in half_width(title):
            yield Hit(view.starts[i], view.span(i).end, {"label": period.label})


KINDS = {
    "plan-past": Kind(
        _read_deadline, frozenset({"deadline", "unless"}), frozenset({"signed"}), find=_plan_past
    ),
    "not-happened": Kind(_read_happened, frozenset({"day", "unless"}), frozenset({"signed"}), find=_not_yet),
    "signed-off": Kind(_read_late, frozenset({"late"}), frozenset({"label"}), find=_signed),
}
