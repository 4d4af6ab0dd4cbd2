"""The door of the brief: a .yaml, .xlsx, .txt or .md file -> ``Brief``; everything else is a ``BriefError`` with its place.

Text may be UTF-8, UTF-16 with its mark, or GB18030 (offices still save that); it is decoded without asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assistant.brief import Brief
from assistant.errors import BriefError
from assistant.formats.brief_schema import RawSource, build
from assistant.formats.brief_sheet import read_sheet
from assistant.formats.brief_text import read_text
from assistant.formats.brief_yaml import read_yaml

SUFFIXES = (".yaml", ".yml", ".xlsx", ".txt", ".md")
_SIZE_LIMIT = 5_000_000
_RARE_SHARE = 0.3


def read_brief(path: Path, *, overrides: Mapping[str, str] | None = None) -> Brief:
    """Read by suffix; ``overrides`` are header keys from the command line (they win). Raises BriefError only."""
    return build(_source(Path(path)), overrides)


def _source(path: Path) -> RawSource:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        if suffix == ".xls":
            raise BriefError("旧版 .xls 不支持，请用表格软件另存为 .xlsx", path=path)
        raise BriefError(f"不支持“{suffix or path.name}”文件，材料请用 {'、'.join(SUFFIXES)}", path=path)
    raw = _bytes(path)
    if suffix == ".xlsx":
        return read_sheet(path)
    text = _decode(path, raw)
    return read_yaml(path, text) if suffix in (".yaml", ".yml") else read_text(path, text)


def _bytes(path: Path) -> bytes:
    try:
        if path.is_file() and path.stat().st_size > _SIZE_LIMIT:
            raise BriefError(f"文件超过{_SIZE_LIMIT // 1_000_000}MB，不像一份材料，请只留下要点", path=path)
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise BriefError("找不到这个文件，请核对路径", path=path) from error
    except IsADirectoryError as error:
        raise BriefError("这是文件夹，请给出其中一份材料", path=path) from error
    except (OSError, ValueError) as error:
        raise BriefError("文件读不出来，请检查权限或是否被占用", path=path) from error
    if not raw.strip():
        raise BriefError("文件是空的，请先写上单位、时间段、文种和事实", path=path)
    return raw


def _decode(path: Path, raw: bytes) -> str:
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _readable(text, guessed=encoding == "gb18030"):
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise BriefError("不是文本文件或编码无法识别，请另存为 UTF-8 编码的文本", path=path)


def _readable(text: str, *, guessed: bool) -> bool:
    """No control characters; and where the encoding is a guess, mostly the characters that people write."""
    if any(c < " " and c not in "\n\r\t\f\v" for c in text):
        return False
    wide = [c for c in text if not c.isascii()]
    rare = sum(
        1
        for c in wide
        if not ("\u4e00" <= c <= "\u9fff" or "\u2000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef")
    )
    return not guessed or rare <= _RARE_SHARE * max(len(wide), 1)
