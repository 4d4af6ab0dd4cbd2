"""How a bullet must stand in the text: its own words, what is unknown as 【待补：…】, what is open as 【待核：…】."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.brief import Item
from assistant.finding import Question
from assistant.text import CLAUSE_END

_END = re.compile(r"[。；，,;.\s]+$")


def clause(item: Item, questions: Sequence[Question]) -> str:
    """The bullet's text without its stop, each unknown as 【待补：…】, each open question right after its anchor."""
    edits = [
        (u.start, u.end, f"【待补：{u.label}】") for u in item.unknowns if not u.surface.startswith("【")
    ]
    for question in questions:
        at = item.text.find(question.anchor) if question.anchor and item.id in question.facts else -1
        end = at + len(question.anchor)
        if at >= 0 and question.inline and not any(s < end and at < e for s, e, _ in edits):
            comma = "，" if question.inline.startswith("【待补") and _ends_clause(item.text, end) else ""
            edits.append((end, end, comma + question.inline))
    text = item.text
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return _END.sub("", text)


def _ends_clause(text: str, at: int) -> bool:
    return at == len(text) or text[at] in CLAUSE_END
