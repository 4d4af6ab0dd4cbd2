"""Who says what, decided once for the whole document so that no lead, aim or principle stands twice in it.

``lay_out`` groups each section's facts into items (一是, 二是…) by kind and deals out leads, aims and principle
sentences, drawn by the brief's own seed, the sentences by its number in a batch where it has one. It is a pure function
of outline, brief and number: sections written at the same time all see the same deal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, islice

from assistant.brief import Brief, Item, Register
from assistant.models.embedded.data import Aim, FactKind, Principle, family_of, kind_of, patterns
from assistant.models.embedded.grammar import count, dealt, draw, echoes, shuffled
from assistant.plan.headings import borne_out
from assistant.plan.outline import seed_of
from assistant.plan.types import Outline, SectionPlan
from assistant.plan.units import names_of, suits
from assistant.similarity import bigrams, cosine

_MOST_ITEMS = 7
_OFTEN = 2  # times a word is said before it is worn
_DRAWS = 8  # sentences of a pattern, of which the nearest to the section's subject is taken
_WANTED_ITEMS = 4  # more than these are put together where their kinds are of one family
_MOST_FACTS_AN_ITEM = 6
_MOST_FACTS_TOGETHER = 3
#: Dealt to a section, of which it says as many as it has room for; the rest is for other sections on its theme.
_REQUIREMENTS: dict[Register, int] = {"concise": 2, "standard": 2, "full": 3}


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact in its place: the aim before it (empty: none)."""

    item: Item
    kind: FactKind
    aim: str = ""

    @property
    def measured(self) -> bool:
        """It tells how many or how much, of the period."""
        return any(v.kind in ("count", "money") for v in self.item.values)


@dataclass(frozen=True, slots=True)
class ItemLayout:
    """One 一是 item: its lead (empty: none) and its facts."""

    lead: str
    lines: tuple[FactLine, ...]


@dataclass(frozen=True, slots=True)
class SectionLayout:
    """``requirements`` in the order of preference, ``stance`` the sentence that leads up to the facts (may be empty)."""

    requirements: tuple[str, ...]
    stance: str
    items: tuple[ItemLayout, ...]


@lru_cache(maxsize=64)
def lay_out(outline: Outline, brief: Brief, variant: int | None = None) -> dict[str, SectionLayout]:
    """Layout of every achievements section, by section id."""
    dealer = _Dealer(brief, variant)
    return {s.id: dealer.section(s) for s in outline.written if s.part == "achievements"}


