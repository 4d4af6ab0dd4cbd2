"""Questions that the words of a bullet raise: the ``kinds`` of knowledge/questions.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from assistant.brief import Item
from assistant.checks.questions.context import Ask, Context, quoted
from assistant.checks.questions.data import KindOfQuestion, Wording

_Hit = tuple[Item, re.Match[str]]
_LISTED = 3


def by_words(ctx: Context) -> Iterator[Ask]:
    """Each kind once: facts that raise the same question share it where its text quotes only ``q``."""
    for kind in ctx.data.kinds:
        if kind.person and (kind.person == "self") is not ctx.is_self:
            continue
        hits = list(_hits(ctx, kind))
        if len(hits) > 1 and _listable(kind):
            joined = replace(kind, text=kind.text.replace("“{q}”", "{q}"))
            yield _ask(ctx, joined, hits, {"q": quoted((m["q"] for _, m in hits), _LISTED)})
        else:
            yield from (_ask(ctx, kind, [hit], hit[1].groupdict()) for hit in hits[:_LISTED])


def _hits(ctx: Context, kind: KindOfQuestion) -> Iterator[_Hit]:
    for item in ctx.brief.ledger:
        if item.lane not in kind.lanes or (kind.unless and kind.unless.search(item.text)):
            continue
        m = kind.match.search(item.text)
        if m is None or (kind.needs and not kind.needs.search(item.text)):
            continue
        if kind.absent and m[kind.absent] in ctx.facts_text:
            continue
        yield item, m


def _listable(kind: KindOfQuestion) -> bool:
    return (
        set(re.findall(r"\{(\w+)\}", kind.text)) & set(kind.match.groupindex) == {"q"}
        and "“{q}”" in kind.text
    )


def _ask(ctx: Context, kind: KindOfQuestion, hits: list[_Hit], groups: Mapping[str, str | None]) -> Ask:
    wording = Wording(kind.group, kind.text, kind.inline, "", kind.weight, kind.blocking)
    at = [(item.id, _anchor(item.text, m)) for item, m in hits]
    slots: dict[str, object] = {k: v or "" for k, v in groups.items()}
    return ctx.put(kind.id, wording, [item for item, _ in hits], at, slots)


def _anchor(text: str, m: re.Match[str]) -> str:
    """Group ``a`` where there is one, else the whole match; with its closing quotation mark, and unique in the text."""
    start, end = m.span("a") if "a" in m.re.groupindex and m["a"] else m.span()
    if text[end : end + 1] in "”》）":
        end += len(text[end : end + 1])
    while start > 0 and text.count(text[start:end]) > 1 and text.find(text[start:end]) != start:
        start -= 1
    return text[start:end]
