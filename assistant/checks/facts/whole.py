"""Whether a fact is told whole: its quoted names, its negations, what is still open in it, and no part left out.

Words and thresholds: knowledge/claims.yaml (``whole``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from assistant import resources
from assistant.brief import Item
from assistant.checks.facts.context import FactContext, Place
from assistant.checks.facts.trace import readable
from assistant.finding import Finding, Fix, Question
from assistant.similarity import bigrams
from assistant.text import fold, is_cjk

_QUOTED = re.compile(r"“([^”]{2,30})”")


@cache
def _rules() -> dict[str, Any]:
    data: dict[str, Any] = resources.read_yaml("knowledge", "claims.yaml")["whole"]
    return data


def told_whole(item: Item, told: Sequence[Place], context: FactContext) -> Iterator[Finding]:
    """``told``: the sentences that cite the fact. A problem may be told in other words; what is open in it stays open."""
    yield from _open(item, told, context)
    if item.lane != "problem":
        text = fold("".join(p.sentence.text for p in told))
        yield from _names(item, told[0], text)
        yield from _negated(item, told, context)
        yield from _left_out(item, told[0], text)


def _names(item: Item, place: Place, text: str) -> Iterator[Finding]:
    """A name in quotes is the same name or another one."""
    for m in _QUOTED.finditer(item.text):
        if fold(m[1]) not in text:
            message = f"材料 {item.id} 的“{m[1]}”没有照原样写进来，请照材料写"
            yield place.whole("facts/name-lost", "error", message)


def _negated(item: Item, told: Sequence[Place], context: FactContext) -> Iterator[Finding]:
    """What the fact denies is denied in the text, and nothing else is, but what another fact of its sentences denies."""
    text = "".join(readable(p.sentence.text) for p in told)
    others = "，".join(i.text for p in told for i in context.items(p.sentence) if i.id != item.id)
    for whole, part, start in ((item.text, text, 0), (text, item.text, 1)):
        for m in re.finditer(rf"(?:{_rules()['negation']})([\u4e00-\u9fff]{{2}})", whole):
            denial = rf"(?:{_rules()['negation']}){re.escape(m[1])}"
            if m[1] not in part or re.search(denial, part) or (start and re.search(denial, others)):
                continue
            word = whole[m.start() : m.end()] if start == 0 else m[1]
            message = f"材料 {item.id} 写的是“{word}”，正文的意思反了，请照材料写"
            yield told[0].whole("facts/negated", "error", message)
            return


def _open(item: Item, told: Sequence[Place], context: FactContext) -> Iterator[Finding]:
    """A question on the fact stands in its sentence until it is answered; put back after its anchor where that stands."""
    text = "".join(p.sentence.text for p in told)
    for question in context.questions:
        if (
            item.id not in question.facts
            or not question.inline.startswith("【待核")
            or question.inline in text
        ):
            continue
        if question.anchor and question.anchor not in item.text:
            continue
        message = f"材料 {item.id} 要核对的{question.inline}没有写进来，请补在所涉字词之后"
        yield _with_fix(
            next((p for p in told if question.anchor in p.sentence.text), None), told[0], question, message
        )


def _with_fix(place: Place | None, first: Place, question: Question, message: str) -> Finding:
    if place is None or not question.anchor:
        return first.whole("facts/open-lost", "error", message)
    start = place.sentence.text.index(question.anchor)
    end = start + len(question.anchor)
    found = place.finding("facts/open-lost", "error", message, start, end)
    fix = Fix(place.offset + end, place.offset + end, question.inline)
    return Finding(
        found.rule,
        found.severity,
        message,
        found.paragraph,
        found.start,
        found.end,
        found.quote,
        fix,
        found.facts,
    )


def _left_out(item: Item, place: Place, text: str) -> Iterator[Finding]:
    """Runs of the fact's own characters of which nothing stands in the text."""
    there = bigrams(text)
    for run in _runs(_plain(item)):
        missing = ""
        for a, b in (*pairwise(run), ("", "")):
            if a and a + b not in there:
                missing = (missing or a) + b
                continue
            if len(missing) >= _rules()["left_out"]:
                message = f"材料 {item.id} 的“{missing}{b}”没有写进来，请补上或核对"
                yield place.whole("facts/part-lost", "warning", message)
            missing = ""


def _plain(item: Item) -> str:
    """The fact's text, figures and unknowns out."""
    text = item.text
    for start, end in [(v.start, v.end) for v in item.values] + [(u.start, u.end) for u in item.unknowns]:
        text = text[:start] + "，" * (end - start) + text[end:]
    return fold(text) if len(fold(text)) == len(text) else text


def _runs(text: str) -> list[str]:
    return "".join(c if is_cjk(c) or c.isalnum() else " " for c in text).split()
