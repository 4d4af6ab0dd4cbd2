"""What must not stand in a draft, whoever put it into the material: addresses, markup, orders to the model, strangers.

``instructions`` finds the part of an untrusted text (a fact, a past summary, a policy text) that is written to the
model and not to the reader; ``foreign_runs`` checks a sentence. Patterns: knowledge/foreign.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache
from typing import Any

from assistant import resources
from assistant.checks.facts.context import FactContext, Place
from assistant.finding import Finding
from assistant.similarity import bigrams
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
    data: dict[str, Any] = resources.read_yaml("knowledge", "foreign.yaml")
    keys = ("address", "markup", "instruction", "name", "known_name")
    return ForeignPatterns(**{k: _joined(data[k]) for k in keys}, run=data["run"])


def _joined(patterns: Iterable[str]) -> re.Pattern[str]:
    """(?i) may stand in front of one pattern only; joined, it is written as a scoped flag."""
    parts = [f"(?i:{p[4:]})" if p.startswith("(?i)") else f"(?:{p})" for p in patterns]
    return re.compile("|".join(parts))


@lru_cache(maxsize=8192)
def instructions(text: str) -> str:
    """The part of ``text`` from the first order to the model on; empty where there is none."""
    plain = strip_invisible(text)[0]
    p = foreign_patterns()
    found = p.instruction.search(plain) or p.markup.search(plain)
    if found is None:
        return ""
    start = next((s.start for s in sentence_spans(plain) if s.start <= found.start() < s.end), 0)
    return plain[start:]


@dataclass(frozen=True, slots=True)
class Untrusted:
    """``orders``: the orders to the model that stand in the material; ``said``: all that the brief says, folded."""

    orders: tuple[str, ...]
    said: str


def untrusted(context: FactContext) -> Untrusted:
    brief = context.brief
    texts = [i.text for i in brief.ledger] + [p.text for p in context.policies.values()]
    found = (fold(instructions(text)) for text in (*texts, *context.styles))
    said = "".join(i.text for i in brief.ledger) + brief.organization + brief.recipient + brief.author
    return Untrusted(tuple(f for f in found if f), fold(said))


def foreign_runs(place: Place, context: FactContext, material: Untrusted) -> Iterator[Finding]:
    """Findings for one sentence."""
    text, p = place.sentence.text, foreign_patterns()
    for m in p.instruction.finditer(text):
        message = f"“{m.group()}”像是写给模型的指令，请删去并核对材料来源"
        yield place.finding("facts/instruction", "error", message, m.start(), m.end())
    for m in p.markup.finditer(text):
        message = f"“{m.group()}”是标记或程序记号，请删去"
        yield place.finding("facts/markup", "error", message, m.start(), m.end())
    for rule, pattern in (("facts/address", p.address), ("facts/untraced-name", p.name)):
        for m in pattern.finditer(text):
            if not _known(m.group(), place, context, material):
                message = f"“{m.group()}”不在材料里，请核对或删去"
                yield place.finding(rule, "error", message, m.start(), m.end())
    yield from _copied(place, material)


def _known(run: str, place: Place, context: FactContext, material: Untrusted) -> bool:
    said = fold(run)
    known = foreign_patterns().known_name.search(run) is not None
    return known or said in material.said or said in fold(context.policy_text(place.sentence))


def _copied(place: Place, material: Untrusted) -> Iterator[Finding]:
    """What the sentence has word for word from an order to the model."""
    enough = foreign_patterns().run
    sentence = fold(place.sentence.text)
    for order in material.orders:
        if len(bigrams(sentence) & bigrams(order)) < enough // 2:
            continue
        match = SequenceMatcher(None, sentence, order, autojunk=False).find_longest_match()
        if match.size >= enough:
            run = sentence[match.a : match.a + min(match.size, 20)]
            message = f"“{run}”出自材料中像是写给模型的指令，请删去并核对材料来源"
            yield place.whole("facts/instruction", "error", message)
            return
