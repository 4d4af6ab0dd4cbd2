"""One figure written twice and not alike: 办结3215件 here and 办结群众诉求3251件 there, 总产量42.6万吨 and 总产量426万吨.

In: words that make two figures of one thing two measurements (去年, 计划). Only figures of one unit told with common
words before them are set side by side: of the same digits with two neighbours exchanged, or of the same digits and ten,
a hundred… times as large.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression
from assistant.checks.view import View
from assistant.expressions import compiled
from assistant.similarity import bigrams
from assistant.text import clause_around
from assistant.values import Value, parse_values

_NAME = re.compile(r"[\u4e00-\u9fff]{5,}$")
_ALIKE = 3  # pairs of characters before both
_LONG = 3  # digits; of fewer, the exchange may well be chance
_BEFORE = 12  # characters that name what is counted


class _Figure(NamedTuple):
    unit: str
    amount: Decimal
    digits: str
    surface: str
    start: int
    end: int
    words: frozenset[str]


def _read(fields: Fields) -> str:
    return expression(fields, "unless", required=True)


def _exchanged(rule: Rule, view: View) -> Iterator[Hit]:
    def pair(one: _Figure, other: _Figure) -> bool:
        return _swapped(one.digits, other.digits) and bool(one.words & other.words)

    return _pairs(rule, view, lambda f: "".join(sorted(f.digits)), pair)


def _scaled(rule: Rule, view: View) -> Iterator[Hit]:
    def pair(one: _Figure, other: _Figure) -> bool:
        return one.amount != other.amount and _of_one_thing(one.words, other.words)

    return _pairs(rule, view, lambda f: _significant(f.digits), pair)


def _of_one_thing(one: frozenset[str], other: frozenset[str]) -> bool:
    """总产量 and 粮食总产量 are, 油料总产量 and 粮食总产量 are not."""
    few, common = min(one, other, key=len), one & other
    return len(common) >= _ALIKE or (few == common and len(few) > 1)


def _significant(digits: str) -> str:
    """The digits without the zeros at both ends; too few may be alike by chance: each figure for itself."""
    found = digits.strip("0")
    return found if len(found) >= _LONG else ""


def _pairs(
    rule: Rule, view: View, key: Callable[[_Figure], str], pair: Callable[[_Figure, _Figure], bool]
) -> Iterator[Hit]:
    """The later of two figures of one unit and key that make a pair, neither in a clause with words that part them."""
    unless, alike = compiled(rule.options), defaultdict(list)
    for figure in _figures(view):
        if shared := key(figure):
            alike[figure.unit, shared].append(figure)
    for figures in alike.values():
        for one, other in combinations(figures, 2):
            around = [clause_around(view.text, f.start, f.end) for f in (one, other)]
            if pair(one, other) and not any(unless.search(view.text, a.start, a.end) for a in around):
                yield Hit(other.start, other.end, {"other": one.surface, "place": view.place(one.start)})


def _figures(view: View) -> Iterator[_Figure]:
    """Long figures of running text."""
    for i in view.prose:
        text, base = view.blocks[i].text, view.starts[i]
        for value in parse_values(text) if re.search(r"\d{3}|\d\.\d", text) else ():
            number = re.match(r"\d+(?:\.\d+)?", value.surface)
            if number is None or value.kind not in ("count", "money") or len(number.group()) < _LONG:
                continue
            before = text[max(0, value.start - _BEFORE) : value.start]
            yield _Figure(
                value.unit, value.amount or Decimal(0), number.group().replace(".", ""), value.surface,
                base + value.start, base + value.end, frozenset(bigrams(re.split("[，。；：、]", before)[-1])),
            )  # fmt: skip


def _swapped(one: str, other: str) -> bool:
    """Whether two neighbouring digits are exchanged, and nothing else; 2500 and 2050 are two round figures."""
    differ = [n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    if len(one) != len(other) or len(differ) != 2 or differ[1] - differ[0] != 1:
        return False
    return "0" not in (one[differ[0]], other[differ[0]])


def _told(rule: Rule, view: View) -> Iterator[Hit]:
    """化解信访积案7件 here and 化解信访积案9件 there, both of what has been done."""
    first: dict[tuple[str, str], tuple[Value, int]] = {}
    for name, value, base in _named(view, rule.options):
        before, at = first.setdefault((name, value.unit), (value, base + value.start))
        if before.amount != value.amount:
            words = {"other": before.surface, "place": view.place(at)}
            yield Hit(base + value.start - len(name), base + value.end, words)


def _named(view: View, unless: str) -> Iterator[tuple[str, Value, int]]:
    """Figures of what was done, each with the run of characters before it in its clause and where its paragraph begins."""
    for i in (*view.part_blocks("opening"), *view.part_blocks("achievements")):
        text = view.blocks[i].text
        for value in parse_values(text) if view.blocks[i].role == "body" else ():
            around = clause_around(text, value.start, value.end)
            name = _NAME.search(text, around.start, value.start)
            if name is None or value.kind not in ("count", "money") or not value.surface[0].isdigit():
                continue
            if not compiled(unless).search(text, around.start, around.end):
                yield name.group(), value, view.starts[i]


KINDS = {
    "told-twice": Kind(_read, frozenset({"unless"}), frozenset({"other", "place"}), find=_told),
    "scaled": Kind(_read, frozenset({"unless"}), frozenset({"other", "place"}), find=_scaled),
    "digits-exchanged": Kind(_read, frozenset({"unless"}), frozenset({"other", "place"}), find=_exchanged),
}
