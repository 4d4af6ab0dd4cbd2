"""The tables and bars of a comparison, as HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from assistant.brief import Brief
from assistant.catalogue import Catalogue, Genre
from assistant.finding import SEVERITY_NAMES
from assistant.formats.audit import PART_NAMES
from evals.compare_text import MARKS, measure_rows, percent
from ui.page import kit

if TYPE_CHECKING:
    from evals.compare import CheckRow, Comparison, FactRow
    from evals.diff import Pair, Run

_GROUPS = {"structure": "结构", "wording": "提法用语", "facts": "事实", "leftover": "遗留", "repeat": "重复", "format": "格式"}  # fmt: skip


def scoreboard(compared: Comparison) -> str:
    names = [e.name for e in compared.entries]
    rows = [
        [_cell(n), *(f'<td class="n">{kit.text(v)}</td>' for v in vs)]
        for n, vs in measure_rows(compared.entries)
    ]
    body = kit.table(["篇幅和结构", *names], rows, cell=str)
    return (
        body
        + "<h4>逐条规则</h4>"
        + kit.table(["级别", "规则", *names], map(_check, compared.checks), cell=str)
    )


def _cell(value: object) -> str:
    return f"<td>{kit.text(value)}</td>"


def _check(row: CheckRow) -> list[str]:
    out = [f"<td>{kit.chip(SEVERITY_NAMES[row.severity], row.severity)}</td>", _cell(row.rule)]
    for count, quotes in zip(row.counts, row.quotes, strict=True):
        best = " best" if count == min(row.counts) < max(row.counts) else ""
        hint = kit.text("\n".join(quotes))
        out.append(f'<td class="n{best}" title="{hint}">{count or "·"}</td>')
    return out


def fact_matrix(compared: Comparison) -> str:
    names = [e.name for e in compared.entries]
    return kit.table(["编号", "材料", *names], (_fact(r) for r in compared.facts), cell=str)


def _fact(row: FactRow) -> list[str]:
    out = [_cell(row.id), _cell(row.text)]
    for told in row.told:
        if not told:
            out.append(f"<td>{kit.chip('没有写到', 'error')}</td>")
            continue
        parts = []
        for t in told:
            lost = kit.chip("缺 " + "、".join(t.lost), "error") if t.lost else kit.chip("有", "good")
            place = kit.text(t.heading or "（开头）")
            parts.append(f'<div title="{kit.text(t.words)}">{lost}<span class="dim">{place}</span></div>')
        out.append(f"<td>{''.join(parts)}</td>")
    return out


def differences(compared: Comparison) -> None:
    """Against the first draft, sentence by sentence; runs of unchanged ones are folded."""
    first = compared.entries[0].name
    others = [e.name for e in compared.entries[1:]]
    name = st.selectbox("与第一份比", others) if len(others) > 1 else others[0]
    pairs = compared.diffs[others.index(name)]
    kit.block(kit.table(["", first, name], list(_diff(pairs)), cell=str))


def _diff(pairs: Sequence[Pair]) -> Iterator[list[str]]:
    for same, group in groupby(pairs, key=lambda p: p.change == "same"):
        run = list(group)
        if same:
            words = "".join(p.right.text for p in run if p.right)
            yield [
                "<td>同</td>",
                f'<td colspan="2"><details><summary class="dim">{len(run)} 句相同</summary>{kit.text(words)}</details></td>',
            ]
        else:
            for p in run:
                yield [
                    f"<td>{MARKS[p.change]}</td>",
                    f"<td>{_side(p.runs, 'cut')}</td>",
                    f"<td>{_side(p.runs, 'put')}</td>",
                ]


def _side(runs: Sequence[Run], own: str) -> str:
    tag = "del" if own == "cut" else "ins"
    return "".join(
        kit.text(r.text) if r.op == "keep" else f"<{tag}>{kit.text(r.text)}</{tag}>" if r.op == own else ""
        for r in runs
    )


def charts(compared: Comparison, catalogue: Catalogue, brief: Brief | None) -> str:
    """Findings by group, and the length of each part against what its genre expects."""
    out = []
    groups = [
        Counter(f.rule.split("/")[0] for f in e.findings if f.severity != "info") for e in compared.entries
    ]
    most = max((n for g in groups for n in g.values()), default=0) or 1
    genre = catalogue.genres.get(brief.kind) if brief else None
    for entry, found in zip(compared.entries, groups, strict=True):
        out.append(f"<h4>{kit.text(entry.name)}</h4><p class='dim'>问题（必错和疑似），按类</p>")
        out += [kit.bar(name, found[key] / most, str(found[key])) for key, name in _GROUPS.items()]
        if entry.measures.parts:
            hint = f"；绿条是“{genre.name}”通常的占比，红线是这份稿子" if genre else ""
            out.append(f"<p class='dim'>各部分占全文{kit.text(hint)}</p>")
            out += _balance(entry.measures.parts, genre)
    return "".join(out)


def _balance(parts: dict[str, float], genre: Genre | None) -> Iterator[str]:
    wanted = {p.part: p.share for p in genre.parts} if genre else {}
    for part, name in PART_NAMES.items():
        if part in parts or part in wanted:
            yield kit.bar(name, parts.get(part, 0.0), percent(parts.get(part, 0.0)), wanted.get(part))  # type: ignore[call-overload]
