"""What is said of a finished draft: registers, sections that ran over, patterns; and which policy wordings a prompt shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.brief import Brief, Period, make_item
from assistant.catalogue import load_catalogue
from assistant.compose.chain import messages_for
from assistant.compose.packet import packet
from assistant.compose.parse import parse_reply
from assistant.document import Draft
from assistant.drafting import Job, prepare
from assistant.formats.briefs import read_brief
from assistant.overall import overall
from assistant.plan.types import Outline, SectionPlan
from assistant.settings import Settings

BRIEF = Brief(
    "work-summary", "示例县水务局", Period.parse("2025-H1"), date(2025, 7, 4), digest="o",
    facts=tuple(make_item("fact", n, f"完成第{n}项任务{n}次") for n in range(1, 8)),
)  # fmt: skip
PLAN = SectionPlan("a1", "achievements", 1, "一、", "主要工作", tuple(i.id for i in BRIEF.facts), length=100)
FACTS = "".join(f"{i.text}⟦{i.id}⟧。" for i in BRIEF.facts)
STANCE = "要坚持严字当头，常抓不懈，久久为功。"


def found(text: str, **more: object) -> list[str]:
    brief = replace(BRIEF, **more)  # type: ignore[arg-type]
    draft = Draft("总结", "", parse_reply(text, PLAN, set(PLAN.items)).sections, "", "")
    return [f.rule for f in overall(draft, brief, Outline("总结", "", (PLAN,), "", ""), (), None)]


def test_a_sound_draft_is_left_in_peace() -> None:
    assert found(FACTS) == []


@pytest.mark.parametrize(("register", "sentences", "rule"), [
    ("concise", 1, []), ("concise", 3, ["structure/register"]), ("standard", 3, []), ("standard", 6, ["structure/register"]),
    ("full", 5, []), ("full", 12, ["structure/register"]),
])  # fmt: skip
def test_each_register_has_its_limit(register: str, sentences: int, rule: list[str]) -> None:
    text = "".join(STANCE.replace("严", "严实细深稳准快好新优强精"[n]) for n in range(sentences))
    rules = [r for r in found(text + FACTS, register=register) if r != "structure/section-length"]
    assert rules == rule


def test_length_of_the_whole_and_of_a_section() -> None:
    assert found(FACTS, length=70) == []
    assert found(FACTS, length=700) == ["structure/length"]
    assert "structure/section-length" in found(FACTS + FACTS + FACTS)


def test_a_pattern_may_be_used_twice() -> None:
    text = "坚持把学习作为首要任务。坚持把服务放在重要位置。"
    assert "repeat/pattern" not in found(text + FACTS)
    assert "repeat/pattern" in found(text + "坚持把纪律摆在前面抓。" + FACTS)


def test_a_prompt_shows_few_wordings_all_on_the_documents_subjects(root: Path, tmp_path: Path) -> None:
    catalogue = load_catalogue()
    brief = read_brief(root / "examples" / "half-year.yaml")
    prepared = prepare(Job(brief, Settings(workspace=tmp_path), catalogue))
    shown = [packet(t, catalogue) for t in prepared.tasks]
    assert len(set(shown)) == 1, "the same for every section"
    assert 5 <= len(shown[0]) <= 20 < len(prepared.evidence.policies)
    themes = {s.theme for s in prepared.outline.written} | {"political", "theory"}
    assert all(themes & set(p.themes) for p in shown[0])
    text = str(messages_for(prepared.tasks[1], catalogue)[-1].content)
    assert text.count("⟦D") == len(shown[0])
