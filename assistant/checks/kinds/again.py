"""The same again in one text: sentences, clauses, runs of characters, a heading in what stands under it, tails one after another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice, starmap
from typing import NamedTuple

from assistant.catalogue.nodes import Fields
from assistant.checks.kinds.catalogue_wording import holds_right_form, in_right_form
from assistant.checks.kinds.echo import set_phrase
from assistant.checks.rule import Hit, Kind, Rule, expression
from assistant.checks.view import View
from assistant.expressions import compiled
from assistant.text import Span, char_count, occurrences

_CLAUSE = re.compile(r"[^，。；：！？\n]+")
_ORDINAL = re.compile(r"^(?:[一二三四五六七八九十]+是|[（(][一二三四五六七八九十\d]+[）)]|\d+[.．、])")
_HALF_WORD = 3
_SHORT = 6


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
            yield Hit(span.start, span.end, {"place": view.place(seen[text])})
        seen.setdefault(text, span.start)


def _bare(sentence: str) -> str:
    return _ORDINAL.sub("", "".join(sentence.split())).rstrip("。；！？”")


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
                yield Hit(m.start(), m.end(), {"place": view.place(first.start)})


class _Again(NamedTuple):
    """Runs of ``least`` characters and more that begin with ``opens`` (empty: with anything); ``reach``: how far apart
    within a paragraph (0: in another paragraph of the part)."""

    least: int
    reach: int
    formulas: tuple[str, ...]
    opens: str


def _read_again(fields: Fields) -> _Again:
    return _Again(
        int(fields.number("least", 12)),
        int(fields.number("reach", 0)),
        fields.texts("formulas"),
        expression(fields, "opens"),
    )


def _starts(options: _Again, view: View) -> list[int]:
    """Where a run of the least size could begin."""
    ends = [(start, end - options.least + 1) for start, end in view.runs if end - start >= options.least]
    if not options.opens:
        return list(chain.from_iterable(starmap(range, ends)))
    opens, over = compiled(options.opens), options.least - 1
    return [
        m.start()
        for start, end in ends
        for m in opens.finditer(view.text, start, end + over)
        if m.start() < end
    ]


def _repeated(options: _Again, view: View) -> list[int]:
    """Starts of what stands in the text more than once: few of them all."""
    starts = _starts(options, view)
    heads = [view.text[at : at + options.least] for at in starts]
    if len(set(heads)) == len(heads):
        return []
    times = Counter(heads)
    return [at for at, head in zip(starts, heads, strict=True) if times[head] > 1]


def _said_again(rule: Rule, view: View) -> Iterator[Hit]:
    """The same run of characters in two sentences of one part: the same matter told twice."""
    options: _Again = rule.options
    seen: dict[str, int] = {}
    done = -1
    for at in _repeated(options, view):
        first = seen.setdefault(view.text[at : at + options.least], at)
        if first == at or at < done or not _near_enough(options, view, first, at):
            continue
        if first >= view.sentence_at(at).start:
            continue
        size = _words(view.text, at, _common(view.text, first, at, view.run_end(at)))
        if size >= options.least and not _told_rightly(options, view, at, size):
            yield Hit(at, at + size, {"place": view.place(first)})
        done = at + max(size, 1)


def _near_enough(options: _Again, view: View, first: int, at: int) -> bool:
    one, two = view.block_at(first), view.block_at(at)
    if options.reach:
        return one == two and at - first <= options.reach
    return one != two and view.blocks[one].part == view.blocks[two].part


def _common(text: str, first: int, at: int, end: int) -> int:
    size = 0
    while at + size < end and first + size < at and text[first + size] == text[at + size]:
        size += 1
    return size


def _words(text: str, at: int, size: int) -> int:
    """As much of the run as ends with a word."""
    import rjieba

    whole = at
    for word in rjieba.cut(text[at : at + size + _HALF_WORD]):
        if whole + len(word) > at + size:
            break
        whole += len(word)
    return whole - at


def _told_rightly(options: _Again, view: View, at: int, size: int) -> bool:
    """Names, titles and formulations are not the writer's to vary; what comes again and again is a series of facts."""
    run = view.text[at : at + size]
    return (
        set_phrase(view, at, size)
        or (size > _SHORT and _thrice(view.text, run))
        or any(compiled(f).search(run) for f in options.formulas)
        or in_right_form(view.catalogue, run)
        or holds_right_form(view.catalogue, run)
    )


def _thrice(text: str, run: str) -> bool:
    """What comes that often comes early: counting to the end would take longest where most is repeated."""
    return next(islice(occurrences(text, run), 2, None), None) is not None


def _headings(rule: Rule, view: View) -> Iterator[Hit]:
    """A clause of a heading said again, word for word, in the text under it."""
    least: int = rule.options.least
    for n, heading in enumerate(view.headings):
        later = (h.mark.start for h in view.headings[n + 1 :] if h.level <= heading.level)
        end = next(later, len(view.text))
        for m in _CLAUSE.finditer(view.text, heading.start, heading.end):
            at = view.text.find(m.group(), heading.end, end) if len(m.group()) >= least else -1
            if at >= 0 and view.blocks[view.block_at(at)].role == "body":
                yield Hit(at, at + len(m.group()))


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


KINDS = {
    "same-sentence": Kind(_read_twice, frozenset({"least", "formulas"}), frozenset({"place"}), find=_same),
    "same-clause": Kind(_read_twice, frozenset({"least", "formulas"}), frozenset({"place"}), find=_clauses),
    "said-again": Kind(
        _read_again,
        frozenset({"least", "reach", "formulas", "opens"}),
        frozenset({"place"}),
        find=_said_again,
    ),
    "heading-again": Kind(_read_again, frozenset({"least"}), find=_headings),
    "same-tail": Kind(_read_tails, frozenset({"tail", "times"}), frozenset({"word", "count"}), find=_tails),
}
