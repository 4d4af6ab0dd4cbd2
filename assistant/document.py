"""A document as blocks, and a draft as sections of traced sentences.

``Document`` is what every check reads, ours or not; ``Draft`` is what the drafting road makes, and flattens to one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.finding import Finding, Question
from assistant.text import char_count

Role = Literal["title", "recipient", "heading", "body", "signature", "date", "table", "note"]
Part = Literal["opening", "achievements", "problems", "plans", "closing"]
Lane = Literal["fact", "policy", "principle"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text`` without marks; ``facts`` are ledger ids (F.., Q.., P..), ``policies`` passage ids (D..)."""

    text: str
    facts: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()

    @property
    def lane(self) -> Lane:
        return "fact" if self.facts else "policy" if self.policies else "principle"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph. ``level`` is the heading level (1 for 一、, 2 for （一）, 3 for 1., 4 for （1）), 0 for the rest;
    ``line`` counts from 1 in the source file (0: none). ``sentences`` is set in our own drafts only."""

    text: str
    role: Role = "body"
    level: int = 0
    part: Part | None = None
    line: int = 0
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole text in reading order."""

    blocks: tuple[Block, ...]
    path: str = ""

    @property
    def text(self) -> str:
        return "\n".join(b.text for b in self.blocks)

    @property
    def length(self) -> int:
        return char_count(self.text)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a section: its sentences in order."""

    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return "".join(s.text for s in self.sentences)


@dataclass(frozen=True, slots=True)
class Section:
    """``number`` is the printed ordinal (一、 or （一）, empty for opening and closing)."""

    id: str
    part: Part
    level: int
    number: str
    heading: str
    paragraphs: tuple[Paragraph, ...] = ()
    facts: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(p.text for p in self.paragraphs)

    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(s for p in self.paragraphs for s in p.sentences)


@dataclass(frozen=True, slots=True)
class Repair:
    """One change made after the first reply: what was found, what was done, whether it was kept."""

    section: str
    round: int
    action: str
    before: int
    after: int
    accepted: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a draft comes from; goes into the audit. ``cost`` is in the currency of the user's price table, empty without."""

    brief_digest: str = ""
    model: str = ""
    prompts: dict[str, str] = field(default_factory=dict)
    knowledge_digest: str = ""
    usage: dict[str, int] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()
    passages: tuple[tuple[str, str], ...] = ()
    cost: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    title: str
    recipient: str
    sections: tuple[Section, ...]
    signature: str
    date: str
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    trace: Trace = Trace()

    def document(self) -> Document:
        """Flatten to blocks in printing order; paragraph numbers of findings count these."""
        blocks = [Block(self.title, "title")]
        if self.recipient:
            blocks.append(Block(f"{self.recipient}：", "recipient"))
        for section in self.sections:
            if section.heading:
                blocks.append(Block(section.number + section.heading, "heading", section.level, section.part))
            blocks += [Block(p.text, "body", 0, section.part, 0, p.sentences) for p in section.paragraphs]
        if self.signature:
            blocks.append(Block(self.signature, "signature"))
        if self.date:
            blocks.append(Block(self.date, "date"))
        return Document(tuple(blocks))

    def with_findings(self, findings: tuple[Finding, ...]) -> Draft:
        return replace(self, findings=findings)
