"""A character typed for another that sounds or looks like it, in a word the list knows: 惯彻 for 贯彻.

In: words, groups of characters that are mixed up, characters that often stand alone or have no part in a slip, pairs
that are usual. From them one pair of characters of every slip is reckoned once, but for those that are a word or usual;
a text without any of them costs one set operation. What is left stands only where no other word of the sentence claims a part of it,
and where the general dictionary does not have it, nor is it plainly coined (“云藏”, 赋能、赋责); what may be is a hint.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.catalogue.nodes import Fields
from assistant.checks.adjacent import number
from assistant.checks.rule import Hit, Kind, Rule
from assistant.checks.segments import stands_apart, words_within
from assistant.checks.view import View
from assistant.finding import Severity

_TEXTS = ("words", "mixed", "alone", "never", "usual", "listed", "doubtful")
_LIMITS = ("known", "odds")
_GAP = "\0"
_LONGEST = 4  # characters of a word looked for
_NAME = 8  # characters between quotation marks that are a name and not a sentence
_WORDS = 60_000_000  # words the general dictionary was counted over
_STEPS = (-4, -3, -2, 2, 3, 4)  # how far the same place of a parallel wording is


@dataclass(frozen=True, slots=True)
class Slips:
    """``mixed``: the characters taken for each one, by which the word meant is found among ``words``; ``suspects``: the
    numbers of the pairs a slip leaves behind (in bytes: read back ten times as fast as a set); ``listed``: wrong forms
    of two characters with what is right, told though a dictionary may have them, the ``doubtful`` ones as a hint.
    ``known``: how often the general dictionary must have counted a word to have it; ``odds``: how many times likelier
    than its characters side by side the word meant must be by those counts, to be more than a hint."""

    words: frozenset[str]
    mixed: dict[str, str]
    suspects: bytes
    listed: dict[str, str]
    doubtful: frozenset[str]
    alone: frozenset[str]
    known: int
    odds: float


def _read(fields: Fields) -> Slips:
    texts = tuple(fields.text(key, required=key in ("words", "mixed")) for key in _TEXTS)
    return _slips(texts, int(fields.number("known", 100)), fields.number("odds", 1))


@lru_cache(maxsize=4)
def _slips(texts: tuple[str, ...], known: int, odds: float) -> Slips:
    words, mixed, alone, never, usual, listed, doubtful = texts
    sure, unsure = _listed(listed), _listed(doubtful)
    slips = Slips(
        frozenset(words.split()),
        _taken(mixed),
        b"",
        sure | unsure,
        frozenset(unsure),
        frozenset(alone),
        known,
        odds,
    )
    found = _suspects(slips, slips.words.union(usual.split()), frozenset(never)).union(sure, unsure)
    return replace(slips, suspects=array("I", sorted(map(number, found))).tobytes())


def _suspects(slips: Slips, right: frozenset[str], never: frozenset[str]) -> set[str]:
    """Of every slip one pair that it leaves behind and that is neither a word nor usual."""
    fits = lru_cache(maxsize=None)(
        lambda p: never.isdisjoint(p) and p not in right and _count(p) < slips.known
    )
    found: set[str] = set()
    for word in sorted(slips.words):
        for pairs in _left_behind(word, slips.mixed):
            if found.isdisjoint(pairs) and not _in_vain(slips, word, pairs):
                found.update(list(filter(fits, pairs))[:1])
    return found


def _in_vain(slips: Slips, word: str, pairs: tuple[str, ...]) -> bool:
    """Whether two characters would be passed over wherever they stand."""
    least = slips.odds if slips.alone.issuperset(pairs[0]) else slips.odds / 100
    return len(word) == 2 and _odds(pairs[0], word) < least


def _listed(blob: str) -> dict[str, str]:
    return dict(entry.split(":") for entry in blob.split())


@lru_cache(maxsize=4)
def _taken(mixed: str) -> dict[str, str]:
    taken: dict[str, set[str]] = {}
    for group in mixed.split():
        for char in group:
            taken.setdefault(char, set()).update(set(group) - {char})
    return {char: "".join(sorted(others)) for char, others in taken.items()}


def _left_behind(word: str, taken: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """For every single slip the pairs that hold the wrong character: any of them leads to the word."""
    for i, char in enumerate(word):
        for other in taken.get(char, ""):
            wrong = word[:i] + other + word[i + 1 :]
            yield tuple(wrong[at : at + 2] for at in (i - 1, i) if at >= 0 and at + 2 <= len(word))


class _Lookup:
    """The numbers of suspect pairs. The first text looks its pairs up one by one: a set of them all is what most of the
    time of a single check would go into, but what many texts are gone through with fastest."""

    def __init__(self, in_order: bytes) -> None:
        self._in_order = memoryview(in_order).cast("I")
        self._texts = 0
        self._every: frozenset[int] = frozenset()

    def among(self, pairs: frozenset[int]) -> frozenset[int]:
        self._texts += 1
        if self._texts == 1:
            return frozenset(filter(self._holds, pairs))
        self._every = self._every or frozenset(self._in_order)
        return self._every & pairs

    def _holds(self, pair: int) -> bool:
        at = bisect_left(self._in_order, pair)
        return at < len(self._in_order) and self._in_order[at] == pair


@lru_cache(maxsize=4)
def _lookup(suspects: bytes) -> _Lookup:
    return _Lookup(suspects)


def _mistyped(rule: Rule, view: View) -> Iterator[Hit]:
    slips: Slips = rule.options
    found = _lookup(slips.suspects).among(view.adjacent.all)
    for at in view.adjacent.places(found) if found else ():
        if hit := _hit(slips, view.text, at):
            yield hit


def _hit(slips: Slips, text: str, at: int) -> Hit | None:
    """The word that was meant by the characters around a suspect pair, the longest first."""
    pair = text[at : at + 2]
    for size in (_LONGEST, 3, 2):
        for start in range(max(0, at + 2 - size), min(at, len(text) - size) + 1):
            meant = _meant(slips, text[start : start + size], at - start)
            hit = _judged(slips, text, start, meant) if meant else None
            if hit:
                return hit
    return _told(slips, at, pair) if pair in slips.listed and stands_apart(text, at, at + 2) else None


def _stands(slips: Slips, text: str, start: int, meant: str) -> bool:
    """Where no other word of the sentence has a part of these characters, nor one of two or more within them the wrong
    character (党籍 in 开除|党籍|处分)."""
    end = start + len(meant)
    wrong = next(start + i for i, char in enumerate(meant) if text[start + i] != char)
    ((left, right),) = words_within(text, wrong, wrong + 1)
    held = right - left > 1 and (left, right) != (start, end) and _count(text[left:right]) >= slips.known
    return not held and stands_apart(text, start, end)


def _judged(slips: Slips, text: str, start: int, meant: str) -> Hit | None:
    """No hit on a word of the general dictionary or one that is plainly coined, and a hint where it may be."""
    end = start + len(meant)
    piece = text[start:end]
    if piece in slips.listed:
        return _told(slips, start, piece) if _stands(slips, text, start, meant) else None
    if _count(piece) >= slips.known:
        return None
    doubts = (_count(piece) > 0) + (_odds(piece, meant) < slips.odds) + slips.alone.issuperset(piece)
    if doubts > 1 or _named(text, start, end) or _parallel(text, start, end):
        return None
    if not _stands(slips, text, start, meant):
        return None
    doubts += text.count(piece) > 1
    return Hit(start, end, {"right": meant}, severity="info" if doubts else None) if doubts < 2 else None


def _told(slips: Slips, start: int, form: str) -> Hit:
    """A wrong form that is listed, with what is right."""
    severity: Severity | None = "info" if form in slips.doubtful else None
    return Hit(start, start + len(form), {"right": slips.listed[form]}, severity=severity)


@lru_cache(maxsize=16384)
def _count(word: str) -> int:
    """How often the general dictionary has counted the word."""
    import rjieba

    return int(rjieba.suggest_freq(word)) if rjieba.has_word(word) else 0


def _odds(piece: str, meant: str) -> float:
    """How many times likelier the word meant is than the characters of ``piece`` side by side."""
    if len(piece) > 2:
        return math.inf  # three characters seldom stand side by side by chance
    one, two = (max(_count(char), 1) for char in piece)
    return _count(meant) * _WORDS / (one * two)


def _named(text: str, start: int, end: int) -> bool:
    """Whether it stands in a short quotation: a name somebody has given."""
    opened, closed = text.rfind("“", max(0, start - _NAME), start), text.find("”", end, end + _NAME)
    return opened >= 0 and closed >= 0 and not set("“”") & set(text[opened + 1 : closed])


def _parallel(text: str, start: int, end: int) -> bool:
    """Whether the same place of a parallel wording close by has one of the two characters (赋能、赋责)."""
    if end - start > 2:
        return False
    return any(
        text[i] == text[i + step] for i in (start, start + 1) for step in _STEPS if 0 <= i + step < len(text)
    )


def _meant(slips: Slips, piece: str, pair: int) -> str:
    """The word that ``piece`` is but for one of the two characters at ``pair``; empty where there is none."""
    gaps, mixed = _with_gaps(slips.words), slips.mixed
    if len(piece) == _LONGEST and gaps.keys().isdisjoint((piece[:2] + 2 * _GAP, 2 * _GAP + piece[2:])):
        return ""  # of four characters with one wrong, the first two or the last two are right
    for i in (pair, pair + 1):
        taken = mixed.get(piece[i], "")
        for other in gaps.get(piece[:i] + _GAP + piece[i + 1 :], "") if taken else "":
            if other in taken:
                return piece[:i] + other + piece[i + 1 :]
    return ""


@lru_cache(maxsize=4)
def _with_gaps(words: frozenset[str]) -> dict[str, str]:
    """What stands in the gap when one character of a word is taken out; the two halves of the longest words as well."""
    gaps: dict[str, str] = {}
    for word in sorted(words):
        for i, char in enumerate(word):
            key = word[:i] + _GAP + word[i + 1 :]
            gaps[key] = gaps.get(key, "") + char
        if len(word) == _LONGEST:
            gaps[word[:2] + 2 * _GAP] = gaps[2 * _GAP + word[2:]] = ""
    return gaps


KINDS = {"mistyped": Kind(_read, frozenset(_TEXTS + _LIMITS), frozenset({"right"}), find=_mistyped)}
