"""Characters, sentences and lengths of Chinese official text.

Pure functions on ``str``; offsets are character offsets into the string given. Nothing here knows a rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

SENTENCE_END = "。！？!?"
CLAUSE_END = "，、；：。！？,;:!?"
CLOSERS = "”’）》〉】〕」』)]\"'"
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_SPACE = re.compile(r"\s+")
# What numbers an item of a run inside a text: 一是 第一， 一、 （一） 1. （1）
RUN_MARK = re.compile(
    r"(?:第?[一二三四五六七八九十]+是|第[一二三四五六七八九十]+，|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）"
    r"|（\d{1,2}）|\d{1,2}[.．、](?!\d))"
)
_STOP = re.compile(f"\n|[{SENTENCE_END}][{SENTENCE_END}{re.escape(CLOSERS)}]*")
_QUOTES = str.maketrans({"＂": "”", "‟": "”", "〝": "“", "〞": "”"})
_WIDE = re.compile("[０-９．％]")
_DIGITS = {ord("０") + i: ord("0") + i for i in range(10)} | {ord("．"): ord("."), ord("％"): ord("%")}


class Span(NamedTuple):
    """A half-open run of characters."""

    start: int
    end: int


def strip_invisible(text: str) -> tuple[str, int]:
    """Drop zero-width, bidi and control characters; returns the text and how many went."""
    return _INVISIBLE.subn("", text)


_MARKUP = (
    (re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL), ""),
    (re.compile(r"</?[A-Za-z!][^<>\n]{0,200}>"), ""),
    (re.compile(r"!?\[([^\[\]\n]{1,80})\]\([^()\n]{0,300}\)"), r"\1"),
    (re.compile(r"\*\*([^*\n]+)\*\*"), r"\1"),
    (re.compile(r"^\s*(?:#{1,6}\s+|\|\s*)|\s*\|\s*(?=\S)", re.MULTILINE), ""),
)


def without_markup(text: str) -> str:
    """Pasted web and Markdown notation taken off, the words kept; a single ``*`` (a value not known yet) stays."""
    for pattern, words in _MARKUP:
        text = pattern.sub(words, text)
    return text


_FULL = str.maketrans(",;:?!()", "，；：？！（）")
_BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff”’》）】])[,;:?!()]|[,;:?!()](?=[\u4e00-\u9fff“‘《（【])")


def full_punctuation(text: str) -> str:
    """Half-width punctuation that touches a Chinese character made full-width (GB/T 15834-2011), length unchanged."""
    return _BETWEEN.sub(lambda m: m.group().translate(_FULL), text)


def half_width(text: str) -> str:
    """Full-width digits, ``．`` and ``％`` to ASCII, character for character (offsets stay valid)."""
    return text.translate(_DIGITS) if _WIDE.search(text) else text


def fold(text: str) -> str:
    """For comparison only: no white space, half-width digits, one kind of quotation mark."""
    return _SPACE.sub("", half_width(text).translate(_QUOTES)).replace("＊", "*")


def occurrences(text: str, words: str, step: int = 0) -> Iterator[int]:
    """Where the words stand, one after another; with ``step`` 1 also where they overlap themselves."""
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + (step or len(words) or 1))


_NUMERALS = "〇一二三四五六七八九"


def ordinal(n: int) -> str:
    """1 -> 一, 10 -> 十, 12 -> 十二, 23 -> 二十三 (0 to 99): what headings and the items of a run are numbered with."""
    tens, ones = divmod(n, 10)
    if tens == 0:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


def char_count(text: str) -> int:
    """Length as an office counts it: every character that is not white space."""
    return sum(map(len, text.split()))


def is_cjk(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or char == "〇"


def sentence_spans(text: str) -> list[Span]:
    """Spans of sentences: up to 。！？ and the closing marks that follow; white space between belongs to none."""
    spans: list[Span] = []
    start = 0
    for stop in _STOP.finditer(text):
        _append_trimmed(spans, text, start, stop.start() if stop.group() == "\n" else stop.end())
        start = stop.end()
    _append_trimmed(spans, text, start, len(text))
    return spans


def _append_trimmed(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append(Span(start, end))


def sentences(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentence_spans(text)]


def clause_around(text: str, start: int, end: int) -> Span:
    """The clause (between ，、；：。 and the like) that holds ``text[start:end]``."""
    left = start
    while left > 0 and text[left - 1] not in CLAUSE_END and text[left - 1] != "\n":
        left -= 1
    right = end
    while right < len(text) and text[right] not in CLAUSE_END and text[right] != "\n":
        right += 1
    return Span(left, right)


def display_width(text: str) -> int:
    """Terminal columns: wide and full-width characters count two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
