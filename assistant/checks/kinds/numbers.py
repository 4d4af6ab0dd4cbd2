"""Values not filled in, one way of writing numbers, and dates that cannot be."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, no_options
from assistant.checks.view import View
from assistant.text import occurrences
from assistant.values import parse_unknowns

_MASK = re.compile(r"[×*＊○〇_]+|X+|x+")
_DAY = re.compile(r"(?:(?P<y>(?:19|20)\d{2})年)?(?<!\d)(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号])?(?!\d)")


def _masks(_: Rule, view: View) -> Iterator[Hit]:
    """Every mark of an unknown value, marks that stand together once."""
    for i, block in enumerate(view.blocks):
        base, last = view.starts[i], -1
        for unknown in parse_unknowns(block.text):
            if unknown.start < last:
                continue
            run = _MASK.match(block.text, unknown.start)
            last = max(unknown.end, run.end() if run else 0)
            end = min(last + len(unknown.unit), len(block.text))
            verb = "核定" if unknown.surface.startswith("【待核") else "补上"
            yield Hit(base + unknown.start, base + end, {"label": unknown.label or "内容", "verb": verb})


def _read_units(fields: Fields) -> tuple[str, ...]:
    return fields.texts("units", required=True)


def _mixed(rule: Rule, view: View) -> Iterator[Hit]:
    """Counts in Chinese numerals in a text that counts the same thing in figures."""
    units = "|".join(sorted(rule.options, key=len, reverse=True))
    figures = set(re.findall(rf"\d(?:\s?)({units})(?!数)", view.half))
    if not figures:
        return
    for m in view.matches(
        rf"(?<![\u4e00-\u9fff\d第]{{0}}[第数几每])(?P<n>[二两三四五六七八九十]{{1,4}})(?P<u>{units})(?![\u4e00-\u9fff]{{0}}[以]?[上下]来)"
    ):
        if m["u"] in figures and not view.in_quotation(*m.span()):
            yield Hit(m.start(), m.end(), {"unit": m["u"]})


def _months(text: str) -> Iterator[re.Match[str]]:
    """Months with the year before and the day after them; looked for by their 月, which is rarer than a figure."""
    for at in occurrences(text, "月"):
        start = at - 1
        while start > at - 3 and text[start : start + 1].isdecimal():
            start -= 1
        for begin in (start - 4, start + 1):
            found = _DAY.match(text, begin) if begin >= 0 else None
            if found and found.start("m") == start + 1:
                yield found
                break


def _impossible(_: Rule, view: View) -> Iterator[Hit]:
    """A month or a day that no calendar has."""
    text = view.half
    for m in _months(text):
        month, day = int(m["m"]), int(m["d"] or 1)
        year = int(m["y"] or 2024)
        if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(year, month)[1]:
            yield Hit(m.start(), m.end())


KINDS = {
    "mask": Kind(no_options, words=frozenset({"label", "verb"}), find=_masks),
    "numeral-mix": Kind(_read_units, frozenset({"units"}), frozenset({"unit"}), find=_mixed),
    "impossible-date": Kind(no_options, find=_impossible),
}
