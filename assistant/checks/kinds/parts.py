"""The text as a whole: what its genre must have, what a heading promises, who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.catalogue import Genre
from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression, no_options
from assistant.checks.view import View
from assistant.expressions import compiled
from assistant.text import Span, char_count, sentence_spans

_PART_NAMES = {
    "opening": "导语",
    "achievements": "主要工作和成效",
    "problems": "存在的问题",
    "plans": "下一步打算",
    "closing": "结尾",
}


def _genre(view: View) -> Genre | None:
    return view.catalogue.genres.get(view.profile.kind)


def _frame(rule: Rule, view: View) -> Iterator[Hit]:
    """Title, signature, date: which of them a finished text of its genre lacks."""
    if not view.profile.kind:
        return
    roles = {b.role for b in view.blocks}
    lacking = [name for role, name in rule.options if role not in roles]
    if lacking:
        yield Hit(-1, -1, {"name": "、".join(lacking)})


def _read_frame(fields: Fields) -> tuple[tuple[str, str], ...]:
    return tuple((role, name) for role, name, _ in fields.pairs("roles"))


def _read_told(fields: Fields) -> tuple[tuple[str, str], ...]:
    """How a paragraph without a heading of its own begins to tell of a part."""
    return tuple((part, regex) for part, regex, _ in fields.pairs("told"))


def _required(rule: Rule, view: View) -> Iterator[Hit]:
    genre = _genre(view)
    present = {b.part for b in view.blocks if b.role in ("body", "heading")}
    told = dict(rule.options)
    for part in genre.parts if genre else ():
        if not part.required or part.part in present or part.part == "opening":
            continue
        if part.part not in told or not compiled(told[part.part]).search(view.text):
            yield Hit(-1, -1, {"name": _PART_NAMES[part.part], "genre": genre.name})  # type: ignore[union-attr]


def _read_shares(fields: Fields) -> tuple[int, int]:
    """Within how many characters an opening is right whatever its share."""
    return int(fields.number("opening_least", 0)), int(fields.number("opening_most", 0))


def _shares(rule: Rule, view: View) -> Iterator[Hit]:
    genre = _genre(view)
    total = sum(char_count(b.text) for b in view.blocks if b.part)
    if genre is None or total < 800:
        return
    for part in genre.parts:
        length = char_count(view.part_text(part.part))
        share, (low, high) = length / total, part.share
        if part.part == "opening" and rule.options[0] <= length <= rule.options[1]:
            continue
        if share and not low * 0.6 <= share <= high * 1.4:
            words = {
                "name": _PART_NAMES[part.part],
                "share": f"{share:.0%}",
                "norm": f"{low:.0%}—{high:.0%}",
                "advice": "偏少，请补实内容" if share < low else "偏多，请压缩",
            }
            yield Hit(*_head(view, part.part), words)


def _head(view: View, part: str) -> Span:
    """The heading of a part, or the first clause of one that has none."""
    first = view.span(view.part_blocks(part)[0])
    stop = re.search("[，。：\n]", view.text[first.start : first.end])
    return Span(first.start, first.start + stop.start() if stop and stop.start() else first.end)


class _Need(NamedTuple):
    """``when`` found without ``needs`` ``within`` the same sentence, paragraph, part or document; ``once``: said of the first."""

    when: str
    needs: str
    within: str
    once: bool


def _read_need(fields: Fields) -> _Need:
    within = fields.choice("within", ("clause", "sentence", "paragraph", "part", "document", "section"))
    return _Need(
        expression(fields, "when", required=True),
        expression(fields, "needs", required=True),
        within,
        fields.flag("once", False),
    )


def _companion(rule: Rule, view: View) -> Iterator[Hit]:
    need: _Need = rule.options
    wanted = compiled(need.needs)
    for m in view.matches(need.when):
        span = _around(view, m.start(), m.end(), need.within)
        if not wanted.search(view.text, span.start, span.end):
            yield Hit(m.start(), m.end())
            if need.once:
                return


def _around(view: View, start: int, end: int, within: str) -> Span:
    if within == "document":
        return Span(0, len(view.text))
    block = view.block_at(start)
    span = view.span(block)
    if within == "paragraph":
        return span
    if within == "part":
        mine = view.part_blocks(view.blocks[block].part or "")
        return Span(view.starts[mine[0]], view.span(mine[-1]).end) if mine else span
    if within == "section":
        return _section(view, start)
    if within == "clause":
        left = max(view.text.rfind(c, span.start, start) for c in "，。；：") + 1
        right = min([p for c in "，。；：" if (p := view.text.find(c, end, span.end)) >= 0], default=span.end)
        return Span(max(left, span.start), right)
    for s in sentence_spans(view.text[span.start : span.end]):
        if span.start + s.start <= start < span.start + s.end:
            return Span(span.start + s.start, span.start + s.end)
    return span


def _section(view: View, start: int) -> Span:
    """From after the heading at ``start`` to the next heading of its level or above."""
    here = next((h for h in view.headings if h.mark.start <= start <= h.end), None)
    if here is None:
        return Span(0, len(view.text))
    later = (h.mark.start for h in view.headings if h.mark.start > here.end and h.level <= here.level)
    return Span(here.end, next(later, len(view.text)))


class _Ending(NamedTuple):
    title: str
    ending: str


def _read_ending(fields: Fields) -> _Ending:
    return _Ending(expression(fields, "title", required=True), expression(fields, "ending", required=True))


def _ending(rule: Rule, view: View) -> Iterator[Hit]:
    """A closing formula that belongs to another genre than the title says."""
    title = "".join(b.text for b in view.blocks if b.role == "title")
    if not compiled(rule.options.title).search(title):
        return
    for i in view.prose[-4:]:
        span = view.span(i)
        for m in compiled(rule.options.ending).finditer(view.text, span.start, span.end):
            yield Hit(m.start(), m.end(), {"title": title})


def _read_stray(fields: Fields) -> str:
    return expression(fields, "opening", required=True)


def _stray(rule: Rule, view: View) -> Iterator[Hit]:
    """A paragraph without a number that follows numbered ones and adds a matter of its own."""
    opening = compiled(rule.options)
    levels = [h.level for h in view.headings]
    heads = {h.block: h for h in view.headings}
    current = 0
    for i, block in enumerate(view.blocks):
        if i in heads:
            current = heads[i].level
        elif block.role == "body" and current > 1 and levels.count(current) > 1:
            m = opening.match(block.text)
            if m:
                yield Hit(view.starts[i], view.starts[i] + m.end(), {"opening": m.group()})


def _read_person(fields: Fields) -> tuple[str, str, str]:
    """The genres' person, what is out of place there, and what must stand there."""
    return fields.choice("person", ("unit", "self")), expression(fields, "wrong"), expression(fields, "needs")


