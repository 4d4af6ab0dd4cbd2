"""Names and wording in the brief itself: variants of one name, phrases of another house, plain document names, headings, claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.checks.facts.foreign import instructions
from assistant.checks.questions.context import Ask, Context, clip, how_many, quoted
from assistant.checks.questions.wrong import first_wrong
from assistant.expressions import compiled
from assistant.text import ordinal

_CLAIMS_LISTED = 3
_NAMED = 2
_ORDER = 30
ORDER = "ask/order"


def orders(ctx: Context) -> Iterator[Ask]:
    """A bullet that speaks to the model: someone must look where it comes from."""
    for item in ctx.brief.ledger:
        if order := instructions(item.text):
            yield ctx.say("order", facts=[item], quote=clip(order.strip(), _ORDER))


def variants(ctx: Context) -> Iterator[Ask]:
    """Two names of one family in one brief."""
    texts = [(i, i.text) for i in ctx.brief.ledger]
    for family in ctx.data.tables["names"]["families"]:
        found = [(name, i) for name in family for i, text in texts if name in _without(text, family, name)]
        names = list(dict.fromkeys(name for name, _ in found))
        if len(names) > 1:
            facts = list({i.id: i for _, i in found}.values())
            yield ctx.say("variants", facts=facts, one=names[0], two=names[1])


def _without(text: str, family: Sequence[str], name: str) -> str:
    """The text without the longer names of the family that hold ``name``."""
    for other in family:
        if other != name and name in other:
            text = text.replace(other, "")
    return text


def foreign(ctx: Context) -> Iterator[Ask]:
    """A phrase of another system (清廉医院 in a school), and 我镇 in a bureau's brief."""
    for entry in ctx.data.tables["names"]["foreign"]:
        own = entry.get("own")
        if own and re.search(own, ctx.brief.organization):
            continue
        for item in ctx.brief.ledger:
            if m := compiled(entry["match"]).search(item.text):
                at = [(item.id, m.group())]
                yield ctx.say("foreign", facts=[item], at=at, phrase=m.group(), system=entry["of"])
    yield from _other_units(ctx)
    yield from _other_bodies(ctx)


def _other_units(ctx: Context) -> Iterator[Ask]:
    table = ctx.data.tables["names"]
    if ctx.is_self:
        return
    for item in ctx.brief.ledger:
        for m in compiled(table["own"]).finditer(item.text):
            accepts = table["own_accepts"].get(m["suffix"], m["suffix"])
            if not re.search(accepts, ctx.brief.organization):
                yield ctx.say(
                    "other_unit",
                    facts=[item],
                    at=[(item.id, m["word"])],
                    quote=clip(item.text),
                    word=m["word"],
                )
                break


def _other_bodies(ctx: Context) -> Iterator[Ask]:
    pattern = ctx.data.tables["names"]["bodies"].get(ctx.brief.body)
    if pattern is None:
        return
    for item in ctx.brief.ledger:
        if m := re.search(pattern, item.text):
            yield ctx.say("other_body", facts=[item], quote=clip(item.text), word=m["word"])
            return


def documents(ctx: Context) -> Iterator[Ask]:
    """Documents that were issued and stand without 《》: full title and number."""
    table = ctx.data.tables["names"]["documents"]
    listed = re.compile(rf"{table['verb']}(?P<list>[^《》，。；]{{2,}})")
    kind = re.compile(rf".*?{table['kinds']}$")
    for item in ctx.brief.facts:
        if compiled(table["unless"]).search(item.text) or not (m := listed.search(item.text)):
            continue
        names = [n for n in m["list"].split("、") if kind.match(n) and compiled(table["named"]).search(n)]
        if not names:
            continue
        count = f"{how_many(len(names))}份文件" if len(names) > 1 else "这份文件"
        at = [(item.id, names[-1])]
        yield ctx.say(
            "documents_plain",
            facts=[item],
            at=at,
            count=count,
            list="、".join(names[:_NAMED]) + ("等" if len(names) > _NAMED else ""),
        )
        yield from (
            ctx.say("document_scope", facts=[item], quote=n)
            for n in names
            if compiled(table["scope"]).search(n)
        )
        task = [n for n in names if compiled(table["task"]).search(n)]
        yield from (
            ctx.say("document_task", facts=[item], quote=n) for n in task if any("清单" in o for o in names)
        )


def headings(ctx: Context) -> Iterator[Ask]:
    table = ctx.data.tables["headings"]
    heads = [(f"（{ordinal(n)}）", s.heading) for n, s in enumerate(ctx.brief.sections, 1)]
    for which, heading in heads:
        yield from _faults(ctx, which, heading, table["faults"])
    for word in table["repeat"]:
        having = [which for which, heading in heads if word in heading]
        if len(having) > 1:
            yield ctx.say("heading_repeat", which="".join(having), word=word)
    loud = [(which, m["q"]) for which, heading in heads if (m := compiled(table["claims"]).search(heading))]
    if loud:
        yield ctx.say("heading_claim", list="、".join(f"{which}“{q}”" for which, q in loud))


def _faults(ctx: Context, which: str, heading: str, faults: list[dict[str, str]]) -> Iterator[Ask]:
    for fault in faults:
        if m := compiled(fault["match"]).search(heading):
            yield ctx.say("heading_fault", which=which, quote=m.group(), right=fault["right"])
    if found := first_wrong(heading, ctx.catalogue, ctx.brief.date):
        yield ctx.say("heading_fault", which=which, quote=found[0], right=found[1])


def faults_in_facts(ctx: Context) -> Iterator[Ask]:
    """A wording that the formulations call wrong, in a bullet: it would stand in the draft."""
    for item in ctx.brief.ledger:
        if found := first_wrong(item.text, ctx.catalogue, ctx.brief.date):
            yield ctx.say("fact_fault", facts=[item], quote=found[0], right=found[1])


def claims(ctx: Context) -> Iterator[Ask]:
    table = ctx.data.tables
    found = [
        (i, m["q"])
        for i in ctx.brief.facts
        if not compiled(table["claims_unless"]).search(i.text)
        for m in compiled(table["claims"]).finditer(i.text)
    ]
    if found:
        facts = list({i.id: i for i, _ in found}.values())
        quote = quoted((q for _, q in found), _CLAIMS_LISTED)
        yield ctx.say("claim", facts=facts, quote=quote.removeprefix("“").removesuffix("”"))
