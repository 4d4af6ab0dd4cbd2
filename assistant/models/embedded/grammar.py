"""Patterns with alternatives: ``[甲|乙]`` stands for either, and every choice reads well with every other one.

A dozen patterns of a theme so make hundreds of sentences; which of them a draft takes is drawn from the brief's seed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count as count_from
from itertools import product
from math import gcd, prod
from typing import TypeVar

T = TypeVar("T")
_SLOT = re.compile(r"\[([^\[\]]*)\]")
_RUN = 5  # characters in a row that a reader would notice the second time
_GOLDEN = 0.618  # of the whole: steps of this length leave even gaps, so that neighbouring seeds write unlike sentences
_ROUND = 53  # seeds that go before the first takes its second card: a batch of fifty
_PLACES = re.compile(r"\{\w+\}")


def draw(seed: int, *what: object) -> int:
    """A number for ``what``, the same for the same seed in every process."""
    key = "/".join(map(str, (seed, *what)))
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big")


def shuffled(options: Sequence[T], seed: int, *what: object) -> list[T]:
    """The options in an order of this seed's own."""
    return [options[n] for n in sorted(range(len(options)), key=lambda n: draw(seed, *what, n))]


@cache
def _parts(pattern: str) -> tuple[tuple[str, ...], ...]:
    """Fixed text and slots by turns: each part with its alternatives."""
    return tuple(
        tuple(part.split("|")) if n % 2 else (part,)
        for n, part in enumerate(_SLOT.split(pattern))
        if part or n % 2
    )


def count(pattern: str) -> int:
    """How many sentences the pattern makes."""
    return prod(map(len, _parts(pattern)))


def told(pattern: str, number: int) -> str:
    """The sentence of that number, counted round."""
    out: list[str] = []
    for options in _parts(pattern):
        number, chosen = divmod(number, len(options))
        out.append(options[chosen])
    return "".join(out)


@cache
def _cards(patterns: tuple[str, ...], once: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Every sentence of the patterns, each pattern's spread evenly over the whole."""
    places: list[tuple[float, str, str]] = []
    for pattern in patterns:
        fit = [s for s in shuffled(list(every(pattern)), 0, pattern) if all(s.count(w) < 2 for w in once)]
        places += [((n + draw(0, pattern) / 2**48) / len(fit), pattern, s) for n, s in enumerate(fit)]
    return tuple((pattern, sentence) for _, pattern, sentence in sorted(places))


def dealt(patterns: Sequence[str], seed: int, once: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(pattern, sentence) in the order in which this seed takes them, without those that say a word of ``once`` twice.
    Like cards: seeds from 0 up take one each in turn, then each a second one; nobody has what another has already while
    there are enough and no more than ``_ROUND`` seeds."""
    cards = _cards(tuple(patterns), once)
    apart, turns = _coprime(round(len(cards) * _GOLDEN), len(cards)), _coprime(_ROUND, len(cards))
    return (cards[(seed + n * turns) * apart % len(cards)] for n in range(len(cards)))


def _coprime(wanted: int, whole: int) -> int:
    """The first number from the wanted one up that goes through all of the whole."""
    return next(n for n in count_from(max(wanted, 1)) if whole == 0 or gcd(n, whole) == 1)


def every(pattern: str) -> Iterator[str]:
    """All sentences of the pattern."""
    return ("".join(choice) for choice in product(*_parts(pattern)))


def echoes(text: str, said: str, long: int = _RUN) -> bool:
    """Whether a run of the text stands in what was said before; names that are filled in later do not count."""
    bare = _PLACES.sub("□", text)
    runs = (bare[n : n + long] for n in range(len(bare) - long + 1))
    return (bare in said) if len(bare) < long else any("□" not in run and run in said for run in runs)
