"""Figures that do not fit together: counted twice, parts against total, impossible or odd percentages, no unit, stocks in conflict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from itertools import combinations

from assistant.brief import Item
from assistant.checks.questions.context import Ask, Context, clip
from assistant.expressions import compiled
from assistant.similarity import cosine
from assistant.text import clause_around
from assistant.values import Value

_STOPS = "，。；、"
_PART_WORD = "其中"
_HUNDRED = Decimal(100)


def overlaps(ctx: Context) -> Iterator[Ask]:
    """讲党课6次 in one bullet and 上廉政党课3次 in another: is the second counted in the first?"""
    for family in ctx.data.tables["figures"]["overlaps"]:
        found = [(i, m) for i in ctx.brief.facts for m in compiled(family["general"]).finditer(i.text)]
        special = [(i, m) for i in ctx.brief.facts for m in compiled(family["special"]).finditer(i.text)]
        for (one, m), (two, n) in [(g, s) for g in found[:1] for s in special if g[0] is not s[0]]:
            general, short = _phrase(family["quote"], one.text, m), _phrase(family["quote"], two.text, n)
            at = [(two.id, short)]
            yield ctx.say("overlap", facts=[one, two], at=at, general=general, special=short, short=general)
    for family in ctx.data.tables["figures"]["problem_overlaps"]:
        for problem in ctx.brief.problems:
            for fact in ctx.brief.facts:
                p, f = (
                    compiled(family["problem"]).search(problem.text),
                    compiled(family["fact"]).search(fact.text),
                )
                if p and f:
                    yield ctx.say("overlap_problem", facts=[problem, fact], special=p["q"], general=f["q"])


def _phrase(pattern: str, text: str, inside: re.Match[str]) -> str:
    """The whole phrase around a match (讲党课6次 for 党课6次)."""
    for m in re.finditer(pattern, text):
        if m.start() <= inside.start() and inside.end() <= m.end():
            return m.group()
    return inside.group()


def parts_and_totals(ctx: Context) -> Iterator[Ask]:
    """43名，其中甲20名、乙30名: more than the total, or all but one or two of it."""
    for item in ctx.brief.facts:
        at = item.text.find(_PART_WORD)
        if at < 0:
            continue
        total, parts = _total(item, at), _parts(item, at)
        if total is None or total.amount is None:
            continue
        same = [p for p in parts if p.unit == total.unit and p.amount is not None]
        gap = total.amount - sum((p.amount or Decimal(0)) for p in same)
        quote, place = clip(item.text, 36), [(item.id, same[-1].surface)] if same else []
        if same and gap < 0:
            yield ctx.say(
                "parts_over",
                facts=[item],
                at=place,
                quote=quote,
                sum=_plain(total.amount - gap),
                total=total.surface,
            )
        elif len(same) > 1 and 0 < gap <= max(Decimal(1), total.amount / 20):
            slots = {"sum": _plain(total.amount - gap), "total": total.surface, "gap": _plain(gap)}
            yield ctx.say("parts_near", facts=[item], at=place, quote=quote, **slots)


def _total(item: Item, at: int) -> Value | None:
    """The last count before 其中, where no other count of its unit leaves it in doubt which one is meant."""
    before = [v for v in item.values if v.kind == "count" and v.end <= at]
    return before[-1] if before and sum(v.unit == before[-1].unit for v in before) == 1 else None


def _parts(item: Item, at: int) -> list[Value]:
    """The figures after 其中, up to the next full stop; none where a clause holds two of them or a bracket holds one."""
    end = min((i for i in (item.text.find(c, at) for c in "。；") if i >= 0), default=len(item.text))
    found = [v for v in item.values if v.kind == "count" and at < v.start < end]
    clauses = [clause_around(item.text, v.start, v.end) for v in found]
    plain = len(set(clauses)) == len(clauses) and not any(c in item.text[at:end] for c in "（(")
    return found if plain else []


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f")


def percentages(ctx: Context) -> Iterator[Ask]:
    table = ctx.data.tables["figures"]
    for item in ctx.brief.facts:
        counts = [v for v in item.values if v.kind == "count"]
        for value in (v for v in item.values if v.kind == "percent" and v.unit == "%"):
            around = clause_around(item.text, value.start, value.end)
            clause = item.text[around.start : around.end]
            if compiled(table["growth_words"]).search(clause) or value.amount is None:
                continue
            at, quote = [(item.id, value.surface)], clip(item.text, 36)
            rate = compiled(table["rate_words"]).search(clause) is not None
            if value.amount > _HUNDRED:
                yield ctx.say("percent_over", facts=[item], at=at, quote=quote)
            elif rate and counts:
                yield from _against_counts(ctx, item, value, counts, at)
            elif compiled(table["base_words"]).search(clause):
                yield ctx.say("percent_base", facts=[item], quote=clause)


def _against_counts(
    ctx: Context, item: Item, value: Value, counts: list[Value], at: list[tuple[str, str]]
) -> Iterator[Ask]:
    """Two counts of one unit: their ratio; one count: whether any whole number of it gives this percentage."""
    percent, quote = value.amount or Decimal(0), clip(item.text, 36)
    amounts = sorted(c.amount for c in counts if c.amount and c.unit == counts[0].unit)
    if len(counts) == 2 and len(amounts) == 2 and all(c.end <= value.start for c in counts):
        ratio = amounts[0] / amounts[1] * _HUNDRED
        right = _rounded(ratio, percent)
        if percent not in right and abs(ratio - percent) > Decimal("0.05"):
            yield ctx.say("percent_off", facts=[item], at=at, quote=quote, right=_plain(max(right)))
    elif len(counts) == 1 and amounts and not _possible(percent, amounts[0]):
        yield ctx.say(
            "percent_impossible",
            facts=[item],
            at=at,
            quote=quote,
            total=counts[0].surface,
            percent=value.surface,
        )


def _rounded(ratio: Decimal, like: Decimal) -> set[Decimal]:
    step = Decimal(1).scaleb(int(like.as_tuple().exponent))
    return {ratio.quantize(step, ROUND_HALF_UP), ratio.quantize(step, ROUND_DOWN)}


def _possible(percent: Decimal, total: Decimal) -> bool:
    """Whether some whole part of a whole total makes this percentage, rounded or cut."""
    if total != total.to_integral_value() or total > 10_000:
        return True
    near = int(percent * total / _HUNDRED)
    return any(
        percent in _rounded(Decimal(k) / total * _HUNDRED, percent)
        for k in (near - 1, near, near + 1, near + 2)
    )


def units(ctx: Context) -> Iterator[Ask]:
    """A bare figure that ends a clause: 讲党课6."""
    skip = compiled(ctx.data.tables["figures"]["plain_skip"])
    for item in ctx.brief.facts:
        for value in item.values:
            after, before = item.text[value.end : value.end + 1], item.text[value.start - 1 : value.start]
            bare = value.kind == "plain" and value.surface.isdecimal() and not skip.fullmatch(value.surface)
            if (
                bare
                and (not after or after in _STOPS)
                and "\u4e00" <= before <= "\u9fff"
                and before not in "第号年"
            ):
                around = clause_around(item.text, value.start, value.end)
                quote = item.text[around.start : around.end]
                if compiled(ctx.data.tables["figures"]["plain_unless"]).search(quote):
                    continue
                yield ctx.say("no_unit", facts=[item], at=[(item.id, quote)], quote=clip(quote))


def stocks(ctx: Context) -> Iterator[Ask]:
    """现有党员43名 here, 共有党员45名 there."""
    pattern = compiled(ctx.data.tables["figures"]["stock"])
    seen: dict[tuple[str, str], tuple[Item, re.Match[str]]] = {}
    for item in ctx.brief.facts:
        for m in pattern.finditer(item.text):
            head = m["head"] or m["after"]
            if not head:
                continue
            first, earlier = seen.setdefault((head, m["u"]), (item, m))
            if earlier["n"] != m["n"] and first is not item:
                yield ctx.say(
                    "stock_conflict",
                    facts=[first, item],
                    at=[(item.id, m["q"])],
                    one=earlier["q"],
                    two=m["q"],
                )


def same_facts(ctx: Context) -> Iterator[Ask]:
    floor = float(ctx.data.tables["names"]["same_fact"])
    for one, two in combinations(ctx.brief.facts, 2):
        if min(len(one.text), len(two.text)) > 6 and cosine(one.text, two.text) >= floor:
            yield ctx.say("same_fact", facts=[one, two], one=clip(one.text), two=clip(two.text))
