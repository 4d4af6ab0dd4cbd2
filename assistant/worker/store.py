"""The journal of drafts in progress: one SQLite file in the workspace, read and written by the page and by writers.

Every row has an owner, and every call names one: a draft of one person is not there for another. A writer holds its
work by a ``run`` number; what a writer that has been replaced still says is not recorded.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from assistant.errors import InputError
from assistant.worker.rows import (
    COLUMNS,
    KEPT_VERSIONS,
    SCHEMA,
    STALE,
    STORE_FILE,
    Reply,
    Status,
    Task,
    Version,
    Work,
    stored,
    work_of,
)

SAVED = {"title", "form", "source_name", "source", "sections", "headings", "locked"}


def _grown(db: sqlite3.Connection) -> None:
    """A journal of an earlier version gets the columns it lacks."""
    if "headings" not in {row[1] for row in db.execute("PRAGMA table_info(works)")}:
        db.execute("ALTER TABLE works ADD COLUMN headings TEXT NOT NULL DEFAULT '{}'")


class Store:
    """Safe for several processes and threads: each call is a transaction of its own."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace / STORE_FILE
        try:
            workspace.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._open() as db:
                db.execute("PRAGMA journal_mode=WAL")
                db.executescript(SCHEMA)
                _grown(db)
            self.path.chmod(0o600)
        except (OSError, sqlite3.Error) as error:
            raise InputError("工作文件夹不能写入，请用 --workspace 换一处", path=workspace) from error

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=20)) as db, db:
            db.execute("PRAGMA busy_timeout=20000")
            yield db

    # -- works

    def create(self, owner: str, kind: str = "draft") -> str:
        id, now = secrets.token_urlsafe(9), time.time()
        with self._open() as db:
            db.execute(
                "INSERT INTO works (id, owner, kind, created, updated) VALUES (?, ?, ?, ?, ?)",
                (id, owner, kind, now, now),
            )
        return id

    def get(self, owner: str, id: str) -> Work | None:
        """The owner's work of this id; None for a stranger's, just as for one that is not there."""
        with self._open() as db:
            row = db.execute(
                f"SELECT {COLUMNS} FROM works WHERE id = ? AND owner = ?",  # noqa: S608
                (id, owner),
            ).fetchone()
        return work_of(row) if row else None

    def mine(self, owner: str, kind: str = "draft") -> list[Work]:
        """Newest first, without the source's bytes."""
        columns = COLUMNS.replace("source,", "x'' AS source,")
        with self._open() as db:
            rows = db.execute(
                f"SELECT {columns} FROM works WHERE owner = ? AND kind = ? ORDER BY updated DESC",  # noqa: S608
                (owner, kind),
            ).fetchall()
        return [work_of(r) for r in rows]

    def delete(self, owner: str, id: str) -> None:
        with self._open() as db:
            if db.execute("DELETE FROM works WHERE id = ? AND owner = ?", (id, owner)).rowcount:
                for table in ("replies", "versions", "verdicts", "files"):
                    db.execute(f"DELETE FROM {table} WHERE work = ?", (id,))  # noqa: S608

    def save(self, owner: str, id: str, **changes: Any) -> None:
        """Any of ``SAVED``: what the person decides, not the writer."""
        if wrong := changes.keys() - SAVED:
            raise ValueError(f"not a person's to decide: {wrong}")
        values = {k: stored(k, v) for k, v in changes.items()} | {"updated": time.time()}
        names = ", ".join(f"{k} = ?" for k in values)
        with self._open() as db:
            db.execute(f"UPDATE works SET {names} WHERE id = ? AND owner = ?", (*values.values(), id, owner))  # noqa: S608

    # -- the writer

    def claim(self, owner: str, id: str, task: Task, *, resume: bool) -> str | None:
        """A new run for this work, or None where a living writer has it. Without ``resume`` replies start anew."""
        run, now = secrets.token_hex(8), time.time()
        asked = json.dumps(
            {"section": task.section, "instruction": task.instruction, "settings": dict(task.settings)}
        )
        with self._open() as db:
            taken = db.execute(
                "UPDATE works SET status = 'queued', run = ?, stop = 0, error = '', what = '', done = 0, total = 0, beat = ?, "
                "task = ?, updated = ? WHERE id = ? AND owner = ? AND NOT (status IN ('queued', 'running') AND beat > ?)",
                (run, now, asked, now, id, owner, now - STALE),
            ).rowcount
            if taken and not resume:
                db.execute("DELETE FROM replies WHERE work = ?", (id,))
        return run if taken else None

    def held(self, id: str, run: str) -> Work | None:
        """The work for its writer; None where another writer has taken over."""
        with self._open() as db:
            row = db.execute(f"SELECT {COLUMNS} FROM works WHERE id = ? AND run = ?", (id, run)).fetchone()  # noqa: S608
        return work_of(row) if row else None

    def beat(self, id: str, run: str) -> bool:
        """A sign of life; False where the writer is to stop, or is no longer wanted."""
        with self._open() as db:
            db.execute("UPDATE works SET beat = ? WHERE id = ? AND run = ?", (time.time(), id, run))
            row = db.execute("SELECT stop FROM works WHERE id = ? AND run = ?", (id, run)).fetchone()
        return row is not None and not row[0]

    def tell(self, id: str, run: str, status: Status, what: str = "", done: int = 0, total: int = 0) -> None:
        with self._open() as db:
            db.execute(
                "UPDATE works SET status = ?, what = ?, done = ?, total = ?, beat = ?, updated = ? WHERE id = ? AND run = ?",
                (status, what, done, total, time.time(), time.time(), id, run),
            )

    def fail(self, id: str, run: str, error: str) -> None:
        with self._open() as db:
            db.execute(
                "UPDATE works SET status = 'failed', error = ? WHERE id = ? AND run = ?", (error, id, run)
            )

    def stop(self, owner: str, id: str) -> None:
        with self._open() as db:
            db.execute("UPDATE works SET stop = 1 WHERE id = ? AND owner = ?", (id, owner))

    # -- replies

    def keep_reply(self, work: str, run: str, key: str, reply: Reply, *, repair: bool) -> None:
        """What has come of a reply so far; not recorded where another run has taken over."""
        values = (work, key, reply.section, repair, reply.position, reply.text, reply.finish)
        with self._open() as db:
            db.execute(
                "INSERT OR REPLACE INTO replies SELECT ?, ?, ?, ?, ?, ?, ? WHERE EXISTS "
                "(SELECT 1 FROM works WHERE id = ? AND run = ?)",
                (*values, work, run),
            )

    def reply(self, id: str, key: str) -> Reply | None:
        """A whole reply given before; what was cut off does not count."""
        with self._open() as db:
            row = db.execute(
                "SELECT section, text, finish, position FROM replies WHERE work = ? AND key = ? AND finish != ''",
                (id, key),
            ).fetchone()
        return Reply(*row) if row else None

    def replies(self, owner: str, id: str) -> list[Reply]:
        """First replies (not repairs) in the order of the sections."""
        with self._open() as db:
            rows = db.execute(
                "SELECT r.section, r.text, r.finish, r.position FROM replies r JOIN works w ON w.id = r.work "
                "WHERE r.work = ? AND w.owner = ? AND r.repair = 0 ORDER BY r.position",
                (id, owner),
            ).fetchall()
        return [Reply(*r) for r in rows]

    # -- versions

    def add_version(self, id: str, note: str, draft: str, *, run: str = "", owner: str = "") -> int:
        """After the version shown; what was undone before is gone then. Named by its writer's run, or its owner."""
        with self._open() as db:
            row = db.execute(
                "SELECT head FROM works WHERE id = ? AND ((? != '' AND run = ?) OR (? != '' AND owner = ?))",
                (id, run, run, owner, owner),
            ).fetchone()
            if row is None:
                return 0
            number = int(row[0]) + 1
            db.execute("DELETE FROM versions WHERE work = ? AND number >= ?", (id, number))
            db.execute("INSERT INTO versions VALUES (?, ?, ?, ?, ?)", (id, number, note, draft, time.time()))
            db.execute("DELETE FROM versions WHERE work = ? AND number <= ?", (id, number - KEPT_VERSIONS))
            db.execute("UPDATE works SET head = ?, updated = ? WHERE id = ?", (number, time.time(), id))
        return number

    def draft(self, owner: str, id: str, number: int) -> str | None:
        with self._open() as db:
            row = db.execute(
                "SELECT v.draft FROM versions v JOIN works w ON w.id = v.work "
                "WHERE v.work = ? AND w.owner = ? AND v.number = ?",
                (id, owner, number),
            ).fetchone()
        return row[0] if row else None

    def versions(self, owner: str, id: str) -> list[Version]:
        with self._open() as db:
            rows = db.execute(
                "SELECT v.number, v.note, v.at FROM versions v JOIN works w ON w.id = v.work "
                "WHERE v.work = ? AND w.owner = ? ORDER BY v.number",
                (id, owner),
            ).fetchall()
        return [Version(*r) for r in rows]

    def show(self, owner: str, id: str, number: int) -> bool:
        """Undo and redo: another version becomes the one shown."""
        with self._open() as db:
            moved = db.execute(
                "UPDATE works SET head = ? WHERE id = ? AND owner = ? AND EXISTS "
                "(SELECT 1 FROM versions WHERE work = ? AND number = ?)",
                (number, id, owner, id, number),
            )
        return bool(moved.rowcount)

    # -- reviews: files and verdicts

    def put_file(self, owner: str, id: str, name: str, data: bytes) -> None:
        with self._open() as db:
            db.execute(
                "INSERT OR REPLACE INTO files SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM works WHERE id = ? AND owner = ?)",
                (id, name, data, id, owner),
            )

    def drop_file(self, owner: str, id: str, name: str) -> None:
        with self._open() as db:
            db.execute(
                "DELETE FROM files WHERE work = ? AND name = ? AND EXISTS (SELECT 1 FROM works WHERE id = ? AND owner = ?)",
                (id, name, id, owner),
            )

    def files(self, owner: str, id: str) -> dict[str, bytes]:
        with self._open() as db:
            rows = db.execute(
                "SELECT f.name, f.data FROM files f JOIN works w ON w.id = f.work WHERE f.work = ? AND w.owner = ? "
                "ORDER BY f.rowid",
                (id, owner),
            ).fetchall()
        return dict(rows)

    def judge(self, owner: str, id: str, mark: str, accepted: bool | None, reason: str = "") -> None:
        """A person's verdict on a finding; None takes it back."""
        with self._open() as db:
            if not db.execute("SELECT 1 FROM works WHERE id = ? AND owner = ?", (id, owner)).fetchone():
                return
            db.execute("DELETE FROM verdicts WHERE work = ? AND mark = ?", (id, mark))
            if accepted is not None:
                db.execute("INSERT INTO verdicts VALUES (?, ?, ?, ?)", (id, mark, accepted, reason))

    def verdicts(self, owner: str, id: str) -> dict[str, tuple[bool, str]]:
        with self._open() as db:
            rows = db.execute(
                "SELECT v.mark, v.accepted, v.reason FROM verdicts v JOIN works w ON w.id = v.work "
                "WHERE v.work = ? AND w.owner = ?",
                (id, owner),
            ).fetchall()
        return {mark: (bool(accepted), reason) for mark, accepted, reason in rows}

    # -- preferences

    def preferences(self, owner: str) -> dict[str, Any]:
        with self._open() as db:
            row = db.execute("SELECT data FROM preferences WHERE owner = ?", (owner,)).fetchone()
        found: dict[str, Any] = json.loads(row[0]) if row else {}
        return found

    def prefer(self, owner: str, data: Mapping[str, Any]) -> None:
        with self._open() as db:
            db.execute("INSERT OR REPLACE INTO preferences VALUES (?, ?)", (owner, json.dumps(dict(data))))
