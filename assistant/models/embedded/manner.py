"""How items and the opening are put, as the office is used to (its house style); the genre's way where it has none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assistant.brief import Brief
from assistant.plan.house import HouseStyle, run_mark, style_rules

_LONGEST_JOINED = 70  # characters of a joined sentence, marks included
_WHEN = "{when}，"


@dataclass(frozen=True, slots=True)
class Told:
    """One item: its topic sentence (may be empty) and what it tells."""

    lead: str
    text: str

    @property
    def whole(self) -> str:
        return (f"{self.lead}。" if self.lead else "") + self.text


def put(head: str, items: Sequence[Told], house: HouseStyle | None) -> str:
    """The section: its head and its items, in paragraphs, in one paragraph, or told straight on. Topic sentences stand
    after 一是 alone: after another mark they would read as acts of their own."""
    form, mark = (house.run, house.run_mark) if house else ("", "")
    bare = bool(form) and house is not None and (not house.run_lead or bool(mark))
    texts = [t.text if bare else t.whole for t in items]
    if form == "none":
        return head + "".join(texts)
    numbered = [run_mark(mark, n) + text for n, text in enumerate(texts, 1)]
    if form == "inline":
        return head + "".join(numbered)
    return "\n".join([head, *numbered] if head else numbered)


def longest_joined(house: HouseStyle | None) -> int:
    """How long two short acts in one sentence may get."""
    return round(house.longer * style_rules()["joined"]) if house and house.longer else _LONGEST_JOINED


def begun(opening: str, brief: Brief, house: HouseStyle | None) -> str:
    """The pattern of an opening with the first words the office is used to."""
    words = style_rules()["first_words"].get(house.opening) if house else None
    if words is None:
        return opening
    own = words["this_year" if _in_the_year(brief) else "later"]
    return re.sub(f"^{re.escape(_WHEN)}", own.replace("{period}", brief.period.label), opening)


def _in_the_year(brief: Brief) -> bool:
    return brief.date.year == brief.period.start.year and brief.period.start == date(brief.date.year, 1, 1)
