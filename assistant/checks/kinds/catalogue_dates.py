"""Wording against the calendar: not yet introduced, superseded, a campaign over or not begun, what the period must mention.

Everything is judged as of the text's date; what is announced (迎接、筹备……) is no anachronism.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from assistant.catalogue import CampaignWindow, Catalogue, Formulation
from assistant.catalogue.nodes import Fields
from assistant.checks.kinds.catalogue_wording import grave, source_of
from assistant.checks.memo import per_catalogue
from assistant.checks.rule import Hit, Kind, Rule, expression, no_options
from assistant.checks.view import View
from assistant.expressions import compiled
from assistant.finding import Severity
from assistant.text import clause_around, occurrences

_LOOK_BACK = 16
_SHORTEST = 4


def _cn(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _announced(view: View, start: int) -> bool:
    before = view.text[max(0, start - _LOOK_BACK) : start]
    return any(w in before for w in view.catalogue.words.get("anticipation", ()))


def _milestones(_: Rule, view: View) -> Iterator[Hit]:
    """Each once, where it stands first."""
    for stone in view.catalogue.milestones:
        if view.as_of >= stone.earliest:
            continue
        found = [m for m in compiled(stone.pattern).finditer(view.text) if not _announced(view, m.start())]
        if found:
            when = _cn(stone.earliest) if stone.earliest.year < 9999 else "以后"
            words = {"name": stone.name, "when": when, "count": _times(len(found))}
            severity: Severity | None = None if stone.confidence == "high" else "warning"
            yield Hit(found[0].start(), found[0].end(), words, part=stone.id, severity=severity)


def _times(n: int) -> str:
    return f"（共{n}处）" if n > 1 else ""


def _dated(catalogue: Catalogue) -> list[Formulation]:
    """Formulations whose first day is known."""
    return [e for e in catalogue.formulations if e.introduced is not None]


def _not_yet(rule: Rule, view: View) -> Iterator[Hit]:
    """Formulations used before their day, but for those a milestone already covers; each once."""
    taken = [m.pattern for m in view.catalogue.milestones if view.as_of < m.earliest]
    for entry in per_catalogue(view.catalogue, "dated", _dated):
        if entry.introduced is None or view.as_of >= entry.introduced:
            continue
        if entry.id in rule.options or entry.category in rule.options:
            continue
        for name in (entry.text, *entry.aliases):
            if not view.may_hold(name) or len(name.strip("“”")) < _SHORTEST:
                continue
            if any(compiled(p).search(name) for p in taken):
                continue
            starts = [at for at in occurrences(view.text, name) if not _announced(view, at)]
            if starts:
                words = {
                    "when": _cn(entry.introduced),
                    "source": source_of(entry),
                    "count": _times(len(starts)),
                }
                severity: Severity | None = None if grave(entry) else "info"
                yield Hit(starts[0], starts[0] + len(name), words, part=entry.id, severity=severity)
                break


class _Superseded(NamedTuple):
    """``always``: entries that are wrong in any part; the others only in the plans, where ``review`` does not match."""

    always: frozenset[str]
    review: str


def _read_superseded(fields: Fields) -> _Superseded:
    return _Superseded(frozenset(fields.texts("always")), expression(fields, "review", required=True))


def _superseded(rule: Rule, view: View) -> Iterator[Hit]:
    for entry in view.catalogue.formulations:
        gone = entry.deprecated
        if gone is None or gone >= view.as_of or not entry.superseded_by:
            continue
        words = {"right": entry.superseded_by, "when": _cn(gone)}
        for start in occurrences(view.text, entry.text):
            end = start + len(entry.text)
            if entry.id in rule.options.always or _planned(rule, view, start, end):
                yield Hit(start, end, words, part=entry.id)


def _planned(rule: Rule, view: View, start: int, end: int) -> bool:
    if view.blocks[view.block_at(start)].part != "plans":
        return False
    clause = clause_around(view.text, start, end)
    return not compiled(rule.options.review).search(
        view.text, clause.start, min(clause.end + 4, len(view.text))
    )


class _Campaign(NamedTuple):
    """Expressions of a campaign under way, of one planned, of one over, and the days after its end that still pass."""

    running: str
    planned: str
    over: str
    grace: int


def _read_campaign(fields: Fields) -> _Campaign:
    running, planned, over = (expression(fields, k, required=True) for k in ("running", "planned", "over"))
    return _Campaign(running, planned, over, int(fields.number("grace", 0)))


def _campaigns(rule: Rule, view: View) -> Iterator[Hit]:
    """A campaign called under way (or planned) after its end, and any mention before its start; longest names first."""
    seen: list[tuple[int, int]] = []
    for name, windows in sorted(_by_name(view).items(), key=lambda kv: -len(kv[0])):
        first, last = min(w.start for w in windows), max(w.end for w in windows)
        for start in occurrences(view.text, name):
            end = start + len(name)
            if any(a < end and start < b for a, b in seen):
                continue
            seen.append((start, end))
            if view.as_of < first and not _announced(view, start):
                yield Hit(
                    start, end, {"state": f"{_cn(first)}才开始", "advice": "请改为“做好准备”一类说法或删去"}
                )
            elif (view.as_of - last).days > rule.options.grace and _says_running(
                rule, view, start, end, last
            ):
                yield Hit(
                    start, end, {"state": f"已于{_cn(last)}结束", "advice": "请写巩固拓展成果，不写正在开展"}
                )


def _says_running(rule: Rule, view: View, start: int, end: int, last: date) -> bool:
    """Called under way; or begun among the plans, or in a period that opened after its last day."""
    clause = clause_around(view.text, start, end)
    if compiled(rule.options.over).search(view.text, clause.start, clause.end):
        return False
    if compiled(rule.options.running).search(view.text, clause.start, clause.end):
        return True
    period = view.profile.period
    planned = view.blocks[view.block_at(start)].part == "plans"
    own = view.profile.kind in view.catalogue.genres
    past = own and period is not None and (period.start - last).days > rule.options.grace
    return (planned or past) and bool(
        compiled(rule.options.planned).search(view.text, clause.start, clause.end)
    )


def _by_name(view: View) -> dict[str, list[CampaignWindow]]:
    out: dict[str, list[CampaignWindow]] = {}
    for window in view.catalogue.windows:
        base = window.name.split("（")[0]
        for name in {base, *(s for s in window.short if len(s) >= 6)}:
            out.setdefault(name, []).append(window)
    return out


def _must_mention(rule: Rule, view: View) -> Iterator[Hit]:
    period = view.profile.period
    found = view.catalogue.period_rule(period) if period else None
    if found is None:
        return
    for topics, must in ((found.must, True), (found.should, False)):
        lacking = [f"“{t[0]}”" for t in topics if not any(w in view.text for w in t)]
        if lacking:
            words = {
                "topic": "、".join(lacking),
                "level": "必须写到" if must else "一般应写到",
                "label": found.label,
            }
            yield Hit(-1, -1, words, severity=None if must else "info")


def _forbidden(rule: Rule, view: View) -> Iterator[Hit]:
    period = view.profile.period
    found = view.catalogue.period_rule(period) if period else None
    for name in found.forbidden if found else ():
        for start in occurrences(view.text, name):
            if not _announced(view, start):
                yield Hit(start, start + len(name), {"label": found.label})  # type: ignore[union-attr]


def _skip(fields: Fields) -> frozenset[str]:
    return frozenset(fields.texts("skip"))


KINDS = {
    "milestone": Kind(no_options, words=frozenset({"name", "when", "count"}), find=_milestones),
    "not-yet": Kind(_skip, frozenset({"skip"}), frozenset({"when", "source", "count"}), find=_not_yet),
    "superseded": Kind(
        _read_superseded, frozenset({"always", "review"}), frozenset({"right", "when"}), find=_superseded
    ),
    "campaign": Kind(
        _read_campaign,
        frozenset({"running", "planned", "over", "grace"}),
        frozenset({"state", "advice"}),
        find=_campaigns,
    ),
    "must-mention": Kind(no_options, words=frozenset({"topic", "level", "label"}), find=_must_mention),
    "forbidden": Kind(no_options, words=frozenset({"label"}), find=_forbidden),
}
