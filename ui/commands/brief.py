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
    app.command("rollup", cls=Command, help="把各单位的材料汇总成上级单位的材料：同类数据相加，注明各项来源")(
        rollup
    )
    app.command("follow", cls=Command, help="对照上期：上期的计划和问题，本期材料答复了哪些、漏了哪些")(
        follow
    )


def brief(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="过去的总结：.docx .txt .md .pdf")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写到这个 .yaml，默认打印")] = None,
    organization: Annotated[str | None, typer.Option("--organization", help="单位，不写则用旧稿里的")] = None,
    period: Annotated[
        str | None, typer.Option("--period", help="新材料的时段，如 2024-H1，不写则顺延一期")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="文种，不写则由旧稿辨认")] = None,
) -> int:
    from assistant.brief import NO_UNIT
    from assistant.reverse import Given, reverse_file

    text = reverse_file(file, Given(organization or "", period or "", kind or ""))
    _hand_over(text, output)
    if NO_UNIT in text:
        say("旧稿里看不出单位名称，请在 organization 处补上，或加 --organization")
    return 0


def _hand_over(text: str, output: Path | None) -> None:
    if output is None:
        out(text)
        return
    from assistant.formats.atomic import write_all

    write_all([(output, text.encode("utf-8"))])
    out(str(output))


def rollup(
    source: Annotated[
        Path, typer.Argument(metavar="DIR", help="放着各单位材料的文件夹，或各单位填好的 .xlsx 清单")
    ],
    organization: Annotated[
        str | None, typer.Option("--organization", help="汇总单位名称，不写则留一处待补")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="写到这个 .yaml，默认打印")] = None,
    units: Annotated[
        Path | None, typer.Option("--units", help="应报单位名单，一行一个；没报的会列出来")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="文种，默认与多数单位相同")] = None,
) -> int:
    from assistant.batch.manifest import briefs_of, read_manifest
    from assistant.brief import NO_UNIT
    from assistant.rollup import roll_up, to_yaml

    manifest = read_manifest(source)
    briefs, failed = briefs_of(manifest)
    for problem in (*manifest.notes, *failed):
        say(f"未计入：{problem}")
    found = roll_up(briefs, _roster(units))
    _hand_over(to_yaml(found, organization or NO_UNIT, kind or ""), output)
    if not organization:
        say(f"没有写汇总单位，organization 处留了“{NO_UNIT}”，请补上，或加 --organization")
    for remark in found.remarks:
        say(remark)
    say(f"汇总{len(found.units)}个单位，合计{len(found.totals)}项，未合计的数{found.left}个")
    return 2 if failed or manifest.notes else 0


def _roster(path: Path | None) -> list[str]:
    from assistant.errors import InputError

    if path is None:
        return []
    try:
        return [line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError("名单读不出来，请存成 UTF-8 的文本，一行一个单位", path=path) from exc


def follow(
    last: Annotated[Path, typer.Argument(metavar="LAST", help="上期的总结：.docx .txt .md .pdf")],
    brief: Annotated[Path, typer.Argument(metavar="BRIEF", help="本期的材料")],
    format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
) -> int:
    import json
    from dataclasses import asdict

    from assistant.errors import InputError
    from assistant.follow import follow_up, report
    from assistant.formats.briefs import read_brief
    from assistant.formats.read import read_document

    if format not in ("text", "json"):
        raise InputError(f"--format 只能是 text 或 json，不能是 {format}")
    parsed = read_brief(brief)
    found = follow_up(read_document(last), parsed)
    if format == "json":
        told = {
            "promises": [asdict(p) for p in found.promises],
            "shortfalls": [asdict(s) | {"message": s.message} for s in found.shortfalls],
            "falls": [asdict(f) | {"message": f.message} for f in found.falls],
        }
        out(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        out(report(found, parsed))
    return 1 if found.open or found.shortfalls or found.falls else 0
