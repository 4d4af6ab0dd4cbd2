"""Formulations with one character wrong, missing, added or two exchanged, or two words, that no list of variants foresaw.

Each formulation is cut in two; where one half stands word for word, the other half is compared beside it. Short
formulations are left out: too much good Chinese is one character away from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from assistant.catalogue import Catalogue
from assistant.catalogue.nodes import Fields
from assistant.checks.adjacent import number, numbers
from assistant.checks.memo import per_catalogue
from assistant.checks.rule import Hit, Kind, Rule
from assistant.checks.view import View
from assistant.finding import Severity
from assistant.text import is_cjk, occurrences

_HEAD, _TAIL = 0, 1
_NO_EDIT = set("的地得和与及以了在等是为、，。；：“”《》（）")


class _Options(NamedTuple):
    shortest: int
    known: tuple[str, ...]
    skip: frozenset[str]
    categories: frozenset[str]


def _read(fields: Fields) -> _Options:
    return _Options(
        int(fields.number("shortest", 6)),
        fields.texts("known"),
        frozenset(fields.texts("skip")),
        frozenset(fields.texts("skip_categories")),
    )


class _Form(NamedTuple):
    text: str
    half: int
    introduced: int
    id: str


class _Index(NamedTuple):
    """Forms by the first pair of either half (with which half it is and all its pairs), and every wording that is right
    as it stands."""

    forms: tuple[_Form, ...]
    halves: dict[int, list[tuple[int, int, frozenset[int]]]]
    accepted: tuple[str, ...]


def _index(catalogue: Catalogue, options: _Options) -> _Index:
    forms: dict[str, _Form] = {}
    for entry in catalogue.formulations:
        if entry.confidence == "low" or entry.id in options.skip or entry.category in options.categories:
            continue
        day = entry.introduced.toordinal() if entry.introduced else 0
        for raw in (entry.text, *entry.members):
            for piece in _pieces(raw):
                if len(piece) >= options.shortest and piece not in forms:
                    forms[piece] = _Form(piece, len(piece) // 2, day, entry.id)
    listed = tuple(forms.values())
    halves: dict[int, list[tuple[int, int, frozenset[int]]]] = {}
    for n, form in enumerate(listed):
        for which, half in enumerate((form.text[: form.half], form.text[form.half :])):
            halves.setdefault(number(half[:2]), []).append((n, which, numbers(half)))
    return _Index(listed, halves, (*options.known, *_accepted(catalogue)))


def _pieces(text: str) -> list[str]:
    """The runs of Chinese characters of a formulation; marks between them are other rules' business."""
    out, run = [], ""
    for char in text:
        if is_cjk(char):
            run += char
            continue
        out.append(run)
        run = ""
    return [p for p in [*out, run] if p]


def _find(rule: Rule, view: View) -> Iterator[Hit]:
    index = per_catalogue(view.catalogue, f"near {rule.path}:{rule.line}", lambda c: _index(c, rule.options))
    wanted: dict[int, list[int]] = {}
    pairs = view.adjacent.all
    for pair in index.halves.keys() & pairs:
        for n, which, half in index.halves[pair]:
            if half <= pairs:
                wanted.setdefault(n, []).append(which)
    seen: set[tuple[int, int]] = set()
    for n in sorted(wanted):
        form = index.forms[n]
        if form.introduced > view.as_of.toordinal():
            continue
        for start, end, inner in _near(form, view.text, wanted[n]):
            odd = start + _odd(view.text[start:end], form.text)
            if (start, end) in seen or _is_known(view.text, odd, index.accepted):
                continue
            seen.add((start, end))
            word = _word_at(view.text, start, end, odd)
            if word.start < start:
                continue  # the character belongs to the word before (推进为群众办实事)
            other = len(word) > 1 and view.text[word.start : word.stop] not in form.text
            severity: Severity | None = None if inner and not other else "info"
            yield Hit(start, end, {"right": form.text}, part=form.id, severity=severity)


def _accepted(catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(
        t
        for e in catalogue.formulations
        for t in (e.text, *e.members, *e.aliases, *e.accepted, *(q.text for q in e.quotes))
    )


def _word_at(text: str, start: int, end: int, odd: int) -> range:
    """The word that what differs belongs to: one of the dictionary (坚定维护 for 坚决维护) is another phrase, not a slip."""
    import rjieba

    at = max(0, start - 6)
    for word in rjieba.cut(text[at : end + 6]):
        if at <= odd < at + len(word):
            return range(at, at + len(word))
        at += len(word)
    return range(odd, odd + 1)


def _odd(quote: str, right: str) -> int:
    """Where the two part."""
    pairs = zip(quote, right, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(quote), len(right)) - 1)


def _is_known(text: str, odd: int, known: tuple[str, ...]) -> bool:
    """Whether the character that differs belongs to a wording that is right as it stands."""
    char = text[odd]
    for form in known:
        if char not in form:
            continue
        at = text.find(form, max(0, odd - len(form) + 1), odd + len(form))
        if 0 <= at <= odd < at + len(form):
            return True
    return False


def _near(form: _Form, text: str, halves: list[int]) -> Iterator[tuple[int, int, bool]]:
    """Where one of the halves that could stand in the text does, with something near the other beside it."""
    head, tail = form.text[: form.half], form.text[form.half :]
    for at in occurrences(text, head, 1) if _HEAD in halves else ():
        rest = text[at + len(head) : at + len(form.text) + 2]
        if not rest.startswith(tail):
            length, inner = _edit(rest, tail)
            if length:
                yield at, at + len(head) + length, inner
    for at in occurrences(text, tail, 1) if _TAIL in halves else ():
        lead = text[max(0, at - len(head) - 1) : at]
        if not lead.endswith(head):
            length, inner = _edit(lead[::-1], head[::-1])
            if length:
                yield at - length, at + len(tail), inner


def _edit(rest: str, target: str) -> tuple[int, bool]:
    """Length of the beginning of ``rest`` that is one edit from ``target`` (0: none), and whether the edit lies inside
    (surely a slip) rather than at the far edge (perhaps another word)."""
    n = len(target)
    same = 0
    while same < n and same < len(rest) and rest[same] == target[same]:
        same += 1
    if same == n or same >= len(rest):
        return 0, False
    if rest[same + 1 : n] == target[same + 1 :] and len(rest) >= n:
        odd = rest[same]
        good = is_cjk(odd) and odd not in _NO_EDIT
        return (n, same < n - 2) if good else (0, False)
    if (
        rest[same : same + 2] == target[same : same + 2][::-1]
        and rest[same + 2 : n] == target[same + 2 :]
        and same + 2 <= n
    ):
        return (n, True) if is_cjk(rest[same]) and is_cjk(rest[same + 1]) else (0, False)
    if _words_exchanged(rest[same:n], target[same:]):
        return n, True
    if rest[same : n - 1] == target[same + 1 :]:
        return (n - 1, same < n - 2) if same < n - 1 and target[same] not in _NO_EDIT else (0, False)
    if rest[same + 1 : n + 1] == target[same:] and is_cjk(rest[same]) and rest[same] not in _NO_EDIT:
        return n + 1, True
    return 0, False


def _words_exchanged(given: str, right: str) -> bool:
    """责任工作制 for 工作责任制: the first two words of two characters each."""
    return len(right) > 4 and given == right[2:4] + right[:2] + right[4:]


KINDS = {
    "near-canonical": Kind(
        _read, frozenset({"shortest", "known", "skip", "skip_categories"}), frozenset({"right"}), find=_find
    ),
}
