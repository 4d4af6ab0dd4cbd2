"""From lines to blocks: which line is the title, a heading, body, signature or date, and which part it belongs to.

In: ``Line`` values of any reader. Out: ``Block`` values, one a line, in the same order and with the same text.
A run-in heading （一）主题句。正文…… stays ONE block: role ``body``, ``level`` set to the heading's level, and
``run_in_heading`` gives the span of the heading sentence. What stands around the text (document number, contents,
source, enclosures, remarks after the date) has role ``note``. Words and lengths are in knowledge/structure.yaml.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.document import Block, Role
from assistant.formats.lines import Line
from assistant.formats.parts import assign_parts
from assistant.formats.structure_foot import mark_foot
from assistant.formats.structure_head import mark_head
from assistant.formats.structure_marks import (
    STOPS,
    Mark,
    heading_number,
    is_contents,
    is_note,
    run_in_heading,
)
from assistant.formats.structure_rules import Rules, load_rules
from assistant.text import SENTENCE_END, fold, half_width

__all__ = ["classify", "heading_number", "run_in_heading"]

_MAX_LEVEL = 4


def classify(lines: Sequence[Line], rules: Rules | None = None) -> tuple[Block, ...]:
    """Role, level and part of every line; one block a line."""
    rules = rules or load_rules()
    marks = [Mark(line, half_width(line.text), _fixed(line)) for line in lines]
    head = mark_head(marks, rules)
    mark_foot(marks, head, rules)
    _mark_body(marks, rules)
    blocks = [Block(m.line.text, m.role or "body", m.level, None, m.line.number) for m in marks]
    return assign_parts(blocks, rules, run_in_heading)


def _fixed(line: Line) -> Role | None:
    return line.role if line.role in ("table", "note", "title") else None


def _mark_body(marks: list[Mark], rules: Rules) -> None:
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
    mark: Mark, number: tuple[int, int], following: int, before: tuple[int, bool], base: int, rules: Rules
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


def _mark_unnumbered(mark: Mark, base: int, rules: Rules) -> None:
    if is_contents(mark.text, rules):
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


def _mark_standing_out(free: list[Mark], rules: Rules) -> None:
    """In a text without any ordinals, a short line without a stop between full paragraphs is a heading."""
    full = [len(m.text) > rules.heading.unnumbered_max and m.text[-1] not in "，、；;,:" for m in free]
    for i, mark in enumerate(free[:-1]):
        short = 1 < len(mark.text) <= rules.heading.unnumbered_max and mark.text[-1] not in STOPS
        if is_note(mark.text, rules):
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
