"""What a past summary left in a new text: names, and runs copied word for word, each within one paragraph."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from assistant.brief import Brief, Period, make_item
from assistant.catalogue import load_catalogue
from assistant.document import Block, Document
from assistant.index import Index, SourceMeta
from assistant.leaks import find_leaks

COPIED = "组织窗口人员到社区摆摊设点解答办事流程并逐户登记老人出行困难"
ONE, TWO = "组织窗口人员到社区摆摊设点解答办", "事流程并逐户登记老人出行困难"
PAST = Document(
    (
        Block("示例区乙便民中心2023年工作总结", "title"),
        Block(f"一年来，示例区乙便民中心{COPIED}，窗口主任李卫东带队12次。"),
        Block("全面贯彻党的二十大精神，坚持以人民为中心的发展思想，扎实推进各项工作。"),
    )
)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    opened = Index.open(tmp_path / "index")
    opened.add(PAST, SourceMeta(organization="示例区乙便民中心"), "precedent", "past.docx", "0")
    return opened


def leaks(index: Index, *bodies: str, own: str = "") -> list[tuple[str, int, str]]:
    brief = Brief(
        "work-summary", "示例县甲便民中心", Period.parse("2024"), date(2025, 1, 6),
        facts=(make_item("fact", 1, "接待群众300人次"),), digest="x",
    )  # fmt: skip
    document = Document((Block(COPIED, "heading", 1), *(Block(b) for b in bodies)))
    found = find_leaks(document, index, load_catalogue(), brief, own)
    for f in found:
        assert document.blocks[f.paragraph].text[f.start : f.end] == f.quote
    return [(f.rule, f.paragraph, f.quote) for f in found]


def test_a_copied_run_is_found_in_its_paragraph(index: Index) -> None:
    text = f"今年以来，中心{COPIED}，群众满意。"
    assert leaks(index, "接待群众300人次。", text) == [("repeat/near-copy", 2, "中心" + COPIED)]


def test_a_run_does_not_go_on_in_the_next_paragraph(index: Index) -> None:
    assert leaks(index, ONE, TWO) == []
    assert leaks(index, ONE + TWO) == [("repeat/near-copy", 1, COPIED)]


def test_what_is_said_in_the_brief_or_is_everybodys_is_no_copy(index: Index) -> None:
    assert leaks(index, COPIED, own=COPIED) == []
    assert leaks(index, "全面贯彻党的二十大精神，坚持以人民为中心的发展思想，扎实推进各项工作。") == []


def test_a_name_of_a_past_summary_is_found_where_it_stands(index: Index) -> None:
    found = leaks(index, "接待群众300人次。", "窗口主任李卫东带队。")
    assert [(rule, paragraph) for rule, paragraph, _ in found] == [("leftover/foreign-name", 2)]
    assert "李卫东" in found[0][2]
    index.remove("past.docx")
    assert leaks(index, "窗口主任李卫东带队。") == []
