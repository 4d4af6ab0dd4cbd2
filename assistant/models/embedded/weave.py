"""Policy wording woven in (完整语域): quoted word for word, dealt so that each stands in one place only.

A phrase goes to the fact, the problem or the plan that speaks of the same thing, or to the head of the section on its
theme. It never says that anything was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.brief import Brief, Item
from assistant.models.embedded.data import kind_of, patterns
from assistant.models.embedded.grammar import echoes, shuffled
from assistant.plan.assign import party_themes
from assistant.plan.headings import borne_out
from assistant.plan.outline import seed_of
from assistant.plan.types import Outline, SectionPlan, SectionTask
from assistant.plan.wordings import Wording, wordings
from assistant.similarity import bigrams
from assistant.values import lexicon

_IN_HEAD = 4  # sentences at a section's head
_AFTER_PLAN = 3
_OWN_RUN = 7  # characters that the fact itself says already


@dataclass(frozen=True, slots=True)
class Deal:
    """Who has which wording: ``before`` a fact or a problem by its id, ``heads`` by section id, ``after`` a measure by its
    first item's id; {party} and {we} still to be named."""

    opening: str
    heads: dict[str, tuple[str, ...]]
    before: dict[str, str]
    after: dict[str, tuple[str, ...]]
    said: str


_NOTHING = Deal("", {}, {}, {}, "")


def deal(task: SectionTask) -> Deal:
    return _deal(task.outline, task.brief) if task.brief.register == "full" else _NOTHING


@lru_cache(maxsize=64)
def _deal(outline: Outline, brief: Brief) -> Deal:
    dealer = _Dealer(brief)
    after: dict[str, tuple[str, ...]] = {}
    before: dict[str, str] = {}
    for section in outline.written:
        if section.part == "plans":
            after |= {sub.items[0]: dealer.after(sub.heading, sub.items) for sub in section.subheads}
        elif section.part == "problems":
            before |= {i: dealer.problem(brief.item(i)) for i in section.items}
    opening = dealer.take(wordings().openings.get(brief.kind, ()), 1)
    heads = {s.id: dealer.head(s) for s in outline.written if s.part == "achievements"}
    for section in outline.written:
        if section.part == "achievements":
            before |= {i: dealer.aim(brief.item(i), section) for i in section.items}
    return Deal("".join(opening), heads, before, after, dealer.said)


class _Dealer:
    """Takes wordings without ever taking one twice, nor two that say the same."""

    def __init__(self, brief: Brief) -> None:
        self.brief, self.seed, self.said = brief, seed_of(brief), ""

    def take(self, rows: Iterable[Wording], most: int, about: str = "") -> tuple[str, ...]:
        """The rows closest to what they are about; what it says itself is not said before it."""
        fit = [r for r in rows if r.fits(self.brief) and not echoes(r.text, about, _OWN_RUN)]
        near = bigrams(about)
        out: list[str] = []
        for row in sorted(shuffled(fit, self.seed, about), key=lambda r: -len(bigrams(r.text) & near)):
            if len(out) < most and not echoes(row.text, self.said):
                out.append(row.text)
                self.said += row.text + "\n"
        return tuple(out)

    def head(self, section: SectionPlan) -> tuple[str, ...]:
        """Quotations in the order of the file, then one sentence on the unit's own trade."""
        text = section.heading + "".join(self.brief.item(i).text for i in section.items)
        rows = [
            r
            for r in wordings().heads.get(section.theme, ())
            if r.match.search(text) and borne_out(r.text, text)
        ]
        quoted = self.take((r for r in rows if r.quotes), _IN_HEAD, section.heading)
        order = {r.text: n for n, r in enumerate(rows)}
        trade = self.take((r for r in rows if not r.quotes), 1)
        return (*sorted(quoted, key=order.__getitem__), *trade)

    def aim(self, item: Item, section: SectionPlan) -> str:
        if patterns().stated.search(item.text):
            return ""
        rows = wordings().aims.get(kind_of(item.text).id, ())
        inner = "党" in item.text or section.theme in party_themes()
        fit = [
            r
            for r in rows
            if (inner or not r.party)
            and (not r.only or section.theme in r.only)
            and r.match.search(item.text)
        ]
        return "，".join(self.pair(fit, item.text))

    def pair(self, rows: Sequence[Wording], about: str) -> tuple[str, ...]:
        """One aim; before an action, where a length is asked for, a second that goes with it."""
        one = self.take(rows, 1, about)
        if not one or not self.brief.length or not lexicon().action.match(about):
            return one
        table = wordings()
        led = table.first.match(one[0]) is not None
        wanted = table.then if led else table.first
        if not led and not table.then.match(one[0]):
            return one
        room = table.longest - len(one[0])
        other = self.take([r for r in rows if wanted.match(r.text) and len(r.text) <= room], 1, about)
        return (*one, *other) if led else (*other, *one)

    def problem(self, item: Item) -> str:
        rows = (r for r in wordings().problems if r.match.search(item.text))
        return "".join(self.take(rows, 1, item.text))

    def after(self, heading: str, ids: Iterable[str]) -> tuple[str, ...]:
        text = heading + "".join(self.brief.item(i).text for i in ids)
        rows = [r for r in wordings().plans if r.match.search(text)]
        return self.take(rows, _AFTER_PLAN, text)
