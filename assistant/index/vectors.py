"""Vectors of the passages in Chroma, through LangChain: a folder beside the store, or a server shared by machines.

One collection an embedding model. Records are derived: ids are the passages' own, writes are upserts, and the store
remembers up to which generation each collection is filled, document by document, so that an interrupted run goes on
where it stopped. Of a past summary only the masked text is embedded: it may travel to an endpoint.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from assistant.errors import KnowledgeError, ServiceError, ZhibiError
from assistant.index.passage import Passage
from assistant.index.server import Connection
from assistant.index.store import Store

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

_BATCH = 64  # texts in one request to an endpoint
_DOCUMENTS = 20  # between two notes of how far it got
_LOCK_SECONDS = 600
_SEARCH_EF = 400  # the default finds 72 % of the exact top ten on such vectors, this 93 %


class Vectors:
    """Opened on first use: Chroma takes long to import."""

    def __init__(self, folder: Path, store: Store, *, embeddings: Embeddings, url: str = "") -> None:
        self._folder, self._store, self._embeddings, self._url = folder, store, embeddings, url
        model = str(getattr(embeddings, "model", type(embeddings).__name__))
        self.name = f"passages-{hashlib.sha256(model.encode()).hexdigest()[:12]}"
        place = f"{url}/{store.uid}" if url else "local"
        self._key = f"vectors:{self.name}:{hashlib.sha256(place.encode()).hexdigest()[:12]}"
        self._close: Callable[[], None] | None = None
        self._chroma: Chroma | None = None
        self._seen = -1

    # -- filling

    def sync(self, *, anew: bool = False) -> bool:
        """Bring the collection to the store's generation; false where it already was."""
        if not anew and self._reached() == self._store.generation and (self._url or self._folder.is_dir()):
            return False
        with self._turn(), self._explained():
            if anew:
                self._clear()
            elif self._reached() and not self._collection().get(limit=1, include=[])["ids"]:
                self._mark(0)  # the folder or the collection was thrown away
            target, done = self._store.generation, self._reached()
            put, removed = self._store.changes_since(done)
            self._delete(removed)
            for batch in self._batches(put):
                self._put([document for document, _ in batch])
                self._mark(batch[-1][1] - 1)  # others of the same generation may follow
            self._mark(target)
        return True

    def _batches(self, put: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
        for i in range(0, len(put), _DOCUMENTS):
            yield put[i : i + _DOCUMENTS]

    def _put(self, documents: list[str]) -> None:
        """Replace the records of some documents; those of an older cutting go after the new ones are in."""
        passages = {p.id: p for d in documents for _, p in self._store.passages_of(d)}
        present = self._ids(documents)
        missing = [p for id, p in passages.items() if id not in present]
        for i in range(0, len(missing), _BATCH):
            batch = missing[i : i + _BATCH]
            texts = [p.masked or p.text for p in batch]
            self._collection().add_texts(texts, [_metadata(p) for p in batch], [p.id for p in batch])
        if stale := sorted(present - passages.keys()):
            self._collection().delete(ids=stale)

    def _ids(self, documents: list[str]) -> set[str]:
        theirs: dict[str, Any] = {"document": {"$in": documents}}
        found = self._collection().get(where=theirs, include=[])
        return set(found["ids"])

    def _delete(self, documents: list[str]) -> None:
        if documents and (ids := self._ids(documents)):
            self._collection().delete(ids=sorted(ids))

    def _clear(self) -> None:
        """Start from nothing. A local folder goes as a whole: a damaged one cannot be emptied any other way."""
        self._mark(0)
        if self._url:
            self._collection().delete_collection()
        self.close()
        if not self._url:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _reached(self) -> int:
        return int(self._store.get(self._key) or 0)

    def _mark(self, generation: int) -> None:
        self._store.set(self._key, str(generation))
        self._seen = generation

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One process fills at a time; the lock is SQLite's own and dies with its holder."""
        lock = sqlite3.connect(self._folder.with_suffix(".lock"), timeout=_LOCK_SECONDS, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
            yield
        except sqlite3.OperationalError:
            raise KnowledgeError("向量索引正被另一个程序写入，请稍后再试", path=self._folder) from None
        finally:
            lock.close()

    # -- searching

    def search(self, query: str, limit: int, filters: dict[str, tuple[str, ...]]) -> dict[str, float]:
        """Passage ids with their cosine similarity; only lane, part, genre and period can be filtered here."""
        where = [{k: {"$in": list(v)}} for k, v in filters.items() if k != "theme"]
        chosen: dict[str, Any] | None = {"$and": where} if len(where) > 1 else where[0] if where else None
        with self._explained():
            found = self._collection().similarity_search_with_score(query, k=limit, filter=chosen)
        return {str(document.id): max(0.0, 1 - distance) for document, distance in found}

    # -- the collection

    def _collection(self) -> Chroma:
        """Opened anew after another process wrote: a reader does not see a neighbour's additions."""
        reached = self._reached()
        if self._chroma is not None and (self._url or self._seen == reached):
            return self._chroma
        from langchain_chroma import Chroma

        self.close()
        self._seen = reached
        self._chroma = Chroma(
            client=self._connected(),
            collection_name=self.name,
            embedding_function=self._embeddings,
            collection_configuration={"hnsw": {"space": "cosine", "ef_search": _SEARCH_EF}},
        )
        return self._chroma

    def _connected(self) -> ClientAPI:
        if self._url:
            connection = Connection(self._url)
            self._close = connection.close
            return connection.client
        import chromadb
        from chromadb.config import Settings

        self._folder.mkdir(parents=True, exist_ok=True)
        client = chromadb.PersistentClient(str(self._folder), settings=Settings(anonymized_telemetry=False))
        self._close = cast(Any, client).close
        return client

    def close(self) -> None:
        """Let go of the folder or the connection; the next call opens it again."""
        if self._close is not None:
            self._close()
        self._chroma = self._close = None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Whatever Chroma or the endpoint raises, in one Chinese sentence; what was written is kept."""
        try:
            yield
        except (ZhibiError, sqlite3.Error):
            raise
        except Exception as exc:
            place = f"向量服务 {self._url}" if self._url else "向量索引"
            raise ServiceError(
                f"{place}或向量模型出错（{type(exc).__name__}），已入库的资料不受影响；请检查服务后重试，或运行 zhibi knowledge rebuild"
            ) from exc


def _metadata(passage: Passage) -> dict[str, str]:
    return {
        "document": passage.document,
        "lane": passage.lane,
        "part": passage.part,
        "genre": passage.genre,
        "period": passage.period,
        "organization": passage.organization,
    }
