"""Parts of the index that need no folder: cutting, recognising, masking, hashes, terms, ranking."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.catalogue.types import Theme
from assistant.document import Block, Document
from assistant.errors import KnowledgeError
from assistant.index import fingerprint
from assistant.index.chunk import cut
from assistant.index.config import RetrievalConfig, load_config
from assistant.index.embeddings import HashedEmbeddings, RateLimited
from assistant.index.masking import Masker
from assistant.index.passage import Passage, SourceMeta, Validity
from assistant.index.rank import Wanted, fuse, select
from assistant.index.recognise import merged, recognise
from assistant.index.tokens import terms

CLEAN = Theme("clean", "廉政", (("廉政", 2.0), ("廉洁", 2.0)), ("廉政建设",))
STUDY = Theme("study", "理论学习", (("学习", 1.0), ("第一议题", 2.0)), ("理论武装",), 1)


@pytest.fixture(scope="module")
def config() -> RetrievalConfig:
    return load_config()


@pytest.fixture(scope="module")
def masker(config: RetrievalConfig) -> Masker:
    return Masker(config.masking)


def blocks(*rows: tuple[str, str, int]) -> Document:
    return Document(tuple(Block(text, role, level) for text, role, level in rows))  # type: ignore[arg-type]


# -- cutting

_SENTENCES = st.text("党建工作会议学习，；。！\u3000 a1", max_size=900)
_BLOCKS = st.lists(
    st.one_of(
        st.builds(lambda t: Block(t, "body"), _SENTENCES),
        st.builds(lambda t: Block(t, "table"), _SENTENCES),
        st.builds(lambda t, n: Block(t, "heading", n), st.text("一二、主要成效问题", min_size=1, max_size=12), st.integers(1, 4)),
        st.builds(lambda t, n: Block(t + "。后文", "body", n), st.text("一二要点", min_size=1, max_size=9), st.integers(1, 3)),
    ),
    max_size=14,
)  # fmt: skip


def _letters(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=150, deadline=None)
@given(_BLOCKS, st.sampled_from(["policy", "precedent"]))
def test_cutting_loses_no_text_and_keeps_its_order(rows: list[Block], lane: str) -> None:
    pieces = cut(Document(tuple(rows)), lane, (), load_config())  # type: ignore[arg-type]
    whole = _letters("".join(p.text for p in pieces))
    at = 0
    for block in rows:
        if block.role != "heading" and block.text.strip():
            found = whole.find(_letters(block.text), at)
            assert found >= 0
            at = found + len(_letters(block.text))
    said = {h for p in pieces for h in p.heading_path} | {line for p in pieces for line in p.text.split("\n")}
    assert {b.text.strip() for b in rows if b.role == "heading" and b.text.strip()} <= said
    assert all(len(p.text) <= load_config().chunk.max for p in pieces)


def test_headings_parts_and_themes(config: RetrievalConfig) -> None:
    body = "认真落实廉政责任，开展廉洁教育。" * 10
    document = blocks(
        ("市局2023年党建工作总结", "title", 0),
        ("现将有关情况报告如下。", "body", 0),
        ("一、主要做法", "heading", 1),
        ("（一）扎牢廉政防线", "heading", 2),
        (body, "body", 0),
        ("二、存在问题", "heading", 1),
        ("部分党员学习不够。" * 20, "body", 0),
        ("三、下一步打算", "heading", 1),
        ("（一）抓实“第一议题”学习。" + "继续学习。" * 40, "body", 2),
    )
    pieces = cut(document, "precedent", (CLEAN, STUDY), config)
    assert [(p.part, p.heading_path, p.themes) for p in pieces] == [
        ("opening", (), ()),
        ("achievements", ("一、主要做法", "（一）扎牢廉政防线"), ("clean",)),
        ("problems", ("二、存在问题",), ("study",)),
        ("plans", ("三、下一步打算", "（一）抓实“第一议题”学习"), ("study",)),
    ]


def test_the_readers_own_part_wins(config: RetrievalConfig) -> None:
    document = Document(
        (Block("一、工作情况", "heading", 1, "problems"), Block("学习不够。", "body", 0, "problems"))
    )
    assert [p.part for p in cut(document, "precedent", (), config)] == ["problems"]


def test_articles_of_a_regulation_stay_apart(config: RetrievalConfig) -> None:
    document = blocks(
        ("党员教育管理工作条例", "title", 0),
        ("第一章 总则", "heading", 1),
        ("第一条 为了规范工作，制定本条例。", "body", 0),
        ("第二条 本条例适用于党员。", "body", 0),
        ("本条所称党员包括预备党员。", "body", 0),
        ("第十二条之一 另行规定。", "body", 0),
    )
    pieces = cut(document, "policy", (), config)
    assert [(p.clause, p.heading_path) for p in pieces] == [
        ("第一条", ("第一章 总则",)),
        ("第二条", ("第一章 总则",)),
        ("第十二条之一", ("第一章 总则",)),
    ]
    assert pieces[1].text == "第二条 本条例适用于党员。\n本条所称党员包括预备党员。"
    assert not any(p.part for p in pieces)


def test_a_reference_to_an_article_opens_none(config: RetrievalConfig) -> None:
    document = blocks(
        ("第一条 为了规范。", "body", 0),
        ("第十二条规定的情形除外。" * 2, "body", 0),
        ("第三条、第四条适用。", "body", 0),
    )
    assert [p.clause for p in cut(document, "policy", (), config)] == ["第一条"]


# -- recognising


@pytest.mark.parametrize(
    ("title", "period", "organization", "genre"),
    [
        (
            "市自然资源和规划局2023年上半年党建工作总结",
            "2023-H1",
            "市自然资源和规划局",
            "party-building-summary",
        ),
        ("绍兴市第一中学2019年度工作总结", "2019", "绍兴市第一中学", "work-summary"),
        ("2024年第三季度工作情况", "2024-Q3", "", "work-summary"),
        ("县水利局2022年1—5月工作总结", "2022-01..2022-05", "县水利局", "work-summary"),
        ("2024年度抓基层党建述职报告", "2024", "", "duty-report"),
        ("关于开展主题教育的通知", "", "", ""),
    ],
)
def test_titles_tell_period_unit_and_genre(
    config: RetrievalConfig, title: str, period: str, organization: str, genre: str
) -> None:
    meta = recognise(blocks((title, "title", 0), ("正文。", "body", 0)), config.recognise)
    assert (meta.title, meta.period, meta.organization, meta.genre) == (title, period, organization, genre)


def test_signature_and_date_are_read_and_the_caller_wins(config: RetrievalConfig) -> None:
    document = blocks(
        ("工作总结", "title", 0),
        ("正文。", "body", 0),
        ("中共某县水利局党组", "signature", 0),
        ("2023年7月5日", "date", 0),
    )
    guessed = recognise(document, config.recognise, name="总结2022.docx")
    assert (guessed.organization, guessed.date, guessed.period) == ("某县水利局党组", "2023-07-05", "2022")
    assert merged(SourceMeta(period="2023-H1"), guessed).period == "2023-H1"


# -- masking


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("班子成员带头讲党课6次，开展培训２期。", "班子成员带头讲党课××次，开展培训××期。"),
        ("完成率百分之六十八点三，投入1.2万元。", "完成率百分之××，投入××万元。"),
        ("2023年6月15日召开会议，讲党课六次。", "××年××月××日召开会议，讲党课××次。"),
        (
            "局长王建国同志到村调研，张三、李小四等3名同志受到表彰。",
            "局长×××同志到村调研，×××、×××等××名同志受到表彰。",
        ),
        ("党委书记朱雯作报告，朱雯强调要抓落实。", "党委书记×××作报告，×××强调要抓落实。"),
        ("云南省昆明市盘龙区自然资源局与滇池管理局联合开展活动。", "某单位与某单位联合开展活动。"),
        ("到蒙自市草坝镇走访群众。", "到某地某地走访群众。"),
        ("1.加强学习。（2）强化监督。", "1.加强学习。（2）强化监督。"),
    ],
)
def test_masking(masker: Masker, text: str, masked: str) -> None:
    assert masker.mask(text)[0] == masked


@pytest.mark.parametrize(
    "text",
    [
        "深入学习贯彻习近平新时代中国特色社会主义思想和党的二十大精神，严格落实“三会一课”和“第一议题”制度。",
        "全市上下、各乡镇党委要高度重视，市委、市政府作出部署，国务院发布公报。",
        "党组书记是第一责任人，班子成员认真履行“一岗双责”，构建齐抓共管的工作格局。",
        "教师成长、学生成才，关爱群众，简单高效，荣获好评。",
    ],
)
def test_what_everybody_may_write_is_not_masked(masker: Masker, text: str) -> None:
    masked, entities = masker.mask(text)
    assert (masked, entities) == (text, ())


def test_own_unit_is_masked_and_entities_point_into_the_text(masker: Masker) -> None:
    text = "市自然资源和规划局印发《市自然资源和规划局2023年党建要点》，书记李华部署6次。"
    masked, entities = masker.mask(text, organization="市自然资源和规划局")
    assert masked == "某单位印发《某单位××年党建要点》，书记×××部署××次。"
    assert [(e.kind, e.surface) for e in entities] == [
        ("organization", "市自然资源和规划局"), ("organization", "市自然资源和规划局"), ("figure", "2023年"), ("person", "李华"), ("figure", "6次"),
    ]  # fmt: skip
    assert all(text[e.start : e.end] == e.surface for e in entities)


@settings(max_examples=150, deadline=None)
@given(st.text("王张李、和同志书记局长等3名市县第一中学2023年，。", max_size=60))
def test_masking_never_breaks_and_hides_what_it_found(text: str) -> None:
    masked, entities = Masker(load_config().masking).mask(text)
    assert all(text[e.start : e.end] == e.surface for e in entities)
    assert all(a.end <= b.start for a, b in pairwise(entities))
    assert (
        not [e for e in entities if e.kind == "figure" and any(c.isdigit() for c in e.surface)]
        or masked != text
    )


# -- hashes and terms


@settings(max_examples=200, deadline=None)
@given(
    st.text("甲乙丙丁戊己", min_size=20, max_size=40),
    st.text("子丑寅卯", max_size=40),
    st.text("辰巳午未", max_size=40),
)
def test_any_shared_run_of_twenty_characters_shares_a_hash(run: str, left: str, right: str) -> None:
    a, b = set(fingerprint.winnow(left + run)[0].tolist()), set(fingerprint.winnow(run + right)[0].tolist())
    assert a & b


def test_extension_finds_the_longest_of_several_places() -> None:
    a = "前文" + "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳" + "后"
    b = "甲乙丙丁戊己庚辛壬癸子丑" + "断" + "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"
    assert fingerprint.extend(a, 2, b) == (2, 18)


def test_plain_text_keeps_offsets() -> None:
    plain = fingerprint.plain("“三会 一课”，６次")
    assert plain.text == "三会一课6次"
    assert plain.offsets == [1, 2, 4, 5, 8, 9]


def test_overlap_is_the_share_of_the_longer() -> None:
    long = fingerprint.pack(
        "认真学习贯彻落实上级各项决策部署要求，" * 3 + "另有甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
    )
    short = fingerprint.pack("认真学习贯彻落实上级各项决策部署要求，" * 3)
    assert fingerprint.overlap([long], [long]) == 1.0
    assert 0 < fingerprint.overlap([long], [short]) < 1
    assert fingerprint.overlap([b""], [b""]) == 0.0


def test_terms_are_characters_and_pairs() -> None:
    assert terms("讲党课６次，GB/T 9704.1") == [
        "讲",
        "党",
        "课",
        "讲党",
        "党课",
        "6",
        "次",
        "gb",
        "t",
        "9704.1",
    ]


# -- embeddings


def test_hashed_embeddings_are_stable_and_of_length_one() -> None:
    model = HashedEmbeddings(64)
    a, b = model.embed_documents(["开展主题教育", "开展主题教育"])
    assert a == b == model.embed_query("开展主题教育")
    assert sum(x * x for x in a) == pytest.approx(1)
    assert model.embed_query("。") == [0.0] * 64


def test_a_rate_limit_spaces_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    limited = RateLimited(HashedEmbeddings(8), per_minute=60)
    for _ in range(3):
        limited.embed_query("党课")
    assert waits[0] == 0
    assert waits[2] == pytest.approx(2, abs=0.5)
    assert limited.model == "hashed-8"


# -- ranking


def passage(id: str, text: str = "", **more: object) -> Passage:
    values: dict[str, object] = {
        "id": id, "document": id[0], "lane": "precedent", "source": f"{id[0]}.txt", "title": "", "heading_path": (),
        "part": "", "themes": (), "period": "", "organization": "", "issuer": "", "date": "", "genre": "", "clause": "",
        "text": text or id * 9,
    }  # fmt: skip
    return Passage(**{**values, **more})  # type: ignore[arg-type]


def test_fusing_is_relative_to_each_maximum() -> None:
    assert fuse({"a": 4.0, "b": 2.0}, {"b": 0.5, "c": 0.25}, 0.3) == {"a": 1.0, "b": 0.8, "c": 0.15}
    assert fuse({}, {}, 0.3) == {}


def test_own_unit_and_nearer_period_come_first(config: RetrievalConfig) -> None:
    found = [
        (passage("a1", period="2016", organization="县教育局"), 1.0),
        (passage("b1", period="2022-H2", organization="县教育局"), 1.0),
        (passage("c1", period="2022-H2", organization="蒙自市水利局"), 1.0),
    ]
    wanted = Wanted(period="2023-H1", organization="水利局")
    assert [h.passage.id for h in select(found, wanted, config.rank, 3)] == ["c1", "b1", "a1"]


def test_sources_alternate_and_copies_are_dropped(config: RetrievalConfig) -> None:
    same = "认真开展主题党日活动，组织党员学习"
    found = [
        (passage("a1", same), 1.0),
        (passage("a2"), 0.95),
        (passage("b1", same + "。"), 0.94),
        (passage("b2"), 0.9),
    ]
    assert [h.passage.id for h in select(found, Wanted(), config.rank, 4)] == ["a1", "b2", "a2"]


def test_policies_not_in_force_are_left_out(config: RetrievalConfig) -> None:
    found = [
        (passage("a1", lane="policy", title="旧条例"), 1.0),
        (passage("b1", lane="policy", title="新条例", date="2024-01-01"), 0.9),
        (passage("c1", lane="policy", title="现行条例", date="2019-05-06"), 0.8),
    ]

    def resolver(title: str, as_of: date | None) -> Validity:
        return Validity(in_force=title != "旧条例", title=f"《{title}》", issuer="中共中央")

    hits = select(found, Wanted(as_of=date(2023, 7, 5)), config.rank, 5, resolver)
    assert [(h.passage.id, h.validity and h.validity.title) for h in hits] == [("c1", "《现行条例》")]
    assert len(select(found, Wanted(), config.rank, 5, resolver)) == 3


# -- settings


def test_a_wrong_settings_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    file = tmp_path / "knowledge" / "retrieval.yaml"
    file.write_text("chunk: [", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"retrieval\.yaml:\d：不是有效的 YAML"):
        load_config(tmp_path)
    other = tmp_path / "other"
    (other / "knowledge").mkdir(parents=True)
    (other / "knowledge" / "retrieval.yaml").write_text("chunk: {min: 0}", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"chunk\.min"):
        load_config(other)
