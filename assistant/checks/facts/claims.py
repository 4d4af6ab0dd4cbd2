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
from assistant.brief import Item
from assistant.checks.facts.context import FactContext, Place
from assistant.checks.facts.stance import Talk, stance_patterns, talk
from assistant.checks.facts.trace import readable
from assistant.checks.facts.worked_out import worked_out
from assistant.document import Sentence
from assistant.finding import Finding, Severity
from assistant.similarity import bigrams, containment
from assistant.text import RUN_MARK, Span, fold, is_cjk

_SPLIT = re.compile(r"[，；。！？：,;]")
_ASKED = re.compile(r"[^，；。【]*[，：]?【待")
_FEWEST = 4  # bigrams: shorter clauses of a fact prove nothing
_KEYS = (
    "subject",
    "adverb",
    "concrete",
    "result",
    "action",
    "deed",
    "headline",
    "conduct",
    "aim",
    "softener",
    "own",
    "hypothetical",
    "cause",
    "event",
    "shortfall",
)


@dataclass(frozen=True, slots=True)
class ClaimPatterns:
    subject: re.Pattern[str]
    adverb: re.Pattern[str]
    concrete: re.Pattern[str]
    result: re.Pattern[str]
    action: re.Pattern[str]
    deed: re.Pattern[str]
    headline: re.Pattern[str]
    conduct: re.Pattern[str]
    aim: re.Pattern[str]
    softener: re.Pattern[str]
    own: re.Pattern[str]
    hypothetical: re.Pattern[str]
    cause: re.Pattern[str]
    event: re.Pattern[str]
    shortfall: re.Pattern[str]
    lead: int
    covered: float
    retold: float
    tail: int
    framing: int


