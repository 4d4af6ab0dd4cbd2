"""Where each fact of a brief stands in a text, and in which words.

In: a document whose sentences carry fact ids (``assistant.checks.facts.align`` gives them to any text) and the brief.
Out: for each fact the places that tell it, narrowed to the clauses that do, and the figures that are missing there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.brief import Brief, Item
from assistant.checks.facts.claims import clauses
from assistant.checks.facts.context import Place, places
from assistant.document import Document
from assistant.similarity import containment
from assistant.text import Span, fold
from assistant.values import parse_values

_SAYS = 0.3  # share of a clause's bigrams that must be the fact's own
_FIGURES = ("count", "money", "percent")


@dataclass(frozen=True, slots=True)
class Telling:
    """``words`` are the clauses that tell the fact; ``heading`` the nearest heading above; ``lost`` figures not there."""

    heading: str
    paragraph: int
    words: str
    lost: tuple[str, ...] = ()


def tellings(document: Document, brief: Brief) -> dict[str, tuple[Telling, ...]]:
    """By ledger id, in the order of the ledger; an empty tuple where the text does not tell the fact."""
    headings = _headings(document)
    found: dict[str, list[Telling]] = {item.id: [] for item in brief.ledger}
    for place in places(document):
        for item in brief.ledger:
            if item.id in place.sentence.facts:
                found[item.id].append(_telling(place, item, headings[place.paragraph]))
    return {id: tuple(_settled(rows)) for id, rows in found.items()}


def _settled(rows: list[Telling]) -> Iterator[Telling]:
    """A figure that one of the places gives is not lost in the others."""
    lost = set.intersection(*(set(t.lost) for t in rows)) if rows else set()
    return (replace(t, lost=tuple(f for f in t.lost if f in lost)) for t in rows)


def _headings(document: Document) -> list[str]:
    out, current = [], ""
    for block in document.blocks:
        current = block.text if block.role == "heading" else current
        out.append(current)
    return out


def _telling(place: Place, item: Item, heading: str) -> Telling:
    text = place.sentence.text
    words = telling_span(text, item)
    return Telling(heading, place.paragraph, text[words.start : words.end].strip(), _lost(text, item))


def telling_span(text: str, item: Item) -> Span:
    """From the first clause that tells the fact to the last; the whole sentence where no clause does so alone."""
    keys = {v.key for v in item.values if v.kind in _FIGURES}
    telling = [
        s
        for s in clauses(text)
        if containment(text[s.start : s.end], item.text) >= _SAYS
        or keys & {v.key for v in parse_values(text[s.start : s.end])}
    ]
    return (
        Span(_opened(text, telling[0].start), _closed(text, telling[-1].end))
        if telling
        else Span(0, len(text))
    )


def _opened(text: str, start: int) -> int:
    """Back to the 【 of a placeholder that a clause's start cuts in two."""
    opening = text.rfind("【", 0, start)
    return opening if opening > text.rfind("】", 0, start) else start


def _closed(text: str, end: int) -> int:
    """Past the 】 of a placeholder that a clause's end cuts in two."""
    cut = text.rfind("【", 0, end) > text.rfind("】", 0, end)
    return text.find("】", end) + 1 or end if cut else end


def _lost(text: str, item: Item) -> tuple[str, ...]:
    keys, folded = {v.key for v in parse_values(text)}, fold(text)
    return tuple(
        v.surface
        for v in item.values
        if v.kind in _FIGURES and v.key not in keys and fold(v.surface) not in folded
    )
