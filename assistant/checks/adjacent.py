"""Every two characters of a text that stand side by side, each two as one number: a set of numbers is made three times as
fast as one of strings, and tells at once which of thousands of wordings cannot stand in the text.
"""

from __future__ import annotations

import sys
from functools import lru_cache

_ENCODING = f"utf-32-{sys.byteorder[0]}e"
_ONE, _TWO = 4, 8  # bytes of a character, and of two


@lru_cache(maxsize=65536)
def number(pair: str) -> int:
    """The number of two characters."""
    return int.from_bytes(pair.encode(_ENCODING, "surrogatepass"), sys.byteorder)


def numbers(words: str) -> frozenset[int]:
    """Those of every two characters of a wording."""
    return frozenset(number(words[i : i + 2]) for i in range(len(words) - 1))


class Adjacent:
    """The pairs of one text by where they stand; ``all`` are the different ones."""

    def __init__(self, text: str) -> None:
        raw = memoryview(text.encode(_ENCODING, "surrogatepass"))
        self._even = raw[: len(raw) // _TWO * _TWO].cast("Q")
        self._odd = raw[_ONE:][: (len(raw) - _ONE) // _TWO * _TWO].cast("Q") if text else raw.cast("Q")
        self.all = frozenset(self._even) | frozenset(self._odd)

    def within(self, start: int, end: int) -> list[int]:
        """The pairs of ``text[start:end]``, in no order."""
        return (
            self._even[(start + 1) // 2 : end // 2].tolist() + self._odd[start // 2 : (end - 1) // 2].tolist()
        )
