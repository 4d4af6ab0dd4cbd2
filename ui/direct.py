"""The command line of ``zhibi check`` as it is mostly typed, read without typer, which takes longer to load than a check.

In: the words after ``check``. Out: what ``ui.checking.check`` takes; None for anything that wants explaining (--help, a
slip, a way of writing options not read here): typer reads those and has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

PATHS = {
    "--brief": "brief",
    "--output": "output",
    "-o": "output",
    "--baseline": "baseline",
    "--save-baseline": "save_baseline",
    "--workspace": "workspace",
}
TEXTS = {
    "--as-of": "as_of",
    "--format": "format",
    "--fail-on": "fail_on",
    "--engine": "engine",
    "--address": "address",
}
FLAGS = {"--fix": "fix"}


def options(words: Sequence[str]) -> dict[str, Any] | None:
    """Keyword arguments for the check; ``--name value`` and ``--name=value`` are read, files stand anywhere."""
    given: dict[str, Any] = {}
    files: list[Path] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if not word.startswith("-"):
            files.append(Path(word))
        elif name in FLAGS and not equals:
            given[FLAGS[name]] = True
        elif name in PATHS or name in TEXTS:  # --jobs has bounds, which typer knows
            value = value if equals else next(rest, "")
            if not value or value.startswith("-"):
                return None
            given.update({PATHS[name]: Path(value)} if name in PATHS else {TEXTS[name]: value})
        else:
            return None
    return {"files": files, **given} if files else None
