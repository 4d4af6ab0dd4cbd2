"""Which wordings of the catalogue may be named with their source, and where a text has them.

In: the catalogue and a day; a document. Out: wording -> source as a reader cites it, and its places. Nothing is judged here: whether a
wording is right is the checks' business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from assistant.catalogue import Catalogue, Source
from assistant.document import Document
from assistant.text import occurrences

_BODY = ("body", "heading", "table")


def policy_sources(catalogue: Catalogue, on: date) -> dict[str, str]:
    """Wordings in force on a day and published by then, each with its earliest source: ``《…》（印发单位，2019-01-31）``."""
    found: dict[str, Source] = {}
    for entry in catalogue.in_force(on):
        if entry.citable:
            sourced = [(q.text, q.source) for q in entry.quotes] + [(entry.text, s) for s in entry.sources]
            for text, source in sourced:
                if source.date and source.date <= on.isoformat()[: len(source.date)]:
                    held = found.get(text)
                    found[text] = source if held is None else min(held, source, key=lambda s: s.date)
    return {text: _cited(source) for text, source in found.items()}


def _cited(source: Source) -> str:
    details = "，".join(d for d in (source.issuer, source.date) if d)
    return f"{source.title}（{details}）" if details else source.title


def quoted(document: Document, policies: Mapping[str, str]) -> Iterator[tuple[int, int, int, str]]:
    """Block, start, end and wording at the first place of each wording, longer wordings first, none inside another."""
    taken: dict[int, list[tuple[int, int]]] = {}
    for wording in sorted(policies, key=lambda w: (-len(w), w)):
        for number, block in enumerate(document.blocks):
            at = _free(block.text, wording, taken.get(number, [])) if block.role in _BODY else -1
            if at >= 0:
                taken.setdefault(number, []).append((at, at + len(wording)))
                yield number, at, at + len(wording), wording
                break


def _free(text: str, wording: str, taken: list[tuple[int, int]]) -> int:
    """The first place of the wording that touches none taken; -1 where there is none."""
    places = occurrences(text, wording, 1) if wording else ()
    return next((at for at in places if not any(a < at + len(wording) and at < b for a, b in taken)), -1)
