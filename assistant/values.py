"""Values in a text: counts, money, percentages, dates, document titles and numbers, and values not known yet.

``parse_values`` turns surfaces into canonical ``Value``s (amounts as ``Decimal``: 6次 = 六次 = ６次, 1.2万元 = 12000元,
百分之六十八点三 = 68.3%), each bound to its unit and head noun, so that 党员43名 and 预备党员3名 cannot swap unseen.
Numerals inside fixed phrases (三会一课, 第一议题) are no values. Measure words and fixed phrases: knowledge/lexicon.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Literal

from assistant import resources
from assistant.text import CLAUSE_END, Span, clause_around, half_width, is_cjk

Kind = Literal["count", "money", "percent", "date", "year", "title", "number", "plain"]


@dataclass(frozen=True, slots=True)
class Value:
    """``unit`` is the canonical unit (名, 位, 人 are all 人; money is 元; dates have none); ``head`` the noun counted."""

    kind: Kind
    amount: Decimal | None
    unit: str
    head: str
    surface: str
    start: int
    end: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What must agree between a fact and a sentence, head noun aside."""
        canonical = format(self.amount.normalize(), "f") if self.amount is not None else self.surface
        return (self.kind, canonical, self.unit)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value the writer does not have yet; ``label`` names what is missing (签订份数). ``text[start:end]`` is the mark."""

    label: str
    surface: str
    start: int
    end: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    unit_of: dict[str, str]
    money: frozenset[str]
    multipliers: dict[str, int]
    chinese_units: frozenset[str]
    one_is_no_count: frozenset[str]
    unknown_names: dict[str, str]
    masked_names: dict[str, str]
    fixed: re.Pattern[str]
    unknown: re.Pattern[str]
    number: re.Pattern[str]
    action: re.Pattern[str]


@cache
def lexicon() -> Lexicon:
    """The shipped lexicon, compiled once."""
    data: dict[str, Any] = resources.read_yaml("knowledge", "lexicon.yaml")
    unit_of = {surface: unit for unit, surfaces in data["measures"].items() for surface in surfaces}
    unknown = "|".join(re.escape(u) for u in sorted(data["unknown"], key=len, reverse=True))
    return Lexicon(
        unit_of=unit_of,
        money=frozenset(data["money"]),
        multipliers=data["multipliers"],
        chinese_units=frozenset(data["chinese_numeral_units"]),
        one_is_no_count=frozenset(data["chinese_one_is_not_a_count"]),
        unknown_names=data["unknown_names"],
        masked_names=data["masked_names"],
        fixed=re.compile("|".join(f"(?:{p})" for p in data["fixed_patterns"])),
        unknown=re.compile(rf"【待[补核][^】]*】|{unknown}"),
        number=_number_pattern([*unit_of, *data["money"]], data["multipliers"]),
        action=re.compile("|".join(sorted(data["action_verbs"], key=len, reverse=True))),
    )


_CN_DIGIT = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_CN_UNIT = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_CN = "零〇一二三四五六七八九十百千万亿两"
_DATE = re.compile(
    r"(?P<y>(?:19|20)\d{2})年(?:(?P<m>\d{1,2})月(?:(?P<d>\d{1,2})[日号])?)?(?P<p>上半年|下半年|第[一二三四]季度)?"
    r"|(?<![\d两一二三四五六])(?P<m2>\d{1,2})月(?P<d2>\d{1,2})[日号]|(?<!\d)(?P<m3>\d{1,2})月(?:底|末|初|中旬|上旬|下旬|份)"
)
_TITLE = re.compile(r"《[^《》]*(?:〈[^〉]*〉[^《》]*)*》")
_DOC_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}〔\d{4}〕\d+号")


def _number_pattern(units: list[str], multipliers: dict[str, int]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(u) for u in sorted(units, key=len, reverse=True))
    scale = "|".join(sorted(multipliers, key=len, reverse=True))
    return re.compile(
        rf"百分之(?P<cnpct>[{_CN}点]+|\d+(?:\.\d+)?)"
        rf"|(?P<num>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<pct>[%‰])"
        rf"|(?P<n>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(?P<scale>{scale})?(?P<about>余|多|几)?"
        rf"\s*(?P<unit>{alternatives})?"
        rf"|(?P<cn>[{_CN}]+(?:点[{_CN}]+)?)(?P<about2>余|多)?(?P<cunit>{alternatives})"
    )


def chinese_number(text: str) -> Decimal | None:
    """六十八点三 -> 68.3; None where the characters are no number (一二三)."""
    whole, _, fraction = text.partition("点")
    total, section, digit, seen_digit = 0, 0, 0, False
    for char in whole:
        if char in _CN_DIGIT:
            if seen_digit and char not in "零〇":
                return None
            digit, seen_digit = _CN_DIGIT[char], char not in "零〇"
        else:
            unit = _CN_UNIT[char]
            if unit >= 10**4:
                total, section = (
                    (total + section + digit) * unit if total < unit else total + (section + digit) * unit,
                    0,
                )
            else:
                section += (digit or 1) * unit
            digit, seen_digit = 0, False
    result = Decimal(total + section + digit)
    if fraction:
        if any(c not in _CN_DIGIT for c in fraction):
            return None
        result += Decimal("0." + "".join(str(_CN_DIGIT[c]) for c in fraction))
    return result


@lru_cache(maxsize=8192)
def parse_values(text: str, masked: tuple[Span, ...] = ()) -> tuple[Value, ...]:
    """All values of ``text`` in order; ``masked`` are further spans (formulations) whose numerals are no values."""
    plain = half_width(text)
    values = [Value("title", None, "", "", m.group(), m.start(), m.end()) for m in _TITLE.finditer(plain)]
    values += [
        Value("number", None, "", "", m.group(), m.start(), m.end())
        for m in _DOC_NUMBER.finditer(plain)
        if not _inside(m.start(), m.end(), values)
    ]
    taken = [Span(v.start, v.end) for v in values]
    values += (dates := _dates(plain, taken))
    taken += [Span(v.start, v.end) for v in dates]
    taken += [Span(m.start(), m.end()) for m in lexicon().fixed.finditer(plain)]
    taken += [Span(m.start(), m.end()) for m in lexicon().unknown.finditer(plain)]
    values += _numbers(plain, [*taken, *masked])
    return tuple(sorted(values, key=lambda v: v.start))


def _inside(start: int, end: int, spans: Iterable[Any]) -> bool:
    return any(s.start < end and start < s.end for s in spans)


def _dates(text: str, taken: list[Span]) -> list[Value]:
    out = []
    for m in _DATE.finditer(text):
        if _inside(m.start(), m.end(), taken):
            continue
        kind: Kind = "year" if m["y"] and not m["m"] and not m["p"] else "date"
        amount = Decimal(m["y"]) if kind == "year" else None
        out.append(Value(kind, amount, "年" if amount else "", "", m.group(), m.start(), m.end()))
    return out


def _numbers(text: str, taken: list[Span]) -> list[Value]:
    out: list[Value] = []
    for m in lexicon().number.finditer(text):
        if _inside(m.start(), m.end(), taken):
            continue
        value = _number(text, m)
        if value is not None:
            out.append(value)
    return out


def _number(text: str, m: re.Match[str]) -> Value | None:
    if m["cnpct"] or m["pct"]:
        raw = m["cnpct"] or m["num"]
        amount = chinese_number(raw) if raw[0] in _CN else Decimal(raw.replace(",", ""))
        unit = "‰" if m["pct"] == "‰" else "%"
        return amount if amount is None else _value("percent", amount, unit, text, m)
    if m["cn"]:
        return _chinese_count(text, m)
    scale = lexicon().multipliers.get(m["scale"] or "", 1)
    amount = Decimal(m["n"].replace(",", "")) * scale
    return _measured(amount, m["unit"] or "", text, m)


def _chinese_count(text: str, m: re.Match[str]) -> Value | None:
    unit, lex = m["cunit"], lexicon()
    if unit not in lex.chinese_units and unit not in lex.money:
        return None
    if (m["cn"] == "一" and unit in lex.one_is_no_count) or m["cn"][0] in "百千万亿":
        return None  # *万元 is a value not known yet, 百家 a way of speaking
    if unit in ("个", "人") and len(m["cn"]) == 1:
        return None  # 两个方面, 三人行: a way of speaking more often than a figure
    amount = chinese_number(m["cn"])
    return None if amount is None else _measured(amount, unit, text, m)


def _measured(amount: Decimal, unit: str, text: str, m: re.Match[str]) -> Value | None:
    lex = lexicon()
    if unit in lex.money:
        return _value("money", amount, "元", text, m)
    if unit:
        return _value("count", amount, lex.unit_of[unit], text, m)
    if m.start() and (text[m.start() - 1].isascii() and text[m.start() - 1].isalnum()):
        return None
    return _value("plain", amount, "", text, m)


def _value(kind: Kind, amount: Decimal, unit: str, text: str, m: re.Match[str]) -> Value:
    return Value(
        kind, amount, unit, head_noun(text, m.start(), m.end()), m.group().strip(), m.start(), m.end()
    )


_HEAD_STOP = CLAUSE_END + "“”‘’（）()《》〈〉【】⟦⟧·—～~ \n\t"
_HEAD_LENGTH = 8


def head_noun(text: str, start: int, end: int) -> str:
    """The noun a figure counts: what follows the measure word (43名|党员) or, where nothing does, what precedes (讲党课|6次)."""
    if after := _noun_after(text, end):
        return after
    left = start
    while (
        left > 0
        and start - left < _HEAD_LENGTH
        and text[left - 1] not in _HEAD_STOP
        and not text[left - 1].isdigit()
    ):
        left -= 1
    return text[left:start]


def _noun_after(text: str, end: int) -> str:
    """Empty where something else than a word follows."""
    right = end
    while (
        right < len(text)
        and right - end < _HEAD_LENGTH
        and text[right] not in _HEAD_STOP
        and not text[right].isdigit()
    ):
        right += 1
    after = text[end:right].removeprefix("的")
    return after if after and is_cjk(after[0]) else ""


def parse_unknowns(text: str) -> tuple[Unknown, ...]:
    """Marks of values not known yet (``*``, ``XX``, 【待补】…), each with a name for what is missing."""
    lex, out = lexicon(), []
    for m in lex.unknown.finditer(text):
        unit = _unit_after(text, m.end())
        out.append(Unknown(_label(text, m.start(), m.end(), unit), m.group(), m.start(), m.end(), unit))
    return tuple(out)


_UNIT_SCALES = ("万", "亿", "千", "百")


def _unit_after(text: str, at: int) -> str:
    lex = lexicon()
    for length in (3, 2, 1):
        candidate = text[at : at + length]
        bare = candidate.lstrip("".join(_UNIT_SCALES))
        if len(candidate) == length and (candidate in lex.unit_of or bare in lex.money or candidate == "%"):
            return candidate
    return ""


def _label(text: str, start: int, end: int, unit: str) -> str:
    """What is missing, in a few words: 党风廉政建设责任书 + 份数, 党员 + 人数."""
    surface = text[start:end]
    if surface.startswith("【") and "：" in surface:
        return surface.strip("【】").split("：", 1)[1]
    masked = next((n for word, n in lexicon().masked_names.items() if text.startswith(word, end)), "")
    if masked and not unit:
        return masked
    name = lexicon().unknown_names.get(unit, "数量" if unit else "名称或个数")
    after = _before_action(_noun_after(text, end + len(unit)))
    before = _after_action(text[clause_around(text, start, start).start : start])
    subject = after if after and (not unit or lexicon().unit_of.get(unit) in _COUNTS_WHAT_FOLLOWS) else before
    return subject if subject.endswith(name) else subject + name


_COUNTS_WHAT_FOLLOWS = ("人", "个", "户", "家", "支", "所", "条", "项", "件")
_LONGEST_LABEL = 18


def _before_action(text: str) -> str:
    """党员开展全面排查 -> 党员."""
    m = lexicon().action.search(text)
    return text[: m.start()] if m and m.start() else text


def _after_action(text: str) -> str:
    """签订党风廉政建设责任书 -> 党风廉政建设责任书; over-long runs lose their head at a word break."""
    m = lexicon().action.match(text)
    subject = text[m.end() :] if m and len(text) > m.end() else text
    if len(subject) <= _LONGEST_LABEL:
        return subject
    import rjieba

    words = rjieba.cut(subject)
    while len(words) > 1 and sum(map(len, words)) > _LONGEST_LABEL:
        words = words[1:]
    return "".join(words)
