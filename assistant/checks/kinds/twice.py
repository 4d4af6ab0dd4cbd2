"""One figure written twice with two digits exchanged: 办结3215件 here, 办结群众诉求3251件 there.

In: words that make two figures of one thing two measurements (去年, 计划). Only figures of one unit told with a common
word before them, of the same digits with two neighbours exchanged, are set side by side.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
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
_LONG = 3  # digits; of fewer, the exchange may well be chance
_BEFORE = 12  # characters that name what is counted


class _Figure(NamedTuple):
    digits: str
    surface: str
    start: int
    end: int
    words: frozenset[str]


def _read(fields: Fields) -> str:
    return expression(fields, "unless", required=True)


def _exchanged(rule: Rule, view: View) -> Iterator[Hit]:
    unless = compiled(rule.options)
    for figures in _alike(view).values():
        for one, other in combinations(figures, 2):
            if not _swapped(one.digits, other.digits) or not one.words & other.words:
                continue
            around = [clause_around(view.text, f.start, f.end) for f in (one, other)]
            if not any(unless.search(view.text, a.start, a.end) for a in around):
                words = {"other": one.surface, "place": view.place(one.start)}
                yield Hit(other.start, other.end, words)


def _alike(view: View) -> dict[tuple[str, str], list[_Figure]]:
    """Long figures of running text by their unit and their digits in order."""
    found: dict[tuple[str, str], list[_Figure]] = defaultdict(list)
    for i in view.prose:
        text, base = view.blocks[i].text, view.starts[i]
        for value in parse_values(text) if re.search(r"\d{3}|\d\.\d", text) else ():
            number = re.match(r"\d+(?:\.\d+)?", value.surface)
            if number is None or value.kind not in ("count", "money") or len(number.group()) < _LONG:
                continue
            before = text[max(0, value.start - _BEFORE) : value.start]
            words = frozenset(bigrams(re.split("[，。；：、]", before)[-1]))
            figure = _Figure(
                number.group().replace(".", ""), value.surface, base + value.start, base + value.end, words
            )
            found[value.unit, "".join(sorted(figure.digits))].append(figure)
    return {key: figures for key, figures in found.items() if len(figures) > 1}


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
    "digits-exchanged": Kind(_read, frozenset({"unless"}), frozenset({"other", "place"}), find=_exchanged),
}
