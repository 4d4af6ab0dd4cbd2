"""Winnowed hashes of 12-character runs: near-duplicates of documents, and runs copied word for word.

Any run of 20 characters that two texts share has at least one selected hash in common (12 + window 9 - 1).
Punctuation, white space and letter case do not count; spans refer to the text as given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from assistant.index.tokens import folded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]
    Places = NDArray[np.intp]

GRAM = 12
WINDOW = 9
SURE = GRAM + WINDOW - 1
_BASE = 0x9E3779B97F4A7C15
_MIX = 0xD6E8FEB86659FD93


class Plain(NamedTuple):
    """Letters, digits and characters of a text, and its line breaks, which stand in no passage: no run crosses one.
    ``offsets[i]`` is where ``text[i]`` stands in the original."""

    text: str
    offsets: list[int]


def plain(text: str) -> Plain:
    whole = folded(text)
    each = whole if len(whole) == len(text) else map(folded, text)  # a few letters become two in lower case
    kept = [(c, i) for i, some in enumerate(each) for c in some if c.isalnum() or c == "\n"]
    return Plain("".join(c for c, _ in kept), [i for _, i in kept])


def plain_text(text: str) -> str:
    return "".join(filter(str.isalnum, folded(text)))


def winnow(text: str) -> tuple[Hashes, Places]:
    """Selected hashes of a plain text and where their runs start; a text under 12 characters has none."""
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    count = len(codes) - GRAM + 1
    if count <= 0:
        return np.empty(0, np.uint64), np.empty(0, np.intp)
    hashes = np.zeros(count, np.uint64)
    for i in range(GRAM):
        hashes = hashes * np.uint64(_BASE) + codes[i : i + count]
    hashes ^= hashes >> np.uint64(29)
    hashes *= np.uint64(_MIX)
    hashes ^= hashes >> np.uint64(32)
    if count <= WINDOW:
        places = np.array([int(hashes.argmin())])
    else:
        windows = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW)
        at = windows.argmin(axis=1) + np.arange(len(windows))  # never falls
        places = at[np.concatenate(([True], at[1:] != at[:-1]))]
    return hashes[places], places


def pack(text: str) -> bytes:
    """The selected hashes of a text as stored with its passage."""
    return winnow(plain_text(text))[0].tobytes()


def unpack(data: bytes) -> Hashes:
    import numpy as np

    return np.frombuffer(data, dtype=np.uint64)


def sketch(prints: Sequence[bytes], size: int) -> tuple[int, ...]:
    """The smallest distinct hashes of a whole document, as signed integers."""
    import numpy as np

    distinct = np.unique(unpack(b"".join(prints)))[:size]
    return tuple(int(h) for h in distinct.view(np.int64))


def overlap(a: Sequence[bytes], b: Sequence[bytes]) -> float:
    """Share of the longer text's hashes that both have: 0 to 1."""
    import numpy as np

    x, y = np.unique(unpack(b"".join(a))), np.unique(unpack(b"".join(b)))
    longest = max(len(x), len(y))
    return len(np.intersect1d(x, y, assume_unique=True)) / longest if longest else 0.0


class PrintTable:
    """All hashes of a store, sorted, with the passages they stand in; built once a process and generation."""

    def __init__(self, rows: Sequence[tuple[int, bytes]]) -> None:
        import numpy as np

        hashes = unpack(b"".join(data for _, data in rows))
        numbers = np.repeat(np.array([n for n, _ in rows], np.int64), [len(data) // 8 for _, data in rows])
        order = np.argsort(hashes, kind="stable")
        self._hashes, self._numbers = hashes[order], numbers[order]

    def postings(self, hashes: Hashes) -> list[tuple[int, int]]:
        """For each hash the half-open range of its entries."""
        import numpy as np

        left = np.searchsorted(self._hashes, hashes, "left").tolist()
        right = np.searchsorted(self._hashes, hashes, "right").tolist()
        return list(zip(left, right, strict=True))

    def numbers(self, start: int, end: int) -> list[int]:
        """Passages of one range, each once."""
        return list(dict.fromkeys(self._numbers[start:end].tolist()))


def extend(a: str, i: int, b: str) -> tuple[int, int]:
    """The longest run around ``a[i:i+12]`` that stands in ``b``: start and end in ``a``; empty where it does not."""
    best, at = (i, i), b.find(a[i : i + GRAM])
    while at >= 0:
        left = 0
        while left < min(i, at) and a[i - left - 1] == b[at - left - 1]:
            left += 1
        right = GRAM
        while i + right < len(a) and at + right < len(b) and a[i + right] == b[at + right]:
            right += 1
        if left + right > best[1] - best[0]:
            best = (i - left, i + right)
        at = b.find(a[i : i + GRAM], at + 1)
    return best
