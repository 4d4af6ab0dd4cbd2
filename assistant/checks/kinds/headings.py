"""Headings: their numbers in sequence, one manner throughout, lengths and patterns alike, words not repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, no_options
from assistant.checks.view import Heading, View
from assistant.finding import Severity
from assistant.text import ordinal


def _printed(level: int, number: int) -> str:
    shapes = {1: f"{ordinal(number)}、", 2: f"（{ordinal(number)}）", 3: f"{number}.", 4: f"（{number}）"}
    return shapes.get(level, str(number)) if 0 < number < 100 else str(number)


def _numbering(_: Rule, view: View) -> Iterator[Hit]:
    """Numbers of one manner rise by one under one parent. A fresh start at one is a new list, and numbers may run on
    through all parents; articles (第三条) and headings without a number begin everything anew."""
    last: dict[int, int] = {}
    running: dict[int, int] = {}
    for mark in view.ordinals:
        if mark.level == 0:
            last.clear()
            continue
        for deeper in [k for k in last if k > mark.level]:
            del last[deeper]
        before = last.get(mark.level, 0)
        goes_on = running.get(mark.level, 0)
        last[mark.level] = running[mark.level] = mark.number
        fault = "" if mark.number == goes_on + 1 else _fault(before, mark.number)
        if fault:
            words = {"fault": fault, "right": _printed(mark.level, before + 1)}
            words["before"] = _printed(mark.level, before) if before else "开头"
            severity: Severity | None = None if mark.number == before > 1 else "warning"
            yield Hit(mark.start, mark.end, words, severity=severity)


def _fault(before: int, number: int) -> str:
    if number == before + 1 or (number == 1 and before > 1):
        return ""
    if number == before:
        return "序号重复"
    return "序号跳号" if number > before else "序号倒退"


def _levels(_: Rule, view: View) -> Iterator[Hit]:
    """A lower level before any higher one under the same text: （一） opened by 1. is out of order."""
    seen: set[int] = set()
    for heading in view.headings:
        if (
            heading.number
            and seen
            and heading.level > 1
            and heading.level - 1 not in seen
            and heading.level - 2 not in seen
        ):
            yield Hit(heading.mark.start, heading.end, {"level": str(heading.level)})
        seen.add(heading.level)


def _layout(_: Rule, view: View) -> Iterator[Hit]:
    """Sibling headings of which some run on and some stand alone: the manner rarer in the text is marked."""
    for (level, _parent), siblings in view.siblings.items():
        if level not in (2, 3) or len({h.run_in for h in siblings}) < 2:
            continue
        mine = [h for h in view.headings if h.level == level and h.number]
        run_in = [h for h in mine if h.run_in]
        own = [h for h in mine if not h.run_in]
        rare, manner = (own, "独占一行") if len(own) <= len(run_in) else (run_in, "与正文连排")
        other = "与正文连排" if rare is own else "独占一行"
        for heading in (h for h in rare if h in siblings):
            yield Hit(
                heading.mark.start,
                heading.end,
                {"manner": manner, "other": other, "count": str(len(mine) - len(rare))},
            )


def _stop(_: Rule, view: View) -> Iterator[Hit]:
    for heading in view.headings:
        if heading.run_in:
            continue
        end = view.span(heading.block).end
        text = view.text[heading.start : end].rstrip()
        at = heading.start + len(text)
        if text and text[-1] in "。；，" and "。" not in text[:-1]:
            yield Hit(at - 1, at, {"mark": text[-1]}, fix="")


def _read_parallel(fields: Fields) -> tuple[int, int]:
    return int(fields.number("least", 3)), int(fields.number("spread", 8))


def _parallel(rule: Rule, view: View) -> Iterator[Hit]:
    """Sibling headings whose length differs much from the others'."""
    least, spread = rule.options
    for group in view.siblings.values():
        if len(group) < least:
            continue
        lengths = sorted(h.end - h.start for h in group)
        middle = lengths[len(lengths) // 2]
        if lengths[-1] - lengths[0] <= spread:
            continue
        for heading in group:
            length = heading.end - heading.start
            if abs(length - middle) > spread:
                yield Hit(heading.start, heading.end, {"length": str(length), "middle": str(middle)})


def _pattern(rule: Rule, view: View) -> Iterator[Hit]:
    """Sibling headings of which one alone has another number of clauses."""
    for group in view.siblings.values():
        if len(group) < rule.options[0]:
            continue
        counted = Counter(_clauses(view, h) for h in group)
        common, n = counted.most_common(1)[0]
        if n < len(group) - 1 or n == len(group) or common == 1:
            continue
        for heading in group:
            if _clauses(view, heading) != common:
                yield Hit(
                    heading.start, heading.end, {"count": str(_clauses(view, heading)), "common": str(common)}
                )


def _clauses(view: View, heading: Heading) -> int:
    return 1 + sum(c in "，、；：" for c in heading.text(view))


def _echo(rule: Rule, view: View) -> Iterator[Hit]:
    """Sibling headings that open with the same two characters; where all do, it is meant."""
    for group in view.siblings.values():
        if len({h.text(view)[:2] for h in group}) == 1 and len(group) > 2:
            continue
        seen: dict[str, Heading] = {}
        for heading in group:
            opening = heading.text(view)[:2]
            if len(opening) == 2 and not opening.isascii() and opening in seen:
                yield Hit(
                    heading.start, heading.start + 2, {"opening": opening, "first": seen[opening].text(view)}
                )
            seen.setdefault(opening, heading)


def _formula(rule: Rule, view: View) -> Iterator[Hit]:
    """The same tail in every sibling heading (……还需要进一步……): a run of characters all of them hold."""
    for group in view.siblings.values():
        texts = [h.text(view) for h in group]
        if len(group) < rule.options[0]:
            continue
        shared = _shared(texts, 5)
        if shared:
            at = view.text.find(shared, group[-1].start, group[-1].end)
            yield Hit(at, at + len(shared), {"shared": shared, "count": str(len(group))})


def _shared(texts: list[str], least: int) -> str:
    base = min(texts, key=len)
    if not any(all(base[i : i + least] in t for t in texts) for i in range(len(base) - least + 1)):
        return ""
    for size in range(len(base), least - 1, -1):
        for i in range(len(base) - size + 1):
            piece = base[i : i + size]
            if all(piece in t for t in texts):
                return piece
    return ""


_LEAST = frozenset({"least", "spread"})
KINDS = {
    "numbering": Kind(no_options, words=frozenset({"fault", "right", "before"}), find=_numbering),
    "heading-levels": Kind(no_options, words=frozenset({"level"}), find=_levels),
    "heading-layout": Kind(no_options, words=frozenset({"manner", "other", "count"}), find=_layout),
    "heading-stop": Kind(no_options, words=frozenset({"mark"}), find=_stop),
    "heading-length": Kind(_read_parallel, _LEAST, frozenset({"length", "middle"}), find=_parallel),
    "heading-pattern": Kind(_read_parallel, _LEAST, frozenset({"count", "common"}), find=_pattern),
    "heading-echo": Kind(no_options, words=frozenset({"opening", "first"}), find=_echo),
    "heading-formula": Kind(_read_parallel, _LEAST, frozenset({"shared", "count"}), find=_formula),
}
