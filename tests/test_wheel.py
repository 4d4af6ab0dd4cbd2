"""The wheel holds the data it needs, installs into a fresh environment and drafts from there."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(__file__).resolve().parent.parent
    target = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return next(target.glob("*.whl"))


def test_data_is_packed_and_tests_are_not(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "assistant/_data/knowledge/lexicon.yaml" in names
    assert "assistant/_data/prompts/draft_section.md" in names
    assert not [n for n in names if n.startswith(("tests/", "benchmarks/", "docs/"))]


def test_installs_fresh_and_drafts(wheel: Path, root: Path, tmp_path: Path) -> None:
    """Dependencies are lent from this environment by a path file; the package itself is the wheel's."""
    place = tmp_path / "新 环境"
    venv.create(place, with_pip=False)
    site = next((place / "lib").glob("python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    own = next(p for p in map(Path, sys.path) if p.name == "site-packages")
    (site / "lent.pth").write_text(str(own) + "\n", "utf-8")
    code = f"import sys; sys.path[:] = [p for p in sys.path if p != {str(root)!r}]; import assistant, ui.cli; assert 'site-packages' in assistant.__file__, assistant.__file__; sys.exit(ui.cli.run(sys.argv[1:]))"
    command = [
        str(place / "bin" / "python"),
        "-c",
        code,
        "draft",
        str(root / "examples" / "bullets.txt"),
        "-o",
        str(tmp_path / "x.docx"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert (tmp_path / "x.docx").is_file()
