"""一是、二是: in sequence, more than one, alike in length, and not said twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression, no_options
from assistant.checks.view import Item, View
from assistant.expressions import compiled
from assistant.text import ordinal
from assistant.values import chinese_number

_PREDICATE = (
    r"([\u4e00-\u9fff]{2})(?:也|还|仍|都|均|更)?(不[高强足够实深严到细准力]|薄弱|滞后|欠缺|偏[低弱少])"
)
_AT_ONCE = 3  # characters between a promise and the first item
_STOPS = "：:。，\n "
_QUOTED = r"([\u4e00-\u9fff]{2})(“[^“”]{2,12}”)"


def runs(view: View) -> Iterator[list[Item]]:
    """Items of one section, split where 一是 starts afresh."""
    run: list[Item] = []
    for item in view.items:
        if run and (item.section != run[-1].section or item.number == 1):
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def _sequence(_: Rule, view: View) -> Iterator[Hit]:
    for run in runs(view):
        before = 0
        for item in run:
            if item.number != before + 1:
                fault = "重复" if item.number == before else "跳号" if item.number > before else "倒退"
                yield Hit(item.start, item.lead.start, {"fault": fault, "right": f"{ordinal(before + 1)}是"})
            before = item.number


def _read_promise(fields: Fields) -> str:
    """How many items are promised (group n, or q in the name of what is promised)."""
    return expression(fields, "promise", required=True)


def _promised(rule: Rule, view: View) -> Iterator[Hit]:
    """四个方面的问题：一是……三是……: what is listed right after is another number than was promised."""
    for m in view.matches(rule.options):
        promised = m["n"] or m["q"]
        said, listed = chinese_number(promised), _listed_after(view, m.end())
        if listed and listed != said:
            yield Hit(m.start(), m.end(), {"said": f"{promised}项", "count": str(listed)})


def _read_counted(fields: Fields) -> tuple[tuple[str, str], ...]:
    """How one item is written, and how a list of them with its number (groups list and n)."""
    return tuple(
        (expression(f, "items", required=True), expression(f, "list", required=True))
        for f in fields.mappings("forms", {"items", "list"}, required=True)
    )


def _counted(rule: Rule, view: View) -> Iterator[Hit]:
    """《甲》《乙》3项制度: the number right after a list is that of its items."""
    for item, listed in rule.options:
        for m in view.matches(listed):
            count = len(compiled(item).findall(m["list"]))
            said = m["n"] if m["n"].isdigit() else chinese_number(m["n"])
            if said and int(said) != count:
                yield Hit(m.start("n"), m.end(), {"count": str(count)})


def _listed_after(view: View, at: int) -> int:
    """How many items or numbered paragraphs begin at once after this place; 0: none do."""
    for run in runs(view):
        between = view.text[at : run[0].start] if at <= run[0].start <= at + _AT_ONCE else "?"
        if run[0].number == 1 and not between.strip(_STOPS):
            return len(run) if [i.number for i in run] == list(range(1, len(run) + 1)) else 0
    block = view.block_at(at)
    if view.text[at : view.span(block).end].strip(_STOPS):
        return 0
    for heads in view.siblings.values():
        if heads[0].block == block + 1 and [h.number for h in heads] == list(range(1, len(heads) + 1)):
            return len(heads)
    return 0


def _single(_: Rule, view: View) -> Iterator[Hit]:
    for run in runs(view):
        if len(run) == 1 and run[0].number == 1:
            yield Hit(run[0].start, run[0].lead.start)


def _read_spread(fields: Fields) -> tuple[int, int]:
    return int(fields.number("least", 3)), int(fields.number("spread", 8))


def _leads(rule: Rule, view: View) -> Iterator[Hit]:
    """Lead phrases that end in 。 within one run, one of them much longer or shorter than the rest."""
    least, spread = rule.options
    for run in runs(view):
        if len(run) < least or not all(view.text[i.lead.end : i.lead.end + 1] == "。" for i in run):
            continue
        lengths = sorted(i.lead.end - i.lead.start for i in run)
        middle = lengths[len(lengths) // 2]
        for item in run:
            length = item.lead.end - item.lead.start
            if abs(length - middle) > spread:
                yield Hit(item.lead.start, item.lead.end, {"length": str(length), "middle": str(middle)})


def _drift(_: Rule, view: View) -> Iterator[Hit]:
    """One pair of nouns joined by 和 in one lead and by 与 in another."""
    for run in runs(view):
        seen: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for item in run:
            for m in re.finditer(
                r"(?=([\u4e00-\u9fff]{2})([和与同及])([\u4e00-\u9fff]{2}))",
                view.text[item.lead.start : item.lead.end],
            ):
                seen.setdefault((m[1], m[3]), []).append((m[2], item.lead.start + m.start(1)))
        for (left, right), found in seen.items():
            words = [w for w, _ in found]
            if len(set(words)) < 2:
                continue
            rare = min(set(words), key=words.count)
            for word, at in found:
                if word == rare:
                    yield Hit(
                        at,
                        at + 5,
                        {
                            "here": f"{left}{word}{right}",
                            "other": f"{left}{next(w for w in words if w != rare)}{right}",
                        },
                    )


def _twice(_: Rule, view: View) -> Iterator[Hit]:
    """What the lead says said again in the item: the same shortcoming, or the same verb with the same quoted term."""
    for item in view.items:
        lead = view.text[item.lead.start : item.lead.end]
        for m in compiled(_PREDICATE).finditer(lead):
            again = (
                a
                for a in compiled(_PREDICATE).finditer(view.text, item.lead.end, item.end)
                if a.groups() == m.groups()
            )
            for found in list(again)[:1]:
                yield Hit(*found.span(), {"lead": lead})
        for m in compiled(_QUOTED).finditer(lead):
            same = re.compile(f"{m[1]}[^，。；“”]{{0,8}}{re.escape(m[2])}")
            found_again = same.search(view.text, item.lead.end, item.end)
            if found_again:
                yield Hit(*found_again.span(), {"lead": lead})


KINDS = {
    "enumeration": Kind(no_options, words=frozenset({"fault", "right"}), find=_sequence),
    "promised-count": Kind(
        _read_promise, frozenset({"promise"}), frozenset({"said", "count"}), find=_promised
    ),
    "counted-list": Kind(_read_counted, frozenset({"forms"}), frozenset({"count"}), find=_counted),
    "enumeration-single": Kind(no_options, find=_single),
    "lead-length": Kind(
        _read_spread, frozenset({"least", "spread"}), frozenset({"length", "middle"}), find=_leads
    ),
    "lead-drift": Kind(no_options, words=frozenset({"here", "other"}), find=_drift),
    "lead-twice": Kind(no_options, words=frozenset({"lead"}), find=_twice),
}
