"""Changes to a draft by hand: pure functions from draft to draft, which the caller then checks again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from assistant.brief import Brief
from assistant.checks.facts import align
from assistant.compose.edit import Address, addresses, sentence_at, with_sentences
from assistant.document import Block, Document, Draft, Paragraph, Section, Sentence
from assistant.finding import Finding

Group = tuple[Section, ...]


def root(section_id: str) -> str:
    """The id of the planned section: ``plans.2`` was written with ``plans``."""
    return section_id.split(".")[0]


def with_text(draft: Draft, section_id: str, text: str, brief: Brief) -> Draft:
    """The section's text as typed, one paragraph a line. A sentence left as it was keeps its sources; of a new one they
    are found by its wording."""
    sections = tuple(
        replace(s, paragraphs=_paragraphs(text, s, brief)) if s.id == section_id else s
        for s in draft.sections
    )
    return replace(draft, sections=sections)


def _paragraphs(text: str, section: Section, brief: Brief) -> tuple[Paragraph, ...]:
    known = {s.text.strip(): s for s in section.sentences()}
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    blocks = align(Document(tuple(Block(line) for line in lines)), brief).blocks
    return tuple(
        Paragraph(tuple(_known(s, known) for s in b.sentences) or (Sentence(b.text),)) for b in blocks
    )


def _known(sentence: Sentence, known: dict[str, Sentence]) -> Sentence:
    old = known.get(sentence.text.strip())
    return replace(old, text=sentence.text) if old else sentence


def with_heading(draft: Draft, section_id: str, heading: str) -> Draft:
    sections = tuple(replace(s, heading=heading) if s.id == section_id else s for s in draft.sections)
    return replace(draft, sections=sections)


def with_fix(draft: Draft, finding: Finding) -> Draft:
    """The finding's own safe replacement made; the same draft where it no longer fits the text."""
    fix = finding.fix
    if fix is None:
        return draft
    for start, end, address in addresses(draft).get(finding.paragraph, ()):
        if start <= fix.start and fix.end <= end:
            return _in_sentence(draft, address, fix.start - start, fix.end - start, fix.text)
    number = {n: s for s, n in heading_blocks(draft)}.get(finding.paragraph)
    if number is not None:
        offset = len(number.number)
        if fix.start >= offset:
            changed = number.heading[: fix.start - offset] + fix.text + number.heading[fix.end - offset :]
            return with_heading(draft, number.id, changed)
    if finding.paragraph == 0:
        return replace(draft, title=draft.title[: fix.start] + fix.text + draft.title[fix.end :])
    return draft


def _in_sentence(draft: Draft, at: Address, start: int, end: int, text: str) -> Draft:
    sentence = sentence_at(draft, at)
    changed = sentence.text[:start] + text + sentence.text[end:]
    return with_sentences(draft, {at: replace(sentence, text=changed) if changed.strip() else None})


def heading_blocks(draft: Draft) -> Iterator[tuple[Section, int]]:
    """Sections that print a heading, with the number of its block."""
    number = 1 + bool(draft.recipient)
    for section in draft.sections:
        if section.heading:
            yield section, number
        number += bool(section.heading) + len(section.paragraphs)


def with_sections(draft: Draft, other: Draft, ids: Collection[str]) -> Draft:
    """``draft`` with the sections of these planned ids as ``other`` has them."""
    theirs = _groups(other)
    sections: list[Section] = []
    for id, group in _groups(draft).items():
        sections += theirs[id] if id in ids and id in theirs else group
    return replace(draft, sections=tuple(sections))


def _groups(draft: Draft) -> dict[str, Group]:
    out: dict[str, Group] = {}
    for section in draft.sections:
        out[root(section.id)] = (*out.get(root(section.id), ()), section)
    return out
