"""``zhibi check``: any text, ours or not, against the rules and, with a brief, against the facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.chinese import Command
from ui.console import out, progress_bar, say

if TYPE_CHECKING:
    from assistant.brief import Brief
    from assistant.checking import Checked
    from assistant.settings import Settings


def register(app: typer.Typer) -> None:
    app.command(
        "check",
        cls=Command,
        help="核校任何一份 .docx/.txt/.md：结构、提法、残留、重复、格式；给出材料时还核事实",
    )(check)


def parse_date(text: str | None) -> date | None:
    from assistant.errors import InputError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"日期 {text} 不对，请写成 2023-07-05 的样子") from None


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="要核校的文件")],
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
) -> int:
    from assistant.checking import check_files
    from assistant.checks.reports import FORMATS, report
    from assistant.errors import InputError
    from assistant.finding import at_or_above
    from assistant.settings import load_settings
    from ui.commands.draft import severity

    if format not in (*FORMATS, "docx"):
        raise InputError(f"--format 只能是 {'、'.join((*FORMATS, 'docx'))}，不能是 {format}")
    floor, day = severity(fail_on), parse_date(as_of)
    settings = load_settings(workspace=workspace)
    given = _brief(brief)
    with progress_bar("核校") as progress:
        results = check_files(files, settings, brief=given, as_of=day, progress=progress)
    if fix:
        _fixed(results.checked, given, settings, day)
    checked = _against(results.checked, baseline, save_baseline)
    if format == "docx":
        _annotated(checked, output, given, settings, day)
    else:
        out(report(checked, format))
    for problem in results.failed:
        say(f"未核校：{problem}")
    if results.failed:
        return 2
    return 1 if any(at_or_above(f.severity, floor) for r in checked for f in r.findings) else 0  # type: ignore[arg-type]


def _fixed(checked: Sequence[Checked], brief: Brief | None, settings: Settings, as_of: date | None) -> None:
    """Safe fixes: text files in place, Word files as tracked changes in a copy."""
    from assistant.checking import fix_text
    from assistant.formats.atomic import write_all

    for one in checked:
        if one.path.suffix.lower() == ".docx":
            _annotated([one], None, brief, settings, as_of)
        elif one.path.suffix.lower() in (".txt", ".md") and (data := fix_text(one)) is not None:
            write_all([(one.path, data)])
            say(f"已改：{one.path}")


def _against(checked: Sequence[Checked], baseline: Path | None, save: Path | None) -> Sequence[Checked]:
    """Only what the baseline does not know; the baseline written where asked for."""
    from dataclasses import replace

    from assistant.checks.baseline import make_baseline, new_findings, read_baseline, write_baseline

    if save is not None:
        write_baseline(save, make_baseline({one.path.name: one.findings for one in checked}))
    if baseline is None:
        return checked
    known = read_baseline(baseline)
    return [replace(one, findings=new_findings(one.findings, one.path.name, known)) for one in checked]


def _annotated(
    checked: Sequence[Checked],
    output: Path | None,
    brief: Brief | None,
    settings: Settings,
    as_of: date | None,
) -> None:
    """A copy of each Word file with its findings as comments; the file itself is left alone."""
    from assistant.catalogue import load_catalogue
    from assistant.checks.facts import align
    from assistant.errors import InputError
    from assistant.formats.atomic import write_all
    from assistant.formats.docx_annotate import annotate
    from assistant.formats.policy_sources import policy_sources

    for one in checked:
        if one.path.suffix.lower() != ".docx":
            raise InputError("批注稿只能由 .docx 生成，请先另存为 .docx", path=one.path)
        target = output if output and len(checked) == 1 else one.path.with_suffix(".review.docx")
        document = align(one.document, brief) if brief else one.document
        day = as_of or (brief.date if brief else None) or date.today()
        sources = policy_sources(load_catalogue(settings.overlay), day)
        write_all([(target, annotate(one.path, one.findings, document, brief=brief, policies=sources))])
        out(str(target))


def _brief(path: Path | None) -> Brief | None:
    from assistant.formats.briefs import read_brief

    return read_brief(path) if path else None