class _Dealer:
    """Deals patterns without ever dealing one twice, nor two that say the same."""

    def __init__(self, brief: Brief, variant: int | None) -> None:
        self.brief, self.variant = brief, variant
        self.seed = seed_of(brief)
        self.used: set[str] = set()
        self.said = ""
        self.names = names_of(brief)
        self.party = bool(brief.body) or "party" in brief.kind

    def section(self, plan: SectionPlan) -> SectionLayout:
        items = [self.brief.item(i) for i in plan.items]
        rows = patterns().principles.get(plan.theme, ())
        if not any(map(self._fits, rows)):
            rows = patterns().fallback
        about = plan.heading + "".join(i.text for i in items)
        stance = self._sentences([p for p in rows if p.stance], 1, about)
        most = _REQUIREMENTS[self.brief.register]
        requirements = self._sentences([p for p in rows if not p.stance], most, about)
        groups = _grouped(items)
        layouts = [self._item(group, plan.theme, len(groups)) for group in groups]
        return SectionLayout(tuple(requirements), next(iter(stance), ""), tuple(layouts))

    def _sentences(self, rows: Sequence[Principle], most: int, about: str) -> list[str]:
        """One sentence of each pattern, those made for this kind of unit or report before the rest."""
        out: list[str] = []
        for pattern, sentence in self._own_sentences(rows, about):
            fresh = pattern not in self.used and not echoes(sentence, self.said)
            if fresh and len(out) < most and suits(sentence, self.brief) and borne_out(sentence, about):
                self.used.add(pattern)
                self.said += sentence
                out.append(sentence)
        return out

    def _own_sentences(self, rows: Sequence[Principle], about: str) -> Iterator[tuple[str, str]]:
        """By pattern, in the order in which they fall to this brief; dealt from all rows, so that briefs of other registers
        and kinds take from the same deal. In a batch those for one kind of unit only as far as they go round; a draft by
        itself takes the patterns by turns, whose sentence is nearest to what the section is about first."""
        fit = {p.text: p for p in rows if self._fits(p)}
        special = [p.text for p in fit.values() if p.units or p.genres]
        if self.variant is None:
            for texts in (special, [t for t in fit if t not in special]):
                yield from self._nearest(texts, about)
            return
        once = patterns().once
        if self.variant < sum(map(count, special)):
            yield from dealt(special, self.variant, once)
        yield from (card for card in dealt([p.text for p in rows], self.variant, once) if card[0] in fit)

    def _nearest(self, texts: Sequence[str], about: str) -> list[tuple[str, str]]:
        """One sentence of each pattern, the best first."""
        near = bigrams(about) - bigrams(patterns().frame["common"])
        worn = [w for w in patterns().seldom if self.said.count(w) >= _OFTEN]

        def rank(card: tuple[str, str]) -> tuple[bool, int]:
            return any(w in card[1] for w in worn), -len(bigrams(card[1]) & near)

        drawn = (
            islice(dealt([t], self.seed, patterns().once), _DRAWS) for t in shuffled(texts, self.seed, about)
        )
        return sorted((min(cards, key=rank) for cards in drawn), key=rank)

    def _fits(self, principle: Principle) -> bool:
        return principle.fits(self.brief.register, self.brief.date, self.names.kind, self.brief.kind)

    def _item(self, group: list[Item], theme: str, groups: int) -> ItemLayout:
        kinds = [kind_of(i.text) for i in group]
        lead = self._lead(kinds, theme, group) if groups > 1 else ""
        lines = [
            FactLine(item, kind, self._aim(item, kind, theme, lead))
            for item, kind in zip(group, kinds, strict=True)
        ]
        return ItemLayout(lead, tuple(lines))

    def _lead(self, kinds: Sequence[FactKind], theme: str, group: list[Item]) -> str:
        """The lead of the group's kind, else of its family, else what its facts are called themselves."""
        text = "".join(i.text for i in group)
        said, other = bigrams(text), patterns().kinds[-1]
        ids = {k.id for k in kinds}
        family = family_of(ids)
        own = kinds[0].leads if len(ids) == 1 else family.leads if family else ()
        if ids == {other.id} or not own:
            own = (*_named_leads(group[0].text), *self._spare(theme, said), *own)
        else:
            again = {i.text[:2] for i in group}  # 严格请示报告。严格执行…… would say it twice
            begun = tuple(i.text[:4] for i in group)
            near = shuffled(own, self.seed, text)
            own = tuple(
                sorted(
                    near,
                    key=lambda lead: (lead[:2] in again or lead[2:] in begun, -len(bigrams(lead) & said)),
                )
            )
        return next(iter(self._take([*own, *self._spare(theme, said), *other.leads], 1)), "")

    def _spare(self, theme: str, said: frozenset[str]) -> list[str]:
        options = shuffled(patterns().spare_leads.get(theme, ()), self.seed, theme)
        return [lead for lead in options if bigrams(lead) & said]

    def _aim(self, item: Item, kind: FactKind, theme: str, lead: str) -> str:
        every = {"concise": 3, "standard": 2, "full": 1}[self.brief.register]
        if draw(self.seed, "aim", item.id) % every or patterns().stated.search(item.text):
            return ""
        options = shuffled(kind.aims, self.seed, "aims", kind.id)
        fit = [a.text for a in options if self._aim_fits(a, item.text + lead, theme)]
        aim = next(iter(self._take((a for a in fit if not echoes(a, self.said)), 1)), "")
        self.said += aim
        return aim

    def _aim_fits(self, aim: Aim, near: str, theme: str) -> bool:
        if (aim.party and not self.party) or (aim.only and theme not in aim.only):
            return False
        if (aim.unit and self.brief.author) or not suits(aim.text, self.brief):
            return False
        return len(bigrams(aim.text) & bigrams(near)) < 2

    def _take(self, options: Iterable[str], most: int = 99) -> Iterator[str]:
        taken = 0
        for option in options:
            if taken == most:
                return
            if option not in self.used and suits(option, self.brief):
                self.used.add(option)
                taken += 1
                yield option


def _named_leads(text: str) -> tuple[str, ...]:
    """What a fact that names its work is called: 地方文献征集412种 -> 抓好文献征集."""
    naming = patterns().frame["naming"]
    m = re.match(
        rf"[\u4e00-\u9fff]{{0,6}}?([\u4e00-\u9fff]{{2}}(?:{'|'.join(naming['tails'])}))(?=[\d*＊])", text
    )
    return tuple(verb + m.group(1) for verb in naming["verbs"]) if m else ()


def _grouped(items: Sequence[Item]) -> list[list[Item]]:
    """Facts of one kind together, in the order of the first of each; kinds of one family too where there are many."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(kind_of(item.text).id, []).append(item)
    out: list[list[Item]] = []
    for group in groups.values():
        out += [group[n : n + _MOST_FACTS_AN_ITEM] for n in range(0, len(group), _MOST_FACTS_AN_ITEM)]
    while len(out) > _WANTED_ITEMS and (pair := _relatives(out)):
        out[pair[0]] += out.pop(pair[1])
    while len(out) > _MOST_ITEMS and min(map(len, out)) < _MOST_FACTS_AN_ITEM:
        rest = out.pop(min(range(len(out)), key=lambda n: (len(out[n]), -n)))
        text = "".join(i.text for i in rest)
        roomy = [g for g in out if len(g) < _MOST_FACTS_AN_ITEM] or out
        max(roomy, key=lambda g: (cosine(text, "".join(i.text for i in g)), -len(g))).extend(rest)
    return out


def _relatives(groups: Sequence[Sequence[Item]]) -> tuple[int, int] | None:
    """The two smallest groups of one family that may stand together."""
    fit = [
        (len(groups[a]) + len(groups[b]), a, b)
        for a, b in combinations(range(len(groups)), 2)
        if len(groups[a]) + len(groups[b]) <= _MOST_FACTS_TOGETHER
        and family_of({kind_of(i.text).id for i in (*groups[a], *groups[b])})
    ]
    return min(fit)[1:] if fit else None
