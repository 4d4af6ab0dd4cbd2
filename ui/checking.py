"""The work of ``zhibi check``, without the command line's own machinery: it alone takes longer to load than a check."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ui.console import out, progress_bar, say
from ui.options import parse_date, severity

if TYPE_CHECKING:
    from assistant.brief import Brief
    from assistant.checking import Checked, Over, Plain
    from assistant.settings import Settings

_WORTH = 60  # files a child process, below which starting one takes longer than checking them


def check(
    files: Sequence[Path],
    brief: Path | None = None,
    as_of: str | None = None,
    format: str = "text",
    output: Path | None = None,
    fix: bool = False,
    baseline: Path | None = None,
    save_baseline: Path | None = None,
    fail_on: str = "error",
    workspace: Path | None = None,
    jobs: int | None = None,
    engine: str = "local",
    address: str | None = None,
) -> int:
    """The exit code; parameters as the options of the command."""
    from assistant.checking import check_files
    from assistant.checks.reports import FORMATS, report
    from assistant.errors import InputError
    from assistant.finding import at_or_above

    if format not in (*FORMATS, "docx"):
        raise InputError(f"--format 只能是 {'、'.join((*FORMATS, 'docx'))}，不能是 {format}")
    floor, day = severity(fail_on), parse_date(as_of)
    given = _brief(brief)
    settings = _settings(given, workspace)
    files = _files(files)
    with progress_bar("核校") as progress:
        results = check_files(
            files,
            settings,
            brief=given,
            as_of=day,
            progress=progress,
            **_over(len(files), jobs, engine, address),
        )
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


def _files(given: Sequence[Path]) -> Sequence[Path]:
    """A folder stands for the readable files below it."""
    if not any(p.is_dir() for p in given):
        return given
    from assistant.holdings import files_under

    return list(files_under(given))


def _over(files: int, jobs: int | None, engine: str, address: str | None) -> dict[str, Over]:
    """How many files are gone over: here, in child processes where they are many, on a cluster."""
    if engine == "local" and not address and (jobs == 1 or files < 2 * _WORTH):
        return {}
    from assistant.batch.spread import processors
    from assistant.batch.spreads import over_files

    return {"over": over_files(engine, address, jobs or processors(), _WORTH)}


def _fixed(
    checked: Sequence[Checked], brief: Brief | None, settings: Settings | Plain, as_of: date | None
) -> None:
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
    if baseline is None and save is None:
        return checked
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
    settings: Settings | Plain,
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
    if path is None:
        return None
    from assistant.formats.briefs import read_brief

    return read_brief(path)


def _settings(brief: Brief | None, workspace: Path | None) -> Settings | Plain:
    """All the settings where they are needed or any is given; else there is nothing to read and to validate."""
    from assistant.checking import Plain

    own = [n for n in os.environ if n.upper().startswith("ZHIBI_") and n.upper() != "ZHIBI_WORKSPACE"]
    if brief is None and not own and not Path("zhibi.toml").exists():
        return Plain()
    from assistant.settings import load_settings

    return load_settings(workspace=workspace)
