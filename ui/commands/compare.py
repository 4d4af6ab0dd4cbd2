"""``zhibi compare``: two or more drafts side by side against the same checks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.chinese import Command
from ui.console import out, say
from ui.options import parse_date

if TYPE_CHECKING:
    from assistant.brief import Brief

_FORMATS = ("text", "json", "html")


def register(app: typer.Typer) -> None:
    app.command(
        "compare",
        cls=Command,
        help="几份稿子放在一起比：逐条规则、逐条材料、逐句文字、篇幅结构；以第一份为准看文字差异",
    )(compare)


def compare(
    files: Annotated[list[Path], typer.Argument(metavar="A B…", help="两份以上的稿子：.docx、.txt、.md 等")],
    brief: Annotated[Path | None, typer.Option("--brief", help="材料文件：逐条看写没写到、怎么写的")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="按这一天判断提法，默认用成文日期")] = None,
    format: Annotated[str, typer.Option("--format", help="text、json、html")] = "text",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写入文件，默认打印")] = None,
    workspace: Annotated[Path | None, typer.Option("--workspace", help="知识库所在文件夹")] = None,
) -> int:
    from assistant.errors import InputError
    from assistant.settings import load_settings
    from evals.compare import compare_files

    if format not in _FORMATS:
        raise InputError(f"--format 只能是 {'、'.join(_FORMATS)}，不能是 {format}")
    day = parse_date(as_of)
    result = compare_files(files, load_settings(workspace=workspace), _brief(brief), day)
    data = _render(result, format)
    if output is None:
        out(data.decode())
        return 0
    from assistant.formats.atomic import write_all

    write_all([(output, data)])
    say(f"比较结果写在 {output}")
    return 0


def _render(result: object, format: str) -> bytes:
    import json

    from evals.compare import Comparison
    from evals.compare_html import to_html
    from evals.compare_text import to_data, to_text

    assert isinstance(result, Comparison)
    if format == "html":
        return to_html(result)
    if format == "json":
        return (json.dumps(to_data(result), ensure_ascii=False, indent=2) + "\n").encode()
    return to_text(result).encode()


def _brief(path: Path | None) -> Brief | None:
    from assistant.formats.briefs import read_brief

    return read_brief(path) if path else None
