"""How a text names its own unit: 局党组, 我局, 学校党总支 (knowledge/units.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
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


def unit_names(organization: str, body: str) -> UnitNames:
    """Names for ``organization`` led by ``body`` (党组, 党委, …; may be empty)."""
    table = _table()
    pairs = [(end, row) for row in table["suffixes"] for end in row["ends"] if organization.endswith(end)]
    row = max(pairs, key=lambda p: len(p[0]))[1] if pairs else table["default"]
    party = f"{row['short'] or ''}{body}" if body else ""
    return UnitNames(organization, row["short"], row["we"], row["kind"], party)


def names_of(brief: Brief) -> UnitNames:
    return unit_names(brief.organization, brief.body)