@cache
def claim_patterns() -> ClaimPatterns:
    data: dict[str, Any] = dict(resources.read_yaml("knowledge", "claims.yaml"))
    data |= {key: data[key] + data["deed"] for key in ("concrete", "action")}
    one = {key: re.compile("|".join(f"(?:{p})" for p in data[key])) for key in _KEYS}
    return ClaimPatterns(
        **one,
        lead=data["leads_at_most"],
        covered=data["covered"],
        retold=data["retold"],
        tail=data["tail_at_least"],
        framing=data["framing"],
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
    told_before: list[Item] = []
    for place in paragraph:
        text = readable(place.sentence.text)
        if "【待" in place.sentence.text and not place.sentence.facts:
            continue  # it asks for what is missing and claims nothing
        lead = is_lead(text)
        if lead and not _boasts(text):
            continue  # it claims nothing yet
        told = context.items(place.sentence)
        spans = clauses(text)
        bodies = [_unnumbered(text[s.start : s.end].strip()) for s in spans]
        covered = _all_covered(bodies, told, [*told_before, *told])
        if not all(covered):
            starts = [text.index(body, s.start) for body, s in zip(bodies, spans, strict=True)]
            yield from _unsourced(place, bodies, starts, covered, context, bool(told_before), lead)
        told_before += told if True in covered else ()


def _all_covered(bodies: Sequence[str], told: Sequence[Item], before: Sequence[Item]) -> list[bool]:
    texts, result = [i.text for i in told], claim_patterns().result
    return [
        _covered(body, texts) or (bool(before) and worked_out(body, before) and not result.search(body))
        for body in bodies
    ]


def _unsourced(
    place: Place,
    bodies: list[str],
    starts: list[int],
    covered: list[bool],
    context: FactContext,
    told_one: bool,
    lead: bool,
) -> Iterator[Finding]:
    """The clauses of one sentence that nothing covers or excuses. A problem is told in the writer's own words: there
    only what comes after the material's words, or gives a cause, is looked at."""
    policy = fold(context.policy_text(place.sentence))
    cites, size = bool(place.sentence.facts), len(bodies)
    own_words = place.part == "problems" and (cites or told_one)
    nothing = size if (cites and own_words) or not told_one else 0
    first = covered.index(True) if True in covered else nothing
    last = size - covered[::-1].index(True) - 1 if True in covered else size
    predicates = [_predicate(b) for b in bodies]
    talked = talk(predicates, last=last if cites else None, planned=place.part == "plans")
    for n, body in enumerate(bodies):
        if covered[n] or talked[n] is Talk.FRAME or _asks(place.sentence, starts[n]):
            continue
        before_fact = n < last and True in covered
        where = _Where(place, body, predicates[n], starts[n], n >= first, before_fact, lead)
        if _conduct(where):
            yield where.finding(
                "facts/claim-action", "warning", "说的是本人表现，材料里没有，请本人核对或补进材料"
            )
        elif not _excused(where, policy, aim=n < last):
            yield from _cause(where, talked[n]) if own_words else _judge(where, talked[n])


def _asks(sentence: Sentence, start: int) -> bool:
    """A clause without a fact that leads up to its blank (开展学习，【待补：次数】) asks for what is missing."""
    return not sentence.facts and _ASKED.match(sentence.text, start) is not None


def _unnumbered(clause: str) -> str:
    m = RUN_MARK.match(clause)
    return clause[m.end() :] if m else clause


def is_lead(text: str) -> bool:
    """一是深化学习贯彻。 names what follows."""
    m = RUN_MARK.match(text)
    return m is not None and len(text) - m.end() <= claim_patterns().lead


def _boasts(lead: str) -> bool:
    """A lead that tells of something done, or of a result after its name: （一）铸魂固本，政治根基不断夯实。"""
    p = claim_patterns()
    _, _, second = lead.rstrip("。！").partition("，")
    return any(form.search(lead) for form in (p.own, p.concrete)) or p.headline.search(second) is not None


def _covered(body: str, told: Sequence[str]) -> bool:
    """Most of the clause stands in the facts cited, or nearly all of a clause of theirs stands in it."""
    p = claim_patterns()
    if not told:
        return False
    if containment(body, "，".join(told)) >= p.covered:
        return True
    pieces = [piece for text in told for piece in _SPLIT.split(text) if len(bigrams(piece)) >= _FEWEST]
    return any(containment(piece, body) >= p.retold for piece in pieces)


def _excused(where: _Where, policy: str, *, aim: bool) -> bool:
    """Too short to say anything, the policy's own words, or a stance that names nothing concrete; an aim too where it may
    stand (``aim``), before the sentence's last fact: after it, it says what came of the fact, or nothing."""
    p, body = claim_patterns(), where.body
    if sum(map(is_cjk, body)) < 4 or (policy and fold(body) in policy):
        return p.own.search(body) is None
    forms = (p.softener, p.aim) if aim else (p.softener,)
    return where.says(*forms) and p.concrete.search(body) is None


def _predicate(body: str) -> str:
    """The clause without its subject and adverbs: 各社区党委同步举办读书班 -> 举办读书班."""
    p = claim_patterns()
    rest = body
    if stance_patterns().intent.search(body):
        return body  # 改善支部条件 has no subject 改善支部
    if m := p.subject.match(rest):
        rest = rest[m.end() :]
    while (m := p.adverb.match(rest)) and m.end():
        rest = rest[m.end() :]
    return rest if len(rest) >= 2 else body


@dataclass(frozen=True, slots=True)
class _Where:
    """A clause (less 一是) that starts at ``start`` of its sentence, and where it stands to the facts told; ``lead``: in a
    heading of its item."""

    place: Place
    body: str
    predicate: str
    start: int
    after_fact: bool
    before_fact: bool
    lead: bool

    def says(self, *forms: re.Pattern[str]) -> bool:
        """One of the patterns is in it, with its subject and adverbs or without."""
        texts = (self.body,) if self.predicate == self.body else (self.predicate, self.body)
        return any(form.search(text) for form in forms for text in texts)

    def finding(self, rule: str, severity: Severity, message: str) -> Finding:
        end = self.start + len(self.body)
        return self.place.finding(rule, severity, f"“{self.body}”{message}", self.start, end)


def _conduct(where: _Where) -> bool:
    """What the writer says of himself, not as the aim of a fact that follows."""
    own_part = where.place.part == "achievements" and not where.before_fact
    return own_part and claim_patterns().conduct.search(where.body) is not None


def _judge(where: _Where, said: Talk) -> Iterator[Finding]:
    p, body = claim_patterns(), where.body
    planned = where.place.part == "plans"
    if planned and where.says(p.hypothetical):
        return
    hoped = said and (planned or where.before_fact)
    if p.result.search(body) and not hoped and said < Talk.SURE:
        yield _result(where)
    elif where.place.part in ("opening", "closing"):
        return
    elif said < Talk.SURE and where.says(p.action):
        if where.before_fact and len(body) <= p.framing and p.concrete.search(body) is None:
            return
        what = "措施" if planned else "做法或情况"
        yield where.finding(
            "facts/claim-action", "error", f"写了材料里没有的{what}，请删去，或补充材料后再写"
        )
    elif where.after_fact and len(body) >= p.tail and not (planned and said):
        yield _empty(where, said, "是事实之后的空话，请删去")


def _result(where: _Where) -> Finding:
    if where.lead and claim_patterns().own.search(where.body) is None:
        return where.finding(
            "facts/claim-result", "warning", "在小标题里说结果，材料里没有，请改成说事的标题"
        )
    return where.finding(
        "facts/claim-result", "error", "说的是结果，材料里没有，请删去或改成目的放到事实之前"
    )


def _empty(where: _Where, said: Talk, message: str) -> Finding:
    if said:
        return where.finding("facts/maxim", "warning", "是事实之后的意愿或议论，请删去或移到事实之前")
    return where.finding("facts/tail", "warning", message)


def _cause(where: _Where, said: Talk) -> Iterator[Finding]:
    """What the material does not say of a problem: why it is there, whose fault it is, how else it shows. The writer's own
    analysis is asked about; an event in it that can be checked is an error."""
    p, body = claim_patterns(), where.body
    if not where.after_fact or p.shortfall.search(body):
        return
    if p.cause.search(body):
        severity: Severity = "error" if p.event.search(body) else "warning"
        yield where.finding("facts/claim-cause", severity, "材料没有这一原因，请本人核对后补进材料，或删去")
    elif not where.before_fact and len(body) >= p.tail:
        yield _empty(where, said, "说的表现材料里没有，请删去，或据实补充后再写")
