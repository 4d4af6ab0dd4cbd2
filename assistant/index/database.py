"""The SQLite file of the store: its tables, how it is opened, and its errors in Chinese."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import KnowledgeError

_BUSY_MS = 30_000
_WAL_ATTEMPTS = 100
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, lane TEXT NOT NULL,
    meta TEXT NOT NULL, blocks BLOB NOT NULL, cutting TEXT NOT NULL, similar_to TEXT NOT NULL,
    added TEXT NOT NULL, generation INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS documents_path ON documents (path);
CREATE INDEX IF NOT EXISTS documents_generation ON documents (generation);
CREATE TABLE IF NOT EXISTS passages (
    n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, document TEXT NOT NULL, headings TEXT NOT NULL,
    part TEXT NOT NULL, themes TEXT NOT NULL, clause TEXT NOT NULL, text TEXT NOT NULL, masked TEXT NOT NULL,
    entities TEXT NOT NULL, prints BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS passages_document ON passages (document);
CREATE INDEX IF NOT EXISTS passages_id ON passages (id);
CREATE TABLE IF NOT EXISTS sketches (hash INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (hash, document))
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sketches_document ON sketches (document);
CREATE TABLE IF NOT EXISTS removed (document TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;
"""


def connect(path: Path) -> sqlite3.Connection:
    with explained(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise KnowledgeError(f"资料库文件夹不能使用：{exc.strerror or exc}", path=path) from None
        db = sqlite3.connect(path, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        _use_wal(db)
        for pragma in (f"busy_timeout = {_BUSY_MS}", "synchronous = FULL", "cache_size = -32000"):
            db.execute(f"PRAGMA {pragma}")
        return db


def _use_wal(db: sqlite3.Connection) -> None:
    """Switching to WAL does not honour the busy timeout: two processes that create the file at once take turns."""
    for attempt in range(_WAL_ATTEMPTS):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as exc:
            if "locked" not in str(exc) or attempt == _WAL_ATTEMPTS - 1:
                raise
            time.sleep(0.05)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's own errors in one Chinese sentence."""
    try:
        yield
    except sqlite3.OperationalError as exc:
        if "locked" in str(exc):
            raise KnowledgeError("资料库正被另一个程序写入，请稍后再试", path=path) from None
        raise KnowledgeError(
            f"资料库打不开或写不进去（{exc}），请检查文件夹权限和磁盘空间", path=path
        ) from None
    except sqlite3.DatabaseError as exc:
        raise KnowledgeError(
            f"资料库文件已损坏（{exc}），请用 zhibi knowledge import 恢复备份，或删去此文件后重新运行 zhibi knowledge add",
            path=path,
        ) from None