def _person(rule: Rule, view: View) -> Iterator[Hit]:
    genre = _genre(view)
    person, wrong, needs = rule.options
    if genre is None or genre.person != person:
        return
    if wrong:
        for m in view.matches(wrong):
            yield Hit(m.start(), m.end())
    if needs and not compiled(needs).search(view.text):
        yield Hit(-1, -1)


def _read_density(fields: Fields) -> tuple[float, str]:
    return fields.number("least", 2.0), expression(fields, "fact", required=True)


def _density(rule: Rule, view: View) -> Iterator[Hit]:
    """Checkable figures and titles in each thousand characters of a finished text."""
    least, fact = rule.options
    length = char_count(view.text)
    if not view.profile.kind or length < 800:
        return
    n = len(compiled(fact).findall(view.text))
    if n * 1000 / length < least:
        yield Hit(-1, -1, {"count": str(n), "per": f"{n * 1000 / length:.1f}", "least": f"{least:g}"})


def _title_year(_: Rule, view: View) -> Iterator[Hit]:
    """The year in the title against that of the opening's 现将……如下 and of the headings; where most of the text is with
    the opening, the title's is the odd one."""
    title = "".join(b.text for b in view.blocks if b.role == "title")
    years = set(re.findall(r"(20\d{2})年", title))
    if len(years) != 1:
        return
    year = int(years.pop())
    for i, block in enumerate(view.blocks):
        if block.role == "heading" or (block.part == "opening" and block.role == "body"):
            for m in re.finditer(r"(?:现将[^。]{0,30}?|^[一二三四五六七八九十]+、)(20\d{2})年", block.text):
                announced = m.group().startswith("现将")
                if int(m[1]) == year or (not announced and int(m[1]) == year + 1):
                    continue
                at, other = view.starts[i] + m.start(1), str(year)
                if announced and view.text.count(f"{m[1]}年") > view.text.count(f"{year}年"):
                    at, other = view.text.find(f"{year}年"), m[1]
                yield Hit(at, at + 5, {"year": other})


KINDS = {
    "frame": Kind(_read_frame, frozenset({"roles"}), frozenset({"name"}), find=_frame),
    "required-part": Kind(_read_told, frozenset({"told"}), frozenset({"name", "genre"}), find=_required),
    "part-share": Kind(
        _read_shares,
        frozenset({"opening_least", "opening_most"}),
        words=frozenset({"name", "share", "norm", "advice"}),
        find=_shares,
    ),
    "companion": Kind(_read_need, frozenset({"when", "needs", "within", "once"}), find=_companion),
    "ending": Kind(_read_ending, frozenset({"title", "ending"}), frozenset({"title"}), find=_ending),
    "stray-paragraph": Kind(_read_stray, frozenset({"opening"}), frozenset({"opening"}), find=_stray),
    "person": Kind(_read_person, frozenset({"person", "wrong", "needs"}), find=_person),
    "density": Kind(
        _read_density, frozenset({"least", "fact"}), frozenset({"count", "per", "least"}), find=_density
    ),
    "title-year": Kind(no_options, words=frozenset({"year"}), find=_title_year),
}
