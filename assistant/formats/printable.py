"""Text that may stand on a page: what XML forbids and what no reader sees is left out.

Pasted cells and web pages bring control characters, bidirectional overrides and half surrogates into bullets; a Word file
that holds one does not open. Character for character, so that offsets can follow.
"""

from __future__ import annotations

import re

from assistant.text import strip_invisible

_ILLEGAL = re.compile("[\ud800-\udfff\ufffe\uffff\r]")
_BREAKS = str.maketrans("\n\t\u2028\u2029", "    ")


def printable(text: str) -> str:
    """One line: breaks and tabs become spaces."""
    return _ILLEGAL.sub("", strip_invisible(text)[0]).translate(_BREAKS)


def printable_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Where ``text[start:end]`` stands in ``printable(text)``; bounds outside the text are drawn in."""
    start = min(max(start, 0), len(text))
    end = min(max(end, start), len(text))
    return len(printable(text[:start])), len(printable(text[:end]))
