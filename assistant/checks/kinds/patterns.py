"""Rules that are expressions: something that should not stand there, and what should stand in its place.

``existence``: a list of literals or expressions; ``substitution``: each with what is right. An expression brings its own
examples; a literal is its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.catalogue import Catalogue
from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Kind, Pattern, Rule, expression
from assistant.finding import SEVERITIES, Severity

_ENTRY = {"literal", "regex", "right", "safe", "severity", "note"}


class Entry(NamedTuple):
    """``right`` is for people (\\1 works); ``safe``: substituting it is safe; ``note``: what to do, where the rule's message
    asks for it."""

    regex: str
    right: str = ""
    safe: bool = False
    severity: Severity | None = None
    literal: str = ""
    line: int = 0
    note: str = ""


def _read_entries(fields: Fields, key: str, with_right: bool) -> tuple[Entry, ...]:
    out = []
    for inner in fields.mappings(key, _ENTRY if with_right else _ENTRY - {"right", "safe"}, required=True):
        literal, regex = inner.text("literal"), expression(inner, "regex")
        if bool(literal) == bool(regex) and not inner.problems:
            inner.problem("literal 和 regex 要写且只写一个")
        if with_right and "right" not in inner:
            inner.problem("缺少 right（应写成什么；要删去的写 ''）")
        severity = inner.choice("severity", SEVERITIES) if "severity" in inner else None
        out.append(
            Entry(
                regex or re.escape(literal),
                inner.text("right"),
                inner.flag("safe", False),
                severity,  # type: ignore[arg-type]
                literal,
                inner.line,
                inner.text("note"),
            )
        )
    return tuple(out)


def _patterns(rule: Rule, _: Catalogue) -> Iterator[Pattern]:
    for entry in rule.options:
        yield Pattern(
            rule,
            entry.regex,
            entry.severity or rule.severity,
            words={"right": entry.right, "note": entry.note or "请改"},
            replacement=entry.right if entry.safe else None,
        )


KINDS = {
    "existence": Kind(
        lambda f: _read_entries(f, "match", False),
        frozenset({"match"}),
        frozenset({"note"}),
        patterns=_patterns,
    ),
    "substitution": Kind(
        lambda f: _read_entries(f, "swap", True),
        frozenset({"swap"}),
        frozenset({"right", "note"}),
        patterns=_patterns,
    ),
}
