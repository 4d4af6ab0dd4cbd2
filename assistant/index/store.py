"""The source of truth: documents and passages in one SQLite file (WAL), shared by several processes.

A document reported as added is committed with ``synchronous=FULL``. Every change raises the store's generation;
derived indexes carry the generation they were built from and catch up through ``changes_since``.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from assistant.document import Block, Document
from assistant.errors import KnowledgeError
from assistant.index.database import SCHEMA, connect, explained
from assistant.index.passage import DocumentRow, Entity, Lane, Passage, SourceMeta

FORMAT = 1
_PASSAGE_COLUMNS = (
    "p.n, p.id, p.document, d.lane, d.name, d.meta, p.headings, p.part, p.themes, p.clause, p.text, p.masked"
)


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage on its way in: ``entities`` are for leak checks, ``prints`` the packed hashes of ``fingerprint``."""

    id: str
    headings: tuple[str, ...]
    part: str
    themes: tuple[str, ...]
    clause: str
    text: str
    masked: str
    entities: tuple[Entity, ...]
    prints: bytes


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document on its way in, with its passages; ``cutting`` identifies the settings that cut it."""

    id: str
    name: str
    path: str
    sha256: str
    lane: Lane
    meta: SourceMeta
    document: Document
    cutting: str
    similar_to: str
    added: str
    passages: tuple[NewPassage, ...]
    sketch: tuple[int, ...]


class Store:
    """One connection, guarded by a lock; every write is one transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._db = connect(path)
        if not self._rows("SELECT 1 FROM sqlite_master WHERE name = 'removed'"):
            self._create()
        if self.get("format") != str(FORMAT):
            raise KnowledgeError(
                "资料库由另一版本的程序建立，请用该版本导出后重新导入，或换一个工作文件夹", path=path
            )
        self.uid = self.get("uid")

    def _create(self) -> None:
        with self.write() as db:
            for statement in SCHEMA.split(";"):
                db.execute(statement)
            first = {"format": str(FORMAT), "uid": uuid.uuid4().hex, "generation": "0"}
            db.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", first.items())

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One immediate transaction: all of it or nothing, whatever kills the process. May be nested."""
        with self._lock, explained(self.path):
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One snapshot for several queries."""
        with self._lock, explained(self.path):
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN")
            try:
                yield self._db
            finally:
                self._db.execute("COMMIT")

    def _rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        with self._lock, explained(self.path):
            return self._db.execute(sql, values).fetchall()

    # -- small values

    def get(self, key: str) -> str:
        rows = self._rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else ""

    def set(self, key: str, value: str) -> None:
        with self.write() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @property
    def generation(self) -> int:
        return int(self.get("generation"))

    def _next_generation(self, db: sqlite3.Connection) -> int:
        db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'")
        return self.generation

    # -- writing

    def put(self, new: NewDocument, *, replaces: Iterable[str] = ()) -> None:
        """Store or replace a document; ``replaces`` are ids of older versions that go in the same transaction."""
        with self.write() as db:
            generation = self._next_generation(db)
            for old in {*replaces, new.id}:
                self._drop(db, old, generation)
            db.execute("DELETE FROM removed WHERE document = ?", (new.id,))
            db.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (new.id, new.name, new.path, new.sha256, new.lane, _dump(asdict(new.meta)), _pack(new.document),
                 new.cutting, new.similar_to, new.added, generation),
            )  # fmt: skip
            db.executemany(
                "INSERT INTO passages (id, document, headings, part, themes, clause, text, masked, entities, prints)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (p.id, new.id, _dump(p.headings), p.part, _dump(p.themes), p.clause, p.text, p.masked,
                     _dump([(e.kind, e.surface, e.start, e.end) for e in p.entities]), p.prints)
                    for p in new.passages
                ],
            )  # fmt: skip
            db.executemany("INSERT OR IGNORE INTO sketches VALUES (?, ?)", [(h, new.id) for h in new.sketch])

    def rename(self, id: str, *, name: str, path: str) -> None:
        """The same content found under another name: the derived indexes are not touched."""
        with self.write() as db:
            db.execute("UPDATE documents SET name = ?, path = ? WHERE id = ?", (name, path, id))

    def remove(self, ids: Iterable[str]) -> int:
        with self.write() as db:
            generation = self._next_generation(db)
            return sum(self._drop(db, id, generation) for id in ids)

    @staticmethod
    def _drop(db: sqlite3.Connection, id: str, generation: int) -> int:
        gone = db.execute("DELETE FROM documents WHERE id = ?", (id,)).rowcount
        if gone:
            db.execute("DELETE FROM passages WHERE document = ?", (id,))
            db.execute("DELETE FROM sketches WHERE document = ?", (id,))
            db.execute("INSERT OR REPLACE INTO removed VALUES (?, ?)", (id, generation))
        return gone

    # -- reading

    def documents(self, where: str = "1", values: Sequence[object] = ()) -> list[DocumentRow]:
        """Rows in order of name; ``where`` is SQL of this module's callers, never of a user."""
        rows = self._rows(
            "SELECT d.*, (SELECT count(*) FROM passages p WHERE p.document = d.id) AS passages"  # noqa: S608
            f" FROM documents d WHERE {where} ORDER BY d.name, d.id",
            values,
        )
        return [
            DocumentRow(r["id"], r["name"], r["path"], r["sha256"], r["lane"], _meta(r["meta"]),
                        r["passages"], r["added"], r["similar_to"])
            for r in rows
        ]  # fmt: skip

    def document(self, id: str) -> Document | None:
        """The blocks as they were read: what ``rebuild`` cuts again."""
        rows = self._rows("SELECT blocks, path FROM documents WHERE id = ?", (id,))
        return _unpack(rows[0]["blocks"], rows[0]["path"]) if rows else None

    def ids(self) -> list[str]:
        return [r[0] for r in self._rows("SELECT id FROM documents ORDER BY id")]

    def count(self, lane: Lane | None = None) -> int:
        sql = "SELECT count(*) FROM passages p JOIN documents d ON d.id = p.document WHERE ? IN ('', d.lane)"
        return int(self._rows(sql, (lane or "",))[0][0])

    def other_cutting(self, cutting: str) -> list[str]:
        return [
            r[0] for r in self._rows("SELECT id FROM documents WHERE cutting <> ? ORDER BY id", (cutting,))
        ]

    def changes_since(self, generation: int) -> tuple[list[tuple[str, int]], list[str]]:
        """Documents put after that generation, each with its own, oldest first; and ids of documents removed."""
        put = self._rows(
            "SELECT id, generation FROM documents WHERE generation > ? ORDER BY generation, id", (generation,)
        )
        removed = self._rows("SELECT document FROM removed WHERE generation > ?", (generation,))
        return [(r[0], r[1]) for r in put], [r[0] for r in removed]

    def passages_of(self, document: str) -> list[tuple[int, Passage]]:
        return self._passages("p.document = ? ORDER BY p.n", (document,))

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        marks = ",".join("?" * len(numbers))
        return dict(self._passages(f"p.n IN ({marks})", numbers))

    def by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        marks = ",".join("?" * len(ids))
        return {p.id: p for _, p in self._passages(f"p.id IN ({marks})", ids)}

    def _passages(self, where: str, values: Sequence[object]) -> list[tuple[int, Passage]]:
        sql = f"SELECT {_PASSAGE_COLUMNS} FROM passages p JOIN documents d ON d.id = p.document WHERE {where}"  # noqa: S608
        return [(r["n"], _passage(r)) for r in self._rows(sql, values)]

    def prints(self, lane: Lane | None = None) -> list[tuple[int, bytes]]:
        """Passage numbers with their packed hashes, of one lane or all."""
        sql = "SELECT p.n, p.prints FROM passages p JOIN documents d ON d.id = p.document WHERE ? IN ('', d.lane)"
        return [(r[0], r[1]) for r in self._rows(sql, (lane or "",))]

    def prints_of(self, document: str) -> list[bytes]:
        return [r[0] for r in self._rows("SELECT prints FROM passages WHERE document = ?", (document,))]

    def sharing(self, sketch: Sequence[int]) -> list[tuple[str, int]]:
        """Documents that share hashes of the sketch, with how many, most first."""
        marks = ",".join("?" * len(sketch))
        sql = f"SELECT document, count(*) AS k FROM sketches WHERE hash IN ({marks}) GROUP BY document ORDER BY k DESC, document LIMIT 20"  # noqa: S608
        return [(r[0], r[1]) for r in self._rows(sql, sketch)]

    def texts(self, numbers: Sequence[int]) -> dict[int, str]:
        marks = ",".join("?" * len(numbers))
        return {r[0]: r[1] for r in self._rows(f"SELECT n, text FROM passages WHERE n IN ({marks})", numbers)}  # noqa: S608

    def entities(self, document: str) -> list[Entity]:
        rows = self._rows("SELECT entities FROM passages WHERE document = ? ORDER BY n", (document,))
        return [Entity(*e) for r in rows for e in json.loads(r[0])]

    def merge(self, other: Path) -> int:
        """Copy in the documents of another store file that this one lacks, in one transaction."""
        tables = {
            "passages": "id, document, headings, part, themes, clause, text, masked, entities, prints",
            "sketches": "hash, document",
        }
        with self._lock, explained(self.path):
            self._db.execute("ATTACH DATABASE ? AS other", (str(other),))
            try:
                with self.write() as db:
                    lacking = "SELECT id FROM other.documents WHERE id NOT IN (SELECT id FROM main.documents)"
                    ids = [r[0] for r in db.execute(lacking)]
                    generation = self._next_generation(db) if ids else 0
                    for id in ids:
                        db.execute("DELETE FROM main.removed WHERE document = ?", (id,))
                        db.execute(
                            "INSERT INTO main.documents SELECT id, name, path, sha256, lane, meta, blocks, cutting,"
                            " similar_to, added, ? FROM other.documents WHERE id = ?",
                            (generation, id),
                        )
                        for table, columns in tables.items():
                            db.execute(
                                f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM other.{table}"  # noqa: S608
                                " WHERE document = ?" + (" ORDER BY n" if table == "passages" else ""),
                                (id,),
                            )
                    return len(ids)
            finally:
                self._db.execute("DETACH DATABASE other")

    def snapshot(self, path: Path) -> None:
        """A consistent copy of the whole store, one file without WAL."""
        with self._lock, explained(self.path):
            copy = sqlite3.connect(path)
            try:
                self._db.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _pack(document: Document) -> bytes:
    rows = [[b.text, b.role, b.level, b.part, b.line] for b in document.blocks]
    return zlib.compress(_dump(rows).encode(), 6)


def _unpack(data: bytes, path: str) -> Document:
    return Document(tuple(Block(*row) for row in json.loads(zlib.decompress(data))), path)


@lru_cache(maxsize=4096)
def _meta(text: str) -> SourceMeta:
    return SourceMeta(**json.loads(text))


@lru_cache(maxsize=16384)
def _strings(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _passage(r: sqlite3.Row) -> Passage:
    meta = _meta(r["meta"])
    return Passage(
        id=r["id"], document=r["document"], lane=r["lane"], source=r["name"], title=meta.title,
        heading_path=_strings(r["headings"]), part=r["part"], themes=_strings(r["themes"]),
        period=meta.period, organization=meta.organization, issuer=meta.issuer, date=meta.date,
        genre=meta.genre, clause=r["clause"], text=r["text"], masked=r["masked"],
    )  # fmt: skip
