"""Tasks for the tests of spreading: in a module that imports next to nothing, since each child imports it."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def fragile(folder: str, number: int) -> int:
    """Item 3 kills its process each time, item 5 the first time."""
    mark = Path(folder) / str(number)
    if number == 3 or (number == 5 and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def process(_common: str, _number: int) -> int:
    return os.getpid()


def setting(name: str, _number: int) -> str:
    return os.environ.get(name, "")


def lost(number: int) -> int:
    return -number
