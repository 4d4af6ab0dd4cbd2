"""Reading and checking data files: overlays, and problems with their place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.catalogue import KnowledgeProblem, load_catalogue, validate
from assistant.catalogue.nodes import Fields, read_nodes
from assistant.catalogue.schema import KINDS
from assistant.errors import KnowledgeError

ENTRY = """formulations:
  - id: {id}
    text: 云州先锋
    category: 地方品牌与平台
    themes: [{theme}]
    introduced: {introduced}
"""


KEYS = ["formulations", "id", "text", "variants", "sources", "regex", "introduced", "bad"]


def put(overlay: Path, name: str, text: str) -> Path:
    path = overlay / "knowledge" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_shipped_files_have_no_problem() -> None:
    """Every example fires or keeps still as it should, every id points somewhere."""
    assert [str(p) for p in validate()] == []


def test_overlay_adds_replaces_and_takes_out(tmp_path: Path) -> None:
    put(
        tmp_path,
        "formulations/ours.yaml",
        ENTRY.format(id="yunzhou", theme="organization", introduced="2020-05-01"),
    )
    put(tmp_path, "formulations.yaml", ENTRY.format(id="two_skins", theme="team", introduced="2020-05-01"))
    put(tmp_path, "orders.yaml", "orders:\n  - {id: ord_rv, off: true}\n")
    put(tmp_path, "genres/briefing.yaml", GENRE)
    ours, shipped = load_catalogue(tmp_path), load_catalogue()
    assert ours.formulation("yunzhou").text == "云州先锋"
    assert ours.formulation("two_skins").themes == ("team",)
    assert len(ours.formulations) == len(shipped.formulations) + 1
    assert "ord_rv" not in {o.id for o in ours.orders}
    assert ours.genre("briefing").name == "情况报告"
    assert ours.digest != shipped.digest
    assert validate(tmp_path) == []


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    put(tmp_path, "formulations/a.yaml", ENTRY.format(id="one", theme="team", introduced="2020-05-01"))
    assert load_catalogue(tmp_path).formulation("one")
    put(tmp_path, "formulations/a.yaml", ENTRY.format(id="another", theme="team", introduced="2020-05-01"))
    assert load_catalogue(tmp_path).formulation("another")


GENRE = """name: 情况报告
titles: {span: '关于{period}工作情况的报告'}
length: [800, 2000]
parts:
  - {part: achievements, headings: [工作情况], share: [0.6, 0.9]}
