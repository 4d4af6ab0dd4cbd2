"""Which measure answers which problem (knowledge/answers.yaml): for planning, asking and checking alike."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from assistant import resources
from assistant.similarity import bigrams

_TABLE_WEIGHT = 2  # a line of the table says more than one shared word


class _Answer(NamedTuple):
    problem: re.Pattern[str]
    plan: re.Pattern[str]


class _Table(NamedTuple):
    answers: tuple[_Answer, ...]
    common: frozenset[str]


@cache
def _table() -> _Table:
    data: dict[str, Any] = resources.read_yaml("knowledge", "answers.yaml")
    rows = tuple(_Answer(re.compile(r["problem"]), re.compile(r["plan"])) for r in data["answers"])
    return _Table(rows, frozenset(b for word in data["common_words"] for b in bigrams(word)))


def fit(problem: str, plan: str) -> int:
    """How well ``plan`` answers ``problem``: lines of the table that match, and shared words that are not everyday ones."""
    lines = sum(
        a.problem.search(problem) is not None and a.plan.search(plan) is not None for a in _table().answers
    )
    return _TABLE_WEIGHT * lines + len((bigrams(problem) & bigrams(plan)) - _table().common)


def answers(problem: str, plan: str) -> bool:
    return fit(problem, plan) > 0
