"""The roll-up: like measures summed with their terms, unlike ones never, unknown totals named, odd units said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.batch.manifest import briefs_of, read_manifest
from assistant.brief import NO_UNIT, Brief, make_item
from assistant.checks.facts.derived import recheck
from assistant.errors import BriefError
from assistant.formats.briefs import read_brief
from assistant.measures import measures_of
from assistant.rollup import Rollup, roll_up, to_yaml
from ui.cli import run


def unit(folder: Path, name: str, facts: list[str], more: str = "") -> None:
    folder.mkdir(exist_ok=True)
    lines = [
        f"kind: work-summary\norganization: {name}\nperiod: 2025-H1\n{more}facts:",
        *(f'  - "{f}"' for f in facts),
    ]
    (folder / f"{name}.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def rolled(folder: Path, tmp_path: Path, roster: tuple[str, ...] = ()) -> tuple[Rollup, Brief]:
    briefs, failed = briefs_of(read_manifest(folder))
    assert not failed
    found = roll_up(briefs, roster)
    path = tmp_path / "parent.yaml"
    path.write_text(to_yaml(found, "市教育局"), "utf-8")
    return found, read_brief(path)


def test_like_measures_are_summed_with_their_terms(tmp_path: Path) -> None:
    unit(
        tmp_path / "in",
        "甲校",
        ["组织开展谈心谈话22人次", "举办培训班2期，培训党员60人次", "争取资金1.2万元"],
    )
    unit(tmp_path / "in", "乙校", ["开展谈心谈话８人次", "举办培训班1期，培训党员40人次", "争取资金8000元"])
    unit(tmp_path / "in", "丙校", ["共开展谈心谈话33人次"])
    _, parent = rolled(tmp_path / "in", tmp_path)
    facts = {f.text: f.source for f in parent.facts}
    assert facts == {
        "2个单位共举办培训班3期": "合计：乙校1期+甲校2期=3期",
        "2个单位共培训党员100人次": "合计：乙校40人次+甲校60人次=100人次",
        "2个单位共争取资金2万元": "合计：乙校8000元+甲校1.2万元=2万元",
        "3个单位共开展谈心谈话63人次": "合计：丙校33人次+乙校8人次+甲校22人次=63人次",
    }
    assert not list(recheck(parent.facts))


def test_who_did_it_comes_before_the_total(tmp_path: Path) -> None:
    unit(tmp_path / "in", "甲校", ["班子成员共讲党课2次", "发展党员3名"])
    unit(tmp_path / "in", "乙校", ["班子成员讲党课3次", "发展党员1名"])
    _, parent = rolled(tmp_path / "in", tmp_path)
    assert [f.text for f in parent.facts] == ["2个单位班子成员共讲党课5次", "2个单位共发展党员4名"]


def test_unlike_units_and_rates_are_never_added(tmp_path: Path) -> None:
    unit(
        tmp_path / "in",
        "甲校",
        ["开展谈心谈话22人次", "群众满意度96%", "举办读书班3天", "人均培训30学时", "讲党课3次", "党员43名"],
    )
    unit(
        tmp_path / "in",
        "乙校",
        ["开展谈心谈话5次", "群众满意度98%", "举办读书班2天", "人均培训20学时", "讲党课2次", "发展党员3名"],
    )
    _, parent = rolled(tmp_path / "in", tmp_path)
    assert [f.text for f in parent.facts] == ["2个单位共讲党课5次"]


def test_an_unknown_value_makes_an_unknown_total(tmp_path: Path) -> None:
    unit(tmp_path / "in", "甲校", ["开展谈心谈话22人次"])
    unit(tmp_path / "in", "乙校", ["开展谈心谈话*人次"])
    unit(tmp_path / "in", "丙校", ["讲党课3次"])
    _, parent = rolled(tmp_path / "in", tmp_path)
    assert parent.facts[0].text == "2个单位共开展谈心谈话*人次" and parent.facts[0].unknowns
    assert parent.facts[0].source == "合计缺：乙校；已报：甲校22人次=22人次"
    assert "未提到这一项的：丙校" in (tmp_path / "parent.yaml").read_text("utf-8")


def test_outliers_absent_units_other_periods_and_twins(tmp_path: Path) -> None:
    for name, count in {"甲校": 5, "乙校": 6, "丙校": 7, "丁校": 800}.items():
        unit(tmp_path / "in", name, [f"讲党课{count}次"])
    unit(tmp_path / "in", "戊校", ["讲党课1次"])
    path = tmp_path / "in" / "戊校.yaml"
    path.write_text(path.read_text("utf-8").replace("2025-H1", "2024"), "utf-8")
    (tmp_path / "in" / "甲校2.yaml").write_text((tmp_path / "in" / "甲校.yaml").read_text("utf-8"), "utf-8")
    found, _ = rolled(tmp_path / "in", tmp_path, ("甲校", "己校"))
    said = "\n".join(found.remarks)
    assert "己校" in said and "丁校“讲党课800次”，中位数6.5次" in said
    assert "戊校报的是2024年" in said and "甲校有两份材料" in said and len(found.units) == 4


@pytest.mark.parametrize(
    ("text", "source", "said"),
    [
        ("2个单位共讲党课5次", "合计：第二中学3次+甲校4次=5次", "与各项相加的结果（7次）不符"),
        ("2个单位共讲党课9次", "合计：第二中学3次+甲校2次=5次", "与来源中的合计“5次”不一致"),
        ("5个单位共讲党课9次", "合计：第二中学3次+甲校2次=5次", "与来源中的合计“5次”不一致"),
        ("2个单位共讲党课5次", "合计：第二中学3次+甲校2名=5次", "不是同一单位的数"),
        ("2个单位共讲党课5次", "合计：第二中学3次+甲校=5次", "不是同一单位的数"),
        ("2个单位共讲党课3次", "合计缺：乙校；已报：甲校3次=3次", "还缺乙校的数"),
        ("2个单位共讲党课*次", "合计缺：乙校；已报：甲校3次=4次", "与各项相加的结果（3次）不符"),
    ],
)
def test_a_total_that_disagrees_with_its_terms_is_an_error(text: str, source: str, said: str) -> None:
    found = list(recheck([make_item("fact", 1, text, source=source)]))
    assert [(f.rule, f.severity, f.facts) for f in found] == [("facts/derived-total", "error", ("F01",))]
    assert said in found[0].message


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("2个单位共讲党课5次", "合计：第二中学3次+甲校2次=5次"),
        ("2个单位共争取资金2万元", "合计：乙校8000元+甲校1.2万元=2万元"),
        ("2个单位共讲党课*次", "合计缺：甲校、乙校；已报：无=0次"),
        ("讲党课5次", "学习台账"),
    ],
)
def test_a_total_that_adds_up_and_other_sources_are_left_alone(text: str, source: str) -> None:
    assert not list(recheck([make_item("fact", 1, text, source=source)]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 99999), min_size=1, max_size=8), st.integers(1, 500))
def test_only_the_true_sum_passes(amounts: list[int], off: int) -> None:
    terms = "+".join(f"第{n + 1}中学{a}次" for n, a in enumerate(amounts))

    def rules(total: int) -> list[str]:
        source = f"合计：{terms}={total}次"
        return [f.rule for f in recheck([make_item("fact", 1, f"共讲党课{total}次", source=source)])]

    assert rules(sum(amounts)) == [] and rules(sum(amounts) + off) == ["facts/derived-total"]


def test_from_units_to_the_parents_draft_and_a_total_tampered_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZHIBI_WORKSPACE", str(tmp_path / "workspace"))
    units, parent, text = tmp_path / "in", tmp_path / "parent.yaml", tmp_path / "parent.md"
    for name, count in {"甲校": 3, "乙校": 4}.items():
        unit(units, name, [f"讲党课{count}次", f"举办培训班{count + 1}期"], "problems: [学习不够深入]\n")
    assert run(["batch", str(units), "-o", str(tmp_path / "out"), "--format", "md"]) in (0, 1)
    assert len(list((tmp_path / "out").glob("*.md"))) == 2
    assert run(["rollup", str(units), "--organization", "市教育局", "-o", str(parent)]) == 0
    draft = ["draft", str(parent), "-o", str(text), "--format", "md,json"]
    check = ["check", str(text), "--brief", str(parent), "--format", "json"]
    run(draft)
    assert "7次" in text.read_text("utf-8") and "facts/derived-total" not in checked(check, capsys)
    tampered = parent.read_text("utf-8").replace("共讲党课7次", "共讲党课8次")
    parent.write_text(tampered, "utf-8")
    assert run(draft) == 1
    assert "8次" in text.read_text("utf-8") and "facts/derived-total" in checked(check, capsys)


def checked(argv: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Rules of the errors that ``zhibi check`` prints."""
    capsys.readouterr()
    run(argv)
    found = json.loads(capsys.readouterr().out)["files"][0]["findings"]
    return [f["rule"] for f in found if f["severity"] == "error"]


