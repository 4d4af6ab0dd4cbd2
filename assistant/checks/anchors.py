"""Literals that any match of a regular expression must hold: one of them absent from a text, the expression need not run.

In: a Python pattern. Out: alternatives (one at least stands in every match), or an empty tuple where none is certain.
Reads only the common syntax; whatever it does not know makes it say less, never something false.
"""

from __future__ import annotations

_SPECIAL = set(".^$*+?{}[]\\|()")
_LIMIT = 64
_CLASS_LIMIT = 12  # characters of a class that are told one by one
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}

Alternatives = tuple[str, ...]


def anchors(regex: str) -> Alternatives:
    """Alternatives for ``regex``; () means: always run it."""
    if _SPECIAL.isdisjoint(regex):
        return (regex,) if regex else ()
    try:
        found, end = _branches(regex, 0)
    except (IndexError, ValueError):
        return ()
    return found if end == len(regex) else ()


def _score(options: Alternatives) -> int:
    return min(map(len, options)) * 100 - len(options) if options else -1


def _branches(regex: str, i: int) -> tuple[Alternatives, int]:
    """Alternation up to the closing bracket or the end."""
    every: list[str] = []
    certain = True
    while True:
        options, i = _sequence(regex, i)
        certain = certain and bool(options)
        every += options
        if i < len(regex) and regex[i] == "|":
            i += 1
            continue
        break
    return (tuple(dict.fromkeys(every)) if certain and len(every) <= _LIMIT else ()), i


def _sequence(regex: str, i: int) -> tuple[Alternatives, int]:
    best: Alternatives = ()
    run = ""
    while i < len(regex) and regex[i] not in "|)":
        options, j = _atom(regex, i)
        low, j = _quantifier(regex, j)
        single = len(options) == 1 and len(options[0]) == 1
        if single and low == 1 and regex[i] not in "([":
            run += options[0]
            if _score((run,)) > _score(best):
                best = (run,)
        else:
            run = ""
            if low >= 1 and _score(options) > _score(best):
                best = options
        i = j
    return best, i


def _atom(regex: str, i: int) -> tuple[Alternatives, int]:
    char = regex[i]
    if char == "(":
        return _group(regex, i)
    if char == "[":
        return _class(regex, i)
    if char == "\\":
        if regex[i + 1] in "xUN":
            raise ValueError(regex)
        member, end = _member(regex, i)
        return ((member,) if member else ()), end
    if char in ".^$":
        return (), i + 1
    if char in _SPECIAL:
        raise ValueError(regex)
    return (char,), i + 1


def _group(regex: str, i: int) -> tuple[Alternatives, int]:
    j, keep = i + 1, True
    if regex[j] == "?":
        if regex[j + 1] == ":":
            j += 2
        elif regex.startswith("?P<", j):
            j = regex.index(">", j) + 1
        else:
            keep = False
            j = regex.index("=" if "=" in regex[j : j + 3] else "!", j) + 1
    options, j = _branches(regex, j)
    if regex[j] != ")":
        raise ValueError(regex)
    return (options if keep else ()), j + 1


def _class(regex: str, i: int) -> tuple[Alternatives, int]:
    j = i + 1
    negated = regex[j] == "^"
    j += negated
    first, plain = j, not negated
    chars: list[str] = []
    while regex[j] != "]" or j == first:
        if regex[j] == "-" and j != first and regex[j + 1] != "]":
            low, (high, j) = chars.pop(), _member(regex, j + 1)
            last = min(ord(high), ord(low) + _CLASS_LIMIT) if low and high else 0
            chars += map(chr, range(ord(low), last + 1)) if last else [""]
            continue
        char, j = _member(regex, j)
        chars.append(char)
    plain = plain and all(chars)
    return (tuple(dict.fromkeys(chars)) if plain and len(chars) <= _CLASS_LIMIT else ()), j + 1


def _member(regex: str, i: int) -> tuple[str, int]:
    """One character of a class, and where it ends; '' where it stands for several (\\d)."""
    if regex[i] != "\\":
        return regex[i], i + 1
    kind = regex[i + 1]
    if kind == "u":
        return chr(int(regex[i + 2 : i + 6], 16)), i + 6
    return _ESCAPES.get(kind, "" if kind.isalnum() else kind), i + 2


def _quantifier(regex: str, i: int) -> tuple[int, int]:
    """Least number of times the atom before stands, and where the quantifier ends."""
    if i >= len(regex) or regex[i] not in "*+?{":
        return 1, i
    char = regex[i]
    if char == "{":
        end = regex.index("}", i)
        low = int(regex[i + 1 : end].split(",")[0] or 0)
        i = end + 1
    else:
        low, i = (2 if char == "+" else 0), i + 1
    if i < len(regex) and regex[i] in "?+":
        i += 1
    return (2 if low >= 1 else 0), i
