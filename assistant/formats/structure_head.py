"""Above the text: title, recipient, author and date under the title, red letterhead, contents.

In: marks of all lines, from the top. Out: roles set on those before the text, and where the text begins.
"""

from __future__ import annotations

import re

from assistant.document import Role
from assistant.formats.structure_marks import (
    ENUMERATOR,
    STOPS,
    Mark,
    ends_like_title,
    heading_number,
    is_date,
    is_note,
    is_person,
    is_unit,
)
from assistant.formats.structure_rules import Rules
from assistant.text import fold

_BRACKETED = re.compile(r"^[（(][^（）()]*[）)]$")


def mark_head(marks: list[Mark], rules: Rules) -> int:
    """Mark title, recipient and what stands around them; returns the index of the first line of the text."""
    end = _head_end(marks, rules)
    titles: list[str] = []
    _mark_letterhead(marks[:end], rules)
    ends = [i for i, m in enumerate(marks[:end]) if m.role is None and ends_like_title(m.text, rules)]
    for i, mark in enumerate(marks[:end]):
        if mark.role is None:
            mark.role = _head_role(mark, titles, bool(ends) and i < ends[-1], rules)
        if mark.role == "title":
            titles.append(mark.text)
    return _mark_recipient(marks, end, rules)


def _mark_letterhead(head: list[Mark], rules: Rules) -> None:
    """What stands above the document number is the red letterhead, when the title follows below the number."""
    numbered = [
        i for i, m in enumerate(head) if m.role is None and rules.title.document_number.search(m.text)
    ]
    if not numbered:
        return
    below = head[numbered[-1] + 1 :]
    if any(m.role is None and not is_note(m.text, rules) and not is_date(m.text, rules) for m in below):
        for mark in head[: numbered[-1] + 1]:
            mark.role = mark.role or "note"


def _head_end(marks: list[Mark], rules: Rules) -> int:
    free = 0
    for i, mark in enumerate(marks):
        if mark.role is not None:
            free += mark.role == "title"
            continue
        if free >= rules.title.max_lines + 2 or not _in_head(mark, free == 0, rules):
            return i
        free += not is_note(mark.text, rules)
    return len(marks) if any(m.role == "title" for m in marks) else min(1, len(marks))


def _in_head(mark: Mark, first: bool, rules: Rules) -> bool:
    text = mark.text
    if is_note(text, rules) or is_date(text, rules):
        return True
    if mark.line.role == "heading" and not (first and mark.line.level <= 1):
        return False
    if heading_number(text, rules)[0] or fold(text) in rules.heading.unnumbered or ENUMERATOR.match(text):
        return False
    titled = ends_like_title(text, rules) or (first and not any(c in text for c in "，。；：？！"))
    limit = rules.title.max if titled else rules.title.max_plain
    return len(text) <= limit and text[-1] not in STOPS and "。" not in text


def _head_role(mark: Mark, titles: list[str], later: bool, rules: Rules) -> Role:
    text = mark.text
    if is_date(text, rules):
        return "date"
    if is_note(text, rules):
        return "note"
    repeats = bool(titles) and fold(text) in fold(titles[0])
    if titles and not later and not repeats and any(ends_like_title(t, rules) for t in titles):
        if text.startswith(("—", "─", "－－", "--")) or _BRACKETED.match(text):
            return "title"
        if is_unit(text, rules) or is_person(text, rules) or len(fold(text)) <= 4:
            return "signature"
    return "title"


def _mark_recipient(marks: list[Mark], start: int, rules: Rules) -> int:
    tried = 0
    for i in range(start, len(marks)):
        if marks[i].role is not None:
            continue
        if (tried and len(marks[i].text) > rules.title.max_plain) or tried > rules.recipient.within:
            break
        if _is_recipient(marks[i].text, rules):
            marks[i].role = "recipient"
            return i + 1
        if heading_number(marks[i].text, rules)[0] or "。" in marks[i].text:
            break
        tried += 1
    return start


def _is_recipient(text: str, rules: Rules) -> bool:
    inner = text[:-1]
    return (
        text[-1] in "：:"
        and len(text) <= rules.recipient.max
        and not any(c in inner for c in "。！？：—")
        and not any(word in text for word in rules.recipient.exclude)
        and not heading_number(text, rules)[0]
    )
