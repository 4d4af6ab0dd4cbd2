"""The ledger as HTML: each bullet with its figures, what is unknown, what is asked, and where it was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import streamlit as st

from assistant.brief import Brief, Item
from assistant.finding import Question, points
from ui.page import kit, session

_LANES = {"fact": "事实", "problem": "问题", "plan": "计划"}


def questions_of(brief: Brief) -> tuple[Question, ...]:
    return _asked(brief.digest, session.catalogue().digest, brief)


@st.cache_data(show_spinner=False, max_entries=50)
def _asked(digest: str, knowledge: str, _brief: Brief) -> tuple[Question, ...]:
    from assistant.checks.questions import ask

    return ask(_brief, session.catalogue())


def ledger(
    brief: Brief, questions: Sequence[Question] = (), told: Mapping[str, Sequence[str]] | None = None
) -> str:
    """``told`` maps an id to the headings it stands under; None before anything is written."""
    asked: dict[str, list[str]] = {}
    for question in points(questions):
        for id in question.facts:
            asked.setdefault(id, []).append(question.text)
    return "".join(_lanes(brief, asked, told))


def _lanes(
    brief: Brief, asked: Mapping[str, list[str]], told: Mapping[str, Sequence[str]] | None
) -> Iterator[str]:
    for lane, items in (("fact", brief.facts), ("problem", brief.problems), ("plan", brief.plans)):
        if items:
            yield f"<h4>{_LANES[lane]}（{len(items)}）</h4>"
            for item in items:
                yield _item(item, asked.get(item.id, []), None if told is None else told.get(item.id, ()))


def _item(item: Item, asked: Sequence[str], headings: Sequence[str] | None) -> str:
    kind = "" if headings is None else " told" if headings else " left"
    where = ""
    if headings is not None:
        where = f'<span class="where">{kit.text("、".join(headings) or "还没有写进来")}</span>'
    source = f'<span class="where">来源：{kit.text(item.source)}</span>' if item.source else ""
    asks = "".join(f'<span class="ask">问：{kit.text(q)}</span>' for q in dict.fromkeys(asked))
    return f'<div class="item{kind}"><span class="id">{kit.text(item.id)}</span>{_text(item)}{source}{where}{asks}</div>'


def _text(item: Item) -> str:
    spans = [(u.start, u.end, "unknown", f"待补：{u.label}") for u in item.unknowns]
    taken = [range(s, e) for s, e, _, _ in spans]
    for v in item.values:
        if v.kind in ("count", "money", "percent") and not any(v.start in r for r in taken):
            what = f"数字：{v.head}{v.surface}" if v.head else f"数字：{v.surface}"
            spans.append((v.start, v.end, "value", what))
    out, at = [], 0
    for start, end, kind, title in sorted(spans):
        if start >= at:
            out.append(
                f'{kit.text(item.text[at:start])}<span class="{kind}" title="{kit.text(title)}">'
                f"{kit.text(item.text[start:end])}</span>"
            )
            at = end
    return "".join(out) + kit.text(item.text[at:])
