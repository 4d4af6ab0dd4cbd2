"""Folders of files checked over processes: the same findings in the same order as one after the other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.batch.spreads import over_files
from assistant.checking import Plain, check_files
from assistant.errors import InputError
from ui.cli import run

TEXT = "一、工作情况\n增强群众的收获感、幸福感，抓好落实{n}次。\n"


def files(folder: Path, count: int) -> list[Path]:
    """Texts with a fault each, and one that cannot be read."""
    folder.mkdir()
    for n in range(count):
        (folder / f"{n:03d}.md").write_text(TEXT.format(n=n), "utf-8")
    (folder / "001.docx").write_bytes(b"not a document")
    return sorted(folder.iterdir())


def test_processes_find_what_one_after_the_other_finds(tmp_path: Path) -> None:
    paths = files(tmp_path / "in", 9)
    expected = check_files(paths, Plain())
    seen: list[int] = []
    found = check_files(
        paths,
        Plain(),
        progress=lambda what, done, total: seen.append(done),
        over=over_files("local", None, 2, 2),
    )
    assert found.checked == expected.checked and len(found.checked) == 9
    assert [str(e) for e in found.failed] == [str(e) for e in expected.failed] and len(found.failed) == 1
    assert seen == list(range(1, 11)) and any(c.findings for c in found.checked)


def test_a_folder_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files(tmp_path / "in", 3)
    assert run(["check", str(tmp_path / "in"), "--format", "json", "--jobs", "2"]) == 2
    printed = capsys.readouterr()
    assert [Path(f["path"]).name for f in json.loads(printed.out)["files"]] == ["000.md", "001.md", "002.md"]
    assert "001.docx" in printed.err


def test_engines_are_named_right() -> None:
    with pytest.raises(InputError, match="local 或 dask"):
        over_files("ray", None, 2, 2)
    with pytest.raises(InputError, match="--address"):
        over_files("local", "tcp://127.0.0.1:1", 2, 2)
