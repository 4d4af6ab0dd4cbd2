"""Which facts a sentence tells, where nobody marked it: by shared wording and shared values."""

from __future__ import annotations

import itertools
from dataclasses import replace

from assistant.brief import Brief, Item
from assistant.document import Block, Document, Sentence
from assistant.similarity import containment
from assistant.text import sentence_spans
from assistant.values import parse_values

_ENOUGH = 0.55
_WITH_VALUE = 0.3


def align(document: Document, brief: Brief) -> Document:
    """The document with sentences, each carrying the ids of the facts it tells; body blocks only."""
    return replace(document, blocks=tuple(_block(b, brief) for b in document.blocks))


def _block(block: Block, brief: Brief) -> Block:
    if block.role != "body" or block.sentences:
        return block
    spans = sentence_spans(block.text)
    if not spans:
        return block
    edges = [0, *(s.end for s in spans[:-1]), len(block.text)]
    pieces = [block.text[a:b] for a, b in itertools.pairwise(edges)]
    return replace(block, sentences=tuple(Sentence(p, _told(p, brief)) for p in pieces))


def _told(sentence: str, brief: Brief) -> tuple[str, ...]:
    keys = {v.key for v in parse_values(sentence)}
    return tuple(i.id for i in brief.ledger if _tells(sentence, keys, i))


def _tells(sentence: str, keys: set[tuple[str, str, str]], item: Item) -> bool:
    """Most of the fact's wording, or a fair part of it with one of its figures."""
    share = containment(item.text, sentence)
    shared = any(v.key in keys for v in item.values if v.kind in ("count", "money", "percent"))
    return share >= _ENOUGH or (shared and share >= _WITH_VALUE)
