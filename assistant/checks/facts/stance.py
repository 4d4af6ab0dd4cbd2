"""What a clause says of how things are in general or ought to be: it reports nothing, though its words look like a report.

Read over all clauses of a sentence, for what governs a clause often stands in another one: 作风问题具有反复性，改作风不能止于
纸面. Patterns: knowledge/claims.yaml (``stance``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

from assistant import resources

_KEYS = (
    "past",
    "modal",
    "opinion",
    "aim",
    "intent",
    "achieved",
    "hope",
    "wish",
    "consequent",
    "judgement",
    "formula",
    "frame",
    "maxim",
    "hoped",
)


class Talk(IntEnum):
    """``LIKELY``: no report, unless its own words are those of one; ``SURE``: no report whatever its words; ``FRAME``:
    nothing said at all, only what the next clause is about."""

    NO = 0
    LIKELY = 1
    SURE = 2
    FRAME = 3


@dataclass(frozen=True, slots=True)
class StancePatterns:
    past: re.Pattern[str]
    modal: re.Pattern[str]
    opinion: re.Pattern[str]
    aim: re.Pattern[str]
    intent: re.Pattern[str]
    achieved: re.Pattern[str]
    hope: re.Pattern[str]
    wish: re.Pattern[str]
    consequent: re.Pattern[str]
    judgement: re.Pattern[str]
    formula: re.Pattern[str]
    frame: re.Pattern[str]
    maxim: re.Pattern[str]
    hoped: re.Pattern[str]


@cache
def stance_patterns() -> StancePatterns:
    data: dict[str, Any] = resources.read_yaml("knowledge", "claims.yaml")["stance"]
    return StancePatterns(**{key: re.compile("|".join(f"(?:{p})" for p in data[key])) for key in _KEYS})


def talk(bodies: Sequence[str], *, last: int | None = None, planned: bool = False) -> list[Talk]:
    """How sure it is that each clause is mere talk. ``bodies``: the clauses without subject and adverbs in front;
    ``last``: the last one that tells a fact, if any does: then only what a clause itself or its neighbour says counts."""
    p = stance_patterns()
    out = [_alone(body, n, last) for n, body in enumerate(bodies)]
    for n, (before, body) in enumerate(zip(["", *bodies], bodies, strict=False)):
        if n and p.aim.search(before) and (last is None or n < last):
            out[n] = max(out[n], Talk.LIKELY)
        led = n and out[n - 1] and (last is None or n <= last)
        if planned and (led or p.hoped.search(body)):
            out[n] = max(out[n], Talk.LIKELY)
    if last is None:
        _spread(bodies, out)
    out = [_timed(body, said) for body, said in zip(bodies, out, strict=True)]
    for n, body in enumerate(bodies):
        if n and (p.consequent.search(body) or p.judgement.search(body)):
            out[n - 1] = out[n] = Talk.SURE
    return out


def _alone(body: str, n: int, last: int | None) -> Talk:
    p = stance_patterns()
    if p.modal.search(body) or (p.intent.search(body) and not p.achieved.search(body)):
        return Talk.SURE
    told = (p.aim,) if last is not None and n < last else (p.wish,)
    forms = (p.hope, p.opinion, p.maxim, p.aim) if last is None else (p.hope, *told)
    return Talk.LIKELY if any(form.search(body) for form in forms) else Talk.NO


def _timed(body: str, said: Talk) -> Talk:
    """What was done is told, not talked of; set phrases and links say nothing even so."""
    p = stance_patterns()
    if p.frame.search(body):
        return Talk.FRAME
    if p.formula.search(body):
        return Talk.SURE
    return Talk.NO if p.past.search(body) else said


def _spread(bodies: Sequence[str], out: list[Talk]) -> None:
    """必须 and 我始终认为 govern what follows; what leads up to 必须 is most often of its kind, and so is what stands beside
    a saying (民以食为天，食以安为先)."""
    p = stance_patterns()
    at = next((n for n, b in enumerate(bodies) if p.modal.search(b) or p.opinion.search(b)), None)
    if at is not None:
        for n in range(len(out)):
            out[n] = max(out[n], Talk.SURE if n > at else Talk.LIKELY)
    elif any(p.maxim.search(b) for b in bodies) and not any(p.past.search(b) for b in bodies):
        out[:] = [max(said, Talk.LIKELY) for said in out]


def leads_on(clause: str) -> bool:
    """The clause says nothing by itself and must not be left without the one after it: 对查出的问题，……"""
    return stance_patterns().frame.search(clause.strip("，；。")) is not None
