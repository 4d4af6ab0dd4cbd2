"""Compiled copies of the data files: the same values as the sources, never fewer, and never in the way."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from assistant import compiled as kept
from assistant.catalogue import load as catalogue_load
from assistant.catalogue import load_catalogue
from assistant.checks import registry
from assistant.checks.scan import Scanner
from assistant.compiled import compiled, worked_out
from assistant.errors import KnowledgeError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "zhibi"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "data.txt"
    path.write_text("一", encoding="utf-8")
    return path


def counted(path: Path) -> tuple[Callable[[], str], list[str]]:
    """A reader of the file and what it has read so far."""
    read: list[str] = []

    def reader() -> str:
        read.append(path.read_text(encoding="utf-8"))
        return read[-1]

    return reader, read


def test_a_source_is_read_once_until_it_changes(cache: Path, source: Path) -> None:
    reader, read = counted(source)
    assert compiled("x", [source], reader) == compiled("x", [source], reader) == "一"
    assert read == ["一"]
    before = source.stat()
    source.write_text("二", encoding="utf-8")
    os.utime(source, ns=(before.st_atime_ns, before.st_mtime_ns))  # same size, same time: the content decides
    assert compiled("x", [source], reader) == "二"


@pytest.mark.parametrize("damage", [b"", b"x" * 40, b"x" * 4000])
def test_a_damaged_copy_is_rebuilt(cache: Path, source: Path, damage: bytes) -> None:
    reader, read = counted(source)
    compiled("x", [source], reader)
    (copy,) = cache.iterdir()
    copy.write_bytes(damage)
    assert compiled("x", [source], reader) == "一"
    copy.write_bytes(copy.read_bytes()[:-1])
    assert compiled("x", [source], reader) == "一"
    assert len(read) == 3
    assert compiled("x", [source], reader) == "一"
    assert len(read) == 3, "and kept again"


def test_a_copy_others_could_have_written_is_not_opened(cache: Path, source: Path) -> None:
    reader, read = counted(source)
    compiled("x", [source], reader)
    (copy,) = cache.iterdir()
    copy.chmod(0o666)
    compiled("x", [source], reader)
    cache.chmod(0o777)
    compiled("x", [source], reader)
    assert len(read) == 3
    assert cache.stat().st_mode & 0o022, "a folder open to others is left alone"


def test_no_place_for_copies_is_no_error(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    reader, read = counted(source)
    assert compiled("x", [source], reader) == compiled("x", [source], reader) == "一"
    assert len(read) == 2


def test_what_cannot_be_pickled_is_not_kept(cache: Path, source: Path) -> None:
    assert compiled("x", [source], lambda: lambda: 1)() == 1
    assert list(cache.iterdir()) == []


def test_an_error_is_raised_every_time_and_nothing_kept(cache: Path, source: Path) -> None:
    def broken() -> str:
        raise KnowledgeError("写错了", path=source, line=3)

    for _ in range(2):
        with pytest.raises(KnowledgeError, match="写错了"):
            compiled("x", [source], broken)
    with pytest.raises(FileNotFoundError):
        compiled("x", [source.with_name("none")], lambda: source.with_name("none").read_text())
    assert list(cache.iterdir()) == []


def test_a_copy_of_other_code_is_not_used(cache: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, read = counted(source)
    compiled("x", [source], reader)
    monkeypatch.setattr(kept, "__version__", "other")
    compiled("x", [source], reader)
    assert len(read) == 2


def test_what_is_worked_out_is_kept_for_the_very_same_values(cache: Path) -> None:
    worked: list[str] = []

    def work(values: Sequence[str]) -> int:
        worked.extend(values)
        return len(values)

    assert worked_out("y", ["一", "二"], work) == worked_out("y", ["一", "二"], work) == 2
    assert worked == ["一", "二"]
    assert worked_out("y", ["一", "三"], work) == 2
    assert worked == ["一", "二", "一", "三"], "other values of the same number"
    assert worked_out("y", ["一"], work) == 1
    (cache / next(p.name for p in cache.iterdir())).write_bytes(b"")
    assert worked_out("y", ["一", "三"], work) == 2


def test_a_scanner_is_the_same_from_a_copy(cache: Path) -> None:
    rules, catalogue = registry.load_rules(), load_catalogue()
    afresh, copied = (Scanner(rules.patterns(catalogue)) for _ in range(2))
    assert [p.name.split("-")[0] for p in cache.iterdir() if p.name.startswith("needs")] == ["needs"]
    assert afresh._index == copied._index
    assert len(copied._index.needs) == len(copied.patterns)


def test_rules_and_catalogue_are_the_same_from_a_copy(cache: Path) -> None:
    def afresh() -> tuple[object, ...]:
        registry._load.cache_clear()
        catalogue_load._load.cache_clear()
        rules = registry.load_rules()
        return rules.rules, rules.digest, load_catalogue()

    read, copied = afresh(), afresh()
    assert sorted(p.name.split("-")[0] for p in cache.iterdir()) == ["catalogue", "rules"]
    assert read == copied


def test_a_rule_added_and_spoilt_in_the_users_folder_counts_at_once(cache: Path, tmp_path: Path) -> None:
    own = tmp_path / "own" / "knowledge" / "rules" / "own.yaml"
    own.parent.mkdir(parents=True)
    shipped = len(registry.load_rules(tmp_path / "own"))
    rule = (
        "rules:\n- id: wording/own\n  kind: existence\n  severity: info\n  message: “{quote}”请改\n"
        "  why: {authority: 本单位, level: 惯例}\n  match: [{literal: 某某}]\n  bad: [某某]\n  good: [甲乙]\n"
    )
    own.write_text(rule, encoding="utf-8")
    assert len(registry.load_rules(tmp_path / "own")) == shipped + 1
    own.write_text(rule + "  severty: info\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="severty") as error:
        registry.load_rules(tmp_path / "own")
    assert error.value.line == 10
