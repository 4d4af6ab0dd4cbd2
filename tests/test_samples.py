"""The sample summaries that ship with the project: complete, invented, consistent with their own date, and not alike."""

from __future__ import annotations

import datetime as dt
import re
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

FOLDER = Path(__file__).resolve().parent.parent / "knowledge" / "samples"
FILES = sorted(FOLDER.glob("*.md"))
KEYS = {"sample", "note", "title", "organization", "genre", "period", "date", "body"}
GENRES = {"party-building-summary", "work-summary", "duty-report"}
BODIES = {"党组", "党委", "党总支", "党支部", "党工委"}
NUMERALS = "一二三四五六七八九十"
PAIRS = (("“", "”"), ("《", "》"), ("（", "）"))
HEADING = re.compile(r"^(?:[一二三四五六七八九十]、|（[一二三四五六七八九十]）)")


class Sample(NamedTuple):
    name: str
    meta: dict[str, object]
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def year(self) -> int:
        return int(str(self.meta["period"])[:4])


def read(path: Path) -> Sample:
    head, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    assert head == "", f"{path.name}: front matter must stand first"
    lines = [line for line in body.splitlines() if line.strip()]
    return Sample(path.name, yaml.safe_load(front), lines)


SAMPLES = [read(path) for path in FILES]
each = pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)


def test_ten_samples_of_every_genre_and_of_several_years() -> None:
    assert len(SAMPLES) >= 10
    assert {s.meta["genre"] for s in SAMPLES} == GENRES
    assert len({s.year for s in SAMPLES}) >= 4


@each
def test_front_matter_is_complete(sample: Sample) -> None:
    assert set(sample.meta) == KEYS
    assert sample.meta["sample"] is True
    assert "虚构" in str(sample.meta["note"])
    assert sample.meta["genre"] in GENRES
    assert sample.meta["body"] in BODIES
    assert re.fullmatch(r"\d{4}(-H[12])?", str(sample.meta["period"]))


@each
def test_the_organization_is_plainly_invented(sample: Sample) -> None:
    organization = str(sample.meta["organization"])
    assert re.search("示例|样例", organization)
    assert organization in sample.text


@each
def test_length(sample: Sample) -> None:
    assert 2000 <= len(re.sub(r"\s", "", sample.text)) <= 4000


@each
def test_title_and_signature_agree_with_the_front_matter(sample: Sample) -> None:
    assert sample.lines[0] == sample.meta["title"]
    assert f"{sample.year}年" in sample.lines[0]
    date = sample.meta["date"]
    assert isinstance(date, dt.date)
    assert sample.lines[-1] == f"{date.year}年{date.month}月{date.day}日"


@each
def test_it_is_signed_after_the_period_and_soon(sample: Sample) -> None:
    half = str(sample.meta["period"]).endswith("-H1")
    end = dt.date(sample.year, 6, 30) if half else dt.date(sample.year, 12, 31)
    date = sample.meta["date"]
    assert isinstance(date, dt.date)
    assert end <= date <= end + dt.timedelta(days=31)


@each
def test_the_years_mentioned_fit_the_period(sample: Sample) -> None:
    text = re.sub(r"\d{4}年至\d{4}年", "", sample.text)
    years = {int(y) for y in re.findall(r"(?<!\d)(\d{4})年", text)}
    assert years <= {sample.year - 1, sample.year, sample.year + 1}
    if str(sample.meta["period"]).endswith("-H1"):
        assert sample.year + 1 not in years


@each
def test_headings_run_in_order_and_end_without_a_stop(sample: Sample) -> None:
    top = second = 0
    for line in (x for x in sample.lines if HEADING.match(x)):
        assert line[-1] not in "。；，：", line
        if line[0] == "（":
            assert line[1] == NUMERALS[second], line
            second += 1
        else:
            assert line[0] == NUMERALS[top], line
            top, second = top + 1, 0
    assert top == 3


@each
def test_headings_of_one_part_are_nearly_equal_and_open_differently(sample: Sample) -> None:
    for part in re.split(r"(?m)^[一二三]、.*$", sample.text)[1:]:
        heads = re.findall(r"(?m)^（[一二三四五六七八九十]）(.+)$", part)
        if not heads:
            continue
        lengths = [len(h) for h in heads]
        assert max(lengths) - min(lengths) <= 4, heads
        assert len({h[:2] for h in heads}) == len(heads), heads


@each
def test_problems_are_answered_by_at_least_as_many_plans(sample: Sample) -> None:
    _, _, problems, plans = re.split(r"(?m)^[一二三]、.*$", sample.text)
    asked = len(re.findall(r"(?m)^(?:（[一二三四]）|[一二三四]是)", problems))
    answered = len(re.findall(r"(?m)^（[一二三四五]）", plans))
    assert 2 <= asked <= 4
    assert answered >= asked
    assert problems.count("原因是") == asked


@each
def test_punctuation_and_leftovers(sample: Sample) -> None:
    for left, right in PAIRS:
        assert sample.text.count(left) == sample.text.count(right)
    for wrong in ("》、《", "”、“", "截止", "做出", "【", "*", "×", "XX", "某某", "。。", "，，"):
        assert wrong not in sample.text, wrong
    assert not re.search(r"[一-鿿][,;:()?!]|[,;:()?!][一-鿿]", sample.text)


@each
def test_a_duty_report_speaks_in_the_first_person_and_answers_last_year(sample: Sample) -> None:
    if sample.meta["genre"] != "duty-report":
        assert not re.search(r"(?<!自)我(?!局|镇|校|国|街道|集团)", sample.text)
        return
    assert sample.text.count("我") >= 10
    assert re.search("上年度|去年|上年|年度评议", sample.text)
    assert "整改" in sample.text


def test_no_two_samples_share_a_sentence() -> None:
    def clauses(sample: Sample) -> set[str]:
        body = "\n".join(sample.lines[1:])
        found = {c.strip() for c in re.split(r"[。；\n]", body)}
        return {c for c in found if len(c) >= 15}

    for one, other in combinations(SAMPLES, 2):
        shared = clauses(one) & clauses(other)
        assert not shared, f"{one.name} / {other.name}: {shared}"
