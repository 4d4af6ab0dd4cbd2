"""The parser is total: any reply becomes sections, marks bind, headings stay the plan's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.brief import make_item
from assistant.compose.parse import parse_reply
from assistant.compose.slots import fill_slots, slot_table, slotted
from assistant.document import Section
from assistant.plan.types import SectionPlan, SubHead

KNOWN = frozenset({"F01", "F02", "F10", "Q01", "P01", "D01"})
PLAN = SectionPlan("a1", "achievements", 1, "一、", "加强政治建设", ("F01", "F02"))
PLANS = SectionPlan(
    "p1", "plans", 1, "三、", "下半年工作计划", ("P01", "Q01", "P02"),
    subheads=(SubHead("建强基层组织", ("P01",)), SubHead("改进工作作风", ("Q01",))),
)  # fmt: skip
PIECES = st.sampled_from(
    ["讲党课6次", "⟦F01⟧", "⟦F", "⟧", "【待补：", "】", "。", "！", "\n", "```", "<think>", "</think>", "# ", "**",
     "（一）建强基层组织", "《", "》", "{{F01.1}}", "{{", "\u200b", "一、", "\r", "；", "，", " ", "<b>", "F99"]
)  # fmt: skip


def sentences(reply: str, plan: SectionPlan = PLAN) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    found = parse_reply(reply, plan, KNOWN).sections
    return [(s.text, s.facts, s.policies) for section in found for s in section.sentences()]


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)), st.sampled_from([PLAN, PLANS]))
def test_any_text_gives_the_planned_sections(reply: str, plan: SectionPlan) -> None:
    parsed = parse_reply(reply, plan, KNOWN, {"F01.1": "6次"})
    assert [s.heading for s in parsed.sections] == [plan.heading, *(s.heading for s in plan.subheads)]
    for sentence in (s for section in parsed.sections for s in section.sentences()):
        assert set(sentence.facts + sentence.policies) <= KNOWN
        assert sentence.text and "⟦" not in sentence.text and "⟧" not in sentence.text


@given(st.lists(st.tuples(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=12),
                          st.sampled_from(sorted(KNOWN))), min_size=1, max_size=6))  # fmt: skip
def test_sentences_with_marks_come_back_as_written(rows: list[tuple[str, str]]) -> None:
    reply = "".join(f"{text}⟦{id}⟧。" for text, id in rows)
    assert [(t, (*f, *p)) for t, f, p in sentences(reply)] == [(f"{text}。", (id,)) for text, id in rows]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("讲党课6次⟦F01⟧。", [("讲党课6次。", ("F01",), ())]),
        ("讲党课6次。⟦F01⟧", [("讲党课6次。", ("F01",), ())]),
        ("讲党课6次⟦F01⟧⟦F02⟧。", [("讲党课6次。", ("F01", "F02"), ())]),
        ("讲党课6次⟦F01、F02⟧。", [("讲党课6次。", ("F01", "F02"), ())]),
        ("讲党课6次⟦F1⟧。", [("讲党课6次。", ("F01",), ())]),
        ("讲党课6次⟦f 10⟧。", [("讲党课6次。", ("F10",), ())]),
        ("讲党课6次[F01]。", [("讲党课6次。", ("F01",), ())]),
        ("讲党课6次【F01】。", [("讲党课6次。", ("F01",), ())]),
        ("讲党课6次（F01）。", [("讲党课6次。", ("F01",), ())]),
        ("讲党课⟦F01⟧6次，坚持原则⟦D01⟧。", [("讲党课6次，坚持原则。", ("F01",), ("D01",))]),
        ("讲党课6次⟦F0", [("讲党课6次", (), ())]),
        ("讲党课6次⟦来源：台账⟧。", [("讲党课6次。", (), ())]),
        ("他说：“好。”讲党课6次⟦F01⟧。", [("他说：“好。”", (), ()), ("讲党课6次。", ("F01",), ())]),
        ("学习《关于改进作风。的意见》⟦F01⟧。", [("学习《关于改进作风。的意见》。", ("F01",), ())]),
        ("签订【待补：份数。】份⟦F01⟧。", [("签订【待补：份数。】份。", ("F01",), ())]),
        ("没有收尾【待补。讲党课6次⟦F01⟧。", [("没有收尾【待补。", (), ()), ("讲党课6次。", ("F01",), ())]),
        ("- **讲党课**6次⟦F01⟧。", [("讲党课6次。", ("F01",), ())]),
        ("```text\n讲党课6次⟦F01⟧。\n```", [("讲党课6次。", ("F01",), ())]),
        ("<think>想一想⟦F02⟧。</think>讲党课6次⟦F01⟧。", [("讲党课6次。", ("F01",), ())]),
        ("一、加强政治建设\n讲党课6次⟦F01⟧。", [("讲党课6次。", ("F01",), ())]),
        ("## 加强政治建设\n讲党课6次⟦F01⟧。", [("讲党课6次。", ("F01",), ())]),
        ("（一）全市排名第一\n讲党课6次⟦F01⟧。", [("讲党课6次。", ("F01",), ())]),
        ("好的，以下是本节正文：\n讲党课6次⟦F01⟧。", [("讲党课6次。", ("F01",), ())]),
        ("讲党课\u200b6次⟦F01⟧。", [("讲党课6次。", ("F01",), ())]),
        ("⟦F01⟧⟦F02⟧", []),
        ("", []),
    ],
)
def test_marks_and_layout(reply: str, expected: list[object]) -> None:
    assert sentences(reply) == expected


def test_ids_nobody_gave_are_dropped_and_told() -> None:
    parsed = parse_reply("讲党课6次⟦F99⟧⟦F01⟧，走访⟦台账⟧。{{F07.1}}", PLAN, KNOWN, {})
    assert parsed.sections[0].sentences()[0].facts == ("F01",)
    assert set(parsed.bad_marks) == {"F99", "台账", "F07.1"}


def bodies(reply: str) -> list[tuple[str, str]]:
    found: tuple[Section, ...] = parse_reply(reply, PLANS, KNOWN).sections
    return [(s.number + s.heading, s.text) for s in found]


@pytest.mark.parametrize(
    "reply",
    [
        "引语。\n（一）建强基层组织\n甲⟦P01⟧乙丙。\n（二）改进工作作风\n丁戊己⟦Q01⟧。",
        "引语。\n（一）建强组织\n甲⟦P01⟧乙丙。\n（二）全省第一的作风\n丁戊己⟦Q01⟧。",
        "引语。\n（一）建强基层组织。甲⟦P01⟧乙丙。\n（二）改进工作作风。丁戊己⟦Q01⟧。",
        "引语。\n甲⟦P01⟧乙丙。\n丁戊己⟦Q01⟧。",
        "引语。\n（一）建强基层组织\n甲⟦P01⟧乙丙。\n（二）改进工作作风\n丁戊己⟦Q01⟧。\n（三）另外一个标题",
    ],
)
def test_subheads_are_the_plans_own(reply: str) -> None:
    assert bodies(reply) == [
        ("三、下半年工作计划", "引语。"), ("（一）建强基层组织", "甲乙丙。"), ("（二）改进工作作风", "丁戊己。"),
    ]  # fmt: skip


def test_slots_are_filled_with_the_facts_own_values() -> None:
    item = make_item("fact", 4, "班子成员讲党课6次，签订责任书*份")
    assert (
        slotted(item, ())
        == "班子成员讲党课{{F04.1}}，签订责任书{{F04.2}}份（F04.1＝6次，F04.2＝【待补：责任书份数】）"
    )
    table = slot_table([item], ())
    filled, bad = fill_slots("讲党课{{F04.1}}，{{F04.3}}、{F4.1}。", table)
    assert filled == "讲党课6次⟦F04⟧，、6次⟦F04⟧。"
    assert bad == ("F04.3",)
