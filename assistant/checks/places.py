"""Which lines or sentences of a text hold what an expression needs: thousands of expressions need run on few of them.

In: a text cut into stretches. Out: for an expression the stretches in which it could match, by the characters and pairs
that any match of it must hold.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from itertools import chain
from operator import and_, or_
from typing import NamedTuple

from assistant.checks.adjacent import Adjacent, characters, number
from assistant.checks.anchors import anchors, doubled
from assistant.text import Span, occurrences

_ROWS = 3  # clauses that narrow a text down; more leave out hardly any stretch


class Needs(NamedTuple):
    """All of ``every`` and of each of ``any`` one: numbers of pairs; ``rows``: those of them that tell most. Where no pair
    is certain, ``characters``: of each some one; ``again``: how far apart a pair stands twice (0: it need not)."""

    every: frozenset[int]
    any: tuple[frozenset[int], ...]
    rows: tuple[frozenset[int], ...]
    characters: tuple[frozenset[str], ...]
    again: int

    def met(self, text: Adjacent) -> bool:
        return (
            self.every <= text.all
            and not any(map(text.all.isdisjoint, self.any))
            and all(any(c in text.text for c in some) for some in self.characters)
        )


@lru_cache(maxsize=16384)
def needs(regex: str) -> Needs:
    """What every match of the expression holds, or has beside it on its line."""
    clauses = anchors(regex)
    pairs = [frozenset(map(number, clause)) for clause in clauses if min(map(len, clause)) > 1]
    apart = doubled(regex)
    return Needs(
        frozenset().union(*(clause for clause in pairs if len(clause) == 1)),
        tuple(clause for clause in pairs if len(clause) > 1),
        tuple(pairs[:_ROWS]),
        () if pairs else tuple(frozenset(member[0] for member in clause) for clause in clauses),
        0 if pairs else apart,
    )


class Places:
    """Stretches of a text in order, apart; the text has ASCII digits only."""

    def __init__(self, text: Adjacent, spans: Sequence[Span]) -> None:
        self.text, self.spans = text, spans
        self._starts = [s.start for s in spans]

    def possible(self, regex: str) -> bool:
        """Whether the text holds all the expression needs: if not, running it is in vain."""
        return needs(regex).met(self.text)

    def holding(self, regex: str) -> Sequence[Span]:
        """The stretches in which the expression could match; all of them where it needs nothing."""
        wanted = needs(regex)
        if not wanted.met(self.text):
            return ()
        if not wanted.rows:
            return self.spans
        row = min(map(self.text.all.intersection, wanted.rows), key=len)
        return self._at(place for code in row for place in occurrences(self.text.text, characters(code), 1))

    def _at(self, places: Iterable[int]) -> Sequence[Span]:
        found = {bisect_right(self._starts, place) - 1 for place in places}
        return [self.spans[n] for n in sorted(found) if n >= 0]

    def each_holding(self, wanted: Sequence[Needs]) -> Iterator[Sequence[Span]]:
        """The same for many expressions by their needs, in one pass."""
        rows = [[self.text.all.intersection(row) for row in one.rows] for one in wanted]
        where = self._where(frozenset().union(*chain.from_iterable(rows)))
        for one, some in zip(wanted, rows, strict=True):
            if some:
                found = reduce(and_, (reduce(or_, map(where.__getitem__, row), 0) for row in some))
                yield [self.spans[n] for n in _bits(found)]
            else:
                yield self._at(self.text.repeats(one.again)) if one.again else self.spans

    def _where(self, pairs: frozenset[int]) -> dict[int, int]:
        """Which stretches hold each of these pairs: bit n of its number is set where stretch n does."""
        where = dict.fromkeys(pairs, 0)
        for n, (start, end) in enumerate(self.spans):
            for pair in pairs.intersection(self.text.within(start, end)):
                where[pair] |= 1 << n
        return where


def _bits(number: int) -> Iterator[int]:
    """Which bits are set, from the lowest."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
