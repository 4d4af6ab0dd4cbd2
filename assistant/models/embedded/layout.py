"""Who says what, decided once for the whole document so that no lead, aim or principle stands twice in it.

``lay_out`` groups each section's facts into items (一是, 二是…) by kind and deals out leads, aims and principle
sentences, rotated by the brief's own seed. It is a pure function of outline and brief: sections written at the same
time all see the same deal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from assistant.brief import REGISTERS, Brief, Item
from assistant.models.embedded.data import Aim, FactKind, Principle, kind_of, patterns
from assistant.plan.outline import seed_of
from assistant.plan.types import Outline, SectionPlan
from assistant.plan.units import names_of
from assistant.similarity import bigrams, cosine

T = TypeVar("T")
_MOST_ITEMS = 7
_MOST_FACTS_AN_ITEM = 6


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact in its place: the aim before it (empty: none)."""

    item: Item
    kind: FactKind
    aim: str = ""


@dataclass(frozen=True, slots=True)
class ItemLayout:
    """One 一是 item: its lead (empty: none) and its facts."""

    lead: str
    lines: tuple[FactLine, ...]


@dataclass(frozen=True, slots=True)
class SectionLayout:
    principles: tuple[str, ...]
    items: tuple[ItemLayout, ...]


@lru_cache(maxsize=64)
def lay_out(outline: Outline, brief: Brief) -> dict[str, SectionLayout]:
    """Layout of every achievements section, by section id."""
    dealer = _Dealer(brief)
    return {s.id: dealer.section(s) for s in outline.written if s.part == "achievements"}


class _Dealer:
    """Deals patterns without ever dealing one twice."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.seed = seed_of(brief)
        self.used: set[str] = set()
        self.names = names_of(brief)
        self.lines = 0  # counts facts, so that aims fall now here, now there
        self.party = bool(brief.body) or "party" in brief.kind

    def section(self, plan: SectionPlan) -> SectionLayout:
        items = [self.brief.item(i) for i in plan.items]
        principles = self._principles(plan.theme)
        groups = _grouped(items)
        layouts = [self._item(group, plan.theme, len(groups)) for group in groups]
        return SectionLayout(principles, tuple(layouts))

    def _principles(self, theme: str) -> tuple[str, ...]:
        """All that fit, the plainest register first, those made for this kind of unit before the rest: the writer takes
        as many as the length and the register allow."""
        own = [p for p in patterns().principles.get(theme, ()) if self._fits(p)]
        rows = own or [p for p in patterns().fallback if self._fits(p)]
        tiers = [self._rotated([p for p in rows if p.register == r]) for r in REGISTERS]
        ordered = [p for tier in tiers for p in sorted(tier, key=lambda p: not p.units)]
        return tuple(self._take(p.text for p in ordered))

    def _fits(self, principle: Principle) -> bool:
        return principle.fits(self.brief.register, self.brief.date, self.names.kind, self.brief.kind)

    def _item(self, group: list[Item], theme: str, groups: int) -> ItemLayout:
        kinds = [kind_of(i.text) for i in group]
        lead = self._lead(kinds, theme, group) if groups > 1 else ""
        lines = [
            FactLine(item, kind, self._aim(item, kind, theme))
            for item, kind in zip(group, kinds, strict=True)
        ]
        return ItemLayout(lead, tuple(lines))

    def _lead(self, kinds: Sequence[FactKind], theme: str, group: list[Item]) -> str:
        """The lead of the group's kind; a group of strangers gets a general one."""
        said = bigrams("".join(i.text for i in group))
        kind = kinds[0] if len({k.id for k in kinds}) == 1 else patterns().kinds[-1]
        own = sorted(self._rotated(kind.leads), key=lambda lead: -len(bigrams(lead) & said))
        spare = [
            lead for lead in self._rotated(patterns().spare_leads.get(theme, ())) if bigrams(lead) & said
        ]
        return next(iter(self._take([*own, *spare, *patterns().kinds[-1].leads], 1)), "")

    def _aim(self, item: Item, kind: FactKind, theme: str) -> str:
        every = {"concise": 3, "standard": 2, "full": 1}[self.brief.register]
        self.lines += 1
        if (self.seed + self.lines) % every:
            return ""
        fit = (a.text for a in self._rotated(kind.aims) if self._aim_fits(a, item, theme))
        return next(iter(self._take(fit, 1)), "")

    def _aim_fits(self, aim: Aim, item: Item, theme: str) -> bool:
        if (aim.party and not self.party) or (aim.only and theme not in aim.only):
            return False
        return len(bigrams(aim.text) & bigrams(item.text)) < 2

    def _rotated(self, options: Sequence[T]) -> list[T]:
        if not options:
            return []
        k = self.seed % len(options)
        return [*options[k:], *options[:k]]

    def _take(self, options: Iterable[str], most: int = 99) -> Iterator[str]:
        taken = 0
        for option in options:
            if taken == most:
                return
            if option not in self.used:
                self.used.add(option)
                taken += 1
                yield option


def _grouped(items: Sequence[Item]) -> list[list[Item]]:
    """Facts of one kind together, in the order of the first of each; at most six groups, none too long."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(kind_of(item.text).id, []).append(item)
    out: list[list[Item]] = []
    for group in groups.values():
        out += [group[n : n + _MOST_FACTS_AN_ITEM] for n in range(0, len(group), _MOST_FACTS_AN_ITEM)]
    while len(out) > _MOST_ITEMS and min(map(len, out)) < _MOST_FACTS_AN_ITEM:
        rest = out.pop(min(range(len(out)), key=lambda n: (len(out[n]), -n)))
        text = "".join(i.text for i in rest)
        roomy = [g for g in out if len(g) < _MOST_FACTS_AN_ITEM] or out
        max(roomy, key=lambda g: (cosine(text, "".join(i.text for i in g)), -len(g))).extend(rest)
    return out
