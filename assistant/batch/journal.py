"""The journal of a batch: which unit is done, from what, with what result. SQLite, hidden in the output folder.

A unit's row is committed after its files stand under their own names, so a row means files; a kill -9 between the two
costs one unit drafted again. One run at a time: a second one is told so (the lock goes with the process, however it ends).
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType

from assistant.batch.types import UnitResult
from assistant.errors import InputError

FILE_NAME = ".zhibi-batch.sqlite3"
_LOCK_NAME = ".zhibi-batch.lock"
_LEFTOVER = re.compile(r"\.[0-9a-f]{16}\.tmp")
_ALL = "SELECT result FROM units ORDER BY key"
_UNITS = """CREATE TABLE IF NOT EXISTS units (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, status TEXT NOT NULL, updated REAL NOT NULL, result TEXT NOT NULL
) WITHOUT ROWID"""
_VARIANTS = (
    "CREATE TABLE IF NOT EXISTS variants (key TEXT PRIMARY KEY, number INTEGER NOT NULL UNIQUE) WITHOUT ROWID"
)
_NEXT = "INSERT OR IGNORE INTO variants SELECT ?, coalesce(max(number) + 1, 0) FROM variants"


class BatchJournal:
    """Used by one process and one thread: the one that writes the files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self._lock = sqlite3.connect(folder / _LOCK_NAME, timeout=0.2, isolation_level=None)
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            raise InputError(
                "另一个批量任务正在写这个文件夹，请等它结束，或换一个文件夹", path=folder
            ) from None
        self._db = sqlite3.connect(folder / FILE_NAME, timeout=30, isolation_level=None)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(_UNITS)
            self._db.execute(_VARIANTS)
        except sqlite3.DatabaseError:
            self.close()
            raise InputError(f"进度记录坏了，请删去 {FILE_NAME} 后重跑（成稿会重写）", path=folder) from None
        self._sweep()

    def __enter__(self) -> BatchJournal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        with suppress(AttributeError, sqlite3.Error):
            self._db.close()
        self._lock.close()

    def _sweep(self) -> None:
        """Temporary files of a run that was killed; nobody else writes here while the lock is held."""
        for path in self.folder.iterdir():
            if _LEFTOVER.fullmatch(path.name):
                path.unlink(missing_ok=True)

    def variants(self, keys: Iterable[str]) -> dict[str, int]:
        """Key -> number, one of its own for each unit of this folder: kept for good, the next free one for a new unit."""
        self._db.execute("BEGIN")
        self._db.executemany(_NEXT, ((key,) for key in keys))
        self._db.execute("COMMIT")
        return dict(self._db.execute("SELECT key, number FROM variants"))

    def digests(self) -> dict[str, str]:
        """Key -> digest of the units done; failed ones are to be tried again."""
        return dict(self._db.execute("SELECT key, digest FROM units WHERE status = 'done'"))

    def record(self, digest: str, result: UnitResult) -> None:
        """On disk when this returns."""
        row = (result.key, digest, result.status, time.time(), result.to_json())
        self._db.execute("INSERT OR REPLACE INTO units VALUES (?, ?, ?, ?, ?)", row)

    def get(self, key: str) -> UnitResult | None:
        row = self._db.execute("SELECT result FROM units WHERE key = ?", (key,)).fetchone()
        return UnitResult.from_json(row[0]) if row else None

    def results(self) -> Iterator[UnitResult]:
        """All, by key, one at a time."""
        for (text,) in self._db.execute(_ALL):
            yield UnitResult.from_json(text)


def standing(folder: Path) -> list[UnitResult]:
    """What is recorded so far, for one who only looks: no lock is taken, nothing is made."""
    path = folder / FILE_NAME
    if not path.exists():
        return []
    with closing(sqlite3.connect(path, timeout=5)) as db:
        try:
            return [UnitResult.from_json(text) for (text,) in db.execute(_ALL)]
        except sqlite3.OperationalError:  # the file is there, its table is not yet
            return []