"""


@pytest.mark.parametrize(
    ("name", "text", "line", "words"),
    [
        ("formulations.yaml", ENTRY.format(id="x", theme="nowhere", introduced="2020-05-01"), 5, "nowhere"),
        ("formulations.yaml", ENTRY.format(id="x", theme="team", introduced="2023-02-30"), 6, "2023-02-30"),
        ("formulations.yaml", ENTRY.format(id="x", theme="team", introduced="2023-06"), 6, "2023-06-30"),
        ("formulations.yaml", ENTRY.format(id="x", theme="team", introduced="2020-05-01\n    deprecated: 2019-01-01"), 6, "晚于"),
        ("formulations.yaml", ENTRY.format(id="x", theme="team", introduced="2020-05-01\n    memebrs: [a]"), 7, "是不是 members"),
        ("formulations.yaml", ENTRY.format(id="x", theme="team", introduced="2020-05-01\n    aliases: 一个"), 7, "应是列表"),
        ("formulations.yaml", "formulations:\n  - id: a\n    id: b\n", 3, "写了两次"),
        ("formulations.yaml", "formulations:\n  - {id: a, text: 一, category: 二}\n  - {id: a, text: 一, category: 二}\n", 3, "重复"),
        ("formulations.yaml", "formulations:\n  - text: 一\n    category: 二\n", 2, "缺少 id"),
        ("formulations.yaml", "formulations:\n  - 一句话\n", 2, "键: 值"),
        ("formulations.yaml", "formulas: []\n", 1, "是不是 formulations"),
        ("formulations.yaml", "formulations: [\n", 2, "不是有效的 YAML"),
        ("timeline.yaml", "milestones:\n  - {id: m, name: 名, earliest: 2023-01-01, regex: '(未闭合'}\n", 2, "正则写得不对"),
        ("timeline.yaml", "milestones:\n  - {id: m, name: 名, earliest: 2023-01-01, regex: '党*'}\n", 2, "空文字"),
        ("timeline.yaml", "milestones:\n  - {id: m, name: 名, earliest: 2023-01-01}\n", 2, "literal"),
        ("timeline.yaml", "windows:\n  - {id: w, name: 名, start: 2023-02-01, end: 2023-01-01}\n", 2, "晚于"),
        ("orders.yaml", "orders:\n  - {id: o, scope: 甲, sequence: [乙], rule: 丙, severity: error}\n", 2, "至少两项"),
        ("orders.yaml", "orders:\n  - {id: o, scope: 甲, sequence: [乙, 丁], rule: 丙, severity: fatal}\n", 2, "fatal"),
        ("documents.yaml", "documents:\n  - {id: d, title: 某条例, versions: [{date: 2023, event: 印发}]}\n", 2, "书名号"),
        ("documents.yaml", "documents:\n  - {id: d, title: 《某条例》, versions: [{date: 二〇二三, event: 印发}]}\n", 2, "二〇二三"),
        ("themes.yaml", "themes:\n  - {id: t, name: 名, lexicon: {词: 重}, headings: [一]}\n", 2, "权重"),
        ("genres/g.yaml", GENRE.replace("{period}", "{when}"), 1, "when"),
        ("genres/g.yaml", GENRE.replace("[0.6, 0.9]", "[0.9, 0.6]"), 5, "由小到大"),
        ("genres/g.yaml", GENRE.replace("achievements", "middle"), 5, "middle"),
    ],
)  # fmt: skip
def test_problems_have_their_place(tmp_path: Path, name: str, text: str, line: int, words: str) -> None:
    path = put(tmp_path, name, text)
    with pytest.raises(KnowledgeError) as caught:
        load_catalogue(tmp_path)
    found = validate(tmp_path)
    assert [(p.path, p.line) for p in found if words in p.message][:1] == [(str(path), line)], found
    assert caught.value.path == str(path)


def test_strict_severity_needs_a_checked_and_sourced_entry(tmp_path: Path) -> None:
    text = ENTRY.format(id="x", theme="team", introduced="2020-05-01")
    put(
        tmp_path,
        "formulations.yaml",
        text + "    variants:\n      - {literal: 云洲先锋, fix: 云州先锋, severity: error}\n",
    )
    messages = "\n".join(p.message for p in validate(tmp_path))
    assert "verified: true" in messages
    assert "sources" in messages
    assert "没有 bad 例句能触发" in messages


def test_examples_that_do_not_behave(tmp_path: Path) -> None:
    text = ENTRY.format(id="x", theme="team", introduced="2020-05-01")
    text += "    variants:\n      - {literal: 云洲先锋, fix: 云州先锋, severity: warning}\n"
    put(tmp_path, "formulations.yaml", text + "    good: [用好云洲先锋。]\n    bad: [用好云州先锋。]\n")
    found = [(p.line, p.message) for p in validate(tmp_path)]
    assert [line for line, _ in found] == [9, 10, 10]
    assert load_catalogue(tmp_path).formulation("x").bad == ("用好云州先锋。",)


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    path = put(tmp_path, "orders.yaml", "")
    path.write_bytes("orders: []  # 次序".encode("gb18030"))
    with pytest.raises(KnowledgeError, match="UTF-8"):
        load_catalogue(tmp_path)


@given(
    st.recursive(
        st.text(max_size=6) | st.integers() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
        max_leaves=12,
    )
)
def test_any_yaml_gives_problems_and_no_traceback(body: object) -> None:
    problems: list[KnowledgeProblem] = []
    path = Path("any.yaml")
    node = read_nodes(path, yaml.safe_dump(body, allow_unicode=True).encode(), problems)
    assert node is not None
    for kind in KINDS.values():
        kind.build(Fields(path, node, kind.keys, problems))
    assert problems
    assert all(p.message and p.line > 0 for p in problems)
