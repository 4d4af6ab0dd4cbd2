"""Strict slots for small models: ``{{F04.1}}`` in a reply is filled by code with the fact's own value.

The values of a bullet (figures, dates, titles, numbers) and its open blanks are numbered in the order they stand in
the text as it must be written; the model moves them about but never copies a digit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from assistant.brief import Item
from assistant.finding import Question
from assistant.ledger import clause
from assistant.values import parse_values

SLOT = re.compile(r"[{｛]{1,2}\s*([FQP])\s*(\d{1,3})\s*[.．]\s*(\d{1,2})\s*[}｝]{1,2}")
_BLANK = re.compile(r"【待[补核][^】]*】")


def _spans(text: str) -> list[tuple[int, int]]:
    blanks = [(m.start(), m.end()) for m in _BLANK.finditer(text)]
    values = [(v.start, v.end) for v in parse_values(text)]
    apart = [(a, b) for a, b in values if not any(a < y and x < b for x, y in blanks)]
    return sorted(blanks + apart)


def slotted(item: Item, questions: Sequence[Question]) -> str:
    """The bullet as the prompt shows it: 班子成员带头讲党课{{F04.1}}（F04.1＝6次）."""
    text = clause(item, questions)
    spans = _spans(text)
    shown = text
    for n, (start, end) in reversed(list(enumerate(spans, 1))):
        shown = f"{shown[:start]}{{{{{item.id}.{n}}}}}{shown[end:]}"
    key = "，".join(f"{item.id}.{n}＝{text[a:b]}" for n, (a, b) in enumerate(spans, 1))
    return f"{shown}（{key}）" if key else shown


def slot_table(items: Iterable[Item], questions: Sequence[Question]) -> dict[str, str]:
    """``F04.1`` -> the surface to fill in."""
    table: dict[str, str] = {}
    for item in items:
        text = clause(item, questions)
        table |= {f"{item.id}.{n}": text[a:b] for n, (a, b) in enumerate(_spans(text), 1)}
    return table


def fill_slots(reply: str, table: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The reply with its slots filled, each followed by its fact's mark; and the slots that do not exist."""
    bad: list[str] = []

    def surface(m: re.Match[str]) -> str:
        id = f"{m[1]}{int(m[2]):02d}"
        key = f"{id}.{int(m[3])}"
        if key not in table:
            bad.append(key)
            return ""
        return f"{table[key]}⟦{id}⟧"

    return SLOT.sub(surface, reply), tuple(dict.fromkeys(bad))
