"""Roles, levels and parts of lines; the text itself is never touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.document import Block
from assistant.errors import KnowledgeError
from assistant.formats.lines import Line, glue, tidy
from assistant.formats.parts import parts_named
from assistant.formats.read import read_document
from assistant.formats.structure import classify, heading_number, run_in_heading
from assistant.formats.structure_rules import load_rules
from assistant.text import Span

SUMMARY = """临江县水利局2023年上半年党建工作总结和下半年工作计划
县直机关工委：
今年以来，我局抓实党建工作。现将有关情况报告如下。
一、主要做法和取得的成效
（一）加强理论学习
组织集中学习6次。
（二）建强支部。指导4个支部换届，发展党员2名。
1．抓换届。4个支部按期换届。
（1）摸底
逐个支部摸底。
二、存在的问题和不足
一是学习不够深入。
三、下半年工作安排
（一）深化学习。每月学习2次。
以上报告，请审阅。
附件：1.党员名册
2.学习台账
临江县水利局机关党总支
2023年7月5日
（联系人：略）"""


def blocks_of(text: str) -> tuple[Block, ...]:
    return classify([Line(t, i) for i, t in enumerate(text.splitlines(), 1)])


def outline(text: str) -> list[tuple[str, int, str | None]]:
    return [(b.role, b.level, b.part) for b in blocks_of(text)]


def test_a_whole_summary() -> None:
    assert outline(SUMMARY) == [
        ("title", 0, None),
        ("recipient", 0, None),
        ("body", 0, "opening"),
        ("heading", 1, "achievements"),
        ("heading", 2, "achievements"),
        ("body", 0, "achievements"),
        ("body", 2, "achievements"),
        ("body", 3, "achievements"),
        ("heading", 4, "achievements"),
        ("body", 0, "achievements"),
        ("heading", 1, "problems"),
        ("body", 0, "problems"),
        ("heading", 1, "plans"),
        ("body", 2, "plans"),
        ("body", 0, "closing"),
        ("note", 0, None),
        ("note", 0, None),
        ("signature", 0, "closing"),
        ("date", 0, "closing"),
        ("note", 0, None),
    ]


def test_lines_keep_their_numbers_and_text() -> None:
    blocks = blocks_of(SUMMARY)
    assert [b.text for b in blocks] == SUMMARY.splitlines()
    assert [b.line for b in blocks] == list(range(1, len(blocks) + 1))


@pytest.mark.parametrize(
    ("text", "level", "end"),
    [
        ("一、总体情况", 1, 2),
        ("十二、其他", 1, 3),
        ("（三）学习", 2, 3),
        ("(三)学习", 2, 3),
        ("1.学习", 3, 2),
        ("１．学习", 3, 2),
        ("1、学习", 3, 2),
        ("12．学习", 3, 3),
        ("（4）学习", 4, 3),
        ("(4)学习", 4, 3),
        ("第一章 总则", 1, 3),
        ("第一条 为了", 0, 0),
        ("1.2万元用于学习", 0, 0),
        ("2023.5月份", 0, 0),
        ("一是学习", 0, 0),
        ("三会一课", 0, 0),
        ("", 0, 0),
    ],
)
def test_ordinals(text: str, level: int, end: int) -> None:
    assert heading_number(text) == (level, end)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("（一）建强支部。指导换届。", Span(0, 8)),
        ("（一）落实“三会一课”。”开展学习。", Span(0, 13)),
        ("1.分析研判：学校党委研究。", Span(0, 7)),
        ("（一）建强支部。", None),
        ("（一）建强支部", None),
        ("建强支部。指导换届。", None),
        ("（一）" + "很长的句子" * 12 + "。后文。", None),
        ("（一）对象，包括：党员。干部。", Span(0, 12)),
        ("", None),
    ],
)
def test_run_in_heading(text: str, span: Span | None) -> None:
    assert run_in_heading(text) == span


def test_items_of_a_list_are_no_headings() -> None:
    text = "一、任职条件\n（一）政治坚定；\n（二）作风优良；\n（三）群众公认。\n二、程序\n1.本人申请。\n2.组织考察。\n按规定办理。"
    assert [(b.role, b.level) for b in blocks_of(text)] == [
        ("heading", 1),
        ("body", 0),
        ("body", 0),
        ("body", 0),
        ("heading", 1),
        ("body", 0),
        ("body", 0),
        ("body", 0),
    ]


def test_own_line_heading_with_a_full_stop() -> None:
    first = blocks_of("（三）开展结对联建。\n一是精心谋划。成立小组。")[0]
    assert (first.role, first.level) == ("heading", 2)


def test_title_of_two_parts_does_not_decide_a_part() -> None:
    parts = [
        p
        for _, _, p in outline(
            "某局上半年工作总结和下半年工作计划\n一、强化学习教育\n抓学习。\n二、严格组织生活\n抓生活。"
        )
    ]
    assert parts == [None] + ["achievements"] * 4


def test_red_letterhead_is_not_the_title() -> None:
    found = blocks_of(
        "临江县水利局文件\n临水发〔2023〕5号\n临江县水利局\n关于报送工作总结的报告\n县政府：\n现将情况报告如下。"
    )
    assert [b.role for b in found] == ["note", "note", "title", "title", "recipient", "body"]


def test_document_number_under_the_title() -> None:
    found = blocks_of("临江县水利局关于开展检查的通知\n临水发〔2023〕5号\n各科室：\n请认真组织检查。")
    assert [b.role for b in found] == ["title", "note", "recipient", "body"]


def test_author_and_date_under_the_title() -> None:
    found = blocks_of("2023年工作总结\n临江县水利局\n（2023年12月20日）\n今年以来，我局扎实工作。")
    assert [b.role for b in found] == ["title", "signature", "date", "body"]


def test_a_date_that_is_the_text_of_a_section_is_body() -> None:
    found = blocks_of(
        "关于活动的通知\n一、活动时间\n2023年6月15日\n二、活动地点\n会议室。\n（一）要求\n请准时。"
    )
    assert found[2].role == "body"


def test_joint_heading_is_told_apart_by_its_subheadings() -> None:
    text = "2023年工作总结\n一、主要做法\n抓学习。\n二、存在问题和下一步打算\n（一）存在的问题\n不够深。\n（二）下一步打算\n继续抓。"
    assert [p for _, _, p in outline(text)][3:] == ["problems"] * 3 + ["plans"] * 2


def test_contents_are_notes() -> None:
    found = blocks_of("工作规划\n目 录\n一、总体要求……1\n（一）原则…………2\n一、总体要求\n坚持原则。")
    assert [b.role for b in found] == ["title", "note", "note", "note", "heading", "body"]


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        ("主要做法和取得的成效", ("achievements",)),
        ("存在主要问题", ("problems",)),
        ("存在问题及原因分析", ("problems",)),
        ("下步工作打算", ("plans",)),
        ("整改上年反馈问题的落实情况", ("achievements",)),
        ("存在的不足和努力方向", ("problems", "plans")),
        ("坚持问题导向", ()),
        ("下半年", ("plans",)),
        ("加强政府自身建设", ()),
    ],
)
def test_words_of_parts(heading: str, parts: tuple[str, ...]) -> None:
    assert parts_named(heading, load_rules()) == parts


def test_a_later_year_means_plans() -> None:
    text = "2025年工作报告\n一、2025年工作回顾\n很好。\n二、2026年主要工作\n继续。"
    assert [p for _, _, p in outline(text)] == [None, *["achievements"] * 2, *["plans"] * 2]


def test_thousands_of_dates_and_contents_lines() -> None:
    found = blocks_of(
        "工作总结\n" + "一、总体……1\n" * 5000 + "今年以来，工作扎实。\n" + "2023年7月5日\n" * 5000
    )
    assert len(found) == 10_002
    assert found[-1].role == "date"


def test_tidy_splits_strips_and_counts() -> None:
    lines, invisible = tidy([Line("　甲\u200b乙 ", 1), Line("  ", 2), Line("丙\u2028丁", 3)])
    assert [(x.text, x.number) for x in lines] == [("甲乙", 1), ("丙", 3), ("丁", 3)]
    assert invisible == 1


@pytest.mark.parametrize(
    ("left", "right", "whole"),
    [
        ("工作", "总结", "工作总结"),
        ("open", "source", "open source"),
        ("20", "23年", "2023年"),
        ("A", "座", "A座"),
        ("", "x", "x"),
    ],
)
def test_glue(left: str, right: str, whole: str) -> None:
    assert glue(left, right) == whole


def test_faulty_rules_name_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "structure.yaml").write_text("numbers: [\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"structure\.yaml"):
        load_rules(tmp_path)
    load_rules.cache_clear()
    (folder / "structure.yaml").write_text("numbers: []\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="不合要求"):
        load_rules(tmp_path)
    load_rules.cache_clear()


PIECES = st.sampled_from(
    [
        "一、",
        "（一）",
        "1.",
        "（1）",
        "总结",
        "报告",
        "：",
        "。",
        "2023年7月5日",
        "某局",
        "〔2023〕5号",
        "附件：",
        "……3",
        "问题",
        "，",
        "第一章 ",
        "x",
        " ",
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(PIECES, min_size=1, max_size=6).map("".join), max_size=14))
def test_every_line_becomes_one_block(texts: list[str]) -> None:
    lines, _ = tidy(Line(t, i) for i, t in enumerate(texts, 1))
    blocks = classify(lines)
    assert [(b.text, b.line) for b in blocks] == [(x.text, x.number) for x in lines]
    assert all(0 <= b.level <= 4 for b in blocks)
    for block in blocks:
        span = run_in_heading(block.text)
        if block.role == "body" and block.level:
            assert span is not None
            assert 0 == span.start < span.end < len(block.text)


@pytest.mark.parametrize("name", ["bureau-2023h1-a", "bureau-2023h1-b"])
def test_the_seeds_have_three_parts(shared: Path, name: str) -> None:
    blocks = read_document(shared / "seeds" / f"{name}.txt").document.blocks
    tops = [b.part for b in blocks if b.role == "heading" and b.level == 1]
    assert tops == ["achievements", "problems", "plans"]
    assert blocks[0].part == "opening"
    assert sum(b.level == 2 for b in blocks) == (8 if name.endswith("a") else 13)


def test_reports_of_provinces_have_review_and_plan(shared: Path) -> None:
    paths = sorted((shared / "corpus" / "reports").glob("province-*.txt"))
    found = {p.name: {b.part for b in read_document(p).document.blocks} for p in paths}
    complete = [n for n, parts in found.items() if {"achievements", "plans"} <= parts]
    assert len(complete) >= 0.85 * len(found)
    assert all(read_document(p).meta.title.endswith("2026年政府工作报告") for p in paths)


def test_signatures_of_the_summaries(shared: Path) -> None:
    signed = {
        p.stem: read_document(p).meta.organization
        for p in (shared / "corpus" / "summaries").glob("*.txt")
        if p.stem in ("sx1459", "sx15882", "sx2118", "sx3204", "sx7952")
    }
    assert signed == {
        "sx1459": "绍兴一中党委",
        "sx15882": "中共绍兴市第一中学委员会",
        "sx2118": "中共绍兴一中委员会",
        "sx3204": "中共绍兴市教育局委员会",
        "sx7952": "中共绍兴一中党委",
    }
