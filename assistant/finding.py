"""What a check says of a text, and what a careful colleague asks before writing.

Pure values. ``Finding.message`` is one Chinese sentence that says what is wrong and what to do: the same words go
to the person, to the model that repairs, and into the report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.text import fold

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
SEVERITY_NAMES: dict[Severity, str] = {"error": "必错", "warning": "疑似", "info": "提示"}


@dataclass(frozen=True, slots=True)
class Fix:
    """A safe replacement of ``text[start:end]`` of the finding's paragraph."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """``paragraph`` counts blocks of the document from 0 (-1: the whole text); ``start``/``end`` are offsets in it."""

    rule: str
    severity: Severity
    message: str
    paragraph: int = -1
    start: int = 0
    end: int = 0
    quote: str = ""
    fix: Fix | None = None
    facts: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Stable under moved lines: rule and normalised quote (or message where nothing is quoted)."""
        return hashlib.sha256(f"{self.rule}\0{fold(self.quote or self.message)}".encode()).hexdigest()[:16]


def at_or_above(severity: Severity, floor: Severity) -> bool:
    return SEVERITIES.index(severity) <= SEVERITIES.index(floor)


def counts(findings: tuple[Finding, ...] | list[Finding]) -> dict[Severity, int]:
    return {s: sum(f.severity == s for f in findings) for s in SEVERITIES}


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the writer. ``inline`` stands in the draft (【待核：…】 or 【待补：…】) right after ``anchor``, a run
    of the fact's own text; empty where the question changes no sentence. ``blocking``: must be answered before signing.
    ``parts``: the single questions a merged one is made of, each with its own facts, anchor and inline (see ``points``)."""

    rule: str
    text: str
    blocking: bool = False
    facts: tuple[str, ...] = ()
    anchor: str = ""
    inline: str = ""
    parts: tuple[Question, ...] = ()


def points(questions: Iterable[Question]) -> tuple[Question, ...]:
    """The single questions, merged ones taken apart: what a sentence and a comment on it need."""
    return tuple(point for question in questions for point in question.parts or (question,))
