"""A character typed for another that sounds or looks like it, in a word the list knows: 惯彻 for 贯彻.

In: words, groups of characters that are mixed up, characters that often stand alone or have no part in a slip, pairs
that are usual. From them
every two characters that come of one slip are reckoned once, but for those that are a word or usual; a text without
any of them costs one set operation. What is left stands only where no other word of the sentence claims a part of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.catalogue.nodes import Fields
from assistant.checks.adjacent import number
from assistant.checks.rule import Hit, Kind, Rule
from assistant.checks.view import View

_KEYS = ("words", "mixed", "alone", "never", "usual", "listed", "doubtful")
_AROUND = 8  # characters on each side that decide where the words of the sentence end


@dataclass(frozen=True, slots=True)
class Slips:
    """``mixed``: the characters taken for each one, by which the word meant is found among ``words``; ``suspects``: the
    numbers of the pairs a slip leaves behind (in bytes: read back ten times as fast as a set); ``listed``: wrong forms
    of two characters with what is right, told though a dictionary may have them, the ``doubtful`` ones as a hint."""

    words: frozenset[str]
    mixed: dict[str, str]
    suspects: bytes
    listed: dict[str, str]
    doubtful: frozenset[str]


def _read(fields: Fields) -> Slips:
    return _slips(*(fields.text(key, required=key in ("words", "mixed")) for key in _KEYS))


@lru_cache(maxsize=4)
def _slips(words: str, mixed: str, alone: str, never: str, usual: str, listed: str, doubtful: str) -> Slips:
    known, taken = frozenset(words.split()), _taken(mixed)
    common, out = frozenset(alone), frozenset(never)
    pairs = {pair for word in known for pair in _left_behind(word, taken)} - known - frozenset(usual.split())
    free = (p for p in pairs if not (p[0] in common and p[1] in common) and out.isdisjoint(p))
    sure, unsure = (dict(e.split(":") for e in blob.split()) for blob in (listed, doubtful))
    suspects = {p for p in free if not _is_word(p)}.union(sure, unsure)
    return Slips(
        known, taken, array("Q", sorted(map(number, suspects))).tobytes(), sure | unsure, frozenset(unsure)
    )


def _taken(mixed: str) -> dict[str, str]:
    taken: dict[str, set[str]] = {}
    for group in mixed.split():
        for char in group:
            taken.setdefault(char, set()).update(set(group) - {char})
    return {char: "".join(sorted(others)) for char, others in taken.items()}


def _left_behind(word: str, taken: dict[str, str]) -> Iterator[str]:
    """The pairs that hold the wrong character, for every single slip."""
    for i, char in enumerate(word):
        for other in taken.get(char, ""):
            if i:
                yield word[i - 1] + other
            if i + 1 < len(word):
                yield other + word[i + 1]


def _is_word(pair: str) -> bool:
    import rjieba

    return bool(rjieba.cut(pair, False) == [pair])


@lru_cache(maxsize=4)
def _numbers(suspects: bytes) -> frozenset[int]:
    return frozenset(memoryview(suspects).cast("Q"))


def _mistyped(rule: Rule, view: View) -> Iterator[Hit]:
    slips: Slips = rule.options
    for pair in sorted(_numbers(slips.suspects) & view.adjacent.all):
        wrong = _characters(pair)
        at = view.text.find(wrong)
        while at >= 0:
            if hit := _hit(slips, view.text, at):
                yield hit
            at = view.text.find(wrong, at + 1)


def _characters(pair: int) -> str:
    """The two characters of a number."""
    low, high = chr(pair & 0xFFFFFFFF), chr(pair >> 32)
    return low + high if number(low + high) == pair else high + low


def _hit(slips: Slips, text: str, at: int) -> Hit | None:
    """The word that was meant by the characters around a suspect pair, the longest first."""
    pair = text[at : at + 2]
    for size in (4, 3, 2):
        for start in range(max(0, at + 2 - size), min(at, len(text) - size) + 1):
            meant = _meant(slips, text[start : start + size])
            if meant and (size > 3 or _stands_apart(text, start, start + size)):
                return Hit(start, start + size, {"right": meant})
    if pair in slips.listed and _stands_apart(text, at, at + 2, whole=True):
        right = {"right": slips.listed[pair]}
        return Hit(at, at + 2, right, severity="info" if pair in slips.doubtful else None)
    return None


def _meant(slips: Slips, piece: str) -> str:
    gaps = _with_gaps(slips.words)
    for i, char in enumerate(piece):
        for other in gaps.get((i, piece[:i] + piece[i + 1 :]), ""):
            if other in slips.mixed.get(char, ""):
                return piece[:i] + other + piece[i + 1 :]
    return ""


@lru_cache(maxsize=4)
def _with_gaps(words: frozenset[str]) -> dict[tuple[int, str], str]:
    """What stands in the gap when one character of a word is taken out."""
    gaps: dict[tuple[int, str], str] = {}
    for word in sorted(words):
        for i, char in enumerate(word):
            key = (i, word[:i] + word[i + 1 :])
            gaps[key] = gaps.get(key, "") + char
    return gaps


def _stands_apart(text: str, start: int, end: int, *, whole: bool = False) -> bool:
    """Whether no word of the sentence reaches from these characters over their ends, nor (two characters) is one of
    them, unless the ``whole`` of them may be."""
    import rjieba

    at = max(0, start - _AROUND)
    for word in rjieba.cut(text[at : end + _AROUND], False):
        stop = at + len(word)
        if (
            at < end
            and start < stop
            and (at < start or stop > end or (end - start == len(word) == 2 and not whole))
        ):
            return False
        at = stop
    return True


KINDS = {"mistyped": Kind(_read, frozenset(_KEYS), frozenset({"right"}), find=_mistyped)}