def test_bad_briefs_are_said_and_nothing_to_add_is_an_error(tmp_path: Path) -> None:
    unit(tmp_path / "in", "甲校", ["讲党课3次"])
    (tmp_path / "in" / "坏.yaml").write_text("kind: x", "utf-8")
    briefs, failed = briefs_of(read_manifest(tmp_path / "in"))
    assert len(briefs) == 1 and len(failed) == 1
    with pytest.raises(BriefError, match="没有可以汇总"):
        to_yaml(roll_up(briefs), "市教育局")
    with pytest.raises(BriefError, match="没有一份能读的材料"):
        roll_up([])


def test_a_clerks_spreadsheet_is_rolled_up_too(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parent = tmp_path / "parent.yaml"
    assert run(["rollup", str(root / "tests" / "data" / "clerk.xlsx"), "-o", str(parent)]) == 2
    said = capsys.readouterr().err
    assert "未计入：工作表“党建工作情况汇总”第13行" in said and "organization 处留了" in said
    brief = read_brief(parent)
    assert brief.organization == NO_UNIT and brief.facts
    assert not list(recheck(brief.facts))


def test_problems_are_listed_once_with_their_units(tmp_path: Path) -> None:
    more = "problems: [学习不够深入]\nplans: [每季度检查1次]\n"
    unit(tmp_path / "in", "甲校", ["讲党课3次"], more)
    unit(tmp_path / "in", "乙校", ["讲党课4次"], more.replace("1次", "2次"))
    found, parent = rolled(tmp_path / "in", tmp_path)
    assert [p.text for p in parent.problems] == ["学习不够深入"] and found.problems[0].units == (
        "乙校",
        "甲校",
    )
    assert len(parent.plans) == 2


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="讲党课开展培训人次名元万%*12三十共每约，。、 ", max_size=30))
def test_measures_never_fail_and_never_take_a_rate(text: str) -> None:
    for measure in measures_of(make_item("fact", 1, text)):
        assert measure.key[2] not in ("%", "‰") and measure.key[0].strip("|")
