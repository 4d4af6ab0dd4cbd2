"""The embedded writer's data: sentences that claim nothing, kinds that catch their own samples, names that fit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.brief import REGISTERS, Brief, Item, Period, Register
from assistant.checks.facts.claims import unsourced_claims
from assistant.checks.facts.context import FactContext, Place
from assistant.document import Sentence
from assistant.models.embedded.data import kind_of, patterns
from assistant.models.embedded.grammar import count, every, told
from assistant.plan.units import leads_party_work, post_of, suits, unit_names
from assistant.plan.wordings import wordings
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


def _claims(texts: Iterable[str], *facts: str) -> list[str]:
    """Texts that the project's own check of claims would ask a fact for."""
    context = FactContext(_unit("县水利局", "开展学习3次"))
    return [
        text
        for text in texts
        if any(unsourced_claims([Place(Sentence(text, facts), 1, 0, "achievements")], context))
    ]


def test_the_check_of_claims_lets_every_sentence_pass() -> None:
    own = (text for _, row in ROWS for text in every(row["text"]))
    table = wordings()
    quoted = (r.text for rows in (*table.heads.values(), *table.openings.values(), table.plans) for r in rows)
    assert not _claims({text.format(**NAMES[0]) for text in (*own, *quoted)})


def test_the_check_of_claims_lets_every_aim_pass() -> None:
    aims = [a["text"] for k in KINDS for a in k["aims"]] + [
        r.text for rows in wordings().aims.values() for r in rows
    ]
    assert not _claims((f"{aim}，开展学习3次。" for aim in aims), "F01")


def test_policy_wordings_state_no_fact_and_name_known_things() -> None:
    kinds, units = (
        {k["id"] for k in KINDS},
        {row["kind"] for row in _yaml("units.yaml")["suffixes"]} | {"unit"},
    )
    assert set(wordings().heads) <= set(PRINCIPLES["themes"])
    assert set(wordings().aims) <= kinds
    for row in wordings().every():
        assert not CLAIMS.search(row.text) and not GENERAL.search(row.text), row.text
        assert all(q.text in row.text for q in row.quotes)
        assert set(row.units) <= units
        assert set(row.only) <= set(PRINCIPLES["themes"])


def test_policy_wordings_end_as_their_place_asks() -> None:
    table = wordings()
    whole = [r for rows in (*table.heads.values(), *table.openings.values(), table.plans) for r in rows]
    assert not [r.text for r in whole if not r.text.endswith("。") or r.text.count("。") > 1]
    assert not [r.text for rows in table.aims.values() for r in rows if r.text[-1] in "，。；"]
    assert not [r.text for r in table.problems if not r.text.endswith("，")]


def test_heads_and_requirements_of_policy_stand_once() -> None:
    table = wordings()
    rows = [*table.problems, *table.plans, *(r for rows in table.heads.values() for r in rows)]
    assert not [t for t, n in Counter((r.text, r.units) for r in rows).items() if n > 1]


def test_policy_wordings_stand_word_for_word_in_published_texts(shared: Path) -> None:
    """Each phrase in one and the same of the corpus's texts as the other phrases of its source."""
    texts = [_folded(p.read_text("utf-8")) for p in sorted((shared / "corpus" / "policy").glob("*.txt"))]
    by_title: dict[str, set[str]] = {}
    for row in wordings().every():
        for quote in row.quotes:
            by_title.setdefault(quote.title, set()).add(_folded(quote.text))
    nowhere = {
        title: min(([q for q in quotes if q not in text] for text in texts), key=len)
        for title, quotes in by_title.items()
    }
    assert not {title: missing for title, missing in nowhere.items() if missing}


def _folded(text: str) -> str:
    return re.sub(r"\s", "", text)


def _unit(organization: str, *facts: str) -> Brief:
    items = tuple(Item(f"F{n:02d}", "fact", text, (), ()) for n, text in enumerate(facts, 1))
    return Brief("work-summary", organization, Period.parse("2024"), date(2025, 1, 8), facts=items)


@pytest.mark.parametrize(
    ("organization", "text", "fits"),
    [
        ("县水利局", "全面提高机关党建质量", True),
        ("县人民医院", "全面提高机关党建质量", False),
        ("城关镇石桥村", "把责任落实到科室和岗位", False),
        ("县人民医院", "把责任落实到科室和岗位", True),
        ("某某有限公司", "备课、上课、课堂各环节都要抓细", False),
        ("城关镇石桥村", "招商引资要重质量", False),
        ("县第一中学", "教师要勤学", True),
    ],
)
def test_no_phrase_names_a_body_the_unit_is_not(organization: str, text: str, fits: bool) -> None:
    assert suits(text, _unit(organization)) is fits


def test_a_body_the_brief_speaks_of_may_be_named() -> None:
    assert suits("优化企业发展环境", _unit("县第一中学", "与5家企业签订实习协议"))
    assert not suits("优化企业发展环境", _unit("县第一中学", "开展实习3次"))


def test_a_post_is_no_name() -> None:
    assert post_of("机关党总支书记") and post_of("局长") and not post_of("王某某")
    assert leads_party_work("党支部书记") and not leads_party_work("局长")
