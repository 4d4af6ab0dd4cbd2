"""Comments and tracked changes on Word files that zhibi did not write."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml

from assistant.brief import Brief, Period, make_item
from assistant.checks.facts import align
from assistant.errors import DocumentError
from assistant.finding import Finding, Fix
from assistant.formats.docx_annotate import FIXER, annotate
from assistant.formats.docx_places import places
from assistant.formats.docx_review import CHECKER, TRACER
from assistant.formats.read import read_document

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
