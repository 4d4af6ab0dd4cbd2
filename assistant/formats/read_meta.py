"""What a document says of itself: title, organization, period, date, genre.

In: classified blocks and the front matter, if there was any (it wins). Out: plain strings, empty where nothing is
said. Only what stands in the text is returned; nothing is inferred from the file's name or time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.document import Block, Role
from assistant.formats.structure_rules import Rules, load_rules
from assistant.text import fold, half_width

_OWNER_END = re.compile(r"关于|(?:19|20)\d{2}|第?[一二三四五六七八九〇○零]{2,4}年|[一二三四五六七八九十]+届")
_ATTENDING = re.compile(r"^[—─－-]{1,2}")


def title_of(blocks: Sequence[Block]) -> str:
    """The title lines before the text as one string, without repeats and subtitles."""
    lines: list[str] = []
    for block in blocks:
        if block.role == "title":
            lines.append(block.text)
        elif block.role in ("body", "heading", "recipient"):
            break
    main = [t for t in lines if not _ATTENDING.match(t)]
    if not main:
        return "".join(lines)
    rest = [t for t in main[1:] if fold(t) not in fold(main[0])]
    if len(rest) < len(main) - 1:  # the first line is the whole title, said again below
        return main[0]
    return "".join(main[:1] + [t for t in rest if not t.startswith(("（", "("))])


def organization_of(blocks: Sequence[Block], title: str) -> str:
    """The signature's first line, else what stands before the year or 关于 in the title."""
    signed = _last_run(blocks, "signature")
    if signed:
        return signed[0]
    found = _OWNER_END.search(half_width(title))
    return title[: found.start()].strip(" 　《“") if found else ""


def period_of(blocks: Sequence[Block], title: str, rules: Rules | None = None) -> str:
    """The first period named in the title, else in the first paragraphs."""
    rules = rules or load_rules()
    body = [b.text for b in blocks if b.role == "body"][:2]
    for text in (title, *body):
        for pattern in rules.periods:
            if found := pattern.search(half_width(text)):
                return text[found.start() : found.end()]
    return ""


def date_of(blocks: Sequence[Block]) -> str:
    dates = [b.text for b in blocks if b.role == "date"]
    return dates[-1].strip("（）()") if dates else ""


def genre_of(title: str, rules: Rules | None = None) -> str:
    """A genre id by the words of the title, empty when none fits."""
    for rule in (rules or load_rules()).genres:
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
