"""What any match of a regular expression must hold: one of these absent from a text, the expression need not run.

In: a Python pattern. Out: clauses, sets of single characters and of pairs that stand side by side; of each clause one at
least stands within every match or beside it, where the expression looks ahead or back. Digits of every script count
as the ASCII ones (see ``plain_digits``). Reads only the common syntax; whatever it does not know makes it say less,
never something false.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from itertools import zip_longest
from typing import NamedTuple

_SPECIAL = set(".^$*+?{}[]\\|()")
_FEW = 64  # strings that are told one by one
_MANY = 400  # members of a clause
_BEST = 3  # clauses of the branches of an alternation that are paired up
_CLAUSES = 6
_CLASS_LIMIT = 40  # characters of a class that are told one by one
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_DIGITS = "0123456789"
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_DOUBLED = re.compile(r"(?P<groups>(?:\(\[[^\[\]]+\]\{\d\}\))+)(?P<again>(?:\\\d)+)")  # ([…]{2})\1
_WIDTH = re.compile(r"\{(\d)\}")
_ENDLESS = 1 << 30

Clause = frozenset[str]


class _Part(NamedTuple):
    """What is known of the strings a part of an expression matches. ``exact``: all of them, where they are few;
    ``first``/``last``: what they can begin and end with (None: anything); ``empty``: whether nothing is one of them."""

    exact: frozenset[str] | None
    first: frozenset[str] | None
    last: frozenset[str] | None
    empty: bool
    clauses: tuple[Clause, ...] = ()

    def told(self) -> tuple[Clause, ...]:
        """All its clauses, those of the strings themselves too."""
        return self.clauses + (_clauses(self.exact) if self.exact else ())


def anchors(regex: str) -> tuple[Clause, ...]:
    """Clauses for ``regex``, the most telling first; () means: always run it."""
    if _SPECIAL.isdisjoint(regex):
        return _best(_clauses({plain_digits(regex)})) if regex and "\n" not in regex else ()
    try:
        part, end = _branches(regex, 0, True)
    except (IndexError, ValueError):
        return ()
    return _best(part.told()) if end == len(regex) else ()


def doubled(regex: str) -> int:
    """How far apart two same characters stand twice in every match: where it is one stretch of a certain length said
    again at once, with lookarounds beside it at most. 0: not known."""
    try:
        start = _past_lookarounds(regex, 0)
        found = _DOUBLED.match(regex, start)
        if found is None or _past_lookarounds(regex, found.end()) != len(regex):
            return 0
    except (IndexError, ValueError):
        return 0
    widths = [int(width) for width in _WIDTH.findall(found["groups"])]
    again = "".join(f"\\{n}" for n in range(1, len(widths) + 1))
    return sum(widths) if found["again"] == again else 0


def _past_lookarounds(regex: str, i: int) -> int:
    while i < len(regex) and regex[i] == "(" and _look(regex, i)[0]:
        i = _unit(regex, i, False)[2]
    return i


def plain_digits(text: str) -> str:
    """``text`` with the digits of every script as ASCII, character for character."""
    return _OTHER_DIGIT.sub(lambda m: str(int(m.group())), text)


def _exactly(strings: Iterable[str], clauses: tuple[Clause, ...] = ()) -> _Part:
    exact = frozenset(strings)
    full = exact - {""}
    return _Part(exact, frozenset(s[0] for s in full), frozenset(s[-1] for s in full), full != exact, clauses)


_NOTHING = _exactly([""])
_ANYTHING = _Part(None, None, None, False)


def _clauses(strings: Iterable[str]) -> tuple[Clause, ...]:
    """The pairs of the strings by where they stand, counted from the beginning and from the end."""
    every = list(strings)
    shortest = min(map(len, every))
    if shortest < 2:
        return (frozenset(s[:2] for s in every),) if shortest else ()
    at = range(shortest - 1)
    pairs = [frozenset(s[k : k + 2] for s in every) for k in at]
    return (*pairs, *(frozenset(s[len(s) - k - 2 : len(s) - k] for s in every) for k in at))


def _best(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """Without those that follow from another."""
    out: list[Clause] = []
    for clause in sorted(dict.fromkeys(clauses), key=_telling):
        if len(clause) <= _MANY and not any(_follows(clause, other) for other in out):
            out.append(clause)
    single = [c for c in out if len(c) == 1]
    return (*single, *[c for c in out if len(c) > 1][:_CLAUSES])


def _telling(clause: Clause) -> tuple[bool, int, list[str]]:
    return min(map(len, clause)) < 2, len(clause), sorted(clause)


def _follows(clause: Clause, other: Clause) -> bool:
    return all(member in clause or member[0] in clause or member[-1] in clause for member in other)


def _then(one: _Part, two: _Part) -> _Part:
    """One after the other."""
    clauses = tuple(dict.fromkeys(one.clauses + two.clauses))
    if one.exact is not None and two.exact is not None and len(one.exact) * len(two.exact) <= _FEW:
        return _exactly((a + b for a in one.exact for b in two.exact), clauses)
    seam: tuple[Clause, ...] = ()
    if one.last and two.first and not (one.empty or two.empty) and len(one.last) * len(two.first) <= _MANY:
        seam = (frozenset(a + b for a in one.last for b in two.first),)
    return _Part(
        None,
        _joined(one.first, two.first) if one.empty else one.first,
        _joined(one.last, two.last) if two.empty else two.last,
        one.empty and two.empty,
        tuple(dict.fromkeys((*one.told(), *two.told(), *seam))),
    )


def _joined(one: frozenset[str] | None, two: frozenset[str] | None) -> frozenset[str] | None:
    return one | two if one is not None and two is not None else None


def _either(parts: list[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    clauses = _of_any([p.told() for p in parts])
    exact = [p.exact for p in parts if p.exact is not None]
    if len(exact) == len(parts) and sum(map(len, exact)) <= _MANY:
        return _exactly(frozenset().union(*exact), clauses)
    first, last = reduce(_joined, (p.first for p in parts)), reduce(_joined, (p.last for p in parts))
    return _Part(None, first, last, any(p.empty for p in parts), clauses)


def _of_any(told: list[tuple[Clause, ...]]) -> tuple[Clause, ...]:
    """Clauses that hold whichever branch matches: the most telling of each put together, then the second of each…"""
    if not all(told):
        return ()
    ranked = [sorted(clauses, key=_telling)[:_BEST] for clauses in told]
    rows = zip_longest(*ranked)
    return tuple(frozenset().union(*(c or ranked[n][-1] for n, c in enumerate(row))) for row in rows)


def _repeated(part: _Part, low: int, high: int) -> _Part:
    if low == 0:
        if part.exact is not None and high == 1:
            return _exactly(part.exact | {""})
        return _Part(None, part.first, part.last, True)
    whole = reduce(_then, [part] * min(low, 3))
    if low == high <= 3:
        return whole
    return _Part(None, part.first, part.last, part.empty, whole.told())


def _branches(regex: str, i: int, fresh: bool) -> tuple[_Part, int]:
    """Alternation up to the closing bracket or the end; ``fresh``: nothing of the match stands before."""
    parts = []
    while True:
        part, i = _sequence(regex, i, fresh)
        parts.append(part)
        if i >= len(regex) or regex[i] != "|":
            return _either(parts), i
        i += 1


def _sequence(regex: str, i: int, fresh: bool) -> tuple[_Part, int]:
    whole = _NOTHING
    while i < len(regex) and regex[i] not in "|)":
        at_start = fresh and whole.exact == _NOTHING.exact
        look, part, j = _unit(regex, i, at_start)
        low, high, end = _quantifier(regex, j)
        if high > 1 and at_start:  # the second time something stands before it
            part = _unit(regex, i, False)[1]
        i = end
        if look:
            whole = _beside(whole, part, look, at_start)
        else:
            whole = _then(whole, part if low == high == 1 else _repeated(part, low, high))
    return whole, i


def _unit(regex: str, i: int, fresh: bool) -> tuple[str, _Part, int]:
    """A group with what kind of lookaround it is, or a character; and where it ends."""
    if regex[i] != "(":
        return "", *_atom(regex, i)
    look, j = _look(regex, i)
    part, j = _branches(regex, j, fresh and look in ("", "<="))
    if regex[j] != ")":
        raise ValueError(regex)
    return look, part, j + 1


def _beside(whole: _Part, part: _Part, look: str, at_start: bool) -> _Part:
    """With what a lookaround asks for. What is looked back at is taken as the beginning of the match; of an unknown
    stretch only the end, since the rest may stand on the line before."""
    if look == "=":
        return whole._replace(clauses=tuple(dict.fromkeys(whole.clauses + _then(whole, part).told())))
    if look != "<=":
        return whole
    if at_start:
        seen = part if part.exact is not None else _Part(None, None, part.last, part.empty)
        return seen._replace(clauses=seen.clauses + whole.clauses)
    return whole._replace(clauses=whole.clauses + part.told()) if part.exact is not None else whole


def _look(regex: str, i: int) -> tuple[str, int]:
    """What kind of group begins ('' for one that takes part in the match), and where its inside does."""
    j = i + 1
    if regex[j] != "?":
        return "", j
    for look in ("<=", "<!", "=", "!"):
        if regex.startswith(look, j + 1):
            return look, j + 1 + len(look)
    if regex.startswith("P<", j + 1):
        return "", regex.index(">", j) + 1
    if regex[j + 1] != ":":
        raise ValueError(regex)
    return "", j + 2


def _atom(regex: str, i: int) -> tuple[_Part, int]:
    char = regex[i]
    if char == "[":
        return _class(regex, i)
    if char in "^$":
        return _NOTHING, i + 1
    if char == "\\":
        if regex[i + 1] in "xUN":
            raise ValueError(regex)
        members, end = _member(regex, i)
        return _characters(members), end
    if char == ".":
        return _ANYTHING, i + 1
    if char in _SPECIAL:
        raise ValueError(regex)
    return _characters(char), i + 1


def _characters(members: Iterable[str]) -> _Part:
    """One of these; a line break is never told, since a match stands on one line."""
    chars = frozenset(members)
    if not chars or "\n" in chars or len(chars) > _CLASS_LIMIT:
        return _ANYTHING
    return _exactly(map(plain_digits, chars))


def _class(regex: str, i: int) -> tuple[_Part, int]:
    j = i + 1
    negated = regex[j] == "^"
    j += negated
    first, known = j, not negated
    chars: list[str] = []
    while regex[j] != "]" or j == first:
        members, j = _member(regex, j)
        if regex[j] == "-" and regex[j + 1] != "]" and len(members) == 1:
            high, j = _member(regex, j + 1)
            if len(high) != 1:
                raise ValueError(regex)
            members = "".join(map(chr, range(ord(members), min(ord(high), ord(members) + _CLASS_LIMIT) + 1)))
        known = known and bool(members)
        chars += members
    return (_characters(chars) if known else _ANYTHING), j + 1


def _member(regex: str, i: int) -> tuple[str, int]:
    """What one character of a class or an escape stands for, and where it ends; '' where that is not known."""
    if regex[i] != "\\":
        return regex[i], i + 1
    kind = regex[i + 1]
    if kind == "u":
        return chr(int(regex[i + 2 : i + 6], 16)), i + 6
    if kind == "d":
        return _DIGITS, i + 2
    return _ESCAPES.get(kind, "" if kind.isalnum() else kind), i + 2


def _quantifier(regex: str, i: int) -> tuple[int, int, int]:
    """The least and the greatest number of times the atom before stands, and where the quantifier ends."""
    if i >= len(regex) or regex[i] not in "*+?{":
        return 1, 1, i
    low, high = {"*": (0, _ENDLESS), "+": (1, _ENDLESS), "?": (0, 1), "{": (0, 0)}[regex[i]]
    if regex[i] == "{":
        end = regex.index("}", i)
        least, comma, most = regex[i + 1 : end].partition(",")
        low = int(least or 0)
        high = int(most or _ENDLESS) if comma else low
        i = end
    i += 1
    if i < len(regex) and regex[i] in "?+":
        i += 1
    return low, high, i
