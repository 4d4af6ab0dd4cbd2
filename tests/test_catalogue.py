"""The shipped catalogue: what is in force when, windows, periods, quotations, genres, themes."""

from __future__ import annotations

import re
from datetime import date

import pytest

from assistant.brief import Brief, Period
from assistant.catalogue import Catalogue, fill, load_catalogue, own_name
from assistant.errors import KnowledgeError


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_it_is_read_once(catalogue: Catalogue) -> None:
    assert load_catalogue() is catalogue
    assert re.fullmatch(r"[0-9a-f]{64}", catalogue.digest)


@pytest.mark.parametrize(
    ("day", "id", "there"),
    [
        (date(2021, 11, 10), "two_establish", False),
        (date(2021, 11, 11), "two_establish", True),
        (date(2022, 10, 15), "m_20", False),
        (date(2023, 6, 27), "xi_party_building_important", False),
        (date(2023, 7, 5), "xi_party_building_important", True),
        (date(2026, 6, 16), "xi_party_building_important", False),
        (date(2024, 2, 29), "camp_2023", False),
    ],
)
def test_in_force(catalogue: Catalogue, day: date, id: str, there: bool) -> None:
    assert (id in {f.id for f in catalogue.in_force(day)}) is there


@pytest.mark.parametrize(
    ("day", "pattern", "early"),
    [
        (date(2023, 6, 30), "新质生产力", True),
        (date(2024, 1, 5), "新质生产力", False),
        (date(2024, 7, 1), "党的二十届三中全会精神", True),
        (date(2022, 9, 1), "全面贯彻党的二十大精神", True),
        (date(2023, 1, 1), "全面贯彻党的二十大精神", False),
    ],
)
def test_milestones(catalogue: Catalogue, day: date, pattern: str, early: bool) -> None:
    hits = [m for m in catalogue.milestones if re.search(m.pattern, pattern) and day < m.earliest]
    assert bool(hits) is early


def test_windows(catalogue: Catalogue) -> None:
    assert [w.batch for w in catalogue.windows_on(date(2023, 7, 5))] == [1]
    assert [w.id for w in catalogue.windows_on(date(2024, 5, 1))] == ["camp_2024"]
    assert [w.id for w in catalogue.windows_in(date(2024, 1, 1), date(2024, 12, 31))] == [
        "camp_2023_2",
        "camp_2024",
    ]


def test_period_rule_leaves_out_what_came_later(catalogue: Catalogue) -> None:
    rule = catalogue.period_rule(Period.parse("2023-H1"))
    assert rule is not None
    assert ("主题教育",) in rule.should
    early = catalogue.period_rule(Period.parse("2023-01..2023-02"))
    assert early is not None
    assert ("主题教育",) not in early.should
    assert catalogue.period_rule(date(2010, 6, 30)) is None


def test_policy_statements_have_a_source_that_was_out(catalogue: Catalogue) -> None:
    on = date(2023, 7, 5)
    statements = catalogue.policy_statements(on)
    assert len(statements) > 100
    assert len({s.id for s in statements}) == len(statements)
    for s in statements:
        assert s.title and s.issuer and s.date <= on.isoformat()
        assert catalogue.formulation(s.formulation_id).in_force(on)
    assert {t for s in catalogue.policy_statements(on, ["rural"]) for t in s.themes} >= {"rural"}
    assert all("rural" in s.themes for s in catalogue.policy_statements(on, ["rural"]))


def test_quotes_stand_in_the_sources(catalogue: Catalogue, shared: object) -> None:
    """Every quotation is found word for word in some policy text of the reference corpus."""
    folder = shared / "corpus" / "policy"  # type: ignore[operator]
    texts = [_bare(p.read_text("utf-8", "replace")) for p in sorted(folder.glob("*.txt"))]
    missing = [
        q.text for f in catalogue.formulations for q in f.quotes if not any(_bare(q.text) in t for t in texts)
    ]
    # the meeting that introduced this one is not in the corpus
    assert set(missing) <= {"习近平总书记关于党的建设的重要思想"}


def _bare(text: str) -> str:
    return re.sub(r"[\s“”\"‘’]", "", text)


