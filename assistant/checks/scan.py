"""Many expressions over one text: a set of character pairs decides which need to run at all.

In: patterns and a text of lines. Out: (pattern, match) pairs; a match never crosses a line. A pattern runs
only on the lines that hold what any match of it must hold, so that thousands of literals cost little more than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

from assistant.checks.adjacent import Adjacent
from assistant.checks.places import Needs, Places, needs
from assistant.compiled import worked_out
from assistant.expressions import compiled
from assistant.text import Span

_MANY = 200  # expressions, fewer are analysed as fast as a copy is read


class Expression(Protocol):
    """What a scanner needs to know of a pattern."""

    @property
    def regex(self) -> str: ...


P = TypeVar("P", bound=Expression)


class _Index(NamedTuple):
    """What each pattern needs; those that need no certain pair, and the others by each of the pairs of which they need
    one."""

    needs: tuple[Needs, ...]
    always: tuple[int, ...]
    by_number: dict[int, list[int]]


def _index(regexes: Sequence[str]) -> _Index:
    every = tuple(map(needs, regexes))
    by_number: dict[int, list[int]] = {}
    for n, wanted in enumerate(every):
        for one in _telling(wanted):
            by_number.setdefault(one, []).append(n)
    return _Index(every, tuple(n for n, wanted in enumerate(every) if not _telling(wanted)), by_number)


def _telling(wanted: Needs) -> Iterable[int]:
    """The pairs by which a pattern is found: one that must stand, or one of some."""
    return [max(wanted.every)] if wanted.every else wanted.any[0] if wanted.any else ()


class Scanner(Generic[P]):
    """Patterns by what they need; built once for a set of them."""

    def __init__(self, patterns: Iterable[P]) -> None:
        self.patterns = tuple(patterns)
        regexes = [p.regex for p in self.patterns]
        self._index = worked_out("needs", regexes, _index) if len(regexes) > _MANY else _index(regexes)
        self._numbers = frozenset(self._index.by_number)

    def matches(
        self, text: str, lines: Places, wanted: Callable[[P], bool]
    ) -> Iterator[tuple[P, re.Match[str]]]:
        """Matches of the patterns that are ``wanted``, in the order of the patterns; ``lines`` are those of the text."""
        those = [n for n in self._possible(lines.text) if wanted(self.patterns[n])]
        needed = [self._index.needs[n] for n in those]
        for n, spans in zip(those, lines.each_holding(needed), strict=True):
            yield from _run(self.patterns[n], text, spans)

    def _possible(self, text: Adjacent) -> list[int]:
        """Patterns all of whose needs stand in the text."""
        index = self._index
        found = {n for one in self._numbers & text.all for n in index.by_number[one]}
        return sorted(n for n in (*index.always, *found) if index.needs[n].met(text))


def _run(pattern: P, text: str, spans: Iterable[Span]) -> Iterator[tuple[P, re.Match[str]]]:
    expression = compiled(pattern.regex)
    for start, end in spans:
        for match in expression.finditer(text, start, end):
            if match.end() > match.start() and "\n" not in match.group():
                yield pattern, match
