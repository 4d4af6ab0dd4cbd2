"""Claims: a clause that reports a finished action, a mechanism or a result needs a fact; aims and stance do not.

Patterns and thresholds: knowledge/claims.yaml. A paragraph is read in order: a clause is let pass when it is policy
wording from the passage cited, when the facts cited say it, or when it is an aim, a stance or a requirement; what is
left is a result, an action, or, once the paragraph has told a fact, a tail; what only talks of how things ought to be
(``stance``) is none of these, and a maxim where it comes after a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from assistant import resources
from assistant.checks.facts.context import FactContext, Place
from assistant.checks.facts.stance import Talk, talk
from assistant.checks.facts.trace import readable
from assistant.document import Sentence
from assistant.finding import Finding, Severity
from assistant.similarity import bigrams, containment
from assistant.text import Span, fold, is_cjk

_SPLIT = re.compile(r"[，；。！？：,;]")
_LEAD = re.compile(r"^(?:第?[一二三四五六七八九十]+是|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)")
_FEWEST = 4  # bigrams: shorter clauses of a fact prove nothing
_KEYS = (
    "subject",
    "adverb",
    "concrete",
    "result",
    "action",
    "aim",
    "softener",
    "own",
    "hypothetical",
    "cause",
)


@dataclass(frozen=True, slots=True)
class ClaimPatterns:
    subject: re.Pattern[str]
    adverb: re.Pattern[str]
    concrete: re.Pattern[str]
    result: re.Pattern[str]
    action: re.Pattern[str]
    aim: re.Pattern[str]
    softener: re.Pattern[str]
    own: re.Pattern[str]
    hypothetical: re.Pattern[str]
    cause: re.Pattern[str]
    lead: int
    covered: float
    retold: float
    tail: int


@cache
def claim_patterns() -> ClaimPatterns:
    data: dict[str, Any] = resources.read_yaml("knowledge", "claims.yaml")
    one = {key: re.compile("|".join(f"(?:{p})" for p in data[key])) for key in _KEYS}
    return ClaimPatterns(
        **one,
        lead=data["leads_at_most"],
        covered=data["covered"],
        retold=data["retold"],
        tail=data["tail_at_least"],
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


def unsourced_claims(paragraph: Sequence[Place], context: FactContext) -> Iterator[Finding]:
    """Findings for the clauses of one paragraph that claim without a source."""
    told_one = False
    for place in paragraph:
        text = readable(place.sentence.text)
        if "【待" in place.sentence.text and not place.sentence.facts:
            continue  # it asks for what is missing and claims nothing
        if _is_lead(text):
            continue  # it claims nothing yet
        told = [i.text for i in context.items(place.sentence)]
        spans = clauses(text)
        covered = [_covered(text[s.start : s.end].strip(), told) for s in spans]
        yield from _unsourced(place, text, spans, covered, context, told_one=told_one)
        told_one = told_one or True in covered


def _unsourced(
    place: Place, text: str, spans: list[Span], covered: list[bool], context: FactContext, *, told_one: bool
) -> Iterator[Finding]:
    """The clauses of one sentence that nothing covers or excuses. A problem is told in the writer's own words: there
    only what comes after the material's words, or gives a cause, is looked at."""
    policy = fold(context.policy_text(place.sentence))
    own_words = place.part == "problems" and bool(place.sentence.facts)
    first = covered.index(True) if True in covered else len(spans) if own_words or not told_one else 0
    last = len(covered) - covered[::-1].index(True) - 1 if True in covered else len(spans)
    bodies = [_body(text, s) for s in spans]
    talked = talk(
        [_predicate(b) for b in bodies],
        last=last if place.sentence.facts else None,
        planned=place.part == "plans",
    )
    for n, span in enumerate(spans):
        if covered[n] or _excused(bodies[n], policy, aim=n < last) or _asks(place.sentence, span):
            continue
        where = _Where(
            place,
            bodies[n],
            text.index(bodies[n], span.start),
            after_fact=n >= first,
            before_fact=n < last and True in covered,
        )
        yield from _cause(where) if own_words else _judge(where, talked[n])


def _body(text: str, span: Span) -> str:
    return _LEAD.sub("", text[span.start : span.end].strip())


