"""Header values of a brief as people write them: periods, dates, lengths. ``ValueError`` carries the Chinese reason."""

from __future__ import annotations

import re
from datetime import date, datetime

from assistant.brief import Period
from assistant.text import half_width

_YEARS = range(1949, 2100)
_QUARTERS = {**{c: i for i, c in enumerate("一二三四", 1)}, **{str(i): i for i in range(1, 5)}}
_SPACE = re.compile(r"\s+")
_YEAR_WORD = re.compile(r"(\d{4})(?:年度?|全年|年全年)?")
_HALF_WORD = re.compile(r"(\d{4})年?度?(上|下)半年")
_QUARTER_WORD = re.compile(r"(\d{4})年?度?第?([一二三四1-4])季度")
_MONTHS_WORD = re.compile(r"(\d{4})年(\d{1,2})月?(?:-|—|–|~|～|至|到)(?:(\d{4})年)?(\d{1,2})月(?:底|份)?")
_MONTHS_PLAIN = re.compile(r"(\d{4})-(\d{1,2})\.\.(\d{4})-(\d{1,2})")
_CODE_PLAIN = re.compile(r"(\d{4})([HQ]\d)")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]?00:00:00)?")
_LENGTH = re.compile(r"约?(\d{1,3}(?:,\d{3})+|\d+)个?字?(?:左右|以内|以上)?")
_PERIOD_HELP = "请写 2023、2023-H1、2023-Q3、2023-01..2023-06 或“2023年上半年”这样的时间段"


def period_code(text: str) -> str:
    """2023年上半年 -> 2023-H1 and the like; what is no such wording comes back as it is."""
    plain = _SPACE.sub("", half_width(text)).upper()
    if m := _YEAR_WORD.fullmatch(plain):
        return m[1]
    if m := _HALF_WORD.fullmatch(plain):
        return f"{m[1]}-H{1 if m[2] == '上' else 2}"
    if m := _QUARTER_WORD.fullmatch(plain):
        return f"{m[1]}-Q{_QUARTERS[m[2]]}"
    if m := _MONTHS_WORD.fullmatch(plain):
        return f"{m[1]}-{int(m[2]):02d}..{m[3] or m[1]}-{int(m[4]):02d}"
    if m := _MONTHS_PLAIN.fullmatch(plain):
        return f"{m[1]}-{int(m[2]):02d}..{m[3]}-{int(m[4]):02d}"
    if m := _CODE_PLAIN.fullmatch(plain):
        return f"{m[1]}-{m[2]}"
    return plain


def read_period(text: str) -> Period:
    try:
        period = Period.parse(period_code(text))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"时间段“{text}”看不懂，{_PERIOD_HELP}") from error
    if period.start.year not in _YEARS or period.end.year not in _YEARS:
        raise ValueError(f"时间段“{text}”的年份不对，{_PERIOD_HELP}")
    return period


def read_date(text: str) -> date:
    m = _DATE.fullmatch(half_width(text).strip())
    try:
        if m is None or int(m[1]) not in _YEARS:
            raise ValueError(text)
        return date(int(m[1]), int(m[2]), int(m[3]))
    except ValueError as error:
        raise ValueError(f"日期“{text}”不存在或看不懂，请写 2023-07-05 或“2023年7月5日”") from error


def read_length(text: str) -> int:
    m = _LENGTH.fullmatch(_SPACE.sub("", half_width(text)))
    number = int(m[1].replace(",", "")) if m and len(m[1]) < 10 else 0
    if not 100 <= number <= 100_000:
        raise ValueError(f"字数“{text}”不对，请写 100 到 100000 之间的整数，例如 4500")
    return number


def surface(value: object) -> str:
    """A spreadsheet cell as the words a person sees: 2023.0 -> 2023, midnight -> the day."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
    return str(value)
