"""BM25 over characters and pairs of characters, kept by tantivy in a folder that can be thrown away.

The folder carries the store's identity and generation in a record committed together with the passages: where they
differ from the store's, ``sync`` catches up, or builds anew. Readers of other processes see each commit.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from assistant.errors import KnowledgeError
from assistant.index.passage import Passage
from assistant.index.store import Store
from assistant.index.tokens import terms

if TYPE_CHECKING:
    import tantivy

T = TypeVar("T")
_TOKENIZER = "terms"
_HEAP = 64_000_000
_LOCK_SECONDS = 60.0
_FILTERS = ("lane", "part", "theme", "genre", "period", "organization")


class Scored(NamedTuple):
    """A passage's number in the store and its lexical score."""

    number: int
    score: float


class Mark(NamedTuple):
    """Which store, and which generation of it, the folder holds."""

    uid: str
    generation: int


class Lexical:
    """One tantivy index; opened at once, built on the first ``sync``."""

    def __init__(self, folder: Path, store: Store, *, heading_weight: float, max_query_terms: int) -> None:
        self._folder, self._store = folder, store
        self._heading_weight, self._max_terms = heading_weight, max_query_terms
        self._schema = _schema()
        self._seen = -1  # the generation the reader is known to show
        self._index = self._open_existing() or self._create()

    def _open_existing(self) -> tantivy.Index | None:
        import tantivy

        if not (self._folder / "meta.json").is_file():
            return None
        try:
            index = tantivy.Index(self._schema, path=str(self._folder), reuse=True)
            index.register_tokenizer(_TOKENIZER, _analyzer())
            index.searcher()
        except (ValueError, OSError):
            return None
        return index

    def _create(self) -> tantivy.Index:
        """An empty index; processes take turns, and what cannot be opened is thrown away: the store has it all."""
        import tantivy

        with self._store.write():
            index = self._open_existing()
            if index is None:
                shutil.rmtree(self._folder, ignore_errors=True)
                try:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    index = tantivy.Index(self._schema, path=str(self._folder), reuse=True)
                except (ValueError, OSError) as exc:
                    raise KnowledgeError(
                        f"词面索引建不起来（{exc}），请检查文件夹权限，再运行 zhibi knowledge rebuild",
                        path=self._folder,
                    ) from None
                index.register_tokenizer(_TOKENIZER, _analyzer())
        return index

    # -- freshness

    def mark(self) -> Mark:
        """What the reader sees now."""
        import tantivy

        self._index.reload()
        searcher = self._index.searcher()
        hits = searcher.search(tantivy.Query.term_query(self._schema, "mark", "mark"), 1, count=False).hits
        if not hits:
            return Mark("", 0)
        record = searcher.doc(hits[0][1])
        mark = Mark(str(record.get_first("uid")), int(record.get_first("generation") or 0))
        self._seen = mark.generation if mark.uid == self._store.uid else -1
        return mark

    def sync(self, *, anew: bool = False) -> bool:
        """Bring the index to the store's generation in one commit; false where it already was."""
        return self._healed(lambda: self._sync(anew))

    def _healed(self, work: Callable[[], T]) -> T:
        """Do it; where the folder turns out to be damaged, throw it away, build it from the store and do it again."""
        try:
            return work()
        except (ValueError, OSError):
            pass
        except BaseException as exc:  # tantivy's panics are no Exceptions
            if type(exc).__name__ != "PanicException":
                raise
        try:
            self.discard()
            self._sync(anew=True)
            return work()
        except (ValueError, OSError) as exc:
            raise KnowledgeError(
                f"词面索引已损坏且重建不成（{exc}），请检查磁盘空间和文件夹权限，再运行 zhibi knowledge rebuild",
                path=self._folder,
            ) from None

    def _sync(self, anew: bool) -> bool:
        store = self._store
        if not anew and (self._seen == store.generation or self.mark() == (store.uid, store.generation)):
            return False
        with self._writer() as writer, store.read():
            mark = self.mark()
            fresh = anew or mark.uid != store.uid or mark.generation > store.generation
            if fresh:
                writer.delete_all_documents()
            elif mark.generation == store.generation:
                return False
            changed, removed = store.changes_since(0 if fresh else mark.generation)
            put = [document for document, _ in changed]
            for document in removed if fresh else [*removed, *put]:
                writer.delete_documents_by_term("document", document)
            for document in put:
                for number, passage in store.passages_of(document):
                    writer.add_document(_record(number, passage))
            writer.delete_documents_by_term("mark", "mark")
            writer.add_document(_mark_record(store.uid, store.generation))
            writer.commit()
        self.mark()
        return True

    @contextmanager
    def _writer(self) -> Iterator[tantivy.IndexWriter]:
        """The one writer of the folder; another process's turn is waited for."""
        writer = self._take_turn()
        try:
            yield writer
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()

    def _take_turn(self) -> tantivy.IndexWriter:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                return self._index.writer(_HEAP, 1)
            except ValueError as exc:
                if "lock" not in str(exc).lower():
                    raise
                if time.monotonic() > deadline:
                    raise KnowledgeError(
                        "词面索引正被另一个程序写入，请稍后再试", path=self._folder
                    ) from None
                time.sleep(0.05)

    def discard(self) -> None:
        """Throw the folder away and start an empty index."""
        with self._store.write():
            shutil.rmtree(self._folder, ignore_errors=True)
            self._index = self._create()

    # -- searching

    def search(
        self, query: str, limit: int, filters: dict[str, tuple[str, ...]] | None = None
    ) -> list[Scored]:
        """Best passages first. Without filters tantivy skips what cannot enter the top; with them it scores all."""
        return self._healed(lambda: self._search(query, limit, filters or {}))

    def _search(self, query: str, limit: int, filters: dict[str, tuple[str, ...]]) -> list[Scored]:
        import tantivy

        searcher = self._index.searcher()
        wanted = self._query(searcher, query)
        if wanted is None:
            return []
        for field, values in filters.items():
            must = tantivy.Query.const_score_query(
                tantivy.Query.term_set_query(self._schema, field, list(values)), 0.0
            )
            wanted = tantivy.Query.boolean_query([(tantivy.Occur.Must, wanted), (tantivy.Occur.Must, must)])
        hits = searcher.search(wanted, limit, count=False).hits
        numbers = searcher.fast_field_values("number", [address for _, address in hits])
        return [Scored(int(n), float(s)) for n, (s, _) in zip(numbers, hits, strict=True) if n is not None]

    def _query(self, searcher: tantivy.Searcher, query: str) -> tantivy.Query | None:
        import tantivy

        chosen = self._telling(searcher, terms(query))
        clauses = [(tantivy.Occur.Should, self._term("text", t)) for t in chosen]
        if self._heading_weight:
            above = [self._term("heading", t) for t in chosen]
            clauses += [
                (tantivy.Occur.Should, tantivy.Query.boost_query(q, self._heading_weight)) for q in above
            ]
        return tantivy.Query.boolean_query(clauses) if clauses else None

    def _term(self, field: str, term: str) -> tantivy.Query:
        import tantivy

        return tantivy.Query.term_query(self._schema, field, term, "freq")

    def _telling(self, searcher: tantivy.Searcher, found: list[str]) -> list[str]:
        """Each term once; of a long query the rarest only."""
        distinct = list(dict.fromkeys(found))
        if len(distinct) <= self._max_terms:
            return distinct
        rarity = {t: searcher.doc_freq("text", t) for t in distinct}
        return sorted((t for t in distinct if rarity[t]), key=lambda t: (rarity[t], t))[: self._max_terms]


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", fast=True)
    builder.add_text_field("text", tokenizer_name=_TOKENIZER, index_option="freq")
    builder.add_text_field("heading", tokenizer_name=_TOKENIZER, index_option="freq")
    for name in ("document", *_FILTERS, "mark"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("uid", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("generation", stored=True)
    return builder.build()


def _analyzer() -> tantivy.TextAnalyzer:
    import tantivy

    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def _record(number: int, passage: Passage) -> tantivy.Document:
    import tantivy

    record = tantivy.Document()
    record.add_unsigned("number", number)
    record.add_text("document", passage.document)
    record.add_text("text", " ".join(terms(passage.text)))
    record.add_text("heading", " ".join(terms("\n".join((passage.title, *passage.heading_path)))))
    values = {
        "lane": (passage.lane,),
        "part": (passage.part,),
        "theme": passage.themes,
        "genre": (passage.genre,),
        "period": (passage.period,),
        "organization": (passage.organization,),
    }
    for field in _FILTERS:
        for value in values[field]:
            if value:
                record.add_text(field, value)
    return record


def _mark_record(uid: str, generation: int) -> tantivy.Document:
    import tantivy

    record = tantivy.Document()
    record.add_text("mark", "mark")
    record.add_text("uid", uid)
    record.add_unsigned("generation", generation)
    return record
