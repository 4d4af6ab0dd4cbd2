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
            edits.append((end, end, _put_at(item.text, end, question.inline)))
    text = item.text
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return _END.sub("", text)


def _put_at(text: str, at: int, inline: str) -> str:
    """What is asked for follows its clause after a comma, and a member of a list in brackets."""
    if not inline.startswith("【待补") or (at < len(text) and text[at] not in CLAUSE_END):
        return inline
    return f"（{inline}）" if text[at : at + 1] == "、" else f"，{inline}"
