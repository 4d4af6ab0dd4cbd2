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
_PROPER = {"ns", "nr", "nz", "nt"}
_MOST_WORDS, _MOST_STEM = 6, 4
_Found = tuple[int, int, EntityKind]


class Word(NamedTuple):
    text: str
    tag: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class UnitFinder:
    """Spans of organisations and places, by one set of rules."""

    def __init__(self, rules: MaskingRules) -> None:
        self._rules = rules
        self._generic = frozenset(rules.generic_stems)
        self._generic_inside = tuple(s for s in rules.generic_stems if len(s) > 1)
        endings = "|".join(rules.place_suffixes)
        self._provinces = re.compile(rf"(?:{'|'.join(rules.places)})(?:{endings})?")

    def organizations(self, text: str) -> Iterator[_Found]:
        """A word that ends like a unit, with the naming words before it: 云南省昆明市盘龙区自然资源局."""
        words, rules = _words(text), self._rules
        for i, word in enumerate(words):
            if not word.text.endswith(rules.organization_suffixes) or word.text.endswith(rules.not_units):
                continue
            if i + 1 < len(words) and words[i + 1].text[0] in rules.not_after_unit:
                continue
            first = self._leftmost(words, i)
            if self._specific(words[first : i + 1]):
                yield words[first].start, word.end, "organization"

    def _leftmost(self, words: tuple[Word, ...], i: int) -> int:
        """Index of the first word that belongs to the name ending at ``i``."""
        start = i
        while start > 0 and i - start < _MOST_WORDS:
            before = words[start - 1]
            if (
                before.tag not in _NAMING
                or not _chinese(before.text)
                or before.text in self._rules.unit_stops
            ):
                break
            start -= 1
        while start < i and words[start].text[0] in self._rules.unit_leaders:
            start += 1
        return start

    def _specific(self, words: tuple[Word, ...]) -> bool:
        """A unit of its own: a proper noun in it, and not a name everybody may write."""
        surface = "".join(w.text for w in words)
        if surface in self._rules.keep or surface.startswith(self._rules.national):
            return False
        suffix = next(s for s in self._rules.organization_suffixes if surface.endswith(s))
        stem = surface.removesuffix(suffix)
        return (
            len(stem) > 1
            and stem not in self._generic
            and any(w.tag in _PROPER and w.text != suffix for w in words)
        )

    def places(self, text: str) -> Iterator[_Found]:
        """Provinces by name; other places by suffix with a stem of one to four characters."""
        yield from ((m.start(), m.end(), "place") for m in self._provinces.finditer(text))
        words, rules = _words(text), self._rules
        for i, word in enumerate(words):
            if not word.text.endswith(rules.place_suffixes) or self._continued(text, word.end):
                continue
            suffix = next(s for s in rules.place_suffixes if word.text.endswith(s))
            start = word.start
            if word.text == suffix and i and self._names_place(words[i - 1], suffix):
                start = words[i - 1].start
            if self._place(text[start : word.end].removesuffix(suffix), word):
                yield start, word.end, "place"

    def _names_place(self, word: Word, suffix: str) -> bool:
        """Before 镇 or 村 any noun will do (草坝镇); before 省 or 市 only a proper one (not 物理省)."""
        return _chinese(word.text) and word.tag in (
            _NAMING if suffix in self._rules.small_places else _PROPER
        )

    def _continued(self, text: str, end: int) -> bool:
        return end < len(text) and text[end] in self._rules.not_after_place

    def _place(self, stem: str, word: Word) -> bool:
        if (
            not 1 <= len(stem) <= _MOST_STEM
            or stem in self._generic
            or any(g in stem for g in self._generic_inside)
        ):
            return False
        return stem[0] not in self._rules.unit_leaders and (len(stem) > 1 or word.tag == "ns")


@lru_cache(maxsize=64)
def _words(text: str) -> tuple[Word, ...]:
    import rjieba

    out, at = [], 0
    for word, tag in rjieba.tag(text):
        out.append(Word(word, tag, at))
        at += len(word)
    return tuple(out)


def _chinese(text: str) -> bool:
    return all("\u4e00" <= c <= "\u9fff" for c in text)
