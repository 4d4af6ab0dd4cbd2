"""What the period asks for: topics that must be mentioned, the campaign then running and its batches, dates outside the period."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from assistant.brief import Item
from assistant.catalogue import CampaignWindow
from assistant.checks.questions.context import Ask, Context, clip
from assistant.expressions import compiled

_BATCH = re.compile(r"（第[一二]批）$")
_DAY = re.compile(r"(\d{4})年(\d{1,2})月")


def topics(ctx: Context) -> Iterator[Ask]:
    """Topics of study that the period's text must mention and no fact does; campaigns are asked about by themselves."""
    if not ctx.is_party:
        return
    table = ctx.data.tables["period"]
    for topic in missing_topics(ctx):
        name = _spoken(topic[0], table)
        if ctx.is_self:
            yield ctx.say("topic_self", topic=name)
            continue
        planned = any(wording in i.text for i in ctx.brief.plans for wording in topic)
        lead = "" if compiled(table["lead_unless"]).search(name) else table["lead"]
        yield ctx.say("topic_plans" if planned else "topic_absent", topic=lead + name, lead="")


def missing_topics(ctx: Context) -> list[tuple[str, ...]]:
    table = ctx.data.tables["period"]
    rule = ctx.catalogue.period_rule(ctx.brief.period)
    found = []
    for topic in rule.must if rule else ():
        passed = compiled(table["skip"]).search(topic[0]) or compiled(table["campaign"]).search(topic[0])
        asked = not passed and compiled(table["study"]).search(topic[0])
        if asked and not any(wording in ctx.facts_text for wording in topic):
            found.append(topic)
    return found


def _spoken(name: str, table: dict[str, Any]) -> str:
    """二十届三中全会 -> 党的二十届三中全会精神."""
    name = table["prefix"]["add"] + name if compiled(table["prefix"]["match"]).match(name) else name
    return name if name.endswith(table["suffix"]) else name + table["suffix"]


def campaigns(ctx: Context) -> Iterator[Ask]:
    if not ctx.is_party:
        return
    period = ctx.brief.period
    least = ctx.data.tables["period"]["least_days"]
    running = ctx.catalogue.windows_in(period.start, period.end)
    windows = [w for w in running if (min(w.end, period.end) - max(w.start, period.start)).days >= least]
    for name, group in groupby(windows, key=lambda w: _BATCH.sub("", w.name)):
        yield from _campaign(ctx, name, list(group))


def _campaign(ctx: Context, name: str, running: list[CampaignWindow]) -> Iterator[Ask]:
    names = _names(name, running)
    facts, plans = _holding(ctx.brief.facts, names), _holding(ctx.brief.plans, names)
    second = next((w for w in ctx.catalogue.windows if w.name.startswith(name) and _is_second(w)), None)
    if second and second.start > ctx.brief.period.end and not _first_batch(ctx):
        yield from _not_yet(ctx, names, second, facts, plans)
    elif not facts:
        told = [w for w in running if not second or _first_batch(ctx) is not _is_second(w)] or running
        window = _span(told[0].start, told[-1].end)
        yield ctx.say("campaign_plans" if plans else "campaign_absent", facts=plans, name=name, window=window)


def _not_yet(
    ctx: Context, names: list[str], second: CampaignWindow, facts: list[Item], plans: list[Item]
) -> Iterator[Ask]:
    """The unit belongs by its level to the second batch, which had not begun."""
    said = facts or plans
    if not said:
        return
    at = [(i.id, next(n for n in names if n in i.text)) for i in said[:1]]
    yield ctx.say(
        "campaign_early" if facts else "campaign_batch", facts=said, at=at, name=names[-1],
        units=second.units or ctx.data.tables["period"]["second_units"], second=_month(second.start),
    )  # fmt: skip


def _names(name: str, windows: list[CampaignWindow]) -> list[str]:
    """The full name, its short forms, and the kind of thing it is (主题教育): longest first."""
    short = [s for w in windows for s in w.short]
    kind = re.search(r"(主题教育|学习教育)$", name)
    common = [kind[1]] if kind and kind[1] == "主题教育" else []
    bare = name.replace("“", "").replace("”", "")
    return sorted({name, bare, *short, *common}, key=len, reverse=True)


def _holding(items: tuple[Item, ...], names: list[str]) -> list[Item]:
    return [i for i in items if any(n in i.text for n in names)]


def _is_second(window: CampaignWindow) -> bool:
    return window.batch == 2 or "第二批" in window.name


def _first_batch(ctx: Context) -> bool:
    return compiled(ctx.data.tables["period"]["first_batch"]).search(ctx.brief.organization) is not None


def _span(start: date, end: date) -> str:
    return f"{_month(start)}至{f'{end.month}月' if end.year == start.year else _month(end)}"


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月"


def dates_outside(ctx: Context) -> Iterator[Ask]:
    """A fact dated after the period's end, or before its start, to the month."""
    period = ctx.brief.period
    for item in ctx.brief.facts:
        for value in item.values:
            m = _DAY.match(value.surface) if value.kind == "date" else None
            if m is None or not 1 <= int(m[2]) <= 12:
                continue
            month = date(int(m[1]), int(m[2]), 1)
            if month > period.end or month < period.start:
                at = [(item.id, item.text[value.start : value.end])]
                yield ctx.say("date_outside", facts=[item], at=at, quote=clip(item.text))
                break
