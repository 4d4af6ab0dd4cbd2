"""The reverse brief: headings kept, figures to ``*`` with last period's value behind, and it loads again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.brief import Brief, Period
from assistant.document import Document
from assistant.errors import DocumentError
from assistant.formats.brief_dump import scalar
from assistant.formats.briefs import read_brief
from assistant.formats.lines import Line
from assistant.formats.read import DocumentMeta, ReadResult
from assistant.formats.structure import classify
from assistant.reverse import Given, following, mask, reverse, reverse_file
from assistant.values import parse_values

SUMMARY = """示例县水务局2023年上半年党建工作总结

县直机关工委：

现将上半年工作总结如下。

一、主要工作

（一）抓实理论学习。始终把学习摆在首位，不断提高认识。局党组开展“第一议题”学习11次，举办读书班1期3天。

（二）抓实服务群众。制定《2023年便民服务清单》，投入1.2万元，办结率98.5%；走访群众约300余户。

二、存在问题

一是学习不够深入，联系实际不紧。二是个别支部活动单一。

三、下一步打算

（一）改进学习方式。8月底前组织研讨2次。

示例县水务局
2023年7月5日
"""


def loaded(tmp_path: Path, text: str) -> Brief:
    path = tmp_path / "next.yaml"
    path.write_text(text, "utf-8")
    return read_brief(path)


def test_headings_figures_problems_and_plans(tmp_path: Path) -> None:
    source = tmp_path / "last.txt"
    source.write_text(SUMMARY, "utf-8")
    text = reverse_file(source)
    brief = loaded(tmp_path, text)
    assert (brief.organization, brief.period.label, brief.kind) == (
        "示例县水务局",
        "2023年下半年",
        "party-building-summary",
    )
    assert [s.heading for s in brief.sections] == [
        "抓实理论学习",
        "抓实服务群众",
    ] and brief.recipient == "县直机关工委"
    assert [f.text for f in brief.facts] == [
        "局党组开展“第一议题”学习*次，举办读书班*期*天",
        "制定《*年便民服务清单》，投入*万元，办结率*%",
        "走访群众约*户",
    ]
    assert "# 上期：11次、1期、3天" in text and "1.2万元、98.5%" in text
    assert [p.text for p in brief.problems] == ["学习不够深入，联系实际不紧", "个别支部活动单一"]
    assert brief.plans[0].text == "改进学习方式。*月底前组织研讨*次"
    assert "始终把学习摆在首位" not in text


def test_no_figure_of_last_period_is_left_in_a_fact(root: Path, tmp_path: Path) -> None:
    for sample in sorted((root / "knowledge" / "samples").glob("*.md")):
        brief = loaded(tmp_path, reverse_file(sample))
        assert len(brief.facts) > 8 and brief.problems and brief.plans, sample.name
        left = [
            (f.text, v)
            for f in brief.facts
            for v in f.values
            if v.kind in ("count", "money", "percent", "plain") and f.text[v.start - 1] != "*"
        ]
        assert not left, (sample.name, left)


def test_flags_win_and_seeds_load(shared: Path, tmp_path: Path) -> None:
    for seed in sorted((shared / "seeds").glob("*.txt")):
        brief = loaded(tmp_path, reverse_file(seed, Given("市甲局", "2024-H1", "work-summary")))
        assert (brief.organization, brief.kind, brief.period) == (
            "市甲局",
            "work-summary",
            Period.parse("2024-H1"),
        )
        assert brief.sections and brief.facts and brief.problems and brief.plans


def test_corpus_summaries_load_or_say_why(shared: Path, tmp_path: Path) -> None:
    made = 0
    for path in sorted((shared / "corpus" / "summaries").glob("*.txt")):
        try:
            loaded(tmp_path, reverse_file(path, Given("市甲局", "2024-H1")))
            made += 1
        except DocumentError as exc:
            assert "没有从这份材料里找到做了什么" in exc.message
    assert made >= 15


def test_a_period_is_asked_for_where_none_can_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("一、主要工作\n（一）抓学习。开展学习3次。\n", "utf-8")
    with pytest.raises(DocumentError, match="--period"):
        reverse_file(path)
    with pytest.raises(DocumentError, match="时间段"):
        reverse_file(path, Given(period="下个月"))


@pytest.mark.parametrize(
    ("now", "then"),
    [("2023-H1", "2023-H2"), ("2023-H2", "2024-H1"), ("2023", "2024"), ("2023-Q4", "2024-Q1")],
)
def test_following_period(now: str, then: str) -> None:
    assert following(Period.parse(now)) == Period.parse(then)


def test_known_blanks_stay_and_are_not_taken_for_figures() -> None:
    assert mask("拨付经费**万元，开展学习*次", None)[0] == "拨付经费**万元，开展学习*次"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="开展学习谈话次名万元%12三十，。；：（）《》“”*#\"'&!-:\\ 一是", max_size=80))
def test_any_text_gives_a_brief_that_loads_or_an_error_of_ours(text: str) -> None:
    lines = [
        Line(t, n)
        for n, t in enumerate(
            ["一、主要工作", f"（一）抓学习。开展学习3次。{text}", "二、存在问题", f"一是{text}"], 1
        )
    ]
    blocks = classify(lines)
    result = ReadResult(Document(blocks), DocumentMeta(organization="甲局", period_text="2023"))
    assert "sections:" in reverse(result, Given(), Path("x.txt"))


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40))
def test_scalar_reads_back(text: str) -> None:
    import yaml

    from assistant.text import strip_invisible

    shown = " ".join(strip_invisible(text)[0].split())
    assert (yaml.safe_load(f"- {scalar(text)}")[0] or "") == shown


def test_masking_leaves_no_count() -> None:
    masked, was = mask("党员43名，其中预备党员3名，占百分之六点九，投入1.2亿元", None)
    assert masked == "党员*名，其中预备党员*名，占*%，投入*亿元" and was == [
        "43名",
        "3名",
        "百分之六点九",
        "1.2亿元",
    ]
    assert not [v for v in parse_values(masked) if v.kind in ("count", "percent")]
