"""``zhibi knowledge``: the office's own texts in the index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.chinese import Command
from ui.chinese import app as make_app
from ui.console import out, say
from ui.options import parse_date

if TYPE_CHECKING:
    from assistant.index import Index
    from assistant.settings import Settings

app = make_app("知识库：本单位过去的总结（只学写法）和政策文件（可引用）。")
_STATUS = {
    "added": "已添加", "unchanged": "没有变化", "updated": "已更新", "duplicate": "与已有的相同，未重复添加",
    "near_duplicate": "已添加，与已有的大体相同",
}  # fmt: skip
_LANES = {"policy": "政策", "precedent": "过去材料"}
Workspace = Annotated[Path | None, typer.Option("--workspace", help="索引所在文件夹")]


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="knowledge")


def _settings(workspace: Path | None) -> Settings:
    from assistant.settings import load_settings

    return load_settings(workspace=workspace)


def _open(settings: Settings) -> Index:
    from assistant.catalogue import load_catalogue
    from assistant.holdings import open_library

    return open_library(settings, load_catalogue(settings.overlay))


@app.command("add", cls=Command, help="添加文件或文件夹：.txt .md .docx .pdf（.doc .wps 需装 LibreOffice）")
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="文件或文件夹")],
    lane: Annotated[
        str | None, typer.Option("--lane", help="policy 政策，precedent 过去材料；不写则自动辨认")
    ] = None,
    workspace: Workspace = None,
) -> int:
    from assistant.catalogue import load_catalogue
    from assistant.errors import InputError, ZhibiError
    from assistant.holdings import add_paths

    if lane not in (None, *_LANES):
        raise InputError(f"--lane 只能是 policy 或 precedent，不能是 {lane}")
    failed = total = 0
    settings = _settings(workspace)
    with _open(settings) as index:
        for path, result, warnings in add_paths(index, paths, lane, load_catalogue(settings.overlay)):  # type: ignore[arg-type]
            total += 1
            if isinstance(result, ZhibiError):
                failed += 1
                say(f"未添加：{result}")
                continue
            out(
                f"{_STATUS[result.status]}\t{path}\t{result.passages}段"
                + (f"\t{result.similar_to}" if result.similar_to else "")
            )
            for warning in warnings:
                say(f"  {path.name}：{warning}")
        for folder in filter(Path.is_dir, paths):
            for row in index.vanished(folder.resolve()):
                index.remove(row.id)
                out(f"文件已不在，已移除\t{row.name}")
        index.sync()
    if not total:
        raise InputError("没有找到可以添加的文件")
    return 2 if failed else 0


@app.command("search", cls=Command, help="检索段落")
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="要找的内容")],
    lane: Annotated[str | None, typer.Option("--lane", help="policy 或 precedent")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="最多几条")] = 8,
    as_of: Annotated[str | None, typer.Option("--as-of", help="只要这一天有效的政策，如 2023-07-05")] = None,
    workspace: Workspace = None,
) -> int:

    with _open(_settings(workspace)) as index:
        hits = index.search(query, lane=lane, as_of=parse_date(as_of), limit=limit)  # type: ignore[arg-type]
    for hit in hits:
        p = hit.passage
        where = " / ".join(filter(None, [p.title, *p.heading_path, p.clause]))
        out(f"[{_LANES[p.lane]}] {where or p.source}\n    {p.text}")
    if not hits:
        say("没有找到")
    return 0


@app.command("list", cls=Command, help="列出已添加的文件")
def list_(workspace: Workspace = None) -> int:
    with _open(_settings(workspace)) as index:
        for row in index.list():
            m = row.meta
            about = " ".join(filter(None, [m.organization, m.period, m.genre]))
            out(f"{_LANES[row.lane]}\t{row.name}\t{row.passages}段\t{m.title}\t{about}")
    return 0


@app.command("remove", cls=Command, help="按文件名或编号移除")
def remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="文件名或编号")], workspace: Workspace = None
) -> int:
    from assistant.errors import InputError

    with _open(_settings(workspace)) as index:
        gone = index.remove(name)
    if not gone:
        raise InputError(f"知识库里没有 {name}，用 zhibi knowledge list 查看")
    for row in gone:
        out(f"已移除\t{row.name}")
    return 0


@app.command("rebuild", cls=Command, help="由存档重建索引（换了设置，或索引损坏时用）")
def rebuild(workspace: Workspace = None) -> int:
    with _open(_settings(workspace)) as index:
        stats = index.rebuild()
    out(f"已重建\t{stats.documents}个文件\t{stats.passages}段")
    return 0


@app.command("export", cls=Command, help="把知识库导出为一个文件，供不联网的机器导入")
def export(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="导出到")], workspace: Workspace = None
) -> int:
    with _open(_settings(workspace)) as index:
        index.export(path)
    out(str(path))
    return 0


@app.command("import", cls=Command, help="导入别处导出的知识库")
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="导出的文件")], workspace: Workspace = None
) -> int:
    with _open(_settings(workspace)) as index:
        count = index.import_(path)
    out(f"已导入\t{count}个文件")
    return 0


@app.command("validate", cls=Command, help="检查提法、文件、文种等数据文件，指出哪一行有错")
def validate(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", help="自己的数据文件夹（内有 knowledge/）")
    ] = None,
) -> int:
    from assistant.catalogue import validate as problems_of
    from assistant.settings import load_settings

    problems = problems_of(folder or load_settings().overlay)
    for p in problems:
        out(f"{p.path}:{p.line}：{p.message}")
    say(f"发现{len(problems)}处问题" if problems else "没有发现问题")
    return 2 if problems else 0
