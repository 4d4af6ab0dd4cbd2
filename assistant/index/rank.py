"""From scored passages to the few that are shown: preferences, validity and diversity. Pure functions.

Scores are relative to the best candidate. Policy passages out of force on the day asked for are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from assistant.brief import Period
from assistant.index.config import RankRules
from assistant.index.passage import Hit, Lane, Passage, Resolver
from assistant.index.tokens import folded
from assistant.similarity import bigrams

_RUN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. ``lane``, ``part``, ``genre``, ``themes`` (any of) and ``periods`` (any of) filter;
    ``period`` and ``organization`` prefer; ``as_of`` is the day policies must be in force."""

    lane: Lane | None = None
    part: str | None = None
    genre: str | None = None
    themes: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    period: str = ""
    organization: str = ""
    as_of: date | None = None

    @property
    def filters(self) -> dict[str, tuple[str, ...]]:
        single = {"lane": self.lane, "part": self.part, "genre": self.genre}
        chosen = {k: (v,) for k, v in single.items() if v}
        several = {"theme": self.themes, "period": self.periods}
        return chosen | {k: v for k, v in several.items() if v}


def fuse(lexical: dict[str, float], vector: dict[str, float], weight: float) -> dict[str, float]:
    """Lexical score over its maximum, plus ``weight`` times the vector score over its own."""
    top = max(lexical.values(), default=0.0) or 1.0
    near = max(vector.values(), default=0.0) or 1.0
    ids = dict.fromkeys([*lexical, *vector])
    return {i: lexical.get(i, 0.0) / top + weight * vector.get(i, 0.0) / near for i in ids}


def verbatim(query: str) -> Callable[[str], float]:
    """Share of the query's runs (words typed apart, clauses between stops) that stand in a text as they are."""
    runs = tuple(dict.fromkeys(_RUN.findall(folded(query))))

    def share(text: str) -> float:
        plain = folded(text)
        return sum(run in plain for run in runs) / len(runs) if runs else 0.0

    return share


def select(
    scored: Iterable[tuple[Passage, float]],
    wanted: Wanted,
    rules: RankRules,
    limit: int,
    resolver: Resolver | None = None,
) -> list[Hit]:
    """The best ``limit`` hits, each next one chosen with a discount for sources already shown."""
    hits = [h for p, s in scored if (h := _hit(p, s * _preference(p, wanted, rules), wanted, resolver))]
    hits.sort(key=lambda h: (-h.score, h.passage.id))
    chosen: list[Hit] = []
    shown: Counter[str] = Counter()
    while hits and len(chosen) < limit:
        best = max(hits, key=lambda h: h.score * rules.same_source ** shown[h.passage.document])
        hits.remove(best)
        if not any(_alike(best.passage.text, c.passage.text, rules.same_text) for c in chosen):
            chosen.append(best)
            shown[best.passage.document] += 1
    return chosen


def _hit(passage: Passage, score: float, wanted: Wanted, resolver: Resolver | None) -> Hit | None:
    if passage.lane != "policy":
        return Hit(passage, score)
    if wanted.as_of and passage.date and passage.date > wanted.as_of.isoformat():
        return None
    validity = resolver(passage.title, wanted.as_of) if resolver else None
    if validity is not None and wanted.as_of and not validity.in_force:
        return None
    return Hit(passage, score, validity)


def _preference(passage: Passage, wanted: Wanted, rules: RankRules) -> float:
    factor = 1.0
    if wanted.organization and passage.organization and _same_unit(passage.organization, wanted.organization):
        factor *= rules.own_unit
    if wanted.period and passage.period and passage.lane == "precedent":
        factor *= max(
            rules.period_floor, 1 - rules.period_decay * _years_between(passage.period, wanted.period)
        )
    return factor


def _same_unit(a: str, b: str) -> bool:
    """市自然资源和规划局 and 蒙自市自然资源和规划局 are one unit: the shorter name ends the longer."""
    return a.endswith(b) or b.endswith(a)


def _years_between(a: str, b: str) -> float:
    try:
        days = (Period.parse(a).start - Period.parse(b).start).days
    except ValueError:
        return 0.0
    return abs(days) / 365.25


def _alike(a: str, b: str, share: float) -> bool:
    if min(len(a), len(b)) < share * max(len(a), len(b)):
        return False
    x, y = bigrams(a), bigrams(b)
    return bool(x and y) and len(x & y) >= share * max(len(x), len(y))
