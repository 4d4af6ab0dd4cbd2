"""A section task as the slots of prompts/draft_section.md: byte-stable within a document up to the task itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from assistant.brief import Brief, Item
from assistant.catalogue import Catalogue
from assistant.evidence import PolicySpan
from assistant.finding import Question
from assistant.ledger import clause
from assistant.plan.types import Outline, SectionTask
from assistant.plan.units import names_of
from assistant.prompts import Prompt
from assistant.text import strip_invisible


def draft_slots(task: SectionTask, prompt: Prompt, catalogue: Catalogue) -> dict[str, object]:
    """Every slot of the drafting prompt, as text."""
    brief, plan = task.brief, task.plan
    genre = catalogue.genres.get(brief.kind)
    return {
        "fence": fence(brief), "genre": genre.name if genre else brief.kind, "organization": brief.organization,
        "we": "我" if genre and genre.person == "self" else names_of(brief).we, "period": brief.period.label,
        "date": brief.date.isoformat(), "register": prompt.meta["registers"][brief.register],
        "styles": _styles(task), "outline": outline_text(task.outline), "ledger": ledger_text(brief.ledger, task.questions),
        "policies": policies_text(task.policies), "number": plan.number, "heading": plan.heading or "（无标题）",
        "instruction": str(prompt.meta["parts"][plan.part]).strip(), "ids": "、".join(plan.items) or "无",
        "inline": _subheads(task), "length": plan.length, "body_view": _body_view(task),
    }  # fmt: skip


def fence(brief: Brief) -> str:
    """A delimiter no text of the brief can know beforehand, the same for all sections of a document."""
    return hashlib.sha256(f"fence\0{brief.digest}".encode()).hexdigest()[:10]


def safe(text: str) -> str:
    """Untrusted text inside the fence: no invisible characters, no line breaks, no fence of its own."""
    return (
        strip_invisible(text)[0]
        .replace("\n", " ")
        .replace("<<<", "＜＜＜")
        .replace(">>>", "＞＞＞")
        .replace("⟦", "[")
        .replace("⟧", "]")
    )


def ledger_text(items: Sequence[Item], questions: Sequence[Question]) -> str:
    """One line an item: id, the text as it must stand (placeholders and open questions in place), source."""
    return "\n".join(
        f"⟦{i.id}⟧ {safe(clause(i, questions))}" + (f"（来源：{safe(i.source)}）" if i.source else "")
        for i in items
    )


def outline_text(outline: Outline) -> str:
    rows = [f"《{safe(outline.title)}》"] + [
        f"{s.number}{safe(s.heading)}" + (f"　写：{'、'.join(s.items)}" if s.items else "")
        for s in outline.sections
        if s.heading
    ]
    return "\n".join(rows)


def policies_text(policies: Iterable[PolicySpan]) -> str:
    rows = [f"⟦{p.id}⟧ {safe(p.text)}（{safe(p.title)}{'，' + p.date if p.date else ''}）" for p in policies]
    return "\n".join(rows) or "（无）"


def _styles(task: SectionTask) -> str:
    return "\n".join(f"· {safe(s.text)}" for s in task.styles) or "（无）"


def _subheads(task: SectionTask) -> str:
    if not task.plan.subheads:
        return ""
    rows = [f"（{n}）{s.heading}　写：{'、'.join(s.items)}" for n, s in enumerate(task.plan.subheads, 1)]
    return "小标题（独占一行，按“（一）××××”的样子照抄）：\n" + "\n".join(rows) + "\n"


def _body_view(task: SectionTask) -> str:
    return ("\n已写成的正文：\n" + "\n".join(task.body_view)) if task.body_view else ""
