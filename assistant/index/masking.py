"""Figures, names, organisations and places of a past summary, found and masked: a prompt sees the masked passage only.

Masking leans to too much rather than too little; the entities found are kept, unmasked, for checks of leaks.
Words that decide (titles of office, surnames, suffixes, what everybody may write) are in knowledge/retrieval.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.index.config import MaskingRules
from assistant.index.passage import Entity, EntityKind
from assistant.index.units import organizations, places
from assistant.text import CLAUSE_END
from assistant.values import parse_values

_DIGITS = re.compile(r"[\d０-９][\d０-９.,．，]*(?<![.,．，])|[〇零一二两三四五六七八九十百千]{1,8}(?=[\u4e00-\u9fff%％])")
_EDGES = CLAUSE_END + "（）()“”‘’《》〈〉【】— \u3000\t\n"
_Found = tuple[int, int, EntityKind]


def mask(text: str, rules: MaskingRules, *, organization: str = "") -> tuple[str, tuple[Entity, ...]]:
    """The masked text and what was found, in order; ``organization`` is the unit the text is of."""
    found: list[_Found] = []
    for finder in (_figures, _own_unit(organization), organizations, _people, places):
        for start, end, kind in finder(text, rules):
            if start < end and not any(a < end and start < b for a, b, _ in found):
                found.append((start, end, kind))
    found.sort()
    out, at = [], 0
    for start, end, kind in found:
        surface = text[start:end]
        out += [text[at:start], _figure_mark(surface, rules) if kind == "figure" else rules.marks[kind]]
        at = end
    return "".join([*out, text[at:]]), tuple(Entity(kind, text[a:b], a, b) for a, b, kind in found)


def _figure_mark(surface: str, rules: MaskingRules) -> str:
    """The numerals go, the unit stays: 6次 -> ××次."""
    return _DIGITS.sub(rules.marks["figure"], surface)


def _figures(text: str, _: MaskingRules) -> Iterator[_Found]:
    for value in parse_values(text):
        if value.kind == "title":  # the title of an own paper carries its year
            inside = parse_values(value.surface[1:-1])
            yield from ((value.start + 1 + v.start, value.start + 1 + v.end, "figure") for v in inside if v.kind in ("year", "date"))
        elif _DIGITS.search(value.surface):
            yield value.start, value.end, "figure"


def _own_unit(organization: str) -> Callable[[str, MaskingRules], Iterator[_Found]]:
    def find(text: str, _: MaskingRules) -> Iterator[_Found]:
        if len(organization) > 1:
            yield from ((m.start(), m.end(), "organization") for m in re.finditer(re.escape(organization), text))

    return find


@dataclass(frozen=True, slots=True)
class _NamePatterns:
    """``after_title``: 局长王建国; ``before_title``: 王建国同志; ``item``: one name of an enumeration."""

    after_title: re.Pattern[str]
    before_title: re.Pattern[str]
    item: re.Pattern[str]
    closes: re.Pattern[str]


@lru_cache(maxsize=4)
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


def _people(text: str, rules: MaskingRules) -> Iterator[_Found]:
    patterns = _patterns(rules)
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
    for m in re.finditer(r"(?:[\u4e00-\u9fff]{2,4}[、和]){1,30}[\u4e00-\u9fff]{2,4}?(?=等|同志|，|。|；|（|$)", text):
        items = [i.span("name") for i in patterns.item.finditer(text, m.start(), m.end() + 1) if _whole(text, i)]
        closed = patterns.closes.match(text, m.end()) is not None
        if closed or any(span in known for span in items):
            yield from items


def _whole(text: str, m: re.Match[str]) -> bool:
    return m.start() == 0 or text[m.start() - 1] in "、和" + _EDGES or m.start("name") == m.start()
