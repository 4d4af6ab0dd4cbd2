"""Text of a .pdf that has a text layer; scanned pages have none.

In: bytes. Out: ``Extract`` with the printed lines joined into paragraphs, page numbers and running headers left out.
Where first lines are indented, the indent parts paragraphs; elsewhere a line that fills the measure and ends without
a stop runs on into the next. Both are guesses a person may have to correct, which a warning says.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import DocumentError
from assistant.formats.lines import Extract, Line, glue
from assistant.formats.structure_marks import heading_number
from assistant.text import CLOSERS, SENTENCE_END, display_width

MAX_PAGES = 2000
_DASHED_NUMBER = re.compile(r"^[—–\-－·]+\s*\d{1,4}\s*[—–\-－·]+$")
_BARE_NUMBER = re.compile(
    r"^(?:第\s*)?\d{1,4}(?:\s*页(?:[\s,，/／]*共\s*\d{1,4}\s*页)?|\s*[/／]\s*\d{1,4})?$"
)
_INDENT = re.compile(r"^(?:\u3000|\s{2,})")
_STOPS = SENTENCE_END + CLOSERS + "；;：:"
_FULL = 0.85  # share of the text's measure that a line must fill to run on
_TYPESET_SPACE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z]) (?=[\u4e00-\u9fff])")
_STRAY_QUOTES = re.compile(r"^(?:[“”‘’] +)+[“”‘’]")
_ENOUGH = 5  # lines that a page needs to show a left margin of its own
_RUNNING = 3  # a first or last line that stands on so many pages is a running header


@dataclass(frozen=True, slots=True)
class _Printed:
    """One printed line: where it starts and how large its type is, in points."""

    text: str
    x: float = 0.0
    size: float = 0.0


_Page = list[_Printed]


@dataclass(slots=True)
class _Collector:
    """Takes pypdf's pieces of text with their matrices and puts them into lines."""

    lines: _Page = field(default_factory=list)
    text: str = ""
    x: float = 0.0
    size: float = 0.0

    def take(self, piece: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        for i, part in enumerate(piece.split("\n")):
            if i:
                self.flush()
            if part.strip():
                x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
                self.x = min(self.x, x) if self.text.strip() else x
                self.size = abs(size * tm[0] * cm[0])
            self.text += part

    def flush(self) -> None:
        if self.text.strip():
            self.lines.append(_Printed(self.text.rstrip(), self.x, self.size))
        self.text = ""


def extract_pdf(data: bytes, path: str) -> Extract:
    """Read the text layer; encrypted, scanned and broken files raise ``DocumentError``."""
    with _silence():
        pages = _pages(data, path)
    if not any(pages):
        raise DocumentError("PDF 里没有文字，大概是扫描件，请先做文字识别（OCR）或找 Word 原稿", path=path)
    said = ["PDF 的分段是按版面推断的，段落以原稿为准"]
    if any(_STRAY_QUOTES.match(line.text) for page in pages for line in page):
        said.append("有的引号在 PDF 里与文字分开存放，读入后位置不准，请以原稿为准")
    if empty := sum(not page for page in pages):
        said.append(f"有{empty}页没有文字（空白或扫描页），没有读入")
    texts = (Line(_TYPESET_SPACE.sub("", text)) for text in _paragraphs(_without_furniture(pages)))
    return Extract(tuple(texts), tuple(said), "pdf")


def _pages(data: bytes, path: str) -> list[_Page]:
    from pypdf import PasswordType, PdfReader

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if not reader.is_encrypted or reader.decrypt("") != PasswordType.NOT_DECRYPTED:
            if len(reader.pages) > MAX_PAGES:
                raise DocumentError(f"PDF 超过{MAX_PAGES}页，请拆开再试", path=path)
            return [_printed(page) for page in reader.pages]
    except DocumentError:
        raise
    except Exception as error:  # pypdf lets through whatever a malformed object makes Python raise
        message = "PDF 加了密，请先去掉密码再试" if b"/Encrypt" in data else "PDF 已损坏或不完整，读不出来"
        raise DocumentError(message, path=path) from error
    raise DocumentError("PDF 加了打开密码，请先去掉密码再试", path=path)


def _printed(page: Any) -> _Page:
    collector = _Collector()
    page.extract_text(visitor_text=collector.take)
    collector.flush()
    return collector.lines


@contextmanager
def _silence() -> Iterator[None]:
    """pypdf reports every oddity of a file to its logger, with fragments of the text."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


def _without_furniture(pages: list[_Page]) -> list[_Page]:
    """Drop page numbers and running headers and footers."""
    edges = Counter(
        text for page in pages for text in {line.text.strip() for line in (*page[:1], *page[-1:])}
    )
    running = {text for text, count in edges.items() if count >= _RUNNING and count * 2 > len(pages)}

    def stays(line: _Printed, edge: bool) -> bool:
        text = line.text.strip()
        return not (_DASHED_NUMBER.match(text) or (edge and (_BARE_NUMBER.match(text) or text in running)))

    return [[line for i, line in enumerate(page) if stays(line, i in (0, len(page) - 1))] for page in pages]


def _margin(lines: list[_Printed]) -> float:
    """Where most lines start."""
    starts = Counter(round(line.x) for line in lines)
    return max(starts, key=lambda x: (starts[x], -x)) if starts else 0.0


def _paragraphs(pages: list[_Page]) -> Iterator[str]:
    """Join printed lines into paragraphs."""
    lines = [line for page in pages for line in page]
    widths = sorted(display_width(line.text.strip()) for line in lines)
    full = _FULL * widths[int(len(widths) * 0.9)] if widths else 0.0
    overall = _margin(lines)
    current, previous = "", ""
    for page in pages:
        margin = _margin(page) if len(page) >= _ENOUGH else overall
        indented = any(_is_indented(line, margin) for line in page)
        for line in page:
            if current and _runs_on(previous, line, margin, indented, full):
                current = glue(current, line.text)
            else:
                if current:
                    yield current
                current = line.text.strip()
            previous = line.text.strip()
    if current:
        yield current


def _is_indented(line: _Printed, margin: float) -> bool:
    return bool(_INDENT.match(line.text)) or (line.size > 0 and line.x > margin + 0.8 * line.size)


def _runs_on(previous: str, line: _Printed, margin: float, indented: bool, full: float) -> bool:
    if display_width(previous) < full or _is_indented(line, margin):
        return False
    return indented or (previous[-1] not in _STOPS and not heading_number(line.text.strip())[0])
