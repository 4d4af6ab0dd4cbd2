"""A thread-safe sum of what calls used."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from assistant.models.tokens import Usage


class Meter:
    """``total`` is the usage of all requests so far, replies from the journal counted as ``replayed`` and as no tokens."""

    def __init__(self, start: Usage | None = None) -> None:
        self._lock = threading.Lock()
        self._total = start or Usage()

    @classmethod
    def joined(cls, meters: Iterable[Meter]) -> Meter:
        total = Usage()
        for meter in {id(m): m for m in meters}.values():
            total += meter.total
        return cls(total)

    def add(self, usage: Usage) -> None:
        with self._lock:
            self._total += usage

    @property
    def total(self) -> Usage:
        with self._lock:
            return self._total
