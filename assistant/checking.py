"""Files in, findings out: reading, the text rules, and with a brief the facts. The composition root of ``zhibi check``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.brief import Brief
from assistant.catalogue import load_catalogue
from assistant.checks.engine import check
from assistant.checks.fix import fix_document
from assistant.checks.profile import Profile, infer_profile, profile_of
from assistant.checks.registry import RuleSet, load_rules
from assistant.checks.suppress import suppress, suppressions_for
from assistant.document import Document
from assistant.errors import ZhibiError
from assistant.finding import Finding
from assistant.formats.read import read_document

if TYPE_CHECKING:
    from assistant.catalogue import Catalogue
    from assistant.settings import Settings

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Checked:
    """One file's document and what was found in it."""

    path: Path
    document: Document
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...] = ()
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Plain:
    """What a check without a brief asks of the settings; reading and validating all of them takes longer than the check."""

    overlay: Path | None = None


@dataclass(frozen=True, slots=True)
class Results:
    checked: tuple[Checked, ...]
    failed: tuple[ZhibiError, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """What all files of one check share; small enough to send to another process."""

    settings: Settings | Plain
    brief: Brief | None = None
    as_of: date | None = None


Known = tuple["Catalogue", RuleSet]
Numbered = tuple[int, Path]
Over = Callable[[Order, Iterable[Numbered]], Iterable[tuple[int, Checked | ZhibiError]]]
"""A way to do ``check_file`` for many files, in any order."""


def _one_by_one(order: Order, files: Iterable[Numbered]) -> Iterator[tuple[int, Checked | ZhibiError]]:
    known = cache(lambda: _known(order.settings))  # a command looks once whether its data files have changed
    return (check_file(order, file, known) for file in files)


def check_files(
    files: Sequence[Path], settings: Settings | Plain, *, brief: Brief | None = None, as_of: date | None = None,
    progress: Progress = lambda what, done, total: None, over: Over = _one_by_one,
) -> Results:  # fmt: skip
    """Every file checked; one that cannot be read is reported and does not stop the others."""
    found: dict[int, Checked | ZhibiError] = {}
    for number, result in over(Order(settings, brief, as_of), enumerate(files)):
        found[number] = result
        progress(files[number].name, len(found), len(files))
    ordered = [found[n] for n in sorted(found)]
    return Results(
        tuple(r for r in ordered if isinstance(r, Checked)),
        tuple(r for r in ordered if isinstance(r, ZhibiError)),
    )


def check_file(
    order: Order, file: Numbered, known: Callable[[], Known] | None = None
) -> tuple[int, Checked | ZhibiError]:
    """The task for one file: picklable in and out; a file that cannot be read is its error."""
    number, path = file
    try:
        read = read_document(path)
        findings = check_document(
            read.document, order.settings, brief=order.brief, as_of=order.as_of, known=known and known()
        )
        kept, _ = suppress(findings, suppressions_for(path), path.name)
    except ZhibiError as exc:
        return number, exc
    return number, Checked(path, read.document, kept, read.warnings, read.meta.encoding)


def fix_text(checked: Checked) -> bytes | None:
    """The .txt or .md file with its safe fixes put in, in its own encoding; None where there is nothing to fix."""
    fixed = fix_document(checked.document, checked.findings)
    encoding = checked.encoding or "utf-8"
    lines = checked.path.read_bytes().decode(encoding).splitlines(keepends=True)
    for before, after in zip(checked.document.blocks, fixed.blocks, strict=True):
        if before.text != after.text and before.line:
            lines[before.line - 1] = lines[before.line - 1].replace(before.text, after.text, 1)
    changed = fixed.blocks != checked.document.blocks
    return "".join(lines).encode(encoding) if changed else None


def _known(settings: Settings | Plain) -> Known:
    """The data files as they are now."""
    return load_catalogue(settings.overlay), load_rules(settings.overlay)


def check_document(
    document: Document,
    settings: Settings | Plain,
    *,
    brief: Brief | None = None,
    as_of: date | None = None,
    known: Known | None = None,
) -> tuple[Finding, ...]:
    """Text rules, facts where there is a brief, and what stands in the index of past summaries."""
    catalogue, rules = known or _known(settings)
    profile = _profile(document, brief)
    found = list(
        check(
            document,
            catalogue=catalogue,
            rules=rules,
            profile=profile,
            as_of=as_of or (brief.date if brief else None),
        )
    )
    if brief is not None:
        assert not isinstance(settings, Plain), "a brief is checked with the whole settings"
        found += _against_brief(document, brief, settings, catalogue)
    return tuple(sorted(found, key=lambda f: (f.paragraph, f.start, f.rule)))


def _against_brief(
    document: Document, brief: Brief, settings: Settings, catalogue: Catalogue
) -> list[Finding]:
    """Facts, and what stands in the index; imported here, a check without a brief does without them."""
    from assistant.checks.facts import FactContext, align, check_facts
    from assistant.holdings import index_folder, open_library
    from assistant.leaks import find_leaks

    context = FactContext(brief, {}, frozenset(d.title for d in catalogue.documents))
    found = list(check_facts(align(document, brief), context))
    if index_folder(settings).exists():
        with open_library(settings, catalogue) as index:
            found += find_leaks(document, index, catalogue, brief)
    return found


def _profile(document: Document, brief: Brief | None) -> Profile:
    return infer_profile(document) if brief is None else profile_of(brief)
