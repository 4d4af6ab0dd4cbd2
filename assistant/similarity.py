"""How alike two short Chinese texts are, by character bigrams: no segmentation, no model, symmetric where said so."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from assistant.text import fold, is_cjk


@lru_cache(maxsize=16384)
def bigrams(text: str) -> frozenset[str]:
    """Bigrams of Chinese characters and alphanumerics; punctuation breaks them."""
    folded = fold(text)
    return frozenset(
        a + b for a, b in pairwise(folded) if (is_cjk(a) or a.isalnum()) and (is_cjk(b) or b.isalnum())
    )


def containment(part: str, whole: str) -> float:
    """Share of the bigrams of ``part`` that stand in ``whole``: 0 to 1 (1 for an empty part)."""
    small = bigrams(part)
    return len(small & bigrams(whole)) / len(small) if small else 1.0


def cosine(a: str, b: str) -> float:
    """Set cosine of bigrams: 0 to 1, symmetric."""
    x, y = bigrams(a), bigrams(b)
    return float(len(x & y) / (len(x) * len(y)) ** 0.5) if x and y else 0.0
