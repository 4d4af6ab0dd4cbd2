"""One thing written in two ways within one text: names, quoted terms, words exchanged, abbreviations of names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression, no_options, wrong
from assistant.checks.view import HAN, View

_HAN = "\u4e00-\u9fff"
_NO_NAME = "为的等和与在是责制工活行动作精"  # what follows a quoted term without being part of its name
_LONG_RUN = 8  # two words of a name exchanged, and as much again


class _Options(NamedTuple):
    """``groups``: forms of one name, as expressions; ``rare``: mark only the rarer forms."""

    groups: tuple[tuple[str, ...], ...]
    rare: bool


def _read(fields: Fields) -> _Options:
    groups = [
        inner.texts("forms", required=True) for inner in fields.mappings("groups", {"forms"}, required=True)
    ]
    for form in (f for forms in groups for f in forms):
        if message := wrong(fields, form):
            fields.problem(f"groups 的正则写得不对：{message}", fields.at("groups"))
    return _Options(tuple(groups), fields.flag("rare", False))


def _groups(rule: Rule, view: View) -> Iterator[Hit]:
    for forms in rule.options.groups:
        if sum(map(view.possible, forms)) < 2:
            continue
        found: dict[str, list[re.Match[str]]] = {}
        for form in forms:
            at = view.matches(form)
            matches = [m for m in at if not (view.in_title(*m.span()) or view.in_blank(*m.span()))]
            if matches:
                found[form] = matches
        if len(found) < 2:
            continue
        common = max(found, key=lambda f: len(found[f]))
        for form, matches in found.items():
            if form == common and rule.options.rare:
                continue
            other = next(m for f, ms in found.items() if f != form for m in ms)
            first = matches[0]
            yield Hit(
                first.start(), first.end(), {"other": other.group(), "place": view.place(other.start())}
            )


def _quotation(_: Rule, view: View) -> Iterator[Hit]:
    """A short term in quotation marks here and without there; and marks round a part of a term used whole elsewhere."""
    text = view.text
    terms: dict[str, int] = {}
    for span in view.quotations:
        term = text[span.start + 1 : span.end - 1]
        if 2 <= len(term) <= 8 and re.fullmatch(f"[{_HAN}]+", term):
            terms.setdefault(term, span.start)
    for term, first in terms.items():
        if len(term) >= 4:
            for m in re.finditer(re.escape(term), text):
                bare = text[m.start() - 1 : m.start()] != "“" and text[m.end() : m.end() + 1] != "”"
                if bare and not view.in_title(*m.span()) and not view.in_quotation(*m.span()):
                    yield _odd_one(view, term, m, first)
                    break
        yield from _partly_quoted(view, term, first)


def _odd_one(view: View, term: str, bare: re.Match[str], quoted: int) -> Hit:
    """At the rarer manner; where both are as frequent, at the one without marks."""
    marked = view.text.count(f"“{term}”")
    if view.text.count(term) - marked > marked:
        return Hit(quoted, quoted + len(term) + 2, {"term": term, "place": view.place(bare.start())})
    return Hit(bare.start(), bare.end(), {"term": f"“{term}”", "place": view.place(quoted)})


def _partly_quoted(view: View, term: str, first: int) -> Iterator[Hit]:
    """“模范”机关 where the text elsewhere has 模范机关."""
    close = first + len(term) + 2
    tail = re.match(f"(?![{_NO_NAME}])[{_HAN}]{{2}}", view.text[close : close + 2])
    if not tail:
        return
    whole = term + tail.group()
    at = view.text.find(whole)
    if at >= 0:
        yield Hit(first, close + 2, {"term": whole, "place": view.place(at)})
        yield Hit(at, at + len(whole), {"term": view.text[first : close + 2], "place": view.place(first)})


def _quoted_forms(_: Rule, view: View) -> Iterator[Hit]:
    """Quoted terms that differ only in the marks inside (扩先提中治软 / 扩先、提中、治软)."""
    seen: dict[str, dict[str, int]] = {}
    for span in view.quotations:
        term = view.text[span.start + 1 : span.end - 1]
        if len(term) <= 20:
            seen.setdefault(re.sub(r"[、，·\s和]", "", term), {}).setdefault(term, span.start)
    for forms in seen.values():
        if len(forms) < 2:
            continue
        (term, at), (other, there) = list(forms.items())[:2]
        yield Hit(at, at + len(term) + 2, {"other": f"“{other}”", "place": view.place(there)})


def _exchanged(_: Rule, view: View) -> Iterator[Hit]:
    """Two words of a longer name exchanged: 智慧党建系统平台 / 智慧党建平台系统."""
    text = view.text
    starts = [i for m in HAN.finditer(text) for i in range(m.start(), m.end() - _LONG_RUN + 1)]
    heads = [text[i : i + 4] for i in starts]
    often = {h for h, n in Counter(heads).items() if n > 1}
    windows: dict[str, int] = {}
    for i, head in zip(starts, heads, strict=True):
        if head in often:
            windows.setdefault(text[i : i + 8], i)
    for window in windows:
        other = window[:4] + window[6:] + window[4:6]
        if window < other and other in windows:
            here, there = sorted((window, other), key=lambda w: (text.count(w), windows[w]))
            start = windows[here]
            yield Hit(start, start + 8, {"other": there, "place": view.place(windows[there])})


class _Drift(NamedTuple):
    name: str
    least: int


def _read_drift(fields: Fields) -> _Drift:
    return _Drift(expression(fields, "name", required=True), int(fields.number("least", 3)))


def _drift(rule: Rule, view: View) -> Iterator[Hit]:
    """A body's name (……工作领导小组) used once, where the text keeps calling the matter by a similar name."""
    for m in view.matches(rule.options.name):
        before = re.search(f"[{_HAN}]{{4,14}}$", view.text[max(0, m.start() - 14) : m.start()])
        name = re.split("[的了由和与及]", before.group())[-1] if before else ""
        if not 4 <= len(name) <= 6 or view.text.count(name) > 1:
            continue
        for pair in (name[:2], name[2:4]):
            around = Counter(re.findall(f"(?=([{_HAN}]{{2}}{pair}))", view.text))
            other, n = around.most_common(1)[0] if around else ("", 0)
            if n >= rule.options.least and other not in name and name not in other:
                start = m.start() - len(name)
                yield Hit(start, m.end(), {"name": name, "other": other, "count": str(n)})
                break


KINDS = {
    "consistency": Kind(_read, frozenset({"groups", "rare"}), frozenset({"other", "place"}), find=_groups),
    "quotation": Kind(no_options, words=frozenset({"term", "place"}), find=_quotation),
    "quoted-forms": Kind(no_options, words=frozenset({"other", "place"}), find=_quoted_forms),
    "exchanged-words": Kind(no_options, words=frozenset({"other", "place"}), find=_exchanged),
    "name-drift": Kind(
        _read_drift, frozenset({"name", "least"}), frozenset({"name", "other", "count"}), find=_drift
    ),
}