def _asks(sentence: Sentence, span: Span) -> bool:
    """A clause without a fact that leads up to its blank (开展学习，【待补：次数】) asks for what is missing."""
    rest = sentence.text[span.start :]
    return not sentence.facts and re.match(r"[^，；。【]*[，：]?【待", rest) is not None


def _is_lead(text: str) -> bool:
    """一是深化学习贯彻。 names what follows; it claims nothing yet."""
    m = _LEAD.match(text)
    p = claim_patterns()
    if m is None or len(text) - m.end() > p.lead:
        return False
    return p.own.search(text) is None and p.concrete.search(text) is None


def _covered(clause: str, told: Sequence[str]) -> bool:
    """Most of the clause stands in the facts cited, or nearly all of a clause of theirs stands in it."""
    p, body = claim_patterns(), _LEAD.sub("", clause)
    if not told:
        return False
    if containment(body, "，".join(told)) >= p.covered:
        return True
    pieces = [piece for text in told for piece in _SPLIT.split(text) if len(bigrams(piece)) >= _FEWEST]
    return any(containment(piece, body) >= p.retold for piece in pieces)


def _excused(body: str, policy: str, *, aim: bool) -> bool:
    """Too short to say anything, the policy's own words, or a stance that names nothing concrete; an aim too where it may
    stand (``aim``), before the sentence's last fact: after it, it says what came of the fact, or nothing."""
    p = claim_patterns()
    if sum(map(is_cjk, body)) < 4 or (policy and fold(body) in policy):
        return p.own.search(body) is None
    forms = (p.softener, p.aim) if aim else (p.softener,)
    soft = any(form.search(text) for form in forms for text in (_predicate(body), body))
    return soft and p.concrete.search(body) is None


def _predicate(body: str) -> str:
    """The clause without its subject and adverbs: 各社区党委同步举办读书班 -> 举办读书班."""
    p = claim_patterns()
    rest = body
    if m := p.subject.match(rest):
        rest = rest[m.end() :]
    while (m := p.adverb.match(rest)) and m.end():
        rest = rest[m.end() :]
    return rest if len(rest) >= 2 else body


@dataclass(frozen=True, slots=True)
class _Where:
    """A clause (less 一是) that starts at ``start`` of its sentence, and where it stands to the facts told."""

    place: Place
    body: str
    start: int
    after_fact: bool
    before_fact: bool

    def finding(self, rule: str, severity: Severity, message: str) -> Finding:
        end = self.start + len(self.body)
        return self.place.finding(rule, severity, f"“{self.body}”{message}", self.start, end)


def _judge(where: _Where, said: Talk) -> Iterator[Finding]:
    p, body = claim_patterns(), where.body
    planned = where.place.part == "plans"
    if planned and any(p.hypothetical.search(form) for form in (body, _predicate(body))):
        return
    hoped = said and (planned or where.before_fact)
    if p.result.search(body) and not hoped and said < Talk.SURE:
        yield where.finding(
            "facts/claim-result", "error", "说的是结果，材料里没有，请删去或改成目的放到事实之前"
        )
    elif where.place.part in ("opening", "closing"):
        return
    elif said < Talk.SURE and (p.action.search(body) or p.action.search(_predicate(body))):
        what = "措施" if planned else "做法"
        yield where.finding(
            "facts/claim-action", "error", f"写了材料里没有的{what}，请删去，或补充材料后再写"
        )
    elif where.after_fact and len(body) >= p.tail and not (planned and said):
        if said:
            yield where.finding("facts/maxim", "warning", "是事实之后的议论，请删去或移到事实之前")
        else:
            yield where.finding("facts/tail", "warning", "是事实之后的空话，请删去")


def _cause(where: _Where) -> Iterator[Finding]:
    """What the material does not say of a problem: why it is there, whose fault it is, how else it shows."""
    p, body = claim_patterns(), where.body
    if p.cause.search(body) and where.after_fact:
        yield where.finding(
            "facts/claim-cause", "error", "说的原因、责任材料里没有，请删去，或由本人据实补充后再写"
        )
    elif where.after_fact and not where.before_fact and len(body) >= p.tail:
        yield where.finding("facts/tail", "warning", "说的表现材料里没有，请删去，或据实补充后再写")
