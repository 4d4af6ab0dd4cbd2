"""What a document says of itself: title, organization, period, date, genre.

In: classified blocks and the front matter, if there was any (it wins). Out: plain strings, empty where nothing is
said. Only what stands in the text is returned; nothing is inferred from the file's name or time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.document import Block, Role
from assistant.formats.structure_marks import ends_like_title, is_person
from assistant.formats.structure_rules import Rules, load_rules
from assistant.text import fold, half_width, sentences

_OWNER_END = re.compile(r"关于|(?:19|20)\d{2}|[一二三四五六七八九〇○零]{2,4}年")
_WRAPPER = re.compile(r"^(?:转发|印发)?[《“]?")
_POST_MAX = 3  # characters of a post (书记, 局长) that may follow the unit in a title
_JOINS_ON = ("的", "、", "和", "及", "与")
_ATTENDING = re.compile(r"^[—─－-]{1,2}")


def title_of(blocks: Sequence[Block], rules: Rules | None = None) -> str:
    """The title lines before the text as one string: up to the line that ends like a title, without repeats; a
    subtitle (——……) only where the main title does not say what kind of text it is."""
    rules = rules or load_rules()
    lines = _head_lines(blocks)
    main = [t for t in lines if not _ATTENDING.match(t) and not t.startswith(("（", "("))]
    title = ""
    for text in main:
        if title and ends_like_title(title, rules) and not text.startswith(_JOINS_ON):
            break
        title += text if fold(text) not in fold(title) else ""
    if not ends_like_title(title, rules):
        title += next((t for t in lines if _ATTENDING.match(t) and fold(t) not in fold(title)), "")
    return title or "".join(lines)


def _head_lines(blocks: Sequence[Block]) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        if block.role == "title":
            lines.append(block.text)
        elif block.role in ("body", "heading", "recipient"):
            break
    return lines


def organization_of(blocks: Sequence[Block], title: str, rules: Rules | None = None) -> str:
    """The first line of the last signature that names a unit, else the unit before the year or 关于 in the title."""
    rules = rules or load_rules()
    signed = [t for t in _last_run(blocks, "signature") if not is_person(t, rules)]
    if signed:
        return signed[0]
    found = _OWNER_END.search(half_width(title))
    owner = _WRAPPER.sub("", title[: found.start()]).strip() if found else ""
    units = rules.signature.units + rules.signature.regions
    ends = (n for n in range(len(owner), max(len(owner) - _POST_MAX, 2) - 1, -1) if owner[:n].endswith(units))
    return owner[: next(ends, 0)]


def period_of(blocks: Sequence[Block], title: str, rules: Rules | None = None) -> str:
    """The first period named in the title, else in the sentence that says what is reported (现将……报告如下)."""
    rules = rules or load_rules()
    opening = [
        s for b in blocks if b.role == "body" and b.part in (None, "opening") for s in sentences(b.text)
    ]
    said = [s for s in opening if any(cue in s for cue in rules.period_cues)][:1]
    for text in (title, *said):
        for pattern in rules.periods:
            if found := pattern.search(half_width(text)):
                return text[found.start() : found.end()]
    return ""


def date_of(blocks: Sequence[Block]) -> str:
    dates = [b.text for b in blocks if b.role == "date"]
    return dates[-1].strip("（）()") if dates else ""


def genre_of(title: str, rules: Rules | None = None) -> str:
    """A genre id by the words of the title, empty when none fits."""
    rules = rules or load_rules()
    for word in rules.parts.mask:
        title = title.replace(word, "")
    for rule in rules.genres:
        if all(w in title for w in rule.all) and any(w in title for w in rule.any):
            return rule.genre
    return ""


def _last_run(blocks: Sequence[Block], role: Role) -> list[str]:
    """Texts of the last group of neighbouring blocks of a role."""
    run: list[str] = []
    for block in reversed(blocks):
        if block.role == role:
            run.insert(0, block.text)
        elif run:
            break
    return run
