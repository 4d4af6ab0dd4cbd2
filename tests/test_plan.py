"""Planning: every fact in exactly one section, headings parallel, plans bound to the problems they answer."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answers import answers
from assistant.brief import Brief, ItemLane, Period, SectionSpec, make_item
from assistant.catalogue import load_catalogue
from assistant.errors import BriefError
from assistant.plan import make_outline
from assistant.plan.headings import borne_out, measure_heading
from assistant.plan.outline import match_problems
from assistant.plan.units import unit_names
from assistant.text import ordinal

FACTS = [
    "组织党组理论学习中心组集中学习6次",
    "召开党建工作专题会议2次",
    "签订党风廉政建设责任书12份",
    "发展党员3名",
    "开展主题党日活动5次",
    "走访慰问困难群众86户",
    "培训业务骨干120人次",
    "完成水库除险加固4座",
]


def items(lane: ItemLane, texts: list[str]) -> tuple:
    return tuple(make_item(lane, n, t) for n, t in enumerate(texts, 1))


def brief(facts: list[str], **more) -> Brief:
    base = {
        "kind": "party-building-summary", "organization": "示例县水利局", "body": "党组", "period": Period.parse("2024-H1"),
        "date": date(2024, 7, 5), "facts": items("fact", facts), "digest": "d",
    }  # fmt: skip
    return Brief(**{**base, **more})


@given(
    st.lists(st.sampled_from(FACTS), min_size=1, max_size=40), st.sampled_from(["2024", "2024-H1", "2024-Q3"])
)
@settings(max_examples=40, deadline=None)
def test_every_fact_stands_in_exactly_one_section(facts: list[str], period: str) -> None:
    outline = make_outline(brief(facts, period=Period.parse(period)), load_catalogue())
    placed = [i for s in outline.sections for i in s.items]
    assert sorted(placed) == sorted(f"F{n:02d}" for n in range(1, len(facts) + 1))


def test_given_sections_keep_their_facts_and_take_the_rest() -> None:
    specs = (SectionSpec("强化理论武装", ("F01",)), SectionSpec("严明廉洁纪律", ("F03",)))
    outline = make_outline(brief(FACTS[:4], sections=specs), load_catalogue())
    body = [s for s in outline.sections if s.part == "achievements" and s.level == 2]
    assert [s.heading for s in body] == ["强化理论武装", "严明廉洁纪律"]
    assert body[0].items[0] == "F01"
    assert body[1].items[0] == "F03"
    assert {i for s in body for i in s.items} == {"F01", "F02", "F03", "F04"}


def test_found_headings_are_parallel() -> None:
    outline = make_outline(brief(FACTS * 2), load_catalogue())
    headings = [s.heading for s in outline.sections if s.level == 2]
    assert len(headings) >= 2
    assert max(map(len, headings)) - min(map(len, headings)) <= 4
    assert len({h[:2] for h in headings}) == len(headings)


def test_plans_are_bound_to_the_problems_they_answer() -> None:
    problems = items("problem", ["党员教育形式单一", "报送统计信息不及时"])
    plans = items("plan", ["创新主题党日形式，组织现场教学4次"])
    outline = make_outline(brief(FACTS, problems=problems, plans=plans), load_catalogue())
    subs = next(s for s in outline.sections if s.part == "plans").subheads
    assert subs[0].items == ("P01", "Q01")
    assert subs[1].items == ("Q02",), "a problem nobody planned for keeps its place, open"


def test_measures_and_problems_by_the_table() -> None:
    assert answers("党务干部多为兼职，专业能力不强", "举办党务干部培训班2期")
    assert not answers("党务干部多为兼职，专业能力不强", "修建灌溉渠道3公里")


@pytest.mark.parametrize(
    ("plan", "cut"),
    [
        ("2026年建立快递小哥、网络主播等新兴青年联系名册", "建立快递小哥"),
        ("下半年实现滨河大道快速化改造主线通车", "改造主线通车"),
    ],
)
def test_a_heading_is_no_piece_of_a_longer_object(plan: str, cut: str) -> None:
    assert all(measure_heading(plan, "", set(), seed) != cut for seed in range(6))


def test_verbs_in_a_row_are_clauses_of_their_own() -> None:
    assert measure_heading("强化作风建设、推进减负", "", set(), 0) == "强化作风建设"


def test_a_heading_names_what_the_facts_have() -> None:
    assert not borne_out("突出产业发展，加大招商引资力度", "落实减税降费4.18亿元")
    assert borne_out("突出产业发展，加大招商引资力度", "引进项目8个，服务企业36家")


def test_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(BriefError, match="party-building-summary"):
        make_outline(brief(FACTS, kind="poem"), load_catalogue())


@pytest.mark.parametrize(
    ("organization", "body", "party", "we"),
    [
        ("市自然资源和规划局", "党组", "局党组", "我局"),
        ("示例县甲镇", "党委", "镇党委", "我镇"),
        ("样例市乙中学", "党支部", "学校党支部", "我校"),
        ("示例甲建设集团有限公司", "党委", "公司党委", "公司"),
    ],
)
def test_unit_names(organization: str, body: str, party: str, we: str) -> None:
    names = unit_names(organization, body)
    assert (names.party, names.we) == (party, we)


@pytest.mark.parametrize(("n", "text"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五")])
def test_ordinals(n: int, text: str) -> None:
    assert ordinal(n) == text


@pytest.mark.parametrize(
    ("text", "label", "following"),
    [
        ("2023", "2023年", "2024年"), ("2023-H1", "2023年上半年", "下半年"), ("2023-H2", "2023年下半年", "2024年"),
        ("2023-Q3", "2023年第三季度", "第四季度"), ("2023-01..2023-05", "2023年1—5月", "下一阶段"),
    ],
)  # fmt: skip
def test_periods(text: str, label: str, following: str) -> None:
    period = Period.parse(text)
    assert (period.label, period.next_label) == (label, following)


@pytest.mark.parametrize("text", ["23", "2023-H3", "2023-Q5", "2023-06..2023-01", "", "2023-13..2023-14"])
def test_bad_periods(text: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(text)


@pytest.mark.parametrize(
    ("problems", "plans", "answered"),
    [
        (["支部活动与诊疗业务结合不紧，临床党员工学矛盾突出", "党务干部多为兼职"],
         ["推行支部活动开到床边，每个支部每季度开展1次主题党日", "配备专职党务干部3名", "纠治诊疗服务中的不正之风"],
         [["Q01"], ["Q02"], []]),
        (["法律监督案件偏少", "建成监督模型少", "部分干警办理新类型案件经验不足"],
         ["法律监督案件增长20%", "研发监督模型6个", "选派20名干警到上级院跟班学习"],
         [["Q01"], ["Q02"], ["Q03"]]),
        (["优质生源外流", "课堂教学方法单一"], ["举办校园开放日4次", "组织课堂教学研讨6次"], [["Q01"], ["Q02"]]),
        (["优质生源外流", "课堂教学方法单一"], ["举办校园开放日4次", "组织课堂教学研讨6次", "新建操场"], [[], ["Q02"], []]),
    ],
)  # fmt: skip
def test_measures_go_side_by_side_with_the_problems(
    problems: list[str], plans: list[str], answered: list[list[str]]
) -> None:
    found = match_problems(items("plan", plans), items("problem", problems))
    assert [list(ids) for ids in found.values()] == answered


def test_the_only_fact_on_party_work_keeps_a_section_of_its_own() -> None:
    own = ["完成水库除险加固4座", "新建灌溉渠道12公里", "办理取水许可36件", "完成水利投资2.6亿元"]
    facts = [FACTS[0], *own, "排查安全隐患86处", "开展防汛演练4次", "储备防汛物资12类"]
    outline = make_outline(brief(facts, kind="work-summary"), load_catalogue())
    body = [s for s in outline.sections if s.part == "achievements" and s.items]
    assert ("F01",) in [s.items for s in body]
    assert all(len(s.items) > 1 for s in body if s.items != ("F01",))


def test_a_measure_is_not_its_own_heading() -> None:
    assert measure_heading("完成住院楼改造", "health", set(), 0) != "完成住院楼改造"
