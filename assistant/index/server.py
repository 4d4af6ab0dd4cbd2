"""A Chroma server: the client, and the exchange of whole documents through it between machines.

Every machine keeps its own store and answers from it; the server holds one record a document. What is compared are
three sets of ids: here, on the server, and at the last exchange. So an addition or a removal anywhere reaches all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from assistant.document import Block, Document
from assistant.errors import KnowledgeError, ServiceError, ZhibiError
from assistant.index.passage import DocumentRow, SourceMeta
from assistant.index.store import Store

if TYPE_CHECKING:
    from chromadb.api.models.Collection import Collection

_COLLECTION = "zhibi-documents"
_BATCH = 20
_CONNECT_SECONDS, _ANSWER_SECONDS = 10.0, 120.0
Receive = Callable[[Document, DocumentRow], None]


class Connection:
    """A client of the server, with the HTTP sessions it opened: Chroma itself closes none of them, and waits for ever."""

    def __init__(self, url: str) -> None:
        """KnowledgeError where the address is not one, ServiceError where nobody answers."""
        import chromadb
        from chromadb.api import ServerAPI
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise KnowledgeError(f"向量服务地址 {url} 写法不对，应为 http://主机:端口")
        port = parts.port or (443 if parts.scheme == "https" else 8000)
        systems = SharedSystemClient._identifier_to_system
        known = set(systems)
        with answered(url):
            socket.create_connection((parts.hostname, port), timeout=_CONNECT_SECONDS).close()
            settings = Settings(anonymized_telemetry=False)
            self.client = chromadb.HttpClient(
                parts.hostname, port, ssl=parts.scheme == "https", settings=settings
            )
        self._sessions = [
            cast(Any, systems[i].instance(cast(Any, ServerAPI)))._session for i in set(systems) - known
        ]
        for session in self._sessions:
            session.timeout = _ANSWER_SECONDS

    def close(self) -> None:
        cast(Any, self.client).close()
        for session in self._sessions:
            session.close()


@contextmanager
def answered(url: str) -> Iterator[None]:
    """Whatever the client raises, in one Chinese sentence; what was done is kept."""
    try:
        yield
    except ZhibiError:
        raise
    except Exception as exc:
        raise ServiceError(
            f"向量服务 {url} 没有正常应答（{type(exc).__name__}），请检查服务后重试，已完成的部分不会丢失"
        ) from exc


class Exchange:
    """Sends and fetches documents; ``receive`` stores one that came from another machine."""

    def __init__(self, store: Store, url: str, receive: Receive) -> None:
        self._store, self._url, self._receive = store, url, receive
        self._key = f"shared:{hashlib.sha256(url.encode()).hexdigest()[:12]}"
        self._connection: Connection | None = None
        self._collection: Collection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._collection = None

    def run(self) -> bool:
        """One round both ways; true where anything changed here."""
        with answered(self._url):
            remote = self._remote()
            theirs, ours = set(remote.get(include=[])["ids"]), set(self._store.ids())
            before = set(json.loads(self._store.get(self._key) or "[]"))
            self._send(remote, sorted(ours - theirs - before))
            if gone := sorted((before - ours) & theirs):
                remote.delete(ids=gone)
            fetched = self._fetch(remote, sorted(theirs - before - ours))
            removed = self._store.remove(dropped) if (dropped := sorted((before - theirs) & ours)) else 0
        self._store.set(self._key, json.dumps(self._store.ids()))
        return bool(fetched or removed)

    def _remote(self) -> Collection:
        if self._collection is None:
            self._connection = Connection(self._url)
            self._collection = self._connection.client.get_or_create_collection(
                _COLLECTION, embedding_function=None
            )
        return self._collection

    def _send(self, remote: Collection, ids: list[str]) -> None:
        for i in range(0, len(ids), _BATCH):
            batch = ids[i : i + _BATCH]
            vectors: Any = [[1.0]] * len(batch)  # the server wants one each; nobody asks for it
            remote.upsert(ids=batch, embeddings=vectors, documents=[self._packed(id) for id in batch])

    def _fetch(self, remote: Collection, ids: list[str]) -> int:
        for i in range(0, len(ids), _BATCH):
            found = remote.get(ids=ids[i : i + _BATCH], include=["documents"])
            for record in found["documents"] or []:
                self._receive(*_unpacked(record, self._url))
        return len(ids)

    def _packed(self, id: str) -> str:
        row, document = self._store.documents("d.id = ?", (id,))[0], self._store.document(id)
        blocks = [[b.text, b.role, b.level, b.part, b.line] for b in document.blocks] if document else []
        record = {
            "name": row.name,
            "sha256": row.sha256,
            "lane": row.lane,
            "meta": asdict(row.meta),
            "blocks": blocks,
        }
        return base64.b64encode(zlib.compress(json.dumps(record, ensure_ascii=False).encode())).decode()


def _unpacked(record: str, url: str) -> tuple[Document, DocumentRow]:
    data: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(record)))
    path = f"{url}/{data['name']}"
    row = DocumentRow("", data["name"], path, data["sha256"], data["lane"], SourceMeta(**data["meta"]), 0, "")
    return Document(tuple(Block(*b) for b in data["blocks"]), path), row
