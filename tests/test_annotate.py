"""Comments and tracked changes on Word files that zhibi did not write."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml

from assistant.brief import Brief, Period, make_item
from assistant.catalogue import load_catalogue
from assistant.checks.facts import align
from assistant.document import Block, Document, Sentence
from assistant.errors import DocumentError
from assistant.finding import Finding, Fix
from assistant.formats.docx_annotate import FIXER, annotate
from assistant.formats.docx_appendix import NO_BULLET, evidence
from assistant.formats.docx_places import places
from assistant.formats.docx_review import CHECKER, TRACER, UNUSED
from assistant.formats.policy_sources import policy_sources
from assistant.formats.read import read_document
from assistant.formats.read_reviewed import read_reviewed

WHEN = datetime(2025, 7, 4, 9, 30, tzinfo=UTC)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
NUMBERING = (
    f"<w:abstractNum {nsdecls('w')} w:abstractNumId='77'><w:lvl w:ilvl='0'><w:start w:val='1'/>"
    "<w:numFmt w:val='chineseCounting'/><w:lvlText w:val='（%1）'/></w:lvl></w:abstractNum>",
    f"<w:num {nsdecls('w')} w:numId='77'><w:abstractNumId w:val='77'/></w:num>",
)


def foreign(path: Path) -> Path:
    """A file as offices have them: automatic numbers, runs cut anywhere, a link, a field, hidden text, a table, a change."""
    word = docx.Document()
    root = word.part.numbering_part.element
    root.insert(0, parse_xml(NUMBERING[0]))
    root.append(parse_xml(NUMBERING[1]))
    word.add_paragraph("示例局二〇二五年工作总结")
    for text in ("强化理论学习", "强化作风建设"):
        p = word.add_paragraph(text)
        p._p.get_or_add_pPr().append(
            parse_xml(f"<w:numPr {nsdecls('w')}><w:ilvl w:val='0'/><w:numId w:val='77'/></w:numPr>")
        )
    p = word.add_paragraph("班子成员")
    p.add_run("带头讲党").bold = True
    p.add_run("隐藏的字").font.hidden = True
    p.add_run("课６次，做出决定。")
    p = word.add_paragraph("见")
    p._p.append(parse_xml(f"<w:hyperlink {nsdecls('w')}><w:r><w:t>链接里的做出</w:t></w:r></w:hyperlink>"))
    p._p.append(
        parse_xml(
            f"<w:ins {nsdecls('w')} w:id='901' w:author='张三' w:date='2025-01-01T00:00:00Z'><w:r><w:t>，他人插入的做出。</w:t></w:r></w:ins>"
        )
    )
    for piece in (
        "<w:r><w:fldChar w:fldCharType='begin'/></w:r>",
        "<w:r><w:instrText>PAGE</w:instrText></w:r>",
        "<w:r><w:fldChar w:fldCharType='separate'/></w:r>",
        "<w:r><w:t>域里的做出</w:t></w:r>",
        "<w:r><w:fldChar w:fldCharType='end'/></w:r>",
    ):
        p._p.append(parse_xml(piece.replace(">", f" {nsdecls('w')}>", 1).replace("/ xmlns", " xmlns")))
    word.add_table(1, 1).cell(0, 0).text = "表里的做出"
    word.save(str(path))
    return path


def finding(document: Any, words: str, fix: str | None = None, rule: str = "wording/test") -> Finding:
    for number, block in enumerate(document.blocks):
        if (at := block.text.find(words)) >= 0:
            change = Fix(at, at + len(words), fix) if fix is not None else None
            return Finding(rule, "warning", f"“{words}”请核对", number, at, at + len(words), words, change)
    raise AssertionError(words)


def anchored(data: bytes) -> dict[str, tuple[str, str]]:
    """Text of the comment -> the characters it stands on and its author."""
    word = docx.Document(io.BytesIO(data))
    out: dict[str, tuple[str, str]] = {}
    for comment in word.comments:
        inside, text = False, ""
        for element in word.element.body.iter():
            if element.get(qn("w:id")) == str(comment.comment_id):
                inside = {W + "commentRangeStart": True, W + "commentRangeEnd": False}.get(
                    element.tag, inside
                )
            elif inside and element.tag in (W + "t", W + "delText"):
                text += element.text or ""
        out[comment.text] = (text, comment.author)
    return out


def test_comments_stand_on_the_exact_characters(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.docx")
    document = read_document(path).document
    assert "（二）强化作风建设" in [b.text for b in document.blocks]  # the number is printed by the reader
    found = [finding(document, w) for w in ("作风建设", "讲党课６次", "链接里的做出", "表里的")]
    notes = anchored(annotate(path, found, document, when=WHEN))
    places_of = [text.replace("隐藏的字", "") for text, _ in notes.values()]
    assert places_of == [f.quote for f in found]
    assert {author for _, author in notes.values()} == {CHECKER.name}


def test_a_finding_on_the_number_alone_and_on_the_whole_text(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.docx")
    document = read_document(path).document
    number = next(i for i, b in enumerate(document.blocks) if b.text.startswith("（二）"))
    found = [
        Finding("structure/numbering", "error", "序号不对", number, 0, 3, "（二）"),
        Finding("structure/part", "error", "缺少问题部分"),
        Finding("structure/gone", "error", "没有这一段", 99, 0, 2, "没有"),
    ]
    notes = anchored(annotate(path, found, document, when=WHEN))
    assert [text for text, _ in notes.values()].count("强化作风建设") == 1
    assert sum(text == "示例局二〇二五年工作总结" for text, _ in notes.values()) == 2


def test_fixes_become_tracked_changes_and_nothing_else_changes(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.docx")
    document = read_document(path).document
    found = [finding(document, "做出决定", "作出决定"), finding(document, "带头", "")]
    data = annotate(path, found, document, when=WHEN)
    (tmp_path / "b.docx").write_bytes(data)
    word = docx.Document(io.BytesIO(data))
    mine = [e for e in word.element.body.iter(W + "del", W + "ins") if e.get(W + "author") == FIXER.name]
    assert [e.tag.removeprefix(W) for e in mine] == ["del", "del", "ins"]
    struck = [t.text for e in mine for t in e.iter(W + "delText")]
    assert struck == ["带头", "做"]
    assert mine[0].find(W + "r").find(W + "rPr").find(W + "b") is not None  # bold stays bold
    assert len({e.get(W + "id") for e in word.element.body.iter(W + "del", W + "ins")}) == 4
    after = read_document(tmp_path / "b.docx").document.text
    assert after == document.text.replace("做出决定", "作出决定").replace("带头", "")


@pytest.mark.parametrize("words", ["链接里的做出", "他人插入的做出", "域里的做出"])
def test_text_that_is_not_ours_to_change_is_only_commented(tmp_path: Path, words: str) -> None:
    path = foreign(tmp_path / "a.docx")
    document = read_document(path).document
    data = annotate(path, [finding(document, words, "作出")], document, when=WHEN)
    word = docx.Document(io.BytesIO(data))
    deleted = [e for e in word.element.body.iter(W + "del") if e.get(W + "author") == FIXER.name]
    assert bool(deleted) is (words == "链接里的做出")  # a link's own words may change, a field's may not
    assert len(list(word.comments)) == 1


def test_a_character_left_out_is_an_insertion_alone(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.docx")
    document = read_document(path).document
    (tmp_path / "b.docx").write_bytes(
        annotate(path, [finding(document, "带头", "带好头")], document, when=WHEN)
    )
    body = docx.Document(str(tmp_path / "b.docx")).element.body
    assert not list(body.iter(W + "delText"))
    assert "带好头讲党" in read_document(tmp_path / "b.docx").document.text


def test_overlapping_fixes_leave_one(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.docx")
    document = read_document(path).document
    found = [finding(document, "做出决定", "作决定"), finding(document, "出决定", "决议", "wording/other")]
    data = annotate(path, found, document, when=WHEN)
    body = docx.Document(io.BytesIO(data)).element.body
    assert "".join(t.text for t in body.iter(W + "delText")) == "做出"
    assert "决议" not in [t.text for e in body.iter(W + "ins") for t in e.iter(W + "t")]


def test_formatting_is_untouched_and_the_same_input_gives_the_same_parts(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.docx")
    document = read_document(path).document
    found = [finding(document, "作风建设")]
    first, second = (docx.Document(io.BytesIO(annotate(path, found, document, when=WHEN))) for _ in range(2))
    assert first.element.xml == second.element.xml
    before = docx.Document(str(path))
    assert first.styles.element.xml == before.styles.element.xml
    properties = [
        [r.xml for r in w.element.body.iter(W + "pPr", W + "sectPr", W + "tblPr")] for w in (before, first)
    ]
    assert properties[0] == properties[1]


def test_sources_are_commented_with_a_brief(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.docx")
    fact = make_item("fact", 1, "班子成员带头讲党课6次", source="台账")
    day = datetime(2025, 7, 4, tzinfo=UTC).date()
    brief = Brief("work-summary", "示例局", Period.parse("2025-H1"), day, facts=(fact,))
    document = align(read_document(path).document, brief)
    notes = anchored(annotate(path, [], document, brief=brief, when=WHEN))
    assert [author for _, author in notes.values()] == [TRACER.name]
    assert "F01：班子成员带头讲党课6次（来源：台账）" in notes


def party_brief(lectures: int = 6) -> Brief:
    facts = (
        make_item("fact", 1, f"班子成员带头讲党课{lectures}次", source="台账"),
        make_item("fact", 2, "走访群众*户", line=9),
    )
    day = datetime(2025, 7, 4, tzinfo=UTC).date()
    return Brief("work-summary", "示例局", Period.parse("2025-H1"), day, facts=facts)


def test_the_appendix_leads_from_figure_to_bullet_to_source(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.docx")
    brief = party_brief()
    document = align(read_document(path).document, brief)
    at = next(i for i, b in enumerate(document.blocks) if "表里" in b.text)
    loose = Finding("facts/untraced-count", "error", "材料里没有", at, 0, 2, "表里")
    (tmp_path / "b.docx").write_bytes(annotate(path, [loose], document, brief=brief, when=WHEN))
    word = docx.Document(str(tmp_path / "b.docx"))
    table = word.tables[-1]
    rows = [tuple(c.text for c in row.cells) for row in table.rows]
    assert rows[0] == ("编号", "材料原文", "来源", "数字和名称", "写入位置")
    assert rows[1] == ("F01", "班子成员带头讲党课6次", "台账", "6次", "（二）强化作风建设（第1段）")
    assert rows[2][:3] == ("F02", "走访群众*户", "材料第9行")
    assert rows[2][3].startswith("【待补：") and rows[2][4] == UNUSED
    assert rows[3] == ("—", NO_BULLET, "", "表里", "（二）强化作风建设（第3段）")
    body = list(docx.Document(str(path)).element.body)
    after = list(word.element.body)
    assert [e.tag for e in after[: len(body) - 1]] == [e.tag for e in body[:-1]]
    assert after[-1].tag == W + "sectPr"
    assert (
        read_reviewed(tmp_path / "b.docx").document.text == document.text
    )  # the appendix is no text of theirs


def test_a_figure_that_the_text_changed_is_marked_in_the_appendix(tmp_path: Path) -> None:
    brief = party_brief(lectures=8)
    sentence = Sentence("班子成员带头讲党课6次。", ("F01",))
    document = Document((Block("一、主要工作", "heading", 1), Block(sentence.text, sentences=(sentence,))))
    assert evidence(document, brief)[0].figures == ("8次（文中没有）",)
    assert evidence(document, party_brief())[0].figures == ("6次",)


def test_wordings_with_a_published_source_are_commented_once(tmp_path: Path) -> None:
    path = foreign(tmp_path / "a.docx")
    document = read_document(path).document
    policies = {
        "作风建设": "甲文（甲，2020）",
        "强化作风建设": "乙文（乙，2021）",
        "做出": "丙文（丙，2022）",
        "没有": "丁",
    }
    notes = anchored(annotate(path, [], document, policies=policies, when=WHEN))
    assert {note: text for note, (text, _) in notes.items()} == {
        "提法：强化作风建设\n出处：乙文（乙，2021）": "强化作风建设",
        "提法：做出\n出处：丙文（丙，2022）": "做出",
    }
    assert {author for _, author in notes.values()} == {TRACER.name}


def test_only_what_was_published_by_then_is_a_source() -> None:
    catalogue = load_catalogue(None)
    early, late = (policy_sources(catalogue, date(y, 6, 30)) for y in (2018, 2025))
    assert late and set(early) < set(late) | {f.text for f in catalogue.formulations if f.deprecated}
    unchecked = {f.text for f in catalogue.formulations if not f.citable}
    quoted = {q.text for f in catalogue.formulations if f.citable for q in f.quotes}
    assert not (unchecked - quoted - {f.text for f in catalogue.formulations if f.citable}) & set(late)
    assert not any("（，" in source or "，）" in source for source in late.values())


def settled(path: Path, *, accept: bool) -> Path:
    """As a word processor does it: all changes accepted, or all rejected."""
    word = docx.Document(str(path))
    gone, kept = ("del", "ins") if accept else ("ins", "del")
    for element in list(word.element.body.iter(W + gone)):
        element.getparent().remove(element)
    for element in list(word.element.body.iter(W + kept)):
        for run in element:
            for t in run.iter(W + "delText"):
                t.tag = W + "t"
            element.addprevious(run)
        element.getparent().remove(element)
    out = path.with_name(f"settled-{accept}.docx")
    word.save(str(out))
    return out


def test_changes_accepted_or_rejected_come_back_as_they_should(tmp_path: Path) -> None:
    word = docx.Document()
    for text in ("示例局工作总结", "会议做出决定，班子成员带头讲课，", "学习的体会的。"):
        word.add_paragraph(text)
    path = tmp_path / "a.docx"
    word.save(str(path))
    document = read_document(path).document
    found = [finding(document, "做出决定", "作出决定"), finding(document, "讲课", "讲党课"), finding(document, "体会的", "体会")]  # fmt: skip
    copy = tmp_path / "copy.docx"
    copy.write_bytes(annotate(path, found, document, when=WHEN))
    back = read_reviewed(copy)
    changes = [("cut", "做"), ("put", "作"), ("put", "党"), ("cut", "的")]
    assert [(c.kind, c.text) for c in back.own_pending] == changes  # apart, though of one kind and author
    fixed = document.text.replace("做出", "作出").replace("讲课", "讲党课").replace("体会的", "体会")
    for accept, text in ((True, fixed), (False, document.text)):
        after = read_reviewed(settled(copy, accept=accept))
        assert (after.document.text, after.pending, after.remarks) == (text, (), ())
    assert back.document.text == fixed


def test_files_that_cannot_be_annotated_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("示例", "utf-8")
    broken = tmp_path / "b.docx"
    broken.write_bytes(b"PK\x03\x04 not a package")
    document = read_document(foreign(tmp_path / "c.docx")).document
    for path in (text, broken, tmp_path / "none.docx"):
        with pytest.raises(DocumentError, match=path.name):
            annotate(path, [], document)


def test_every_block_of_office_templates_has_a_place(shared: Path) -> None:
    """Text boxes, content controls, tables and automatic numbers included."""
    files = [p for p in sorted((shared / "corpus" / "docx").glob("*.docx")) if not p.name.startswith("A")]
    assert len(files) >= 8
    for path in files:
        document = read_document(path).document
        at = places(docx.Document(str(path)), document.blocks)
        assert all(at.spot(i, 0, 1) for i in range(len(document.blocks))), path.name
