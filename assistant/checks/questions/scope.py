"""The text as a whole: what a reader of this genre looks for, the length asked for, names and the signature."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.checks.questions.context import Ask, Context
from assistant.expressions import compiled

_FEW = 6
_LISTED = 5
_ALIKE = 4
_ROUND = 50


def expected(ctx: Context) -> Iterator[Ask]:
    """Topics of the genre that neither facts nor problems mention: the grave ones by themselves, the others in one list."""
    text = _mentioned(ctx)
    scope = ctx.data.tables["scope"]
    missing = [t for t in (ctx.genre.expectations if ctx.genre else ()) if not any(w in text for w in t.any)]
    missing = [t for t in missing if t.id not in scope["skip_expectations"]]
    yield from (ctx.say("expectation", question=t.question) for t in missing if t.blocking)
    asked = {t.name for t in missing if t.blocking}
    names = [t.name for t in missing if not t.blocking]
    names += [
        t["name"] for t in scope["topics"].get(ctx.brief.kind, ()) if not any(w in text for w in t["any"])
    ]
    names = [n for n in _distinct([*names, *_of_the_period(ctx, text)]) if n not in asked]
    if names:
        yield ctx.say("mentions", names="、".join(names[:_LISTED]))


def _mentioned(ctx: Context) -> str:
    """Facts, problems and headings; 学习宣传贯彻 without its 宣传, which is no work of publicity."""
    lines = [i.text for i in ctx.brief.facts + ctx.brief.problems] + [s.heading for s in ctx.brief.sections]
    lead = ctx.data.tables["period"]["lead"]
    return "\n".join(lines).replace(lead, lead.replace("宣传", ""))


def _of_the_period(ctx: Context, text: str) -> list[str]:
    """What the period's text should mention, the office's level allowing."""
    table = ctx.data.tables["period"]
    rule = ctx.catalogue.period_rule(ctx.brief.period)
    if rule is None or not ctx.is_party or compiled(table["should_unless"]).search(ctx.brief.organization):
        return []
    text += "".join(i.text for i in ctx.brief.plans)
    said = [topic for topic, word in table["said"].items() if word in text]
    missing = [t[0] for t in rule.should if not any(w in text or w in said for w in t)]
    return [
        t
        for t in missing
        if compiled(table["should"]).search(t) and not compiled(table["campaign"]).search(t)
    ]


def _distinct(names: list[str]) -> list[str]:
    """Names without repeats, and without a second name that begins like one before it (组织生活…)."""
    out: list[str] = []
    for name in names:
        if not any(name in o or o in name or name[:_ALIKE] == o[:_ALIKE] for o in out):
            out.append(name)
    return out


def length(ctx: Context) -> Iterator[Ask]:
    """What the facts carry in this register, against the length asked for."""
    asked, items = ctx.brief.length, len(ctx.brief.ledger)
    if asked is None:
        return
    scope = ctx.data.tables["scope"]
    per = scope["chars_per_item"]
    reach, full = items * per[ctx.brief.register], items * per["full"]
    if asked > reach * scope["tolerance"]:
        hint = (
            ""
            if ctx.brief.register == "full"
            else ctx.data.texts["length_full"].text.format(full=_round(full))
        )
        yield ctx.say(
            "length_short", asked=asked, n=items, reach=_round(reach), full=hint,
            register=scope["register_names"][ctx.brief.register],
        )  # fmt: skip
    elif asked < items * scope["least_per_item"]:
        yield ctx.say("length_long", asked=asked, n=items, each=scope["least_per_item"])


def _round(number: int) -> int:
    return max(round(number / _ROUND), 1) * _ROUND


def frame(ctx: Context) -> Iterator[Ask]:
    """Place name, signature, outline, recipient; in a person's report the notice."""
    brief, scope = ctx.brief, ctx.data.tables["scope"]
    if m := compiled(scope["place"]).search(brief.organization):
        yield ctx.say("place", level=m["level"])
    if ctx.is_self:
        yield ctx.say("notice")
        return
    if brief.body in scope["signers"] and brief.body not in brief.organization:
        yield ctx.say("signature")
    if not brief.sections and len(brief.facts) >= _FEW:
        yield ctx.say("outline")
    if not brief.recipient:
        yield ctx.say("recipient")


def author(ctx: Context) -> Iterator[Ask]:
    if not ctx.is_self:
        return
    scope, name = ctx.data.tables["scope"], ctx.brief.author
    if not name:
        yield ctx.say("author_missing")
    elif compiled(scope["title_end"]).search(name):
        yield ctx.say("author_name")
    if ctx.brief.period.shape == "year" and not compiled(scope["tenure"]).search(ctx.facts_text):
        yield ctx.say("tenure")
