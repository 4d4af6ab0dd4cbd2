"""Drafts side by side against the same checks: ours, a model's, last year's, a colleague's.

In: documents (with fact ids on their sentences where a brief is given) and their findings. Out: ``Comparison``: check by
check, fact by fact, measure by measure, and the text of each against the first. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.brief import Brief
from assistant.checking import check_document
from assistant.checks.facts import align
from assistant.document import Document
from assistant.errors import InputError
from assistant.finding import SEVERITIES, Finding, Severity
from assistant.formats.read import read_document
from assistant.settings import Settings
from evals.diff import Pair, diff
from evals.measures import Measures, measure
from evals.tellings import Telling, tellings

_PLACES = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One draft: ``name`` is unique among those compared."""

    name: str
    document: Document
    findings: tuple[Finding, ...]
    measures: Measures


@dataclass(frozen=True, slots=True)
class CheckRow:
    """How often a rule fired in each draft, in the order of the entries; ``quotes`` are its first places."""

    rule: str
    severity: Severity
    counts: tuple[int, ...]
    quotes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class FactRow:
    """Where each draft tells a fact, in the order of the entries."""

    id: str
    text: str
    told: tuple[tuple[Telling, ...], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``diffs`` has one text diff for each entry after the first, against the first."""

    entries: tuple[Entry, ...]
    checks: tuple[CheckRow, ...]
    facts: tuple[FactRow, ...]
    diffs: tuple[tuple[Pair, ...], ...]


def compare_files(
    paths: Sequence[Path], settings: Settings, brief: Brief | None = None, as_of: date | None = None
) -> Comparison:
    """Read, check and compare; DocumentError where a file cannot be read, InputError for fewer than two."""
    if len(paths) < 2:
        raise InputError("比较要有两份以上的稿子，例如 zhibi compare A.docx B.docx")
    names = unique_names(paths)
    documents = [read_document(path).document for path in paths]
    return compare([(n, d) for n, d in zip(names, documents, strict=True)], settings, brief, as_of)


def compare(
    drafts: Sequence[tuple[str, Document]], settings: Settings, brief: Brief | None = None, as_of: date | None = None
) -> Comparison:  # fmt: skip
    entries = tuple(_entry(name, d, settings, brief, as_of) for name, d in drafts)
    facts = tuple(_fact_rows(entries, brief)) if brief else ()
    first = entries[0].document
    return Comparison(
        entries, tuple(_check_rows(entries)), facts, tuple(diff(first, e.document) for e in entries[1:])
    )


def _entry(
    name: str, document: Document, settings: Settings, brief: Brief | None, as_of: date | None
) -> Entry:
    findings = check_document(document, settings, brief=brief, as_of=as_of)
    aligned = align(document, brief) if brief else document
    return Entry(name, aligned, findings, measure(aligned, brief))


def unique_names(paths: Sequence[Path]) -> list[str]:
    """File names, with the folder before those that are the same."""
    names = [p.name for p in paths]
    out = [n if names.count(n) == 1 else f"{p.parent.name}/{n}" for n, p in zip(names, paths, strict=True)]
    return [n if out.count(n) == 1 else f"{n}（{i}）" for i, n in enumerate(out, 1)]


def _first_places(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The words of the first places, each once; what is said of them where the words are a mark alone."""
    shown = (f.quote if any(c.isalnum() for c in f.quote) else f.message for f in findings)
    return tuple(dict.fromkeys(shown))[:_PLACES]


def _check_rows(entries: Sequence[Entry]) -> Iterator[CheckRow]:
    """One row a rule, the gravest first, then those that tell the drafts apart most."""
    rows = []
    severity: dict[str, Severity] = {}
    for finding in (f for e in entries for f in e.findings):
        held = severity.get(finding.rule, finding.severity)
        severity[finding.rule] = min(held, finding.severity, key=SEVERITIES.index)
    for rule, worst in severity.items():
        found = [[f for f in e.findings if f.rule == rule] for e in entries]
        quotes = tuple(_first_places(some) for some in found)
        rows.append(CheckRow(rule, worst, tuple(map(len, found)), quotes))
    yield from sorted(
        rows, key=lambda r: (SEVERITIES.index(r.severity), min(r.counts) - max(r.counts), r.rule)
    )


def _fact_rows(entries: Sequence[Entry], brief: Brief) -> Iterator[FactRow]:
    told = [tellings(e.document, brief) for e in entries]
    for item in brief.ledger:
        yield FactRow(item.id, item.text, tuple(t[item.id] for t in told))
