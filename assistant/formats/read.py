"""Reading a document nobody here wrote: .txt, .md, .docx, .pdf with text, and .doc/.wps through LibreOffice.

In: a path. Out: ``ReadResult``: the document as classified blocks, what it says of itself, and what was left out.
Whatever the bytes are, the answer is a document or a ``DocumentError`` with one Chinese sentence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.document import Block, Document
from assistant.errors import DocumentError
from assistant.formats.lines import Extract, tidy
from assistant.formats.read_meta import date_of, genre_of, organization_of, period_of, title_of
from assistant.formats.read_text import extract_markdown, extract_text
from assistant.formats.structure import classify

MAX_BYTES = 200 * 2**20


@dataclass(frozen=True, slots=True)
class DocumentMeta:
    """What the document says of itself, as it says it; empty where it says nothing. ``sha256`` is of the file."""

    title: str = ""
    organization: str = ""
    period_text: str = ""
    date_text: str = ""
    genre_hint: str = ""
    encoding: str = ""
    sha256: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """``warnings`` are Chinese sentences about what was left out or guessed."""

    document: Document
    meta: DocumentMeta
    warnings: tuple[str, ...] = ()


def read_document(path: Path) -> ReadResult:
    """Read and classify a file; raises ``DocumentError``."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = "、".join(sorted(_READERS))
        raise DocumentError(f"不认识 {path.suffix or '没有扩展名的'} 文件，能读的有 {known}", path=path)
    data = _bytes(path)
    extract = reader(data, str(path))
    lines, invisible = tidy(extract.lines)
    if not lines:
        raise DocumentError("文件里没有文字", path=path)
    said = (*extract.warnings, f"去掉了{invisible}个看不见的字符") if invisible else extract.warnings
    blocks = classify(lines)
    return ReadResult(Document(blocks, str(path)), _meta(blocks, extract, data), said)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DocumentError(f"文件超过 {MAX_BYTES // 2**20} MB，太大了，请拆开再试", path=path)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DocumentError("找不到这个文件，请核对路径", path=path) from error
    except IsADirectoryError as error:
        raise DocumentError("这是文件夹，请指定其中的文件", path=path) from error
    except (OSError, ValueError) as error:
        raise DocumentError("文件打不开，请看看有没有读取权限、是否被别的程序占用", path=path) from error


def _meta(blocks: tuple[Block, ...], extract: Extract, data: bytes) -> DocumentMeta:
    front = extract.front
    title = front.get("title") or title_of(blocks)
    return DocumentMeta(
        title=title,
        organization=front.get("organization") or organization_of(blocks, title),
        period_text=front.get("period") or period_of(blocks, title),
        date_text=front.get("date") or date_of(blocks),
        genre_hint=front.get("genre") or genre_of(title),
        encoding=extract.encoding,
        sha256=hashlib.sha256(data).hexdigest(),
        body=front.get("body", ""),
    )


def _docx(data: bytes, path: str) -> Extract:
    from assistant.formats.read_docx import extract_docx

    return extract_docx(data, path)


def _pdf(data: bytes, path: str) -> Extract:
    from assistant.formats.read_pdf import extract_pdf

    return extract_pdf(data, path)


def _old_office(suffix: str) -> Callable[[bytes, str], Extract]:
    def read(data: bytes, path: str) -> Extract:
        from assistant.formats.read_docx_package import ZIP_MAGIC
        from assistant.formats.read_office import to_docx

        if data.startswith(ZIP_MAGIC):  # a .docx under an old name
            return _docx(data, path)
        extract = _docx(to_docx(data, suffix, path), path)
        return Extract(
            extract.lines, (*extract.warnings, "由 LibreOffice 转换读入，版式细节以原稿为准"), suffix[1:]
        )

    return read


_READERS: dict[str, Callable[[bytes, str], Extract]] = {
    ".txt": extract_text,
    ".md": extract_markdown,
    ".markdown": extract_markdown,
    ".docx": _docx,
    ".pdf": _pdf,
    ".doc": _old_office(".doc"),
    ".wps": _old_office(".wps"),
}
