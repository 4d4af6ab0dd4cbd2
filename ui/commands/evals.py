"""``zhibi eval``: the suite, its history, and the gate against a baseline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.chinese import Command
from ui.chinese import app as make_app
from ui.console import out, progress_bar, say

if TYPE_CHECKING:
    from evals.gate import Delta
    from evals.rows import Run

app = make_app("评测：全部案例各起草一份、逐项打分，与基线成对比较；有退步时退出码为 1")
app.info.no_args_is_help = False


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="eval")


History = Annotated[Path | None, typer.Option("--history", help="评测记录文件夹，默认在工作文件夹的 evals")]
Html = Annotated[Path | None, typer.Option("--html", help="另写一份网页报告")]
Cases = Annotated[Path | None, typer.Option("--cases", help="案例文件夹，默认随程序的案例")]


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    model: Annotated[str | None, typer.Option("--model", help="模型名；embedded 为内置写手")] = None,
    baseline: Annotated[Path | None, typer.Option("--baseline", help="基线文件；有退步时退出码为 1")] = None,
    save_baseline: Annotated[
        Path | None, typer.Option("--save-baseline", help="把这次的结果存为基线")
    ] = None,
    cases: Cases = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="只跑编号以此开头的案例，可写多次")] = None,
    overlay: Annotated[
        Path | None, typer.Option("--overlay", help="自己的 knowledge/ 和 prompts/ 所在文件夹")
    ] = None,
    note: Annotated[str, typer.Option("--note", help="这次评测的说明，记入历史")] = "",
    history: History = None,
    html: Html = None,
    format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
    fresh: Annotated[bool, typer.Option("--fresh", help="不用以前存下的模型回复")] = False,
) -> int:
    """跑一遍全部案例。"""
    if context.invoked_subcommand is not None:
        return 0
    from assistant.settings import load_settings
    from evals import history as store
    from evals.cases import FOLDER, load_cases
    from evals.rows import from_json, to_json
    from evals.suite import run_suite

    _known(format)
    settings = load_settings(model=model, overlay=overlay, fresh=fresh or None)
    before = from_json(baseline) if baseline else None
    chosen = load_cases(cases or FOLDER, only or ())
    with progress_bar("评测") as progress:
        result, drafts = run_suite(chosen, settings, note=note, progress=progress)
    folder = _folder(history)
    home = store.save(folder, result, drafts)
    if save_baseline:
        _write(save_baseline, to_json(result, timed=False))
    delta = _delta(before, result, bool(only))
    _show(result, delta, before, format)
    _report(html, result, folder, delta)
    say(f"记录在 {home}")
    return _code(result, delta)


@app.command("list", cls=Command, help="历次评测")
def list_(history: History = None) -> int:
    from evals import history as store
    from evals.run_text import list_text

    out(list_text(store.runs(_folder(history))))
    return 0


@app.command("show", cls=Command, help="看某一次评测；编号可只写开头，latest 为最近一次")
def show(
    name: Annotated[str, typer.Argument(metavar="RUN")] = "latest",
    history: History = None,
    html: Html = None,
    format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
) -> int:
    from evals import history as store

    _known(format)
    found = store.find(_folder(history), name)
    _show(found, None, None, format)
    _report(html, found, _folder(history), None)
    return 0


@app.command("compare", cls=Command, help="比较两次评测（模型、提示词、知识前后）；有退步时退出码为 1")
def compare(
    before: Annotated[str, typer.Argument(metavar="BEFORE", help="编号或结果文件")],
    after: Annotated[str, typer.Argument(metavar="AFTER", help="编号或结果文件")],
    history: History = None,
    html: Html = None,
) -> int:
    from evals import history as store
    from evals.gate import compare_runs
    from evals.run_text import delta_text

    a, b = store.find(_folder(history), before), store.find(_folder(history), after)
    delta = compare_runs(a, b, partial=len(b.rows) < len(a.rows))
    out(delta_text(delta, a, b))
    _report(html, b, _folder(history), delta)
    return 1 if delta.closed else 0


@app.command("rescore", cls=Command, help="用现在的规则给以前存下的稿子重新打分，不重新起草")
def rescore(
    name: Annotated[str, typer.Argument(metavar="RUN")] = "latest",
    cases: Cases = None,
    overlay: Annotated[
        Path | None, typer.Option("--overlay", help="自己的 knowledge/ 和 prompts/ 所在文件夹")
    ] = None,
    history: History = None,
    html: Html = None,
) -> int:
    from assistant.settings import load_settings
    from evals import history as store
    from evals.cases import FOLDER, load_cases
    from evals.gate import compare_runs
    from evals.run_text import delta_text
    from evals.suite import rescore as again

    folder = _folder(history)
    old = store.find(folder, name)
    drafts = store.drafts_of(folder, old)
    new = again(load_cases(cases or FOLDER), drafts, old, load_settings(overlay=overlay))
    home = store.save(folder, new, drafts)
    delta = compare_runs(old, new, partial=True)
    out(delta_text(delta, old, new))
    _report(html, new, folder, delta)
    say(f"记录在 {home}")
    return 1 if delta.closed else 0


@app.command(
    "judge", cls=Command, help="请模型按每份材料自己的要点评分（只供参考，不作放行依据）；要先设置模型"
)
def judge(
    name: Annotated[str, typer.Argument(metavar="RUN")] = "latest",
    other: Annotated[
        str | None, typer.Option("--against", help="另一次评测：同一案例两份稿子正反两次比较")
    ] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="只评编号以此开头的案例，可写多次")] = None,
    cases: Cases = None,
    history: History = None,
    model: Annotated[str | None, typer.Option("--model", help="评审用的模型")] = None,
    marks: Annotated[
        Path | None, typer.Option("--marks", help="评的人给的分（YAML，案例编号: 分数），算与模型一致的程度")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
) -> int:
    import json

    from assistant.settings import load_settings
    from evals import history as store
    from evals.cases import FOLDER, load_cases
    from evals.judging import held_against, judge_run, judgement_text, read_marks, to_data

    _known(format)
    given = read_marks(marks) if marks else None
    folder = _folder(history)
    held = store.find(folder, name)
    against = store.find(folder, other) if other else None
    with progress_bar("评审") as progress:
        done = judge_run(
            load_cases(cases or FOLDER, only or ()), held, store.drafts_of(folder, held), load_settings(judge_model=model),
            against=store.drafts_of(folder, against) if against else None, progress=progress,
        )  # fmt: skip
    done = held_against(done, given) if given is not None else done
    if format == "json":
        out(json.dumps(to_data(done, held), ensure_ascii=False, indent=2))
    else:
        out(judgement_text(done, held, marked=given is not None))
    return 0


def _known(format: str) -> None:
    from assistant.errors import InputError

    if format not in ("text", "json"):
        raise InputError(f"--format 只能是 text 或 json，不能是 {format}")


def _folder(history: Path | None) -> Path:
    from assistant.settings import load_settings

    return history or load_settings().workspace / "evals"


def _delta(before: Run | None, now: Run, partial: bool) -> Delta | None:
    from evals.gate import compare_runs

    return compare_runs(before, now, partial=partial) if before else None


def _show(run: Run, delta: Delta | None, before: Run | None, format: str) -> None:
    from evals.rows import to_json
    from evals.run_text import delta_text, run_text

    if format == "json":
        out(to_json(run).decode())
        return
    out(run_text(run))
    if delta is not None and before is not None:
        out("\n" + delta_text(delta, before, run))


def _report(html: Path | None, run: Run, folder: Path, delta: Delta | None) -> None:
    if html is None:
        return
    from evals import history as store
    from evals.report_html import to_html

    _write(html, to_html(run, store.runs(folder), delta))
    say(f"网页报告写在 {html}")


def _write(path: Path, data: bytes) -> None:
    from assistant.formats.atomic import write_all

    write_all([(path, data)])


def _code(run: Run, delta: Delta | None) -> int:
    """With a baseline: 1 on a regression. Without: 1 where a case did not pass. 3 where the model was out of reach."""
    if run.rows and all(r.outcome == "unavailable" for r in run.rows):
        return 3
    if delta is not None:
        return 1 if delta.closed else 0
    return 0 if all(r.passed for r in run.rows) else 1
