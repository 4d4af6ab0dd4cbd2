"""Which part of the document a block belongs to: opening, achievements, problems, plans, closing.

In: blocks with roles and levels. Out: the same blocks with ``part`` set where the headings tell it. The words are
in knowledge/structure.yaml; the title never decides between parts, only what an unlabelled section is taken for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from assistant.document import Block, Part
from assistant.formats.structure_rules import MainPart, Rules, Words
from assistant.text import Span, fold

RunIn = Callable[[str, Rules], Span | None]
_YEAR = re.compile(r"(?:19|20)\d{2}(?=年|\s*年)")
_TOP_MAX = 2  # a text with 1. or （1） only is a list, not a document in parts
_OUTSIDE = ("title", "recipient", "signature", "date", "note")


@dataclass(slots=True)
class _State:
    """Where the walk stands: ``among`` are the parts a joint heading (成效和问题) names."""

    part: Part | None
    among: tuple[MainPart, ...] = ()
    year: int = 0


def assign_parts(blocks: list[Block], rules: Rules, run_in: RunIn) -> tuple[Block, ...]:
    """Walk the headings of the highest level present; blocks outside the text keep no part."""
    top = min((b.level for b in blocks if b.level), default=0)
    if not 0 < top <= _TOP_MAX or _has_no_parts(blocks, rules):
        return _close(blocks, rules)
    tops = [_heading_text(b, rules, run_in) for b in blocks if b.level == top]
    fallback = _fallback(blocks, tops, rules)
    state = _State("opening")
    out: list[Block] = []
    for block in blocks:
        if block.level == top:
            state = _enter(_heading_text(block, rules, run_in), state, fallback, rules)
        elif block.level and len(state.among) > 1:
            named = parts_named(_heading_text(block, rules, run_in), rules)
            state.part = next((p for p in named if p in state.among), state.part)
        out.append(block if block.role in _OUTSIDE else replace(block, part=state.part))
    return _close(out, rules)


def parts_named(heading: str, rules: Rules, year_floor: int = 0) -> tuple[MainPart, ...]:
    """Parts the words of a heading name, in order; a heading of a later year than ``year_floor`` names plans."""
    text = fold(heading)
    for word in rules.parts.mask:
        text = text.replace(word, "＿" * len(word))
    if strong := _by_pieces(text, rules.parts.strong, rules):
        return strong
    if year_floor and max(_years(text), default=0) > year_floor:
        return ("plans",)
    if len(text) > rules.parts.label_max:
        return ()
    return _by_pieces(text, rules.parts.words, rules) or _by_pieces(text, rules.parts.weak, rules)


def _by_pieces(text: str, words: dict[MainPart, Words], rules: Rules) -> tuple[MainPart, ...]:
    whole = _last_named(text, words)
    if whole is None:
        return ()
    pieces = re.split("|".join(map(re.escape, rules.parts.split)), text)
    named = [p for p in (_last_named(piece, words) for piece in pieces) if p]
    return tuple(dict.fromkeys(named or [whole]))


def _last_named(text: str, words: dict[MainPart, Words]) -> MainPart | None:
    """The part whose word ends last: the head of a Chinese noun phrase stands at its end. Ties go to the longer word."""
    hits = [
        (text.rfind(w) + len(w), len(w), part) for part, group in words.items() for w in group if w in text
    ]
    return max(hits)[2] if hits else None


def _years(text: str) -> list[int]:
    return [int(y) for y in _YEAR.findall(text)]


def _heading_text(block: Block, rules: Rules, run_in: RunIn) -> str:
    span = run_in(block.text, rules) if block.role == "body" else None
    return block.text[span.start : span.end] if span else block.text


def _fallback(blocks: Iterable[Block], tops: list[str], rules: Rules) -> MainPart | None:
    """What a section without a telling word is: work done in a review, plans in a plan, unknown elsewhere."""
    title = "".join(b.text for b in blocks if b.role == "title")
    default = rules.parts.default
    if any(word in title for word in default.retrospective):
        return "achievements"
    if any(word in title for word in default.prospective):
        return "plans"
    labels = {p for text in tops for p in parts_named(text, rules)}
    return "achievements" if {"achievements", "problems"} <= labels else None


def _has_no_parts(blocks: Iterable[Block], rules: Rules) -> bool:
    """Notices, regulations and speeches are not made of achievements, problems and plans."""
    title = "".join(b.text for b in blocks if b.role == "title")
    default = rules.parts.default
    if any(word in title for word in default.retrospective + default.prospective):
        return False
    return any(word in title for word in default.none)


def _enter(heading: str, state: _State, fallback: MainPart | None, rules: Rules) -> _State:
    named = parts_named(heading, rules, state.year)
    if (
        state.part == "plans"
        and named[:1] == ("achievements",)
        and not _by_pieces(fold(heading), rules.parts.strong, rules)
    ):
        named = ()  # 2026年主要工作 after 目标任务 is still to be done
    if fallback == "plans" and (not named or named[0] == "achievements"):
        named = ("plans",)
    part = named[0] if named else _carried(state.part, fallback)
    years = _years(fold(heading)) if part == "achievements" else []
    return _State(part, named, max([state.year, *years]))


def _carried(previous: Part | None, fallback: MainPart | None) -> MainPart | None:
    if fallback is None:
        return None
    if previous in ("problems", "plans"):
        return "plans"
    return fallback


def _close(blocks: list[Block], rules: Rules) -> tuple[Block, ...]:
    """The last paragraphs from 特此报告 or 以上…… on, and the signature and date after the text, are the closing."""
    body = [i for i, b in enumerate(blocks) if b.role == "body"]
    starts = [i for i in body[-rules.closing.within :] if blocks[i].text.startswith(rules.closing.words)]
    start = starts[0] if starts else len(blocks)
    first = body[0] if body else len(blocks)
    return tuple(
        replace(b, part="closing")
        if ((i >= start and b.role in ("body", "heading")) or (i > first and b.role in ("signature", "date")))
        else b
        for i, b in enumerate(blocks)
    )
