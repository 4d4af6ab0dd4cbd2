"""All patterns of all rules over one text: a set of character pairs decides which need to run at all.

In: ``Pattern`` values and a text of lines. Out: (pattern, match) pairs; a match never crosses a line. A pattern runs
only on the lines that hold one of its anchors, so that thousands of literals cost little more than none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from assistant.checks.adjacent import number, numbers
from assistant.checks.anchors import anchors
from assistant.checks.rule import Rule
from assistant.finding import Severity
from assistant.text import Span


@dataclass(frozen=True, slots=True)
class Pattern:
    """One expression of a rule. ``part`` narrows the rule's id; ``replacement`` is set where substituting is safe
    (\\1 works); ``after`` and ``before`` bound the dates it holds for, besides the rule's own; ``guarded``: a match
    inside a longer wording of the catalogue that is right is none; ``bodies``: only in texts of a unit with one of these party bodies."""

    rule: Rule
    regex: str
    severity: Severity
    part: str = ""
    words: dict[str, str] = field(default_factory=dict)
    replacement: str | None = None
    after: date | None = None
    before: date | None = None
    guarded: bool = False
    bodies: tuple[str, ...] = ()

    def holds(self, on: date) -> bool:
        in_time = (self.after is None or self.after < on) and (self.before is None or on < self.before)
        return in_time and self.rule.holds(on)


@lru_cache(maxsize=16384)
def compiled(regex: str) -> re.Pattern[str]:
    """Compiled; ^ and $ mean the line. Without them no flag is set, so that what was compiled when the rule was read
    is found in re's own cache."""
    return re.compile(regex, re.MULTILINE if "^" in regex or "$" in regex else 0)


@lru_cache(maxsize=16384)
def _anchors(regex: str) -> tuple[str, ...]:
    return anchors(regex)


def possible(regex: str, text: str) -> bool:
    """Whether the text holds an anchor of the expression: if not, running it is in vain."""
    options = _anchors(regex)
    return not options or any(o in text for o in options)


def spans_with(regex: str, text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Those of the spans (in order, apart) in which the expression could match; all where it has no anchor."""
    options = _anchors(regex)
    if not options:
        yield from spans
        return
    starts = [s.start for s in spans]
    places = {bisect_right(starts, at) - 1 for anchor in options for at in _places(anchor, text)}
    yield from (spans[n] for n in sorted(places) if n >= 0)


def _places(anchor: str, text: str) -> Iterator[int]:
    at = text.find(anchor)
    while at >= 0:
        yield at
        at = text.find(anchor, at + 1)


class Scanner:
    """Anchors by their first pair (or single character), with the rest of their pairs and whose they are; built once for
    a set of rules."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = tuple(patterns)
        self._always: list[int] = []
        owners: dict[str, list[int]] = {}
        for n, pattern in enumerate(self.patterns):
            options = anchors(pattern.regex)
            if not options:
                self._always.append(n)
            for anchor in options:
                owners.setdefault(anchor, []).append(n)
        self._by_pair: dict[int, list[tuple[str, frozenset[int], list[int]]]] = {}
        self._by_char: dict[str, list[int]] = {}
        for anchor, patterns_of in owners.items():
            if len(anchor) < 2:
                self._by_char[anchor] = patterns_of
            else:
                same = self._by_pair.setdefault(number(anchor[:2]), [])
                same.append((anchor, numbers(anchor[1:]), patterns_of))

    def matches(
        self, text: str, pairs: frozenset[int], wanted: Callable[[Pattern], bool]
    ) -> Iterator[tuple[Pattern, re.Match[str]]]:
        """Matches of the patterns that are ``wanted``, in the order of the patterns; ``pairs`` are the numbers of every
        two characters of the text that stand side by side."""
        where: dict[int, set[tuple[int, int]]] = {n: {(0, len(text))} for n in self._always}
        for anchor, owners in self._possible(text, pairs):
            if lines := _lines_with(anchor, text):
                for n in owners:
                    where.setdefault(n, set()).update(lines)
        for n in sorted(where):
            pattern = self.patterns[n]
            if wanted(pattern):
                yield from _run(pattern, text, where[n])

    def _possible(self, text: str, pairs: frozenset[int]) -> Iterator[tuple[str, list[int]]]:
        """Anchors all of whose pairs stand in the text, each with the patterns it belongs to."""
        for key in self._by_pair.keys() & pairs:
            for anchor, rest, owners in self._by_pair[key]:
                if rest <= pairs:
                    yield anchor, owners
        for char in self._by_char.keys() & set(text):
            yield char, self._by_char[char]


def _lines_with(anchor: str, text: str) -> list[tuple[int, int]]:
    lines = []
    at = text.find(anchor)
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        lines.append((start, end))
        at = text.find(anchor, end)
    return lines


def _run(pattern: Pattern, text: str, lines: set[tuple[int, int]]) -> Iterator[tuple[Pattern, re.Match[str]]]:
    expression = compiled(pattern.regex)
    for start, end in sorted(lines):
        for match in expression.finditer(text, start, end):
            if match.end() > match.start() and "\n" not in match.group():
                yield pattern, match
