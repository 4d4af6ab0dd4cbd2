"""``zhibi check``: any text, ours or not, against the rules and, with a brief, against the facts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import ui.checking as checking
from ui.chinese import Command


def register(app: typer.Typer) -> None:
    app.command(
        "check",
        cls=Command,
        help="核校任何一份 .docx/.txt/.md：结构、提法、残留、重复、格式；给出材料时还核事实",
    )(check)


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="要核校的文件或文件夹")],
    brief: Annotated[Path | None, typer.Option("--brief", help="材料文件：逐条核对事实和数字")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="按这一天判断提法，默认用成文日期")] = None,
    format: Annotated[
        str, typer.Option("--format", help="text、json、sarif、junit、html、docx（另存批注稿）")
    ] = "text",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="批注稿存到哪里（--format docx，只核一份时）")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="改掉有把握的错：.txt/.md 就地改，.docx 另存带修订的批注稿")
    ] = False,
    baseline: Annotated[Path | None, typer.Option("--baseline", help="已认可的问题清单，只报新问题")] = None,
    save_baseline: Annotated[Path | None, typer.Option("--save-baseline", help="把现有问题存为清单")] = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help="出现哪一级问题算未通过：error、warning、info")
    ] = "error",
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="知识库所在文件夹（查与过去材料雷同）")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, max=1024, help="文件多时用几个进程，默认与处理器数相同")
    ] = None,
    engine: Annotated[
        str, typer.Option("--engine", help="local 本机；dask 多台机器（要能用同一路径读到这些文件）")
    ] = "local",
    address: Annotated[
        str | None, typer.Option("--address", help="dask 调度器地址，如 tcp://主机:8786")
    ] = None,
) -> int:
    return checking.check(
        files, brief, as_of, format, output, fix, baseline, save_baseline, fail_on, workspace,
        jobs, engine, address,
    )  # fmt: skip
