"""A policy's list cut short: 务必不忘初心、牢记使命，务必谦虚谨慎、艰苦奋斗 of the three 务必 that the passage cited has.

Members of a list are neighbours in the passage that begin or end alike. Thresholds: knowledge/claims.yaml (``policy_cut``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from assistant import resources
from assistant.checks.facts.context import FactContext, Place
from assistant.finding import Finding
from assistant.text import fold

_MARKS = "“”‘’"


@cache
def _rules() -> dict[str, int]:
    data: dict[str, int] = resources.read_yaml("knowledge", "claims.yaml")["policy_cut"]
    return data


def cut_short(place: Place, context: FactContext) -> Iterator[Finding]:
    """Two members or more of a list of a passage that the sentence cites, and not all of them. A whole sentence of a
    policy may well be quoted in part; of a fixed term that is a fault."""
    text = _plain(place.sentence.text)
    for policy in (context.policies[p] for p in place.sentence.policies if p in context.policies):
        for members in _lists(_plain(policy.text)):
            told = [m for m in members if m in text]
            if 2 <= len(told) < len(members):
                lost = "、".join(f"“{m}”" for m in members if m not in told)
                message = f"所引“{told[0]}……”在{policy.title or '原文'}里还有{lost}，没有引全，请补全或核对"
                yield place.whole("facts/policy-cut", "info" if policy.sentence else "warning", message)


def _plain(text: str) -> str:
    return fold(text).translate(dict.fromkeys(map(ord, _MARKS)))


def _lists(text: str) -> Iterator[list[str]]:
    """Runs of three or more alike pieces, between commas and between the marks of a row of nouns."""
    for split in (r"[，；。,;]", r"[、，；。,;]"):
        run: list[str] = []
        for piece in [*re.split(split, text), ""]:
            if run and not _alike(run[-1], piece):
                if len(run) >= 3:
                    yield run
                run = []
            if piece:
                run.append(piece)


def _alike(a: str, b: str) -> bool:
    rules = _rules()
    n = rules["alike"]
    whole = all(n < len(piece) <= rules["most"] for piece in (a, b))
    return whole and (a[:n] == b[:n] or a[-n:] == b[-n:])
