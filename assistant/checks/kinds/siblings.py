"""A unit of the same kind as the text's own, named where the text speaks of itself: 县财政局 in the text of 县民政局.

In: pairs of expressions, how the own name ends and how a name of that kind stands as the one that acts (group slot).
Units whose own name holds the slot, and slots that are common words, are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression
from assistant.checks.view import View
from assistant.expressions import compiled


@dataclass(frozen=True, slots=True)
class _Sibling:
    own: str
    term: str


def _read(fields: Fields) -> tuple[tuple[_Sibling, ...], tuple[str, ...]]:
    forms = tuple(
        _Sibling(expression(f, "own", required=True), expression(f, "term", required=True))
        for f in fields.mappings("forms", {"own", "term"}, required=True)
    )
    return forms, fields.texts("common")


def _siblings(rule: Rule, view: View) -> Iterator[Hit]:
    forms, common = rule.options
    name = view.profile.organization
    for form in forms:
        if not name or not compiled(form.own).search(name):
            continue
        for m in view.matches(form.term):
            slot = m["slot"]
            if slot not in name and not any(word in slot for word in common):
                yield Hit(m.start("name"), m.end("name"), {"unit": name})


KINDS = {"sibling": Kind(_read, frozenset({"forms", "common"}), frozenset({"unit"}), find=_siblings)}
