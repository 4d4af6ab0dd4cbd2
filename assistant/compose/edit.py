"""Sentences of a draft by their address: where each stands in the flattened text, and how one is replaced or taken out.

Nothing that is not named changes; a paragraph left without sentences goes with its last one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.document import Draft, Paragraph, Section, Sentence
from assistant.text import ordinal

_LEAD = re.compile(r"^[一二三四五六七八九十]{1,3}是")
_BARE_LEAD = re.compile(r"^[一二三四五六七八九十]{1,3}是[^，；：。]{1,14}。$")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a sentence stands in a draft: section, paragraph in it, sentence in that."""

    section: int
    paragraph: int
    sentence: int


def addresses(draft: Draft) -> dict[int, list[tuple[int, int, Address]]]:
    """Block number of the flattened document -> (start, end, address) of its sentences."""
    out: dict[int, list[tuple[int, int, Address]]] = {}
    number = 1 + bool(draft.recipient)
    for s, section in enumerate(draft.sections):
        number += bool(section.heading)
        for p, paragraph in enumerate(section.paragraphs):
            at = 0
            for n, sentence in enumerate(paragraph.sentences):
                out.setdefault(number, []).append((at, at + len(sentence.text), Address(s, p, n)))
                at += len(sentence.text)
            number += 1
    return out


def sentence_at(draft: Draft, a: Address) -> Sentence:
    return draft.sections[a.section].paragraphs[a.paragraph].sentences[a.sentence]


def with_sentences(draft: Draft, changes: dict[Address, Sentence | None]) -> Draft:
    """The draft with the named sentences replaced (None: taken out); everything else is the same object."""
    touched = {a.section for a in changes}
    sections = tuple(
        _section_with(section, s, changes) if s in touched else section
        for s, section in enumerate(draft.sections)
    )
    return replace(draft, sections=sections)


def _section_with(section: Section, s: int, changes: dict[Address, Sentence | None]) -> Section:
    paragraphs = []
    for p, paragraph in enumerate(section.paragraphs):
        kept = [changes.get(Address(s, p, n), sentence) for n, sentence in enumerate(paragraph.sentences)]
        left = tuple(k for k in kept if k is not None)
        if left:
            paragraphs.append(Paragraph(left))
    return replace(section, paragraphs=tuple(paragraphs))


def without_bare_leads(draft: Draft) -> Draft:
    """Items of which only the lead is left (二是强化监督。) go, and the items of their section are counted again."""
    return replace(draft, sections=tuple(_tidied(s) for s in draft.sections))


def _tidied(section: Section) -> Section:
    kept = [
        p for p in section.paragraphs if any(s.facts for s in p.sentences) or not _BARE_LEAD.match(p.text)
    ]
    if len(kept) == len(section.paragraphs):
        return section
    number, out = 0, []
    for paragraph in kept:
        if paragraph.sentences and _LEAD.match(paragraph.sentences[0].text):
            number += 1
            first = paragraph.sentences[0]
            text = _LEAD.sub(f"{ordinal(number)}是", first.text)
            paragraph = Paragraph((replace(first, text=text), *paragraph.sentences[1:]))
        out.append(paragraph)
    return replace(section, paragraphs=tuple(out))
