"""Whole texts with their faults marked, and what is said of one fault: once, and not of what is still open."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from assistant.brief import Brief, Period, make_item
from assistant.catalogue import load_catalogue
from assistant.checks.engine import check
from assistant.checks.examples import document_of
from assistant.checks.facts import align
from assistant.checks.profile import Profile, infer_profile
from assistant.checks.registry import load_rules
from assistant.document import Block, Document
from assistant.formats.read import read_document

MARKED = sorted((Path(__file__).parent.parent / "benchmarks/marked").glob("*.json"))
DAY = date(2023, 7, 5)
BUREAU = Profile("work-summary", "云州市水利局", "党组", "", Period.parse("2023-H1"), DAY, "bureau")


def findings(text: str) -> list[tuple[str, str]]:
    out = check(document_of(text), catalogue=load_catalogue(), rules=load_rules(), profile=BUREAU, as_of=DAY)
    return [(f.rule.split(".")[0], f.message) for f in out if f.paragraph >= 0]


@pytest.mark.parametrize("path", MARKED, ids=lambda p: p.stem)
def test_faults_that_a_rule_can_tell_are_found(path: Path):
    data = json.loads(path.read_text("utf-8"))
    text = path.with_name(data["text"])
    document, raw = read_document(text).document, text.read_text("utf-8")
    places = []
    for f in check(document, catalogue=load_catalogue(), rules=load_rules()):
        if f.paragraph >= 0:
            base = raw.find(document.blocks[f.paragraph].text)
            places.append((base + f.start, base + f.end))
    told = [d for d in data["defects"] if d["needs"] == "rule" and d["certainty"] != "style"]
    missed = [d["quote"] for d in told if not any(a < d["end"] and d["start"] < b for a, b in places)]
    assert len(told) > 20
    assert len(missed) <= len(told) // 20, missed


def test_one_fault_is_told_once():
    assert [r for r, _ in findings("将调研研究贯穿始终。")] == ["wording/canonical"]
    rules = [r for r, _ in findings("局党组落实党组主体责任。党委主体责任要压实。")]
    assert rules.count("wording/org-term") + rules.count("leftover/body") == 1
    both = [r for r, _ in findings("用好智慧党建系统平台，落实“智慧党建”要求，抓好智慧党建平台系统。")]
    assert {"wording/exchanged", "wording/quotation"} <= set(both)


def test_quotation_marks_within_quotation_marks():
    ((_, message),) = [f for f in findings("坚定捍卫“两个确立”。") if f[0] == "wording/two-establishes-verb"]
    assert message.startswith("“坚定捍卫‘两个确立’”")


def test_nothing_is_said_of_what_stands_in_an_open_place():
    text = "我局抓学习，我局抓组织。参加主题教育【待核：本局参加批次】。"
    assert "structure/person-mixed" not in {r for r, _ in findings(text)}
    assert "structure/person-mixed" in {r for r, _ in findings("我局抓学习，我局抓组织，本局抓作风。")}


def test_the_announced_period_counts_where_the_title_kept_an_old_year():
    def period(title: str, opening: str) -> Period | None:
        blocks = (Block(title, "title"), Block(opening, "body", 0, "opening"))
        return infer_profile(Document(blocks)).period

    announced = "2025年，抓好党建。现将2025年上半年党建工作总结报告如下。"
    assert period("某局2024年上半年党建工作总结", announced) == Period.parse("2025-H1")
    plans = "2025年任务更重，2025年要实干。现将全年工作和2025年计划报告如下。"
    assert period("某局2024年党建工作总结", plans) == Period.parse("2024")


def test_a_fact_is_told_where_it_is_told_best():
    texts = ("开展党员谈心谈话1次", "开展集体提醒谈话1次，个别提醒谈话3次", "组织培训2期，培训党员96人次")
    facts = tuple(make_item("fact", n, t, required=True) for n, t in enumerate(texts, 1))
    brief = Brief("work-summary", "云州市水利局", Period.parse("2023-H1"), DAY, "党组", facts=facts)
    lines = (
        "开展党员谈心谈话1次。",
        "开展集体提醒谈话1次，个别提醒谈话3次【待核：是否已计入谈心谈话1次】。",
        "组织培训2期。",
        "培训党员96人次。",
    )
    blocks = tuple(Block(line, "body") for line in lines)
    aligned = align(Document(blocks), brief)
    assert [b.sentences[0].facts for b in aligned.blocks] == [("F01",), ("F02",), ("F03",), ("F03",)]
