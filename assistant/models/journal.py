"""The journal of replies: what a service answered is kept, so that a killed run resumes and nothing is paid for twice.

SQLite in WAL mode in the workspace, one row a reply, keyed by the hash of all that determines it. A reply is stored
before it is used; a row is whole or not there, also after kill -9. Threads asking the same thing at once wait for one.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assistant.errors import ServiceError

FILE_NAME = "replies.sqlite3"
_SCHEMA = """CREATE TABLE IF NOT EXISTS replies (
    key TEXT PRIMARY KEY, model TEXT NOT NULL, created REAL NOT NULL, reply TEXT NOT NULL
) WITHOUT ROWID"""


def reply_key(**determinants: Any) -> str:
    """The hash of all that determines a reply: model, base_url, messages, temperature, max_tokens, options, salt."""
    canonical = json.dumps(determinants, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


class Journal:
    """Safe with several threads (one connection behind a lock) and processes (SQLite's own locks)."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._opening = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._pid = 0
        self._using = threading.Lock()
        self._flights: dict[str, tuple[threading.Lock, int]] = {}

    def get(self, key: str) -> dict[str, Any] | None:
        """The stored reply, or None; a row that cannot be read counts as none."""
        row = self._execute("SELECT reply FROM replies WHERE key = ?", key)
        try:
            stored = json.loads(row[0]) if row else None
        except ValueError:
            return None
        return stored if isinstance(stored, dict) else None

    def put(self, key: str, model: str, reply: dict[str, Any]) -> None:
        """On disk when this returns."""
        text = json.dumps(reply, ensure_ascii=False)
        self._execute("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?)", key, model, self._clock(), text)

    def forget(self, before: float | None = None) -> int:
        """Delete the replies stored before a time (all, if None); how many went."""
        count = self._execute("SELECT COUNT(*) FROM replies WHERE created < ?", self._limit(before))
        self._execute("DELETE FROM replies WHERE created < ?", self._limit(before))
        return int(count[0]) if count else 0

    @contextmanager
    def flight(self, key: str) -> Iterator[None]:
        """One caller per key at a time within this process; the next finds the reply stored."""
        with self._using:
            lock, users = self._flights.get(key, (threading.Lock(), 0))
            self._flights[key] = (lock, users + 1)
        try:
            with lock:
                yield
        finally:
            with self._using:
                lock, users = self._flights[key]
                if users == 1:
                    del self._flights[key]
                else:
                    self._flights[key] = (lock, users - 1)

    def close(self) -> None:
        with self._opening:
            if self._db is not None:
                self._db.close()
                self._db = None

    def __del__(self) -> None:
        self.close()

    @staticmethod
    def _limit(before: float | None) -> float:
        return float("inf") if before is None else before

    def _execute(self, sql: str, *values: Any) -> Any:
        try:
            with self._opening:
                if self._db is None or self._pid != os.getpid():  # a connection must not cross a fork
                    self._db, self._pid = _open(self.path), os.getpid()
                return self._db.execute(sql, values).fetchone()
        except (sqlite3.Error, OSError) as exc:
            raise ServiceError(
                f"回复日志用不了（{exc}），请检查工作文件夹能否写入、磁盘是否已满", path=self.path
            ) from None


def _open(path: Path) -> sqlite3.Connection:
    """Autocommit, WAL, synced at each commit: a reply costs more than a sync. The file is for its owner's eyes only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        _write_ahead(db)
        db.execute("PRAGMA synchronous=FULL")
        db.execute(_SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _write_ahead(db: sqlite3.Connection, tries: int = 50) -> None:
    """The switch to WAL does not wait for a process that is switching at this moment, so it is tried again."""
    for left in reversed(range(tries)):
        try:
            db.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            if left == 0:
                raise
            time.sleep(0.02)
