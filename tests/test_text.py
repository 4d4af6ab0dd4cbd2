"""Characters and sentences: offsets are true, nothing is lost, pasted markup goes and its words stay."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text import (
    char_count,
    fold,
    full_punctuation,
    half_width,
    sentence_spans,
    strip_invisible,
    without_markup,
)


@given(st.text(alphabet="甲乙。！？”’）】\n 1a", max_size=80))
def test_sentences_lose_only_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join(text[s.start : s.end] for s in spans).replace(" ", "") == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(spans))


@given(st.text(max_size=60))
def test_half_width_keeps_offsets(text: str) -> None:
    assert len(half_width(text)) == len(text)


def test_invisible_characters_are_counted() -> None:
    assert strip_invisible("党\u200b建\u202e") == ("党建", 2)


def test_folding_and_length() -> None:
    assert fold("６ 次＊") == "6次*"
    assert char_count("一 二\n三") == 3


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<script>alert(1)</script>短视频播放量86万次", "短视频播放量86万次"),
        ("<b>直播</b>42场", "直播42场"),
        ("**整理**档案3200卷", "整理档案3200卷"),
        ("# 数字化扫描9万页", "数字化扫描9万页"),
        ("[编研](x)专题4个", "编研专题4个"),
        ("组织主题党日*次", "组织主题党日*次"),
        ("拨付经费*万元，培训*人次", "拨付经费*万元，培训*人次"),
        ("合格率<5%的3家", "合格率<5%的3家"),
        ("印发《方案》1份", "印发《方案》1份"),
    ],
)
def test_markup_goes_and_words_stay(text: str, plain: str) -> None:
    assert without_markup(text) == plain


def test_punctuation_takes_the_width_of_its_neighbours() -> None:
    assert (
        full_punctuation("召开会议2次,研究事项(含党建)9项;占比1,234")
        == "召开会议2次，研究事项（含党建）9项；占比1,234"
    )
