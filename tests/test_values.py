"""Values: canonical amounts, units and head nouns; numerals of fixed phrases are none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.values import chinese_number, parse_unknowns, parse_values


def keys(text: str) -> list[tuple[str, str, str]]:
    return [v.key for v in parse_values(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("班子成员带头讲党课6次", [("count", "6", "次")]),
        ("班子成员带头讲党课六次", [("count", "6", "次")]),
        ("讲党课６次", [("count", "6", "次")]),
        ("拨付经费1.2万元", [("money", "12000", "元")]),
        ("拨付经费12000元", [("money", "12000", "元")]),
        ("拨付经费12,000元", [("money", "12000", "元")]),
        ("办结率百分之六十八点三", [("percent", "68.3", "%")]),
        ("办结率68.3%", [("percent", "68.3", "%")]),
        ("党员43名，预备党员3名", [("count", "43", "人"), ("count", "3", "人")]),
        ("转移群众86户214人", [("count", "86", "户"), ("count", "214", "人")]),
        ("服务群众1.2万人次", [("count", "12000", "人次")]),
        ("2023年6月30日印发《工作方案》", [("date", "2023年6月30日", ""), ("title", "《工作方案》", "")]),
        ("截至2023年上半年", [("date", "2023年上半年", "")]),
        ("落实2022年度反馈意见", [("year", "2022", "年")]),
        ("每月至少开展学习两次", [("count", "2", "次")]),
        ("市办发〔2023〕12号文件", [("number", "市办发〔2023〕12号", "")]),
        ("组织读书班1期3天、专题研讨2次", [("count", "1", "期"), ("count", "3", "天"), ("count", "2", "次")]),
        ("在3条重点河道设立", [("count", "3", "条")]),
    ],
)
def test_canonical(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert keys(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "落实“三会一课”制度",
        "一是抓学习。二是抓落实。",
        "“第一议题”制度",
        "党的二十大精神",
        "党的二十届三中全会",
        "深刻领悟“两个确立”，增强“四个意识”",
        "班子成员“一岗双责”",
        "第一责任人",
        "一体推进不敢腐、不能腐、不想腐",
        "中央八项规定精神",
        "谋划“十五五”规划",
        "采取两种模式",
        "开展“扩先、提中、治软”行动",
        "参与“7·12”防汛抢险",
        "三级联动",
        "拨付经费*万元",
        "一把手",
        "当前和今后一个时期",
    ],
)
def test_fixed_phrases_are_no_figures(text: str) -> None:
    assert [v for v in parse_values(text) if v.kind not in ("title",)] == []


def test_head_nouns_bind_figures() -> None:
    heads = {v.surface: v.head for v in parse_values("现有党员43名、43名党员和3名预备党员，讲党课6次")}
    assert heads["3名"] == "预备党员"
    assert heads["6次"] == "讲党课"


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("签订党风廉政建设责任书*份", ["党风廉政建设责任书份数"]),
        ("开展主题党日活动*次", ["主题党日活动次数"]),
        ("拨付基层党建工作经费*万元", ["基层党建工作经费金额"]),
        ("对所属*名党员开展排查", ["党员人数"]),
        ("发放慰问金【待补：慰问金金额】元", ["慰问金金额"]),
    ],
)
def test_unknowns_are_named(text: str, labels: list[str]) -> None:
    assert [u.label for u in parse_unknowns(text)] == labels


@settings(deadline=None)
@given(st.integers(0, 99_999_999))
def test_chinese_numbers_round_trip(number: int) -> None:
    assert chinese_number(_in_chinese(number)) == Decimal(number)


@settings(deadline=None)
@given(st.text(alphabet="一二三0123456789万亿.,％%元次人名年月日《》〔〕号*党员、。 ", max_size=60))
def test_spans_are_true(text: str) -> None:
    for value in parse_values(text):
        assert 0 <= value.start < value.end <= len(text)
    for unknown in parse_unknowns(text):
        assert text[unknown.start : unknown.end] == unknown.surface


def _in_chinese(number: int) -> str:
    if number == 0:
        return "零"
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千"]

    def group(n: int) -> str:
        out, zero = "", False
        for i in range(3, -1, -1):
            d = n // 10**i % 10
            if d:
                out += ("零" if zero and out else "") + digits[d] + units[i]
                zero = False
            else:
                zero = True
        return out

    high, low = divmod(number, 10_000)
    return (group(high) + "万" if high else "") + ("零" if high and 0 < low < 1000 else "") + group(low)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("走访*户、慰问2次", "走访户数"),
        ("慰问困难群众*户", "困难群众户数"),
        ("*名党员参加培训", "党员人数"),
        ("新建*个示范点", "示范点个数"),
        ("排查隐患*处，整改3处", "隐患数量"),
    ],
)
def test_what_is_missing_is_named_by_the_words_around_it(text: str, label: str) -> None:
    assert [u.label for u in parse_unknowns(text)] == [label]
