"""``check_facts``: coverage, tracing, claims and derived totals over a whole document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby

from assistant.brief import Item
from assistant.checks.facts.claims import unsourced_claims
from assistant.checks.facts.context import FactContext, Place, places
from assistant.checks.facts.derived import recheck
from assistant.checks.facts.foreign import foreign_runs, untrusted
from assistant.checks.facts.quoted import cut_short
from assistant.checks.facts.trace import false_source, lost_values, placeholders, reordered, trace_values
from assistant.checks.facts.whole import told_whole
from assistant.document import Document
from assistant.finding import Finding
from assistant.similarity import containment

_TOLD = 0.45  # share of a fact's bigrams its sentences must carry before it counts as told

__all__ = ["FactContext", "check_facts"]


def check_facts(document: Document, context: FactContext) -> tuple[Finding, ...]:
    """Findings of the facts/* group, in reading order, whole-text ones first."""
    told: dict[str, list[Place]] = defaultdict(list)
    found: list[Finding] = []
    material = untrusted(context)
    for _, paragraph in groupby(places(document), key=lambda p: p.paragraph):
        sentences = list(paragraph)
        for place in sentences:
            for id in place.sentence.facts:
                told[id].append(place)
            found += trace_values(place, context)
            found += foreign_runs(place, context, material)
            found += false_source(place, context)
            found += placeholders(place, context)
            found += reordered(place, context)
            found += cut_short(place, context)
        found += unsourced_claims(sentences, context)
    for item in context.brief.ledger:
        found += _coverage(item, told.get(item.id, []), context)
    found += recheck(context.brief.facts)
    return tuple(sorted(found, key=lambda f: (f.paragraph, f.start, f.rule)))


def _coverage(item: Item, told: list[Place], context: FactContext) -> Iterator[Finding]:
    if not told:
        if item.required:
            yield Finding(
                "facts/missing",
                "error",
                f"材料 {item.id} 没有写进来：{item.text}",
                facts=(item.id,),
                quote=item.id,
            )
        return
    own = [p for p in told if not (item.lane == "problem" and p.part == "plans")] or told
    text = "".join(p.sentence.text for p in own)
    if containment(_known(item), text) < _TOLD:
        yield own[0].whole("facts/not-told", "error", f"标了 {item.id} 却没有写出它的内容：{item.text}")
        return
    yield from lost_values(item, own)
    yield from told_whole(item, own, context)
    paragraphs = {p.paragraph for p in own if p.part != "plans"}
    if item.lane == "fact" and len(paragraphs) > 1:
        yield own[-1].whole(
            "facts/repeated", "warning", f"材料 {item.id} 写了 {len(paragraphs)} 处，请只留一处"
        )


def _known(item: Item) -> str:
    """The fact's text without its unknown marks."""
    text = item.text
    for unknown in reversed(item.unknowns):
        text = text[: unknown.start] + text[unknown.end :]
    return text
