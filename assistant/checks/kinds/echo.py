"""The same again: words within a sentence, clauses and sentences within a text, tails one after another; and length."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression
from assistant.checks.scan import compiled
from assistant.checks.view import View
from assistant.text import CLAUSE_END, Span, char_count

_CLAUSE = re.compile(r"[^，。；：！？\n]+")
_ORDINAL = re.compile(r"^(?:[一二三四五六七八九十]+是|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、])")
_HAN = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class _Echo:
    """A run of ``size`` characters standing ``times`` times within ``within`` characters of one sentence."""

    size: int
    times: int
    within: int
    common: frozenset[str]
    words: tuple[str, ...]


def _read_echo(fields: Fields) -> _Echo:
    return _Echo(
        int(fields.number("size", 2)),
        int(fields.number("times", 2)),
        int(fields.number("within", 400)),
        frozenset(fields.texts("common")),
        fields.texts("words"),
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
    for span in view.sentences:
        text = view.text[span.start : span.end]
        for word in options.words:
            if text.count(word) < options.times:
                continue
            places = _places(text, word)
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


def _places(text: str, word: str) -> list[int]:
    return [m.start() for m in re.finditer(re.escape(word), text)]


def _joined(text: str, a: int, b: int, word: str) -> bool:
    """推进A、推进B and 抓A和抓B: the same verb on purpose."""
    between = text[a + len(word) : b]
    return between.endswith(("、", "和", "并", "再")) or len(between) <= 1


def _runs(rule: Rule, view: View) -> Iterator[Hit]:
    """Any run of characters that comes back in one sentence, unless it is common or meant."""
    options: _Echo = rule.options
    for span, echo in zip(view.sentences, view.echoes, strict=True):
        if span.end - span.start < options.size * options.times + 4 or _too_few(options, echo):
            continue
        text = view.text[span.start : span.end]
        done: list[tuple[int, int]] = []
        for run, places in _repeated(text, options.size, options.times):
            if run in options.common or places[-1] - places[0] > options.within:
                continue
            if _parallel(text, places, len(run)) or any(a <= places[-1] < b for a, b in done):
                continue
            if _set_phrase(view, span.start + places[0], len(run)):
                continue
            done.append((places[-1], places[-1] + len(run)))
            at = span.start + places[-1]
            yield Hit(at, at + len(run), {"word": run, "count": str(len(places))})


def _too_few(options: _Echo, echo: int) -> bool:
    """A longer run comes back no more often than the two characters it begins with."""
    return options.size >= 2 and echo < options.times


def _repeated(text: str, size: int, times: int) -> list[tuple[str, list[int]]]:
    """Longest repeated runs of Chinese characters first, each with where it stands (not overlapping)."""
    windows: list[str] = []
    for m in _HAN.finditer(text):
        run = m.group()
        windows += [run[i : i + size] for i in range(len(run) - size + 1)]
    if len(windows) - len(set(windows)) < times - 1:
        return []
    found = []
    for run, n in Counter(windows).items():
        if n >= times:
            places = _places(text, run)
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
        if len(nexts) > 1 or not _HAN.match(nexts.pop()):
            break
        size += 1
    while all(p > 0 for p in places):
        before = {text[p - 1] for p in places}
        if len(before) > 1 or not _HAN.match(before.pop()):
            break
        places, size = [p - 1 for p in places], size + 1
    return text[places[0] : places[0] + size], places


def _set_phrase(view: View, at: int, length: int) -> bool:
    """Inside 《》 or quotation marks, where the words are not the writer's to vary."""
    return view.in_title(at, at + length) or view.in_quotation(at, at + length)


def _read_twice(fields: Fields) -> tuple[int, tuple[str, ...]]:
    return int(fields.number("least", 16)), fields.texts("formulas")


def _same(rule: Rule, view: View) -> Iterator[Hit]:
    """A sentence that stands in the text twice, set formulas aside."""
    least, formulas = rule.options
    seen: dict[str, int] = {}
    for span in view.sentences:
        raw = view.text[span.start : span.end]
        if len(raw) < least:
            continue
        text = _bare(raw)
        if text in seen and char_count(text) >= least and not any(compiled(f).search(text) for f in formulas):
            yield Hit(span.start, span.end, {"place": _place(view, seen[text])})
        seen.setdefault(text, span.start)


def _bare(sentence: str) -> str:
    return _ORDINAL.sub("", "".join(sentence.split())).rstrip("。；！？”")


def _place(view: View, at: int) -> str:
    block = view.blocks[view.block_at(at)]
    return f"第{block.line}行" if block.line else f"第{view.block_at(at) + 1}段"


def _clauses(rule: Rule, view: View) -> Iterator[Hit]:
    """A long clause that stands in two sentences which are not the same throughout."""
    least, formulas = rule.options
    seen: dict[str, Span] = {}
    for span in view.sentences:
        for m in _CLAUSE.finditer(view.text, span.start, span.end):
            clause = m.group()
            if len(clause) < least:
                continue
            first = seen.setdefault(clause, span)
            if first == span or any(compiled(f).search(clause) for f in formulas):
                continue
            if view.text[first.start : first.end] != view.text[span.start : span.end]:
                yield Hit(m.start(), m.end(), {"place": _place(view, first.start)})


def _read_tails(fields: Fields) -> tuple[str, int]:
    return expression(fields, "tail", required=True), int(fields.number("times", 4))


def _tails(rule: Rule, view: View) -> Iterator[Hit]:
    """Sentences of one part that end in the same kind of clause (，推动……。) again and again."""
    tail, times = rule.options
    found: dict[str, list[tuple[int, int]]] = {}
    for span in view.sentences:
        comma = view.text.rfind("，", span.start, span.end)
        if comma < 0:
            continue
        m = compiled(tail).match(view.text, comma + 1, span.end)
        if m:
            found.setdefault(m.group(), []).append((comma + 1, m.end()))
    total = len(view.sentences)
    for word, places in found.items():
        if len(places) >= times and len(places) >= total * 0.08:
            start, end = places[times - 1]
            yield Hit(start, end, {"word": word, "count": str(len(places))})


def _read_length(fields: Fields) -> int:
    return int(fields.number("most", 130))


def _long(rule: Rule, view: View) -> Iterator[Hit]:
    for span in view.sentences:
        length = char_count(view.text[span.start : span.end])
        if length > rule.options:
            end = min(
                [p for c in "，；" if (p := view.text.find(c, span.start + 8, span.end)) >= 0],
                default=span.end,
            )
            yield Hit(span.start, end, {"length": str(length)})


_KEYS = frozenset({"size", "times", "within", "common", "words"})
KINDS = {
    "word-echo": Kind(_read_echo, _KEYS, frozenset({"word", "count"}), find=_words),
    "run-echo": Kind(_read_echo, _KEYS, frozenset({"word", "count"}), find=_runs),
    "same-sentence": Kind(_read_twice, frozenset({"least", "formulas"}), frozenset({"place"}), find=_same),
    "same-clause": Kind(_read_twice, frozenset({"least", "formulas"}), frozenset({"place"}), find=_clauses),
    "same-tail": Kind(_read_tails, frozenset({"tail", "times"}), frozenset({"word", "count"}), find=_tails),
    "long-sentence": Kind(_read_length, frozenset({"most"}), frozenset({"length"}), find=_long),
}
