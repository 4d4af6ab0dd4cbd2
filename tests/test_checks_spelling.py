"""Wrong characters: what is listed is found wherever it stands by itself, and not where the words of the sentence end elsewhere."""

from datetime import date

import pytest

from assistant.catalogue import load_catalogue
from assistant.checks.engine import check
from assistant.checks.examples import document_of
from assistant.checks.kinds import mistyped
from assistant.checks.registry import load_rules
from assistant.checks.segments import stands_apart
from assistant.finding import Finding

LISTED = [r for r in load_rules() if r.kind == "spelling"]
WRONG = [(r.id, w) for r in LISTED for wrongs in r.options.values() for w in wrongs]


def told(text: str, *ids: str) -> list[Finding]:
    found = check(
        document_of(text), catalogue=load_catalogue(), rules=load_rules().only(*ids), as_of=date(2025, 12, 31)
    )
    return [f for f in found if f.paragraph >= 0]


@pytest.mark.parametrize("rule", LISTED, ids=lambda r: r.id)
def test_every_listed_form_is_found_by_itself(rule):
    lost = [w.form for wrongs in rule.options.values() for w in wrongs if not told(f"{w.form}。", rule.id)]
    assert lost == []


def test_no_form_is_listed_twice_and_none_is_right():
    forms = [w.form for _, w in WRONG]
    assert len(forms) == len(set(forms))
    assert [w.form for _, w in WRONG if w.form == w.right] == []


def test_errors_may_be_put_right_unasked_and_variants_may_not():
    assert all(w.safe for id, w in WRONG if id == "wording/misspelled")
    assert not any(w.safe for id, w in WRONG if id == "wording/misspelled-variant")


@pytest.mark.parametrize(
    "text",
    [
        "学习已为常态。",
        "完善培训办法，设立培训办公室。",
        "加强物资交流与形式创新。",
        "从大学以至用人单位都要支持。",
        "基础台账记录薄弱。",
        "粮食按全国标准收购。",
        "宿舍已为人员配齐用品。",
        "坚持不解除合同。",
        "检查院落卫生。",
        "提高攻坚站位。",
        "紧扣主体责任抓落实。",
        "在报纸上发布署名文章。",
    ],
)
def test_words_that_only_meet_are_not_a_wrong_form(text: str):
    assert told(text, *(r.id for r in LISTED), "wording/mistyped", "wording/char", "wording/confused") == []


def test_a_word_that_is_part_of_a_longer_one_stands_apart():
    assert stands_apart("会议记录薄已归档", 2, 5)
    assert not stands_apart("基础台账记录薄弱", 4, 7)


def test_what_may_be_coined_is_no_warning():
    plain = told("完善赋权、赋能、赋责相统一的机制，上线“云藏”平台，任免检察员。", "wording/mistyped")
    assert plain == []
    (hint,) = told("支部按期换界选举。", "wording/mistyped")
    assert hint.severity == "warning" and "换届" in hint.message
    (weak,) = told("他们扎跟基层。", "wording/mistyped")
    assert weak.severity == "info"


def test_a_listed_form_tells_its_own_right_form():
    (found,) = told("推动签定综合性经济合作协议。", "wording/mistyped")
    assert "“签订”" in found.message


def test_every_slip_of_a_word_leaves_a_pair_behind():
    left = list(mistyped._left_behind("贯彻", {"贯": "惯", "彻": "切"}))
    assert left == [("惯彻",), ("贯切",)]
    assert list(mistyped._left_behind("按部就班", {"部": "步"})) == [("按步", "步就")]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("办理救助1260件，去年同期为1380件，同比增长8.7%。", "下降8.7%"),
        ("漏损率由11.2%下降到9.8%，同比上升1.4个百分点。", "下降1.4个百分点"),
        ("参与率由93.5%提高到96.2%，同比增长2.7%。", "上升2.7个百分点"),
        ("利润8150万元，比上年的8420万元增长3.2%。", "下降3.2%"),
    ],
)
def test_a_change_told_the_wrong_way_round(text: str, right: str):
    (found,) = told(text, "facts/change")
    assert right in found.message


@pytest.mark.parametrize(
    "text",
    [
        "办理救助1260件，去年同期为1380件，同比下降8.7%。",
        "收入12.6亿元，比上年的11.9亿元增长5.9%。",
        "参与率由93.5%提高到96.2%，同比提高2.7个百分点。",
        "受理365件，去年同期0件，同比增长100%。",
    ],
)
def test_a_change_told_right_is_left_alone(text: str):
    assert told(text, "facts/change") == []


def test_a_doubled_character_is_told_but_for_words_that_meet():
    (found,) = told("提供上门服服务。", "wording/stutter")
    assert found.quote == "服服务"
    assert told("我局局长强调食品安全全链条监管，让红红脸、出出汗成为常态。", "wording/stutter") == []
