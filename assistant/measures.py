"""Figures that can be put beside each other: what a fact counts, in what unit, and how much; ``*`` counts as unknown.

Two figures are of one measure when the words around them (subject, verb, noun) agree up to light words such as 组织, 共,
and their canonical units agree. Rates, standards and durations are no measures: they cannot be added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from assistant import resources
from assistant.brief import Item
from assistant.text import CLAUSE_END, fold, half_width, is_cjk
from assistant.values import lexicon, parse_unknowns, parse_values

_KINDS = ("count", "money")
_NUMBER = re.compile(r"^[\d,.]+|^[零〇一二三四五六七八九十百千万亿两点]+")


@dataclass(frozen=True, slots=True)
class Measure:
    """``key`` identifies what is counted; ``amount`` None: not known. ``before``/``after`` are the words around, to print."""

    key: tuple[str, str, str]
    amount: Decimal | None
    unit: str
    before: str
    after: str
    surface: str
    approximate: bool
    item: str


@dataclass(frozen=True, slots=True)
class MeasureRules:
    light: re.Pattern[str]
    units_not_added: frozenset[str]
    words_not_added: re.Pattern[str]
    approximate: tuple[str, ...]
    shortest: int


@cache
def measure_rules() -> MeasureRules:
    data: dict[str, Any] = resources.read_yaml("knowledge", "batch.yaml")["measures"]
    longest_first = sorted(data["light"], key=len, reverse=True)
    return MeasureRules(
        light=re.compile("|".join(map(re.escape, longest_first))),
        units_not_added=frozenset(data["units_not_added"]),
        words_not_added=re.compile(
            "(?:" + "|".join(map(re.escape, data["words_not_added"])) + r")[^\d]{0,4}$"
        ),
        approximate=tuple(data["approximate"]),
        shortest=data["shortest"],
    )


@dataclass(frozen=True, slots=True)
class _Figure:
    start: int
    end: int
    amount: Decimal | None
    kind: str
    unit: str
    measure: str  # the measure word as written


def measures_of(item: Item) -> Iterator[Measure]:
    """Every addable figure of a bullet, in order."""
    text = half_width(item.text)
    figures = sorted(_figures(text), key=lambda f: f.start)
    for n, figure in enumerate(figures):
        left = max(_clause_start(text, figure.start), figures[n - 1].end if n else 0)
        right = min(
            _clause_end(text, figure.end), figures[n + 1].start if n + 1 < len(figures) else len(text)
        )
        before, after = text[left : figure.start].strip(), text[figure.end : right].strip()
        if n + 1 < len(figures) and right == figures[n + 1].start:
            after = ""  # 1期3天: what follows the first figure belongs to the second
        measure = _measure(figure, before, after, item.id, text)
        if measure is not None:
            yield measure


def _figures(text: str) -> Iterator[_Figure]:
    blanks = parse_unknowns(text)
    for v in parse_values(text):
        if v.kind in _KINDS and not any(b.start < v.end and v.start <= b.end for b in blanks):
            yield _Figure(
                v.start, v.end, v.amount, v.kind, v.unit, _NUMBER.sub("", v.surface).lstrip("余多几")
            )
    lex = lexicon()
    for b in blanks:
        bare = b.unit.lstrip("万亿千百")
        kind = "money" if bare in lex.money else "count"
        unit = "元" if kind == "money" else lex.unit_of.get(b.unit, "")
        if unit:
            yield _Figure(b.start, b.end + len(b.unit), None, kind, unit, b.unit)


def _clause_start(text: str, at: int) -> int:
    while at > 0 and text[at - 1] not in CLAUSE_END:
        at -= 1
    return at


def _clause_end(text: str, at: int) -> int:
    while at < len(text) and text[at] not in CLAUSE_END:
        at += 1
    return at


def _measure(figure: _Figure, before: str, after: str, item: str, text: str) -> Measure | None:
    rules = measure_rules()
    if figure.unit in rules.units_not_added or rules.words_not_added.search(before):
        return None
    approximate = before.endswith(rules.approximate) or any(
        w in text[figure.start : figure.end] for w in rules.approximate
    )
    before = before.rstrip("".join(rules.approximate)) if approximate else before
    what = _plain(before) + "|" + _plain(after)
    if sum(map(is_cjk, what)) < rules.shortest:
        return None
    key = (what, figure.kind, figure.unit)
    surface = text[figure.start : figure.end]
    return Measure(
        key, figure.amount, figure.measure or figure.unit, before, after, surface, approximate, item
    )


def _plain(words: str) -> str:
    return measure_rules().light.sub("", fold(words)).strip("“”‘’（）()的")
