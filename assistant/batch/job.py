"""What is asked of a worker: a task over many items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

C = TypeVar("C")
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Job(Generic[C, T, R]):
    """``lost`` makes the result of an item whose worker died each time; ``preload`` is a module whose import loads what
    the task needs."""

    task: Callable[[C, T], R]
    common: C
    lost: Callable[[T], R]
    preload: str = ""
