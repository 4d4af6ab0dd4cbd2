"""Claims: a clause that reports a finished action, a mechanism or a result needs a fact; aims and stance do not.

Patterns and thresholds: knowledge/claims.yaml. A clause is let pass when it is policy wording from the passage cited,
when the facts cited say it, or when it is an aim, a stance or a requirement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from assistant import resources
from assistant.checks.facts.context import FactContext, Place
from assistant.checks.facts.trace import readable
from assistant.finding import Finding
from assistant.similarity import containment
from assistant.text import Span, fold, is_cjk

_SPLIT = re.compile(r"[，；。！？：,;]")
_LEAD = re.compile(r"^(?:第?[一二三四五六七八九十]+是|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)")


@dataclass(frozen=True, slots=True)
class ClaimPatterns:
    result: re.Pattern[str]
    action: re.Pattern[str]
    softener: re.Pattern[str]
    hypothetical: re.Pattern[str]
    lead: int
    covered: float
    tail: int


@cache
def claim_patterns() -> ClaimPatterns:
    data: dict[str, Any] = yaml.safe_load(resources.find("knowledge", "claims.yaml").read_text("utf-8"))
    one = {
        key: re.compile("|".join(f"(?:{p})" for p in data[key]))
        for key in ("result", "action", "softener", "hypothetical")
    }
    return ClaimPatterns(
        **one, lead=data["leads_at_most"], covered=data["covered"], tail=data["tail_at_least"]
    )


def clauses(text: str) -> list[Span]:
    """Clause spans without their punctuation; blanks (【待补】) are no part of any."""
    spans, start = [], 0
    for m in [*_SPLIT.finditer(text), None]:
        end = m.start() if m else len(text)
        if text[start:end].strip():
            spans.append(Span(start, end))
        start = m.end() if m else end
    return spans


def unsourced_claims(place: Place, context: FactContext) -> Iterator[Finding]:
    """Findings for clauses that claim without a source; sentences of the problems part are the writer's own words."""
    if place.part == "problems" and place.sentence.facts:
        return
    text = readable(place.sentence.text)
    if _is_lead(text):
        return
    told = "".join(i.text for i in context.items(place.sentence))
    policy = fold(context.policy_text(place.sentence))
    seen_fact = False
    for span in clauses(text):
        clause = text[span.start : span.end].strip()
        if _covered(clause, told):
            seen_fact = True
        elif not _excused(clause, policy):
            finding = _judge(clause, span, place, after_fact=seen_fact)
            if finding:
                yield finding


def _is_lead(text: str) -> bool:
    """一是深化学习贯彻。 names what follows; it claims nothing yet."""
    m = _LEAD.match(text)
    return m is not None and len(text) - m.end() <= claim_patterns().lead


def _covered(clause: str, told: str) -> bool:
    return bool(told) and containment(_LEAD.sub("", clause), told) >= claim_patterns().covered


def _excused(clause: str, policy: str) -> bool:
    body = _LEAD.sub("", clause)
    if sum(map(is_cjk, body)) < 4 or (policy and fold(body) in policy):
        return True
    return claim_patterns().softener.search(body) is not None


def _judge(clause: str, span: Span, place: Place, *, after_fact: bool) -> Finding | None:
    p, body = claim_patterns(), _LEAD.sub("", clause)
    start = span.start + (len(clause) - len(body))
    planned = place.part == "plans"
    if p.result.search(body) and not (planned and p.hypothetical.search(body)):
        message = f"“{body}”说的是结果，材料里没有，请删去或改成目的放到事实之前"
        return place.finding("facts/claim-result", "error", message, start, span.end)
    if place.part in ("opening", "closing"):
        return None
    if p.action.search(body):
        what = "措施" if planned else "做法"
        message = f"“{body}”写了材料里没有的{what}，请删去，或补充材料后再写"
        return place.finding("facts/claim-action", "error", message, start, span.end)
    if after_fact and len(body) >= p.tail and not planned:
        message = f"“{body}”是事实之后的空话，请删去"
        return place.finding("facts/tail", "warning", message, start, span.end)
    return None
