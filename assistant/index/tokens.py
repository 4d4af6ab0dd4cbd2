"""Terms of the lexical index: single characters and pairs of neighbours, folded to one width and case.

Latin words and numbers stay whole. Punctuation and white space separate and are no terms.
"""

from __future__ import annotations

import re
from itertools import pairwise

from assistant.text import half_width

_RUN = re.compile(r"[a-z0-9]+(?:\.[0-9]+)?|[^\W_a-z0-9]+")
_WIDE = re.compile("[０-９．％]")
_ASCII = re.compile(r"[a-z0-9]")


def folded(text: str) -> str:
    """Half-width digits and lower case; text that has no full-width digit is not translated, for speed."""
    return (half_width(text) if _WIDE.search(text) else text).lower()


def terms(text: str) -> list[str]:
    """All terms in order of their runs: characters, then pairs; repeated terms are repeated."""
    out: list[str] = []
    for run in _RUN.findall(folded(text)):
        if _ASCII.match(run):
            out.append(run)
        else:
            out.extend(run)
            out.extend(map("".join, pairwise(run)))
    return out
