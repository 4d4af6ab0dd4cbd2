"""Files out: what stands in the Word file, byte for byte, and what happens when a file cannot be written."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.document import Draft, Paragraph, Repair, Section, Sentence, Trace
from assistant.errors import DocumentError, KnowledgeError
from assistant.finding import Finding, Fix, Question
from assistant.formats import atomic, typography
from assistant.formats.audit import audit, placed_in, to_json
from assistant.formats.docx_title import title_lines
from assistant.formats.docx_write import to_docx
from assistant.formats.export import FactView, outputs, write
from assistant.formats.html_write import to_html
from assistant.formats.markdown import to_markdown
from assistant.formats.printable import printable, printable_span

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PAGE = typography.load()


def sentence(text: str, *facts: str, policies: tuple[str, ...] = ()) -> Sentence:
    return Sentence(text, facts, policies)


def make(**changes: Any) -> Draft:
    body = (
        Paragraph(
            (
                sentence("局党组把党的政治建设摆在首位。"),
                sentence("班子成员带头讲党课6次【待核：是否含廉政党课】。", "F01"),
            )
        ),
        Paragraph((sentence("培训2期，【待补：培训对象】。", "F02"), sentence("严格执行制度。", "F02"))),
    )
    values: dict[str, Any] = {
        "title": "市自然资源和规划局2023年上半年党建工作总结和下半年工作计划",
        "recipient": "市直机关工委",
        "sections": (
            Section(
                "S0", "opening", 0, "", "", (Paragraph((sentence("现将上半年党建工作总结汇报如下。"),)),)
            ),
            Section("S1", "achievements", 1, "一、", "上半年主要工作"),
            Section("S2", "achievements", 2, "（一）", "突出政治建设", body, ("F01", "F02")),
        ),
        "signature": "中共市自然资源和规划局党组",
        "date": "2023年7月5日",
    }
    return Draft(**(values | changes))


FACTS = (
    FactView("F01", "班子成员带头讲党课6次", "台账"),
    FactView("F02", "培训2期"),
    FactView("F03", "没有写进去的事"),
)


def parts(data: bytes) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            n: ElementTree.fromstring(archive.read(n))
            for n in archive.namelist()
            if n.endswith((".xml", ".rels"))
        }


@pytest.fixture(scope="module")
def clean() -> bytes:
    return to_docx(make(), PAGE)


# ---- the page -------------------------------------------------------------------------------------------------------


def test_page_is_a4_with_the_margins_of_the_standard(clean: bytes) -> None:
    section = docx.Document(io.BytesIO(clean)).sections[0]
    measured = [
        round(getattr(section, name).mm)
        for name in (
            "page_width",
            "page_height",
            "top_margin",
            "bottom_margin",
            "left_margin",
            "right_margin",
        )
    ]
    assert measured == [210, 297, 37, 35, 28, 26]


def test_twenty_two_lines_of_twenty_eight_characters(clean: bytes) -> None:
    tree = parts(clean)
    grid = tree["word/document.xml"].find(f".//{W}docGrid")
    normal = style(tree["word/styles.xml"], "Normal")
    spacing, size = normal.find(f"{W}pPr/{W}spacing"), normal.find(f"{W}rPr/{W}sz")
    pitch = normal.find(f"{W}rPr/{W}spacing")
    assert grid is not None and spacing is not None and size is not None and pitch is not None
    assert grid.attrib == {f"{W}type": "lines", f"{W}linePitch": "579"}
    assert (spacing.get(f"{W}line"), spacing.get(f"{W}lineRule")) == ("579", "exact")
    text_height, text_width = 16838 - 2098 - 1984, 11906 - 1587 - 1474
    assert text_height // 579 == 22
    advance = int(size.get(f"{W}val", "0")) * 10 + int(pitch.get(f"{W}val", "0"))
    assert text_width // advance == 28


def test_fonts_are_named_for_every_script_and_no_theme_is_left(clean: bytes) -> None:
    tree = parts(clean)
    named = list(tree["word/styles.xml"].iter(f"{W}rFonts"))
    assert len(named) >= 8
    for fonts in named:
        assert {f"{W}ascii", f"{W}hAnsi", f"{W}eastAsia", f"{W}cs"} <= set(fonts.attrib)
    for name, root in tree.items():
        for element in root.iter():
            assert not [a for a in element.attrib if a.lower().endswith("theme")], name
    assert not [name for name in tree if "theme" in name]


def style(styles: ElementTree.Element, id: str) -> ElementTree.Element:
    return next(s for s in styles.iter(f"{W}style") if s.get(f"{W}styleId") == id)


@pytest.mark.parametrize(
    ("id", "font", "half_points"),
    [
        ("Title", "方正小标宋简体", "44"),
        ("BodyText", None, None),
        ("Normal", "仿宋_GB2312", "32"),
        ("Heading1", "黑体", "32"),
        ("Heading2", "楷体_GB2312", "32"),
        ("Heading3", "仿宋_GB2312", "32"),
        ("Footer", "宋体", "28"),
    ],
)
def test_face_of_each_style(clean: bytes, id: str, font: str | None, half_points: str | None) -> None:
    run = style(parts(clean)["word/styles.xml"], id).find(f"{W}rPr")
    assert run is not None
    fonts, size = run.find(f"{W}rFonts"), run.find(f"{W}sz")
    assert (fonts.get(f"{W}eastAsia") if fonts is not None else None) == font
    assert (size.get(f"{W}val") if size is not None else None) == half_points
    assert run.find(f"{W}b") is None and run.find(f"{W}color") is None


def test_latin_font_is_the_users_choice() -> None:
    page = PAGE.model_copy(update={"latin": "Times New Roman"})
    fonts = style(parts(to_docx(make(), page))["word/styles.xml"], "Normal").find(f"{W}rPr/{W}rFonts")
    assert fonts is not None
    assert (fonts.get(f"{W}ascii"), fonts.get(f"{W}eastAsia")) == ("Times New Roman", "仿宋_GB2312")


def test_headings_are_real_headings_and_body_lines_are_indented(clean: bytes) -> None:
    document = docx.Document(io.BytesIO(clean))
    by_text = {p.text: p for p in document.paragraphs}
    assert by_text["一、上半年主要工作"].style.name == "Heading 1"
    assert by_text["（一）突出政治建设"].style.name == "Heading 2"
    assert by_text["市直机关工委："].paragraph_format.first_line_indent is None
    styles = parts(clean)["word/styles.xml"]
    indent = style(styles, "BodyText").find(f"{W}pPr/{W}ind")
    outline = style(styles, "Heading2").find(f"{W}pPr/{W}outlineLvl")
    assert indent is not None and indent.get(f"{W}firstLineChars") == "200"
    assert outline is not None and outline.get(f"{W}val") == "1"


def test_title_keeps_the_body_on_the_line_grid(clean: bytes) -> None:
    title = docx.Document(io.BytesIO(clean)).paragraphs[0]
    styles = parts(clean)["word/styles.xml"]
    spacing = style(styles, "Title").find(f"{W}pPr/{W}spacing")
    assert spacing is not None
    above = title.paragraph_format.space_before.twips
    lines = title.text.count("\n") + 1
    height = above + lines * int(spacing.get(f"{W}line", "0")) + int(spacing.get(f"{W}after", "0"))
    assert lines == 2
    assert height % 579 in (0, 1, 578)


def test_page_numbers_stand_outside_on_odd_and_even_pages(clean: bytes) -> None:
    document = docx.Document(io.BytesIO(clean))
    assert document.settings.odd_and_even_pages_header_footer
    odd, even = (
        f.paragraphs[0] for f in (document.sections[0].footer, document.sections[0].even_page_footer)
    )
    assert odd.text == even.text == "— 1 —"
    assert (
        odd.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
        and odd.paragraph_format.right_indent.pt == 14
    )
    assert (
        even.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.LEFT
        and even.paragraph_format.left_indent.pt == 14
    )
    assert "PAGE" in "".join(odd._p.itertext())


# ---- signature and date -----------------------------------------------------------------------------------------------


def closing(signature: str, date: str) -> tuple[Any, ...]:
    data = to_docx(make(signature=signature, date=date), PAGE)
    return tuple(p.paragraph_format for p in docx.Document(io.BytesIO(data)).paragraphs[-2:])


def test_date_starts_two_characters_right_of_the_signature() -> None:
    signed, dated = closing("中共市自然资源和规划局党组", "2023年7月5日")
    assert signed.right_indent.pt == 31.5 and signed.space_before.twips == 579
    start = (210 - 28 - 26) / 25.4 * 72 - 31.5 - 13 * 15.75
    assert dated.left_indent.pt == pytest.approx(start + 31.5, abs=0.1)


def test_date_longer_than_the_signature_keeps_the_right_indent() -> None:
    signed, dated = closing("市民政局", "2023年12月31日")
    date_width = 3 * 16 + 8 * 8 - 11 * 0.25
    start = (210 - 28 - 26) / 25.4 * 72 - 31.5 - date_width
    assert dated.right_indent.pt == 31.5
    assert signed.left_indent.pt == pytest.approx(start - 31.5, abs=0.1)


def test_last_text_stays_with_the_signature(clean: bytes) -> None:
    paragraphs = docx.Document(io.BytesIO(clean)).paragraphs
    assert paragraphs[-3].paragraph_format.keep_with_next is True


@pytest.mark.parametrize(
    ("signature", "date"), [("", "2023年7月5日"), ("市民政局", ""), ("", ""), ("甲" * 60, "2023年7月5日")]
)
def test_closing_lines_may_be_missing_or_long(signature: str, date: str) -> None:
    data = to_docx(make(signature=signature, date=date), PAGE)
    texts = [p.text for p in docx.Document(io.BytesIO(data)).paragraphs]
    assert [t for t in (signature, date) if t] == [t for t in texts if t in (signature, date)]


# ---- the title --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("市民政局2023年上半年党建工作总结", ("市民政局2023年上半年党建工作总结",)),
        (
            "市自然资源和规划局2023年上半年党建工作总结和下半年工作计划",
            ("市自然资源和规划局2023年上半年", "党建工作总结和下半年工作计划"),
        ),
        (
            "临江县水利局机关党总支书记2024年度抓基层党建工作述职报告",
            ("临江县水利局机关党总支书记", "2024年度抓基层党建工作述职报告"),
        ),
        (
            "示例县林业局国有林场林场党支部书记、场长2025年度抓基层党建工作述职报告",
            ("示例县林业局国有林场林场党支部书记、", "场长2025年度抓基层党建工作述职报告"),
        ),
    ],
)
def test_title_lines(title: str, lines: tuple[str, ...]) -> None:
    assert title_lines(title, PAGE) == lines


def test_no_break_inside_a_document_title() -> None:
    title = "中共某某市某某区委关于深入学习贯彻《中国共产党纪律处分条例》开展党纪学习教育情况的报告"
    lines = title_lines(title, PAGE)
    assert any("《中国共产党纪律处分条例》" in line for line in lines)
    assert max(typography.width(line) for line in lines) <= PAGE.title_characters


@settings(max_examples=60, deadline=None)
@given(st.text("市局党组委会《》（）“”、和的2023年上半工作总结 aB", max_size=130))
def test_title_lines_lose_nothing_and_fit(title: str) -> None:
    lines = title_lines(title, PAGE)
    assert "".join(lines) == title
    assert all(typography.width(line) <= PAGE.title_characters for line in lines)


# ---- reproducible, anonymous, safe --------------------------------------------------------------------------------------


def test_same_draft_same_bytes(tmp_path: Path) -> None:
    draft = make(findings=(Finding("facts/x", "error", "请核对。", 5, 0, 3),))
    first = write(draft, tmp_path / "一.docx", ["docx", "md", "html", "json"], facts=FACTS)
    again = write(draft, tmp_path / "二.docx", ["docx", "md", "html", "json"], facts=FACTS)
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]


def test_no_author_and_no_leftovers_of_a_template(clean: bytes) -> None:
    properties = docx.Document(io.BytesIO(clean)).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.title == make().title and properties.language == "zh-CN"
    assert properties.created == properties.modified and properties.created.year == 2023
    with zipfile.ZipFile(io.BytesIO(clean)) as archive:
        assert not [n for n in archive.namelist() if re.search("thumbnail|customXml|numbering|theme", n)]
        assert b"python-docx" not in b"".join(archive.read(n) for n in archive.namelist())
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_placeholders_are_highlighted_and_nothing_else(clean: bytes) -> None:
    document = docx.Document(io.BytesIO(clean))
    marked = [r.text for p in document.paragraphs for r in p.runs if r.font.highlight_color is not None]
    assert marked == ["【待核：是否含廉政党课】", "【待补：培训对象】"]


HOSTILE = "<w:p>&amp;]]>\x00\x0b\x1f\u202e\ud800\uffff\"'{{0}}%s\t换\n行\U0001f600"


def test_hostile_text_makes_files_that_open(tmp_path: Path) -> None:
    body = (Paragraph((sentence(HOSTILE + "。", "F01", policies=("D01",)),)),)
    draft = make(
        title=HOSTILE,
        signature=HOSTILE,
        sections=(Section("S1", "achievements", 1, "一、", HOSTILE, body),),
        findings=(Finding("x/y", "error", HOSTILE, 3, 2, 9, HOSTILE, Fix(2, 9, HOSTILE)),),
        questions=(Question("q/1", HOSTILE, True, ("F01",), "", HOSTILE),),
    )
    facts = (FactView("F01", HOSTILE, HOSTILE),)
    paths = write(
        draft, tmp_path / "a.docx", ["docx", "md", "html", "json"], facts=facts, policies={"D01": HOSTILE}
    )
    texts = [p.text for p in docx.Document(str(paths[0])).paragraphs]
    assert printable(HOSTILE) + "。" in texts
    assert json.loads(paths[2].read_text(encoding="utf-8"))["facts"][0]["text"] == HOSTILE
    assert "<w:p>" not in paths[4].read_text(encoding="utf-8")


@given(st.text(), st.integers(-5, 40), st.integers(-5, 40))
def test_printable_span_follows_the_text(text: str, start: int, end: int) -> None:
    a, b = printable_span(text, start, end)
    low = min(max(start, 0), len(text))
    assert printable(text)[a:b] == printable(text[low : min(max(end, low), len(text))])


# ---- audit, Markdown, HTML ------------------------------------------------------------------------------------------------


def test_audit_says_where_each_fact_went() -> None:
    trace = Trace(
        "digest", "embedded", {"section": "abc"}, "k", {"calls": 2}, (Repair("S2", 1, "rewrite", 3, 1, True),)
    )
    draft = make(
        trace=trace,
        findings=(Finding("facts/x", "error", "请核对。", 5, 0, 3, "班子成", Fix(0, 3, "班子"), ("F01",)),),
        questions=(Question("ledger/q", "几次？", True, ("F01",)),),
    )
    data = json.loads(to_json(draft, FACTS))
    assert list(data)[:5] == ["schema", "brief_digest", "model", "prompts", "knowledge_digest"]
    assert data["schema"] == 1 and data["usage"] == {"calls": 2}
    assert [f["placed_in"] for f in data["facts"]] == [["（一）突出政治建设"], ["（一）突出政治建设"], []]
    first = data["sections"][2]["paragraphs"][0]["sentences"]
    assert [s["lane"] for s in first] == ["principle", "fact"]
    assert first[1]["facts"] == ["F01"]
    assert data["findings"][0]["fix"] == {"start": 0, "end": 3, "text": "班子"}
    assert data["repairs"][0]["accepted"] is True and data["questions"][0]["blocking"] is True


def test_fact_in_the_opening_is_placed_in_the_opening() -> None:
    opening = Section("S0", "opening", 0, "", "", (Paragraph((sentence("全年3次。", "F09"),)),))
    assert placed_in(make(sections=(opening,)), "F09") == ("导语",)
    assert audit(make(sections=(opening,)))["sections"][0]["heading"] == ""


def test_markdown_headings_and_escapes() -> None:
    body = (Paragraph((sentence("# 慰问金*元_x_<b>。"),)),)
    draft = make(sections=(Section("S1", "plans", 2, "（一）", "做好计划", body),))
    lines = to_markdown(draft).decode().split("\n\n")
    assert lines[0] == f"# {draft.title}" and lines[1] == "市直机关工委："
    assert lines[2] == "### （一）做好计划"
    assert lines[3] == r"\# 慰问金\*元\_x\_\<b>。"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_stands_alone_and_shows_sources() -> None:
    draft = make(title="<script>alert(1)</script>总结")
    reader = _Reader()
    reader.feed(to_html(draft, PAGE, FACTS).decode())
    assert not {"script", "link", "img", "iframe", "base"} & set(reader.tags)
    assert not [n for n, _ in reader.attributes if n in ("src", "href", "onclick")]
    assert ("title", "F01：班子成员带头讲党课6次（来源：台账）") in reader.attributes
    assert "<script>alert(1)</script>总结" in reader.text and reader.tags.count("mark") == 2


# ---- files ----------------------------------------------------------------------------------------------------------------


def test_names_of_the_files(tmp_path: Path) -> None:
    made = write(make(), tmp_path / "总结.docx", ["docx", "md"], facts=FACTS)
    assert [p.name for p in made] == ["总结.docx", "总结.review.docx", "总结.audit.json", "总结.md"]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in made)
    assert outputs(Path("2023.7总结"), ["html"]) == [Path("2023.7总结.html")]
    assert outputs(Path("x.docx"), ["json", "json"]) == [Path("x.json")]


def test_unknown_format_and_missing_name() -> None:
    with pytest.raises(DocumentError, match="不认识的导出格式“pdf”"):
        outputs(Path("x.docx"), ["pdf"])
    with pytest.raises(DocumentError, match="没有给出文件名"):
        outputs(Path(), ["docx"])


def test_missing_folder_is_said_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="文件夹不存在") as caught:
        write(make(), tmp_path / "没有" / "x.docx")
    assert caught.value.path == str(tmp_path / "没有" / "x.docx")
    (tmp_path / "文件").write_text("")
    with pytest.raises(DocumentError, match="上级路径不是文件夹"):
        write(make(), tmp_path / "文件" / "x.docx")
    with pytest.raises(DocumentError, match="文件名太长"):
        write(make(), tmp_path / ("长" * 200 + ".docx"))


def test_all_or_none(tmp_path: Path) -> None:
    (tmp_path / "x.docx").write_bytes(b"old")
    (tmp_path / "x.audit.json").mkdir()
    with pytest.raises(DocumentError, match="同名的文件夹"):
        write(make(), tmp_path / "x.docx")
    assert (tmp_path / "x.docx").read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.audit.json", "x.docx"]


def test_files_already_moved_are_taken_back(tmp_path: Path) -> None:
    old, new, gone = tmp_path / "old", tmp_path / "new", tmp_path / "gone"
    old.write_bytes(b"before")
    for name in ("1", "2"):
        (tmp_path / name).write_bytes(b"after")
    with pytest.raises(DocumentError, match="写不了这个文件"):
        atomic._move([(tmp_path / "1", old), (tmp_path / "2", new), (tmp_path / "3", gone)])
    assert old.read_bytes() == b"before"
    assert not new.exists() and not gone.exists()


def test_read_only_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("旧稿")
    path.chmod(0o444)
    with pytest.raises(DocumentError, match="没有写入权限"):
        write(make(), path, ["md"])
    assert path.read_text() == "旧稿"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes anywhere")
def test_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    with pytest.raises(DocumentError, match="没有写入权限"):
        write(make(), tmp_path / "x.md", ["md"])


def test_a_link_stays_a_link_and_a_mode_stays_a_mode(tmp_path: Path) -> None:
    real = tmp_path / "real.md"
    real.write_text("旧稿")
    real.chmod(0o640)
    (tmp_path / "x.md").symlink_to(real)
    write(make(), tmp_path / "x.md", ["md"])
    assert (tmp_path / "x.md").is_symlink()
    assert real.read_bytes() == to_markdown(make()) and real.stat().st_mode & 0o777 == 0o640


# ---- typography.yaml ----------------------------------------------------------------------------------------------------------


def test_an_office_may_change_the_page(tmp_path: Path) -> None:
    data = yaml.safe_load((typography.find("knowledge", "typography.yaml")).read_text(encoding="utf-8"))
    data["page"]["top_mm"] = 30
    (tmp_path / "knowledge").mkdir()
    path = tmp_path / "knowledge" / "typography.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    changed = to_docx(make(), typography.load(tmp_path))
    assert round(docx.Document(io.BytesIO(changed)).sections[0].top_margin.mm) == 30


@pytest.mark.parametrize(
    ("text", "message"),
    [("page: {top_mm: -1}", "缺失或取值不对"), ("page: [", "不是合格的 YAML"), ("", "缺失或取值不对")],
)
def test_a_wrong_typography_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "typography.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=message) as caught:
        typography.load(tmp_path)
    assert caught.value.path is not None and caught.value.path.endswith("typography.yaml")
