"""Short policy phrases woven in as aims (完整语域): quoted word for word, dealt so that each stands in one place only.

A phrase goes to the fact, the problem or the plan that speaks of the same thing, else, two by two, to the head of the
section on its theme. It never says that anything was done.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assistant.brief import Brief, Item
from assistant.catalogue import load_catalogue
from assistant.evidence import PolicySpan
from assistant.models.embedded.data import kind_of, patterns
from assistant.models.embedded.grammar import draw, echoes, shuffled
from assistant.models.embedded.layout import lay_out
from assistant.models.embedded.sentences import cite
from assistant.plan.outline import seed_of
from assistant.plan.types import Outline, SectionTask
from assistant.similarity import bigrams
from assistant.text import fold

_SHORTEST = 6
_REQUIRED = "要求"  # a phrase that says so itself stands in no frame that says it again
_IN_HEAD = 2  # phrases of one sentence at a section's head
_MOST_IN_HEADS = 4  # of one section


@dataclass(frozen=True, slots=True)
class Deal:
    """Who has which phrase: ``items`` by ledger id, ``heads`` by section id, or by form of ``spare_sentence``."""

    items: dict[str, PolicySpan]
    heads: dict[str, list[PolicySpan]]


def _rules() -> dict[str, Any]:
    rules: dict[str, Any] = patterns().frame["weave"]
    return rules


def _dealt(task: SectionTask) -> Deal:
    if task.brief.register != "full":
        return Deal({}, {})
    return _deal(task.outline, task.brief, task.policies, task.variant)


@lru_cache(maxsize=64)
def _deal(outline: Outline, brief: Brief, policies: tuple[PolicySpan, ...], variant: int | None) -> Deal:
    """Every phrase that no other sentence of the document echoes, to one place at most."""
    said = _said(outline, brief, variant)
    left: list[PolicySpan] = []
    for phrase in shuffled([p for p in policies if _usable(p)], seed_of(brief), "weave"):
        if not echoes(phrase.text, said):
            left.append(phrase)
            said += fold(phrase.text) + "\n"
    items: dict[str, PolicySpan] = {}
    for section in outline.written:
        if section.part in ("achievements", "problems", "plans"):
            _give(section.items, brief, left, items)
    heads: dict[str, list[PolicySpan]] = {}
    for section in outline.written:
        fit = section.part == "achievements"
        own = [
            p for p in left if fit and section.theme in p.themes and not re.search(_rules()["nouns"], p.text)
        ]
        heads[section.id] = own[: min(_MOST_IN_HEADS, len(own) // _IN_HEAD * _IN_HEAD)]
        left = [p for p in left if p not in heads[section.id]]
    spare = [p for p in left if re.search(_rules()["spare"], p.text)] if brief.body else []
    if len(spare) > _IN_HEAD:
        heads |= {"opening": spare[:_IN_HEAD], "problem_intro": spare[_IN_HEAD : _IN_HEAD + 1]}
    return Deal(items, heads)


def _give(ids: Sequence[str], brief: Brief, left: list[PolicySpan], items: dict[str, PolicySpan]) -> None:
    for item in (brief.item(i) for i in ids if i not in items):
        about = _rules()["kinds"].get(kind_of(item.text).id)
        fit = [p for p in left if about and re.search(about, p.text)]
        if fit:
            best = max(fit, key=lambda p: len(bigrams(p.text) & bigrams(item.text)))
            items[item.id] = best
            left.remove(best)


def _usable(policy: PolicySpan) -> bool:
    rules, text = _rules(), policy.text
    return (
        not policy.sentence
        and _SHORTEST <= len(text) <= rules["longest"]
        and re.search(rules["verbs"], text) is not None
        and re.search(rules["never"], text) is None
    )


def _said(outline: Outline, brief: Brief, variant: int | None) -> str:
    layouts = lay_out(outline, brief, variant).values()
    texts = [t for x in layouts for t in (*x.requirements, x.stance)]
    aims = [line.aim for x in layouts for i in x.items for line in i.lines]
    return fold("\n".join([*texts, *aims])) + "\n"


def woven_aim(item: Item, task: SectionTask) -> str:
    """The phrase that goes before the fact, framed as an aim; empty where it has none."""
    phrase = _dealt(task).items.get(item.id)
    return _framed(phrase.text, item, task) if phrase else ""


def _framed(text: str, item: Item, task: SectionTask, *, bare: bool = True) -> str:
    row = next(f for f in _rules()["frames"] if re.search(f["match"], text))
    fit = [o for o in row["options"] if bare or o != "{text}"]
    options: Sequence[str] = [o for o in fit if _REQUIRED not in text or _REQUIRED not in o] or fit
    return options[draw(seed_of(task.brief), "frame", item.id) % len(options)].format(text=text)


def woven_in(told: str, items: Sequence[Item], task: SectionTask, number: int) -> str:
    """A problem's or a plan's sentence with its phrase before it, where it has one."""
    dealt = _dealt(task).items
    item = next((i for i in items if i.id in dealt and i.lane == items[0].lane), None)
    if item is None:
        return told
    if task.plan.part == "plans":
        return cite(f"{_framed(dealt[item.id].text, item, task, bare=False)}，{told}", task.policies)
    options: Sequence[str] = _rules()["problems"]
    return cite(options[number % len(options)].format(text=dealt[item.id].text) + told, task.policies)


def spare_sentence(task: SectionTask, form: str) -> str:
    """The form (opening, problem_intro) filled with phrases that no section has, {party} still to be named; empty where
    there are too few."""
    mine = _dealt(task).heads.get(form, [])
    slots = {slot: phrase.text for slot, phrase in zip("ab", mine, strict=False)}
    return str(_rules()[form]).replace("{party}", "{{party}}").format(**slots) if mine else ""


def head_sentences(task: SectionTask) -> list[str]:
    """Sentences of the section's own phrases, two in each, {party} still to be named; no form twice in a document."""
    mine, theme = _dealt(task).heads.get(task.plan.id, []), load_catalogue().themes.get(task.plan.theme)
    forms = shuffled(_rules()["heads"], seed_of(task.brief), "heads")
    out: list[str] = []
    for n in range(0, len(mine), _IN_HEAD):
        form = forms[(task.plan.index + n) % len(forms)].replace("{party}", "{{party}}")
        a, b = mine[n : n + _IN_HEAD]
        out.append(form.format(a=a.text, b=b.text, name=theme.name if theme else ""))
    return out
