"""Runs copied word for word from indexed passages: seeds by winnowed hashes, then extended both ways."""

from __future__ import annotations

from assistant.index.fingerprint import PrintTable, extend, plain, plain_text, winnow
from assistant.index.passage import CopiedRun, Lane
from assistant.index.store import Store


class CopyFinder:
    """Keeps the hash table of each lane for as long as the store does not change."""

    def __init__(self, store: Store, most_postings: int) -> None:
        self._store, self._most = store, most_postings
        self._tables: dict[Lane, tuple[int, PrintTable]] = {}

    def find(self, text: str, min_chars: int, lane: Lane) -> list[CopiedRun]:
        """Runs in order of place, none inside another. Rare seeds go first: they lead to the longest runs soonest."""
        wanted = plain(text)
        hashes, places = winnow(wanted.text)
        table = self._table(lane)
        ranges = table.postings(hashes)
        texts: dict[int, str] = {}
        found: dict[tuple[int, int], int] = {}
        for k in sorted(range(len(ranges)), key=lambda k: ranges[k][1] - ranges[k][0]):
            at, (start, end) = int(places[k]), ranges[k]
            if end == start or any(a <= at and at + 12 <= b for a, b in found):
                continue
            numbers = table.numbers(start, min(end, start + self._most))
            self._fetch(numbers, texts)
            run, number = max((extend(wanted.text, at, texts[n]), n) for n in numbers if n in texts)
            if run[1] - run[0] >= min_chars:
                found[run] = number
        return self._runs(found, wanted.offsets)

    def _table(self, lane: Lane) -> PrintTable:
        generation = self._store.generation
        known = self._tables.get(lane)
        if known is None or known[0] != generation:
            known = self._tables[lane] = (generation, PrintTable(self._store.prints(lane)))
        return known[1]

    def _fetch(self, numbers: list[int], texts: dict[int, str]) -> None:
        missing = [n for n in numbers if n not in texts]
        texts.update((n, plain_text(t)) for n, t in self._store.texts(missing).items())

    def _runs(self, found: dict[tuple[int, int], int], offsets: list[int]) -> list[CopiedRun]:
        outer = [r for r in found if not any(o != r and o[0] <= r[0] and r[1] <= o[1] for o in found)]
        passages = self._store.passages([found[r] for r in outer])
        return [
            CopiedRun(offsets[a], offsets[b - 1] + 1, passages[found[a, b]].source, passages[found[a, b]].id)
            for a, b in sorted(outer)
            if found[a, b] in passages
        ]
