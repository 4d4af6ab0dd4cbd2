"""Values the writer has not filled in: each one alone where they are few, one list where they are many."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.brief import Item
from assistant.checks.questions.context import Ask, Context, clip, how_many
from assistant.text import CLAUSE_END
from assistant.values import Unknown

_MANY = 4
_LISTED = 12


def unknowns(ctx: Context) -> Iterator[Ask]:
    found = [(i, u) for i in ctx.brief.ledger for u in i.unknowns]
    if len(found) >= _MANY:
        items = list({i.id: i for i, _ in found}.values())
        labels = list(dict.fromkeys(_named(i, u) for i, u in found))
        yield ctx.say(
            "unknown_many", facts=items, n=how_many(len(found)), deadline=_deadline(ctx),
            labels="、".join(labels[:_LISTED]) + ("等" if len(labels) > _LISTED else ""),
        )  # fmt: skip
    else:
        yield from (
            ctx.say("unknown_one", facts=[i], quote=clip(_clause(i, u)), label=u.label)
            for i, u in found
            if u.unit
        )
    yield from (
        ctx.say("unknown_name", facts=[i], quote=_clause(i, u)) for i, u in found if not u.unit and _bare(u)
    )


def _bare(unknown: Unknown) -> bool:
    return not unknown.surface.startswith("【")


def _named(item: Item, unknown: Unknown) -> str:
    return unknown.label or clip(item.text, 10)


def _clause(item: Item, unknown: Unknown) -> str:
    """The words around the mark, up to the next stop on both sides."""
    start, end = unknown.start, unknown.end
    while start > 0 and item.text[start - 1] not in CLAUSE_END:
        start -= 1
    while end < len(item.text) and item.text[end] not in CLAUSE_END:
        end += 1
    return item.text[start:end]


def _deadline(ctx: Context) -> str:
    end = ctx.brief.period.end
    return f"{end.year}年{end.month}月{end.day}日"
