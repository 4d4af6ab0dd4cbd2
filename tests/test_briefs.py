"""The door of the brief: YAML and pasted bullets; every error names the line and what to write instead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.brief import Brief
from assistant.errors import BriefError
from assistant.formats.brief_values import period_code, read_date, read_length, read_period
from assistant.formats.briefs import read_brief

HEAD = "kind: party-building-summary\norganization: 市民政局\nperiod: 2023-H1\n"


def read(folder: Path, text: str | bytes, name: str = "b.yaml", **overrides: str) -> Brief:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_brief(path, overrides=overrides)


def error(folder: Path, text: str | bytes, name: str = "b.yaml") -> BriefError:
    with pytest.raises(BriefError) as caught:
        read(folder, text, name)
    return caught.value


@pytest.mark.parametrize(
    ("name", "facts", "problems", "plans", "day"),
    [
        ("bureau-2023h1-a", 21, 3, 3, date(2023, 7, 5)),
        ("bureau-2023h1-b", 12, 3, 3, date(2023, 7, 10)),
        ("duty-report-2024", 7, 2, 3, date(2025, 1, 8)),
    ],
)
def test_shared_briefs(shared: Path, name: str, facts: int, problems: int, plans: int, day: date) -> None:
    brief = read_brief(shared / "briefs" / f"{name}.yaml")
    assert (len(brief.facts), len(brief.problems), len(brief.plans), brief.date) == (
        facts,
        problems,
        plans,
        day,
    )
    assert [i.id for i in brief.facts][:2] == ["F01", "F02"]
    assert all(i.line > 1 for i in brief.ledger)


def test_keys_and_defaults(tmp_path: Path) -> None:
    brief = read(
        tmp_path,
        HEAD + "facts:\n  - 讲党课6次。\n  - {id: talk, text: 谈话1次, source: 台账, required: no}\n",
    )
    assert brief.date == date(2023, 6, 30)
    assert brief.register == "standard"
    assert [(i.id, i.text, i.key, i.source, i.required, i.line) for i in brief.facts] == [
        ("F01", "讲党课6次", "", "", True, 5),
        ("F02", "谈话1次", "talk", "台账", False, 6),
    ]


def test_sections_come_first_and_headings_lose_their_numbers(tmp_path: Path) -> None:
    text = (
        HEAD
        + "facts: [建立机制]\nsections:\n  - heading: （一）抓学习\n    facts:\n      - >\n        开展学习\n        6次\n"
    )
    brief = read(tmp_path, text)
    assert [i.text for i in brief.facts] == ["开展学习6次", "建立机制"]
    assert brief.sections[0].heading == "抓学习"
    assert brief.sections[0].facts == ("F01",)


def test_yaml_numbers_and_dates_are_taken_as_written(tmp_path: Path) -> None:
    brief = read(
        tmp_path,
        "kind: 述职报告\norganization: 县水利局\nperiod: 2024\ndate: 2025-01-08\nlength: 2500\nfacts: [开会9次]\n",
    )
    assert (brief.kind, brief.period.label, brief.date, brief.length) == (
        "duty-report",
        "2024年",
        date(2025, 1, 8),
        2500,
    )


def test_gb18030_and_utf16_are_read(tmp_path: Path) -> None:
    text = HEAD + "facts: [讲党课6次]\n"
    digests = {read(tmp_path, text.encode(e)).digest for e in ("utf-8", "utf-8-sig", "gb18030", "utf-16")}
    assert len(digests) == 1


def test_digest_is_of_content_not_of_bytes(tmp_path: Path) -> None:
    one = read(tmp_path, HEAD + "facts:\n  - 讲党课6次\n").digest
    assert read(tmp_path, "# 说明\n" + HEAD + "facts: ['讲党课6次']\n").digest == one
    assert read(tmp_path, HEAD + "facts: [讲党课7次]\n").digest != one


GOLDEN = [
    ("", "文件是空的", None),
    ("# 只有注释\n", "文件是空的", None),
    ("- 一条\n", "最外层应是", 1),
    (HEAD + "organisation: 市局\nfacts: [a]\n", "键“organisation”不认识，是否想写“organization”？", 4),
    (HEAD + "事实: [a]\n", "键“事实”不认识，是否想写“facts”？", 4),
    (HEAD + "单位: 市局\nfacts: [a]\n", "键“单位”不认识，是否想写“organization”？", 4),
    ("kind: x\nperiod: 2023\nfacts: [a]\n", "缺少单位名称", 1),
    ("kind: x\norganization: y\nfacts: [a]\n", "缺少时间段", 1),
    (HEAD + "facts: 讲党课\n", "这里应是列表", 4),
    (HEAD + "facts:\n  - 开展: 6次\n", "给整句加引号，或改用全角冒号", 5),
    (HEAD + "facts:\n  - [a, b]\n", "这里应写一段文字", 5),
    (HEAD + "facts: []\n", "没有一条事实", None),
    (HEAD + "facts:\n  - a\n  -\n", "这一条是空的", 6),
    (HEAD + "date: 2023-02-30\nfacts: [a]\n", "日期“2023-02-30”不存在", 4),
    (HEAD + "date: 2022-12-30\nfacts: [a]\n", "早于2023年上半年的第一天", 4),
    ("kind: x\norganization: y\nperiod: 2023-H3\nfacts: [a]\n", "时间段“2023-H3”看不懂", 3),
    ("kind: x\norganization: y\nperiod: 2023-06..2023-01\nfacts: [a]\n", "看不懂", 3),
    (HEAD + "length: 很长\nfacts: [a]\n", "字数“很长”不对", 4),
    (HEAD + "register: 高雅\nfacts: [a]\n", "语域“高雅”不对", 4),
    (HEAD + "body: 部门\nfacts: [a]\n", "党组织“部门”不对", 4),
    (HEAD + "facts:\n  - " + "长" * 2001 + "\n", "有2001字，超过2000字", 5),
    (
        HEAD + "facts:\n  - {id: a, text: x}\nplans:\n  - {id: a, text: y}\n",
        "编号“a”用了两次（第5行已用）",
        7,
    ),
    (HEAD + "facts:\n  - {id: F01, text: x}\n", "与自动编号同形", 5),
    (HEAD + "facts:\n  - {text: x, requird: true}\n", "是否想写“required”", 5),
    (HEAD + "facts:\n  - {text: x, required: 也许}\n", "不是“是”或“否”", 5),
    (HEAD + "facts: [a]\nfacts: [b]\n", "键“facts”写了两次（第4行已有）", 5),
    (HEAD + "sections:\n  - heading: x\n    fact: [a]\n", "是否想写“facts”", 6),
    (HEAD + "sections:\n  - facts: [a]\n", "这一节没有小标题", 5),
    (HEAD + "facts:\n\t- a\n", "制表符", 5),
    (HEAD + "facts:\n  - *份责任书\n", "以 * 或 & 开头的内容请加引号", 5),
    (HEAD + "facts:\n  - @某单位\n", "“@”不能开头", 5),
    (HEAD + "facts:\n  - ⟦F01⟧已做\n", "出处标记", 5),
    ("a: &a [x]\nb: [*a, *a]\n", "以 * 或 & 开头", 2),
    (HEAD + "facts: !!python/object:os.system [a]\n", "标签", 4),
    (HEAD + "facts: [" + "[" * 400 + "\n", "嵌套太深", 4),
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "不是文本文件", None),
]


@pytest.mark.parametrize(("text", "message", "line"), GOLDEN, ids=range(len(GOLDEN)))
def test_errors_say_where_and_what_to_write(
    tmp_path: Path, text: str | bytes, message: str, line: int | None
) -> None:
    caught = error(tmp_path, text)
    assert any(m in caught.message for m in message.split("|")), caught.message
    assert caught.line == line
    assert caught.path == str(tmp_path / "b.yaml")


def test_wrong_files(tmp_path: Path) -> None:
    for name, message in [("a.docx", "不支持"), ("a.xls", "另存为 .xlsx"), ("none.yaml", "找不到")]:
        with pytest.raises(BriefError, match=message):
            read_brief(tmp_path / name)
    (tmp_path / "d.yaml").mkdir()
    with pytest.raises(BriefError, match="文件夹"):
        read_brief(tmp_path / "d.yaml")


def test_overrides_fill_and_win(tmp_path: Path) -> None:
    brief = read(
        tmp_path,
        "facts: [a]\nregister: full\n",
        kind="述职报告",
        organization="县局",
        period="2024年",
        register="简洁",
    )
    assert (brief.kind, brief.organization, brief.period.label, brief.register) == (
        "duty-report",
        "县局",
        "2024年",
        "concise",
    )
    with pytest.raises(BriefError, match="命令行给的键“organisation”不认识，是否想写“organization”"):
        read(tmp_path, HEAD + "facts: [a]\n", organisation="x")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2023", "2023"), ("2023年", "2023"), ("２０２３年度", "2023"), ("2023年上半年", "2023-H1"), ("2023下半年", "2023-H2"),
        ("2023年第三季度", "2023-Q3"), ("2023年3季度", "2023-Q3"), ("2023-h1", "2023-H1"), ("2023H1", "2023-H1"), ("2023q3", "2023-Q3"), ("2023年1—5月", "2023-01..2023-05"),
        ("2023年1月至2023年6月", "2023-01..2023-06"), ("2023-1..2023-6", "2023-01..2023-06"), ("去年", "去年"),
    ],
)  # fmt: skip
def test_periods_as_offices_write_them(written: str, code: str) -> None:
    assert period_code(written) == code


@pytest.mark.parametrize(
    "bad", ["", "0000", "1023", "2023-13", "2023-00..2023-06", "2023年13月至14月", "9" * 40]
)
def test_bad_periods(bad: str) -> None:
    with pytest.raises(ValueError, match="时间段"):
        read_period(bad)


def test_dates_and_lengths() -> None:
    assert {
        read_date(d) for d in ("2023-07-05", "2023年7月5日", "2023/7/5", "2023.7.5", "２０２３年７月５日")
    } == {date(2023, 7, 5)}
    assert [read_length(t) for t in ("4500", "约4500字", "4,500字左右")] == [4500, 4500, 4500]


PASTED = """单位：市民政局
时间：2023年上半年
文种：党建工作总结
党组织：党组
主送：市委组织部
字数：3000字

