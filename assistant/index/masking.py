"""Figures, names, organisations and places of a past summary, found and masked: a prompt sees the masked passage only.

Masking leans to too much rather than too little; the entities found are kept, unmasked, for checks of leaks.
Words that decide (titles of office, surnames, suffixes, what everybody may write) are in knowledge/retrieval.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.index.config import MaskingRules
from assistant.index.passage import Entity, EntityKind
from assistant.index.units import UnitFinder
from assistant.text import CLAUSE_END
from assistant.values import Value, parse_values

_DIGITS = re.compile(
    r"(?<=百分之)[〇零一二两三四五六七八九十百点]+|"
    r"[\d０-９][\d０-９.,．，]*(?<![.,．，])|(?!百分之)[〇零一二两三四五六七八九十百千]{1,8}(?=[\u4e00-\u9fff%％])"
)
_EDGES = CLAUSE_END + "（）()“”‘’《》〈〉【】— \u3000\t\n"
_Found = tuple[int, int, EntityKind]


class Masker:
    """Patterns of one set of rules, compiled once."""

    def __init__(self, rules: MaskingRules) -> None:
        self._rules, self._names, self._units = rules, _patterns(rules), UnitFinder(rules)

    def mask(self, text: str, *, organization: str = "") -> tuple[str, tuple[Entity, ...]]:
        """The masked text and what was found, in order; ``organization`` is the unit the text is of."""
        found: list[_Found] = []
        for start, end, kind in self._candidates(text, organization):
            if start < end and not any(a < end and start < b for a, b, _ in found):
                found.append((start, end, kind))
        found.sort()
        out, at = [], 0
        for start, end, kind in found:
            out += [text[at:start], self._mark(text[start:end], kind)]
            at = end
        return "".join([*out, text[at:]]), tuple(Entity(kind, text[a:b], a, b) for a, b, kind in found)

    def _candidates(self, text: str, organization: str) -> Iterator[_Found]:
        """The surest first: what is found later gives way."""
        yield from _figures(text)
        if len(organization) > 1:
            yield from (
                (m.start(), m.end(), "organization") for m in re.finditer(re.escape(organization), text)
            )
        yield from self._units.organizations(text)
        yield from _people(text, self._names)
        yield from self._units.places(text)

    def _mark(self, surface: str, kind: EntityKind) -> str:
        """The numerals of a figure go, its unit stays: 6次 -> ××次."""
        if kind == "figure":
            return _DIGITS.sub(self._rules.marks.figure, surface)
        return str(getattr(self._rules.marks, kind))


def _figures(text: str) -> Iterator[_Found]:
    for value in parse_values(text):
        if value.kind == "title":  # the title of an own paper carries its year
            inside = parse_values(value.surface[1:-1])
            yield from (
                (value.start + 1 + v.start, value.start + 1 + v.end, "figure")
                for v in inside
                if v.kind in ("year", "date")
            )
        elif _DIGITS.search(value.surface) and not (value.kind == "plain" and _numbers_an_item(text, value)):
            yield value.start, value.end, "figure"


def _numbers_an_item(text: str, value: Value) -> bool:
    """1. or （1） at the head of a line is a number of the list, not a figure."""
    before, after = text[: value.start].rstrip(" 　"), text[value.end : value.end + 1]
    opened = before[-1:] in ("(", "（")
    return after in tuple(".．、)）") and (opened or not before or before[-1] == "\n")


@dataclass(frozen=True, slots=True)
class _NamePatterns:
    """``after_title``: 局长王建国; ``before_title``: 王建国同志; ``item``: one name of an enumeration."""

    after_title: re.Pattern[str]
    before_title: re.Pattern[str]
    item: re.Pattern[str]
    closes: re.Pattern[str]


def _patterns(rules: MaskingRules) -> _NamePatterns:
    family = f"(?:{'|'.join(rules.compound_surnames)}|[{rules.surnames}])"
    name = rf"(?!{'|'.join(rules.not_names)}){family}[\u4e00-\u9fff]"
    edge = re.escape(_EDGES)
    before, after = _longest_first(rules.name_before), _longest_first(rules.name_after)
    right = rf"(?=[{edge}{rules.name_followers}]|$|(?:{after}))"
    return _NamePatterns(
        re.compile(rf"(?:{before})(?P<name>{name}[\u4e00-\u9fff]{right}|{name}{right})"),
        re.compile(rf"(?:^|(?<=[{edge}{rules.name_leaders}])|(?<=同志)|(?<=书记)|(?<=[局主校处科所院镇县市区部组]长))(?P<name>{name}[\u4e00-\u9fff]??)(?={after})"),
        re.compile(rf"(?P<name>{name}[\u4e00-\u9fff]?)(?=[、和等，。；（(]|$)"),
        re.compile(r"等?\d*(?:名|位|人)?同志|等\d+(?:名|位|人)"),
    )  # fmt: skip


def _longest_first(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


def _people(text: str, patterns: _NamePatterns) -> Iterator[_Found]:
    known: set[tuple[int, int]] = set()
    for pattern in (patterns.after_title, patterns.before_title):
        known |= {m.span("name") for m in pattern.finditer(text)}
    known |= set(_enumerated(text, patterns, known))
    surfaces = {text[a:b] for a, b in known}
    for surface in surfaces:  # the same person named again without the title
        known |= {m.span() for m in re.finditer(re.escape(surface), text)}
    yield from ((a, b, "person") for a, b in sorted(known))


def _enumerated(text: str, patterns: _NamePatterns, known: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """张三、李四、王五等3名同志: neighbours of a name in a list, or a list closed by 等3名同志."""
    for m in re.finditer(
        r"(?:[\u4e00-\u9fff]{2,4}[、和]){1,30}[\u4e00-\u9fff]{2,4}?(?=等|同志|，|。|；|（|$)", text
    ):
        closed = patterns.closes.match(text, m.end()) is not None
        names = patterns.item.finditer(text, m.start(), m.end() + 1)
        items = [n.span("name") for n in names if closed or _whole(text, n.start("name"))]
        if closed or any(span in known for span in items):
            yield from items


def _whole(text: str, start: int) -> bool:
    """The item is nothing but the name: 教师成长 is none."""
    return start == 0 or text[start - 1] in "、和" + _EDGES
