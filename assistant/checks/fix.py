"""Safe fixes put into a text: non-overlapping, the gravest first; fixing twice changes nothing more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assistant.document import Document
from assistant.finding import SEVERITIES, Finding, Fix


def apply_fixes(text: str, findings: Iterable[Finding]) -> str:
    """One paragraph's text with the safe fixes of its own findings; ``findings`` of other paragraphs must be left out."""
    for fix in sorted(chosen(findings), key=lambda f: f.start, reverse=True):
        text = text[: fix.start] + fix.text + text[fix.end :]
    return text


def chosen(findings: Iterable[Finding]) -> tuple[Fix, ...]:
    """The fixes that go in: of two that overlap the graver finding's, then the longer."""
    ranked = sorted(
        (
            (SEVERITIES.index(f.severity), f.fix.start - f.fix.end, f.fix.start, f.fix)
            for f in findings
            if f.fix is not None
        ),
        key=lambda r: r[:3],
    )
    kept: list[Fix] = []
    for *_, fix in ranked:
        if not any(
            (fix.start < k.end and k.start < fix.end) or (fix.start, fix.end) == (k.start, k.end)
            for k in kept
        ):
            kept.append(fix)
    return tuple(kept)


def fix_document(document: Document, findings: Iterable[Finding]) -> Document:
    """The document with every safe fix put in, paragraph by paragraph."""
    by_block: dict[int, list[Finding]] = {}
    for finding in findings:
        by_block.setdefault(finding.paragraph, []).append(finding)
    blocks = tuple(
        replace(b, text=apply_fixes(b.text, by_block[i]), sentences=()) if i in by_block else b
        for i, b in enumerate(document.blocks)
    )
    return replace(document, blocks=blocks)
