"""``zhibi batch``: many units from one spreadsheet or folder."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.chinese import Command
from ui.commands.shared import Mask, Slots
from ui.console import out, say
from ui.interrupt import end_soon, patient
from ui.options import severity

if TYPE_CHECKING:
    from assistant.batch.run import Outcome, Progress, Tick
    from assistant.batch.spread import Spread
    from assistant.batch.types import UnitEntry
    from assistant.settings import Settings

_EVERY = 10.0  # seconds between two lines of progress where there is no terminal


def register(app: typer.Typer) -> None:
    app.command(
        "batch",
        cls=Command,
        help="按清单批量起草：一张 .xlsx（一行一件事，或一张表一个单位）或一个材料文件夹；中断后重跑接着写",
    )(batch)


def batch(
    manifest: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="MANIFEST",
            help="清单 .xlsx，或放着各单位材料的文件夹；export 清单 写出批量请求文件，import 文件… 收回结果",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="输出文件夹；export 时是 .jsonl 文件")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, max=1024, help="同时写几份")] = None,
    template: Annotated[Path | None, typer.Option("--template", help="把空白清单写到这个 .xlsx")] = None,
    format: Annotated[str, typer.Option("--format", help="docx、md、html、json，可用逗号并列")] = "docx",
    engine: Annotated[str, typer.Option("--engine", help="local 本机；dask 多台机器")] = "local",
    address: Annotated[
        str | None, typer.Option("--address", help="dask 调度器地址，如 tcp://主机:8786")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="模型名；embedded 为内置写手，不联网")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="文种（替换清单里写的）")] = None,
    period: Annotated[str | None, typer.Option("--period", help="时段，如 2023-H1（替换清单里写的）")] = None,
    register: Annotated[str | None, typer.Option("--register", help="语域：concise、standard、full")] = None,
    slots: Slots = False,
    mask: Mask = False,
    fail_on: Annotated[str, typer.Option("--fail-on", help="出现哪一级问题算未通过")] = "error",
    workspace: Annotated[Path | None, typer.Option("--workspace", help="索引和存档所在文件夹")] = None,
) -> int:
    from assistant.errors import InputError

    if template is not None:
        return _template(template)
    words = manifest or []
    if words and str(words[0]) == "import" and len(words) > 1:
        return _import(words[1:], workspace)
    exporting = len(words) == 2 and str(words[0]) == "export"
    if output is None or len(words) != 1 + exporting:
        raise InputError(
            "请写明清单和输出文件夹：zhibi batch 清单.xlsx -o 文件夹；空白清单用 --template 生成"
        )
    from assistant.batch.engines import default_jobs
    from assistant.batch.manifest import read_manifest
    from assistant.batch.open import open_engine
    from assistant.batch.run import run_batch
    from assistant.batch.spread import WORTH, processors
    from assistant.batch.spreads import open_spread
    from assistant.batch.work import Plan
    from assistant.settings import load_settings
    from ui.commands.draft import _formats

    floor = severity(fail_on)
    settings = load_settings(model=model, workspace=workspace, slots=slots or None, mask=mask or None)
    plan = Plan.of(settings, _formats(format))
    given = {"kind": kind, "period": period, "register": register}
    listed = read_manifest(words[-1], {k: v for k, v in given.items() if v})
    if exporting:
        return _export(
            listed.units, settings, output, open_spread("local", None, jobs or processors(), WORTH)
        )
    runner = open_engine(engine, address, plan, jobs or default_jobs(plan))
    for note in listed.notes[:50]:
        say(f"清单：{note}")
    if len(listed.notes) > 50:
        say(f"清单：还有{len(listed.notes) - 50}处，见结果表")
    with patient("正在收尾：写好的都留下，先写结果表；再按一次 Ctrl-C 立即结束"), _progress() as progress:
        outcome = run_batch(listed, output, plan, runner, progress)
    return _report(outcome, output, floor)


def _template(path: Path) -> int:
    from assistant.batch.template import template_sheet
    from assistant.errors import InputError
    from assistant.formats.atomic import write_all

    if path.suffix.lower() != ".xlsx":
        raise InputError("模板是 .xlsx 表格，请把文件名写成 清单.xlsx 的样子")
    if path.exists():
        raise InputError("这个文件已经存在，为免覆盖填好的内容，请换一个文件名", path=path)
    write_all([(path, template_sheet())])
    out(str(path))
    return 0


def _export(units: Sequence[UnitEntry], settings: Settings, output: Path, spread: Spread) -> int:
    """One file, or numbered ones where the services' limits are passed."""
    from assistant.batch.openai_files import export

    started = time.monotonic()
    with _progress("备请求") as progress:
        made = export(
            units, settings, output, spread, lambda done, total: progress(_ticked(done, total, started))
        )
    for path in made.paths:
        out(str(path))
    for a in made.failed:
        say(f"没有写出：{a.key}：{a.error}")
    say(
        f"{made.requests}个请求，{made.waiting}个单位还在等回复；都收回后运行 zhibi batch 成稿"
        if made.requests
        else "回复已经收齐，直接运行 zhibi batch 成稿"
    )
    return 2 if made.failed else 0


