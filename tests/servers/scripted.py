"""An OpenAI-compatible server on loopback that follows a script: one step for each request, the last one repeated.

with Scripted([Fail(429, retry_after="2"), Say("好")]) as server: ... server.url ... server.requests
"""

from __future__ import annotations

import json
import re
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 64},
}
Body = dict[str, Any]


@dataclass(frozen=True)
class Say:
    """A reply; sent as SSE where the request streams. ``cut``: the connection ends without finish_reason."""

    text: str
    finish: str | None = "stop"
    reasoning: str = ""
    usage: Body | None = field(default_factory=lambda: dict(USAGE))
    tool: tuple[str, str] | None = None
    piece: int = 4
    cut: bool = False


@dataclass(frozen=True)
class Fail:
    status: int
    message: str = "scripted failure"
    code: str = ""
    retry_after: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Raw:
    """Any body under any content type."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200


@dataclass(frozen=True)
class Hang:
    """Says nothing until the server is closed."""


@dataclass(frozen=True)
class Drip:
    """A byte now and then, never a reply."""

    bytes_a_second: float = 50.0


@dataclass(frozen=True)
class Reset:
    """Sends the beginning of a stream, then resets the connection."""

    text: str = ""


Step = Say | Fail | Raw | Hang | Drip | Reset
Script = Sequence[Step] | Callable[[Body], Step]


class Scripted:
    """``requests``: the JSON bodies in order; ``headers`` likewise; ``host`` other than loopback is never used."""

    def __init__(self, script: Script) -> None:
        self.requests: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.closing = threading.Event()
        self._script = script
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.scripted = self
        self._thread = threading.Thread(
            target=lambda: self._server.serve_forever(poll_interval=0.02), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def step(self, path: str, headers: dict[str, str], body: Body) -> Step:
        with self._lock:
            self.requests.append(body)
            self.headers.append(headers)
            self.paths.append(path)
            number = len(self.requests)
        if callable(self._script):
            return self._script(body)
        return self._script[min(number, len(self._script)) - 1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    scripted: Scripted

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body go at once: 40 ms less in any client
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self._json(200, {"object": "list", "data": [{"id": "scripted", "object": "model"}]})

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body: Body = json.loads(self.rfile.read(length) or b"{}")
        step = self.server.scripted.step(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        answer = {
            Say: self._say,
            Fail: self._fail,
            Raw: self._raw,
            Hang: self._hang,
            Drip: self._drip,
            Reset: self._reset,
        }
        answer[type(step)](step, body)  # type: ignore[operator]

    def _json(self, status: int, data: Body, headers: Sequence[tuple[str, str]] = ()) -> None:
        self._bytes(status, json.dumps(data, ensure_ascii=False).encode(), "application/json", headers)

    def _bytes(self, status: int, data: bytes, kind: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        self.send_response(status)
        for name, value in [("content-type", kind), ("content-length", str(len(data))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _fail(self, step: Fail, body: Body) -> None:
        headers = [*step.headers, ("retry-after", step.retry_after)] if step.retry_after else step.headers
        error = {"message": step.message, "type": "scripted", "code": step.code or None}
        self._json(step.status, {"error": error}, headers)

    def _raw(self, step: Raw, body: Body) -> None:
        self._bytes(step.status, step.body, step.content_type)

    def _hang(self, step: Hang, body: Body) -> None:
        self.server.scripted.closing.wait(60)
        self.close_connection = True

    def _drip(self, step: Drip, body: Body) -> None:
        self._begin_stream() if body.get("stream") else self._begin_chunks("application/json")
        while not self.server.scripted.closing.wait(1 / step.bytes_a_second):
            self._chunk(b": waiting\n\n" if body.get("stream") else b" ")

    def _reset(self, step: Reset, body: Body) -> None:
        self._begin_stream()
        for at in range(0, len(step.text), 4):
            self._event(
                {
                    "choices": [
                        {"index": 0, "delta": {"content": step.text[at : at + 4]}, "finish_reason": None}
                    ]
                }
            )
        self.wfile.flush()
        self.connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _say(self, step: Say, body: Body) -> None:
        if body.get("stream"):
            self._say_stream(step, body)
        else:
            message: Body = {"role": "assistant", "content": step.text}
            if step.reasoning:
                message["reasoning_content"] = step.reasoning
            if step.tool:
                message |= {"content": None, "tool_calls": [_tool(step.tool)]}
            choice = {"index": 0, "message": message, "finish_reason": step.finish}
            self._json(200, {**_head("chat.completion"), "choices": [choice], "usage": step.usage})

    def _say_stream(self, step: Say, body: Body) -> None:
        self._begin_stream()
        deltas: list[Body] = [{"role": "assistant", "content": ""}]
        deltas += [{"reasoning_content": step.reasoning}] if step.reasoning else []
        deltas += [
            {"content": step.text[at : at + step.piece]} for at in range(0, len(step.text), step.piece)
        ]
        deltas += [{"tool_calls": [{**_tool(step.tool), "index": 0}]}] if step.tool else []
        for delta in deltas:
            self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        if not step.cut:
            if step.finish:
                self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": step.finish}]})
            if step.usage and (body.get("stream_options") or {}).get("include_usage"):
                self._event({"choices": [], "usage": step.usage})
            self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _begin_stream(self) -> None:
        self._begin_chunks("text/event-stream")

    def _begin_chunks(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()

    def _event(self, data: Body) -> None:
        self._chunk(
            b"data: "
            + json.dumps({**_head("chat.completion.chunk"), **data}, ensure_ascii=False).encode()
            + b"\n\n"
        )

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


def _head(kind: str) -> Body:
    return {"id": "chatcmpl-scripted", "object": kind, "created": 1, "model": "scripted"}


def _tool(tool: tuple[str, str]) -> Body:
    return {"id": "call_1", "type": "function", "function": {"name": tool[0], "arguments": tool[1]}}


def able(body: Body) -> str:
    """What an able model says: the facts of the section asked for, told as they stand; the key of the slots and the
    sources, which the prompt shows beside them, left out."""
    text = str(body["messages"][-1]["content"])
    rows = [r[1:].split("⟧ ", 1) for r in text.splitlines() if r.startswith("⟦") and "⟧ " in r]
    ledger = {id: re.sub(r"（(?:[FQP]\d+\.\d+＝|来源).*$", "", row) for id, row in rows}
    asked = text.partition("本节要写的事实：")[2]
    wanted = asked.splitlines()[0].split("、") if asked else list(ledger)
    return "\n".join(f"{ledger[i]}⟦{i}⟧。" for i in wanted if i in ledger) or "要坚持真抓实干。"
