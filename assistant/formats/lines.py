"""What a reader of one file format hands over: lines of text, not yet classified.

In: nothing. Out: frozen values shared by the readers and by ``structure``. No format knowledge here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from assistant.document import Role
from assistant.text import strip_invisible

_IN_LINE_BREAK = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph as the file has it. ``role`` and ``level`` are what the file itself says (a table cell, a
    footnote, a heading style; ``level`` counts from 1, 0: nothing said); ``number`` is the source line from 1 (0: none)."""

    text: str
    number: int = 0
    role: Role | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Extract:
    """A file's lines in reading order, what was left out (Chinese sentences), and what the file says of itself."""

    lines: tuple[Line, ...]
    warnings: tuple[str, ...] = ()
    encoding: str = ""
    front: dict[str, str] = field(default_factory=dict)


def tidy(lines: Iterable[Line]) -> tuple[tuple[Line, ...], int]:
    """Split at breaks inside a line, drop invisible characters and surrounding white space, drop empty lines.
    Returns the lines and how many invisible characters went."""
    kept: list[Line] = []
    dropped = 0
    for line in lines:
        for piece in _IN_LINE_BREAK.split(line.text):
            text, count = strip_invisible(piece)
            dropped += count
            if text := text.strip():
                kept.append(line if text == line.text else replace(line, text=text))
    return tuple(kept), dropped


def glue(left: str, right: str) -> str:
    """Join two pieces of one paragraph: nothing between Chinese characters, a space between Latin words."""
    left, right = left.rstrip(), right.lstrip()
    ends = left[-1:] + right[:1]
    words = len(ends) == 2 and ends.isascii() and ends.isalnum() and not ends.isdigit()
    return f"{left} {right}" if words else left + right
