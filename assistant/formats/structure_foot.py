"""Below the text: signature, date, enclosures, and the remarks after the date.

In: marks of all lines and where the text begins. Out: roles set on those that end a text, wherever one ends.
"""

from __future__ import annotations

import re
from itertools import islice

from assistant.formats.structure_marks import (
    ENUMERATOR,
    STOPS,
    Mark,
    ends_like_title,
    heading_number,
    is_date,
    is_person,
    is_unit,
)
from assistant.formats.structure_rules import Rules
from assistant.text import fold

_ATTACHMENT = re.compile(r"^附件?\s*\d*$")
_TAIL_LIMIT = 20  # lines after the date that still count as remarks, not as an enclosure


def mark_foot(marks: list[Mark], head: int, rules: Rules) -> None:
    """Mark signatures and dates wherever a text ends, and the remarks after the last of them."""
    last = -1
    for i in range(head + 1, len(marks)):
        if marks[i].role is None and is_date(marks[i].text, rules):
            signed = _mark_signature_above(marks, i, head, rules)
            if signed or _only_remarks(marks, i + 1, rules):
                marks[i].role = "date"
                last = i
                _mark_enclosures(marks, i - signed, head, rules)
    if last >= 0 and _only_remarks(marks, last + 1, rules):
        _mark_remarks(marks, last, rules)
    else:
        _mark_unsigned_end(marks, head, rules)


def _mark_signature_above(marks: list[Mark], date: int, head: int, rules: Rules) -> int:
    """Mark up to four lines above a date as signatures; returns how many."""
    count = 0
    for i in range(date - 1, max(head, date - 1 - rules.signature.lines), -1):
        text = marks[i].text
        if marks[i].role is not None or not _may_sign(text, rules):
            break
        named = is_unit(text, rules) or is_person(text, rules)
        titled = ends_like_title(text, rules) or len(fold(text)) > rules.signature.max // 2
        if not named and (count or titled or _heading_above(marks, i, rules)):
            break
        marks[i].role = "signature"
        count += 1
    return count


def _heading_above(marks: list[Mark], i: int, rules: Rules) -> bool:
    """Whether the line stands right under an own-line heading, so that it is the section's text."""
    above = marks[i - 1].text if i else ""
    return bool(heading_number(above, rules)[0]) and above[-1] not in STOPS


def _may_sign(text: str, rules: Rules) -> bool:
    return (
        len(text) <= rules.signature.max
        and text[-1] not in STOPS
        and "。" not in text
        and not heading_number(text, rules)[0]
        and not ENUMERATOR.match(text)
        and not any(p.search(text) for p in rules.tail_notes)
    )


def _only_remarks(marks: list[Mark], start: int, rules: Rules) -> bool:
    """Whether so few and such lines follow that they are remarks, not an enclosure."""
    free = 0
    for mark in islice(marks, start, None):
        free += mark.role is None
        if free > _TAIL_LIMIT:
            return False
        if mark.role is None and (
            _ATTACHMENT.match(mark.text) or 0 < heading_number(mark.text, rules)[0] <= 2
        ):
            return False
    return True


def _mark_remarks(marks: list[Mark], date: int, rules: Rules) -> None:
    signed = marks[date - 1].role == "signature"
    for i in range(date + 1, len(marks)):
        if marks[i].role is None:
            under = i == date + 1 and not signed and is_unit(marks[i].text, rules)
            marks[i].role = "signature" if under else "note"


def _mark_enclosures(marks: list[Mark], end: int, head: int, rules: Rules) -> None:
    """附件：1.…… 2.…… above the signature."""
    i = end - 1
    while i > head and marks[i].role is None and re.match(r"\d{1,2}[.．、]", marks[i].text):
        i -= 1
    if i > head and marks[i].role is None and re.match(r"附件?\s*\d*[:：]", marks[i].text):
        for mark in marks[i:end]:
            mark.role = mark.role or "note"


def _mark_unsigned_end(marks: list[Mark], head: int, rules: Rules) -> None:
    """Without a date at the end: trailing notes, then a unit's name as the signature."""
    i = len(marks) - 1
    while i > head and (marks[i].role is not None or any(p.search(marks[i].text) for p in rules.tail_notes)):
        marks[i].role = marks[i].role or "note"
        i -= 1
    if (
        i > head
        and _may_sign(marks[i].text, rules)
        and is_unit(marks[i].text, rules)
        and not _heading_above(marks, i, rules)
    ):
        marks[i].role = "signature"
