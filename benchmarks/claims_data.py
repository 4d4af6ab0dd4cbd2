"""Drafts as a chat model writes them, every clause that claims without a source marked by hand (tests/claims/*.yaml).

A text has ``# part heading`` lines and one paragraph a line, marks ⟦F01⟧ as the prompt asks, and ``{...}`` around what
claims. Measured by clause: a clause is gold where more than half of it stands in braces, found where a finding of
claim-result, claim-action, claim-cause or tail meets it; a maxim (facts/maxim) claims nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from assistant.brief import Brief, Period, make_item
from assistant.checks.facts import FactContext, check_facts
from assistant.checks.facts.claims import clauses
from assistant.compose.parse import parse_reply
from assistant.document import Document, Draft, Part, Section
from assistant.evidence import PolicySpan
from assistant.formats.briefs import read_brief
from assistant.plan.types import SectionPlan
from assistant.text import char_count

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "claims"
RULES = ("facts/claim-result", "facts/claim-action", "facts/claim-cause", "facts/tail")
SPLITS = ("tune", "held", "held-out-2", "held-out-3", "held-out-4", "held-out-5")
_TOKEN = re.compile(r"⟦[^⟧]*⟧|[{}]")


@dataclass(frozen=True, slots=True)
class Case:
    """``gold``: spans that claim, by block number of the document."""

    name: str
    split: str
    brief: Brief
    draft: Draft
    gold: dict[int, list[tuple[int, int]]]

    @property
    def document(self) -> Document:
        return self.draft.document()


@dataclass(frozen=True, slots=True)
class Tally:
    """Clauses: marked by hand, found, both; and the characters they stand in."""

    gold: int = 0
    found: int = 0
    both: int = 0
    characters: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.gold + other.gold,
            self.found + other.found,
            self.both + other.both,
            self.characters + other.characters,
        )

    @property
    def recall(self) -> float:
        return self.both / self.gold if self.gold else 1.0

    @property
    def precision(self) -> float:
        return self.both / self.found if self.found else 1.0


@dataclass(frozen=True, slots=True)
class Clause:
    text: str
    gold: bool
    rules: tuple[str, ...]


def load_cases(shared: Path | None = None, folder: Path = FOLDER) -> list[Case]:
    """All cases whose brief can be read here; those written from a shared brief need ``shared``."""
    cases = []
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text("utf-8"))
        brief = _brief(data["brief"], shared)
        if brief is not None:
            cases.append(make_case(path.stem, data["split"], brief, data["text"]))
    return cases


def _brief(source: Any, shared: Path | None) -> Brief | None:
    if isinstance(source, str):
        where, name = source.split(":")
        if where == "shared":
            return read_brief(shared / "briefs" / name) if shared is not None else None
        return read_brief(ROOT / "examples" / name)
    return brief_of(source)


def brief_of(data: dict[str, Any]) -> Brief:
    """A brief from a plain mapping, as the YAML door would read it."""
    from datetime import date

    lanes = {"facts": "fact", "problems": "problem", "plans": "plan"}
    items: dict[str, Any] = {
        key: tuple(make_item(lane, n, text) for n, text in enumerate(data.get(key, ()), 1))  # type: ignore[arg-type]
        for key, lane in lanes.items()
    }
    day = data["date"] if isinstance(data["date"], date) else date.fromisoformat(data["date"])
    return Brief(
        data["kind"], data["organization"], Period.parse(data["period"]), day, data.get("body", ""),
        recipient=data.get("recipient", ""), author=data.get("author", ""), digest=data["organization"], **items,
    )  # fmt: skip


def make_case(name: str, split: str, brief: Brief, text: str) -> Case:
    sections: list[Section] = []
    spans: list[list[tuple[int, int]]] = []
    known = {i.id for i in brief.ledger} | {"D01"}
    for n, (part, heading, lines) in enumerate(_parts(text)):
        plan = SectionPlan(f"s{n}", part, 1, f"{n}、", heading, tuple(i.id for i in brief.ledger))
        bare = [_TOKEN.sub(lambda m: m.group() if m.group()[0] == "⟦" else "", line) for line in lines]
        section = parse_reply("\n".join(bare), plan, known).sections[0]
        assert len(section.paragraphs) == len(lines), (name, heading)
        sections.append(section)
        spans += [_spans(line) for line in lines]
    draft = Draft("测试材料", "", tuple(sections), "", "")
    numbers = [n for n, b in enumerate(draft.document().blocks) if b.role == "body"]
    return Case(name, split, brief, draft, dict(zip(numbers, spans, strict=True)))


def _parts(text: str) -> Iterator[tuple[Part, str, list[str]]]:
    for piece in re.split(r"^# ", text, flags=re.MULTILINE):
        if piece.strip():
            head, *lines = [line.strip() for line in piece.strip().splitlines()]
            part, _, heading = head.partition(" ")
            yield cast(Part, part), heading, lines


def _spans(line: str) -> list[tuple[int, int]]:
    """Braced spans as offsets in the line without marks and braces."""
    out, at, start, last = [], 0, 0, 0
    for m in _TOKEN.finditer(line):
        at += m.start() - last
        last = m.end()
        if m.group() == "{":
            start = at
        elif m.group() == "}":
            out.append((start, at))
    return out


def judged(case: Case, policies: Sequence[PolicySpan] = ()) -> Iterator[Clause]:
    """Every clause of the case with what the hand and the checks say of it."""
    context = FactContext(case.brief, {p.id: p for p in policies})
    found = [f for f in check_facts(case.document, context) if f.rule in RULES]
    for number, block in enumerate(case.document.blocks):
        if block.role != "body":
            continue
        for span in clauses(block.text):
            gold = sum(max(0, min(e, span.end) - max(s, span.start)) for s, e in case.gold.get(number, ()))
            here = tuple(
                f.rule for f in found if f.paragraph == number and f.start < span.end and span.start < f.end
            )
            yield Clause(block.text[span.start : span.end], gold * 2 > span.end - span.start, here)


def tally(case: Case) -> Tally:
    rows = list(judged(case))
    return Tally(
        sum(r.gold for r in rows), sum(bool(r.rules) for r in rows), sum(r.gold and bool(r.rules) for r in rows),
        char_count("".join(b.text for b in case.document.blocks if b.role == "body")),
    )  # fmt: skip
