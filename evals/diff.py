"""Two texts sentence by sentence, and aligned sentences character by character.

In: documents. Out: ``Pair``s in the order of reading, with the runs that were kept, taken out and put in. A sentence
that moved is told from one that was struck and one that was written anew. No rule, no brief.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Indel

from assistant.document import Document
from assistant.text import sentence_spans

Change = Literal["same", "edited", "moved", "added", "removed"]
Op = Literal["keep", "cut", "put"]
_ALIKE = 0.5  # of the characters of two sentences that must agree before one is read as the other's edit
_MOVED = 0.75  # the same for a sentence that stands elsewhere
_SHORTEST_KEPT = 2  # a single character kept between two changes only confuses the eye
_CELLS = 4_000_000  # of the alignment table; beyond it sentences are compared near the diagonal only


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence where it stands: block number and span in it."""

    text: str
    block: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Run:
    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """``left`` is None where the sentence is new, ``right`` where it is gone; ``runs`` spell both."""

    left: Place | None
    right: Place | None
    change: Change
    runs: tuple[Run, ...] = ()


def sentences_of(document: Document) -> tuple[Place, ...]:
    """Every sentence and heading in order."""
    return tuple(
        Place(block.text[s.start : s.end], number, s.start, s.end)
        for number, block in enumerate(document.blocks)
        for s in sentence_spans(block.text)
    )


def diff(left: Document, right: Document) -> tuple[Pair, ...]:
    """Sentences of both in the order of ``right``, the ones taken out where they stood."""
    a, b = sentences_of(left), sentences_of(right)
    steps = list(_aligned(a, b))
    moved = _moved(steps)
    return tuple(_pair(x, y, moved) for x, y in steps if not (y is None and x in moved.values()))


def _pair(x: Place | None, y: Place | None, moved: dict[Place, Place]) -> Pair:
    if x is None and y is not None and y in moved:
        return Pair(moved[y], y, "moved", character_runs(moved[y].text, y.text))
    if x is None or y is None:
        text, op = (y.text, "put") if y else (x.text if x else "", "cut")
        return Pair(x, y, "added" if x is None else "removed", (Run(op, text),))  # type: ignore[arg-type]
    if x.text == y.text:
        return Pair(x, y, "same", (Run("keep", x.text),))
    return Pair(x, y, "edited", character_runs(x.text, y.text))


def character_runs(a: str, b: str) -> tuple[Run, ...]:
    """``a`` into ``b``: kept, cut and put runs of characters."""
    raw: list[Run] = []
    for op in Indel.opcodes(a, b):
        if op.tag == "equal":
            raw.append(Run("keep", a[op.src_start : op.src_end]))
        if op.tag in ("delete", "replace"):
            raw.append(Run("cut", a[op.src_start : op.src_end]))
        if op.tag in ("insert", "replace"):
            raw.append(Run("put", b[op.dest_start : op.dest_end]))
    return tuple(_readable(raw))


def _readable(runs: list[Run]) -> Iterator[Run]:
    """Neighbouring changes put together, kept runs of a character between two changes made part of them."""
    cut, put = "", ""
    for i, run in enumerate(runs):
        inner = 0 < i < len(runs) - 1
        if run.op == "keep" and not (inner and len(run.text) < _SHORTEST_KEPT and (cut or put)):
            yield from (Run(op, text) for op, text in (("cut", cut), ("put", put)) if text)  # type: ignore[arg-type]
            cut = put = ""
            yield run
        else:
            cut += run.text if run.op in ("cut", "keep") else ""
            put += run.text if run.op in ("put", "keep") else ""
    yield from (Run(op, text) for op, text in (("cut", cut), ("put", put)) if text)  # type: ignore[arg-type]


def likeness(a: str, b: str) -> float:
    """Share of characters two sentences have in common, in order: 0 to 1."""
    if min(len(a), len(b)) * 2 < _ALIKE * (len(a) + len(b)):
        return 0.0
    return float(Indel.normalized_similarity(a, b, score_cutoff=_ALIKE))


def _aligned(a: Sequence[Place], b: Sequence[Place]) -> Iterator[tuple[Place | None, Place | None]]:
    """The pairing in order that agrees in most characters; equal ends are taken off first."""
    head = 0
    while head < min(len(a), len(b)) and a[head].text == b[head].text:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail].text == b[-1 - tail].text:
        tail += 1
    yield from zip(a[:head], b[:head], strict=True)
    yield from _table(a[head : len(a) - tail], b[head : len(b) - tail])
    yield from zip(a[len(a) - tail :], b[len(b) - tail :], strict=True)


def _table(a: Sequence[Place], b: Sequence[Place]) -> list[tuple[Place | None, Place | None]]:
    n, m = len(a), len(b)
    band = max(n, m) if n * m <= _CELLS else max(200, abs(n - m) + 200)
    best = [[0.0] * (m + 1) for _ in range(n + 1)]
    like: dict[tuple[int, int], float] = {}
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            best[i][j] = max(best[i - 1][j], best[i][j - 1])
            if abs(i - j) <= band and (share := likeness(a[i - 1].text, b[j - 1].text)):
                like[i, j] = share
                gain = share * (len(a[i - 1].text) + len(b[j - 1].text))
                best[i][j] = max(best[i][j], best[i - 1][j - 1] + gain)
    return _walked_back(a, b, best, like)


def _walked_back(
    a: Sequence[Place], b: Sequence[Place], best: list[list[float]], like: dict[tuple[int, int], float]
) -> list[tuple[Place | None, Place | None]]:
    steps: list[tuple[Place | None, Place | None]] = []
    i, j = len(a), len(b)
    while i or j:
        share = like.get((i, j), 0.0)
        paired = best[i - 1][j - 1] + share * (len(a[i - 1].text) + len(b[j - 1].text)) if share else -1.0
        if share and paired >= best[i][j] - 1e-9:
            i, j = i - 1, j - 1
            steps.append((a[i], b[j]))
        elif j and (not i or best[i][j - 1] >= best[i - 1][j]):
            j -= 1
            steps.append((None, b[j]))
        else:
            i -= 1
            steps.append((a[i], None))
    return steps[::-1]


def _moved(steps: Sequence[tuple[Place | None, Place | None]]) -> dict[Place, Place]:
    """New place -> old place of sentences that stand elsewhere now, the most alike first."""
    gone = [x for x, y in steps if x and y is None]
    new = [y for x, y in steps if y and x is None]
    alike = sorted(
        ((likeness(x.text, y.text), i, j) for i, x in enumerate(gone) for j, y in enumerate(new)),
        reverse=True,
    )
    out: dict[Place, Place] = {}
    for share, i, j in alike:
        if share >= _MOVED and new[j] not in out and gone[i] not in out.values():
            out[new[j]] = gone[i]
    return out
