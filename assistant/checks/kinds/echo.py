"""The same again within a sentence, and sentences that are too long. Across sentences: again.py."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from assistant.catalogue.nodes import Fields
from assistant.checks.kinds.catalogue_wording import in_right_form
from assistant.checks.rule import Hit, Kind, Rule
from assistant.checks.view import HAN, View
from assistant.text import CLAUSE_END, Span, char_count, occurrences

_FORM = 8
_FIGURE = re.compile(r"\d+")
_FEW = 3  # figures in a paragraph that does not live by them


class _Echo(NamedTuple):
    """A run of ``size`` characters standing ``times`` times within ``within`` characters of one sentence, or of one
    ``paragraph``."""

    size: int
    times: int
    within: int
    common: frozenset[str]
    words: tuple[str, ...]
    paragraph: bool


def _read_echo(fields: Fields) -> _Echo:
    return _Echo(
        int(fields.number("size", 2)),
        int(fields.number("times", 2)),
        int(fields.number("within", 400)),
        frozenset(fields.texts("common")),
        fields.texts("words"),
        fields.flag("paragraph", False),
    )


def _starts(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in CLAUSE_END + "“”"


def _ends(text: str, at: int) -> bool:
    return at >= len(text) or text[at] in CLAUSE_END + "“”"


def _parallel(text: str, places: list[int], size: int) -> bool:
    """Whether the repetition is meant: every clause opens with it, or every clause ends in it."""
    edges = [_starts(text, p) for p in places], [_ends(text, p + size) for p in places]
    return any(sum(e) >= len(places) - (len(places) > 2) for e in edges)


def _words(rule: Rule, view: View) -> Iterator[Hit]:
    """Listed words that come back within a few characters."""
    options: _Echo = rule.options
    if not any(w in view.text for w in options.words):
        return
    pairs = min(map(len, options.words)) > 1
    for span, (_, most) in zip(view.sentences, view.echoes, strict=True):
        if pairs and most < options.times:  # no two characters stand in it that often
            continue
        text = view.text[span.start : span.end]
        for word in options.words:
            if text.count(word) < options.times:
                continue
            places = list(occurrences(text, word))
            for a, b in zip(places, places[options.times - 1 :], strict=False):
                if (
                    b - a <= options.within
                    and not _parallel(text, places, len(word))
                    and not _joined(text, a, b, word)
                ):
                    yield Hit(
                        span.start + b, span.start + b + len(word), {"word": word, "count": str(len(places))}
                    )
                    break


def _joined(text: str, a: int, b: int, word: str) -> bool:
    """推进A、推进B and 抓A和抓B: the same verb on purpose."""
    between = text[a + len(word) : b]
    return between.endswith(("、", "和", "并", "再")) or len(between) <= 1


def _runs(rule: Rule, view: View) -> Iterator[Hit]:
    """Any run of characters that comes back in one sentence, unless it is common or meant."""
    options: _Echo = rule.options
    for span in _stretches(options, view):
        if span.end - span.start < options.size * options.times + 4:
            continue
        text = view.text[span.start : span.end]
        done: list[tuple[int, int]] = []
        for run, places in _repeated(text, options.size, options.times):
            if run in options.common or places[-1] - places[0] > options.within:
                continue
            if _parallel(text, places, len(run)) or any(a <= places[-1] < b for a, b in done):
                continue
            if set_phrase(view, span.start + places[0], len(run)) or _is_form(view, run):
                continue
            if run[0] == "年" and text[places[-1] - 1].isdecimal():
                continue  # 2023年……、2023年……: titles of one year
            done.append((places[-1], places[-1] + len(run)))
            at = span.start + places[-1]
            yield Hit(at, at + len(run), {"word": run, "count": str(len(places))})


def _stretches(options: _Echo, view: View) -> Iterable[Span]:
    """Where to count: paragraphs that are no series of facts, or the sentences in which enough comes back."""
    if options.paragraph:
        spans = (view.span(i) for i in view.prose)
        return [s for s in spans if not _factual(view, s) and _often(view, s) >= options.times]
    pairs = zip(view.sentences, view.echoes, strict=True)
    return [span for span, echo in pairs if not _too_few(options, echo)]


def _factual(view: View, span: Span) -> bool:
    return len(_FIGURE.findall(view.half, span.start, span.end)) > _FEW


def _often(view: View, span: Span) -> int:
    return max(Counter(view.adjacent.within(*span)).values(), default=0)


def _too_few(options: _Echo, echo: tuple[int, int]) -> bool:
    """A longer run comes back no more often than any of its pairs, and all of them come back with it."""
    again, most = echo
    return options.size >= 2 and (most < options.times or again < options.size + options.times - 3)


def _repeated(text: str, size: int, times: int) -> list[tuple[str, list[int]]]:
    """Longest repeated runs of Chinese characters first, each with where it stands (not overlapping)."""
    windows: list[str] = []
    for m in HAN.finditer(text):
        run = m.group()
        windows += [run[i : i + size] for i in range(len(run) - size + 1)]
    if len(windows) - len(set(windows)) < times - 1:
        return []
    found = []
    for run, n in Counter(windows).items():
        if n >= times:
            places = list(occurrences(text, run))
            if len(places) >= times:
                found.append(_grow(text, places, size))
    out: list[tuple[str, list[int]]] = []
    for run, places in sorted(found, key=lambda f: (-len(f[0]), f[1][0])):
        if not any(run in held for held, _ in out):
            out.append((run, places))
    return out


def _grow(text: str, places: list[int], size: int) -> tuple[str, list[int]]:
    while all(p + size < len(text) for p in places):
        nexts = {text[p + size] for p in places}
        if len(nexts) > 1 or not HAN.match(nexts.pop()):
            break
        size += 1
    while all(p > 0 for p in places):
        before = {text[p - 1] for p in places}
        if len(before) > 1 or not HAN.match(before.pop()):
            break
        places, size = [p - 1 for p in places], size + 1
    return text[places[0] : places[0] + size], places


def _is_form(view: View, run: str) -> bool:
    """Whether it belongs to a formulation, which is not the writer's to vary."""
    return len(run) >= _FORM and in_right_form(view.catalogue, run)


def set_phrase(view: View, at: int, length: int) -> bool:
    """Inside 《》 or quotation marks, where the words are not the writer's to vary."""
    return view.in_title(at, at + length) or view.in_quotation(at, at + length)


def _read_length(fields: Fields) -> int:
    return int(fields.number("most", 130))


def _long(rule: Rule, view: View) -> Iterator[Hit]:
    for span in view.sentences:
        if span.end - span.start <= rule.options:
            continue
        length = char_count(view.text[span.start : span.end])
        if length > rule.options:
            end = min(
                [p for c in "，；" if (p := view.text.find(c, span.start + 8, span.end)) >= 0],
                default=span.end,
            )
            yield Hit(span.start, end, {"length": str(length)})


_KEYS = frozenset({"size", "times", "within", "common", "words", "paragraph"})
KINDS = {
    "word-echo": Kind(_read_echo, _KEYS, frozenset({"word", "count"}), find=_words),
    "run-echo": Kind(_read_echo, _KEYS, frozenset({"word", "count"}), find=_runs),
    "long-sentence": Kind(_read_length, frozenset({"most"}), frozenset({"length"}), find=_long),
}
