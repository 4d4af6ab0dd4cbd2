"""Text of .txt and .md files.

In: bytes. Out: ``Extract`` with one line a source line. Encodings: UTF-8 (with or without BOM), UTF-16 with BOM,
GB18030. Of Markdown, headings, emphasis, lists, quotes, tables and front matter are understood; a single ``*`` stays,
because in an office's notes it stands for a figure still to be filled in. Source marks ⟦F01⟧ are taken out.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from datetime import date

from assistant.document import Role
from assistant.errors import DocumentError
from assistant.formats.lines import Extract, Line

_NOT_TEXT = {
    b"%PDF": "文件其实是 PDF，请把扩展名改成 .pdf 再试",
    b"PK\x03\x04": "文件其实是 Word 文档或压缩包，请把扩展名改对（如 .docx）再试",
    b"\xd0\xcf\x11\xe0": "文件其实是旧版 Office 文档，请在 Word 或 WPS 里另存为 .docx 再试",
    b"{\\rtf": "文件其实是 RTF 文档，请在 Word 或 WPS 里另存为 .docx 再试",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_MAX_ODD = 0.02  # share of unassigned, private or control characters that a wrongly guessed encoding exceeds
_ODD = ("Cn", "Co", "Cs", "Cc")
_LINE_END = re.compile(r"\r\n|\n|\r")

_HEADING = re.compile(r"(#{1,6})\s(.*)")
_CLOSING_HASHES = re.compile(r"(?<=\s)#{1,20}$")
_BULLET = re.compile(r"[-*+]\s+(?=\S)")
_RULE = re.compile(r"(?:-\s*){3,}$|(?:\*\s*){3,}$|(?:_\s*){3,}$")
_TABLE_RULE = frozenset("|:- \t")
_BOLD = re.compile(r"(\*\*\*|\*\*|___|__)(?=\S)(.{1,400}?)(?<=\S)\1")
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{1,2000}(?:\s\"[^\"]{0,300}\")?\)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_MARK = re.compile(r"⟦[^⟦⟧]{0,120}⟧")
_COMMENT = re.compile(r"<!--.{0,2000}?-->")
_FENCE = re.compile(r"(?:```|~~~)")
_FRONT_KEYS = ("title", "organization", "genre", "period", "date", "body")


def decode(data: bytes, path: str) -> tuple[str, str]:
    """Text and the name of its encoding; raises ``DocumentError`` for what is not text."""
    for magic, message in _NOT_TEXT.items():
        if data.startswith(magic):
            raise DocumentError(message, path=path)
    marked = [name for bom, name in _BOMS if data.startswith(bom)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _is_garbled(text, guessed=encoding == "gb18030"):
            return text.removeprefix("\ufeff"), encoding
        break
    raise DocumentError("文件不是文本，或者编码认不出来，请用记事本另存为 UTF-8 编码再试", path=path)


def _is_garbled(text: str, *, guessed: bool) -> bool:
    """NUL is never text; in a guessed encoding, neither is a run of characters nobody uses."""
    if "\0" in text or not guessed:
        return "\0" in text
    odd = sum(unicodedata.category(c) in _ODD and c not in "\t\n\r\f\v" for c in text)
    return odd > len(text) * _MAX_ODD


def extract_text(data: bytes, path: str) -> Extract:
    """Plain text: every source line is a line."""
    text, encoding = decode(data, path)
    return Extract(tuple(Line(t, i) for i, t in enumerate(_LINE_END.split(text), 1)), (), encoding)


def extract_markdown(data: bytes, path: str) -> Extract:
    """Markdown: front matter to ``front``, marks of formatting taken out of the lines."""
    text, encoding = decode(data, path)
    source = _LINE_END.split(text)
    front, start = _front_matter(source, path)
    reader = _MarkdownReader()
    for number, line in enumerate(source[start:], start + 1):
        reader.feed(line, number)
    said = (f"去掉了{reader.marks}处来源标记（⟦…⟧）",) if reader.marks else ()
    return Extract(tuple(reader.lines), said, encoding, front)


def _front_matter(source: list[str], path: str) -> tuple[dict[str, str], int]:
    """Front matter and the index of the first line after it; a mere rule on the first line is none."""
    end = next((i for i in range(1, len(source)) if source[i].rstrip() in ("---", "...")), 0)
    if source[0].rstrip() != "---" or not end:
        return {}, 0
    import yaml

    try:
        loaded = yaml.safe_load("\n".join(source[1:end]))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        message = "文件开头两行 --- 之间的说明写法有误，请按“键: 值”逐行写，或者删去"
        raise DocumentError(message, path=path, line=mark.line + 2 if mark else 1) from error
    if not isinstance(loaded, dict):
        return {}, 0
    known = {k: loaded[k] for k in _FRONT_KEYS if isinstance(loaded.get(k), str | int | float | date)}
    return {k: str(v).strip() for k, v in known.items()}, end + 1


class _MarkdownReader:
    """Line by line, because a paragraph of an official text is one line; only a code fence has memory."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.marks = 0
        self._fenced = False

    def feed(self, source: str, number: int) -> None:
        text = source.strip()
        if _FENCE.match(text):
            self._fenced = not self._fenced
        elif self._fenced:
            self.lines.append(Line(source, number))
        elif text and not _RULE.match(text):
            self._text(text, number)

    def _text(self, text: str, number: int) -> None:
        text = _COMMENT.sub("", text).lstrip("> ")
        if heading := _HEADING.match(text):
            self._add(_CLOSING_HASHES.sub("", heading[2]), number, "heading", len(heading[1]))
        elif text.startswith("|") and text.endswith("|") and len(text) > 1:
            if "--" not in text or not _TABLE_RULE.issuperset(text):
                for cell in text.strip("|").split("|"):
                    self._add(cell, number, "table")
        else:
            self._add(_BULLET.sub("", text, count=1) if _BULLET.match(text) else text, number)

    def _add(self, text: str, number: int, role: Role | None = None, level: int = 0) -> None:
        text, marks = _MARK.subn("", text)
        self.marks += marks
        self.lines.append(Line(_plain(text), number, role, level))


def _plain(text: str) -> str:
    """Formatting marks out; the words and their order stay."""
    for pattern, kept in ((_LINK, r"\1"), (_BOLD, r"\2"), (_BOLD, r"\2"), (_CODE, r"\1"), (_ESCAPE, r"\1")):
        text = pattern.sub(kept, text)
    return text
