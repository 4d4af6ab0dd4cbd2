"""The reviewer's desk: the way back, blind packs, the judge."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from openpyxl import load_workbook
from pydantic import Field

from assistant.brief import Brief, Period, make_item
from assistant.catalogue import load_catalogue
from assistant.checks.registry import load_rules
from assistant.document import Document, Draft, Paragraph, Section, Sentence
from assistant.errors import DocumentError, InputError
from assistant.formats.docx_comments import Author, anchor_comment, paragraph_text
from assistant.formats.docx_revisions import track_change
from assistant.formats.export import FactView, write
from assistant.formats.read_reviewed import read_reviewed
from assistant.settings import Settings, load_settings
from evals.audits import load_audit
from evals.blind import agreement, make_pack, read_scores, verdict_text
from evals.judge import Judge
from evals.returned import Candidate, Returned, take_back
from evals.returned_text import keep, to_data, to_text
from ui.cli import run as cli

WHEN = datetime(2025, 7, 6, tzinfo=UTC)
LEADER = Author("李局", "李")


def brief(lectures: int = 6) -> Brief:
    facts = (make_item("fact", 1, f"班子成员带头讲党课{lectures}次"), make_item("fact", 2, "走访群众120户"))
    return Brief("work-summary", "示例局", Period.parse("2025-H1"), date(2025, 7, 4), facts=facts)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The Word file of a small draft; its audit and review copy beside it."""
    sentences = (
        Sentence("要把学习摆在首位。"),
        Sentence("班子成员带头讲党课6次。", ("F01",)),
        Sentence("走访群众120户。", ("F02",)),
    )
    sections = (Section("a1", "achievements", 1, "一、", "主要工作", (Paragraph(sentences),)),)
    draft = Draft("示例局2025年上半年工作总结", "县委", sections, "示例局", "2025年7月4日")
    facts = [FactView(i.id, i.text) for i in brief().facts]
    return write(draft, tmp_path / "x.docx", ("docx",), facts=facts)[0]


def edit(path: Path, changes: dict[str, str], *, pending: bool = True, remark: str = "") -> Path:
    word = docx.Document(str(path))
    for paragraph in word.paragraphs:
        for number, (old, new) in enumerate(changes.items()):
            if (at := paragraph_text(paragraph).find(old)) >= 0:
                if pending:
                    assert track_change(
                        paragraph, at, at + len(old), new, LEADER, id=900 + 10 * number, when=WHEN
                    )
                else:
                    for run in paragraph.runs:
                        run.text = run.text.replace(old, new)
        if remark and "讲党课" in paragraph_text(paragraph):
            anchor_comment(word, paragraph, 0, 2, remark, LEADER)
    out = path.with_name("edited.docx")
    word.save(str(out))
    return out


def back(edited: Path, written: Path, tmp_path: Path, ledger: Brief) -> Returned:
    settings: Settings = load_settings(workspace=tmp_path / "workspace")
    return take_back(read_reviewed(edited), load_audit(written.with_suffix(".audit.json")), ledger, settings)


@pytest.mark.parametrize("pending", [True, False])
@pytest.mark.parametrize("copy", ["x.docx", "x.review.docx"])
def test_a_figure_the_edit_changed_is_a_finding_until_the_ledger_says_so(
    written: Path, tmp_path: Path, pending: bool, copy: str
) -> None:
    edited = edit(written.with_name(copy), {"6次": "8次"}, pending=pending)
    found = back(edited, written, tmp_path, brief()).findings
    changed = [f for f in found if f.rule == "review/figure-changed"]
    assert [(f.quote, f.facts) for f in changed] == [("8次", ("F01",))]
    assert "6次" in changed[0].message
    assert not [f for f in found if f.rule.startswith("facts/untraced")]
    settled = back(edited, written, tmp_path, brief(lectures=8)).findings
    assert not [f for f in settled if f.rule.startswith(("review/", "facts/"))]


def test_comments_changes_and_untouched_sentences_come_back(written: Path, tmp_path: Path) -> None:
    edited = edit(written.with_name("x.review.docx"), {"摆在": "放在"}, remark="口径核过")
    got = back(edited, written, tmp_path, brief())
    assert [(r.author, r.text, r.quote) for r in got.reviewed.remarks] == [("李局", "口径核过", "要把")]
    assert [(c.kind, c.text) for c in got.reviewed.pending] == [("cut", "摆在"), ("put", "放在")]
    assert [p.change for p in got.changed] == ["edited"]
    assert [(c.old, c.new) for c in got.candidates] == []  # a single character is no wording of its own
    assert "口径核过" in to_text(got)
    assert json.loads(json.dumps(to_data(got), ensure_ascii=False))["counts"]["error"] == 0


def test_an_unsourced_result_put_in_and_a_fact_struck_are_found(written: Path, tmp_path: Path) -> None:
    edited = edit(written, {"走访群众120户。": "推动了作风明显好转。"}, pending=False)
    rules = {f.rule for f in back(edited, written, tmp_path, brief()).findings}
    assert "facts/claim-result" in rules
    assert rules & {"facts/missing", "facts/not-told"}


