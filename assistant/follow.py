"""Last period's plans and problems against this period's brief: answered, carried over, or not reported.

In: the last summary as a document and this period's brief. Out: ``FollowUp``. What was promised and is not spoken of is
said; figures that only grow (a year's total after its half, 累计…) must not be lower than last time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from assistant import resources
from assistant.brief import Brief, Item, Period, make_item
from assistant.document import Document
from assistant.errors import DocumentError
from assistant.expressions import compiled
from assistant.formats.read import ReadResult
from assistant.measures import Measure, measures_of
from assistant.reverse import items_of, old_period
from assistant.similarity import bigrams
from assistant.text import CLAUSE_END, sentences

_FEWEST_WORDS = 2  # characters before a figure that say what is counted
State = Literal["answered", "carried", "unreported"]
STATE_NAMES: dict[State, str] = {"answered": "已答复", "carried": "顺延", "unreported": "未报告"}


@dataclass(frozen=True, slots=True)
class Promise:
    """One plan or problem of last period; ``by`` are the ids of this brief's bullets that answer or repeat it."""

    lane: Literal["plan", "problem"]
    text: str
    state: State
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fall:
    """A growing figure that is lower than last time."""

    before: str
    now: str
    item: str

    @property
    def message(self) -> str:
        return f"上期写“{self.before}”，本期“{self.now}”（{self.item}）反而少了，请核对统计口径或截止日期"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A plan that was answered with less than it said."""

    planned: str
    done: str
    item: str

    @property
    def message(self) -> str:
        return f"上期计划“{self.planned}”，本期“{self.done}”（{self.item}），没有做够，请核对或写明原因"


@dataclass(frozen=True, slots=True)
class FollowUp:
    promises: tuple[Promise, ...]
    shortfalls: tuple[Shortfall, ...]
    falls: tuple[Fall, ...]

    @property
    def open(self) -> tuple[Promise, ...]:
        return tuple(p for p in self.promises if p.state == "unreported")


@cache
def _rules() -> dict[str, Any]:
    data: dict[str, Any] = resources.read_yaml("knowledge", "batch.yaml")["follow"]
    return data


@cache
def _generic() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_rules()["generic"], key=len, reverse=True))))


def follow_up(last: ReadResult, brief: Brief) -> FollowUp:
    """Raises DocumentError where the last summary holds neither plans nor problems."""
    blocks = last.document.blocks
    plans, problems = (
        [t for t in items_of(blocks, lane) if not _is_formula(t)] for lane in ("plans", "problems")
    )
    if not plans and not problems:
        raise DocumentError(
            "上期材料里没有找到问题和计划，请确认它是一份完整的总结", path=last.document.path or None
        )
    followed = [_plan(t, brief) for t in plans]
    promises = followed + [_problem(t, brief, followed) for t in problems]
    return FollowUp(tuple(promises), tuple(_shortfalls(followed, brief)), tuple(_falls(last, brief)))


def _is_formula(text: str) -> bool:
    """What closes a text promises nothing."""
    return compiled(_rules()["formula"]).search(text) is not None


def _plan(text: str, brief: Brief) -> Promise:
    if by := _matching(text, brief.facts, _rules()["answered"]):
        return Promise("plan", text, "answered", by)
    again = _matching(text, (*brief.plans, *brief.problems), _rules()["same"])
    return Promise("plan", text, "carried" if again else "unreported", again)


def _problem(text: str, brief: Brief, plans: Iterable[Promise]) -> Promise:
    """A problem that is named again is carried over, whatever was done about it; else the plan made for it answers."""
    if again := _matching(text, brief.problems, _rules()["same"]):
        return Promise("problem", text, "carried", again)
    by = _matching(text, (*brief.facts, *brief.plans), _rules()["answered"])
    if not by:
        own = max(plans, key=lambda p: alike(text, p.text), default=None)
        by = own.by if own is not None and alike(text, own.text) >= _rules()["answered"] else ()
    return Promise("problem", text, "answered" if by else "unreported", by)


def _matching(text: str, items: Iterable[Item], least: float) -> tuple[str, ...]:
    """Ids of the bullets on the same matter, the nearest first, three at most."""
    scored = [(alike(text, i.text), i.id) for i in items]
    return tuple(id for score, id in sorted(scored, key=lambda s: (-s[0], s[1])) if score >= least)[:3]


def alike(promise: str, bullet: str) -> float:
    """Shared wording of the best-matching sentence of the promise, stock phrases left out; 0 to about 1.2."""
    right = _generic().sub("，", bullet)
    best = 0.0
    for sentence in sentences(promise):
        left = _generic().sub("，", sentence)
        small, large = sorted((bigrams(left), bigrams(right)), key=len)
        if len(small) < 3:
            continue
        bonus = _rules()["run_bonus"] if _shares_run(left, right, _rules()["run"]) else 0.0
        best = max(best, len(small & large) / len(small) + bonus)
    return best


def _shares_run(a: str, b: str, length: int) -> bool:
    """A run of so many characters, inside one clause, stands in both."""
    runs = (a[n : n + length] for n in range(len(a) - length + 1))
    return any(r in b and not any(c in CLAUSE_END for c in r) for r in runs)


# Plans that were not kept in full.


def _shortfalls(plans: Iterable[Promise], brief: Brief) -> Iterator[Shortfall]:
    for plan in plans:
        planned = list(measures_of(make_item("plan", 1, plan.text))) if plan.state == "answered" else []
        for item in map(brief.item, plan.by):
            for done in measures_of(item):
                was = next((m for m in planned if _of_one_thing(m, done)), None)
                if was and was.amount and done.amount is not None and done.amount < was.amount:
                    yield Shortfall(_phrase(was), _phrase(done), item.id)


def _of_one_thing(planned: Measure, done: Measure) -> bool:
    """A plan says more before the figure (by when, in which way): the nearest words must agree."""
    (told, after), (now, then) = planned.key[0].split("|"), done.key[0].split("|")
    ends = (told.endswith(now) or now.endswith(told)) and min(len(told), len(now)) >= _FEWEST_WORDS
    return ends and after == then and planned.key[1:] == done.key[1:]


# Figures that only grow.


def _falls(last: ReadResult, brief: Brief) -> Iterator[Fall]:
    before = _latest(_measures(last.document))
    growing = _same_year(old_period(last), brief.period)
    for item in brief.facts:
        for now in measures_of(item):
            was = before.get(now.key)
            if was is None or was.amount is None or now.amount is None or now.amount >= was.amount:
                continue
            if growing or _cumulative(item.text):
                yield Fall(_phrase(was), _phrase(now), item.id)


def _same_year(last: Period | None, now: Period) -> bool:
    """The half-year before, inside the year that is reported now."""
    return last is not None and now.start <= last.start and last.end < now.end


def _cumulative(text: str) -> bool:
    return any(w in text for w in _rules()["cumulative"])


def _measures(document: Document) -> Iterator[Measure]:
    lines = [
        s for b in document.blocks if b.part in ("achievements", "opening", None) for s in sentences(b.text)
    ]
    for n, line in enumerate(lines, 1):
        yield from measures_of(make_item("fact", n, line))


def _latest(measures: Iterable[Measure]) -> dict[tuple[str, str, str], Measure]:
    """The largest of each: a text may tell the parts and then the sum."""
    out: dict[tuple[str, str, str], Measure] = {}
    for m in measures:
        if m.amount is not None and (m.key not in out or m.amount > (out[m.key].amount or 0)):
            out[m.key] = m
    return out


def _phrase(measure: Measure) -> str:
    return f"{measure.before}{measure.surface}{measure.after}"


def report(found: FollowUp, brief: Brief) -> str:
    """For people: one block a promise, then the figures."""
    lines: list[str] = []
    for state, name in STATE_NAMES.items():
        chosen = [p for p in found.promises if p.state == state]
        if chosen:
            lines.append(f"{name}（{len(chosen)}条）：")
        for n, p in enumerate(chosen, 1):
            lines.append(f"{n}. [{'计划' if p.lane == 'plan' else '问题'}] {p.text}")
            lines += [f"    {id} {brief.item(id).text}" for id in p.by]
    if found.shortfalls:
        lines.append("没有做够：")
        lines += [f"{n}. {s.message}" for n, s in enumerate(found.shortfalls, 1)]
    if found.falls:
        lines.append("数字回落：")
        lines += [f"{n}. {f.message}" for n, f in enumerate(found.falls, 1)]
    return "\n".join(lines)
