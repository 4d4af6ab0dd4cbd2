"""The catalogue: every data file of knowledge/ as frozen values, read once.

``load_catalogue`` raises ``KnowledgeError`` with file and line for the first problem; ``validate`` lists them all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import resources
from assistant.brief import Period
from assistant.catalogue.files import files
from assistant.catalogue.types import (
    CampaignWindow,
    CharError,
    Formulation,
    Genre,
    Milestone,
    OrderRule,
    OrgTerm,
    PeriodRule,
    PolicyDocument,
    PolicyStatement,
    Theme,
)
from assistant.compiled import compiled
from assistant.errors import KnowledgeError

if TYPE_CHECKING:
    from assistant.catalogue.read import Collected


@dataclass(frozen=True)
class Catalogue:
    """``words`` are short word lists by name (``anticipation``: 迎接, 筹备… before a milestone); ``digest`` is over the
    content of all files read. Formulations keep the order of the files, themes their ``order``."""

    formulations: tuple[Formulation, ...]
    documents: tuple[PolicyDocument, ...]
    orders: tuple[OrderRule, ...]
    milestones: tuple[Milestone, ...]
    windows: tuple[CampaignWindow, ...]
    periods: tuple[PeriodRule, ...]
    char_errors: tuple[CharError, ...]
    org_terms: tuple[OrgTerm, ...]
    genres: dict[str, Genre]
    themes: dict[str, Theme]
    words: dict[str, tuple[str, ...]]
    digest: str

    def formulation(self, id: str) -> Formulation:
        for entry in self.formulations:
            if entry.id == id:
                return entry
        raise KnowledgeError(f"提法表中没有 {id} 这一条")

    def genre(self, id: str) -> Genre:
        if id not in self.genres:
            raise KnowledgeError(f"没有 {id} 这种文种，可用的有 {'、'.join(sorted(self.genres))}")
        return self.genres[id]

    def in_force(self, on: date) -> tuple[Formulation, ...]:
        return tuple(f for f in self.formulations if f.in_force(on))

    def windows_on(self, on: date) -> tuple[CampaignWindow, ...]:
        """The campaigns under way on a day."""
        return tuple(w for w in self.windows if w.start <= on <= w.end)

    def windows_in(self, start: date, end: date) -> tuple[CampaignWindow, ...]:
        """The campaigns that ran at any time between two days."""
        return tuple(w for w in self.windows if w.start <= end and start <= w.end)

    def period_rule(self, period: Period | date) -> PeriodRule | None:
        """What a text for this period (or one that ends on this day) must mention, as far as it existed by then."""
        end = period.end if isinstance(period, Period) else period
        rule = next((r for r in self.periods if r.start <= end <= r.end), None)
        if rule is None:
            return None
        topics = tuple(t for t in rule.topics if t.since is None or t.since <= end)
        must, should = (tuple(t.any for t in topics if t.must is level) for level in (True, False))
        return replace(rule, must=must, should=should)

    def policy_statements(self, on: date, themes: Collection[str] = ()) -> tuple[PolicyStatement, ...]:
        """Quotable wordings in force on a day, with their source; only on these themes where any are given.
        A wording whose source came later than the day is left out."""
        out = []
        for entry in self.in_force(on):
            if entry.citable and (not themes or set(themes) & set(entry.themes)):
                out += _statements(entry, on)
        return tuple(out)


def _statements(entry: Formulation, on: date) -> list[PolicyStatement]:
    return [
        PolicyStatement(
            f"{entry.id}.{n}", q.text, q.source.title, q.source.issuer, q.source.date, entry.id, entry.themes
        )
        for n, q in enumerate(entry.quotes, 1)
        if _published(q.source.date, on)
    ]


def _published(text: str, on: date) -> bool:
    """Whether a source dated 2023, 2023-03 or 2023-03-19 was out on a day; the parts not given count as first."""
    return bool(text) and text <= on.isoformat()[: len(text)]


def load_catalogue(overlay: Path | None = None) -> Catalogue:
    """The catalogue with a user's folder over it, read again only when a file changed."""
    return _load(overlay, resources.stamp(path for _, path in files(overlay)))


@lru_cache(maxsize=4)
def _load(overlay: Path | None, stamp: tuple[tuple[str, int, int], ...]) -> Catalogue:
    return compiled("catalogue", [Path(path) for path, _, _ in stamp], lambda: _read(overlay))


def _read(overlay: Path | None) -> Catalogue:
    from assistant.catalogue.problems import links
    from assistant.catalogue.read import collect

    found = collect(overlay)
    links(found)
    if found.problems:
        first = min(found.problems, key=lambda p: (p.path, p.line))
        raise KnowledgeError(first.message, path=first.path, line=first.line or None)
    return _catalogue(found)


def _catalogue(found: Collected) -> Catalogue:
    lists = {name: tuple(entries.values()) for name, entries in found.entries.items() if name != "themes"}
    themes = sorted(found.entries["themes"].values(), key=lambda t: t.order)
    return Catalogue(
        **lists,
        genres=found.genres,
        themes={t.id: t for t in themes},
        words=found.words,
        digest=found.digest,
    )
