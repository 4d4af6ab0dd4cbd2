"""Policy wording for the full register (knowledge/writer/policy.yaml): sentences and aims that quote a document word for
word, each with its source. Nothing of it says that the unit did anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from assistant import resources
from assistant.brief import Brief
from assistant.evidence import PolicySpan
from assistant.plan.units import names_of, suits

_QUOTE = re.compile(r"〈(\w+):([^〉]+)〉")


@dataclass(frozen=True, slots=True)
class Wording:
    """``text`` as it stands in a draft ({party}, {we} still to be named); ``quotes`` its phrases with their documents;
    ``match``: what the fact, problem or plan speaks of; ``known``: the unit by its name; ``only``: the
    themes of its sections; ``party``: said of party work alone."""

    text: str
    quotes: tuple[PolicySpan, ...]
    since: date
    until: date
    match: re.Pattern[str]
    known: re.Pattern[str]
    units: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    party: bool = False

    def fits(self, brief: Brief) -> bool:
        return (
            self.since <= brief.date <= self.until
            and (not self.units or names_of(brief).kind in self.units)
            and (not self.genres or brief.kind in self.genres)
            and (not self.bodies or brief.body in self.bodies)
            and self.known.search(f"{brief.organization}\n{brief.body}") is not None
            and suits(self.text, brief)
        )


@dataclass(frozen=True, slots=True)
class Wordings:
    """``heads`` by theme, ``aims`` by kind of fact, ``openings`` by genre; two aims may stand together, one that begins like
    ``first`` and one like ``then``, up to ``longest`` characters."""

    heads: Mapping[str, tuple[Wording, ...]]
    aims: Mapping[str, tuple[Wording, ...]]
    openings: Mapping[str, tuple[Wording, ...]]
    problems: tuple[Wording, ...]
    plans: tuple[Wording, ...]
    first: re.Pattern[str]
    then: re.Pattern[str]
    longest: int

    def every(self) -> Iterator[Wording]:
        for group in (self.heads, self.aims, self.openings):
            for rows in group.values():
                yield from rows
        yield from (*self.problems, *self.plans)


@cache
def wordings() -> Wordings:
    data = resources.read_yaml("knowledge", "writer/policy.yaml")
    sources, inner = data["sources"], re.compile(data["party"])

    def table(key: str) -> dict[str, tuple[Wording, ...]]:
        themed = key == "heads"
        return {k: _rows(v, sources, inner, (k,) if themed else ()) for k, v in data[key].items()}

    return Wordings(
        table("heads"), table("aims"), table("opening"),
        _rows(data["problems"], sources, inner), _rows(data["plans"], sources, inner),
        re.compile(data["pairs"]["first"]), re.compile(data["pairs"]["then"]), data["pairs"]["longest"],
    )  # fmt: skip


def _rows(
    rows: Sequence[Any], sources: Mapping[str, Any], inner: re.Pattern[str], themes: tuple[str, ...] = ()
) -> tuple[Wording, ...]:
    plain = ({"text": r} if isinstance(r, str) else r for r in rows)
    return tuple(_wording(r, sources, inner, themes) for r in plain)


def _wording(
    row: Mapping[str, Any], sources: Mapping[str, Any], inner: re.Pattern[str], themes: tuple[str, ...]
) -> Wording:
    found = [(sources[m[1]], m[2]) for m in _QUOTE.finditer(row["text"])]
    quotes = tuple(
        PolicySpan("", text, s["title"], s["issuer"], s["date"].isoformat(), themes) for s, text in found
    )
    return Wording(
        _QUOTE.sub(r"\2", row["text"]), quotes,
        max((s["date"] for s, _ in found), default=date.min),
        min((s["until"] for s, _ in found if "until" in s), default=date.max),
        re.compile(row.get("match", "")), re.compile(row.get("known", ""), re.M), tuple(row.get("units", ())), tuple(row.get("genres", ())),
        tuple(row.get("bodies", ())), tuple(row.get("only", ())), inner.search(row["text"]) is not None,
    )  # fmt: skip


def quotes_for(brief: Brief) -> Iterator[PolicySpan]:
    """Every phrase that a text of this brief may quote."""
    for wording in wordings().every():
        if wording.fits(brief):
            yield from wording.quotes
