"""A run, and a comparison of two, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.text import display_width
from evals.gate import Delta
from evals.rows import Row, Run
from evals.scoring import METRIC_NAMES, METRICS

OUTCOMES = {"drafted": "成稿", "refused": "拒收", "unavailable": "模型不可用", "crashed": "程序出错"}


def run_text(run: Run) -> str:
    lines = [headline(run), *means_lines(run)]
    failed = [r for r in run.rows if not r.passed]
    if failed:
        lines += ["", "没有通过的："]
        lines += [line for row in failed for line in _row(row)]
    return "\n".join(lines) + "\n"


def headline(run: Run) -> str:
    passed = sum(r.passed for r in run.rows)
    crashed = sum(r.outcome == "crashed" for r in run.rows)
    note = f"，{run.note}" if run.note else ""
    return f"{run.id}  {run.model}{note}：{len(run.rows)}个案例，通过{passed}个" + (
        f"，程序出错{crashed}个" if crashed else ""
    )


def means_lines(run: Run) -> Iterator[str]:
    """One line a metric: mean, and over how many cases."""
    for metric in METRICS:
        values = [r.scores[metric].value for r in run.rows if metric in r.scores]
        judged = [v for v in values if v is not None]
        name = METRIC_NAMES[metric]
        pad = " " * (10 - display_width(name))
        shown = (
            f"{sum(judged) / len(judged):.3f}（最低 {min(judged):.2f}，{len(judged)}例）"
            if judged
            else "不评"
        )
        yield f"  {name}{pad}{shown}"


def _row(row: Row) -> Iterator[str]:
    yield f"  {row.case}（{row.name}）：{OUTCOMES[row.outcome]}"
    yield from (f"      {c.name}：{c.detail}" for c in row.checks if not c.passed)


def delta_text(delta: Delta, before: Run, now: Run) -> str:
    lines = [f"比较 {before.id}（{before.model}）→ {now.id}（{now.model}）"]
    for metric, (was, new) in delta.means.items():
        if was is not None and new is not None and abs(new - was) >= 0.0005:
            lines.append(f"  {METRIC_NAMES[metric]}  {was:.3f} → {new:.3f}（{new - was:+.3f}）")
    lines += [f"退步 {len(delta.regressions)} 处" + ("：" if delta.regressions else "，可以放行")]
    lines += [f"  {s.case or '全部案例'}  {s.check}：{s.why}" for s in delta.regressions]
    lines += [f"进步 {len(delta.gains)} 处" + ("：" if delta.gains else "")]
    lines += [f"  {s.case}  {s.check}：{s.why}" for s in delta.gains]
    if delta.only_now:
        lines.append(f"新案例 {len(delta.only_now)} 个：{'、'.join(delta.only_now)}")
    return "\n".join(lines) + "\n"


def list_text(runs: Sequence[Run]) -> str:
    if not runs:
        return "还没有评测记录，先运行 zhibi eval\n"
    return "\n".join(headline(run) for run in runs) + "\n"
