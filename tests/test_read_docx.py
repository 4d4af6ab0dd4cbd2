"""Word files: what a reader of the page would see, and nothing that would hurt the machine."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import DocumentError, ZhibiError
from assistant.formats import read_docx_package
from assistant.formats.read import ReadResult, read_document
from assistant.formats.read_docx import extract_docx
from assistant.formats.read_docx_numbering import chinese, format_number

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
HEADER = (
    f'<w:document xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
)


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def par(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def listed(text: str, level: int, num: str = "1") -> str:
    return par(run(text), f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>')


def word(body: str, **parts: str) -> bytes:
    """A .docx with the given body; ``parts`` are word/<name>.xml without namespaces declared."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"{HEADER}<w:body>{body}</w:body></w:document>")
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", f'<w:{name} xmlns:w="{W}">{xml}</w:{name}>')
    return out.getvalue()


def texts(data: bytes) -> list[str]:
    return [line.text for line in extract_docx(data, "a.docx").lines if line.text.strip()]


def read(folder: Path, data: bytes) -> ReadResult:
    path = folder / "a.docx"
    path.write_bytes(data)
    return read_document(path)


def level(index: int, kind: str, text: str, extra: str = "") -> str:
    return f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{extra}<w:lvlText w:val="{text}"/></w:lvl>'


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0">'
    + level(0, "chineseCountingThousand", "%1、")
    + level(1, "chineseCounting", "（%2）")
    + level(2, "decimal", "%3．")
    + level(3, "decimal", "（%4）")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="1">'
    + level(0, "bullet", "\uf06c")
    + level(1, "decimal", "%1.%2", "<w:isLgl/>")
    + "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="1"/></w:num>'
)


def test_automatic_numbers_are_printed_and_restart(tmp_path: Path) -> None:
    body = (
        par(run("2023年工作总结"))
        + listed("主要做法", 0)
        + listed("加强学习", 1)
        + listed("集中学习", 2)
        + listed("自学", 2)
        + listed("建强支部", 1)
        + listed("换届", 2)
        + listed("下一步打算", 0)
        + listed("深化学习", 1)
        + par(run("继续抓好。"))
    )
    result = read(tmp_path, word(body, numbering=NUMBERING))
    assert [b.text for b in result.document.blocks] == [
        "2023年工作总结",
        "一、主要做法",
        "（一）加强学习",
        "1．集中学习",
        "2．自学",
        "（二）建强支部",
        "1．换届",
        "二、下一步打算",
        "（一）深化学习",
        "继续抓好。",
    ]
    assert [b.level for b in result.document.blocks][1:3] == [1, 2]
    assert result.document.blocks[-1].part == "plans"


def test_start_override_restarts_and_another_list_goes_on() -> None:
    body = listed("甲", 0) + listed("乙", 0) + listed("丙", 0, "2") + listed("丁", 0, "2") + listed("戊", 0)
    assert texts(word(body, numbering=NUMBERING)) == ["一、甲", "二、乙", "一、丙", "二、丁", "三、戊"]


def test_bullets_print_nothing_and_no_list_stays_plain() -> None:
    body = (
        listed("项目", 0, "3")
        + listed("条目", 1, "3")
        + listed("无", 0, "0")
        + listed("缺", 0, "99")
        + listed("深", 8)
    )
    assert texts(word(body, numbering=NUMBERING)) == ["项目", "1.1条目", "无", "缺", "深"]


def test_numbering_through_a_style(tmp_path: Path) -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        '<w:outlineLvl w:val="0"/></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Mine"><w:basedOn w:val="H1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
    )
    body = (
        par(run("某局二〇二三年情况"), '<w:pStyle w:val="T"/>')
        + par(run("主要做法"), '<w:pStyle w:val="Mine"/>')
        + par(run("正文。"))
    )
    blocks = read(tmp_path, word(body, numbering=NUMBERING, styles=styles)).document.blocks
    assert [(b.role, b.level, b.text) for b in blocks] == [
        ("title", 0, "某局二〇二三年情况"),
        ("heading", 1, "一、主要做法"),
        ("body", 0, "正文。"),
    ]


