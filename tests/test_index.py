"""The index as its callers see it: adding, changing, removing, searching, rebuilding, moving; with real libraries."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.catalogue.types import Theme
from assistant.document import Block, Document
from assistant.errors import KnowledgeError
from assistant.index import AddResult, Index, SourceMeta, Validity

THEMES = (
    Theme("clean", "廉政", (("廉政", 2.0), ("廉洁", 2.0)), ("廉政建设",)),
    Theme("study", "学习", (("学习", 1.0), ("党课", 2.0)), ("理论武装",), 1),
)
LECTURE = "班子成员带头讲党课6次，局长王建国同志到支部作专题学习辅导，组织党员学习交流12场。"
CLEAN = "签订党风廉政建设责任书30份，开展廉洁教育3次，召开警示教育大会1次，参加人员210人次。"
PROBLEM = "部分支部对政治理论学习不重视，党内组织生活质量不高，结合业务不够紧密。"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(tmp_path / "index", themes=THEMES) as opened:
        yield opened


def summary(unit: str = "县水利局", period: str = "2022年", *, lecture: str = LECTURE) -> Document:
    return Document(
        (
            Block(f"{unit}{period}党建工作总结", "title"),
            Block("一、主要做法和成效", "heading", 1),
            Block("（一）强化理论武装", "heading", 2),
            Block(lecture + f"以上由{unit}统计。" * 3),
            Block("（二）筑牢廉政防线", "heading", 2),
            Block(CLEAN + "坚持抓早抓小、防微杜渐，一体推进不敢腐、不能腐、不想腐。" * 3),
            Block("二、存在问题", "heading", 1),
            Block(PROBLEM),
        )
    )


REGULATION = Document(
    (
        Block("党员教育管理工作条例", "title"),
        Block("第一章 总则", "heading", 1),
        Block("第一条 为了提高党员队伍建设质量，制定本条例。"),
        Block("第二条 党员教育管理是党的建设基础性经常性工作，党员领导干部应当带头讲党课。"),
    )
)


def add(
    index: Index, document: Document, path: str = "a.docx", *, lane: str = "precedent", sha: str = "1"
) -> AddResult:
    return index.add(document, SourceMeta(), lane, path, sha)  # type: ignore[arg-type]


# -- adding


def test_added_unchanged_updated_duplicate(index: Index) -> None:
    first = add(index, summary())
    assert (first.status, first.passages) == ("added", 3)
    assert add(index, summary()).status == "unchanged"
    changed = add(index, summary(lecture="开展主题党日活动。" * 9), sha="2")
    assert changed.status == "updated"
    assert [(d.name, d.id, d.sha256) for d in index.list()] == [("a.docx", changed.document_id, "2")]
    again = add(index, summary(lecture="开展主题党日活动。" * 9), "copy/b.docx", sha="3")
    assert (again.status, again.document_id, again.similar_to) == ("duplicate", changed.document_id, "a.docx")
    assert not [h for h in index.search("王建国同志作专题学习辅导") if "王建国" in h.passage.text]


def test_a_near_duplicate_is_kept_and_named(index: Index) -> None:
    long = LECTURE + "".join(
        f"第{n}支部围绕重点任务开展“一支部一品牌”创建，形成特色做法和典型案例若干。" for n in range(9)
    )
    add(index, summary(lecture=long))
    near = add(index, summary(lecture=long.replace("6次", "7次")), "draft2.docx", sha="2")
    assert (near.status, near.similar_to) == ("near_duplicate", "a.docx")
    assert len(index.list()) == 2
    assert index.list()[1].similar_to == "a.docx"


def test_a_changed_file_that_repeats_another_leaves_no_ghost(index: Index) -> None:
    add(index, summary(), "a.docx")
    add(index, summary("县教育局"), "b.docx", sha="2")
    assert add(index, summary(), "b.docx", sha="3").status == "duplicate"
    assert [d.path for d in index.list()] == ["a.docx"]


def test_what_the_caller_knows_is_kept_and_a_change_of_it_counts(index: Index) -> None:
    index.add(summary(), SourceMeta(period="2022-H1", issuer="县委"), "precedent", "a.docx", "1")
    assert index.list()[0].meta == SourceMeta(
        "县水利局2022年党建工作总结", "县水利局", "2022-H1", "party-building-summary", "县委", ""
    )
    assert index.add(summary(), SourceMeta(period="2022"), "precedent", "a.docx", "1").status == "updated"
    assert {h.passage.period for h in index.search("党课")} == {"2022"}


def test_an_empty_document_is_refused(index: Index) -> None:
    with pytest.raises(KnowledgeError, match="没有可以入库的正文"):
        add(index, Document((Block("标题", "title"), Block("  "))))
    assert index.list() == []


def test_the_same_text_may_stand_in_both_lanes_but_they_do_not_mix(index: Index) -> None:
    add(index, REGULATION, "条例.docx", lane="policy")
    add(index, summary())
    assert {h.passage.source for h in index.search("带头讲党课", lane="policy")} == {"条例.docx"}
    assert {h.passage.source for h in index.search("带头讲党课", lane="precedent")} == {"a.docx"}


# -- searching


def test_a_hit_tells_where_it_comes_from(index: Index) -> None:
    add(index, summary(), "folder/总结.docx")
    best = index.search("党课学习交流", lane="precedent")[0].passage
    assert (best.source, best.title, best.heading_path) == (
        "总结.docx", "县水利局2022年党建工作总结", ("一、主要做法和成效", "（一）强化理论武装"),
    )  # fmt: skip
    assert (best.part, best.themes, best.period, best.organization) == (
        "achievements",
        ("study",),
        "2022",
        "县水利局",
    )
    assert "王建国" in best.text
    assert best.masked.startswith(
        "班子成员带头讲党课××次，局长×××同志到支部作专题学习辅导，组织党员学习交流××场。"
    )
    assert "县水利局" not in best.masked


def test_filters(index: Index) -> None:
    add(index, summary(), "2022.docx")
    add(
        index, summary(period="2023年", lecture="组织学习贯彻主题教育，讲党课3次。" * 5), "2023.docx", sha="2"
    )
    assert {h.passage.part for h in index.search("学习", part="problems")} == {"problems"}
    assert {"clean" in h.passage.themes for h in index.search("学习 廉洁", themes=("clean",))} == {True}
    assert {h.passage.period for h in index.search("学习", periods=("2023",))} == {"2023"}
    assert index.search("学习", genre="duty-report") == []
    assert index.search("，。", lane="precedent") == []
    assert len(index.search("学习", limit=1)) == 1


def test_policies_carry_clause_and_are_judged_as_of_a_day(tmp_path: Path) -> None:
    def resolver(title: str, as_of: date | None) -> Validity | None:
        assert title == "党员教育管理工作条例"
        return Validity(
            as_of is None or as_of >= date(2019, 5, 6),
            "《中国共产党党员教育管理工作条例》",
            "中共中央",
            "2019-05-06",
        )

    with Index.open(tmp_path / "index", resolver=resolver) as index:
        add(index, REGULATION, "条例.docx", lane="policy")
        hit = index.search("带头讲党课", lane="policy", as_of=date(2023, 1, 1))[0]
        assert (hit.passage.clause, hit.passage.masked) == ("第二条", "")
        assert hit.validity is not None
        assert (hit.validity.issuer, hit.validity.in_force) == ("中共中央", True)
        assert index.search("带头讲党课", lane="policy", as_of=date(2018, 1, 1)) == []


def test_long_queries_keep_their_telling_words(index: Index) -> None:
    add(index, summary())
    add(index, summary("县教育局", lecture="开展“扫码入会”试点，推进数字化归档。" * 4), "b.docx", sha="2")
    query = "的一是在不了有和人这中大为上个国我以要他" * 12 + "扫码入会"
    assert "扫码入会" in index.search(query)[0].passage.text


# -- removing, listing, files that went


def test_remove_by_name_path_or_id(index: Index) -> None:
    ids = [
        add(index, summary(unit), f"{n}/总结.docx", sha=unit).document_id
        for n, unit in enumerate(("县水利局", "县教育局", "县林业局"))
    ]
    with pytest.raises(KnowledgeError, match=r"有3份资料都叫“总结\.docx”"):
        index.remove("总结.docx")
    assert [r.path for r in index.remove(ids[0])] == ["0/总结.docx"]
    index.remove("1/总结.docx")
    assert {h.passage.organization for h in index.search("党课")} == {"县林业局"}
    index.remove("总结.docx")
    assert (index.search("党课"), index.stats().passages, index.foreign_names()) == ([], 0, frozenset())
    with pytest.raises(KnowledgeError, match=r"没有“总结\.docx”"):
        index.remove("总结.docx")


def test_files_that_vanished_are_told_of_their_folder_only(index: Index, tmp_path: Path) -> None:
    here = tmp_path / "docs" / "here.docx"
    here.parent.mkdir()
    here.touch()
    for n, path in enumerate((here, tmp_path / "docs" / "gone.docx", tmp_path / "elsewhere" / "gone.docx")):
        add(index, summary(f"第{n}局"), str(path), sha=str(n))
    assert [r.path for r in index.vanished(tmp_path / "docs")] == [str(tmp_path / "docs" / "gone.docx")]


# -- leaks


def test_copies_are_found_with_their_place_and_source(index: Index) -> None:
    add(index, summary(), "总结.docx")
    add(index, REGULATION, "条例.docx", lane="policy")
    copied = "签订党风廉政建设责任书30份，开展廉洁教育3次，召开警示教育大会1次"
    text = "今年以来，我局统筹推进。" + copied + "，其他工作有序开展。"
    assert [(text[r.start : r.end], r.source) for r in index.copies(text)] == [(copied, "总结.docx")]
    assert index.copies("签订党风廉政建设责任书，开展别的工作。") == ()
    policy = "党员教育管理是党的建设基础性经常性工作"
    assert index.copies(policy + "。") == ()
    assert [r.source for r in index.copies(policy + "，党员领导干部", lane="policy")] == ["条例.docx"]


def test_entities_of_past_summaries(index: Index) -> None:
    id = add(index, summary()).document_id
    surfaces = {(e.kind, e.surface) for e in index.entities(id)}
    assert {
        ("person", "王建国"),
        ("organization", "县水利局"),
        ("figure", "6次"),
        ("figure", "210人次"),
    } <= surfaces
    assert index.foreign_names() == {"王建国", "县水利局"}


# -- upkeep


def test_digest_depends_on_content_alone(tmp_path: Path) -> None:
    with Index.open(tmp_path / "a") as a, Index.open(tmp_path / "b") as b:
        add(a, summary()), add(a, REGULATION, "r.docx", lane="policy")
        add(b, REGULATION, "other.docx", lane="policy", sha="9"), add(b, summary(), "x.docx")
        assert a.digest == b.digest
        a.remove("r.docx")
        assert a.digest != b.digest


def test_new_settings_are_noticed_and_rebuild_applies_them(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        add(index, summary())
        assert not index.stats().stale
    with Index.open(tmp_path / "index", themes=THEMES) as index:
        assert index.stats().stale
        assert index.search("党课", themes=("study",)) == []
        stats = index.rebuild()
        assert (stats.stale, stats.pending, stats.documents) == (False, 0, 1)
        assert index.search("党课", themes=("study",))


@pytest.mark.parametrize("damage", ["delete", "truncate", "garbage", "meta"])
def test_a_damaged_lexical_index_is_built_again(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "index"
    with Index.open(folder) as index:
        add(index, summary())
        index.sync()
    lexical = folder / "lexical"
    if damage == "delete":
        shutil.rmtree(lexical)
    elif damage == "meta":
        (lexical / "meta.json").write_text("{", encoding="utf-8")
    else:
        for file in lexical.glob("*.*"):
            if file.suffix not in (".json", ".lock"):
                size = file.stat().st_size
                file.unlink()  # a new file: the old one may still be mapped into this process
                file.write_bytes(b"" if damage == "truncate" else b"\0" * size)
    with Index.open(folder) as index:
        assert index.search("党课")
        assert index.rebuild().documents == 1


def test_a_damaged_store_is_a_clear_message(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "store.sqlite3").write_bytes(b"not a database" * 1000)
    with pytest.raises(KnowledgeError, match=r"资料库文件已损坏.*zhibi knowledge"):
        Index.open(folder)


def test_a_folder_that_cannot_be_made_is_a_clear_message(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KnowledgeError, match="不能使用"):
        Index.open(tmp_path / "file" / "index")


def test_a_store_of_another_format_is_refused(tmp_path: Path) -> None:
    Index.open(tmp_path / "index").close()
    with sqlite3.connect(tmp_path / "index" / "store.sqlite3") as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'format'")
    db.close()
    with pytest.raises(KnowledgeError, match="另一版本"):
        Index.open(tmp_path / "index")


# -- moving


def test_export_and_import(index: Index, tmp_path: Path) -> None:
    add(index, summary()), add(index, REGULATION, "条例.docx", lane="policy")
    file = tmp_path / "knowledge.zip"
    index.export(file)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["index", "knowledge.zip"]
    with Index.open(tmp_path / "other", themes=THEMES) as other:
        add(other, summary("县教育局"), "own.docx")
        assert other.import_(file) == 2
        assert {h.passage.source for h in other.search("带头讲党课")} == {"a.docx", "条例.docx", "own.docx"}
        assert other.import_(file) == 0
        assert other.copies(CLEAN)
        assert not other.stats().stale


def test_a_removed_document_can_be_imported_again(index: Index, tmp_path: Path) -> None:
    add(index, summary())
    index.export(tmp_path / "x.zip")
    index.remove("a.docx")
    assert index.search("党课") == []
    assert index.import_(tmp_path / "x.zip") == 1
    assert index.search("党课")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", None])
def test_a_wrong_import_file_is_a_clear_message(index: Index, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "x.zip"
    if content is None:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("manifest.json", '{"format": 1}')
            archive.writestr("store.sqlite3", "broken" * 999)
    else:
        file.write_bytes(content)
    with pytest.raises(KnowledgeError, match=r"x\.zip"):
        index.import_(file)
    with pytest.raises(KnowledgeError, match="读不出来"):
        index.import_(tmp_path / "absent.zip")
