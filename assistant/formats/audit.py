"""The audit of a draft: where each sentence came from and where each fact went, as JSON.

In: a draft and its ledger. Out: plain data, or UTF-8 bytes whose keys and order never depend on the run.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from assistant.document import Draft, Section
from assistant.finding import Finding, Question
from assistant.formats.sources import FactView

SCHEMA = 1
PART_NAMES = {
    "opening": "导语",
    "achievements": "做法成效",
    "problems": "问题",
    "plans": "计划",
    "closing": "结尾",
}


def audit(draft: Draft, facts: Sequence[FactView] = ()) -> dict[str, Any]:
    trace = draft.trace
    return {
        "schema": SCHEMA,
        "brief_digest": trace.brief_digest,
        "model": trace.model,
        "prompts": dict(sorted(trace.prompts.items())),
        "knowledge_digest": trace.knowledge_digest,
        "title": draft.title,
        "facts": [
            {"id": fact.id, "text": fact.text, "placed_in": list(placed_in(draft, fact.id))} for fact in facts
        ],
        "sections": [_section(section) for section in draft.sections],
        "findings": [_finding(finding) for finding in draft.findings],
        "usage": dict(sorted(trace.usage.items())),
        "cost": trace.cost,
        "repairs": [asdict(repair) for repair in trace.repairs],
        "questions": [_question(question) for question in draft.questions],
        "passages": [{"id": id, "source": source} for id, source in trace.passages],
    }


def to_json(draft: Draft, facts: Sequence[FactView] = ()) -> bytes:
    """UTF-8; a character that UTF-8 cannot hold is written as its JSON escape."""
    text = json.dumps(audit(draft, facts), ensure_ascii=False, indent=2)
    return (text + "\n").encode("utf-8", "backslashreplace")


def placed_in(draft: Draft, fact: str) -> tuple[str, ...]:
    """Headings of the sections whose sentences cite the fact, each once, in reading order."""
    names = (
        heading(section) for section in draft.sections if any(fact in s.facts for s in section.sentences())
    )
    return tuple(dict.fromkeys(names))


def heading(section: Section) -> str:
    """As printed; the opening and closing, which have none, go by the name of their part."""
    return section.number + section.heading if section.heading else PART_NAMES[section.part]


def _section(section: Section) -> dict[str, Any]:
    return {
        "heading": section.number + section.heading,
        "paragraphs": [
            {
                "sentences": [
                    {"text": s.text, "facts": list(s.facts), "policies": list(s.policies), "lane": s.lane}
                    for s in paragraph.sentences
                ]
            }
            for paragraph in section.paragraphs
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    row = asdict(finding)
    row["facts"] = list(finding.facts)
    return row


def _question(question: Question) -> dict[str, Any]:
    return asdict(question) | {"facts": list(question.facts)}
