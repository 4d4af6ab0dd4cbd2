"""The engine on whole texts: places, order, scopes, dates, profiles, fixes; and any text at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.brief import Period
from assistant.catalogue import load_catalogue
from assistant.checks.engine import check
from assistant.checks.examples import document_of
from assistant.checks.fix import apply_fixes, fix_document
from assistant.checks.profile import Profile, infer_profile, unit_type
from assistant.checks.registry import load_rules
from assistant.document import Block, Document
from assistant.finding import Finding, Fix

DAY = date(2023, 7, 5)
BUREAU = Profile("party-building-summary", "云州市水利局", "党组", "", Period.parse("2023-H1"), DAY, "bureau")
RULES, CATALOGUE = load_rules(), load_catalogue()


def found(text: str, *ids: str, profile: Profile = BUREAU, as_of: date = DAY) -> list[str]:
    """Rules (without the entry's name) with what they quote, of those asked for."""
    rules = RULES.only(*ids) if ids else RULES
    out = check(document_of(text), catalogue=CATALOGUE, rules=rules, profile=profile, as_of=as_of)
    return [f"{f.rule.split('.')[0]} {f.quote}" for f in out]


def well_placed(document: Document, findings: tuple[Finding, ...]) -> bool:
    for f in findings:
        if f.paragraph < 0:
            assert (f.start, f.end, f.quote, f.fix) == (0, 0, "", None)
            continue
        text = document.blocks[f.paragraph].text
        assert 0 <= f.start < f.end <= len(text)
        assert text[f.start : f.end] == f.quote
        if f.fix:
            assert 0 <= f.fix.start <= f.fix.end <= len(text)
    keys = [(f.paragraph, f.start, f.end, f.rule) for f in findings]
    assert keys == sorted(keys) and len(keys) == len(
        set(zip(keys, (f.message for f in findings), strict=True))
    )
    return True


def test_findings_stand_where_they_say_and_in_reading_order():
    text = "\n".join(e.text for r in RULES for e in r.bad)
    document = document_of(text)
    findings = check(document, catalogue=CATALOGUE, rules=RULES, profile=BUREAU, as_of=DAY)
    assert len(findings) > 200
    assert well_placed(document, findings)
    assert all(f.message and "{" not in f.message and f.message[-1] in "。）" for f in findings)


ALPHABET = "一二三四五六七八九十是的党委组书记学习近平总新时代中国特色社会主义思想局镇校工作加强强化防线力度年月日次名个0123456789（）()“”《》、，。；：\n *×Ｘ\u00a0\ufffd、."


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet=ALPHABET, max_size=200), titled=st.booleans())
def test_any_text_ends_in_findings(text: str, titled: bool):
    lines = text.split("\n")
    blocks = [
        Block(t, "title" if titled and i == 0 else "body", 0, "achievements", i + 1)
        for i, t in enumerate(lines)
    ]
    for document in (Document(tuple(blocks)), document_of(text)):
        for profile in (BUREAU, Profile(), None):
            findings = check(document, catalogue=CATALOGUE, rules=RULES, profile=profile, as_of=DAY)
            assert well_placed(document, findings)
            assert findings == check(document, catalogue=CATALOGUE, rules=RULES, profile=profile, as_of=DAY)


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=120))
def test_any_characters_end_in_findings(text: str):
    document = document_of(text)
    assert well_placed(document, check(document, catalogue=CATALOGUE, rules=RULES, as_of=DAY))


def test_the_empty_document():
    assert check(Document(()), catalogue=CATALOGUE, rules=RULES, as_of=DAY) == ()


# --- longest match wins ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule", "wanted"),
    [
        ("落实全面从严治党主体责任。", "wording/strict-governance", []),
        ("落实从严治党主体责任。", "wording/strict-governance", ["wording/strict-governance 从严治党"]),
        ("发挥机关党委作用，向市委汇报。", "leftover/body", []),
        ("学习党委（党组）书记述职要求。", "leftover/body", []),
        ("落实党委班子建设要求。", "leftover/body", ["leftover/body 党委"]),
        ("学习《中国共产党党委（党组）理论学习中心组学习规则》。", "leftover/body", []),
        ("不断增强人民群众获得感、幸福感、安全感。", "wording/canonical", []),
        ("铸牢中华民族共同体意识，筑牢意识形态防线。", "wording/char", []),
        ("中国共产党党员要学习总结。", "wording/slip", []),
    ],
)
def test_the_longer_wording_protects(text: str, rule: str, wanted: list[str]):
    assert found(text, rule) == wanted


# --- dates ----------------------------------------------------------------------------------------------------------


