"""What must not stand in a draft, whoever put it into the material: addresses, markup, orders to the model, strangers.

``instructions`` finds the part of an untrusted text (a fact, a past summary, a policy text) that is written to the
model and not to the reader; ``foreign_runs`` checks a sentence. Patterns: knowledge/foreign.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import yaml

from assistant import resources
from assistant.checks.facts.context import FactContext, Place
from assistant.finding import Finding
from assistant.text import fold, sentence_spans, strip_invisible


@dataclass(frozen=True, slots=True)
class ForeignPatterns:
    address: re.Pattern[str]
    markup: re.Pattern[str]
    instruction: re.Pattern[str]
    name: re.Pattern[str]
    known_name: re.Pattern[str]
    run: int


@cache
def foreign_patterns() -> ForeignPatterns:
    data: dict[str, Any] = yaml.safe_load(resources.find("knowledge", "foreign.yaml").read_text("utf-8"))
    keys = ("address", "markup", "instruction", "name", "known_name")
    return ForeignPatterns(**{k: _joined(data[k]) for k in keys}, run=data["run"])


def _joined(patterns: Iterable[str]) -> re.Pattern[str]:
    """(?i) may stand in front of one pattern only; joined, it is written as a scoped flag."""
    parts = [f"(?i:{p[4:]})" if p.startswith("(?i)") else f"(?:{p})" for p in patterns]
    return re.compile("|".join(parts))


def instructions(text: str) -> str:
    """The part of ``text`` from the first order to the model on; empty where there is none."""
    plain = strip_invisible(text)[0]
    p = foreign_patterns()
    found = p.instruction.search(plain) or p.markup.search(plain)
    if found is None:
        return ""
    start = next((s.start for s in sentence_spans(plain) if s.start <= found.start() < s.end), 0)
    return plain[start:]


def suspicious(context: FactContext) -> tuple[str, ...]:
    """The orders that stand in the material of this draft, folded."""
    texts = [i.text for i in context.brief.ledger] + [p.text for p in context.policies.values()]
    found = (fold(instructions(text)) for text in (*texts, *context.styles))
    return tuple(f for f in found if f)


def foreign_runs(place: Place, context: FactContext, orders: Iterable[str]) -> Iterator[Finding]:
    """Findings for one sentence; ``orders`` from ``suspicious``."""
    text, p = place.sentence.text, foreign_patterns()
    for m in p.instruction.finditer(text):
        yield place.finding(
            "facts/instruction",
            "error",
            f"“{m.group()}”像是写给模型的指令，请删去并核对材料来源",
            m.start(),
            m.end(),
        )
    for m in p.markup.finditer(text):
        yield place.finding(
            "facts/markup", "error", f"“{m.group()}”是标记或程序记号，请删去", m.start(), m.end()
        )
    said = fold(
        "".join(i.text for i in context.brief.ledger) + context.brief.organization + context.brief.recipient
    )
    said += fold(context.policy_text(place.sentence))
    for m in p.address.finditer(text):
        if fold(m.group()) not in said:
            yield place.finding(
                "facts/address", "error", f"“{m.group()}”不在材料里，请删去", m.start(), m.end()
            )
    for m in p.name.finditer(text):
        if fold(m.group()) not in said and not p.known_name.search(m.group()):
            yield place.finding(
                "facts/untraced-name", "error", f"“{m.group()}”不在材料里，请核对或删去", m.start(), m.end()
            )
    yield from _copied(place, orders)


def _copied(place: Place, orders: Iterable[str]) -> Iterator[Finding]:
    """What the sentence has word for word from an order to the model."""
    for order in orders:
        sentence = fold(place.sentence.text)
        match = SequenceMatcher(None, sentence, order, autojunk=False).find_longest_match()
        run = sentence[match.a : match.a + match.size]
        if len(run) >= foreign_patterns().run:
            yield place.whole(
                "facts/instruction",
                "error",
                f"“{run[:20]}”出自材料中像是写给模型的指令，请删去并核对材料来源",
            )
            return
