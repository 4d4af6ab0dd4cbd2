"""Starts npm's @copilotkit/aimock, an OpenAI-compatible server that this project did not write, on a free port."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VERSION = "1.43.0"
FIXTURES = Path(__file__).parent / "aimock_fixtures"


@contextmanager
def aimock(root: Path) -> Iterator[str]:
    """The base URL; skips with the reason where node or build/aimock is absent (installed by the Makefile, never here)."""
    command = root / "build" / "aimock" / "node_modules" / ".bin" / "llmock"
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not command.exists():
        pytest.skip(f"@copilotkit/aimock@{VERSION} is not installed in build/aimock")
    arguments = [str(command), "-p", "0", "-f", str(FIXTURES), "--strict", "--log-level", "info"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield f"{_address(process)}/v1"
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if found := re.search(r"listening on (http://127\.0\.0\.1:\d+)", line):
            return found[1]
    raise AssertionError(f"aimock did not start: {said}")