def test_wording_is_judged_as_of_the_texts_date():
    old = "深入学习习近平总书记关于党的建设的重要论述。"
    assert found(old, "wording/party-building-thought", as_of=date(2023, 6, 1)) == []
    assert found(old, "wording/party-building-thought", as_of=date(2023, 7, 5)) != []
    new = "深入学习党的二十届三中全会精神。"
    assert found(new, "wording/milestone", as_of=date(2024, 6, 30)) == ["wording/milestone 二十届三中全会"]
    assert found(new, "wording/milestone", as_of=date(2024, 8, 30)) == []
    assert found("喜迎党的二十大胜利召开。", "wording/milestone", as_of=date(2022, 7, 1)) == []


def test_a_text_without_a_day_is_judged_by_its_own():
    text = "某局2022年上半年党建工作总结\n学习党的二十大精神。\n某局党组\n2022年7月5日"
    findings = check(document_of(text), catalogue=CATALOGUE, rules=RULES.only("wording/milestone"))
    assert [f.quote for f in findings] == ["党的二十大"]


# --- structure ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("一、甲\n（一）甲\n（二）乙\n二、乙\n（一）甲\n（二）乙", []),
        (
            "一、甲\n（一）甲\n（二）乙\n二、乙\n（三）丙\n（四）丁",
            [],
        ),  # numbers that run on through all parts
        ("一、甲\n（一）甲\n（三）丙", ["（三）丙"]),
        ("一、甲\n（一）甲\n（二）乙\n（二）丙", ["（二）丙"]),
        ("一、甲\n二、乙\n一、丙", []),  # a fresh list
        ("第一条 甲\n（一）甲\n（二）乙\n第二条 乙\n（一）丙", []),
        ("一、甲\n1.甲\n2.乙\n4.丁", ["4.丁"]),
    ],
)
def test_heading_numbers(lines: str, wanted: list[str]):
    assert [f.split(" ", 1)[1] for f in found(lines, "structure/numbering")] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("一是甲。二是乙。三是丙。", []),
        ("一是甲。三是丙。", ["三是"]),
        ("二是甲。", ["二是"]),
        ("一是甲。二是乙。一是丙。二是丁。", []),
        ("这一是非要分清。统一是关键。", []),
    ],
)
def test_items(text: str, wanted: list[str]):
    assert [f.split(" ", 1)[1] for f in found(text, "structure/enumeration")] == wanted


def test_a_quotation_over_paragraphs_is_closed_once():
    assert found("“第一段。\n“第二段。”\n正文。", "format/pairs") == []
    assert found("“第一段。\n第二段。", "format/pairs") == ["format/pairs “"]


def test_garbled_paragraphs_are_told_once_and_left_alone():
    text = (
        "锛屽仴鍏ㄧ洃绠″埗搴︼紝鍜屽姞寮“哄姏搴︺銆\n锛屽仴鍏ㄧ洃（绠″埗搴︼紝鍜屽姞銆\n"
        + "我们认真抓好落实。" * 9
        + "加强学习,提高认识。"
    )
    assert found(text, "format/garbled", "format/pairs", "format/half-width") == [
        "format/garbled 锛屽仴鍏ㄧ洃绠″埗搴︼紝鍜屽姞寮“哄姏搴︺銆",
        "format/half-width ,",
    ]


def test_a_manner_kept_throughout_is_a_hint_and_a_slip_is_a_warning():
    slip = check(
        document_of("（一）甲\n（二）乙\n(三)丙"),
        catalogue=CATALOGUE,
        rules=RULES.only("format/half-bracket-number"),
    )
    manner = check(
        document_of("(一)甲\n(二)乙\n(三)丙"),
        catalogue=CATALOGUE,
        rules=RULES.only("format/half-bracket-number"),
    )
    assert [(f.severity, f.quote) for f in slip] == [("warning", "(三)")]
    assert [(f.severity, f.quote) for f in manner] == [("info", "(一)"), ("info", "(二)"), ("info", "(三)")]
    assert all(f.fix and f.fix.text.startswith("（") for f in (*slip, *manner))


# --- profile --------------------------------------------------------------------------------------------------------


def test_profile_from_the_text_itself():
    text = (
        "云州市水利局2023年上半年党建工作总结\n现将2023年上半年党建工作总结汇报如下。\n"
        "一、主要工作\n局党组抓学习，局党组抓组织。\n中共云州市水利局党组\n2023年7月5日"
    )
    profile = infer_profile(document_of(text))
    assert profile == Profile(
        "party-building-summary",
        "云州市水利局",
        "党组",
        "云州市",
        Period.parse("2023-H1"),
        date(2023, 7, 5),
        "bureau",
    )
    assert profile.as_of == date(2023, 7, 5)


def test_what_cannot_be_told_stays_empty():
    assert infer_profile(document_of("抓好工作落实。")) == Profile()
    assert infer_profile(Document(())) == Profile()


