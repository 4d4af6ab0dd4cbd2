"""Drafts side by side: sentence alignment, facts, checks and the three reports."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from assistant.brief import Brief, Period, make_item
from assistant.checks.facts import align
from assistant.document import Block, Document, Sentence
from assistant.errors import InputError
from assistant.formats.read import read_document
from assistant.settings import load_settings
from evals.compare import compare, compare_files, unique_names
from evals.compare_html import to_html
from evals.compare_text import to_data, to_text
from evals.diff import character_runs, diff, sentences_of
from evals.measures import measure
from evals.tellings import tellings

BRIEF = Brief(
    "work-summary", "示例局", Period.parse("2025-H1"), date(2025, 7, 4),
    facts=(make_item("fact", 1, "班子成员带头讲党课6次"), make_item("fact", 2, "走访群众120户，解决难题14件"), make_item("fact", 3, "完成植树300亩")),
)  # fmt: skip
A = "一、主要工作\n局党组重视学习。班子成员带头讲党课6次。走访群众120户，解决难题14件。\n今年天气总体平稳。"
B = "一、主要工作\n班子成员坚持带头讲党课6次。今年天气总体平稳。\n共走访群众120户，为民办事不停步。局党组重视学习。"


def doc(text: str) -> Document:
    return Document(
        tuple(
            Block(line, "heading" if line[1] == "、" else "body", int(line[1] == "、"))
            for line in text.splitlines()
        )
    )


def test_sentences_are_paired_edited_and_moved() -> None:
    changes = {(p.right or p.left).text: p.change for p in diff(doc(A), doc(B))}  # type: ignore[union-attr]
    assert changes["一、主要工作"] == "same"
    assert changes["班子成员坚持带头讲党课6次。"] == "edited"
    assert changes["局党组重视学习。"] == "moved"
    assert "removed" not in changes.values()


def test_the_diff_is_on_characters_not_on_whole_sentences() -> None:
    runs = character_runs("班子成员带头讲党课6次。", "班子成员带头讲党课8次。")
    assert [(r.op, r.text) for r in runs] == [
        ("keep", "班子成员带头讲党课"),
        ("cut", "6"),
        ("put", "8"),
        ("keep", "次。"),
    ]


_TEXT = st.text(alphabet="党课讲学习6次，。", max_size=30)


@given(_TEXT, _TEXT)
def test_runs_spell_both_texts(a: str, b: str) -> None:
    runs = character_runs(a, b)
    assert "".join(r.text for r in runs if r.op != "put") == a
    assert "".join(r.text for r in runs if r.op != "cut") == b


@limits(deadline=None)
@given(
    st.lists(st.sampled_from(["甲乙丙。", "甲乙丁。", "学习六次。", "完成植树。", "会议。"]), max_size=9),
    st.lists(st.sampled_from(["甲乙丙。", "甲丁。", "学习六次。", "会议。"]), max_size=9),
)
def test_every_sentence_of_both_sides_stands_in_the_diff_once(a: list[str], b: list[str]) -> None:
    left, right = doc("前、\n" + "".join(a)), doc("前、\n" + "".join(b))
    pairs = diff(left, right)
    kept = sorted((p.left.block, p.left.start) for p in pairs if p.left)
    assert kept == [(s.block, s.start) for s in sentences_of(left)]
    assert [(p.right.block, p.right.start) for p in pairs if p.right] == [
        (s.block, s.start) for s in sentences_of(right)
    ]


def test_facts_are_shown_with_their_place_words_and_lost_figures() -> None:
    told = tellings(align(doc(B), BRIEF), BRIEF)
    assert told["F01"][0].words == "班子成员坚持带头讲党课6次"
    assert told["F01"][0].heading == "一、主要工作"
    assert told["F02"][0].words == "共走访群众120户"
    assert told["F02"][0].lost == ("14件",)
    assert told["F03"] == ()


def test_a_figure_told_in_one_place_is_not_lost_in_another_and_placeholders_stay_whole() -> None:
    text = "带头讲党课6次【待核：是一轮，还是一人】。"
    told = (Sentence(text, ("F01",)), Sentence("班子成员又讲党课3次。", ("F01",)))
    got = tellings(Document((Block(text + told[1].text, sentences=told),)), BRIEF)["F01"]
    assert [t.lost for t in got] == [(), ()]
    assert got[0].words == text.rstrip("。")
    cut = Sentence("学习【待核：一轮，一人】讲党课6次。", ("F01",))
    (whole,) = tellings(Document((Block(cut.text, sentences=(cut,)),)), BRIEF)["F01"]
    assert whole.words == "【待核：一轮，一人】讲党课6次"


def test_measures_leave_placeholders_and_topic_sentences_out_of_the_share() -> None:
    text = "一、主要工作\n一是带头讲课。班子成员带头讲党课6次。【待补：听课人数】。"
    assert measure(align(doc(text), BRIEF), BRIEF).without_fact == 0.0
    more = measure(align(doc(text + "要把学习放在心上、抓在手上。"), BRIEF), BRIEF)
    assert more.without_fact == pytest.approx(14 / 26, abs=0.03)
    assert more.placeholders == 1
    assert (more.told, more.facts) == (1, 3)


def test_the_same_checks_read_every_draft(tmp_path: Path) -> None:
    result = compare([("甲", doc(A)), ("乙", doc(B))], load_settings(workspace=tmp_path), BRIEF)
    rows = {r.rule: r for r in result.checks}
    assert rows["facts/missing"].counts == (1, 1)
    assert rows["facts/value-lost"].counts == (0, 1)
    assert len(result.diffs) == 1


def test_reports_hold_the_same_and_run_nothing(tmp_path: Path) -> None:
    evil = doc(A.replace("天气", "<script>alert(1)</script>"))
    result = compare([("甲<b>", evil), ("乙", doc(B))], load_settings(workspace=tmp_path), BRIEF)
    html = to_html(result).decode()
    assert "<script" not in html
    assert "甲&lt;b&gt;" in html
    assert "http" not in html.replace("http-equiv", "")
    text = to_text(result)
    assert "F03 完成植树300亩" in text
    assert "没有写到" in text
    data = json.loads(json.dumps(to_data(result), ensure_ascii=False))
    assert data["facts"][0]["told"][1][0]["words"] == "班子成员坚持带头讲党课6次"


def test_one_file_is_not_a_comparison_and_names_stay_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="两份"):
        compare_files([tmp_path / "a.txt"], load_settings(workspace=tmp_path))
    assert unique_names([Path("x/a.txt"), Path("y/a.txt"), Path("b.txt")]) == ["x/a.txt", "y/a.txt", "b.txt"]
    same = unique_names([Path("x/a.txt"), Path("x/a.txt")])
    assert len(set(same)) == 2


def test_a_seed_and_the_hand_written_draft_of_its_brief(shared: Path, tmp_path: Path) -> None:
    """The past summary claims much that the brief does not hold; the draft written by hand claims nothing."""
    import re

    from assistant.formats.briefs import read_brief

    name = "bureau-2023h1-a"
    text = (shared / "examples" / f"{name}.draft.md").read_text("utf-8").split("\n----")[0]
    hand = tmp_path / "hand.txt"
    hand.write_text(re.sub("⟦[^⟧]*⟧", "", text), "utf-8")
    brief = read_brief(shared / "briefs" / f"{name}.yaml")
    result = compare_files([hand, shared / "seeds" / f"{name}.txt"], load_settings(workspace=tmp_path), brief)
    claims = [sum(r.counts[i] for r in result.checks if r.rule.startswith("facts/claim")) for i in (0, 1)]
    assert claims[0] == 0 < 10 < claims[1]
    own, seed = (e.measures.without_fact for e in result.entries)
    assert own is not None and seed is not None and own < 0.25 < 0.5 < seed
    assert all(read_document(hand).document.blocks)
