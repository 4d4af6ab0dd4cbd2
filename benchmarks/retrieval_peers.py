"""What a user would build from the same packages: word BM25, Chroma alone, the two in an ensemble; and LSA.

LangChain's BM25Retriever and EnsembleRetriever are used where installed; otherwise the same formulas stand here
(rank_bm25's BM25Okapi: k1 1.5, b 0.75, epsilon 0.25; reciprocal ranks with c = 60, equal weights), and are named so.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Callable
from typing import Protocol

import numpy as np
import rjieba

from assistant.index.embeddings import HashedEmbeddings
from assistant.index.tokens import terms


class Peer(Protocol):
    """``rank`` gives indexes into the texts, best first."""

    name: str

    def rank(self, query: str, limit: int) -> list[int]: ...


def words(text: str) -> list[str]:
    return [w for w in rjieba.cut(text) if w.strip()]


class WordBM25:
    """BM25Okapi over jieba words, as BM25Retriever(preprocess_func=jieba.lcut) ranks; postings in numpy."""

    name = "jieba BM25（同 BM25Retriever 公式）"

    def __init__(self, texts: list[str], k1: float = 1.5, b: float = 0.75) -> None:
        counts = [Counter(words(t)) for t in texts]
        length = np.array([sum(c.values()) for c in counts], np.float32)
        self._norm = k1 * (1 - b + b * length / length.mean())
        self._k1, self._size = k1, len(texts)
        places: dict[str, tuple[list[int], list[int]]] = {}
        for i, c in enumerate(counts):
            for word, n in c.items():
                at, freq = places.setdefault(word, ([], []))
                at.append(i)
                freq.append(n)
        self._postings = {w: (np.array(a, np.int32), np.array(f, np.float32)) for w, (a, f) in places.items()}
        idf = {
            w: math.log((self._size - len(a) + 0.5) / (len(a) + 0.5)) for w, (a, _) in self._postings.items()
        }
        floor = 0.25 * sum(idf.values()) / len(idf)
        self._idf = {w: v if v > 0 else floor for w, v in idf.items()}

    def rank(self, query: str, limit: int) -> list[int]:
        score = np.zeros(self._size, np.float32)
        for word in words(query):
            if word in self._postings:
                at, freq = self._postings[word]
                score[at] += self._idf[word] * freq * (self._k1 + 1) / (freq + self._norm[at])
        return _top(score, limit)


class LangChainBM25:
    """The retriever itself, where langchain-community is installed."""

    name = "LangChain BM25Retriever（jieba）"

    def __init__(self, texts: list[str]) -> None:
        from langchain_community.retrievers import BM25Retriever

        self._retriever = BM25Retriever.from_texts(
            texts, metadatas=[{"i": i} for i in range(len(texts))], preprocess_func=words
        )

    def rank(self, query: str, limit: int) -> list[int]:
        self._retriever.k = limit
        return [d.metadata["i"] for d in self._retriever.invoke(query)]


class ChromaAlone:
    """langchain_chroma with the embedding that needs no download, in a folder."""

    name = "Chroma（散列字对向量）"

    def __init__(self, texts: list[str]) -> None:
        import chromadb
        from chromadb.config import Settings
        from langchain_chroma import Chroma

        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        client = chromadb.PersistentClient(self._folder.name, settings=Settings(anonymized_telemetry=False))
        self._store = Chroma(
            client=client, collection_name="peer", embedding_function=HashedEmbeddings(),
            collection_configuration={"hnsw": {"space": "cosine"}},
        )  # fmt: skip
        for i in range(0, len(texts), 1000):
            ids = [str(n) for n in range(i, min(i + 1000, len(texts)))]
            self._store.add_texts(texts[i : i + 1000], ids=ids)

    def rank(self, query: str, limit: int) -> list[int]:
        return [int(d.id or 0) for d in self._store.similarity_search(query, k=limit)]


class Ensemble:
    """Reciprocal ranks of two peers, as EnsembleRetriever adds them with equal weights."""

    name = "Ensemble（jieba BM25 + Chroma）"

    def __init__(self, *peers: Peer) -> None:
        self._peers = peers

    def rank(self, query: str, limit: int) -> list[int]:
        score: dict[int, float] = {}
        for peer in self._peers:
            for place, i in enumerate(peer.rank(query, limit), 1):
                score[i] = score.get(i, 0) + 0.5 / (60 + place)
        return sorted(score, key=lambda i: -score[i])[:limit]


class LSA:
    """Latent semantic analysis: TF-IDF of character pairs hashed to 8,192 columns, 200 dimensions, randomised SVD."""

    name = "LSA（200 维）"

    def __init__(self, texts: list[str], columns: int = 8192, size: int = 200) -> None:
        self._columns = columns
        matrix = np.zeros((len(texts), columns), np.float32)
        for i, text in enumerate(texts):
            for column, n in self._counts(text).items():
                matrix[i, column] = 1 + math.log(n)
        self._idf = np.log(len(texts) / (1 + (matrix > 0).sum(axis=0))).astype(np.float32).clip(0)
        matrix *= self._idf
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True) + 1e-9
        sample = matrix @ np.random.default_rng(0).standard_normal((columns, size), np.float32)
        for _ in range(2):
            sample = matrix @ (matrix.T @ np.linalg.qr(sample)[0])
        basis = np.linalg.qr(sample)[0].T @ matrix
        self._axes = np.linalg.svd(basis, full_matrices=False)[2].T
        self._vectors = matrix @ self._axes
        self._vectors /= np.linalg.norm(self._vectors, axis=1, keepdims=True) + 1e-9

    def _counts(self, text: str) -> Counter[int]:
        from zlib import crc32

        return Counter(crc32(t.encode()) % self._columns for t in terms(text) if len(t) > 1)

    def rank(self, query: str, limit: int) -> list[int]:
        vector = np.zeros(self._columns, np.float32)
        for column, n in self._counts(query).items():
            vector[column] = 1 + math.log(n)
        return _top(self._vectors @ ((vector * self._idf) @ self._axes), limit)


def _top(score: np.ndarray, limit: int) -> list[int]:
    limit = min(limit, len(score))
    best = np.argpartition(-score, limit - 1)[:limit]
    return [int(i) for i in best[np.argsort(-score[best], kind="stable")] if score[i] > 0]


def word_bm25(texts: list[str]) -> Peer:
    """The real retriever where it is installed, else its formula; says which."""
    try:
        return LangChainBM25(texts)
    except ImportError as exc:
        print(f"未安装 {exc.name}：BM25Retriever 以同一公式代替（其自身的延迟不作比较）")
        return WordBM25(texts)


def peers(texts: list[str], *, lsa: bool) -> list[Callable[[], Peer]]:
    """Builders, so that each build can be timed by itself."""
    builders: list[Callable[[], Peer]] = [lambda: word_bm25(texts), lambda: ChromaAlone(texts)]
    return [*builders, lambda: LSA(texts)] if lsa else builders
