"""How a text names its own unit: 局党组, 我局, 学校党总支 (knowledge/units.yaml)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from assistant import resources
from assistant.brief import Brief


@dataclass(frozen=True, slots=True)
class UnitNames:
    """``short`` 局, ``we`` 我局, ``party`` 局党组 (empty without a body), ``kind`` bureau | school | …"""

    full: str
    short: str
    we: str
    kind: str
    party: str


@cache
def _table() -> dict[str, Any]:
    data: dict[str, Any] = resources.read_yaml("knowledge", "units.yaml")
    return data


@lru_cache(maxsize=256)
def unit_names(organization: str, body: str) -> UnitNames:
    """Names for ``organization`` led by ``body`` (党组, 党委, …; may be empty)."""
    table = _table()
    pairs = [(end, row) for row in table["suffixes"] for end in row["ends"] if organization.endswith(end)]
    row = max(pairs, key=lambda p: len(p[0]))[1] if pairs else table["default"]
    party = f"{row['short'] or ''}{body}" if body else ""
    return UnitNames(organization, row["short"], row["we"], row["kind"], party)


def names_of(brief: Brief) -> UnitNames:
    return unit_names(brief.organization, brief.body)


def post_of(author: str) -> str:
    """The author's post; empty where a name is given."""
    return author if re.search(_table()["posts"]["ends"], author) else ""


def signs_as_party(brief: Brief) -> bool:
    """A summary of party work is the party body's; one of the unit's work is the unit's, whoever leads it."""
    return bool(brief.body) and "party" in brief.kind


def leads_party_work(author: str) -> bool:
    """A secretary reports on party work, anyone else on the post."""
    return re.search(_table()["posts"]["party"], author) is not None


@cache
def _bodies() -> tuple[tuple[re.Pattern[str], frozenset[str]], ...]:
    return tuple((re.compile(row["match"]), frozenset(row["kinds"])) for row in _table()["bodies"])


def suits(text: str, brief: Brief) -> bool:
    """Whether the text names no kind of body or trade that this unit is not and its brief does not speak of."""
    kind = names_of(brief).kind
    named = {m for words, kinds in _bodies() if kind not in kinds for m in words.findall(text)}
    return not named or all(map(_own_words(brief).__contains__, named))


def _own_words(brief: Brief) -> str:
    return "\n".join(
        [brief.organization, *(i.text for i in brief.ledger), *(s.heading for s in brief.sections)]
    )
