"""One part of the text against another: what the problems deny the achievements claim, and sections out of balance."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression
from assistant.checks.view import HAN, View
from assistant.expressions import compiled
from assistant.text import Span, char_count, clause_around


def _read_against(fields: Fields) -> tuple[str, str, frozenset[str]]:
    """What admits a failing, what claims full success, and words too common to tell a subject by."""
    return (
        expression(fields, "failing", required=True),
        expression(fields, "success", required=True),
        frozenset(fields.texts("common")),
    )


def _contradiction(rule: Rule, view: View) -> Iterator[Hit]:
    """A claim of full success whose subject the problems part says is wanting."""
    failing, success, common = rule.options
    spans = [_subject(view, m.start(), m.end()) for m in _in_part(view, failing, "problems")]
    if not spans:
        return
    admitted = [(s, [g for g in _grams(view.text[s.start : s.end]) if g not in common]) for s in spans]
    said = frozenset(g for _, grams in admitted for g in grams)
    for m in _in_part(view, success, "achievements"):
        claim = clause_around(view.text, m.start(), m.end())
        words = said.intersection(_grams(view.text[claim.start : claim.end]))
        for span, grams in admitted if words else ():
            shared = [g for g in grams if g in words]
            if shared:
                problem = view.text[span.start : span.end]
                yield Hit(claim.start, claim.end, {"problem": problem, "subject": shared[0]})
                break


def _in_part(view: View, regex: str, part: str) -> Iterator[re.Match[str]]:
    for i in view.part_blocks(part):
        span = view.span(i)
        yield from compiled(regex).finditer(view.text, span.start, span.end)


def _subject(view: View, start: int, end: int) -> Span:
    return clause_around(view.text, start, end)


def _grams(text: str) -> list[str]:
    """Runs of four Chinese characters: long enough to be the same subject."""
    return [run[i : i + 4] for m in HAN.finditer(text) for run in [m.group()] for i in range(len(run) - 3)]


def _read_balance(fields: Fields) -> tuple[float, int]:
    return fields.number("most", 4), int(fields.number("least", 3))


def _balance(rule: Rule, view: View) -> Iterator[Hit]:
    """Sections of the achievements of which one is many times as long as another."""
    most, least = rule.options
    blocks = view.part_blocks("achievements")
    heads = [h for h in view.headings if h.block in blocks and h.level == 2]
    if len(heads) < least:
        return
    ends = [h.mark.start for h in heads[1:]] + [view.span(blocks[-1]).end]
    lengths = [char_count(view.text[h.start : end]) for h, end in zip(heads, ends, strict=True)]
    shortest, longest = min(lengths), max(lengths)
    if longest > most * shortest:
        heading = heads[lengths.index(longest)]
        words = {
            "longest": str(longest),
            "shortest": str(shortest),
            "other": heads[lengths.index(shortest)].text(view),
        }
        yield Hit(heading.start, heading.end, words)


KINDS = {
    "contradiction": Kind(
        _read_against,
        frozenset({"failing", "success", "common"}),
        frozenset({"problem", "subject"}),
        find=_contradiction,
    ),
    "section-balance": Kind(
        _read_balance,
        frozenset({"most", "least"}),
        frozenset({"longest", "shortest", "other"}),
        find=_balance,
    ),
}
