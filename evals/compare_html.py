"""A comparison as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from assistant.finding import SEVERITY_NAMES
from evals.compare import CheckRow, Comparison, FactRow
from evals.compare_text import MARKS, measure_rows
from evals.diff import Pair, Run
from evals.page import cell, page, table, text


def to_html(comparison: Comparison) -> bytes:
    names = [e.name for e in comparison.entries]
    return page("稿件比较：" + "、".join(names), _body(comparison, names))


def _body(comparison: Comparison, names: list[str]) -> Iterator[str]:
    yield "<h2>篇幅和结构</h2>"
    rows = [cell(n) + "".join(cell(v, "n") for v in vs) for n, vs in measure_rows(comparison.entries)]
    yield table(["", *names], rows, "fit")
    yield "<h2>逐条规则</h2><p class=note>每格是处数和前几处原文；同一条规则，几份稿子一样地查。</p>"
    yield table(["级别", "规则", *names], [_check(r) for r in comparison.checks])
    if comparison.facts:
        yield "<h2>逐条材料</h2><p class=note>每条材料写在哪一节、用的什么话；缺的数字标红。</p>"
        yield table(["编号", "材料", *names], [_fact(r) for r in comparison.facts])
    for entry, pairs in zip(comparison.entries[1:], comparison.diffs, strict=True):
        yield f"<h2>文字差异：{text(names[0])} → {text(entry.name)}</h2>"
        yield table(["", names[0], entry.name], list(_diff(pairs)), "pair")


def _check(row: CheckRow) -> str:
    cells = [f'<td class="{row.severity}">{SEVERITY_NAMES[row.severity]}</td>', cell(row.rule)]
    for n, quotes in zip(row.counts, row.quotes, strict=True):
        shown = "".join(f"<div class=quote>{text(q)}</div>" for q in quotes)
        cells.append(f"<td>{n}{shown}</td>" if n else '<td class="zero">·</td>')
    return "".join(cells)


def _fact(row: FactRow) -> str:
    cells = [cell(row.id), cell(row.text)]
    for told in row.told:
        shown = [
            f"<div class=quote>{text(t.heading or '（开头）')}</div><div>{text(t.words)}"
            + (f' <span class="error">缺 {text("、".join(t.lost))}</span>' if t.lost else "")
            + "</div>"
            for t in told
        ]
        cells.append(f"<td>{''.join(shown)}</td>" if shown else '<td class="error">没有写到</td>')
    return "".join(cells)


def _diff(pairs: Sequence[Pair]) -> Iterator[str]:
    """A row a changed sentence; runs of unchanged ones folded into one row."""
    for same, group in groupby(pairs, key=lambda p: p.change == "same"):
        run = list(group)
        if same:
            words = "".join(p.right.text for p in run if p.right)
            yield (
                f'<td class="same">同</td><td colspan="2" class="same"><details><summary>{len(run)} 句相同</summary>'
                f"{text(words)}</details></td>"
            )
        else:
            yield from (
                f"<td>{MARKS[p.change]}</td><td>{_side(p.runs, 'cut')}</td><td>{_side(p.runs, 'put')}</td>"
                for p in run
            )


def _side(runs: Sequence[Run], own: str) -> str:
    tag = "del" if own == "cut" else "ins"
    return "".join(
        text(r.text) if r.op == "keep" else f"<{tag}>{text(r.text)}</{tag}>" if r.op == own else ""
        for r in runs
    )
