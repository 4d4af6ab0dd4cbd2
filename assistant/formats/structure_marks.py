"""One line on its way to a block, and the questions asked of its text: an ordinal, a title's ending, a unit's name?

In: text and the rules. Out: plain answers. Nothing here looks at the lines around.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.document import Role
from assistant.formats.lines import Line
from assistant.formats.structure_rules import Rules, load_rules
from assistant.text import CLOSERS, SENTENCE_END, Span, half_width, sentence_spans

STOPS = "。；！？，、：;,!?:…"
ENUMERATOR = re.compile(r"^(?:[一二三四五六七八九十]是|第[一二三四五六七八九十]+[，,条])")
_TRAILING_BRACKET = re.compile(r"[（(][^（）()]*[）)]$")
_NOTE_MAX = 200  # longer lines are text; also keeps pattern searches short


@dataclass(slots=True)
class Mark:
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


def ends_like_title(text: str, rules: Rules) -> bool:
    """Whether the line ends like a title: a genre word, whatever stands in brackets after it."""
    bare = _TRAILING_BRACKET.sub("", text).strip("》”\"' 　")
    return bare.endswith(rules.title.genres)


def is_note(text: str, rules: Rules) -> bool:
    if len(text) > _NOTE_MAX:
        return False
    patterns = (rules.title.document_number, *rules.title.notes)
    return text.isdigit() or any(p.search(text) for p in patterns) or is_contents(text, rules)


def is_contents(text: str, rules: Rules) -> bool:
    return 4 < len(text) <= _NOTE_MAX and bool(rules.contents.search(text))


def is_date(text: str, rules: Rules) -> bool:
    return any(p.search(text) for p in rules.dates)


def is_unit(text: str, rules: Rules) -> bool:
    return len(text) <= rules.signature.max and text[-1] not in STOPS and text.endswith(rules.signature.units)


def is_person(text: str, rules: Rules) -> bool:
    short = len(text) <= rules.signature.max and text[-1] not in STOPS
    return short and any(p.search(text) for p in rules.signature.persons)
