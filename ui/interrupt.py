"""Ctrl-C: an orderly end, and a hard one soon after; a command that has results to write first asks for patience."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ui.console import say

INTERRUPTED = "zhibi：已中断，没有留下写了一半的文件"
_PATIENCE = (
    2.0  # seconds for an orderly end after Ctrl-C; a thread waiting for a model would hold it for minutes
)


def install() -> None:
    signal.signal(signal.SIGINT, _interrupted)


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    """Outputs are moved into place whole, so there is nothing to lose."""
    end_soon()
    raise KeyboardInterrupt


def end_soon(text: str = INTERRUPTED) -> None:
    """The process ends by itself, or is ended after a moment."""
    timer = threading.Timer(_PATIENCE, _end_now, [text])
    timer.daemon = True
    timer.start()


def _end_now(text: str) -> None:
    if text:
        say(text)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(130)


@contextmanager
def patient(told: str) -> Iterator[None]:
    """The first Ctrl-C says ``told`` and raises KeyboardInterrupt, with all the time it takes; the second ends at once."""

    def first(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, lambda _s, _f: _end_now(INTERRUPTED))
        say(told)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
