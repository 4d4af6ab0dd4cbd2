"""Switching rules off with a reason, and findings already known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.checks.baseline import make_baseline, new_findings, read_baseline, write_baseline
from assistant.checks.suppress import read_suppressions, suppress, suppressions_for
from assistant.errors import InputError
from assistant.finding import Finding

A = Finding("wording/canonical.sense3", "error", "甲", 2, 0, 3, "收获感")
B = Finding("format/space", "warning", "乙", 3, 4, 5, " ")


def off(tmp_path: Path, text: str):
    path = tmp_path / "zhibi-check.toml"
    path.write_text(text, "utf-8")
    return read_suppressions(path)


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        ('rule = "wording/canonical"', [B]),
        ('rule = "wording/canonical.sense3"', [B]),
        ('rule = "wording/canonical.other"', [A, B]),
        ('rule = "format/*"', [A]),
        ('rule = "wording/canonical"\nquote = "收获"', [B]),
        ('rule = "wording/canonical"\nquote = "满意"', [A, B]),
        ('rule = "format/space"\nfiles = ["*.docx"]', [A, B]),
        ('rule = "format/space"\nfiles = "稿*"', [A]),
    ],
)
def test_what_an_entry_covers(tmp_path: Path, entry: str, kept: list[Finding]):
    entries = off(tmp_path, f'[[off]]\nreason = "本局惯用"\n{entry}\n')
    stay, gone = suppress([A, B], entries, "稿子.txt")
    assert list(stay) == kept
    assert all(reason == "本局惯用" for _, reason in gone) and len(gone) == 2 - len(kept)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[[off]]\nrule = "a/b"\n', 1, "理由"),
        ('[[off]]\nrule = "a/b"\nreason = "x"\n\n[[off]]\nreason = "x"\n', 5, "rule"),
        ('[[off]]\nrule = "a/b"\nreason = "x"\nline = 3\n', 1, "line"),
        ('[[off]]\nrule = 3\nreason = "x"\n', 1, "文字"),
        ('off = ["a/b"]\n', None, "[[off]]"),
        ("[of]\n", 1, "of"),
        ("[[off]\n", 1, "TOML"),
    ],
)
def test_a_wrong_entry_is_an_error_with_its_line(tmp_path: Path, text: str, line: int | None, words: str):
    with pytest.raises(InputError) as caught:
        off(tmp_path, text)
    assert words in caught.value.message and caught.value.line == line


def test_the_sidecar_and_the_nearest_project_file_count(tmp_path: Path):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    draft = folder / "稿.txt"
    (folder / "稿.txt.zhibi.toml").write_text('[[off]]\nrule = "x/1"\nreason = "甲"\n', "utf-8")
    (tmp_path / "a" / "zhibi-check.toml").write_text('[[off]]\nrule = "x/2"\nreason = "乙"\n', "utf-8")
    (tmp_path / "zhibi-check.toml").write_text('[[off]]\nrule = "x/3"\nreason = "丙"\n', "utf-8")
    assert [o.rule for o in suppressions_for(draft)] == ["x/1", "x/2"]


def test_a_baseline_outlives_moved_lines_but_not_a_second_fault(tmp_path: Path):
    path = tmp_path / "baseline.json"
    write_baseline(path, make_baseline({"稿.txt": [A, B]}))
    baseline = read_baseline(path)
    moved = Finding(A.rule, A.severity, A.message, 9, 5, 8, A.quote)
    assert new_findings([moved, B], "稿.txt", baseline) == ()
    assert new_findings([moved, A, B], "稿.txt", baseline) == (A,)
    assert new_findings([A], "别的.txt", baseline) == (A,)
    assert [p.name for p in tmp_path.iterdir()] == ["baseline.json"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 9, "files": {}}', '{"version": 1, "files": {"a": {"b": "c"}}}']
)
def test_a_damaged_baseline_is_an_error(tmp_path: Path, text: str):
    path = tmp_path / "baseline.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError):
        read_baseline(path)


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_file_or_one_error(tmp_path_factory, data: bytes):
    path = tmp_path_factory.mktemp("off") / "x"
    path.write_bytes(data)
    for read in (read_suppressions, read_baseline):
        try:
            read(path)
        except InputError as exc:
            assert exc.message
