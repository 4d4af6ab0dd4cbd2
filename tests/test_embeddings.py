"""Endpoint embeddings over a real socket: a loopback server, the egress log, and marks that stop a text."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from assistant.catalogue import load_catalogue
from assistant.errors import EgressRefusedError, InputError, ServiceError
from assistant.holdings import open_library
from assistant.models.embeddings import open_embeddings
from assistant.settings import Settings, load_settings

ASKED: list[dict] = []


class _Server(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ASKED.append(body)
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        rows = [{"object": "embedding", "index": n, "embedding": _vector(t)} for n, t in enumerate(texts)]
        data = json.dumps(
            {"object": "list", "data": rows, "model": "e", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        )
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data.encode())

    def log_message(self, *_: object) -> None: ...


def _vector(text: str) -> list[float]:
    return [float(text.count(c)) + 0.1 for c in "水河治理学习党建财务"]


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    ASKED.clear()
    yield load_settings(
        embed_model="e", base_url=f"http://127.0.0.1:{server.server_port}/v1", workspace=tmp_path / "w"
    )
    server.shutdown()
    server.server_close()
    thread.join()


def test_texts_go_as_texts_and_are_logged(settings: Settings) -> None:
    embeddings = open_embeddings(settings)
    assert embeddings is not None
    assert len(embeddings.embed_documents(["治理河道", "财务公开"])) == 2
    assert ASKED[0]["input"] == ["治理河道", "财务公开"], "words, not token ids"
    log = (settings.workspace / "egress.jsonl").read_text("utf-8")
    assert "治理" not in log
    assert '"role": "embed"' in log
    embeddings.close()


def test_the_index_takes_them_in(settings: Settings) -> None:
    with open_library(settings, load_catalogue()) as index:
        hits = index.search("河道治理", lane="precedent", limit=3)
    assert hits
    assert all("示例县水利局" not in str(body["input"]) for body in ASKED), "past summaries go masked"


def test_nothing_is_set_nothing_goes(tmp_path: Path) -> None:
    assert open_embeddings(load_settings(workspace=tmp_path)) is None
    with pytest.raises(InputError, match="base_url"):
        open_embeddings(load_settings(embed_model="e", workspace=tmp_path))
    with pytest.raises(EgressRefusedError):
        open_embeddings(
            load_settings(embed_model="e", base_url="https://vectors.example/v1", workspace=tmp_path)
        )


def test_a_dead_server_is_one_sentence(tmp_path: Path) -> None:
    embeddings = open_embeddings(
        load_settings(embed_model="e", base_url="http://127.0.0.1:9/v1", workspace=tmp_path, max_retries=0)
    )
    assert embeddings is not None
    with pytest.raises(ServiceError, match="向量服务"):
        embeddings.embed_query("治理")
    embeddings.close()