def _ticked(done: int, total: int, started: float) -> Tick:
    from assistant.batch.run import Tick

    rate = done / max(time.monotonic() - started, 1e-6)
    return Tick("", done, total, 0, rate, (total - done) / rate)


def _import(paths: Sequence[Path], workspace: Path | None) -> int:
    from assistant.batch.openai_files import take_in
    from assistant.settings import load_settings

    taken = take_in(paths, load_settings(workspace=workspace))
    say(
        f"收回{taken.stored}个回复，已有{taken.known}个，没有完成{taken.failed}个（再 export 一次会重新列出）"
    )
    if taken.unreadable:
        say(f"有{len(taken.unreadable)}行不是批量结果，没有读入，如第{taken.unreadable[0]}行")
    return 2 if taken.unreadable else 0


@contextmanager
def _progress(title: str = "起草") -> Iterator[Progress]:
    """A bar with rate and remaining time on a terminal, else a line now and then."""
    if not sys.stderr.isatty():
        yield _lines("已写" if title == "起草" else title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    with Bar(TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"),
             console=Console(stderr=True), transient=True) as bar:  # fmt: skip
        task = bar.add_task("", total=None)
        yield lambda tick: bar.update(task, description=_spoken(tick), completed=tick.done, total=tick.total)


def _lines(title: str) -> Progress:
    last = [time.monotonic()]

    def show(tick: Tick) -> None:
        if time.monotonic() - last[0] >= _EVERY:
            last[0] = time.monotonic()
            say(f"{title}{tick.done}/{tick.total}份，{_spoken(tick)}")

    return show


def _spoken(tick: Tick) -> str:
    left = int(tick.remaining or 0)
    clock = f"{left // 3600}小时{left % 3600 // 60}分" if left >= 3600 else f"{left // 60}分{left % 60:02d}秒"
    failed = f"，未写成{tick.failed}份" if tick.failed else ""
    return f"每秒{tick.rate:.1f}份，约剩{clock}{failed}"


def _report(outcome: Outcome, folder: Path, floor: str) -> int:
    from assistant.batch.rules import batch_rules
    from assistant.finding import SEVERITIES

    files = batch_rules()
    for name in (files.results, files.overview):
        out(str(folder / name))
    for r in outcome.failed[:20]:
        say(f"未写成：{r.unit}：{r.error}")
    done = [r for r in outcome.results if r.status == "done"]
    say(
        f"共{len(outcome.results)}个单位，写成{len(done)}份（本次{outcome.drafted - len(outcome.failed)}份，"
        f"未变沿用{outcome.reused}份），未写成{len(outcome.failed)}份，清单问题{len(outcome.notes)}处，用时{outcome.seconds:.1f}秒"
    )
    if outcome.twins.pairs:
        say(f"有{len(outcome.twins.pairs)}对稿子叙述句雷同超过限度，见总览")
    if outcome.stale:
        say(f"文件夹里还有{len(outcome.stale)}个已不在清单中的单位，成稿没有动")
    if outcome.interrupted:
        say("写好的都在，重跑同一条命令就接着写")
        end_soon("")
        return 130
    if outcome.failed:
        return max(r.exit_code for r in outcome.failed) or 2
    if any(n.skipped for n in outcome.notes):
        return 2
    at = SEVERITIES[: SEVERITIES.index(floor) + 1]
    return 1 if any(r.severities.get(s, 0) for r in done for s in at) else 0
