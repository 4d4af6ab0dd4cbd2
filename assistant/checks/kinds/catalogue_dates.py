"""Wording against the calendar: not yet introduced, superseded, a campaign over or not begun, what the period must mention.

Everything is judged as of the text's date; what is announced (迎接、筹备……) is no anachronism.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assistant.catalogue import CampaignWindow, Formulation
from assistant.catalogue.nodes import Fields
from assistant.checks.kinds.catalogue_wording import grave, source_of
from assistant.checks.rule import Hit, Kind, Rule, no_options
from assistant.checks.scan import compiled
from assistant.checks.view import View
from assistant.text import clause_around

_LOOK_BACK = 16
_SHORTEST = 4


def _cn(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _announced(view: View, start: int) -> bool:
    before = view.text[max(0, start - _LOOK_BACK) : start]
    return any(w in before for w in view.catalogue.words.get("anticipation", ()))


def _milestones(_: Rule, view: View) -> Iterator[Hit]:
    for stone in view.catalogue.milestones:
        if view.as_of >= stone.earliest:
            continue
        severity = None if stone.confidence == "high" else "warning"
        when = _cn(stone.earliest) if stone.earliest.year < 9999 else "以后"
        for m in compiled(stone.pattern).finditer(view.text):
            if not _announced(view, m.start()):
                yield Hit(m.start(), m.end(), {"name": stone.name, "when": when}, part=stone.id, severity=severity)  # type: ignore[arg-type]


def _not_yet(rule: Rule, view: View) -> Iterator[Hit]:
    for entry in view.catalogue.formulations:
        if entry.introduced is None or view.as_of >= entry.introduced or entry.id in rule.options:
            continue
        for name in (entry.text, *entry.aliases):
            if len(name.strip("“”")) < _SHORTEST:
                continue
            for start in _occurrences(view.text, name):
                if not _announced(view, start):
                    words = {"when": _cn(entry.introduced), "source": source_of(entry)}
                    severity = None if grave(entry) else "warning"
                    yield Hit(start, start + len(name), words, part=entry.id, severity=severity)  # type: ignore[arg-type]


def _occurrences(text: str, literal: str) -> Iterator[int]:
    at = text.find(literal)
    while at >= 0:
        yield at
        at = text.find(literal, at + len(literal))


def _superseded(rule: Rule, view: View) -> Iterator[Hit]:
    for entry in view.catalogue.formulations:
        if not _is_superseded(entry, view.as_of) or entry.id in rule.options:
            continue
        for start in _occurrences(view.text, entry.text):
            words = {"right": entry.superseded_by, "when": _cn(entry.deprecated)}  # type: ignore[arg-type]
            yield Hit(start, start + len(entry.text), words, part=entry.id)


def _is_superseded(entry: Formulation, on: date) -> bool:
    return bool(entry.superseded_by) and entry.deprecated is not None and entry.deprecated < on


@dataclass(frozen=True, slots=True)
class _Campaign:
    """Expressions of a campaign under way, of one over, and the days after its end that still pass."""

    running: str
    over: str
    grace: int


def _read_campaign(fields: Fields) -> _Campaign:
    return _Campaign(fields.pattern("running", required=True), fields.pattern("over", required=True), int(fields.number("grace", 0)))


def _campaigns(rule: Rule, view: View) -> Iterator[Hit]:
    """Names of a campaign standing beside 正在开展 after its end, and any mention before its start."""
    for name, windows in _by_name(view).items():
        first, last = min(w.start for w in windows), max(w.end for w in windows)
        for start in _occurrences(view.text, name):
            clause = clause_around(view.text, start, start + len(name))
            words = view.text[clause.start : clause.end]
            if view.as_of < first and not _announced(view, start):
                yield Hit(start, start + len(name), {"state": f"{_cn(first)}才开始", "advice": "请改为“做好准备”一类说法或删去"})
            elif (view.as_of - last).days > rule.options.grace and _says_running(rule, words):
                yield Hit(start, start + len(name), {"state": f"已于{_cn(last)}结束", "advice": "请写巩固拓展成果，不写正在开展"})


def _says_running(rule: Rule, clause: str) -> bool:
    return bool(compiled(rule.options.running).search(clause)) and not compiled(rule.options.over).search(clause)


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
        for topic in topics:
            if not any(w in view.text for w in topic):
                level = "必须写到" if must else "一般应写到"
                words = {"topic": "或".join(f"“{w}”" for w in topic[:2]), "level": level, "label": found.label}
                yield Hit(-1, -1, words, severity=None if must else "info")


def _forbidden(rule: Rule, view: View) -> Iterator[Hit]:
    period = view.profile.period
    found = view.catalogue.period_rule(period) if period else None
    for name in found.forbidden if found else ():
        for start in _occurrences(view.text, name):
            if not _announced(view, start):
                yield Hit(start, start + len(name), {"label": found.label})  # type: ignore[union-attr]


def _skip(fields: Fields) -> frozenset[str]:
    return frozenset(fields.texts("skip"))


KINDS = {
    "milestone": Kind(no_options, words=frozenset({"name", "when"}), find=_milestones),
    "not-yet": Kind(_skip, frozenset({"skip"}), frozenset({"when", "source"}), find=_not_yet),
    "superseded": Kind(_skip, frozenset({"skip"}), frozenset({"right", "when"}), find=_superseded),
    "campaign": Kind(_read_campaign, frozenset({"running", "over", "grace"}), frozenset({"state", "advice"}), find=_campaigns),
    "must-mention": Kind(no_options, words=frozenset({"topic", "level", "label"}), find=_must_mention),
    "forbidden": Kind(no_options, words=frozenset({"label"}), find=_forbidden),
}
