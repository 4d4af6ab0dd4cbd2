"""Which facts a sentence tells, where nobody marked it: by shared wording and shared values."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from assistant.brief import Brief, Item
from assistant.document import Block, Document, Sentence
from assistant.similarity import bigrams, containment
from assistant.text import sentence_spans
from assistant.values import parse_values

_ENOUGH = 0.55
_WITH_VALUE = 0.3
_AS_WELL = 0.85  # of the best sentence's share: a fact is told where it is told best
_REST = 0.2  # of a fact: so much of what its sentences leave out, in the sentence next to them, is told there
_FEWEST = 4  # bigrams
_MARKED = re.compile("【待[补核][^】]*】")

Key = tuple[str, str, str]


def align(document: Document, brief: Brief) -> Document:
    """The document with sentences, each carrying the ids of the facts it tells; body blocks only."""
    pieces = {n: _pieces(b) for n, b in enumerate(document.blocks) if b.role == "body" and not b.sentences}
    flat = [_MARKED.sub("", p) for block in pieces.values() for p in block]
    told: list[list[str]] = [[] for _ in flat]
    keys = [_keys(p) for p in flat]
    home = [n for n, block in pieces.items() for _ in block]
    for item in brief.ledger:
        tellers = _tellers(item, flat, keys)
        for n in sorted({*tellers, *_beside(item, tellers, flat, home)}):
            told[n].append(item.id)
    marked = iter(told)
    blocks = list(document.blocks)
    for n, block in pieces.items():
        sentences = tuple(Sentence(p, tuple(next(marked))) for p in block)
        blocks[n] = replace(blocks[n], sentences=sentences)
    return replace(document, blocks=tuple(blocks))


def _pieces(block: Block) -> list[str]:
    spans = sentence_spans(block.text)
    edges = [0, *(s.end for s in spans[:-1]), len(block.text)]
    return [block.text[a:b] for a, b in itertools.pairwise(edges)] if spans else []


def _keys(text: str) -> frozenset[Key]:
    return frozenset(v.key for v in parse_values(text))


def _tellers(item: Item, pieces: list[str], keys: list[frozenset[Key]]) -> list[int]:
    """The sentences with most of the fact's wording, or a fair part of it with one of its figures. Of these only such as
    tell it about as well as the best, or have a figure of it that the best has not."""
    figures = frozenset(v.key for v in item.values if v.kind in ("count", "money", "percent"))
    shares = [containment(item.text, p) for p in pieces]
    found = [
        n
        for n, share in enumerate(shares)
        if share >= _ENOUGH or (share >= _WITH_VALUE and figures & keys[n])
    ]
    if not found:
        return []
    best = max(found, key=shares.__getitem__)
    return [n for n in found if shares[n] >= _AS_WELL * shares[best] or (figures & keys[n]) - keys[best]]


def _beside(item: Item, tellers: list[int], pieces: list[str], home: list[int]) -> Iterator[int]:
    """A fact told in two sentences: the neighbours in the paragraph that have a fair part of what the tellers leave out."""
    left = bigrams(item.text) - {pair for n in tellers for pair in bigrams(pieces[n])}
    enough = max(_FEWEST, _REST * len(bigrams(item.text)))
    for n in {m for t in tellers for m in (t - 1, t + 1)} - set(tellers):
        near = 0 <= n < len(pieces) and home[n] in {home[t] for t in tellers}
        if near and len(left & bigrams(pieces[n])) >= enough:
            yield n