@pytest.mark.parametrize(
    ("number", "kind", "shown"),
    [
        (10, "chineseCounting", "十"),
        (21, "chineseCountingThousand", "二十一"),
        (105, "japaneseCounting", "一百零五"),
        (3, "ideographTraditional", "丙"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (7, "decimalZero", "07"),
        (12, "decimalFullWidth", "１２"),
        (2, "decimalEnclosedCircle", "②"),
        (21, "decimalEnclosedCircle", "21"),
        (4, "lowerRoman", "iv"),
        (28, "upperLetter", "BB"),
        (23, "ideographDigital", "二三"),
        (5, "none", ""),
        (5, "neverHeardOf", "5"),
    ],
)
def test_number_formats(number: int, kind: str, shown: str) -> None:
    assert format_number(number, kind) == shown


@given(st.integers(1, 9999))
def test_chinese_numbers_are_all_different(number: int) -> None:
    assert chinese(number) != chinese(number + 1)
    assert set(chinese(number)) <= set("零一二三四五六七八九十百千10")


def test_hidden_revisions_and_comments() -> None:
    body = (
        par(run("讲党课") + run("秘密", "<w:vanish/>") + run("明写", '<w:vanish w:val="0"/>'))
        + par(
            f"<w:ins>{run('插入')}</w:ins><w:del><w:r><w:delText>删除</w:delText></w:r></w:del>{run('保留')}"
        )
        + par(f"<w:moveFrom>{run('旧处')}</w:moveFrom><w:moveTo>{run('新处')}</w:moveTo>")
        + par(run("前半"), "<w:rPr><w:del/></w:rPr>")
        + par(run("后半"))
    )
    extract = extract_docx(word(body, comments='<w:comment w:id="0"/>'), "a.docx")
    assert [x.text for x in extract.lines] == ["讲党课明写", "插入保留", "新处", "前半后半"]
    assert extract.warnings == (
        "有1处隐藏文字，没有读入",
        "有2处修订为“删除”的内容，没有读入；修订为“插入”的按已接受读入",
        "有1条批注，没有读入",
    )


def test_hidden_through_a_character_style() -> None:
    styles = (
        '<w:style w:type="character" w:styleId="X"><w:name w:val="x"/><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    assert texts(word(par(run("见") + run("不见", '<w:rStyle w:val="X"/>')), styles=styles)) == ["见"]


def test_fields_keep_their_result() -> None:
    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = "<w:r><w:instrText> DATE </w:instrText></w:r>"
    body = (
        par(char("begin") + code + char("separate") + run("2023年") + char("end") + run("7月"))
        + par(char("begin") + code + run("代码"))
        + par(run("后文"))
        + par(f'<w:fldSimple w:instr="PAGE">{run("3")}</w:fldSimple>')
    )
    assert texts(word(body)) == ["2023年7月", "后文", "3"]


def test_breaks_tabs_and_symbols() -> None:
    br = "<w:r><w:br/></w:r>"
    page = '<w:r><w:br w:type="page"/></w:r>'
    body = (
        par(run("关于某项工作的") + br + run("报告"))
        + par(
            run("第一句。")
            + br
            + run("第二句")
            + br
            + run("一、标题")
            + br
            + run("正文")
            + page
            + run("下页")
        )
        + par(
            run("甲")
            + "<w:r><w:tab/></w:r>"
            + run("乙")
            + '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
        )
        + par("<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:softHyphen/></w:r>")
    )
    assert texts(word(body)) == [
        "关于某项工作的报告",
        "第一句。",
        "第二句",
        "一、标题正文",
        "下页",
        "甲 乙□",
        "a-b",
    ]


def test_text_boxes_are_read_once() -> None:
    box = f"<w:txbxContent>{par(run('红头文件'))}</w:txbxContent>"
    alternate = (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert texts(word(par(alternate + run("正文。")))) == ["正文。", "红头文件"]


def test_content_controls_links_ruby_and_formulas() -> None:
    ruby = f"<w:r><w:ruby><w:rt>{run('yin')}</w:rt><w:rubyBase>{run('音')}</w:rubyBase></w:ruby></w:r>"
    body = (
        f"<w:sdt><w:sdtContent>{par('<w:hyperlink>' + run('链接') + '</w:hyperlink>' + ruby)}</w:sdtContent></w:sdt>"
        + par("<m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>")
        + '<w:altChunk xmlns:r="x" r:id="1"/>'
    )
    extract = extract_docx(word(body), "a.docx")
    assert [x.text for x in extract.lines] == ["链接音", "x=1"]
    assert extract.warnings == ("嵌入了1个外部文档片段，没有读入",)


def test_tables_and_notes(tmp_path: Path) -> None:
    def cell(text: str) -> str:
        return f"<w:tc>{par(run(text))}</w:tc>"

    table = (
        f"<w:tbl><w:tr>{cell('党课')}{cell('6次')}</w:tr>"
        f"<w:tr><w:trPr><w:del/></w:trPr>{cell('删')}</w:tr><w:sdt><w:sdtContent><w:tr>{cell('控件')}</w:tr></w:sdtContent></w:sdt></w:tbl>"
    )
    note = (
        '<w:footnote w:type="separator">'
        + par(run("线"))
        + '</w:footnote><w:footnote w:id="2">'
        + par(run("脚注。"))
        + "</w:footnote>"
    )
    result = read(tmp_path, word(par(run("工作总结")) + par(run("正文。")) + table, footnotes=note))
    assert [(b.role, b.text) for b in result.document.blocks] == [
        ("title", "工作总结"),
        ("body", "正文。"),
        ("table", "党课"),
        ("table", "6次"),
        ("table", "控件"),
        ("note", "脚注。"),
    ]


def test_contents_by_style_are_notes(tmp_path: Path) -> None:
    styles = '<w:style w:type="paragraph" w:styleId="C"><w:name w:val="toc 1"/></w:style>'
    body = (
        par(run("工作总结"))
        + par(run("一、做法"), '<w:pStyle w:val="C"/>')
        + par(run("一、做法"))
        + par(run("抓学习。"))
    )
    blocks = read(tmp_path, word(body, styles=styles)).document.blocks
    assert [b.role for b in blocks] == ["title", "note", "heading", "body"]


def test_a_document_of_python_docx(tmp_path: Path) -> None:
    import docx

    made = docx.Document()
    made.add_heading("2023年工作总结", 0)
    made.add_heading("做法", 1)
    made.add_paragraph("抓学习。")
    made.add_table(1, 2).rows[0].cells[1].text = "单元格"
    made.sections[0].header.paragraphs[0].text = "页眉不读"
    made.save(str(tmp_path / "made.docx"))
    result = read_document(tmp_path / "made.docx")
    assert [(b.role, b.level, b.text) for b in result.document.blocks] == [
        ("title", 0, "2023年工作总结"),
        ("heading", 1, "做法"),
        ("body", 0, "抓学习。"),
        ("table", 0, "单元格"),
    ]
    assert result.meta.genre_hint == "work-summary"
    assert result.meta.encoding == "docx"


def test_strict_ooxml_and_another_main_part() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="1" '
            'Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/body/main.xml"/></Relationships>',
        )
        xml = f"{HEADER}<w:body>{par(run('严格格式'))}</w:body></w:document>"
        archive.writestr("body/main.xml", xml.replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main"))
    assert texts(out.getvalue()) == ["严格格式"]


# --- hostile and broken files ------------------------------------------------------------------------------------


def raw(document: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document)
    return out.getvalue()


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><w:document xmlns:w="' + W + '"><w:body>&a;</w:body></w:document>'
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "旧版 .doc"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "打开密码"),
        (b"not a zip", "不是 Word 文档"),
        (b"", "不是 Word 文档"),
        (word(par(run("x")))[:-40], "不是 Word 文档"),
        (raw("<a/>"), "没有 Word 正文"),
        (raw("<w:document"), "已损坏"),
        (raw(BOMB), "实体定义"),
        (raw(BOMB.encode("utf-16")), "实体定义"),
        (raw(f"{HEADER}<w:body>" + " " * 3_000_000 + "</w:body></w:document>"), "大得不正常"),
        (word(""), "没有文字"),
        (
            raw(f"{HEADER}<w:body>" + "<w:sdt>" * 5000 + "</w:sdt>" * 5000 + "</w:body></w:document>"),
            "嵌套层数太多",
        ),
    ],
)
def test_bad_files_are_refused_in_one_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=said) as caught:
        read(tmp_path, data)
    assert "\n" not in str(caught.value)
    assert caught.value.path is not None


