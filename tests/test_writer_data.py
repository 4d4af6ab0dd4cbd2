"""The embedded writer's data: sentences that claim nothing, kinds that catch their own samples, names that fit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.brief import REGISTERS, Register
from assistant.checks.facts.claims import claim_patterns, clauses
from assistant.models.embedded.data import kind_of, patterns
from assistant.models.embedded.grammar import count, every, told
from assistant.plan.units import unit_names
from assistant.similarity import bigrams, cosine

KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
#: Words of a finished action, a result, a quantity or of padding: none of them stands in a sentence without a fact.
CLAIMS = re.compile(
    r"了(?=[，。、])|推动了|形成了|取得了|实现了|提高了|提升了|增强了|促进了|完成了|建立了|已经建成|成效显著|显著|明显提升|明显提高|"
    r"圆满|卓有成效|再上新台阶|新局面|新突破|有效提升|有力推动|有力保障|先后|累计|共计|历来|一直以来|全面提升|不断提升|"
    r"本年度|今年|全年|上半年|下半年|我局建立|局党组建立|多措并举|齐抓共管|真抓实干"
)
GENERAL = re.compile(r"[0-9０-９%％*＊X×]")
LEAST: dict[Register, int] = {"concise": 3, "standard": 3, "full": 2}
#: Names that a placeholder is replaced by.
NAMES = [
    {"party": "局党组", "we": "我局"},
    {"party": "学校党支部", "we": "我校"},
    {"party": "公司党委", "we": "公司"},
    {"party": "我", "we": "我"},
]


def _yaml(name: str) -> Any:
    return yaml.safe_load((KNOWLEDGE / name).read_text("utf-8"))


PRINCIPLES = _yaml("writer/principles.yaml")
KINDS = _yaml("writer/kinds.yaml")["kinds"]
FAMILIES = _yaml("writer/kinds.yaml")["families"]
ROWS = [
    (theme, row)
    for theme, rows in {**PRINCIPLES["themes"], "fallback": PRINCIPLES["fallback"]}.items()
    for row in rows
]
TERMS = [
    row
    for file in sorted((KNOWLEDGE / "formulations").glob("*.yaml"))
    for row in yaml.safe_load(file.read_text("utf-8"))["formulations"]
]


def _bare(text: str) -> str:
    return re.sub(r"[{](?:party|we)[}]", "", text)


def _start(text: str) -> str:
    return re.sub(r"\W", "", _bare(text))[:4]


def _surfaces(term: dict[str, Any]) -> Iterator[str]:
    yield from [term["text"], *term.get("aliases", ())]


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def test_every_theme_of_the_catalogue_has_sentences() -> None:
    assert set(PRINCIPLES["themes"]) == {t["id"] for t in _yaml("themes.yaml")["themes"]}


@pytest.mark.parametrize("theme", [*PRINCIPLES["themes"], "fallback"])
def test_enough_sentences_in_each_register(theme: str) -> None:
    general = [row for t, row in ROWS if t == theme and not row.get("units") and not row.get("genres")]
    count = Counter(row.get("register", "concise") for row in general)
    assert sum(count.values()) >= 8
    assert not {r: count[r] for r in REGISTERS if count[r] < LEAST[r]}


@pytest.mark.parametrize("on", [date(2023, 7, 5), date(2025, 1, 8), date(2026, 7, 1)])
@pytest.mark.parametrize("unit", ["bureau", "school", "company", "court", "village", "unit"])
def test_every_unit_finds_two_concise_sentences_in_every_theme(unit: str, on: date) -> None:
    every = {**patterns().principles, "fallback": patterns().fallback}
    thin = [
        t for t, rows in every.items() if sum(p.fits("concise", on, unit, "work-summary") for p in rows) < 2
    ]
    assert not thin


@pytest.mark.parametrize("theme", [*PRINCIPLES["themes"], "fallback"])
def test_a_theme_has_hundreds_of_sentences(theme: str) -> None:
    assert sum(count(row["text"]) for t, row in ROWS if t == theme) >= 200


@pytest.mark.parametrize(("theme", "row"), ROWS, ids=lambda v: v if isinstance(v, str) else v["text"][:12])
def test_a_principle_states_no_fact(theme: str, row: dict[str, Any]) -> None:
    for text in every(row["text"]):
        assert text.endswith("。")
        assert text.count("。") == 1
        assert not GENERAL.search(text)
        assert not (m := CLAIMS.search(text)), m
        lengths = [len(text.format(**names)) for names in NAMES]
        assert min(lengths) >= 15, text
        assert max(lengths) <= 68, text
        assert not re.search(r"[，、]{2}|[|]|[\[\]]", text), text
        assert "我我" not in text.format(party="我", we="我")


@pytest.mark.parametrize(("theme", "row"), ROWS, ids=lambda v: v if isinstance(v, str) else v["text"][:12])
def test_enough_of_its_sentences_repeat_no_word(theme: str, row: dict[str, Any]) -> None:
    usable = [t for t in every(row["text"]) if all(t.count(w) < 2 for w in patterns().once)]
    assert len(usable) >= count(row["text"]) / 2


@pytest.mark.parametrize(("theme", "row"), ROWS, ids=lambda v: v if isinstance(v, str) else v["text"][:12])
def test_formulations_are_in_force_whenever_the_sentence_may_be_used(theme: str, row: dict[str, Any]) -> None:
    since, until = _day(row.get("since", date.min)), _day(row.get("until", date.max))
    for term in TERMS:
        if not any(s in text for text in every(row["text"]) for s in _surfaces(term)):
            continue
        assert since >= _day(term.get("introduced", date.min)), f"{term['id']} 始于 {term['introduced']}"
        assert until <= _day(term.get("deprecated", date.max)), f"{term['id']} 止于 {term['deprecated']}"


def test_cited_formulations_stand_word_for_word() -> None:
    by_id = {t["id"]: t for t in TERMS}
    cited = [(row, c) for _, row in ROWS for c in row.get("cites", ())]
    cited += [(aim, c) for k in KINDS for aim in k["aims"] for c in aim.get("cites", ())]
    assert cited
    wrong = [
        (row["text"], c) for row, c in cited
        if not any(s in text for text in every(row["text"]) for s in _surfaces(by_id[c]))
    ]  # fmt: skip
    assert not wrong


def test_no_sentence_stands_twice_or_nearly() -> None:
    texts = [_bare(told(row["text"], 0)) for _, row in ROWS]
    assert not [pair for pair in combinations(texts, 2) if cosine(*pair) > 0.5]


def test_sentences_of_a_theme_begin_differently() -> None:
    for theme in {t for t, _ in ROWS}:
        rows = [row for t, row in ROWS if t == theme]
        starts = Counter(_start(told(r["text"], 0)) for r in rows)
        assert max(starts.values()) == 1, (theme, starts.most_common(2))
        named = sum(r["text"].startswith("{") for r in rows)
        assert named <= len(rows) / 3, (theme, named)


def test_sentences_of_different_themes_mostly_begin_differently() -> None:
    starts = Counter(_start(told(row["text"], 0)) for _, row in ROWS)
    assert sum(n - 1 for n in starts.values()) <= len(ROWS) * 0.05, starts.most_common(8)


def test_leads_have_six_characters_and_belong_to_one_kind() -> None:
    leads = [lead for k in [*KINDS, *FAMILIES] for lead in k["leads"]]
    assert not [lead for lead in leads if len(lead) != 6 or not lead.isalpha()]
    assert not [lead for lead, n in Counter(leads).items() if n > 1]
    assert not [k["id"] for k in KINDS if len(k["leads"]) < 5]
    assert not [lead for lead in leads if CLAIMS.search(lead) or "成效" in lead or lead.startswith("提升")]


def test_aims_are_aims() -> None:
    aims = [aim["text"] for k in KINDS for aim in k["aims"]]
    assert not [a for a, n in Counter(aims).items() if n > 1]
    assert not [k["id"] for k in KINDS if len(k["aims"]) < 3]
    assert not [a for a in aims if GENERAL.search(a) or CLAIMS.search(a) or a[-1] in "，。；"]
    party = {a["text"] for k in KINDS for a in k["aims"] if a.get("party") or a.get("cites")}
    assert not [a for a in aims if a not in party and not 4 <= len(a) <= 18]


def test_only_names_themes() -> None:
    known = set(PRINCIPLES["themes"])
    assert not [a for k in KINDS for a in k["aims"] if set(a.get("only", ())) - known]


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: str(k["id"]))
def test_samples_fall_to_their_kind(kind: dict[str, Any]) -> None:
    assert len(kind["samples"]) >= 3
    assert {s: kind_of(s).id for s in kind["samples"]} == dict.fromkeys(kind["samples"], kind["id"])


def test_every_sample_has_an_aim_that_does_not_repeat_it() -> None:
    bare = [
        s for k in KINDS for s in k["samples"]
        if not any(len(bigrams(a["text"]) & bigrams(s)) < 2 for a in k["aims"])
    ]  # fmt: skip
    assert not bare


@pytest.mark.parametrize(
    ("organization", "body", "party", "we", "kind"),
    [
        ("市自然资源和规划局", "党组", "局党组", "我局", "bureau"),
        ("县税务局", "党委", "局党委", "我局", "bureau"),
        ("东城区税务局第二税务分局", "党支部", "分局党支部", "我分局", "bureau"),
        ("县委组织部", "党支部", "机关党支部", "我部", "bureau"),
        ("市纪委监委", "党总支", "机关党总支", "我委", "bureau"),
        ("市卫生健康委员会", "党组", "委党组", "我委", "bureau"),
        ("高新技术产业开发区管委会", "党工委", "党工委", "管委会", "bureau"),
        ("城关街道办事处", "党工委", "街道党工委", "我街道", "subdistrict"),
        ("幸福社区", "党委", "社区党委", "我社区", "community"),
        ("城关镇石桥村", "党总支", "村党总支", "我村", "village"),
        ("市第一中学", "党委", "学校党委", "我校", "school"),
        ("县第二幼儿园", "党支部", "幼儿园党支部", "我园", "school"),
        ("县委党校", "党支部", "校党支部", "我校", "institute"),
        ("县人民医院", "党委", "院党委", "我院", "hospital"),
        ("市人民检察院", "党组", "院党组", "我院", "court"),
        ("市交警支队", "党委", "支队党委", "我支队", "bureau"),
        ("市第二监狱", "党委", "监狱党委", "我监", "bureau"),
        ("县总工会", "党组", "总工会党组", "总工会", "association"),
        ("县融媒体中心", "党支部", "中心党支部", "我中心", "centre"),
        ("市图书馆", "党支部", "馆党支部", "我馆", "centre"),
        ("政务服务大厅", "党支部", "大厅党支部", "大厅", "centre"),
        ("某某水电有限公司", "党委", "公司党委", "公司", "company"),
        ("县供销合作社联合社", "党组", "社党组", "我社", "association"),
        ("人事科", "", "", "我科", "department"),
        ("无名称可认", "", "", "我单位", "unit"),
    ],
)
def test_units_name_themselves(organization: str, body: str, party: str, we: str, kind: str) -> None:
    names = unit_names(organization, body)
    assert (names.party, names.we, names.kind) == (party, we, kind)


def test_unit_endings_are_listed_once() -> None:
    ends = [end for row in _yaml("units.yaml")["suffixes"] for end in row["ends"]]
    assert not [e for e, n in Counter(ends).items() if n > 1]


def _claimed(text: str) -> list[str]:
    """Clauses that the project's own check of claims would ask a fact for."""
    p = claim_patterns()
    found = [text[s.start : s.end] for s in clauses(text)]
    return [
        c
        for c in found
        if len(c) >= 4
        and (not (p.softener.search(c) or p.aim.search(c)) or p.concrete.search(c))
        and (p.result.search(c) or p.action.search(c))
    ]


def test_the_check_of_claims_lets_every_sentence_and_aim_pass() -> None:
    texts = {t.format(**NAMES[0]) for _, row in ROWS for t in every(row["text"])}
    said = {clause for t in texts for clause in re.split("[，。；]", t)} | {
        aim["text"] for k in KINDS for aim in k["aims"]
    }
    assert not {c for t in said for c in _claimed(t)}
