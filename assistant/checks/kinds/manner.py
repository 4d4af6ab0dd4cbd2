"""Typing manners: a form that is wrong by the standard, grave where the text otherwise does it right.

``minority``: each form against its counterpart. Where the right form prevails a wrong one is a slip (the rule's
severity); where the wrong one prevails it is the text's manner, and every place is a hint with a fix.
``garbled``: paragraphs decoded with the wrong character set, told once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression, no_options
from assistant.checks.view import View
from assistant.expressions import compiled


class _Form(NamedTuple):
    regex: str
    against: str
    right: str
    safe: bool
    line: int


def _read(fields: Fields) -> tuple[_Form, ...]:
    keys = {"regex", "against", "right", "safe"}
    return tuple(
        _Form(
            expression(inner, "regex", required=True),
            expression(inner, "against", required=True),
            inner.text("right"),
            inner.flag("safe", True),
            inner.line,
        )
        for inner in fields.mappings("forms", keys, required=True)
    )


def _minority(rule: Rule, view: View) -> Iterator[Hit]:
    for form in rule.options:
        found = [m for m in view.matches(form.regex) if "\n" not in m.group()]
        if not found:
            continue
        most = len(found) * 2
        prevails = most > 4 and most > sum(
            1 for _ in islice(compiled(form.against).finditer(view.text), most)
        )
        for m in found:
            right = m.expand(form.right)
            yield Hit(
                m.start(),
                m.end(),
                {"right": right},
                right if form.safe else None,
                severity="info" if prevails else None,
            )


def _garbled(_: Rule, view: View) -> Iterator[Hit]:
    for span in view.garbled[:1]:
        blocks = {view.block_at(s.start) for s in view.garbled}
        yield Hit(span.start, min(span.end, span.start + 30), {"count": str(len(blocks))})


KINDS = {
    "minority": Kind(_read, frozenset({"forms"}), frozenset({"right"}), find=_minority),
    "garbled": Kind(no_options, words=frozenset({"count"}), find=_garbled),
}
