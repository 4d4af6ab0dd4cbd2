"""``zhibi review-import``, ``review-pack`` and ``review-score``: the reviewer's desk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.chinese import Command
from ui.console import out, say


def register(app: typer.Typer) -> None:
    app.command(
        "review-import",
        cls=Command,
        help="收回领导改过的 .docx：列出改动和批注，按材料重新核校；改了数字而材料没改的会报出来",
    )(review_import)
    app.command("review-pack", cls=Command, help="盲评包：打乱次序、隐去来源的稿子，评分表和答案")(
        review_pack
    )
    app.command("review-score", cls=Command, help="收回评分表：谁的稿子更受认可，评的人意见是否一致")(
        review_score
    )


def review_import(
    edited: Annotated[Path, typer.Argument(metavar="EDITED.docx", help="改过的稿子，修订可以还没接受")],
    draft: Annotated[Path, typer.Option("--draft", help="起草时的来源档 .audit.json")],
    brief: Annotated[Path, typer.Option("--brief", help="材料文件；数字确实要改的，先改这里")],
    format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
    keep: Annotated[str, typer.Option("--keep", help="确认记下的改动编号，如 1,3")] = "",
    overlay: Annotated[Path | None, typer.Option("--overlay", help="记在哪个自己的文件夹")] = None,
) -> int:
    import json

    from assistant.errors import InputError
    from assistant.finding import counts
    from assistant.formats.briefs import read_brief
    from assistant.formats.read_reviewed import read_reviewed
    from assistant.settings import load_settings
    from evals.audits import load_audit
    from evals.returned import take_back
    from evals.returned_text import keep as keep_wording
    from evals.returned_text import to_data, to_text

    if format not in ("text", "json"):
        raise InputError(f"--format 只能是 text 或 json，不能是 {format}")
    settings = load_settings(overlay=overlay)
    numbers = _numbers(keep)
    if numbers and settings.overlay is None:
        raise InputError("--keep 要同时用 --overlay 指明记在哪个文件夹")
    reviewed = read_reviewed(edited)
    back = take_back(reviewed, load_audit(draft), read_brief(brief), settings)
    out(to_text(back) if format == "text" else json.dumps(to_data(back), ensure_ascii=False, indent=2))
    for warning in reviewed.warnings:
        say(warning)
    if numbers and settings.overlay is not None:
        say(f"已记在 {keep_wording(back.candidates, numbers, settings.overlay, edited.name)}")
    return 1 if counts(back.findings)["error"] else 0


def _numbers(text: str) -> list[int]:
    from assistant.errors import InputError

    pieces = [p.strip() for p in text.replace("，", ",").split(",") if p.strip()]
    if bad := [p for p in pieces if not p.isdigit()]:
        raise InputError(f"--keep 要写编号，如 1,3，不能是 {'、'.join(bad)}")
    return [int(p) for p in pieces]


def review_pack(
    drafts: Annotated[list[Path], typer.Argument(metavar="DRAFTS…", help="两份以上的稿子，或装稿子的文件夹")],
    output: Annotated[Path, typer.Option("-o", "--output", help="盲评包文件夹")],
    seed: Annotated[int, typer.Option("--seed", help="打乱次序的种子；同一种子次序相同")] = 0,
) -> int:
    from evals.blind import make_pack

    for path in make_pack(drafts, output, seed):
        out(str(path))
    say("把稿子和评分表发给评的人；key.json 里是答案，不要发出")
    return 0


def review_score(
    pack: Annotated[Path, typer.Argument(metavar="DIR", help="盲评包文件夹")],
    sheets: Annotated[list[Path], typer.Argument(metavar="SHEETS…", help="填好的评分表，每人一份 .xlsx")],
    format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
) -> int:
    import json
    from dataclasses import asdict

    from evals.blind import read_scores, verdict_text

    verdict = read_scores(pack, sheets)
    out(
        verdict_text(verdict)
        if format == "text"
        else json.dumps(asdict(verdict), ensure_ascii=False, indent=2)
    )
    return 0
