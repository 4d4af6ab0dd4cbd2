"""What a report is written from, and where a finding stands in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from assistant.document import Document
from assistant.finding import Finding


class Result(Protocol):
    """One checked file."""

    @property
    def path(self) -> Path: ...

    @property
    def document(self) -> Document: ...

    @property
    def findings(self) -> tuple[Finding, ...]: ...


def place(result: Result, finding: Finding) -> tuple[int, int]:
    """Line (of the file where it is known, else the paragraph) and column, both from 1; (0, 0) for the whole text."""
    if not 0 <= finding.paragraph < len(result.document.blocks):
        return 0, 0
    line = result.document.blocks[finding.paragraph].line
    return line or finding.paragraph + 1, finding.start + 1


def paragraph(result: Result, finding: Finding) -> str:
    """Text of the finding's paragraph; empty for the whole text."""
    blocks = result.document.blocks
    return blocks[finding.paragraph].text if 0 <= finding.paragraph < len(blocks) else ""


def printable(text: str) -> str:
    """Without the characters that XML, a terminal or a page cannot hold."""
    return "".join(
        c
        if c in "\t\n"
        or (
            c >= " "
            and not 0x7F <= ord(c) < 0xA0
            and not 0xD800 <= ord(c) < 0xE000
            and c not in "\ufffe\uffff"
        )
        else "�"
        for c in text
    )
