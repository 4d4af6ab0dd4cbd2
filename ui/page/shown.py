"""A version of a draft as the page shows it: made once, whatever is clicked around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import streamlit as st

from assistant.brief import Brief
from assistant.document import Draft, Section
from assistant.finding import Finding
from assistant.formats.audit import placed_in
from assistant.formats.sources import FactView
from assistant.formats.stored import load
from assistant.text import char_count
from ui.page import kit, paper
from ui.page.ledger import ledger


@dataclass(frozen=True, slots=True)
class Piece:
    """A section as HTML and the findings in it; ``section`` is None for what stands above the first."""

    section: Section | None
    body: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """``told``: how many of the material's bullets stand in the text; ``open``: placeholders left in it."""

    draft: Draft
    pieces: tuple[Piece, ...]
    foot: str
    whole: tuple[Finding, ...]
    ledger: str
    told: int
    length: int
    open: int


def shown(text: str, brief: Brief) -> Shown:
    return _shown(text, brief.digest, brief)


@st.cache_resource(show_spinner=False, max_entries=24)
def _shown(text: str, digest: str, _brief: Brief) -> Shown:
    draft = load(text)
    told = {i.id: placed_in(draft, i.id) for i in _brief.ledger}
    printed = draft.document().text
    last = sum(bool(s.heading) + len(s.paragraphs) for s in draft.sections) + bool(draft.recipient)
    return Shown(
        draft,
        tuple(_pieces(draft, _brief)),
        "".join(f'<p class="sign">{kit.text(t)}</p>' for t in (draft.signature, draft.date) if t),
        tuple(f for f in draft.findings if not 0 <= f.paragraph <= last),
        ledger(_brief, (), told),
        sum(map(bool, told.values())),
        char_count("".join(s.text for s in draft.sections)),
        printed.count("【待补") + printed.count("【待核"),
    )


def facts_of(brief: Brief) -> list[FactView]:
    return [FactView(i.id, i.text, i.source) for i in brief.ledger]


def _pieces(draft: Draft, brief: Brief) -> Iterator[Piece]:
    facts, policies = {f.id: f for f in facts_of(brief)}, dict(draft.trace.passages)
    by_block: dict[int, list[Finding]] = {}
    for finding in draft.findings:
        by_block.setdefault(finding.paragraph, []).append(finding)

    def found(first: int, last: int) -> tuple[Finding, ...]:
        return tuple(f for n in range(first, last) for f in by_block.get(n, ()))

    head = f'<p class="title">{kit.text(draft.title)}</p>'
    if draft.recipient:
        head += f'<p class="flush">{kit.text(draft.recipient)}：</p>'
    number = 1 + bool(draft.recipient)
    yield Piece(None, head, found(0, number))
    for section in draft.sections:
        first = number + bool(section.heading)
        last = first + len(section.paragraphs)
        body = paper.heading(section) + paper.paragraphs(section, first, by_block, facts, policies)
        yield Piece(section, body, found(number, last))
        number = last
