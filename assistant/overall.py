"""What is said of a finished draft as a whole, whoever wrote it: its length, the share of text without a fact, sections
that ran over, sentence patterns used again and again, the house style, and material that spoke to the model.

Nothing of it is for repair. Limits: knowledge/register.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from assistant import resources
from assistant.brief import Brief
from assistant.checks.facts.claims import claim_patterns
from assistant.checks.questions.wording import ORDER
from assistant.document import Document, Draft, Sentence
from assistant.finding import Finding, Question, points
from assistant.plan.house import HouseStyle, departures
from assistant.plan.types import Outline
from assistant.text import RUN_MARK, char_count

_OPEN = re.compile(r"【待[补核][^】]*】")


@cache
def _rules() -> dict[str, Any]:
    data: dict[str, Any] = resources.read_yaml("knowledge", "register.yaml")
    return data


def overall(
    done: Draft, brief: Brief, outline: Outline, questions: Iterable[Question], house: HouseStyle | None
) -> tuple[Finding, ...]:
    document = done.document()
    return (
        *_length(done, brief),
        *_register(document, brief),
        *_sections(done, outline),
        *_patterns(document),
        *departures(document, house),
        *_orders(questions),
    )


def _length(done: Draft, brief: Brief) -> Iterator[Finding]:
    """The asked length against what the facts carry: said, never filled up."""
    got, slack = char_count("".join(s.text for s in done.sections)), _rules()["length"]
    if not brief.length or 1 - slack <= got / brief.length <= 1 + slack:
        return
    if got < brief.length:
        message = f"要求约{brief.length}字，现有材料写到{got}字；要写足请补充事实，或改用更完整的语域（register: full）并添加政策文件"
    else:
        message = f"要求约{brief.length}字，材料较多，写了{got}字；请删减材料或放宽字数"
    yield Finding("structure/length", "info", message)


def most_without_fact(brief: Brief) -> float | None:
    """The share of text without a fact that the brief's register allows; None where there are too few items to tell."""
    limit: float = _rules()["without_fact"][brief.register]
    return limit if len(brief.ledger) >= _rules()["items"] else None


def _register(document: Document, brief: Brief) -> Iterator[Finding]:
    share, limit = without_fact(document), most_without_fact(brief)
    if share is not None and limit is not None and share > limit:
        message = (
            f"没有事实的文字占{share:.0%}，这一语域（register: {brief.register}）以{limit:.0%}为限，"
            "请删去空话或补充事实"
        )
        yield Finding("structure/register", "warning", message)


def without_fact(document: Document) -> float | None:
    """Share of the characters in sentences that tell no fact, problem or plan; None where there are none.

    Opening and closing, topic sentences (一是规范发展党员。) and sentences that are all placeholder count for neither side.
    """
    framed = any(b.part == "achievements" for b in document.blocks)
    total = bare = 0
    for block in document.blocks:
        if framed and block.part in ("opening", "closing"):
            continue
        for sentence in block.sentences:
            size = 0 if _says_nothing(sentence) else char_count(_OPEN.sub("", sentence.text))
            total += size
            bare += 0 if sentence.facts else size
    return round(bare / total, 4) if total else None


def _says_nothing(sentence: Sentence) -> bool:
    if sentence.facts:
        return False
    lead = RUN_MARK.match(sentence.text)
    return bool(_OPEN.search(sentence.text)) or (
        lead is not None and len(sentence.text) - lead.end() <= claim_patterns().lead
    )


def _sections(done: Draft, outline: Outline) -> Iterator[Finding]:
    """A section that ran far over what it was given, its subsections counted in."""
    for plan in outline.written:
        got = sum(char_count(s.text) for s in done.sections if s.id.split(".")[0] == plan.id)
        if plan.heading and plan.length and got > _rules()["section"] * plan.length:
            message = f"“{plan.heading}”写了{got}字，按材料和篇幅约应{plan.length}字，请压缩"
            yield Finding("structure/section-length", "info", message, quote=plan.heading)


def _patterns(document: Document) -> Iterator[Finding]:
    """A sentence pattern is used once in a document, at most a few times; policy wording that is cited does not count."""
    sentences = [s for b in document.blocks for s in b.sentences if not s.policies]
    for row in _rules()["patterns"]:
        found = [m.group() for s in sentences for m in re.finditer(row["regex"], s.text)]
        if len(found) > _rules()["most"]:
            message = f"“{row['say']}”这一句式全文用了{len(found)}次，请换几处写法"
            yield Finding("repeat/pattern", "info", message, quote=found[-1].strip("，。；"))


def _orders(questions: Iterable[Question]) -> Iterator[Finding]:
    """Material that speaks to the model was left out: someone must answer for it before signing."""
    for question in (q for q in points(questions) if q.rule == ORDER):
        yield Finding("facts/order", "error", question.text, facts=question.facts)