一、上半年主要工作
（一）抓学习
1. 讲党课6次
   其中书记讲课2次
2. 1.2万元经费已拨付；
（二）坚持问题导向
- *名党员参加培训（来源：台账）
* 开展谈话1次
* 份数不详
二、存在问题
1、学习不够
2、《条例》掌握不牢
三、下半年工作打算
（一）加强学习
一是抓培训
二是抓检查
（二）加强督促
"""


def test_pasted_bullets(tmp_path: Path) -> None:
    brief = read(tmp_path, PASTED, "b.txt")
    assert (brief.organization, brief.body, brief.recipient, brief.length) == (
        "市民政局",
        "党组",
        "市委组织部",
        3000,
    )
    assert [s.heading for s in brief.sections] == ["抓学习", "坚持问题导向"]
    assert [i.text for i in brief.facts] == [
        "讲党课6次其中书记讲课2次",
        "1.2万元经费已拨付",
        "*名党员参加培训",
        "开展谈话1次",
        "份数不详",
    ]
    assert brief.facts[2].source == "台账"
    assert brief.facts[2].unknowns[0].surface == "*"
    assert [i.text for i in brief.problems] == ["学习不够", "《条例》掌握不牢"]
    assert [i.text for i in brief.plans] == ["抓培训", "抓检查", "加强督促"]
    assert brief.facts[0].line == 10


@pytest.mark.parametrize(
    ("text", "facts", "problems", "plans"),
    [
        ("讲党课6次\n开会3次\n", ["讲党课6次", "开会3次"], [], []),
        ("*开展谈话1次\n*讲党课6次\n", ["开展谈话1次", "讲党课6次"], [], []),
        ("*份责任书已签订\n- 讲党课6次\n", ["*份责任书已签订", "讲党课6次"], [], []),
        ("一、讲党课6次\n二、开会3次\n", ["讲党课6次", "开会3次"], [], []),
        ("## 工作\n- a事\n## 问题和不足\n- b事\n## 下一步打算\n- c事\n", ["a事"], ["b事"], ["c事"]),
        ("事实：\na事\n问题：\nb事\n计划：\nc事\n", ["a事"], ["b事"], ["c事"]),
        ("**主要做法**\n● a事\n**存在的不足**\n• b事\n", ["a事"], ["b事"], []),
        ("（1）a事\n（2）b事\n①c事\n", ["a事", "b事", "c事"], [], []),
    ],
)
def test_shapes_of_pasted_text(
    tmp_path: Path, text: str, facts: list[str], problems: list[str], plans: list[str]
) -> None:
    brief = read(tmp_path, text, "b.md", kind="工作总结", organization="县局", period="2024")
    assert [[i.text for i in lane] for lane in (brief.facts, brief.problems, brief.plans)] == [
        facts,
        problems,
        plans,
    ]


def test_a_title_line_gives_unit_period_and_kind(tmp_path: Path) -> None:
    brief = read(tmp_path, "市民政局2023年上半年党建工作总结\n讲党课6次\n", "b.txt")
    assert (brief.organization, brief.period.label, brief.kind) == (
        "市民政局",
        "2023年上半年",
        "party-building-summary",
    )


def test_header_given_twice(tmp_path: Path) -> None:
    caught = error(tmp_path, "单位：甲\n单位名称：乙\n讲党课6次\n", "b.txt")
    assert (caught.line, "写了两次（第1行已有）" in caught.message) == (2, True)


def test_missing_header_in_pasted_text(tmp_path: Path) -> None:
    assert "文种：党建工作总结" in error(tmp_path, "讲党课6次\n", "b.txt").message


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(st.binary(max_size=200), st.text(max_size=120).map(str.encode)),
    st.sampled_from([".yaml", ".txt", ".md", ".xlsx"]),
)
def test_any_bytes_give_a_brief_or_a_brief_error(tmp_path: Path, raw: bytes, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_bytes(raw)
    try:
        brief = read_brief(path, overrides={"kind": "k", "organization": "o", "period": "2023"})
    except BriefError as error:
        assert error.message
    else:
        assert brief.facts


_YAMLISH = st.text(alphabet="abfcts:organizdkp -[]{},\"'*&!|>#\n 12事实：。%@\t?", max_size=80)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(_YAMLISH)
def test_anything_like_yaml(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(HEAD + "facts: [讲党课6次]\n" + text, "utf-8")
    try:
        assert read_brief(path).facts
    except BriefError as error:
        assert error.message


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.from_regex(r"[一-龥]{2,12}[0-9]{1,3}[次名份]", fullmatch=True), min_size=1, max_size=8))
def test_every_bullet_survives(tmp_path: Path, bullets: list[str]) -> None:
    head = "单位：县局\n时间：2023年\n文种：工作总结\n"
    for mark in ("- ", "• ", "* ", ""):
        brief = read(tmp_path, head + "\n".join(mark + b for b in bullets), "x.txt")
        assert [i.text for i in brief.facts] == bullets
