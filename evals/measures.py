"""Figures about a text that need no judgement: how long, how balanced, how much of it tells a fact.

In: a document, with fact ids on its sentences where a brief is known. Out: ``Measures``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.brief import Brief
from assistant.document import Document
from assistant.formats.audit import PART_NAMES
from assistant.overall import without_fact
from assistant.text import char_count, sentences

_OPEN = re.compile(r"【待[补核][^】]*】")
_FRAME = ("title", "recipient", "signature", "date")


@dataclass(frozen=True, slots=True)
class Measures:
    """Lengths in characters without white space; shares from 0 to 1. ``told`` and ``without_fact`` need a brief (else None)."""

    length: int
    paragraphs: int
    headings: int
    sentences: int
    sentence_length: float
    placeholders: int
    parts: dict[str, float]
    told: int | None = None
    facts: int | None = None
    without_fact: float | None = None


def measure(document: Document, brief: Brief | None = None) -> Measures:
    body = [b for b in document.blocks if b.role == "body"]
    lengths = [char_count(s) for b in body for s in sentences(b.text)]
    inner = [b for b in document.blocks if b.role not in _FRAME]
    return Measures(
        length=sum(char_count(b.text) for b in inner),
        paragraphs=len(body),
        headings=sum(b.role == "heading" for b in document.blocks),
        sentences=len(lengths),
        sentence_length=round(sum(lengths) / len(lengths), 1) if lengths else 0.0,
        placeholders=len(_OPEN.findall(document.text)),
        parts=_parts(document),
        told=_told(document, brief) if brief else None,
        facts=len(brief.ledger) if brief else None,
        without_fact=without_fact(document) if brief else None,
    )


def _parts(document: Document) -> dict[str, float]:
    """Share of the body text in each part that is there; empty where the text has no parts."""
    count = dict.fromkeys(PART_NAMES, 0)
    for block in document.blocks:
        if block.role == "body" and block.part in count:
            count[block.part] += char_count(block.text)
    total = sum(count.values())
    return {part: round(n / total, 3) for part, n in count.items() if n} if total else {}


def _told(document: Document, brief: Brief) -> int:
    ids = {id for b in document.blocks for s in b.sentences for id in s.facts}
    return sum(item.id in ids for item in brief.ledger)