def test_corrupt_part_and_password(tmp_path: Path) -> None:
    data = bytearray(word(par(run("正文" * 50))))
    at = data.index(b"word/document.xml") + len(b"word/document.xml") + 10
    data[at : at + 20] = b"\xff" * 20
    with pytest.raises(DocumentError, match="已损坏"):
        read(tmp_path, bytes(data))
    locked = bytearray(word(par(run("x"))))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(DocumentError, match="取消密码"):
        read(tmp_path, bytes(locked))


def test_too_many_elements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_docx_package, "MAX_ELEMENTS", 10)
    with pytest.raises(DocumentError, match="大得不正常"):
        read(tmp_path, word(par(run("x")) * 5))


SOUND = word(
    par(run("工作总结"))
    + listed("做法", 0)
    + par(f"<w:ins>{run('插入')}</w:ins>")
    + f"<w:tbl><w:tr><w:tc>{par(run('格'))}</w:tc></w:tr></w:tbl>",
    numbering=NUMBERING,
)
PARTS = {n: zipfile.ZipFile(io.BytesIO(SOUND)).read(n) for n in zipfile.ZipFile(io.BytesIO(SOUND)).namelist()}


@settings(deadline=None, max_examples=150)
@given(data=st.data(), name=st.sampled_from(sorted(PARTS)))
def test_mutated_xml_reads_or_is_refused(data: st.DataObject, name: str) -> None:
    xml = bytearray(PARTS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(xml) - 1))
        xml[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=8))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part, content in PARTS.items():
            archive.writestr(part, bytes(xml) if part == name else content)
    try:
        extract_docx(out.getvalue(), "a.docx")
    except ZhibiError as error:
        assert str(error)


