"""The questions that were asked by hand of the three reference briefs: how many are found by rule.

The table names, for each question asked by hand (a few words for what it is about), the rule that finds it; ``None``: not found.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.catalogue import load_catalogue
from assistant.checks.questions import ask
from assistant.finding import points
from assistant.formats.briefs import read_brief

BY_HAND: dict[str, list[tuple[str, str | None, str]]] = {
    "bureau-2023h1-a": [
        ("党的二十大精神只在计划中", "topic_plans", "必写"),
        ("责任书份数", "unknown_one", "请补实"),
        ("责任书由哪级签", "signed_between", "哪一级与哪一级"),
        ("党课是否含廉政党课", "overlap", "讲党课6次"),
        ("谈心谈话一轮还是一人次", "talk_once", "一人次"),
        ("每月至少两次是否实际", "institution", "制度规定"),
        ("主题教育批次", "campaign_batch", "第几批"),
        ("少数多为", "quantifier", "相抵触"),
        ("党务干部问题无措施", "problem_unanswered", "第三个问题"),
        ("清廉规划资源", "foreign", "清廉规划资源"),
        ("结对联建与联建联帮", "variants", "联建联帮"),
        ("领导小组正式名称", "leading_group", "正式名称"),
        ("各科室党员全部纳入", "group_members", "全部纳入"),
        ("结对几对", "pairs", "几对"),
        ("共同制定指与谁", "jointly", "与谁"),
        ("年度计划落实", "plan_progress", "落实了哪几项"),
        ("培训对象内容", "training", "对象和内容"),
        ("比武争创结果", "contest", "比了什么"),
        ("问题具体表现", "examples", "具体表现"),
        ("大调研", "big_survey", "大兴调查研究"),
        ("提醒谈话与第一种形态", "reminder_talk", "第一种形态"),
        ("廉洁廉政用词", "variants", "廉政文化"),
        ("长廊何时建成", "venue", "何时建成"),
        ("大讲堂几期", "lecture_hall", "几期"),
        ("铸牢防线", "heading_fault", "筑牢"),
        ("扎牢廉政防线", "heading_fault", "厚植廉洁文化"),
        ("防线重复", "heading_repeat", "防线"),
        ("奋力开创", "heading_claim", "奋力开创"),
        ("学习宣传贯彻", "plan_study_wording", "学习宣传贯彻"),
        ("字数", "length_short", "4500"),
        ("市名全称", "place", "全称"),
        ("落款", "signature", "党组名义"),
    ],
    "bureau-2023h1-b": [
        ("十处未知", "unknown_many", "十处"),
        ("党支部名称还是个数", "unknown_name", "名称还是个数"),
        ("专家学者上讲台", "speaker", "授课"),
        ("排查敏感", "faith", "敏感"),
        ("承诺书名称", "pledge", "正式名称"),
        ("反馈意见几条", "feedback_plan", "改了几条"),
        ("第三个问题无措施", "problem_unanswered", "第三个问题"),
        ("是基层还是本局", "whose_problem", "本局"),
        ("四份文件", "documents_plain", "四份文件"),
        ("工作要点范围", "document_scope", "党建的还是全局的"),
        ("是否漏清单", "document_task", "清单"),
        ("主题教育批次", "campaign_batch", "第几批"),
        ("准备工作", "plan_prepare", "具体准备"),
        ("清单对应与时限", "plan_lists", "何时完成"),
        ("部署会", "meeting", "谁参加"),
        ("分类定级结果", "grading", "结果如何"),
        ("扩先提中治软顿号", "brand_marks", "顿号"),
        ("具体表现", "examples", "具体表现"),
        ("掌握不实不细说的是机关自身", None, ""),
        ("阶段落实不顺", None, ""),
        ("持续深入做了什么", "plan_continue", "模范机关"),
        ("没有提及的内容", "mentions", "意识形态"),
        ("经费渠道", "money_source", "渠道"),
        ("干部在线全称", "platform_etc", "干部在线"),
        ("没有提纲", "outline", "提纲"),
        ("市名全称", "place", "全称"),
        ("落款", "signature", "党组名义"),
    ],
    "duty-report-2024": [
        ("本人在不在现场", "rescue_self", "在不在现场"),
        ("单独还是共同", "rescue_alone", "单独完成"),
        ("两个问题的原因", "causes", "两个问题的原因"),
        ("慰问金", "unknown_one", "慰问金"),
        ("列支渠道", "money_source", "渠道"),
        ("本人还是党总支", "visit_who", "党总支"),
        ("各多少人次", "visit_split", "各多少"),
        ("反馈是否一条", "feedback_only", "一条"),
        ("现场教学地点", "field_teaching", "哪里"),
        ("姓名", "author_name", "姓名"),
        ("任职满一年", "tenure", "满一年"),
        ("三中全会精神", "topic_self", "三中全会"),
        ("23项", "matters", "最要紧"),
        ("评定单位时间", "honour", "评定"),
        ("本人指导", "honour_self", "哪些指导"),
        ("是否到届", "term_due", "到届"),
        ("支部全称", "branch_names", "全称"),
        ("指导是否含换届", "overlap_problem", "换届"),
        ("能否保证", "plan_often", "能否保证"),
        ("1期3天", "class_days", "累计3天"),
        ("是否本人主讲", "lecture_self", "本人主讲"),
        ("责任岗在哪", "plan_where", "哪3条"),
        ("字数", "length_short", "2500"),
        ("没有提及的内容", "mentions", "为基层减负"),
        ("题目以通知为准", "notice", "通知"),
        ("小标题为拟写", None, ""),
    ],
}
FLOOR = 0.9


@pytest.mark.parametrize("name", BY_HAND)
def test_what_was_asked_by_hand_is_found(shared: Path, name: str) -> None:
    found = points(ask(read_brief(shared / "briefs" / f"{name}.yaml"), load_catalogue()))
    missed = [
        topic for topic, rule, words in BY_HAND[name]
        if rule is None or not any(q.rule == f"ask/{rule}" and words in q.text for q in found)
    ]  # fmt: skip
    expected = [topic for topic, rule, _ in BY_HAND[name] if rule is None]
    assert missed == expected
    assert 1 - len(missed) / len(BY_HAND[name]) >= FLOOR


@pytest.mark.parametrize(
    ("name", "blocking"),
    [
        ("bureau-2023h1-a", ["topic_plans", "figures", "problems", "names", "campaign_batch"]),
        ("bureau-2023h1-b", ["unknown", "faith", "feedback_plan", "problems", "documents"]),
        ("duty-report-2024", ["fact", "self", "causes", "fact", "fact"]),
    ],
)
def test_the_five_that_block(shared: Path, name: str, blocking: list[str]) -> None:
    found = ask(read_brief(shared / "briefs" / f"{name}.yaml"), load_catalogue())
    assert [q.rule.removeprefix("ask/") for q in found if q.blocking] == blocking
    assert len(found) <= 14


def test_nothing_asked_twice(shared: Path) -> None:
    for name in BY_HAND:
        found = points(ask(read_brief(shared / "briefs" / f"{name}.yaml"), load_catalogue()))
        places = [(q.facts, q.anchor) for q in found if q.inline]
        assert len(places) == len(set(places))
        assert not {q.text for q in found if found.count(q) > 1}
