"""The embedded writer's patterns (knowledge/writer/*.yaml) as frozen values."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from assistant import resources
from assistant.brief import REGISTERS, Register

_TITLE = re.compile(r"《[^《》]*?([^《》]{0,6})》")
_CLAUSE_END = re.compile("[，；。]")


@dataclass(frozen=True, slots=True)
class Aim:
    """A stance or aim that may stand before a fact; it claims no action and no result. ``unit``: said of a unit's
    leaders, so not by one person of himself."""

    text: str
    party: bool = False
    unit: bool = False
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FactKind:
    """``leading``: a fact that begins with it is of this kind, whatever it goes on with."""

    id: str
    match: re.Pattern[str]
    leads: tuple[str, ...]
    aims: tuple[Aim, ...]
    self_subject: bool
    leading: bool = True


@dataclass(frozen=True, slots=True)
class Family:
    """Kinds that may share one item, and what its lead then says."""

    kinds: frozenset[str]
    leads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Principle:
    """A pattern of a sentence for a section's head (see ``grammar``); usable from its register upward, between its dates,
    for its kinds of unit."""

    text: str
    register: Register
    since: date | None
    until: date | None
    units: tuple[str, ...]
    genres: tuple[str, ...]

    @property
    def stance(self) -> bool:
        """It says what the unit or the author holds to, and so leads up to the facts."""
        return "{" in self.text or "我" in self.text

    def fits(self, register: Register, on: date, unit: str, genre: str) -> bool:
        return (
            REGISTERS.index(self.register) <= REGISTERS.index(register)
            and (self.since is None or self.since <= on)
            and (self.until is None or on <= self.until)
            and (not self.units or unit in self.units)
            and (not self.genres or genre in self.genres)
        )


@dataclass(frozen=True, slots=True)
class Patterns:
    kinds: tuple[FactKind, ...]
    families: tuple[Family, ...]
    principles: Mapping[str, tuple[Principle, ...]]
    fallback: tuple[Principle, ...]
    frame: Mapping[str, Any]
    spare_leads: Mapping[str, tuple[str, ...]]
    timed: re.Pattern[str]
    stated: re.Pattern[str]
    once: tuple[str, ...]
    seldom: tuple[str, ...]


def _load(name: str) -> Any:
    return resources.read_yaml("knowledge", f"writer/{name}")


@cache
def patterns() -> Patterns:
    """All patterns, loaded and compiled once."""
    principles = _load("principles.yaml")
    style, kinds = _load("style.yaml"), _load("kinds.yaml")
    return Patterns(
        tuple(_kind(row) for row in kinds["kinds"]),
        tuple(Family(frozenset(row["kinds"]), tuple(row["leads"])) for row in kinds["families"]),
        {theme: tuple(map(_principle, rows)) for theme, rows in principles["themes"].items()},
        tuple(map(_principle, principles["fallback"])),
        _load("frame.yaml"),
        {k: tuple(v) for k, v in _load("plans.yaml")["by_theme"].items()},
        re.compile("|".join(style["timed"])),
        re.compile("|".join(style["stated"])),
        tuple(style["once"]),
        tuple(style["seldom"]),
    )


def _kind(row: Mapping[str, Any]) -> FactKind:
    aims = tuple(
        Aim(a["text"], a.get("party", False), a.get("unit", False), tuple(a.get("only", ())))
        for a in row["aims"]
    )
    match = re.compile("|".join(f"(?:{m})" for m in row["match"]))
    return FactKind(
        row["id"], match, tuple(row["leads"]), aims, row.get("self", False), row.get("leading", True)
    )


def _principle(row: Mapping[str, Any]) -> Principle:
    return Principle(
        row["text"], row.get("register", "concise"), row.get("since"), row.get("until"),
        tuple(row.get("units", ())), tuple(row.get("genres", ())),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def kind_of(text: str) -> FactKind:
    """The kind of what the fact begins with, else of anything in it; the last kind matches anything. Of a long title only
    its end counts, which says what it is."""
    whole = _TITLE.sub(r"《\1》", text)
    first = _CLAUSE_END.split(whole, maxsplit=1)[0]
    found = [k for k in patterns().kinds if k.match.search(whole)]
    leading = (k for k in found if k.leading or k is found[0])
    return next((k for k in leading if k.match.search(first)), found[0])


def family_of(kinds: Collection[str]) -> Family | None:
    """The family that holds all these kinds."""
    return next((f for f in patterns().families if f.kinds.issuperset(kinds)), None)


def dated(rows: list[Mapping[str, Any]], on: date) -> str:
    """The text of the first row in force on ``on``; empty where there is none."""
    for row in rows:
        if row.get("since", date.min) <= on <= row.get("until", date.max):
            return str(row["text"])
    return ""
