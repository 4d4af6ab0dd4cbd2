"""``zhibi draft`` and ``zhibi ask``."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.chinese import Command
from ui.commands.shared import Mask, Slots
from ui.console import out, progress_bar, say
from ui.options import severity

if TYPE_CHECKING:
    from assistant.brief import Brief
    from assistant.document import Draft
    from assistant.settings import Settings

BriefFile = Annotated[Path, typer.Argument(metavar="BRIEF", help="材料：.yaml、.xlsx，或贴好的要点 .txt/.md")]
_OVERRIDES = "不写在材料里时用："


def register(app: typer.Typer) -> None:
    app.command(
        "draft",
        cls=Command,
        help="起草一份：写出 Word 成稿、带批注的核校稿（.review.docx）和来源档（.audit.json）",
    )(draft)
    app.command("ask", cls=Command, help="动笔之前该问的问题：先列签发前必答的，再列可补充的")(ask)


def draft(
    brief: BriefFile,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="成稿文件，默认与材料同名的 .docx")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="docx、md、html、json，可用逗号并列")] = "docx",
    model: Annotated[str | None, typer.Option("--model", help="模型名；embedded 为内置写手，不联网")] = None,
    register: Annotated[
        str | None, typer.Option("--register", help="语域：concise 简明、standard 一般、full 完整")
    ] = None,
    kind: Annotated[str | None, typer.Option("--kind", help=_OVERRIDES + "文种")] = None,
    organization: Annotated[str | None, typer.Option("--organization", help=_OVERRIDES + "单位")] = None,
    period: Annotated[str | None, typer.Option("--period", help=_OVERRIDES + "时段，如 2023-H1")] = None,
    outline_only: Annotated[
        bool, typer.Option("--outline-only", help="只列提纲和事实归属，不写正文")
    ] = False,
    section: Annotated[
        str | None, typer.Option("--section", help="只重写这一节（提纲中的编号，如 a2）并打印")
    ] = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help="出现哪一级问题算未通过：error、warning、info")
    ] = "error",
    fresh: Annotated[bool, typer.Option("--fresh", help="不用以前存下的模型回复")] = False,
    mask: Mask = False,
    slots: Slots = False,
    workspace: Annotated[Path | None, typer.Option("--workspace", help="索引和存档所在文件夹")] = None,
) -> int:
    from assistant.settings import load_settings

    settings = load_settings(
        model=model, workspace=workspace, fresh=fresh or None, mask=mask or None, slots=slots or None
    )
    parsed = _read(
        brief, {"register": register, "kind": kind, "organization": organization, "period": period}
    )
    formats = _formats(format)
    floor = severity(fail_on)
    if outline_only:
        return _outline(parsed, settings)
    target = output or brief.with_suffix(".docx")
    _writable(target, formats)
    done = _draft(parsed, settings)
    if section:
        return _one_section(done, section)
    written = _write(done, target, formats, parsed)
    return _report(done, written, floor)


def _read(path: Path, overrides: dict[str, str | None]) -> Brief:
    from assistant.formats.briefs import read_brief

    return read_brief(path, overrides={k: v for k, v in overrides.items() if v})


def _formats(text: str) -> tuple[str, ...]:
    from assistant.errors import InputError
    from assistant.formats.export import FORMATS

    wanted = tuple(f.strip() for f in text.split(",") if f.strip())
    if bad := [f for f in wanted if f not in FORMATS]:
        raise InputError(f"--format 里的 {'、'.join(bad)} 不认识，可写 {'、'.join(FORMATS)}")
    return wanted or ("docx",)


def _writable(target: Path, formats: Sequence[str]) -> None:
    """Said before minutes of writing, not after."""
    import os

    from assistant.errors import DocumentError

    folder = target.resolve().parent
    if not folder.is_dir():
        raise DocumentError("要写入的文件夹不存在，请先建好或换一个地方", path=folder)
    if not os.access(folder, os.W_OK):
        raise DocumentError("没有写入这个文件夹的权限，请换一个地方", path=folder)


def _draft(brief: Brief, settings: Settings) -> Draft:
    from assistant import drafting
    from assistant.catalogue import load_catalogue
    from assistant.holdings import open_index

    catalogue = load_catalogue(settings.overlay)
    with open_index(settings, catalogue) or nullcontext() as index, progress_bar("起草") as progress:
        return drafting.draft(drafting.Job(brief, settings, catalogue, index, progress))


def _outline(brief: Brief, settings: Settings) -> int:
    from assistant.catalogue import load_catalogue
    from assistant.holdings import house_style, open_index
    from assistant.plan import make_outline

    catalogue = load_catalogue(settings.overlay)
    with open_index(settings, catalogue) or nullcontext() as index:
        outline = make_outline(brief, catalogue, house_style(brief, index, settings.house_style))
    out(outline.title)
    for s in outline.sections:
        indent = "  " * max(s.level - 1, 0)
        out(
            f"{indent}{s.number}{s.heading or {'opening': '（开头）', 'closing': '（结尾）'}[s.part]}  [{s.id}]"
        )
        for sub in s.subheads:
            out(f"{indent}    {sub.heading}：{'、'.join(sub.items)}")
        if not s.subheads:
            for i in s.items:
                out(f"{indent}    {i} {brief.item(i).text}")
    return 0


def _one_section(done: Draft, wanted: str) -> int:
    from assistant.errors import InputError

    chosen = [s for s in done.sections if s.id.split(".")[0] == wanted]
    if not chosen:
        raise InputError(f"没有编号为 {wanted} 的节，用 --outline-only 看编号")
    for s in chosen:
        out("\n".join(filter(None, [s.number + s.heading, s.text])))
    return 0


def _write(done: Draft, target: Path, formats: Sequence[str], brief: Brief) -> list[Path]:
    from assistant.formats import export

    facts = [export.FactView(i.id, i.text, i.source) for i in brief.ledger]
    return export.write(done, target, formats, facts=facts, policies=dict(done.trace.passages))


def _report(done: Draft, written: Sequence[Path], floor: str) -> int:
    from assistant.finding import at_or_above, counts
    from assistant.text import char_count

    for path in written:
        out(str(path))
    open_ = done.document().text.count("【待补") + done.document().text.count("【待核")
    n = counts(done.findings)
    length = char_count("".join(s.text for s in done.sections))
    say(
        f"{_spent(done)}正文{length}字，待补待核{open_}处；问题：必错{n['error']}、疑似{n['warning']}、提示{n['info']}；待问{len(done.questions)}条（见核校稿）"
    )
    failing = [f for f in done.findings if at_or_above(f.severity, floor)]  # type: ignore[arg-type]
    for f in failing[:20]:
        say(f"  {f.rule}：{f.message}")
    return 1 if failing else 0


def _spent(done: Draft) -> str:
    """What the model used: tokens, and money where the price table has the model."""
    used = done.trace.usage
    if not used.get("input_tokens") and not used.get("replayed"):
        return ""
    again = f"，沿用存下的回复{used['replayed']}次" if used.get("replayed") else ""
    money = f"，费用{done.trace.cost}" if done.trace.cost else ""
    return (
        f"请求{used.get('requests', 0)}次{again}，输入{used.get('input_tokens', 0)}、"
        f"输出{used.get('output_tokens', 0)} token{money}；"
    )


def ask(
    brief: BriefFile,
    format: Annotated[str, typer.Option("--format", help="text 或 json")] = "text",
) -> int:
    from assistant.catalogue import load_catalogue
    from assistant.checks.questions import ask as questions_of
    from assistant.errors import InputError
    from assistant.settings import load_settings

    if format not in ("text", "json"):
        raise InputError(f"--format 只能是 text 或 json，不能是 {format}")
    settings = load_settings()
    found = questions_of(_read(brief, {}), load_catalogue(settings.overlay))
    if format == "json":
        import json
        from dataclasses import asdict

        out(json.dumps({"questions": [asdict(q) for q in found]}, ensure_ascii=False, indent=2))
        return 0
    for title, blocking in (("签发前必答", True), ("可补充", False)):
        rows = [q for q in found if q.blocking is blocking]
        if rows:
            out(f"{title}：")
            for n, q in enumerate(rows, 1):
                out(f"{n}. {q.text}")
    return 0
