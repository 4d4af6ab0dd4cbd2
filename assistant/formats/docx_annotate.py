"""A review copy of any .docx: comments at the exact characters of each finding, safe fixes as tracked changes.

In: the file, its document as ``read_document`` gave it, and what was found. Out: the bytes of a copy. The file's own
formatting, numbering, headers and earlier comments and changes stay as they are; only comments and revisions are added, and with
a brief an appendix of evidence at the end.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.brief import Brief
from assistant.document import Document
from assistant.finding import SEVERITIES, SEVERITY_NAMES, Finding
from assistant.formats.docx_appendix import append_evidence, evidence
from assistant.formats.docx_comments import Author, anchor_comment, paragraph_text
from assistant.formats.docx_places import Places, Spot, open_docx, places
from assistant.formats.docx_review import CHECKER, TRACER
from assistant.formats.docx_revisions import highest_id, track_change
from assistant.formats.policy_sources import quoted
from assistant.formats.sources import FactView, source_lines

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

FIXER = Author("执笔·改正", "改")


def annotate(
    path: Path, findings: Sequence[Finding], document: Document, *, brief: Brief | None = None,
    policies: Mapping[str, str] | None = None, fixes: bool = True, when: datetime | None = None,
) -> bytes:  # fmt: skip
    """The copy's bytes. ``document`` must be what ``read_document(path)`` gave; with a ``brief`` and sentences that carry fact
    ids (``checks.facts.align``), sources are commented as well and an appendix of evidence is put at the end. ``policies``
    (see ``policy_sources``) maps a wording to where it is published: the first place of each is commented. ``when`` fixes the
    time of comments and changes (default: now)."""
    word = open_docx(path)
    at = places(word, document.blocks)
    moment = when or datetime.now(UTC)
    for finding in sorted(findings, key=lambda f: (f.paragraph, f.start, SEVERITIES.index(f.severity))):
        _comment(word, at, finding, moment)
    if brief is not None:
        _sources(word, at, document, brief, moment)
    _policies(word, at, document, policies or {}, moment)
    if fixes:
        _fix(word, at, findings, moment)
    if brief is not None:
        append_evidence(word, evidence(document, brief, findings))
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _comment(word: WordDocument, at: Places, finding: Finding, when: datetime) -> None:
    text = f"{SEVERITY_NAMES[finding.severity]}：{finding.message}（规则 {finding.rule}）"
    if finding.fix is not None:
        text += f"\n建议改为：“{finding.fix.text}”" if finding.fix.text else "\n建议删去"
    spot = at.spot(finding.paragraph, finding.start, finding.end)
    if spot is None:
        if (first := at.first()) is None:
            return
        where = f"（所在文字：{finding.quote}）" if finding.quote and finding.paragraph >= 0 else ""
        spot, text = Spot(first, 0, 0), text + where
    anchor_comment(word, spot.paragraph, spot.start, spot.end, text, CHECKER, when=when)


def _sources(word: WordDocument, at: Places, document: Document, brief: Brief, when: datetime) -> None:
    """A comment on each sentence that tells a fact: which bullet, who supplied it."""
    views = {i.id: FactView(i.id, i.text, i.source) for i in brief.ledger}
    for number, block in enumerate(document.blocks):
        start = 0
        for sentence in block.sentences:
            end = start + len(sentence.text)
            lines = "\n".join(source_lines(sentence, views, {}))
            spot = at.spot(number, start, end) if lines else None
            if spot is not None:
                anchor_comment(word, spot.paragraph, spot.start, spot.end, lines, TRACER, when=when)
            start = end


def _policies(
    word: WordDocument, at: Places, document: Document, policies: Mapping[str, str], when: datetime
) -> None:
    for number, start, end, wording in quoted(document, policies):
        spot = at.exact(number, start, end)
        if spot is not None:
            text = f"提法：{wording}\n出处：{policies[wording]}"
            anchor_comment(word, spot.paragraph, spot.start, spot.end, text, TRACER, when=when)


def _fix(word: WordDocument, at: Places, findings: Iterable[Finding], when: datetime) -> None:
    """Fixes as tracked changes, last first in each paragraph; where two overlap, the first found stands."""
    id = highest_id(word.element.body) + 1
    for spot, text in _apart(_fixes(at, findings)):
        if track_change(spot.paragraph, spot.start, spot.end, text, FIXER, id=id, when=when):
            id += 1 + spot.end - spot.start


def _fixes(at: Places, findings: Iterable[Finding]) -> Iterator[tuple[Spot, str]]:
    for finding in findings:
        if finding.fix is not None:
            spot = at.exact(finding.paragraph, finding.fix.start, finding.fix.end)
            if spot is not None:
                yield from _least(spot, finding.fix.text)


def _least(spot: Spot, text: str) -> Iterator[tuple[Spot, str]]:
    """The change without what both sides begin and end with; nothing where they are the same."""
    old = paragraph_text(spot.paragraph)[spot.start : spot.end]
    head = _shared(old, text)
    tail = _shared(old[head:][::-1], text[head:][::-1])
    if old != text:
        yield Spot(spot.paragraph, spot.start + head, spot.end - tail), text[head : len(text) - tail]


def _shared(a: str, b: str) -> int:
    """How many characters both begin with."""
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def _apart(fixes: Iterable[tuple[Spot, str]]) -> list[tuple[Spot, str]]:
    """Those that do not touch one another, from the end of each paragraph to its beginning."""
    kept: list[tuple[Spot, str]] = []
    taken: dict[Any, list[Spot]] = {}
    for spot, text in fixes:
        held = taken.setdefault(spot.paragraph._p, [])
        if not any(spot.start <= h.end and h.start <= spot.end for h in held):
            held.append(spot)
            kept.append((spot, text))
    return sorted(kept, key=lambda f: -f[0].start)
