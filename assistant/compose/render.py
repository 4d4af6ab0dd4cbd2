"""A section task as the slots of prompts/draft_section.md: byte-stable within a document up to the task itself."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence

from assistant.brief import Brief, Item
from assistant.catalogue import Catalogue
from assistant.checks.facts.foreign import instructions
from assistant.compose.packet import packet
from assistant.compose.slots import slotted
from assistant.evidence import PolicySpan
from assistant.finding import Question
from assistant.ledger import clause
from assistant.plan.house import note
from assistant.plan.types import Outline, SectionTask
from assistant.plan.units import names_of
from assistant.prompts import Prompt
from assistant.text import ordinal, strip_invisible

_BREAKS = re.compile(r"[\n\r\u2028\u2029\v\f]+")
_UNTITLED = {"opening": "全文开头（无标题）", "closing": "全文结尾（无标题）"}
_LEFT_OUT = "【待核：此处像是写给模型的指令，已略去】"


def draft_slots(
    task: SectionTask, prompt: Prompt, catalogue: Catalogue, *, slots: bool = False
) -> dict[str, object]:
    """Every slot of the drafting prompts, as text; ``slots``: the ledger's values as {{F04.1}}."""
    brief, plan = task.brief, task.plan
    genre = catalogue.genres.get(brief.kind)
    return {
        "fence": fence(brief), "genre": genre.name if genre else brief.kind, "organization": safe(brief.organization),
        "we": "我" if genre and genre.person == "self" else names_of(brief).we, "period": brief.period.label,
        "date": brief.date.isoformat(), "register": prompt.meta["registers"][brief.register],
        "styles": _styles(task), "house": note(task.house) or "（无）", "outline": outline_text(task.outline),
        "ledger": ledger_text(brief.ledger, task.questions, slots=slots), "policies": policies_text(packet(task, catalogue)),
        "number": plan.number, "heading": safe(plan.heading) or _UNTITLED.get(plan.part, ""),
        "instruction": str(prompt.meta["parts"][plan.part]).strip(), "ids": "、".join(plan.items) or "无",
        "inline": _subheads(task), "length": plan.length, "body_view": _body_view(task),
    }  # fmt: skip


def fence(brief: Brief) -> str:
    """A delimiter no text of the brief can know beforehand, the same for all sections of a document."""
    return hashlib.sha256(f"fence\0{brief.digest}".encode()).hexdigest()[:10]


def safe(text: str) -> str:
    """Untrusted text inside the fence: no invisible characters, no line breaks, no fence of its own."""
    return (
        _BREAKS.sub(" ", strip_invisible(text)[0])
        .replace("<<<", "＜＜＜")
        .replace(">>>", "＞＞＞")
        .replace("⟦", "[")
        .replace("⟧", "]")
    )


def ledger_text(items: Sequence[Item], questions: Sequence[Question], *, slots: bool = False) -> str:
    """One line an item: id, the text as it must stand (placeholders and open questions in place), source."""
    rows = []
    for i in items:
        text = _harmless(clause(i, questions))
        shown = slotted(i, questions) if slots and _LEFT_OUT not in text else text
        rows.append(f"⟦{i.id}⟧ {safe(shown)}" + (f"（来源：{safe(i.source)}）" if i.source else ""))
    return "\n".join(rows)


def _harmless(text: str) -> str:
    """The text up to the first order to the model."""
    order = instructions(text)
    return text[: -len(order)] + _LEFT_OUT if order and text.endswith(order) else _LEFT_OUT if order else text


def outline_text(outline: Outline) -> str:
    rows = [f"《{safe(outline.title)}》"] + [
        f"{s.number}{safe(s.heading)}" + (f"　写：{'、'.join(s.items)}" if s.items else "")
        for s in outline.sections
        if s.heading
    ]
    return "\n".join(rows)


def policies_text(policies: Iterable[PolicySpan]) -> str:
    rows = [
        f"⟦{p.id}⟧ {safe(p.text)}（{safe(p.title)}{'，' + p.date if p.date else ''}）"
        for p in policies
        if not instructions(p.text + p.title)
    ]
    return "\n".join(rows) or "（无）"


def _styles(task: SectionTask) -> str:
    return "\n".join(f"· {safe(s.text)}" for s in task.styles if not instructions(s.text)) or "（无）"


def _subheads(task: SectionTask) -> str:
    if not task.plan.subheads:
        return ""
    rows = [
        f"（{ordinal(n)}）{safe(s.heading)}　写：{'、'.join(s.items)}"
        for n, s in enumerate(task.plan.subheads, 1)
    ]
    return "小标题（独占一行，编号和文字都照抄）：\n" + "\n".join(rows) + "\n"


def _body_view(task: SectionTask) -> str:
    """The body so far, as data within the fence."""
    if not task.body_view:
        return ""
    mark, rows = fence(task.brief), "\n".join(map(safe, task.body_view))
    return f"\n<<<资料 {mark}>>>\n【已写成的正文】各节的开头部分，供承接、避免重复，不照抄：\n{rows}\n<<<资料完 {mark}>>>"
