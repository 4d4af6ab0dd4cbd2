"""PDF text layers, and old Office files through a converter."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import DocumentError, ZhibiError
from assistant.formats import read_office
from assistant.formats.read import read_document
from assistant.formats.read_pdf import extract_pdf

LEFT, SIZE = 80.0, 16.0
Placed = tuple[str, float]


def pdf(pages: list[list[Placed]]) -> bytes:
    """A PDF with a composite font and a ToUnicode map, as word processors write it; lines are (text, indent in ems)."""
    chars = sorted({c for page in pages for text, _ in page for c in text})
    code = {c: i + 1 for i, c in enumerate(chars)}
    pairs = "\n".join(f"<{i:04x}> <{c.encode('utf-16-be').hex()}>" for c, i in code.items())
    cmap = f"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange {len(chars)} beginbfchar\n{pairs}\nendbfchar endcmap end"
    kids = [f"{6 + 2 * i} 0 R" for i in range(len(pages))]
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /F /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /F /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    ]
    for i, page in enumerate(pages):
        shown = "\n".join(
            f"BT /F {SIZE} Tf 1 0 0 1 {LEFT + indent * SIZE} {780 - 28 * k} Tm <{''.join(f'{code[c]:04x}' for c in text)}> Tj ET"
            for k, (text, indent) in enumerate(page)
        )
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents {7 + 2 * i} 0 R >>"
        )
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
    out, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return out.encode("ascii")


def flat(*lines: str) -> list[Placed]:
    return [(line, 0.0) for line in lines]


LONG = "今年以来我局坚持以党建为引领全面落实上级部署各项工作取得新"
PAGE: list[Placed] = [
    ("2023年工作总结", 8),
    (LONG[:28], 2),
    (LONG[2:] + "。", 0),
    (LONG[3:] + "二、", 0),
    ("（一）不是标题而是引文。", 0),
    ("一、主要做法", 2),
    ("抓好学习。", 2),
]


def test_indented_lines_part_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([PAGE]))
    result = read_document(path)
    assert [(b.role, b.level, b.text) for b in result.document.blocks] == [
        ("title", 0, "2023年工作总结"),
        ("body", 0, LONG[:28] + LONG[2:] + "。" + LONG[3:] + "二、（一）不是标题而是引文。"),
        ("heading", 1, "一、主要做法"),
        ("body", 0, "抓好学习。"),
    ]
    assert result.warnings == ("PDF 的分段是按版面推断的，段落以原稿为准",)


def test_flush_lines_are_joined_by_length_and_stops() -> None:
    lines = flat("工作总结", LONG, "进展。", LONG + "。", "另一段。", LONG, "一、标题")
    assert [x.text for x in extract_pdf(pdf([lines]), "a.pdf").lines] == [
        "工作总结",
        LONG + "进展。",
        LONG + "。",
        "另一段。",
        LONG,
        "一、标题",
    ]


def test_page_furniture_is_dropped_and_paragraphs_cross_pages() -> None:
    pages = [
        flat("某局文件", LONG, "— 1 —"),
        flat("某局文件", "进展。", "2"),
        flat("某局文件", "后文100", "末段。", "第 3 页 共 3 页"),
    ]
    assert [x.text for x in extract_pdf(pdf(pages), "a.pdf").lines] == [LONG + "进展。", "后文100", "末段。"]


def test_spaces_of_typesetting_go() -> None:
    assert (
        extract_pdf(pdf([flat("2023 年总结 第 6 次 中央 国务院")]), "a.pdf").lines[0].text
        == "2023年总结 第6次 中央 国务院"
    )


def test_empty_pages_are_told() -> None:
    assert (
        "有1页没有文字（空白或扫描页），没有读入" in extract_pdf(pdf([flat("正文。"), []]), "a.pdf").warnings
    )


def locked(password: str) -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([flat("正文。")]))))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "已损坏"),
        (b"%PDF-1.4\nnothing", "已损坏"),
        (pdf([flat("正文。")])[:300], "已损坏"),
        (pdf([[]]), "扫描件"),
        (locked("secret"), "打开密码"),
    ],
)
def test_bad_files_are_refused(data: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        extract_pdf(data, "a.pdf")


def test_a_file_locked_only_against_changes_is_read() -> None:
    assert [x.text for x in extract_pdf(locked(""), "a.pdf").lines] == ["正文。"]


def test_the_library_is_silent(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(DocumentError):
        extract_pdf(b"%PDF-1.4\nxref\nsecret text", "a.pdf")
    assert not caplog.records
    assert logging.getLogger("pypdf").level == logging.NOTSET


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_mutated_files_read_or_are_refused(data: st.DataObject) -> None:
    whole = bytearray(pdf([PAGE]))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    try:
        extract_pdf(bytes(whole), "a.pdf")
    except ZhibiError as error:
        assert str(error)


@settings(deadline=None, max_examples=60)
@given(data=st.binary(max_size=200))
def test_any_bytes_read_or_are_refused(data: bytes) -> None:
    try:
        extract_pdf(data, "a.pdf")
    except ZhibiError as error:
        assert str(error)


# --- .doc and .wps -----------------------------------------------------------------------------------------------


@pytest.fixture
def converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for LibreOffice on PATH: the script is written by the test."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder / "soffice"


def script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def old_file(folder: Path, name: str = "a.doc") -> Path:
    path = folder / name
    path.write_bytes(b"\xd0\xcf\x11\xe0old")
    return path


def test_without_a_converter_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DocumentError, match=r"读 \.wps 文件要用 LibreOffice.*另存为 \.docx"):
        read_document(old_file(tmp_path, "a.wps"))


def test_a_converter_is_called_with_its_own_profile(tmp_path: Path, converter: Path) -> None:
    import docx

    made = docx.Document()
    made.add_paragraph("工作总结")
    made.save(str(tmp_path / "made.docx"))
    script(converter, f'echo "$@" > {tmp_path}/called\nmkdir -p "$7"\ncp {tmp_path}/made.docx "$7/in.docx"')
    result = read_document(old_file(tmp_path))
    assert result.document.text == "工作总结"
    assert result.meta.encoding == "doc"
    assert "由 LibreOffice 转换读入，版式细节以原稿为准" in result.warnings
    called = (tmp_path / "called").read_text(encoding="utf-8")
    assert "-env:UserInstallation=file://" in called
    assert not Path(called.split()[-1]).exists()


def test_a_converter_that_fails(tmp_path: Path, converter: Path) -> None:
    script(converter, "exit 1")
    with pytest.raises(DocumentError, match="转换不了"):
        read_document(old_file(tmp_path))


def test_a_converter_that_hangs(converter: Path) -> None:
    script(converter, "exec sleep 30")
    with pytest.raises(DocumentError, match="超时"):
        read_office.to_docx(b"x", ".doc", "a.doc", timeout=0.2)


def test_a_docx_under_an_old_name(tmp_path: Path) -> None:
    import docx

    made = docx.Document()
    made.add_paragraph("工作总结")
    made.save(str(tmp_path / "a.docx"))
    (tmp_path / "a.docx").rename(tmp_path / "a.doc")
    assert read_document(tmp_path / "a.doc").document.text == "工作总结"
