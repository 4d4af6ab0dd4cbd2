"""Regular expressions of the data files, compiled once: re's own cache holds 512, the files have thousands."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=16384)
def compiled(regex: str) -> re.Pattern[str]:
    """Compiled; ^ and $ mean the line."""
    return re.compile(regex, re.MULTILINE if "^" in regex or "$" in regex else 0)