def test_confirmed_wording_becomes_a_rule_of_the_office(written: Path, tmp_path: Path) -> None:
    edited = edit(written, {"走访群众": "看望居民"}, pending=False)
    got = back(edited, written, tmp_path, brief())
    assert ("走访群众", "看望居民") in [(c.old, c.new) for c in got.candidates]
    number = [c.old for c in got.candidates].index("走访群众") + 1
    overlay = tmp_path / "own"
    keep(got.candidates, [number], overlay, "edited.docx")
    rule = load_rules(overlay).get("wording/house-1")
    assert rule is not None
    assert rule.severity == "info"
    keep(got.candidates, [number, number], overlay, "edited.docx")
    assert load_rules(overlay).get("wording/house-2") is None  # the same wording is kept once
    with pytest.raises(InputError, match="99"):
        keep(got.candidates, [99], overlay, "edited.docx")


def test_a_later_check_uses_the_wording_that_was_kept(
    written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole road on the command line: nothing is kept unasked; once confirmed, another text is held to it."""
    edited = edit(written, {"走访群众": "看望居民"}, pending=False)
    papers = tmp_path / "brief.yaml"
    papers.write_text(
        "kind: work-summary\norganization: 示例局\nperiod: 2025-H1\ndate: 2025-07-04\n"
        "facts: [班子成员带头讲党课6次, 走访群众120户]\n",
        "utf-8",
    )
    later = tmp_path / "later.txt"
    later.write_text("示例局2025年工作总结\n一、主要工作\n全年走访群众90户。\n", "utf-8")
    overlay = tmp_path / "own"
    monkeypatch.setenv("ZHIBI_OVERLAY", str(overlay))
    overlay.mkdir()
    bring = ["review-import", str(edited), "--draft", str(written.with_suffix(".audit.json")), "--brief", str(papers)]  # fmt: skip

    def house() -> list[dict[str, Any]]:
        capsys.readouterr()
        cli(["check", str(later), "--format", "json"])
        found = json.loads(capsys.readouterr().out)["files"][0]["findings"]
        return [f for f in found if f["rule"].startswith("wording/house")]

    cli(bring)
    listed = re.search("(\\d+)\\. “走访群众”改为“看望居民”", capsys.readouterr().out)
    assert listed is not None
    assert house() == []
    cli([*bring, "--keep", listed[1]])
    (found,) = house()
    assert (found["quote"], found["severity"]) == ("走访群众", "info")
    assert "看望居民" in found["message"]


def test_rules_that_would_not_hold_are_not_kept(tmp_path: Path) -> None:
    path = keep([Candidate("走访群众", "看望居民", 1)], [1], tmp_path, "a.docx")
    before = path.read_bytes()
    with pytest.raises(InputError, match="没有记"):
        keep([Candidate("群众", "人民群众", 1)], [1], tmp_path, "a.docx")  # its own right form would fire
    with pytest.raises(InputError, match="正好相反"):
        keep([Candidate("看望居民", "走访群众", 1)], [1], tmp_path, "a.docx")
    assert path.read_bytes() == before
    path.write_text("rules: [", "utf-8")
    with pytest.raises(InputError, match="读不出来"):
        keep([Candidate("走访", "看望", 1)], [1], tmp_path, "a.docx")


def test_what_is_no_edited_copy_or_no_audit_is_refused(tmp_path: Path, written: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("正文", "utf-8")
    with pytest.raises(DocumentError, match=r"\.docx"):
        read_reviewed(text)
    for bad in (text, tmp_path / "none.json"):
        with pytest.raises(DocumentError, match="来源档"):
            load_audit(bad)


def drafts(folder: Path) -> list[Path]:
    folder.mkdir()
    paths = [folder / f"{name}.txt" for name in ("ours", "theirs", "last-year")]
    for n, path in enumerate(paths):
        path.write_text(f"示例局工作总结\n一、主要工作\n学习{n}次。\n", "utf-8")
    return paths


def fill(sheet: Path, out: Path, marks: dict[str, int]) -> Path:
    book = load_workbook(sheet)
    page = book.active
    assert page is not None
    for row in page.iter_rows(min_row=3):
        row[6].value = marks[str(row[0].value)]
    book.save(out)
    return out


def test_a_blind_pack_hides_the_origin_and_its_marks_come_back(tmp_path: Path) -> None:
    paths = drafts(tmp_path / "drafts")
    pack = tmp_path / "pack"
    written = make_pack([tmp_path / "drafts"], pack, seed=3)
    assert [p.name for p in written] == ["稿A.docx", "稿B.docx", "稿C.docx", "评分表.xlsx", "key.json"]
    key = json.loads((pack / "key.json").read_text("utf-8"))["drafts"]
    assert sorted(key.values()) == sorted(map(str, paths))
    for name in key:
        properties = docx.Document(str(pack / f"{name}.docx")).core_properties
        assert (properties.author, properties.title) == ("", "")
        assert b"ours" not in (pack / f"{name}.docx").read_bytes()
    good = {"ours": 9, "theirs": 5, "last-year": 3}
    by_name = {name: good[Path(path).stem] for name, path in key.items()}
    first = fill(pack / "评分表.xlsx", tmp_path / "1.xlsx", by_name)
    other = dict(by_name)
    a, b = (n for n, p in key.items() if Path(p).stem != "ours")
    other[a], other[b] = other[b], other[a]
    second = fill(pack / "评分表.xlsx", tmp_path / "2.xlsx", other)
    verdict = read_scores(pack, [first, second])
    assert verdict.means[str(paths[0])] == 9.0
    assert verdict.agreement == pytest.approx(2 / 3, abs=0.001)
    assert "一致率：67%" in verdict_text(verdict)
    top = [p for p in verdict.preferences if str(paths[0]) in (p.first, p.second)]
    assert all(p.above + p.below == 2 for p in top)


def test_the_order_of_a_pack_depends_on_its_seed_alone(tmp_path: Path) -> None:
    drafts(tmp_path / "drafts")
    keys = []
    for n, seed in enumerate((1, 1, 2, 3, 4)):
        make_pack([tmp_path / "drafts"], tmp_path / str(n), seed)
        keys.append(json.loads((tmp_path / str(n) / "key.json").read_text("utf-8"))["drafts"])
    assert keys[0] == keys[1]
    assert any(k != keys[0] for k in keys[2:])


def test_wrong_sheets_say_where(tmp_path: Path) -> None:
    paths = drafts(tmp_path / "drafts")
    with pytest.raises(InputError, match="两份"):
        make_pack(paths[:1], tmp_path / "p")
    make_pack(paths, tmp_path / "pack")
    sheet = tmp_path / "pack" / "评分表.xlsx"
    with pytest.raises(InputError, match="没有填"):
        read_scores(tmp_path / "pack", [sheet])
    bad = fill(sheet, tmp_path / "bad.xlsx", {"稿A": 11, "稿B": 5, "稿C": 5})
    with pytest.raises(InputError, match=r"bad\.xlsx:3.*11"):
        read_scores(tmp_path / "pack", [bad])
    with pytest.raises(InputError, match="key"):
        read_scores(tmp_path, [sheet])
    with pytest.raises(InputError, match="评分表"):
        read_scores(tmp_path / "pack", [paths[0]])


def test_agreement_counts_pairs_both_tell_apart() -> None:
    assert agreement([{"a": 1, "b": 2, "c": 3}, {"a": 10, "b": 20, "c": 30}]) == 1.0
    assert agreement([{"a": 1, "b": 2}, {"a": 2, "b": 1}]) == 0.0
    assert agreement([{"a": 1, "b": 1}, {"a": 2, "b": 1}]) is None
    assert agreement([{"a": 1}]) is None


class Scripted(BaseChatModel):
    """Answers in turn; keeps what it was asked."""

    replies: list[str]
    asked: list[str] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self.asked.append(str(messages[-1].content))
        return ChatResult(
            generations=[ChatGeneration(message=AIMessage(content=self.replies[len(self.asked) - 1]))]
        )


def judge_of(*replies: str) -> tuple[Judge, Scripted]:
    model = Scripted(replies=list(replies))
    return Judge(model, load_catalogue(None)), model


def test_criteria_come_from_the_brief_and_marks_have_reasons(written: Path) -> None:
    judge, model = judge_of(
        '{"criteria": ["党课6次写准", "不编造成效"]}',
        '{"marks": [{"reason": "写了6次", "score": 9}, {"reason": "没有编造", "score": 8}], "overall": 8}',
    )
    criteria = judge.criteria(brief())
    assert criteria == ("党课6次写准", "不编造成效")
    assert "班子成员带头讲党课6次" in model.asked[0]
    opinion = judge.mark(brief(), read_reviewed(written).document, criteria)
    assert opinion.marks[0] == ("党课6次写准", 9, "写了6次")
    assert "1. 党课6次写准" in model.asked[1]


@pytest.mark.parametrize(
    ("one", "two", "better", "swayed"),
    [("甲", "乙", 0, False), ("乙", "甲", 1, False), ("甲", "甲", None, True), ("平", "平", None, False)],
)
def test_pairs_are_asked_in_both_orders(
    written: Path, one: str, two: str, better: int | None, swayed: bool
) -> None:
    judge, model = judge_of(
        *(json.dumps({"reason": "理由", "better": b}, ensure_ascii=False) for b in (one, two))
    )
    document = read_reviewed(written).document
    other = Document(document.blocks[:-1])
    opinion = judge.prefer(brief(), document, other, ("要点一", "要点二"))
    assert (opinion.better, opinion.swayed) == (better, swayed)
    assert len(model.asked) == 2
    assert judge.prefer(brief(), document, document, ("要点一", "要点二")).better is None
    assert len(model.asked) == 2, "two drafts that are the same are not asked about"
