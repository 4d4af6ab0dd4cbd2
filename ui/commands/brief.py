"""``zhibi brief``, ``zhibi rollup`` and ``zhibi follow``: briefs made from what is there already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.chinese import Command
from ui.console import out, say


def register(app: typer.Typer) -> None:
    app.command(
        "brief",
        cls=Command,
        help="由过去的总结倒推材料：小标题照留，数字换成 *（上期的数写在行尾），供下一期填写",
    )(brief)


def brief(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="过去的总结：.docx .txt .md .pdf")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写到这个 .yaml，默认打印")] = None,
    organization: Annotated[str | None, typer.Option("--organization", help="单位，不写则用旧稿里的")] = None,
    period: Annotated[
        str | None, typer.Option("--period", help="新材料的时段，如 2024-H1，不写则顺延一期")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="文种，不写则由旧稿辨认")] = None,
) -> int:
    from assistant.reverse import Given, reverse_file

    text = reverse_file(file, Given(organization or "", period or "", kind or ""))
    _hand_over(text, output)
    if "【待补：单位全称】" in text:
        say("旧稿里看不出单位名称，请在 organization 处补上，或加 --organization")
    return 0


def _hand_over(text: str, output: Path | None) -> None:
    if output is None:
        out(text)
        return
    from assistant.formats.atomic import write_all

    write_all([(output, text.encode("utf-8"))])
    out(str(output))
