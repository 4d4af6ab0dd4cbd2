"""From lines to blocks: which line is the title, a heading, body, signature or date, and which part it belongs to.

In: ``Line`` values of any reader. Out: ``Block`` values, one a line, in the same order and with the same text.
A run-in heading （一）主题句。正文…… stays ONE block: role ``body``, ``level`` set to the heading's level, and
``run_in_heading`` gives the span of the heading sentence. What stands around the text (document number, contents,
source, enclosures, remarks after the date) has role ``note``. Words and lengths are in knowledge/structure.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.document import Block, Role
from assistant.formats.lines import Line
from assistant.formats.parts import assign_parts
from assistant.formats.structure_rules import Rules, load_rules
from assistant.text import CLOSERS, SENTENCE_END, Span, fold, half_width, sentence_spans

_STOPS = "。；！？，、：;,!?:…"
_BRACKETED = re.compile(r"^[（(][^（）()]*[）)]$")
_TRAILING_BRACKET = re.compile(r"[（(][^（）()]*[）)]$")
_ENUMERATOR = re.compile(r"^(?:[一二三四五六七八九十]是|第[一二三四五六七八九十]+[，,条])")
_ATTACHMENT = re.compile(r"^附件?\s*\d*$")
_TAIL_LIMIT = 20  # lines after the date that still count as remarks, not as an enclosure
_MAX_LEVEL = 4


@dataclass(slots=True)
class _Mark:
    """What has been decided of a line so far; ``role`` None: not yet."""

    line: Line
    text: str  # half-width digits, same length
    role: Role | None
    level: int = 0


def heading_number(text: str, rules: Rules | None = None) -> tuple[int, int]:
    """Heading level of the ordinal the text starts with (0: none) and where the ordinal ends."""
    folded = half_width(text)
    for rule in (rules or load_rules()).numbers:
        for pattern in rule.patterns:
            if found := pattern.match(folded):
                return rule.level, found.end()
    return 0, 0


def run_in_heading(text: str, rules: Rules | None = None) -> Span | None:
    """Span of the heading sentence, ordinal included, when text follows it in the same paragraph; else None.
    The heading ends with its first sentence, or at an early colon (1.研判：……)."""
    rules = rules or load_rules()
    level, start = heading_number(text, rules)
    if not level:
        return None
    first = sentence_spans(text)[0] if text.strip() else Span(0, 0)
    colon = min((i for i in (text.find("：", start), text.find(":", start)) if i > 0), default=-1)
    early = start < colon < first.end - 1 and colon - start <= rules.heading.run_in_colon_max
    if early and "，" not in text[start:colon]:
        return Span(0, colon + 1)
    ends_well = text[first.end - 1] in SENTENCE_END + CLOSERS
    short = 0 < first.end - start <= rules.heading.run_in_max + 1
    return Span(0, first.end) if ends_well and short and text[first.end :].strip() else None


def classify(lines: Sequence[Line], rules: Rules | None = None) -> tuple[Block, ...]:
    """Role, level and part of every line; one block a line."""
    rules = rules or load_rules()
    marks = [_Mark(line, half_width(line.text), _fixed(line)) for line in lines]
    head = _mark_head(marks, rules)
    _mark_foot(marks, head, rules)
    _mark_body(marks, rules)
    blocks = [Block(m.line.text, m.role or "body", m.level, None, m.line.number) for m in marks]
    return assign_parts(blocks, rules, run_in_heading)


def _fixed(line: Line) -> Role | None:
    return line.role if line.role in ("table", "note", "title") else None


# --- above the text ---------------------------------------------------------------------------------------------


def _mark_head(marks: list[_Mark], rules: Rules) -> int:
    """Mark title, recipient and what stands around them; returns the index of the first line of the text."""
    end = _head_end(marks, rules)
    titles: list[str] = []
    _mark_letterhead(marks[:end], rules)
    for i, mark in enumerate(marks[:end]):
        if mark.role is None:
            later = any(ends_like_title(m.text, rules) for m in marks[i + 1 : end] if m.role is None)
            mark.role = _head_role(mark, titles, later, rules)
        if mark.role == "title":
            titles.append(mark.text)
    return _mark_recipient(marks, end, rules)


def _mark_letterhead(head: list[_Mark], rules: Rules) -> None:
    """What stands above the document number is the red letterhead, when the title follows below the number."""
    numbered = [
        i for i, m in enumerate(head) if m.role is None and rules.title.document_number.search(m.text)
    ]
    if not numbered:
        return
    below = head[numbered[-1] + 1 :]
    if any(m.role is None and not _is_note(m.text, rules) and not _is_date(m.text, rules) for m in below):
        for mark in head[: numbered[-1] + 1]:
            mark.role = mark.role or "note"


def _head_end(marks: list[_Mark], rules: Rules) -> int:
    free = 0
    for i, mark in enumerate(marks):
        if mark.role is not None:
            free += mark.role == "title"
            continue
        if free >= rules.title.max_lines + 2 or not _in_head(mark, free == 0, rules):
            return i
        free += not _is_note(mark.text, rules)
    return len(marks) if any(m.role == "title" for m in marks) else min(1, len(marks))


def _in_head(mark: _Mark, first: bool, rules: Rules) -> bool:
    text = mark.text
    if _is_note(text, rules) or _is_date(text, rules):
        return True
    if mark.line.role == "heading" and not (first and mark.line.level <= 1):
        return False
    if heading_number(text, rules)[0] or fold(text) in rules.heading.unnumbered or _ENUMERATOR.match(text):
        return False
    titled = ends_like_title(text, rules) or (first and not any(c in text for c in "，。；：？！"))
    limit = rules.title.max if titled else rules.title.max_plain
    return len(text) <= limit and text[-1] not in _STOPS and "。" not in text


def _head_role(mark: _Mark, titles: list[str], later: bool, rules: Rules) -> Role:
    text = mark.text
    if _is_date(text, rules):
        return "date"
    if _is_note(text, rules):
        return "note"
    repeats = bool(titles) and fold(text) in fold(titles[0])
    if titles and not later and not repeats and any(ends_like_title(t, rules) for t in titles):
        if text.startswith(("—", "─", "－－", "--")) or _BRACKETED.match(text):
            return "title"
        if _is_unit(text, rules) or is_person(text, rules) or len(fold(text)) <= 4:
            return "signature"
    return "title"


def _mark_recipient(marks: list[_Mark], start: int, rules: Rules) -> int:
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


def ends_like_title(text: str, rules: Rules) -> bool:
    """Whether the line ends like a title: a genre word, whatever stands in brackets after it."""
    bare = _TRAILING_BRACKET.sub("", text).strip("》”\"' 　")
    return bare.endswith(rules.title.genres)


def _is_note(text: str, rules: Rules) -> bool:
    return (
        text.isdigit()
        or any(p.search(text) for p in (rules.title.document_number, *rules.title.notes))
        or bool(rules.contents.search(text) and len(text) > 4)
    )


def _is_date(text: str, rules: Rules) -> bool:
    return any(p.search(text) for p in rules.dates)


def _is_unit(text: str, rules: Rules) -> bool:
    return (
        len(text) <= rules.signature.max and text[-1] not in _STOPS and text.endswith(rules.signature.units)
    )


def is_person(text: str, rules: Rules) -> bool:
    short = len(text) <= rules.signature.max and text[-1] not in _STOPS
    return short and any(p.search(text) for p in rules.signature.persons)


# --- below the text ---------------------------------------------------------------------------------------------


def _mark_foot(marks: list[_Mark], head: int, rules: Rules) -> None:
    """Mark signatures and dates wherever a text ends, and the remarks after the last of them."""
    last = -1
    for i in range(head + 1, len(marks)):
        if marks[i].role is None and _is_date(marks[i].text, rules):
            signed = _mark_signature_above(marks, i, head, rules)
            if signed or _only_remarks(marks[i + 1 :], rules):
                marks[i].role = "date"
                last = i
                _mark_enclosures(marks, i - signed, head, rules)
    if last >= 0 and _only_remarks(marks[last + 1 :], rules):
        _mark_remarks(marks, last, rules)
    else:
        _mark_unsigned_end(marks, head, rules)


def _mark_signature_above(marks: list[_Mark], date: int, head: int, rules: Rules) -> int:
    """Mark up to four lines above a date as signatures; returns how many."""
    count = 0
    for i in range(date - 1, max(head, date - 1 - rules.signature.lines), -1):
        text = marks[i].text
        if marks[i].role is not None or not _may_sign(text, rules):
            break
        named = _is_unit(text, rules) or is_person(text, rules)
        titled = ends_like_title(text, rules) or len(fold(text)) > rules.signature.max // 2
        if not named and (count or titled or _heading_above(marks, i, rules)):
            break
        marks[i].role = "signature"
        count += 1
    return count


def _heading_above(marks: list[_Mark], i: int, rules: Rules) -> bool:
    """Whether the line stands right under an own-line heading, so that it is the section's text."""
    above = marks[i - 1].text if i else ""
    return bool(heading_number(above, rules)[0]) and above[-1] not in _STOPS