TAGS = st.sampled_from(
    [
        "p",
        "r",
        "t",
        "tbl",
        "tr",
        "tc",
        "sdt",
        "sdtContent",
        "ins",
        "del",
        "br",
        "tab",
        "pPr",
        "rPr",
        "numPr",
        "numId",
        "ilvl",
        "fldChar",
        "txbxContent",
        "drawing",
        "hyperlink",
        "ruby",
    ]
)
TREES = st.recursive(
    st.builds(
        lambda tag, value: f'<w:{tag} w:val="{value}" w:fldCharType="begin">{value}</w:{tag}>',
        TAGS,
        st.sampled_from(["1", "文", "-1", "x", "9" * 12]),
    ),
    lambda inner: st.builds(
        lambda tag, children: f"<w:{tag}>{''.join(children)}</w:{tag}>", TAGS, st.lists(inner, max_size=4)
    ),
    max_leaves=25,
)


@settings(deadline=None, max_examples=150)
@given(st.lists(TREES, max_size=5))
def test_any_nesting_reads(trees: list[str]) -> None:
    extract = extract_docx(word("".join(trees) + par(run("末段")), numbering=NUMBERING), "a.docx")
    assert all("\n" not in line.text for line in extract.lines)


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_mutated_zip_reads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    path = tmp_path_factory.getbasetemp() / "mutated.docx"
    path.write_bytes(bytes(whole))
    try:
        assert read_document(path).document.blocks
    except ZhibiError as error:
        assert str(error)


def test_templates_of_word(shared: Path) -> None:
    outcomes: dict[str, str] = {}
    for path in sorted((shared / "corpus" / "docx").glob("*.docx")):
        try:
            outcomes[path.stem] = read_document(path).meta.organization
        except DocumentError as error:
            outcomes[path.stem] = error.message
    assert outcomes["xx_1"] == "XXXX人民政府"
    assert {v for k, v in outcomes.items() if k.startswith("A")} == {"文件里没有文字"}
