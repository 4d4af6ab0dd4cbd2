"""The review copy, and comments anchored at exact characters of any paragraph."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import docx
import pytest
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.text.paragraph import Paragraph as WordParagraph
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.document import Draft, Paragraph, Section, Sentence
from assistant.finding import Finding, Fix, Question
from assistant.formats import typography
from assistant.formats.docx_comments import Author, anchor_comment, paragraph_text
from assistant.formats.docx_review import ASKER, CHECKER, TRACER, notes, to_review_docx
from assistant.formats.docx_write import to_docx
from assistant.formats.sources import FactView

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PAGE = typography.load()
FACTS = (
    FactView("F01", "班子成员带头讲党课6次", "台账"),
    FactView("F02", "培训2期"),
    FactView("F03", "没有写进去的事"),
)
POLICIES = {"D01": "《中国共产党章程》总纲：坚持党要管党"}
BODY = (
    Paragraph(
        (
            Sentence("局党组把党的政治建设摆在首位。"),
            Sentence("班子成员带头讲党课6次【待核：口径】。", ("F01",)),
        )
    ),
    Paragraph(
        (
            Sentence("培训2期。", ("F02",), ("D01",)),
            Sentence("覆盖各科室。", ("F02",), ("D01",)),
            Sentence("坚持党要管党。", (), ("D01",)),
            Sentence("另有一次【待核：口径】。", ("F77",)),
        )
    ),
)
DRAFT = Draft(
    "市自然资源和规划局2023年上半年党建工作总结和下半年工作计划",
    "市直机关工委",
    (Section("S1", "achievements", 1, "一、", "上半年主要工作", BODY),),
    "中共市自然资源和规划局党组",
    "2023年7月5日",
)


def anchors(document: Any) -> list[tuple[str, str, str]]:
    """Author, anchored text and comment text of each comment, in the order of their ids."""
    root = document.element.body
    found = []
    for comment in sorted(document.comments, key=lambda c: c.comment_id):
        inside, text = False, ""
        for element in root.iter():
            if element.get(f"{W}id") == str(comment.comment_id):
                if element.tag == f"{W}commentRangeStart":
                    inside = True
                elif element.tag == f"{W}commentRangeEnd":
                    inside = False
            elif inside and element.tag == f"{W}t":
                text += element.text or ""
        found.append((comment.author, text, comment.text))
    return found


def review(draft: Draft) -> Any:
    return docx.Document(io.BytesIO(to_review_docx(draft, PAGE, FACTS, POLICIES)))


# ---- what the comments say, and where ------------------------------------------------------------------------------------


def test_finding_stands_on_its_characters_with_its_fix() -> None:
    at = DRAFT.document().blocks[3].text.index("讲党课6次")
    finding = Finding(
        "facts/count",
        "error",
        "次数与台账不符，请核对。",
        3,
        at,
        at + 5,
        "讲党课6次",
        Fix(at, at + 5, "讲党课5次"),
    )
    assert anchors(review(DRAFT.with_findings((finding,))))[0] == (
        "执笔·核校",
        "讲党课6次",
        "必错：次数与台账不符，请核对。（规则 facts/count）\n建议改为：“讲党课5次”",
    )


@pytest.mark.parametrize("paragraph", [-1, 99])
def test_finding_on_the_whole_text_stands_on_the_title(paragraph: int) -> None:
    finding = Finding("structure/length", "info", "全文偏短，请补充事实。", paragraph)
    author, text, _ = anchors(review(DRAFT.with_findings((finding,))))[0]
    assert (author, text) == ("执笔·核校", DRAFT.title)


@pytest.mark.parametrize("quote", ["上半年", "党建", "2023年上半年党建", "和下半年", "工作计划", "市"])
def test_finding_in_a_title_of_two_lines(quote: str) -> None:
    at = DRAFT.title.index(quote)
    finding = Finding("wording/x", "warning", "请核对。", 0, at, at + len(quote), quote)
    assert anchors(review(DRAFT.with_findings((finding,))))[0][1] == quote


def test_sources_of_sentences_are_shared_by_neighbours() -> None:
    traced = [(text, says) for author, text, says in anchors(review(DRAFT)) if author == TRACER.name]
    assert traced == [
        ("班子成员带头讲党课6次【待核：口径】。", "F01：班子成员带头讲党课6次（来源：台账）"),
        ("培训2期。覆盖各科室。", "F02：培训2期\nD01：《中国共产党章程》总纲：坚持党要管党"),
        ("坚持党要管党。", "D01：《中国共产党章程》总纲：坚持党要管党"),
        ("另有一次【待核：口径】。", "F77：台账中没有这一条，请核对"),
    ]


def test_question_stands_on_the_placeholder_of_its_fact() -> None:
    asked = Question("ledger/q", "是否含廉政党课？", True, ("F77",), "", "【待核：口径】")
    unplaced = Question("ledger/r", "上半年学了几次？", False)
    draft = Draft(DRAFT.title, "", DRAFT.sections, "", "", (), (asked, unplaced))
    assert [(n.block, n.author) for n in notes(draft, FACTS, POLICIES) if n.author is ASKER] == [(3, ASKER)]
    comments = [row for row in anchors(review(draft)) if row[0] == ASKER.name]
    assert comments == [("执笔·待问", "【待核：口径】", "签发前必答：是否含廉政党课？")]


def test_worst_finding_comes_first() -> None:
    found = tuple(Finding(f"x/{s}", s, "请改。", 3, 0, 2) for s in ("info", "error", "warning"))
    said = [n.text[:2] for n in notes(DRAFT.with_findings(found), (), {}) if n.author is CHECKER]
    assert said == ["必错", "疑似", "提示"]


def test_the_text_is_the_clean_copy_then_the_appendix() -> None:
    questions = (Question("q/1", "签了多少份？", True), Question("q/2", "有多少人参加？", False))
    draft = Draft(DRAFT.title, "机关工委", DRAFT.sections, DRAFT.signature, DRAFT.date, (), questions)
    clean = [p.text for p in docx.Document(io.BytesIO(to_docx(draft, PAGE))).paragraphs]
    document = review(draft)
    texts = [p.text for p in document.paragraphs]
    assert texts[: len(clean)] == clean
    assert texts[len(clean) :] == [
        "待问清单",
        "签发前必答",
        "1. 签了多少份？",
        "可补充",
        "1. 有多少人参加？",
        "事实去向",
        "",
    ]
    assert document.paragraphs[len(clean)].paragraph_format.page_break_before is True
    rows = [tuple(cell.text for cell in row.cells) for row in document.tables[0].rows]
    assert rows[1] == ("F01", "班子成员带头讲党课6次", "一、上半年主要工作")
    assert rows[3] == ("F03", "没有写进去的事", "未用")


def test_comments_carry_the_date_of_the_draft() -> None:
    stamps = {c.timestamp.replace(tzinfo=None) for c in review(DRAFT).comments}
    assert stamps == {datetime(2023, 7, 5)}


# ---- any paragraph ----------------------------------------------------------------------------------------------------------


def paragraph(xml: str) -> tuple[Any, WordParagraph]:
    document = docx.Document()
    element = parse_xml(f"<w:p {nsdecls('w', 'r')}>{xml}</w:p>")
    document.element.body.insert(0, element)
    return document, WordParagraph(element, document._body)


MIXED = (
    '<w:r><w:rPr><w:b/></w:rPr><w:t>甲乙</w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t xml:space="preserve">丙 丁</w:t><w:tab/>'
    "<w:t>戊</w:t></w:r>"
    '<w:hyperlink w:anchor="x"><w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>己庚辛</w:t></w:r></w:hyperlink>'
    '<w:ins w:id="7" w:author="a"><w:r><w:t>壬癸</w:t></w:r></w:ins>'
    '<w:del w:id="8" w:author="a"><w:r><w:delText>删去</w:delText></w:r></w:del><w:r><w:t>子丑</w:t></w:r>'
)
MIXED_TEXT = "甲乙丙 丁\t戊己庚辛壬癸子丑"


def test_offsets_count_links_and_insertions_but_not_deletions() -> None:
    assert paragraph_text(paragraph(MIXED)[1]) == MIXED_TEXT


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 16), st.integers(0, 16)), min_size=1, max_size=4))
def test_any_spans_of_a_mixed_paragraph(spans: list[tuple[int, int]]) -> None:
    document, p = paragraph(MIXED)
    formats = character_formats(p)
    for start, end in spans:
        anchor_comment(document, p, start, end, f"{start}-{end}", "审")
    assert paragraph_text(p) == MIXED_TEXT
    assert character_formats(p) == formats
    expected = [MIXED_TEXT[a:b] if a < min(b, len(MIXED_TEXT)) else MIXED_TEXT for a, b in spans]
    assert [text for _, text, _ in anchors(document)] == [e.replace("\t", "") for e in expected]


def character_formats(p: WordParagraph) -> list[tuple[str, str]]:
    """Each character with the formatting of its run."""
    rows = []
    for run in p._p.iter(f"{W}r"):
        properties = run.find(f"{W}rPr")
        mark = ",".join(re.sub("{.*}", "", e.tag) for e in properties) if properties is not None else ""
        rows += [(c, mark) for t in run.iter(f"{W}t") for c in t.text or ""]
    return rows


def test_the_reference_stands_outside_links() -> None:
    document, p = paragraph(MIXED)
    anchor_comment(document, p, 8, 9, "链接里的字", Author("审稿", "审"))
    reference = next(p._p.iter(f"{W}commentReference"))
    assert reference.getparent().getparent() is p._p
    assert anchors(document) == [("审稿", "庚", "链接里的字")]


@pytest.mark.parametrize(
    "xml", ["", "<w:pPr/>", '<w:del w:id="1" w:author="a"><w:r><w:delText>删</w:delText></w:r></w:del>']
)
def test_a_paragraph_without_text_can_be_commented(xml: str) -> None:
    document, p = paragraph(xml)
    anchor_comment(document, p, 3, 9, "空段", "审")
    saved = io.BytesIO()
    document.save(saved)
    again = docx.Document(saved)
    assert [c.text for c in again.comments] == ["空段"]
    assert len(list(again.element.body.iter(f"{W}commentReference"))) == 1


def test_control_characters_in_a_comment_are_left_out() -> None:
    document, p = paragraph(MIXED)
    anchor_comment(document, p, 0, 1, "坏\x00字\x1f<&>", "审\x00")
    assert [(c.author, c.text) for c in document.comments] == [("审", "坏字<&>")]
