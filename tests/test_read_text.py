"""Plain text and Markdown: encodings, front matter, and nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import DocumentError, ZhibiError
from assistant.formats.read import read_document
from assistant.text import strip_invisible

TEXT = "2023年工作总结\n今年以来，我局扎实工作。\n"


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def bare(text: str) -> str:
    return strip_invisible("".join(text.split()))[0]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
    ],
)
def test_encodings(tmp_path: Path, encoding: str, name: str) -> None:
    result = read_document(put(tmp_path, "a.txt", TEXT.encode(encoding)))
    assert result.document.text == TEXT.strip()
    assert result.meta.encoding == name
    assert result.warnings == ()


def test_big_endian_utf16(tmp_path: Path) -> None:
    result = read_document(put(tmp_path, "a.txt", b"\xfe\xff" + TEXT.encode("utf-16-be")))
    assert result.document.text == TEXT.strip()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.4\n", "扩展名改成 .pdf"),
        (b"PK\x03\x04rest", "Word 文档或压缩包"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "旧版 Office"),
        (b"{\\rtf1}", "RTF"),
        (bytes(range(256)) * 4, "编码认不出来"),
        (b"text\0with nul", "编码认不出来"),
        (b"\xff\xfeA", "编码认不出来"),
        (b"", "没有文字"),
        (" \n\u200b\n".encode(), "没有文字"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        read_document(put(tmp_path, "a.txt", data))


def test_missing_folder_and_unknown_files(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="找不到"):
        read_document(tmp_path / "none.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(DocumentError, match="文件夹"):
        read_document(tmp_path / "folder.txt")
    with pytest.raises(DocumentError, match=r"不认识 \.xls"):
        read_document(put(tmp_path, "a.xls", b"x"))


def test_invisible_characters_are_reported_and_offsets_stay(tmp_path: Path) -> None:
    result = read_document(put(tmp_path, "a.txt", "总结\n　　讲党课\u200b６次，１.5万元“好”。　\n"))
    assert result.document.blocks[1].text == "讲党课６次，１.5万元“好”。"
    assert result.document.blocks[1].line == 2
    assert result.warnings == ("去掉了1个看不见的字符",)


def test_line_numbers_with_every_line_end(tmp_path: Path) -> None:
    result = read_document(put(tmp_path, "a.txt", "总结\r\n\r\n甲。\r乙。\n丙。\f丁。"))
    assert [(b.text, b.line) for b in result.document.blocks] == [
        ("总结", 1),
        ("甲。", 3),
        ("乙。", 4),
        ("丙。", 5),
        ("丁。", 5),
    ]


def test_meta_from_the_text(tmp_path: Path) -> None:
    text = "临江县水利局\n2023年上半年党建工作总结\n（征求意见稿）\n今年以来，工作扎实。\n临江县水利局党组\n2023年7月5日"
    meta = read_document(put(tmp_path, "a.txt", text)).meta
    assert meta.title == "临江县水利局2023年上半年党建工作总结"
    assert (meta.organization, meta.period_text, meta.date_text) == (
        "临江县水利局党组",
        "2023年上半年",
        "2023年7月5日",
    )
    assert meta.genre_hint == "party-building-summary"
    assert len(meta.sha256) == 64


def test_meta_from_front_matter(tmp_path: Path) -> None:
    text = "---\ntitle: 工作总结\norganization: 某局\ngenre: work-summary\nperiod: 2023-H1\ndate: 2023-07-05\nbody: 党组\nother: [1]\n---\n## 一、主要做法\n抓学习。"
    result = read_document(put(tmp_path, "a.md", text))
    meta = result.meta
    assert (meta.title, meta.organization, meta.genre_hint) == ("工作总结", "某局", "work-summary")
    assert (meta.period_text, meta.date_text, meta.body) == ("2023-H1", "2023-07-05", "党组")
    assert [(b.role, b.level, b.line) for b in result.document.blocks] == [
        ("heading", 1, 10),
        ("body", 0, 11),
    ]


@pytest.mark.parametrize("front", ["a: [", "date: 2023-13-45", "a: b: c"])
def test_faulty_front_matter_has_a_line(tmp_path: Path, front: str) -> None:
    with pytest.raises(DocumentError, match="开头两行") as caught:
        read_document(put(tmp_path, "a.md", f"---\n{front}\n---\n正文。"))
    assert caught.value.line


def test_a_rule_on_the_first_line_is_no_front_matter(tmp_path: Path) -> None:
    assert (
        read_document(put(tmp_path, "a.md", "---\n只是正文。\n---\n后文。")).document.text
        == "只是正文。\n后文。"
    )


def test_markdown_headings_become_levels(tmp_path: Path) -> None:
    text = "# 2023年工作总结\n\n## 做法\n### 学习 ###\n抓学习。\n## 二、问题\n> **不够**深入，慰问金*元，走访*次。\n- 列表`项`\n[链接](http://a.b) \\*号\n"
    found = [(b.role, b.level, b.text) for b in read_document(put(tmp_path, "a.md", text)).document.blocks]
    assert found == [
        ("title", 0, "2023年工作总结"),
        ("heading", 1, "做法"),
        ("heading", 2, "学习"),
        ("body", 0, "抓学习。"),
        ("heading", 1, "二、问题"),
        ("body", 0, "不够深入，慰问金*元，走访*次。"),
        ("body", 0, "列表项"),
        ("body", 0, "链接 *号"),
    ]


def test_markdown_tables_marks_and_fences(tmp_path: Path) -> None:
    text = (
        "# 总结\n| 项目 | 数量 |\n|---|:--:|\n| 党课 | 6次 |\n讲党课6次⟦F01⟧⟦D:某文件⟧。\n```\n# 原样\n```\n"
    )
    result = read_document(put(tmp_path, "a.md", text))
    assert [b.text for b in result.document.blocks] == [
        "总结",
        "项目",
        "数量",
        "党课",
        "6次",
        "讲党课6次。",
        "# 原样",
    ]
    assert [b.role for b in result.document.blocks][1:5] == ["table"] * 4
    assert result.warnings == ("去掉了2处来源标记（⟦…⟧）",)


@pytest.mark.parametrize(
    "line",
    [
        "|" + "-" * 90_000 + "x|",
        "**a " * 30_000,
        "[" * 90_000,
        "#" + " " * 90_000 + "x",
        "." * 90_000 + "x",
        "<!--" * 20_000,
        "（" * 90_000,
        "`" * 90_001,
    ],
)
def test_hostile_lines_end(tmp_path: Path, line: str) -> None:
    result = read_document(put(tmp_path, "a.md", f"工作总结\n{line}\n"))
    assert result.document.blocks[0].text == "工作总结"


@settings(deadline=None, max_examples=120)
@given(data=st.binary(max_size=300), suffix=st.sampled_from([".txt", ".md"]))
def test_any_bytes_read_or_refuse(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(data)
    try:
        assert read_document(path).document.blocks
    except ZhibiError as error:
        assert str(error)


OFFICIAL = st.text(
    alphabet="一二（）()1２.、。：；，“”《》局年月日总结报告问题附件…—*\u3000\u200b\ufeff \t\n\r\x0b\x0c\x85\u2028ab",
    max_size=120,
)


@settings(deadline=None, max_examples=200)
@given(text=OFFICIAL)
def test_no_text_is_lost(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "lossless.txt"
    path.write_text(text, encoding="utf-8", newline="")
    if not bare(text):
        return
    assert bare(read_document(path).document.text) == bare(text)
