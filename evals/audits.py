"""A draft as its .audit.json tells it: enough of it to compare an edited copy with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.document import Block, Document, Sentence
from assistant.errors import DocumentError
from assistant.finding import Finding, Fix
from assistant.formats.structure import heading_number


@dataclass(frozen=True, slots=True)
class Audited:
    """``document`` has title, headings and traced paragraphs; findings count its blocks only where the draft has a recipient
    line neither here nor there, so they are used by their quotes alone."""

    document: Document
    findings: tuple[Finding, ...]
    brief_digest: str


def load_audit(path: Path) -> Audited:
    """DocumentError where the file is not an audit of a draft."""
    try:
        data = json.loads(path.read_text("utf-8"))
        blocks = tuple(_blocks(data))
        return Audited(
            Document(blocks, str(path)), tuple(map(_finding, data["findings"])), data["brief_digest"]
        )
    except FileNotFoundError as exc:
        raise DocumentError("找不到来源档，起草时它与成稿写在一起（.audit.json）", path=path) from exc
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise DocumentError("这不是起草时写出的来源档（.audit.json），请核对", path=path) from exc


def _blocks(data: dict[str, Any]) -> list[Block]:
    blocks = [Block(data["title"], "title")]
    for section in data["sections"]:
        if section["heading"]:
            blocks.append(Block(section["heading"], "heading", heading_number(section["heading"])[0] or 1))
        for paragraph in section["paragraphs"]:
            sentences = tuple(
                Sentence(s["text"], tuple(s["facts"]), tuple(s["policies"])) for s in paragraph["sentences"]
            )
            blocks.append(Block("".join(s.text for s in sentences), "body", sentences=sentences))
    return blocks


def _finding(row: dict[str, Any]) -> Finding:
    fix = Fix(**row["fix"]) if row.get("fix") else None
    return Finding(**{**row, "fix": fix, "facts": tuple(row.get("facts", ()))})