def test_no_error_in_policy_texts(catalogue: Catalogue, shared: object) -> None:
    """The texts that set the wording must not be told that they are wrong."""
    folder = shared / "corpus" / "policy"  # type: ignore[operator]
    rules = [
        (f.id, re.compile(v.regex))
        for f in catalogue.formulations
        for v in f.variants
        if v.severity == "error"
    ]
    for path in sorted(folder.glob("*.txt")):
        text = re.sub(r"\s+", "", path.read_text("utf-8", "replace"))
        assert [id for id, rule in rules if rule.search(text)] == [], path.name


def test_unknown_ids_name_what_there_is(catalogue: Catalogue) -> None:
    with pytest.raises(KnowledgeError, match="party-building-summary"):
        catalogue.genre("poem")
    with pytest.raises(KnowledgeError, match="nothing"):
        catalogue.formulation("nothing")


def test_no_slip_is_reported_twice(catalogue: Catalogue) -> None:
    """What a formulation already finds is no entry of the confusables."""
    variants = [re.compile(v.regex) for f in catalogue.formulations for v in f.variants]
    for entry in catalogue.char_errors:
        for text in entry.bad:
            assert not [v.pattern for v in variants if v.search(text)], entry.id


def test_replacements_cure(catalogue: Catalogue) -> None:
    """Putting the replacement in leaves nothing for the same variant to find, and is not found by its neighbours' bad form."""
    for f in catalogue.formulations:
        for v in f.variants:
            if v.replacement is None:
                continue
            text = next(b for b in f.bad if re.search(v.regex, b))
            assert not re.search(v.regex, re.sub(v.regex, lambda _, r=v.replacement: r, text)), (
                f.id,
                v.regex,
            )


@pytest.mark.parametrize("id", ["party-building-summary", "work-summary", "duty-report"])
def test_genres(catalogue: Catalogue, id: str) -> None:
    genre = catalogue.genre(id)
    assert [p.part for p in genre.parts] == ["opening", "achievements", "problems", "plans", "closing"]
    assert sum(p.share[0] for p in genre.parts) <= 1 <= sum(p.share[1] for p in genre.parts)
    assert set(genre.themes) == set(catalogue.themes)
    assert genre.person == ("self" if id == "duty-report" else "unit")


def test_titles_and_headings(catalogue: Catalogue) -> None:
    half = Brief(
        "party-building-summary", "市民政局", Period.parse("2023-H1"), date(2023, 7, 10), body="党组"
    )
    genre = catalogue.genre(half.kind)
    assert fill(genre.title(half.period.shape), half) == "市民政局2023年上半年党建工作总结和下半年工作计划"
    headings = [fill(p.headings[0], half) for p in genre.parts if p.headings]
    assert headings == ["上半年主要工作", "存在的主要问题", "下半年工作计划"]
    year = Brief(
        "duty-report", "临江县水利局", Period.parse("2024"), date(2025, 1, 8), author="机关党总支书记"
    )
    duty = catalogue.genre("duty-report")
    assert (
        fill(duty.title("year", party=True), year)
        == "临江县水利局机关党总支书记2024年度抓基层党建工作述职报告"
    )
    assert fill(duty.title("year"), year) == "临江县水利局机关党总支书记2024年度述职报告"


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("市民政局", "我局"),
        ("青山镇", "我镇"),
        ("市第一中学", "我校"),
        ("市人民医院", "我院"),
        ("云岭集团", "我单位"),
    ],
)
def test_own_name(name: str, own: str) -> None:
    assert own_name(name) == own
    assert own_name(name, "self") == "我"


def test_headings_are_parallel_and_claim_nothing(catalogue: Catalogue) -> None:
    claims = re.compile("显著|突破|再上|圆满|成功|新局面|新台阶|全面完成")
    for theme in catalogue.themes.values():
        shapes = [tuple(map(len, h.split("，"))) for h in theme.headings]
        assert shapes == [(6, 8)] * 3 + [(6, 6)] * 2, theme.id
        assert 15 <= len(theme.lexicon) <= 60, theme.id
        for heading in theme.headings:
            assert not claims.search(heading)
            assert not [m.id for m in catalogue.milestones if re.search(m.pattern, heading)]
            assert not [
                f.id for f in catalogue.formulations for v in f.variants if re.search(v.regex, heading)
            ]


def test_documents(catalogue: Catalogue) -> None:
    titles = [d.title for d in catalogue.documents]
    assert len(set(titles)) == len(titles)
    for d in catalogue.documents:
        assert not {d.title.strip("《》")} & {*d.wrong_titles, *(t.title for t in d.former_titles)}
