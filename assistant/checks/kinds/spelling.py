"""A wrong form of a word or a set phrase, listed with what is right: 按步就班 for 按部就班.

In: the wrong forms, three characters or more. A form is passed over where a word of the sentence reaches over its ends:
学习已为常态 holds 习已为常, 培训办法 holds 培训办, and both are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from assistant.catalogue.nodes import Fields
from assistant.checks.adjacent import number
from assistant.checks.rule import Hit, Kind, Rule
from assistant.checks.segments import stands_apart
from assistant.checks.view import View
from assistant.text import occurrences


@dataclass(frozen=True, slots=True)
class Wrong:
    """``safe``: what is right can be put in its place unasked."""

    form: str
    right: str
    safe: bool


def _read(fields: Fields) -> dict[int, tuple[Wrong, ...]]:
    """The wrong forms by two characters that the right one does not have side by side."""
    found: dict[int, list[Wrong]] = {}
    for inner in fields.mappings("swap", {"literal", "right", "safe"}, required=True):
        form, right = inner.text("literal", required=True), inner.text("right", required=True)
        if len(form) < 3:
            inner.problem("literal 至少三个字；两个字的写进 mistyped.yaml 的 listed")
            continue
        wrong = next((p for p in pairwise(form) if "".join(p) not in right), form[:2])
        found.setdefault(number("".join(wrong)), []).append(Wrong(form, right, inner.flag("safe", False)))
    return {pair: tuple(wrongs) for pair, wrongs in found.items()}


def _spelling(rule: Rule, view: View) -> Iterator[Hit]:
    listed: dict[int, tuple[Wrong, ...]] = rule.options
    for pair in sorted(listed.keys() & view.adjacent.all):
        for wrong in listed[pair]:
            yield from _hits(wrong, view.text)


def _hits(wrong: Wrong, text: str) -> Iterator[Hit]:
    for at in occurrences(text, wrong.form):
        end = at + len(wrong.form)
        if stands_apart(text, at, end):
            yield Hit(at, end, {"right": wrong.right}, wrong.right if wrong.safe else None)


KINDS = {"spelling": Kind(_read, frozenset({"swap"}), frozenset({"right"}), find=_spelling)}