def _may_sign(text: str, rules: Rules) -> bool:
    return (
        len(text) <= rules.signature.max
        and text[-1] not in _STOPS
        and "。" not in text
        and not heading_number(text, rules)[0]
        and not _ENUMERATOR.match(text)
        and not any(p.search(text) for p in rules.tail_notes)
    )


def _only_remarks(rest: list[_Mark], rules: Rules) -> bool:
    free = [m for m in rest if m.role is None]
    return len(free) <= _TAIL_LIMIT and not any(
        _ATTACHMENT.match(m.text) or 0 < heading_number(m.text, rules)[0] <= 2 for m in free
    )


def _mark_remarks(marks: list[_Mark], date: int, rules: Rules) -> None:
    signed = marks[date - 1].role == "signature"
    for i in range(date + 1, len(marks)):
        if marks[i].role is None:
            under = i == date + 1 and not signed and _is_unit(marks[i].text, rules)
            marks[i].role = "signature" if under else "note"


def _mark_enclosures(marks: list[_Mark], end: int, head: int, rules: Rules) -> None:
    """附件：1.…… 2.…… above the signature."""
    i = end - 1
    while i > head and marks[i].role is None and re.match(r"\d{1,2}[.．、]", marks[i].text):
        i -= 1
    if i > head and marks[i].role is None and re.match(r"附件?\s*\d*[:：]", marks[i].text):
        for mark in marks[i:end]:
            mark.role = mark.role or "note"


