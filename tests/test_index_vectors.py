"""Vectors in Chroma: in a folder and on a server, filled, resumed, rebuilt; and documents exchanged by machines."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from assistant.document import Block, Document
from assistant.errors import KnowledgeError, ServiceError
from assistant.index import Index, SourceMeta
from assistant.index.embeddings import HashedEmbeddings
from assistant.index.vectors import Vectors

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:chromadb")


class Meaning(Embeddings):
    """Stands for an endpoint that knows two words for one thing; counts what it is asked and can fail."""

    model = "meaning"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.fail_after: int | None = None

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if self.fail_after is not None and len(self.texts) >= self.fail_after:
            raise ConnectionError("endpoint is down")
        self.texts += texts
        return [self.embed_query(t) for t in texts]

    def embed_query(self, text: str) -> list[float]:
        return [float("党课" in text or "宣讲" in text), float("廉洁" in text or "清廉" in text), 0.1]


def add(index: Index, *texts: str) -> None:
    for n, text in enumerate(texts):
        index.add(
            Document((Block(f"{text[:4]}总结", "title"), Block(text))),
            SourceMeta(),
            "precedent",
            f"{n}-{text[:4]}.docx",
            text,
        )


def test_vectors_find_what_words_do_not_and_follow_changes(tmp_path: Path) -> None:
    meaning = Meaning()
    with Index.open(tmp_path / "index", embeddings=meaning) as index:
        add(index, "书记王建国同志讲党课6次。", "开展廉洁教育3次。")
        assert index.search("宣讲", lane="precedent")[0].passage.source == "0-书记王建.docx"
        assert index.search("宣讲", lane="policy") == []
        assert index.stats().vectors.startswith("passages-")
        index.remove("0-书记王建.docx")
        assert {h.passage.source for h in index.search("宣讲")} == {"1-开展廉洁.docx"}
        index.rebuild()
        assert [h.passage.source for h in index.search("清廉")] == ["1-开展廉洁.docx"]
    assert not any("王建国" in t or "6" in t for t in meaning.texts)


def test_an_interrupted_filling_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.index.vectors._DOCUMENTS", 2)
    meaning = Meaning()
    with Index.open(tmp_path / "index", embeddings=meaning) as index:
        add(index, *(f"第{c}支部讲党课。" for c in "甲乙丙丁戊己"))
        meaning.fail_after = 4
        with pytest.raises(ServiceError, match="向量模型出错"):
            index.sync()
        meaning.fail_after = None
        index.sync()
        assert len(meaning.texts) == 6
        assert len(index.search("宣讲", limit=9)) == 6


def test_a_lost_vector_folder_is_filled_again(tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "index"
    with Index.open(folder, embeddings=HashedEmbeddings()) as index:
        add(index, "讲党课6次，组织学习。", "开展廉洁教育。")
        index.sync()
    shutil.rmtree(folder / "vectors")
    with Index.open(folder, embeddings=HashedEmbeddings()) as index:
        index.sync()
        assert index._vectors is not None
        assert set(index._vectors.search("讲党课", 5, {})) == {
            p.id for d in index.list() for p in index.passages(d.id)
        }


def test_each_model_has_its_own_collection(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        small, large = (Vectors(tmp_path, index._store, embeddings=HashedEmbeddings(n)) for n in (64, 128))
        assert small.name != large.name


# -- a server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    command = Path(sys.executable).with_name("chroma")
    if not command.exists():
        pytest.skip("the chroma command is not installed")
    process = subprocess.Popen(
        [command, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def test_two_machines_share_documents_through_a_server(tmp_path: Path, server: str) -> None:
    with Index.open(tmp_path / "a", url=server) as a, Index.open(tmp_path / "b", url=server) as b:
        add(a, "甲单位讲党课6次。", "甲单位开展廉洁教育。")
        add(b, "乙单位组织志愿服务。")
        a.sync(), b.sync(), a.sync()
        assert a.digest == b.digest
        assert b.search("讲党课")[0].passage.source == "0-甲单位讲.docx"
        b.remove("0-甲单位讲.docx")
        b.sync(), a.sync()
        assert a.digest == b.digest
        assert {d.name for d in a.list()} == {"1-甲单位开.docx", "0-乙单位组.docx"}
        a.sync(), b.sync()
        assert len(b.list()) == 2


def test_vectors_on_a_server(tmp_path: Path, server: str) -> None:
    with Index.open(tmp_path / "a", url=server, embeddings=Meaning()) as a:
        add(a, "丙单位领导讲党课。", "丙单位廉洁教育。")
        a.sync()
        assert a.search("宣讲")[0].passage.source == "0-丙单位领.docx"
        a.rebuild()
        assert a.search("清廉")[0].passage.source == "1-丙单位廉.docx"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://127.0.0.1:1/"])
def test_a_server_that_is_not_there_is_a_clear_message(tmp_path: Path, url: str) -> None:
    with Index.open(tmp_path / "a", url=url) as index:
        add(index, "丁单位讲党课。")
        with pytest.raises(ServiceError, match="没有正常应答"):
            index.sync()
        assert len(index.list()) == 1


def test_a_wrong_address_is_a_clear_message(tmp_path: Path) -> None:
    with (
        Index.open(tmp_path / "a", url="localhost:8000") as index,
        pytest.raises(KnowledgeError, match="写法不对"),
    ):
        index.sync()
