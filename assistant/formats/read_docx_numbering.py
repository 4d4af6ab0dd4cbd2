"""Automatic numbering of Word: what ordinal is printed before a paragraph.

In: word/numbering.xml and, paragraph by paragraph, a list id and a level. Out: the ordinal as text (（一）, 1. ...).
Offices number headings automatically, so without this a document has no visible structure. Bullets print nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from assistant.formats.read_docx_package import W

_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_Writer = Callable[[int], str]
_MAX_LEVELS = 9
_MAX_COUNT = 32767


def w(name: str) -> str:
    return f"{{{W}}}{name}"


def value(element: Element | None, default: str = "") -> str:
    return default if element is None else element.get(w("val"), default)


def whole(text: str, default: int = 0) -> int:
    """An attribute as a number within what Word allows; anything else is the default."""
    return min(int(text), _MAX_COUNT) if text.isascii() and text.isdigit() and len(text) < 10 else default


@dataclass(frozen=True, slots=True)
class Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class Numbering:
    """Definitions and running counters; one instance a document."""

    abstract: dict[str, dict[int, Level]] = field(default_factory=dict)
    nums: dict[str, str] = field(default_factory=dict)  # numId -> abstractNumId
    overrides: dict[str, dict[int, Level]] = field(default_factory=dict)
    starts: dict[str, dict[int, int]] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)  # abstractNumId -> style that defines the list
    counters: dict[str, dict[int, int]] = field(default_factory=dict)
    started: set[tuple[str, int]] = field(default_factory=set)

    def level_of_style(self, num_id: str, style: str) -> int:
        levels = self.abstract.get(self.nums.get(num_id, ""), {})
        return next((i for i, level in levels.items() if level.style == style), 0)

    def ordinal(self, num_id: str, index: int) -> str:
        """Count one paragraph of list ``num_id`` at level ``index`` (from 0) and return its printed ordinal."""
        abstract = self.nums.get(num_id)
        levels = self._levels(num_id)
        if abstract is None or index not in levels:
            return ""
        counters = self.counters.setdefault(abstract, {})
        self._advance(num_id, index, levels, counters)
        return _render(index, levels, counters)

    def _levels(self, num_id: str) -> dict[int, Level]:
        return {**self.abstract.get(self.nums.get(num_id, ""), {}), **self.overrides.get(num_id, {})}

    def _advance(self, num_id: str, index: int, levels: dict[int, Level], counters: dict[int, int]) -> None:
        forced = self.starts.get(num_id, {}).get(index)
        if forced is not None and (num_id, index) not in self.started:
            counters[index] = forced
        else:
            counters[index] = counters[index] + 1 if index in counters else levels[index].start
        self.started.add((num_id, index))
        for upper in range(index):
            counters.setdefault(upper, levels[upper].start if upper in levels else 1)
        for deeper in [i for i in counters if i > index]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart and index < restart):
                del counters[deeper]


def parse_numbering(root: Element | None, style_lists: dict[str, str]) -> Numbering:
    """``style_lists``: style id -> numId, for lists defined through a numbering style."""
    numbering = Numbering()
    for element in root if root is not None else ():
        if element.tag == w("abstractNum"):
            key = element.get(w("abstractNumId"), "")
            numbering.abstract[key] = _levels_of(element)
            if link := value(element.find(w("numStyleLink"))):
                numbering.linked[key] = link
        elif element.tag == w("num"):
            _add_num(numbering, element)
    for num_id, key in list(numbering.nums.items()):
        if target := numbering.nums.get(style_lists.get(numbering.linked.get(key, ""), "")):
            numbering.nums[num_id] = target
    return numbering


def _add_num(numbering: Numbering, element: Element) -> None:
    num_id = element.get(w("numId"), "")
    numbering.nums[num_id] = value(element.find(w("abstractNumId")))
    for override in element.findall(w("lvlOverride")):
        index = whole(override.get(w("ilvl"), ""))
        if (start := override.find(w("startOverride"))) is not None:
            numbering.starts.setdefault(num_id, {})[index] = whole(value(start), 1)
        if (level := override.find(w("lvl"))) is not None:
            numbering.overrides.setdefault(num_id, {})[index] = _level_of(level)


def _levels_of(abstract: Element) -> dict[int, Level]:
    found = ((whole(e.get(w("ilvl"), "")), e) for e in abstract.findall(w("lvl")))
    return {index: _level_of(e) for index, e in found if index < _MAX_LEVELS}


def _level_of(element: Element) -> Level:
    formats = [value(e) for e in element.iter(w("numFmt"))]
    restart = element.find(w("lvlRestart"))
    legal = element.find(w("isLgl"))
    return Level(
        start=whole(value(element.find(w("start"))), 1),
        format=next((f for f in formats if f != "custom"), "decimal"),
        text=value(element.find(w("lvlText"))),
        restart=None if restart is None else whole(value(restart)),
        legal=legal is not None and value(legal, "1") not in ("0", "false"),
        style=value(element.find(w("pStyle"))),
    )


def _render(index: int, levels: dict[int, Level], counters: dict[int, int]) -> str:
    level = levels[index]
    if level.format == "bullet":
        return ""

    def one(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        shown = levels.get(at, Level())
        if level.legal and shown.format != "decimalZero":
            shown = replace(shown, format="decimal")
        return format_number(counters.get(at, shown.start), shown.format)

    return re.sub(r"%([1-9])", one, level.text)


def format_number(number: int, kind: str) -> str:
    """``number`` in one of Word's number formats; an unknown format prints as decimal."""
    if kind == "none":
        return ""
    if kind in _CHINESE:
        return chinese(number)
    if kind in _WRITERS:
        return _WRITERS[kind](number)
    return str(number)


