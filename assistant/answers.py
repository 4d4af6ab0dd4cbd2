"""Which measure answers which problem (knowledge/answers.yaml): for planning, asking and checking alike."""

from __future__ import annotations

import re
from functools import cache, lru_cache
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
    lines = len(_told(problem).problems & _told(plan).plans)
    return _TABLE_WEIGHT * lines + len((bigrams(problem) & bigrams(plan)) - _table().common)


class _Told(NamedTuple):
    """The lines of the table whose problem, and whose plan, a text is."""

    problems: frozenset[int]
    plans: frozenset[int]


@lru_cache(maxsize=512)
def _told(text: str) -> _Told:
    """Every problem is held against every plan: each is looked up once."""
    rows = list(enumerate(_table().answers))
    return _Told(
        frozenset(n for n, a in rows if a.problem.search(text)),
        frozenset(n for n, a in rows if a.plan.search(text)),
    )


def answers(problem: str, plan: str) -> bool:
    return fit(problem, plan) > 0
