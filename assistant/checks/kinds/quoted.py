"""A short fixed term in quotation marks with one character missing or added: “两个一以贯” for “两个一以贯之”.

In: the terms. Numerals are never the slip (“三会一课” and “四会一课” may be two things), nor is what stands
before or after a whole term (“百千万工程” is not “千万工程”).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule
from assistant.checks.view import View

_NUMERALS = set("一二三四五六七八九十两双多0123456789")


def _read(fields: Fields) -> frozenset[str]:
    return frozenset(fields.texts("terms", required=True))


def _find(rule: Rule, view: View) -> Iterator[Hit]:
    terms: frozenset[str] = rule.options
    by_slip = _slips(terms)
    for span in view.quotations:
        said = view.text[span.start + 1 : span.end - 1]
        right = "" if said in terms else next((t for key in _shorn(said) if (t := by_slip.get(key, ""))), "")
        if right and _one_slip(said, right):
            yield Hit(span.start, span.end, {"right": f"“{right}”"})


@cache
def _slips(terms: frozenset[str]) -> dict[str, str]:
    """Every term by itself and by what is left of it without one of its characters."""
    return {key: term for term in sorted(terms) for key in _shorn(term)}


def _shorn(term: str) -> list[str]:
    return [term, *(term[:n] + term[n + 1 :] for n in range(len(term)))]


def _one_slip(said: str, right: str) -> bool:
    """One character missing, or one too many inside; no numeral."""
    if abs(len(said) - len(right)) > 1:
        return False
    head = next(
        (n for n, (a, b) in enumerate(zip(said, right, strict=False)) if a != b), min(len(said), len(right))
    )
    rest = 0
    while rest < min(len(said), len(right)) - head and said[-1 - rest] == right[-1 - rest]:
        rest += 1
    changed = said[head : len(said) - rest] + right[head : len(right) - rest]
    inside = len(said) < len(right) or 0 < head < len(said) - 1
    return len(changed) == 1 and inside and _NUMERALS.isdisjoint(changed)


KINDS = {"quoted-term": Kind(_read, frozenset({"terms"}), frozenset({"right"}), find=_find)}
