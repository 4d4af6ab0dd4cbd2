"""A document cut into passages along its heading tree.

In: blocks of a ``Document``; out: ``Piece``s in reading order, each under one heading path, about 150-400 characters.
Every character of body, heading and table text is in a piece or its heading path; title, recipient, signature and
date are not passages. An article of a regulation (第十二条) is never joined with another: it is quoted by its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.document import Block, Document
from assistant.index.config import ChunkRules, RetrievalConfig
from assistant.index.passage import Lane
from assistant.text import SENTENCE_END, sentence_spans, sentences

if TYPE_CHECKING:
    from assistant.catalogue.types import Theme

_SKIPPED = {"title", "recipient", "signature", "date"}
_CLAUSE = re.compile(
    r"第[〇零一二三四五六七八九十百千\d]+条(?:之[一二三四五六七八九十])?(?=[\s　]|[^、，。的和至规第])"
)
_CLAUSE_BREAK = "；;，,：:、"


@dataclass(frozen=True, slots=True)
class Piece:
    """One passage before it gets its id."""

    heading_path: tuple[str, ...]
    part: str
    text: str
    clause: str = ""
    themes: tuple[str, ...] = ()


def cut(document: Document, lane: Lane, themes: tuple[Theme, ...], config: RetrievalConfig) -> list[Piece]:
    """Pieces with part and themes; an empty document gives none."""
    units = list(_Walk(lane, config.parts).units(document.blocks))
    pieces = [p for unit in _joined(units, config.chunk) for p in _split(unit, config.chunk)]
    return [replace(p, themes=themes_of(p, themes, config.chunk)) for p in pieces]


class _Walk:
    """Where the reading stands: the headings above, the part and the article."""

    def __init__(self, lane: Lane, words: dict[str, tuple[str, ...]]) -> None:
        self._precedent, self._words = lane == "precedent", words
        self._path: list[tuple[int, str]] = []
        self._part: str = "opening" if self._precedent else ""
        self._clause, self._bare = "", False

    def units(self, blocks: Iterable[Block]) -> Iterator[Piece]:
        """One unit a paragraph; a heading with nothing under it is a unit of its own."""
        for block in blocks:
            text = block.text.strip()
            if block.role in _SKIPPED or not text:
                continue
            if block.level or block.role == "heading":
                yield from self._leave(block.level or 1)
                self._enter(block, text)
            if block.role == "heading":
                self._bare = True
                continue
            self._bare = False
            self._clause = "" if self._precedent else _clause(text, self._clause)
            yield self._unit(text, block)
        yield from self._leave(0)

    def _unit(self, text: str, block: Block) -> Piece:
        part = block.part if block.part and self._precedent else self._part
        return Piece(tuple(h for _, h in self._path), part, text, self._clause)

    def _leave(self, level: int) -> Iterator[Piece]:
        if self._bare and self._path and level <= self._path[-1][0]:
            yield Piece(tuple(h for _, h in self._path[:-1]), self._part, self._path[-1][1])
            self._bare = False

    def _enter(self, block: Block, text: str) -> None:
        level = block.level or 1
        heading = text if block.role == "heading" else sentences(text)[0].rstrip(SENTENCE_END)
        self._path = [(n, h) for n, h in self._path if n < level] + [(level, heading)]
        self._clause = ""
        if self._precedent:
            self._part = _part(block, [h for _, h in self._path], self._words, self._part)


def _part(block: Block, path: list[str], words: dict[str, tuple[str, ...]], before: str) -> str:
    """The reader's own word first, then the words of the headings from the outermost in."""
    if block.part:
        return block.part
    for heading in path:
        for part, signs in words.items():
            if any(sign in heading for sign in signs):
                return part
    return "achievements" if before == "opening" or block.level <= 1 else before


def _clause(text: str, before: str) -> str:
    m = _CLAUSE.match(text)
    return m.group() if m else before


def _joined(units: list[Piece], rules: ChunkRules) -> Iterator[Piece]:
    """Short neighbours under the same heading, or the same parent, become one; articles stay alone."""
    held: Piece | None = None
    for unit in units:
        joined = _join(held, unit, rules) if held else None
        if joined:
            held = joined
            continue
        if held:
            yield held
        held = unit
    if held:
        yield held


def _join(a: Piece, b: Piece, rules: ChunkRules) -> Piece | None:
    if a.part != b.part or a.clause != b.clause or len(a.text) + len(b.text) + 1 > rules.max:
        return None
    if a.heading_path == b.heading_path:
        small = min(len(a.text), len(b.text)) < rules.min or len(a.text) + len(b.text) <= rules.target
        return replace(a, text=f"{a.text}\n{b.text}") if small else None
    shared = _common(a.heading_path, b.heading_path)
    deep = max(len(a.heading_path), len(b.heading_path)) - len(shared)
    if len(a.text) >= rules.stub or deep > 1 or (not shared and a.heading_path and b.heading_path):
        return None
    text = _with_headings(a, shared) + "\n" + _with_headings(b, shared)
    return replace(a, heading_path=shared, text=text) if len(text) <= rules.max else None


def _common(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    n = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[:n]


def _with_headings(piece: Piece, shared: tuple[str, ...]) -> str:
    return "\n".join((*piece.heading_path[len(shared) :], piece.text))


def _split(piece: Piece, rules: ChunkRules) -> Iterator[Piece]:
    if len(piece.text) <= rules.max:
        yield piece
        return
    parts = [p for s in _sentences(piece.text) for p in _short_enough(s, rules.max)]
    count = max(2, round(len(piece.text) / rules.target))
    goal, run = len(piece.text) / count, ""
    for part in parts:
        if run and (
            len(run) + len(part) > rules.max or (len(run) >= rules.min and len(run) + len(part) / 2 > goal)
        ):
            yield replace(piece, text=run.strip())
            run = ""
        run += part
    if run.strip():
        yield replace(piece, text=run.strip())


def _sentences(text: str) -> Iterator[str]:
    """Sentences with the white space that follows them, so that nothing is lost."""
    starts = [s.start for s in sentence_spans(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield text[start:end]


def _short_enough(sentence: str, most: int) -> Iterator[str]:
    while len(sentence) > most:
        at = next((i + 1 for c in _CLAUSE_BREAK if (i := sentence.rfind(c, most // 3, most)) >= 0), most)
        yield sentence[:at]
        sentence = sentence[at:]
    if sentence:
        yield sentence


def themes_of(piece: Piece, themes: tuple[Theme, ...], rules: ChunkRules) -> tuple[str, ...]:
    """The themes whose words carry the passage, strongest first; words in its heading weigh more."""
    heading = piece.heading_path[-1] if piece.heading_path else ""
    per_hundred = 100 / max(len(piece.text), rules.min)
    scored = []
    for theme in themes:
        inside = sum(w * min(piece.text.count(word), 3) for word, w in theme.lexicon) * per_hundred
        above = sum(w for word, w in theme.lexicon if word in heading) * rules.heading_weight
        scored.append((inside + above, -theme.order, theme.id))
    best = sorted((s for s in scored if s[0] >= rules.theme_floor), reverse=True)
    return tuple(id for _, _, id in best[: rules.max_themes])