def test_a_half_year_without_a_year_takes_the_texts_own():
    text = (
        "现将*局上半年党建工作总结报告如下。\n一、主要工作\n制定2023年要点，落实2023年计划，整改2022年问题。"
    )
    assert infer_profile(document_of(text)).period == Period.parse("2023-H1")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("云州市水利局", "bureau"), ("青山镇", "township"), ("云州市第一中学", "school"), ("甲", "")],
)
def test_unit_types(name: str, kind: str):
    assert unit_type(name) == kind


def test_a_schools_text_may_speak_of_its_youth_league():
    text = "我校认真抓好落实。"
    assert (
        found(text, "leftover/unit", profile=Profile(organization="云州一中团委", unit="association")) == []
    )
    assert found(text, "leftover/unit") == ["leftover/unit 我校"]


# --- fixes ----------------------------------------------------------------------------------------------------------


def test_safe_fixes_and_nothing_else():
    document = document_of("签订责任书*份,加强学习。\n(二)落实“三会一课”制度。 惯彻精神\n（三）抓好落实")
    findings = check(document, catalogue=CATALOGUE, rules=RULES, profile=BUREAU, as_of=DAY)
    fixed = fix_document(document, findings)
    assert [b.text for b in fixed.blocks] == [
        "签订责任书*份，加强学习。",
        "（二）落实“三会一课”制度。贯彻精神",
        "（三）抓好落实",
    ]


def test_of_two_fixes_that_overlap_one_goes_in():
    findings = [
        Finding("format/a", "info", "甲", 0, 0, 2, "甲乙", Fix(0, 2, "丙")),
        Finding("format/b", "error", "乙", 0, 1, 3, "乙丁", Fix(1, 3, "戊")),
        Finding("format/c", "info", "丙", 0, 3, 3, "", Fix(3, 3, "。")),
    ]
    assert apply_fixes("甲乙丁", findings) == "甲戊。"


EXAMPLES = [e.text for r in RULES for e in r.bad if "\n" not in e.text]


@settings(max_examples=80, deadline=None)
@given(texts=st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=6))
def test_fixing_twice_changes_nothing_more(texts: list[str]):
    document = document_of("\n".join(texts))
    for _ in range(4):
        findings = check(document, catalogue=CATALOGUE, rules=RULES, profile=BUREAU, as_of=DAY)
        fixed = fix_document(document, findings)
        if fixed.text == document.text:
            break
        document = fixed
    again = check(document, catalogue=CATALOGUE, rules=RULES, profile=BUREAU, as_of=DAY)
    assert fix_document(document, again).text == document.text
    assert not [
        f for f in again if f.fix and document.blocks[f.paragraph].text[f.fix.start : f.fix.end] != f.fix.text
    ]


# --- measured -------------------------------------------------------------------------------------------------------


def test_recall_on_the_marked_faults_does_not_fall(shared):
    """At least 90 % of the certain and likely faults a rule can tell, 60 % of all (docs/checks.md has the table)."""
    import json

    from assistant.formats.read import read_document

    data = json.loads((shared / "reference/defects-a.json").read_text("utf-8"))
    path = shared / data["text"]
    raw, document = path.read_text("utf-8"), read_document(path).document
    profile = Profile(
        "party-building-summary", "市自然资源和规划局", "党组", "", Period.parse("2023-H1"), DAY, "bureau"
    )
    findings = check(document, catalogue=CATALOGUE, rules=RULES, profile=profile, as_of=DAY)
    spans = []
    for f in findings:
        if f.paragraph >= 0:
            base = raw.find(document.blocks[f.paragraph].text)
            spans.append((base + f.start, base + f.end))

    def is_found(d: dict) -> bool:
        if d["start"] < 0:
            return any(f.rule == "structure/frame" for f in findings)
        return any(a < d["end"] and d["start"] < b for a, b in spans)

    sure = [d for d in data["defects"] if d["certainty"] in ("certain", "likely") and d["needs"] == "rule"]
    assert sum(map(is_found, sure)) >= 0.9 * len(sure)
    assert sum(map(is_found, data["defects"])) >= 0.6 * len(data["defects"])
    marked = sum(b - a for a, b in {(a, b) for a, b in spans})
    assert marked < len(raw)  # found by pointing, not by marking everything


def test_the_sample_summaries_are_clean(root):
    from assistant.formats.read import read_document

    for path in sorted((root / "knowledge/samples").glob("*.md")):
        document = read_document(path).document
        findings = check(document, catalogue=CATALOGUE, rules=RULES)
        grave = [f"{path.name} {f.rule} {f.quote}" for f in findings if f.severity != "info"]
        assert grave == []
