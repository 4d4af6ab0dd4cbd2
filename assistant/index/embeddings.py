"""Embeddings beside an endpoint's: one that needs no download, and one that keeps another within its rate.

Both are LangChain ``Embeddings``. The hashed one measures shared characters, no more: it serves where a vector store
must be filled without a model; docs/benchmarks.md says what it does to ranking.
"""

from __future__ import annotations

import threading
import time
import zlib

from langchain_core.embeddings import Embeddings

from assistant.index.tokens import terms


class HashedEmbeddings(Embeddings):
    """Signed hashing of character pairs into ``size`` dimensions, log-weighted, length one. Same text, same vector."""

    def __init__(self, size: int = 512) -> None:
        self.size = size

    @property
    def model(self) -> str:
        return f"hashed-{self.size}"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(t) for t in texts]

    def embed_query(self, text: str) -> list[float]:
        import numpy as np

        vector = np.zeros(self.size)
        for term in terms(text):
            if len(term) > 1:
                code = zlib.crc32(term.encode())
                vector[code % self.size] += 1 if code & 0x80000000 else -1
        vector = np.sign(vector) * np.log1p(np.abs(vector))
        norm = float(np.linalg.norm(vector))
        return [float(x) for x in (vector / norm if norm else vector)]


class RateLimited(Embeddings):
    """Lets at most ``per_minute`` requests through to another ``Embeddings``; 0 is no limit."""

    def __init__(self, inner: Embeddings, per_minute: int) -> None:
        self._inner, self._gap = inner, 60 / per_minute if per_minute else 0.0
        self._lock, self._next = threading.Lock(), 0.0

    @property
    def model(self) -> str:
        return str(getattr(self._inner, "model", type(self._inner).__name__))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self._wait()
        return self._inner.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        self._wait()
        return self._inner.embed_query(text)

    def _wait(self) -> None:
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._gap
        time.sleep(max(0.0, turn - now))
