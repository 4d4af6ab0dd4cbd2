"""The office's past summaries and policy texts: added, listed, removed, searched, moved between machines.

In: ``Document`` values already read (this package reads no formats) and what is known of them; out: ``Hit``s.
SQLite holds everything; the lexical index and the vectors are derived, follow the store's generation, and are
brought up to date by whichever call comes next.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from assistant.document import Document
from assistant.errors import KnowledgeError
from assistant.index import fingerprint
from assistant.index.chunk import Piece, cut
from assistant.index.config import RetrievalConfig, load_config
from assistant.index.copies import CopyFinder
from assistant.index.lexical import Lexical
from assistant.index.passage import (
    AddResult,
    AddStatus,
    CopiedRun,
    DocumentRow,
    Entity,
    Hit,
    Lane,
    Passage,
    Resolver,
    SourceMeta,
    Stats,
    content_id,
)
from assistant.index.rank import Wanted, fuse, select, verbatim
from assistant.index.recognise import merged, recognise
from assistant.index.store import FORMAT, NewDocument, NewPassage, Store
from assistant.index.transfer import export_store, import_store

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from assistant.catalogue.types import Theme
    from assistant.index.masking import Masker
    from assistant.index.server import Exchange
    from assistant.index.vectors import Vectors

STORE_FILE = "store.sqlite3"
_EXCHANGE_SECONDS = 30.0  # between two looks at the server during searches
Rows = list[DocumentRow]
Hits = list[Hit]


class Index:
    """Open with ``Index.open``; usable as a context manager; safe for several threads and processes."""

    def __init__(
        self, folder: Path, store: Store, config: RetrievalConfig, themes: tuple[Theme, ...]
    ) -> None:
        self._folder, self._store, self._config, self._themes = folder, store, config, themes
        self._cutting = hashlib.sha256(f"{config.cutting_digest}{themes!r}".encode()).hexdigest()[:16]
        rank = config.rank
        self._lexical = Lexical(
            folder / "lexical",
            store,
            heading_weight=rank.heading_weight,
            max_query_terms=rank.max_query_terms,
        )
        self._copies = CopyFinder(store, config.copies.postings)
        self._names: tuple[int, frozenset[str]] | None = None
        self._vectors: Vectors | None = None
        self._exchange: Exchange | None = None
        self._exchanged = -_EXCHANGE_SECONDS
        self.resolver: Resolver | None = None

    @cached_property
    def _masker(self) -> Masker:
        from assistant.index.masking import Masker

        return Masker(self._config.masking)

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        themes: tuple[Theme, ...] = (),
        embeddings: Embeddings | None = None,
        url: str = "",
        resolver: Resolver | None = None,
        config: RetrievalConfig | None = None,
    ) -> Index:
        """The index in ``folder`` (made where absent). ``embeddings``: an endpoint's, given by the caller; ``url``: a
        Chroma server shared by several machines. ``resolver`` says which policies are in force on a day."""
        store = Store(folder / STORE_FILE)
        index = cls(folder, store, config or load_config(), themes)
        index.resolver = resolver
        if embeddings is not None:
            from assistant.index.vectors import Vectors

            index._vectors = Vectors(folder / "vectors", store, embeddings=embeddings, url=url)
        if url:
            from assistant.index.server import Exchange

            index._exchange = Exchange(store, url, index._receive)
        return index

    def close(self) -> None:
        """Let go of the store's file; what is not yet in the derived indexes will be on the next call."""
        for part in (self._vectors, self._exchange, self._store):
            if part is not None:
                part.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # -- adding and removing

    def add(
        self, document: Document, meta: SourceMeta, lane: Lane, source_path: Path | str, sha256: str
    ) -> AddResult:
        """Cut, mask and store one document; on return it is on disk. What ``meta`` leaves empty is recognised."""
        path, name = str(source_path), PurePath(source_path).name
        known = merged(meta, recognise(document, self._config.recognise, name=name))
        id = content_id(lane, document.text)
        with self._store.write():
            here = self._store.documents("d.path = ?", (path,))
            same = self._store.documents("d.id = ?", (id,))
            if same and same[0].path != path:
                self._store.remove([r.id for r in here])
                return AddResult("duplicate", id, same[0].passages, name, same[0].name)
            if same and (same[0].meta, same[0].sha256, self._cut_with(id)) == (known, sha256, self._cutting):
                return AddResult("unchanged", id, same[0].passages, name, same[0].similar_to)
            new = self._prepare(document, known, lane, path, sha256)
            self._store.put(new, replaces=[r.id for r in here])
        status: AddStatus = "updated" if here else "near_duplicate" if new.similar_to else "added"
        return AddResult(status, id, len(new.passages), name, new.similar_to)

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Many ``add``s in one transaction: faster, and on disk only when the block ends."""
        with self._store.write():
            yield

    def _cut_with(self, id: str) -> str:
        return "" if id in self._store.other_cutting(self._cutting) else self._cutting

    def _prepare(
        self, document: Document, meta: SourceMeta, lane: Lane, path: str, sha256: str
    ) -> NewDocument:
        id = content_id(lane, document.text)
        pieces = cut(document, lane, self._themes, self._config)
        if not pieces:
            raise KnowledgeError("文件里没有可以入库的正文", path=path)
        passages = tuple(self._passage(id, n, p, lane, meta) for n, p in enumerate(pieces))
        sketch = fingerprint.sketch([p.prints for p in passages], self._config.duplicates.sketch)
        return NewDocument(
            id=id, name=PurePath(path).name, path=path, sha256=sha256, lane=lane, meta=meta, document=document,
            cutting=self._cutting, similar_to=self._similar(id, path, lane, passages, sketch),
            added=datetime.now(UTC).isoformat(timespec="seconds"), passages=passages, sketch=sketch,
        )  # fmt: skip

    def _passage(self, document: str, number: int, piece: Piece, lane: Lane, meta: SourceMeta) -> NewPassage:
        masked: str = ""
        entities: tuple[Entity, ...] = ()
        if lane == "precedent":
            masked, entities = self._masker.mask(piece.text, organization=meta.organization)
        return NewPassage(
            id=content_id(document, number, piece.text), headings=piece.heading_path, part=piece.part,
            themes=piece.themes, clause=piece.clause, text=piece.text, masked=masked, entities=entities,
            prints=fingerprint.pack(piece.text),
        )  # fmt: skip

    def _similar(
        self, id: str, path: str, lane: Lane, passages: tuple[NewPassage, ...], sketch: tuple[int, ...]
    ) -> str:
        """Name of a document of the same lane that this one nearly repeats; its own older version does not count."""
        near, prints = self._config.duplicates.near, [p.prints for p in passages]
        for other, shared in self._store.sharing(sketch) if sketch else []:
            if other == id or shared < near * len(sketch) / 2:
                continue
            row = self._store.documents("d.id = ?", (other,))[0]
            if (
                row.path != path
                and row.lane == lane
                and fingerprint.overlap(prints, self._store.prints_of(other)) >= near
            ):
                return row.name
        return ""

    def remove(self, name: str) -> Rows:
        """Remove by id, path or file name; KnowledgeError where there is none, or where a name means several."""
        rows = self._store.documents("? IN (d.id, d.path)", (name,)) or self._store.documents(
            "d.name = ?", (name,)
        )
        if not rows:
            raise KnowledgeError(f"资料库里没有“{name}”，请用 zhibi knowledge list 查看已有的资料")
        if len(rows) > 1:
            ids = "、".join(r.id for r in rows)
            raise KnowledgeError(f"资料库里有{len(rows)}份资料都叫“{name}”，请用编号指明删除哪一份：{ids}")
        self._store.remove([r.id for r in rows])
        return rows

    def vanished(self, under: Path | str) -> Rows:
        """Documents below a folder whose file is no longer there: the caller decides whether to remove them."""
        rows = [r for r in self._store.documents() if PurePath(r.path).is_relative_to(under)]
        return [r for r in rows if not Path(r.path).exists()]

    # -- looking

    def list(self) -> Rows:
        return self._store.documents()

    def documents(self) -> Rows:
        return self._store.documents()

    def document(self, document_id: str) -> Document | None:
        """One document as it was read."""
        return self._store.document(document_id)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """All passages of one document, in reading order."""
        return tuple(p for _, p in self._store.passages_of(document_id))

    def search(  # noqa: PLR0913
        self,
        query: str,
        *,
        lane: Lane | None = None,
        part: str | None = None,
        genre: str | None = None,
        themes: tuple[str, ...] | None = None,
        periods: tuple[str, ...] = (),
        period: str | None = None,
        organization: str | None = None,
        as_of: date | None = None,
        limit: int = 8,
    ) -> Hits:
        """Best passages first. ``lane``, ``part``, ``genre``, ``themes`` and ``periods`` filter; ``period`` and
        ``organization`` prefer; ``as_of`` leaves out policies not in force on that day."""
        wanted = Wanted(lane, part, genre, themes or (), periods, period or "", organization or "", as_of)
        return self._find(query, wanted, limit)

    def _find(self, query: str, wanted: Wanted, limit: int) -> Hits:
        pool = max(self._config.rank.pool, 4 * limit)
        self._refresh()
        found = self._lexical.search(query, pool, wanted.filters)
        passages = self._store.passages([n for n, _ in found])
        lexical = {passages[n].id: s for n, s in found if n in passages}
        by_id = {p.id: p for p in passages.values()}
        vector: dict[str, float] = {}
        if self._vectors is not None:
            vector = self._vectors.search(query, pool, wanted.filters)
            others = self._store.by_id([i for i in vector if i not in by_id])
            by_id |= {
                i: p for i, p in others.items() if not wanted.themes or set(wanted.themes) & set(p.themes)
            }
        scores = fuse(lexical, vector, self._config.rank.vector_weight)
        word_for_word, bonus = verbatim(query), self._config.rank.verbatim
        scored = [
            (p, s * (1 + bonus * word_for_word(p.text))) for i, s in scores.items() if (p := by_id.get(i))
        ]
        return select(scored, wanted, self._config.rank, limit, self.resolver)

    # -- leaks

    def copies(
        self, text: str, min_chars: int = fingerprint.SURE, *, lane: Lane = "precedent"
    ) -> tuple[CopiedRun, ...]:
        """Runs of at least ``min_chars`` characters, each within one line, that stand word for word in a passage of the
        lane."""
        return tuple(self._copies.find(text, min_chars, lane))

    def entities(self, document_id: str) -> tuple[Entity, ...]:
        """Names, organisations, places and figures of one past summary, in reading order."""
        return tuple(self._store.entities(document_id))

    def foreign_names(self) -> frozenset[str]:
        """Every person, organisation and place that stands in a past summary."""
        generation = self._store.generation
        if self._names is None or self._names[0] != generation:
            rows = self._store.documents("d.lane = 'precedent'")
            entities = (e for r in rows for e in self._store.entities(r.id))
            self._names = (generation, frozenset(e.surface for e in entities if e.kind != "figure"))
        return self._names[1]

    # -- upkeep

    def sync(self) -> None:
        """Exchange documents with the server, if there is one, and bring the derived indexes up to date. To be called
        after additions and removals; a search does it where it was not."""
        if self._exchange is not None:
            self._exchange.run()
            self._exchanged = time.monotonic()
        self._catch_up()

    def _refresh(self) -> None:
        """Before a search: cheap where nothing changed; the server is asked now and then."""
        if self._exchange is not None and time.monotonic() - self._exchanged > _EXCHANGE_SECONDS:
            self.sync()
        else:
            self._catch_up()

    def _receive(self, document: Document, row: DocumentRow) -> None:
        self._store.put(self._prepare(document, row.meta, row.lane, row.path, row.sha256))

    def _catch_up(self) -> None:
        self._lexical.sync()
        if self._vectors is not None:
            self._vectors.sync()

    def rebuild(self) -> Stats:
        """Cut every document again with today's settings, then build the derived indexes anew."""
        for row in self._store.documents():
            document = self._store.document(row.id)
            if document is not None:
                self._store.put(self._prepare(document, row.meta, row.lane, row.path, row.sha256))
        self._lexical.sync(anew=True)
        if self._vectors is not None:
            self._vectors.sync(anew=True)
        return self.stats()

    @property
    def digest(self) -> str:
        """Identifies the content: same documents, same digest, on any machine."""
        return content_id(FORMAT, *self._store.ids())

    def stats(self) -> Stats:
        rows = self._store.documents()
        mark = self._lexical.mark()
        put, removed = self._store.changes_since(mark.generation if mark.uid == self._store.uid else 0)
        by_lane = {lane: self._store.count(lane) for lane in ("policy", "precedent")}
        size = sum(f.stat().st_size for f in self._folder.rglob("*") if f.is_file())
        return Stats(
            documents=len(rows), passages=sum(by_lane.values()), by_lane=by_lane, generation=self._store.generation,
            digest=self.digest, pending=len(put) + len(removed), stale=bool(self._store.other_cutting(self._cutting)),
            size_bytes=size, vectors=self._vectors.name if self._vectors else "",
        )  # fmt: skip

    def export(self, path: Path) -> None:
        """The whole index as one file, for another machine."""
        export_store(self._store, path, self.digest)

    def import_(self, path: Path) -> int:
        """Add the documents of an exported file that are not here yet; returns how many came."""
        return import_store(self._store, path)