def chinese(number: int, digits: str = _DIGITS, units: str = "十百千") -> str:
    """1 -> 一, 10 -> 十, 21 -> 二十一, 105 -> 一百零五."""
    if number <= 0 or number > 9999:
        return digits[0] if number == 0 else str(number)
    out, gap = "", False
    for power in range(3, -1, -1):
        digit = number // 10**power % 10
        if digit:
            out += ("零" if gap and out else "") + digits[digit] + (units[power - 1] if power else "")
        gap = not digit
    plain_ten = digits is _DIGITS and out.startswith("一十")
    return out[1:] if plain_ten else out


def _cycle(signs: str) -> _Writer:
    return lambda n: signs[(n - 1) % len(signs)] if n > 0 else str(n)


def _letters(number: int) -> str:
    """a … z, aa, bb, … as Word counts."""
    return chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 30) if number > 0 else str(number)


def _roman(number: int) -> str:
    out = ""
    for size, sign in _ROMAN:
        count, number = divmod(number, size)
        out += sign * count
    return out


def _signs(first: int, last: int) -> _Writer:
    """Numbers with a character of their own (①), which Unicode has up to ``last``."""
    return lambda n: chr(first + n - 1) if 0 < n <= last else str(n)


def _full_width(number: int) -> str:
    return "".join(chr(ord("０") + int(d)) for d in str(number))


_CHINESE = {
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "koreanCounting",
}
_WRITERS: dict[str, _Writer] = {
    "ideographDigital": lambda n: "".join(_DIGITS[int(d)] for d in str(n)),
    "japaneseDigitalTenThousand": lambda n: "".join(_DIGITS[int(d)] for d in str(n)),
    "taiwaneseDigital": lambda n: "".join(_DIGITS[int(d)] for d in str(n)),
    "chineseLegalSimplified": lambda n: chinese(n, _LEGAL, "拾佰仟"),
    "ideographTraditional": _cycle(_STEMS),
    "ideographZodiac": _cycle(_BRANCHES),
    "decimalZero": lambda n: f"{n:02d}",
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": _signs(ord("①"), 20),
    "decimalEnclosedCircleChinese": _signs(ord("①"), 20),
    "decimalEnclosedParen": _signs(ord("⑴"), 20),
    "decimalEnclosedFullstop": _signs(ord("⒈"), 20),
    "ideographEnclosedCircle": _signs(ord("㊀"), 10),
    "lowerLetter": _letters,
    "upperLetter": lambda n: _letters(n).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda n: _roman(n).upper(),
}
