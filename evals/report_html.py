"""A run as one self-contained HTML page: plots over the runs before it, every case with its scores and what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.gate import Delta, Step
from evals.page import cell, page, table, text
from evals.plot import heat, line
from evals.rows import Row, Run
from evals.run_text import OUTCOMES, headline
from evals.scoring import METRIC_NAMES, METRICS


def to_html(run: Run, past: Sequence[Run] = (), delta: Delta | None = None) -> bytes:
    """``past`` are runs of the history, oldest first, this one among them or not."""
    return page("评测记录", _body(run, past, delta))


def _body(run: Run, past: Sequence[Run], delta: Delta | None) -> Iterator[str]:
    yield f"<p class=note>{text(headline(run))}　提示词 {run.prompts}　知识 {run.knowledge}　{text(run.started)}</p>"
    if delta is not None:
        yield "<h2>与基线比</h2>"
        yield from _steps("退步", "error" if delta.regressions else "good", delta.regressions)
        yield from _steps("进步", "good", delta.gains)
    yield "<h2>没有通过的</h2>"
    failed = [_failed(r, c.name, c.detail) for r in run.rows for c in r.checks if not c.passed]
    yield table(["案例", "检查", "说明"], failed) if failed else "<p class=good>全部通过。</p>"
    yield from _plots(run, past)
    yield "<h2>逐个案例</h2><p class=note>空格是不评；移到格上看说明。</p>"
    head = ["案例", "结果", "条", "字", *(METRIC_NAMES[m] for m in METRICS), "必错/疑似/提示"]
    yield table(head, [_row(r) for r in run.rows])


def _plots(run: Run, past: Sequence[Run]) -> Iterator[str]:
    shown = [r for r in past if r.id != run.id and r.started <= run.started] + [run]
    yield f"<h2>历次平均分</h2><p class=note>从左到右 {len(shown)} 次；移到点上看编号。每次的案例可能不同。</p><div>"
    labels = [f"{r.id} {r.model} {r.note}".strip() for r in shown]
    for metric in METRICS:
        yield line(METRIC_NAMES[metric], labels, [r.means[metric] for r in shown])
    yield "</div>"


def _steps(title: str, kind: str, steps: Sequence[Step]) -> Iterator[str]:
    yield f'<h3 class="{kind}">{title} {len(steps)} 处</h3>'
    if steps:
        rows = [cell(s.case or "全部案例") + cell(s.check) + cell(s.why) for s in steps]
        yield table(["案例", "检查", "说明"], rows)


def _failed(row: Row, name: str, detail: str) -> str:
    return f"<td>{text(row.case)}<div class=quote>{text(row.name)}</div></td>" + cell(name) + cell(detail)


def _row(row: Row) -> str:
    kind = "good" if row.passed else "error"
    cells = [
        f"<td>{text(row.case)}<div class=quote>{text(row.name)}</div></td>",
        cell(OUTCOMES[row.outcome], kind),
        cell(row.items or "", "n"),
        cell(row.length or "", "n"),
    ]
    for metric in METRICS:
        score = row.scores.get(metric)
        value = score.value if score else None
        shown = "" if value is None else f"{value:.2f}"
        note = text(score.note) if score else ""
        cells.append(f'<td class="n" style="{heat(value)}" title="{note}">{shown}</td>')
    found = row.findings
    cells.append(
        cell("/".join(str(found.get(s, 0)) for s in ("error", "warning", "info")) if found else "", "n")
    )
    return "".join(cells)