def _mark_unsigned_end(marks: list[_Mark], head: int, rules: Rules) -> None:
    """Without a date at the end: trailing notes, then a unit's name as the signature."""
    i = len(marks) - 1
    while i > head and (marks[i].role is not None or any(p.search(marks[i].text) for p in rules.tail_notes)):
        marks[i].role = marks[i].role or "note"
        i -= 1
    if (
        i > head
        and _may_sign(marks[i].text, rules)
        and _is_unit(marks[i].text, rules)
        and not _heading_above(marks, i, rules)
    ):
        marks[i].role = "signature"


# --- the text ---------------------------------------------------------------------------------------------------


def _mark_body(marks: list[_Mark], rules: Rules) -> None:
    free = [m for m in marks if m.role is None]
    styled = [m.line.level for m in free if m.line.role == "heading" and m.line.level]
    base = min(styled, default=1)
    if not styled and not any(heading_number(m.text, rules)[0] for m in free):
        _mark_standing_out(free, rules)
        free = [m for m in free if m.role is None]
    before = (0, False)  # level of the line above, and whether it was an item of a list
    for i, mark in enumerate(free):
        level, start = heading_number(mark.text, rules)
        following = heading_number(free[i + 1].text, rules)[0] if i + 1 < len(free) else level
        before = _mark_line(mark, (level, start), following, before, base, rules)


def _mark_line(
    mark: _Mark, number: tuple[int, int], following: int, before: tuple[int, bool], base: int, rules: Rules
) -> tuple[int, bool]:
    level, start = number
    if not level:
        _mark_unnumbered(mark, base, rules)
        return (0, False)
    styled = mark.line.role == "heading" and _is_single(mark.text) and len(mark.text) <= rules.title.max
    listed = before == (level, True)
    if styled or _is_own_line(mark.text, level, start, following, listed, rules):
        mark.role, mark.level = "heading", level
        return (level, False)
    mark.role = "body"
    mark.level = level if run_in_heading(mark.line.text, rules) else 0
    return (level, not mark.level)


def _mark_unnumbered(mark: _Mark, base: int, rules: Rules) -> None:
    if _is_note(mark.text, rules) and rules.contents.search(mark.text):
        mark.role = "note"
        return
    styled = (
        mark.line.role == "heading"
        and _is_single(mark.text)
        and len(mark.text) <= rules.heading.unnumbered_max
    )
    if styled or fold(mark.text) in rules.heading.unnumbered:
        mark.role = "heading"
        mark.level = min(max(mark.line.level - base + 1, 1), _MAX_LEVEL)
    else:
        mark.role = "body"


def _mark_standing_out(free: list[_Mark], rules: Rules) -> None:
    """In a text without any ordinals, a short line without a stop between full paragraphs is a heading."""
    full = [len(m.text) > rules.heading.unnumbered_max and m.text[-1] not in "，、；;,:" for m in free]
    for i, mark in enumerate(free[:-1]):
        short = 1 < len(mark.text) <= rules.heading.unnumbered_max and mark.text[-1] not in _STOPS
        if _is_note(mark.text, rules):
            mark.role = "note"
        elif short and full[i + 1] and (i == 0 or full[i - 1]) and "。" not in mark.text:
            mark.role, mark.level = "heading", 1


def _is_single(text: str) -> bool:
    return not any(c in SENTENCE_END for c in text[:-1])


def _is_own_line(text: str, level: int, start: int, following: int, listed: bool, rules: Rules) -> bool:
    """A numbered line that stands alone: a heading, unless it reads as one item of a list."""
    length = len(text) - start
    if not length or length > rules.heading.own_line_max or not _is_single(text):
        return False
    if text[-1] in "：:":
        return length <= rules.heading.run_in_colon_max and not listed
    if text[-1] in "；;，、,":
        return False
    leads = following == 0 or following > level
    if text[-1] in SENTENCE_END:
        return leads and not listed
    return level <= 2 or (leads and not listed)
