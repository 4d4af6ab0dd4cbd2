"""Repair: only what was named changes, errors only drop, what is missing is told, what fails is kept visible."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from fake_models import FakeModel, scripted
from langchain_core.messages import BaseMessage

from assistant.brief import Brief, Period, make_item
from assistant.checks.facts import FactContext, check_facts
from assistant.compose.edit import addresses, sentence_at
from assistant.compose.parse import parse_reply
from assistant.document import Draft, Sentence
from assistant.errors import ServiceError
from assistant.finding import Finding, Fix
from assistant.plan.types import Outline, SectionPlan, SectionTask
from assistant.revise import ROUGH, Reviser, errors, revise

BRIEF = Brief(
    "party-building-summary", "示例县水务局", Period.parse("2025-H1"), date(2025, 7, 4), "党组",
    facts=(make_item("fact", 1, "班子成员讲党课6次"), make_item("fact", 2, "开展廉政谈话22人次")), digest="b",
)  # fmt: skip
PLAN = SectionPlan("a1", "achievements", 1, "一、", "加强党的建设", ("F01", "F02"))
TASK = SectionTask(PLAN, Outline("总结", "", (PLAN,), "", ""), BRIEF, BRIEF.facts)
GOOD = "要坚持严字当头。班子成员讲党课6次⟦F01⟧。开展廉政谈话22人次⟦F02⟧。"


def draft_of(text: str) -> Draft:
    return Draft("总结", "", parse_reply(text, PLAN, {"F01", "F02"}).sections, "", "")


def check(draft: Draft) -> tuple[Finding, ...]:
    return check_facts(draft.document(), FactContext(BRIEF))


def revised(text: str, model: FakeModel, **more: object) -> Draft:
    return revise(draft_of(text), Reviser(model, check, {"a1": TASK}, **more))  # type: ignore[arg-type]


def texts(draft: Draft) -> list[str]:
    return [s.text for section in draft.sections for s in section.sentences()]


def never(_: list[BaseMessage]) -> str:
    raise AssertionError("nothing to ask")


def test_a_clean_draft_is_left_alone() -> None:
    done = revised(GOOD, FakeModel(never))
    assert done.sections == draft_of(GOOD).sections
    assert done.trace.repairs == ()


def test_only_the_failing_sentence_changes() -> None:
    done = revised(GOOD.replace("6次", "60次"), scripted("班子成员讲党课6次⟦F01⟧。"))
    assert texts(done) == ["要坚持严字当头。", "班子成员讲党课6次。", "开展廉政谈话22人次。"]
    assert [r.accepted for r in done.trace.repairs] == [True]


def test_the_prompt_of_a_repair_holds_the_sentence_its_fact_and_the_finding() -> None:
    model = scripted("班子成员讲党课6次⟦F01⟧。")
    revised(GOOD.replace("6次", "60次"), model)
    prompt = str(model.seen[0][-1].content)
    assert "1. 班子成员讲党课60次。⟦F01⟧" in prompt
    assert "⟦F01⟧ 班子成员讲党课6次" in prompt
    assert "与材料不符" in prompt
    assert "廉政谈话" not in prompt


def test_an_answer_that_is_no_better_is_refused_and_on_record() -> None:
    done = revised(GOOD.replace("6次", "60次"), scripted("班子成员讲党课61次⟦F01⟧。"))
    assert texts(done)[1] == f"班子成员讲党课6次{ROUGH}。"
    assert [r.accepted for r in done.trace.repairs][:2] == [False, False]
    assert errors(done) == 0


@pytest.mark.parametrize("word", ["删", "（删）", "删除。", "1. 删"])
def test_the_model_may_take_a_sentence_out(word: str) -> None:
    done = revised("形成了良好局面。" + GOOD, scripted(word))
    assert texts(done) == texts(draft_of(GOOD))


def test_an_unsourced_clause_is_cut_and_the_fact_kept() -> None:
    text = GOOD.replace("6次", "6次，党员意识明显增强").replace("严字当头。", "严字当头。形成了良好局面。")
    done = revised(text, scripted("党员意识明显增强。"))
    assert texts(done) == texts(draft_of(GOOD))


def test_a_bare_lead_goes_with_its_sentence_and_the_rest_is_counted_again() -> None:
    text = "一是抓教育。形成了良好局面。\n二是抓学习。班子成员讲党课6次⟦F01⟧。\n三是抓谈话。开展廉政谈话22人次⟦F02⟧。"
    done = revised(text, scripted("一是形成了良好局面。"))
    assert [p.text for p in done.sections[0].paragraphs] == [
        "一是抓学习。班子成员讲党课6次。", "二是抓谈话。开展廉政谈话22人次。",
    ]  # fmt: skip


def test_a_run_keeps_its_mark_where_the_model_leaves_it_out() -> None:
    done = revised(
        "一是开展廉政谈话22人次⟦F02⟧。二是班子成员讲党课60次⟦F01⟧。", scripted("班子成员讲党课6次⟦F01⟧。")
    )
    assert texts(done)[-1] == "二是班子成员讲党课6次。"


def test_a_figure_is_written_as_the_material_writes_it() -> None:
    brief = replace(BRIEF, facts=(make_item("fact", 1, "恢复供水1260户"),))
    draft = draft_of("恢复供水1,260户⟦F01⟧。")
    task = replace(TASK, brief=brief, items=brief.facts)
    told = revise(
        draft,
        Reviser(FakeModel(never), lambda d: check_facts(d.document(), FactContext(brief)), {"a1": task}),
    )
    assert texts(told) == ["恢复供水1260户。"]


def test_a_missing_fact_is_asked_for_once() -> None:
    done = revised("班子成员讲党课6次⟦F01⟧。", scripted("开展廉政谈话22人次⟦F02⟧。"))
    assert texts(done) == ["班子成员讲党课6次。", "开展廉政谈话22人次。"]


def test_a_missing_fact_the_model_gets_wrong_stands_in_its_own_words() -> None:
    done = revised("班子成员讲党课6次⟦F01⟧。", scripted("开展廉政谈话220人次⟦F02⟧。"))
    assert texts(done) == ["班子成员讲党课6次。", f"开展廉政谈话22人次{ROUGH}。"]


@pytest.mark.parametrize("reply", ["", "甲。\n乙。\n丙。\n丁。", "1. 甲。\n1. 乙。", "好的，修改如下："])
def test_a_wrong_number_of_lines_changes_nothing_by_itself(reply: str) -> None:
    done = revised(GOOD.replace("6次", "60次").replace("22人次", "23人次"), scripted(reply))
    assert errors(done) == 0
    assert [ROUGH in t for t in texts(done)] == [False, True, True]


def test_an_answer_that_is_no_sentence_is_no_answer() -> None:
    done = revised(GOOD + "形成了良好局面。", scripted("我改不了"))
    assert texts(done) == texts(draft_of(GOOD))


def test_numbered_answers_are_matched_by_their_numbers() -> None:
    reply = "2. 开展廉政谈话22人次⟦F02⟧。\n1. 班子成员讲党课6次⟦F01⟧。"
    done = revised(GOOD.replace("6次", "60次").replace("22人次", "23人次"), scripted(reply))
    assert texts(done) == texts(draft_of(GOOD))


def test_a_service_that_fails_keeps_the_draft() -> None:
    def fails(_: list[BaseMessage]) -> str:
        raise ServiceError("模型服务没有回应")

    done = revised(GOOD.replace("6次", "60次").replace("开展廉政谈话22人次⟦F02⟧。", ""), FakeModel(fails))
    assert errors(done) == 0
    assert done.trace.repairs[0].detail == "模型服务没有回应"
    assert (
        texts(done) == ["要坚持严字当头。", f"班子成员讲党课6次{ROUGH}。开展廉政谈话22人次{ROUGH}。"]
        or len(texts(done)) == 3
    )


def test_no_rounds_no_questions() -> None:
    done = revised(GOOD.replace("6次", "6次，党员意识明显增强"), FakeModel(never), rounds=0)
    assert texts(done) == texts(draft_of(GOOD))


def test_fixes_that_findings_carry_are_made_without_the_model() -> None:
    def with_fix(draft: Draft) -> tuple[Finding, ...]:
        at = draft.sections[0].text.find("严字当头")
        return (
            (Finding("wording/x", "error", "改", 2, at, at + 4, "严字当头", Fix(at, at + 4, "从严从实")),)
            if at >= 0
            else ()
        )

    done = revise(draft_of(GOOD), Reviser(FakeModel(never), with_fix, {"a1": TASK}))
    assert texts(done)[0] == "要坚持从严从实。"
    assert texts(done)[1:] == texts(draft_of(GOOD))[1:]


def test_addresses_meet_the_blocks_of_the_document() -> None:
    draft = draft_of(GOOD)
    blocks = draft.document().blocks
    for number, rows in addresses(draft).items():
        for start, end, address in rows:
            assert blocks[number].text[start:end] == sentence_at(draft, address).text
    assert isinstance(sentence_at(draft, next(iter(addresses(draft).values()))[0][2]), Sentence)


def test_an_aim_after_its_fact_is_cut_whatever_else_is_wrong_with_the_sentence() -> None:
    done = revised(GOOD.replace("22人次", "22人次，着眼抓早抓小"), FakeModel(never), rounds=0)
    assert texts(done) == texts(draft_of(GOOD))
    both = revised(GOOD.replace("6次", "60次，形成了良好局面"), scripted(""), rounds=0)
    assert "良好局面" not in "".join(texts(both))


def test_a_clause_that_holds_words_of_the_fact_is_not_cut_but_the_bullet_stands() -> None:
    done = revised(
        GOOD.replace("班子成员讲党课6次", "班子成员积极性明显增强，讲党课6次"), FakeModel(never), rounds=0
    )
    assert texts(done) == ["要坚持严字当头。", f"班子成员讲党课6次{ROUGH}。", "开展廉政谈话22人次。"]
