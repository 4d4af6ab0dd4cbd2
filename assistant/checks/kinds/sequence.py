"""Fixed lists: members in order and complete, and formulations in their order.

``members``: the members of a formulation that stand side by side (、和及与); ``order``: formulations whose order within
a sentence is fixed, verbs between them allowed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from assistant.catalogue import Catalogue, Formulation
from assistant.catalogue.nodes import Fields
from assistant.checks.adjacent import numbers
from assistant.checks.kinds.catalogue_wording import grave, source_of
from assistant.checks.memo import per_catalogue
from assistant.checks.rule import Hit, Kind, Rule
from assistant.checks.view import View
from assistant.expressions import compiled
from assistant.finding import Severity
from assistant.text import occurrences

_JOIN = r'[“”"]?(?:、|，|和|及|以及|与|，以及)[“”"]?'
_STRANGER = r"[“”]?、(?P<odd>[^、，。；：“”和\n]{2,10})[、和][“”]?"
_BETWEEN = r"[”]?(?:总体布局|战略布局|的决定性意义|精神)?(?:[、，和及与]|以及)(?![^“]*[是对同])[\u4e00-\u9fff]{0,4}[“]?"


class _Place(NamedTuple):
    member: int
    start: int
    end: int


class _Options(NamedTuple):
    skip: frozenset[str]
    partial: frozenset[str]


def _read(fields: Fields) -> _Options:
    return _Options(frozenset(fields.texts("skip")), frozenset(fields.texts("partial")))


def _places(view: View, members: Sequence[str]) -> list[_Place]:
    """Where members stand, longest first where they overlap."""
    found: list[_Place] = []
    for n, member in enumerate(members):
        bare = member.strip("“”")
        if not view.may_hold(bare):
            continue
        found += [_Place(n, at, at + len(bare)) for at in occurrences(view.text, bare)]
    found.sort(key=lambda p: (p.start, -p.end))
    kept: list[_Place] = []
    for place in found:
        if not kept or place.start >= kept[-1].end:
            kept.append(place)
    return kept


def _runs(view: View, places: list[_Place]) -> Iterator[tuple[list[_Place], str]]:
    """Members joined by 、 and the like, and the stranger standing among them, if there is one."""
    run: list[_Place] = []
    odd = ""
    for place in places:
        between = view.text[run[-1].end : place.start] if run else ""
        stranger = compiled(_STRANGER).fullmatch(between) if run and len(between) <= 16 else None
        if run and (compiled(_JOIN).fullmatch(between) or stranger):
            odd = odd or (stranger["odd"] if stranger else "")
            run.append(place)
            continue
        if run:
            yield run, odd
        run, odd = [place], ""
    if run:
        yield run, odd


def _listed(catalogue: Catalogue) -> list[tuple[Formulation, tuple[frozenset[int], ...]]]:
    """Formulations with members, each with the pairs of characters of every member."""
    return [
        (e, tuple(numbers(m.strip("“”")) for m in e.members))
        for e in catalogue.formulations
        if len(e.members) >= 3
    ]


def _members(rule: Rule, view: View) -> Iterator[Hit]:
    for entry, members in per_catalogue(view.catalogue, "members", _listed):
        if sum(map(view.adjacent.all.issuperset, members)) < 2 or entry.id in rule.options.skip:
            continue
        if entry.introduced and view.as_of < entry.introduced:
            continue
        for run, odd in _runs(view, _places(view, entry.members)):
            verdict = _judge(run, odd, len(entry.members), entry.ordered, entry.id in rule.options.partial)
            if verdict is None:
                continue
            fault, severity = verdict
            if severity == "error" and not grave(entry):
                severity = "warning"
            whole = "、".join(entry.members)
            name = entry.text.strip("“”")
            words = {
                "fault": fault,
                "right": whole,
                "name": f"“{name}”的" if len(name) < len(whole) else "",
                "source": source_of(entry),
            }
            yield Hit(run[0].start, run[-1].end, words, part=entry.id, severity=severity)


class _List(NamedTuple):
    """A list that a law or a speech fixed, with its source; told from ``since`` on."""

    name: str
    members: tuple[str, ...]
    source: str
    since: date


def _read_lists(fields: Fields) -> tuple[_List, ...]:
    return tuple(
        _List(
            f.text("name", required=True),
            f.texts("members", required=True),
            f.text("source", required=True),
            f.day("since") or date.min,
        )
        for f in fields.mappings("lists", {"name", "members", "source", "since"}, required=True)
    )


def _lists(rule: Rule, view: View) -> Iterator[Hit]:
    """Fixed lists of the rule's own, in order and complete."""
    for listed in rule.options:
        n = len(listed.members)
        if view.as_of < listed.since or sum(map(view.may_hold, listed.members)) < 2:
            continue
        for run, odd in _runs(view, _places(view, listed.members)):
            verdict = _judge(run, odd, n, True, False)
            if verdict is not None and len({p.member for p in run}) * 2 > n:
                words = {
                    "fault": verdict[0],
                    "right": "、".join(listed.members),
                    "name": listed.name,
                    "source": listed.source,
                }
                yield Hit(run[0].start, run[-1].end, words, severity=verdict[1])


def _judge(run: list[_Place], odd: str, n: int, ordered: bool, partial: bool) -> tuple[str, Severity] | None:
    seen = [p.member for p in run]
    if len(set(seen)) < 2:
        return None
    if ordered and seen != sorted(seen) and len(set(seen)) == len(seen):
        return "次序不对", "warning" if len(seen) >= n - 1 or len(seen) >= 4 else "info"
    if len(set(seen)) < len(seen):
        return "有重复", "warning"
    if odd and not partial and len(seen) >= max(2, n - 1):
        return f"混入了“{odd}”", "warning"
    if len(seen) == n:
        return None
    if partial:
        return ("不全", "info") if seen[-1] - seen[0] >= len(seen) else None
    prefix = seen == list(range(len(seen)))
    if prefix and len(seen) == 2 and n > 3:
        return None
    return "不全", "warning" if len(seen) == n - 1 >= 3 and not prefix else "info"


def _order(rule: Rule, view: View) -> Iterator[Hit]:
    for order in view.catalogue.orders:
        if order.id in rule.options.skip or sum(view.may_hold(m.strip("“”")) for m in order.sequence) < 2:
            continue
        places = _places(view, order.sequence)
        for a, b in itertools.pairwise(places):
            between = view.text[a.end : b.start]
            if b.member < a.member and compiled(_BETWEEN).fullmatch(between):
                severity: Severity | None = order.severity if order.confidence == "high" else "info"
                words = {"right": "、".join(order.sequence), "name": order.scope}
                yield Hit(a.start, b.end, words, part=order.id, severity=severity)


_KEYS = frozenset({"skip", "partial"})
KINDS = {
    "members": Kind(_read, _KEYS, frozenset({"fault", "right", "name", "source"}), find=_members),
    "fixed-list": Kind(
        _read_lists, frozenset({"lists"}), frozenset({"fault", "right", "name", "source"}), find=_lists
    ),
    "order": Kind(_read, _KEYS, frozenset({"right", "name"}), find=_order),
}
