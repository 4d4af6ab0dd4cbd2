"""All patterns of all rules over one text: a set of character pairs decides which need to run at all.

In: ``Pattern`` values and a text of lines. Out: (pattern, match) pairs; a match never crosses a line. A pattern runs
only on the lines that hold one of its anchors, so that thousands of literals cost little more than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from assistant.checks.anchors import anchors
from assistant.checks.rule import Rule
from assistant.finding import Severity


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


class Scanner:
    """Patterns indexed by the first pair (or single character) of their anchors; built once for a set of rules."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = tuple(patterns)
        self._always: list[int] = []
        self._by_pair: dict[str, list[tuple[int, str]]] = {}
        self._by_char: dict[str, list[tuple[int, str]]] = {}
        for n, pattern in enumerate(self.patterns):
            self._add(n, anchors(pattern.regex))

    def _add(self, n: int, options: tuple[str, ...]) -> None:
        if not options:
            self._always.append(n)
        for anchor in options:
            index = self._by_pair if len(anchor) > 1 else self._by_char
            index.setdefault(anchor[:2], []).append((n, anchor))

    def matches(
        self, text: str, pairs: frozenset[str], wanted: Callable[[Pattern], bool]
    ) -> Iterator[tuple[Pattern, re.Match[str]]]:
        """Matches of the patterns that are ``wanted``, in the order of the patterns; ``pairs`` are every two
        characters of the text that stand side by side."""
        where: dict[int, set[tuple[int, int]]] = {n: {(0, len(text))} for n in self._always}
        for key in self._by_pair.keys() & pairs:
            _locate([c for c in self._by_pair[key] if c[1][-2:] in pairs], text, where)
        for key in self._by_char.keys() & set(text):
            _locate(self._by_char[key], text, where)
        for n in sorted(where):
            pattern = self.patterns[n]
            if wanted(pattern):
                yield from _run(pattern, text, where[n])


def _locate(candidates: list[tuple[int, str]], text: str, where: dict[int, set[tuple[int, int]]]) -> None:
    for n, anchor in candidates:
        at = text.find(anchor)
        while at >= 0:
            start = text.rfind("\n", 0, at) + 1
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            where.setdefault(n, set()).add((start, end))
            at = text.find(anchor, end)


def _run(pattern: Pattern, text: str, lines: set[tuple[int, int]]) -> Iterator[tuple[Pattern, re.Match[str]]]:
    expression = compiled(pattern.regex)
    for start, end in sorted(lines):
        for match in expression.finditer(text, start, end):
            if match.end() > match.start() and "\n" not in match.group():
                yield pattern, match
