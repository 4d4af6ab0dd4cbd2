"""Organisations and places in a text: word boundaries from a segmenter, kinds from suffixes.

Spans only; generic ones (全市, 基层党组织, 市委) are left out, as knowledge/retrieval.yaml lists them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from assistant.index.config import MaskingRules
from assistant.index.passage import EntityKind

_NAMING = {"n", "ns", "nr", "nt", "nz", "ng", "j", "l", "zg", "g", "f", "m", "s", "b"}
_MOST_WORDS = 6
_Found = tuple[int, int, EntityKind]


class Word(NamedTuple):
    text: str
    tag: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[Word, ...]:
    import rjieba

    out, at = [], 0
    for word, tag in rjieba.tag(text):
        out.append(Word(word, tag, at))
        at += len(word)
    return tuple(out)


def organizations(text: str, rules: MaskingRules) -> Iterator[_Found]:
    """A word that ends like a unit, with the naming words before it: 云南省昆明市盘龙区自然资源局."""
    words = _words(text)
    for i, word in enumerate(words):
        suffix = next((s for s in rules.organization_suffixes if word.text.endswith(s)), "")
        if not suffix or (i + 1 < len(words) and words[i + 1].text[0] in rules.not_after_unit):
            continue
        start = _leftmost(words, i, rules)
        surface = text[start : word.end]
        if _specific(surface, suffix, rules):
            yield start, word.end, "organization"


def _leftmost(words: tuple[Word, ...], i: int, rules: MaskingRules) -> int:
    start = i
    while start > 0 and i - start < _MOST_WORDS:
        before = words[start - 1]
        if before.tag not in _NAMING or not _chinese(before.text) or before.text in rules.unit_stops:
            break
        start -= 1
    return words[start].start


def _chinese(text: str) -> bool:
    return all("\u4e00" <= c <= "\u9fff" for c in text)


def _specific(surface: str, suffix: str, rules: MaskingRules) -> bool:
    """A unit of its own, not a kind of unit: its stem is neither empty nor generic, and nobody else bears it."""
    stem = surface.removesuffix(suffix)
    if surface in rules.keep or len(stem) < (1 if len(suffix) > 1 else 2):
        return False
    return stem not in rules.generic_stems and not any(surface.startswith(k) for k in rules.national)


def places(text: str, rules: MaskingRules) -> Iterator[_Found]:
    """Provinces by name; other places by suffix with a stem of one to four characters."""
    yield from ((m.start(), m.end(), "place") for m in _province(rules).finditer(text))
    words = _words(text)
    for i, word in enumerate(words):
        suffix = next((s for s in rules.place_suffixes if word.text.endswith(s)), "")
        if not suffix:
            continue
        start = word.start
        if word.text == suffix and i and words[i - 1].tag in _NAMING and _chinese(words[i - 1].text):
            start = words[i - 1].start
        stem = text[start : word.end].removesuffix(suffix)
        right = text[word.end : word.end + 1]
        if 1 <= len(stem) <= 4 and right not in rules.not_after_place and not _generic(stem, word, rules):
            yield start, word.end, "place"


def _generic(stem: str, word: Word, rules: MaskingRules) -> bool:
    if stem in rules.generic_stems or any(len(g) > 1 and g in stem for g in rules.generic_stems):
        return True
    return len(stem) == 1 and word.tag != "ns"


@lru_cache(maxsize=4)
def _province(rules: MaskingRules) -> re.Pattern[str]:
    suffix = "|".join(rules.place_suffixes)
    return re.compile(rf"(?:{'|'.join(rules.places)})(?:{suffix})?(?![一-龥]{{0,2}}(?:精神|会议))")
