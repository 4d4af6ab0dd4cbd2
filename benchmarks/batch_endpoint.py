"""An endpoint that answers each request after a set time, and batches run against it: wall time against the ideal.

The server is a process of its own, so that its work is not the client's; what it answers are the facts asked for, as they
stand. The ideal is what no client can beat: all requests over the places there are, or the longest chain of one brief.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.claims_data import ROOT

_FENCE = re.compile(r"<<<资料 (\w+)>>>")


async def _serve(seconds: float, log: Path) -> None:
    from tests.servers.scripted import able

    with log.open("a", encoding="utf-8", buffering=1) as lines:

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])  # type: ignore[index]
                    began, body = time.time(), json.loads(await reader.readexactly(length))
                    await asyncio.sleep(seconds)
                    writer.write(_reply(able(body)))
                    await writer.drain()
                    fence = _FENCE.search(body["messages"][-1]["content"])
                    row = (fence[1] if fence else "", began, time.time(), hash_of(body))
                    lines.write(json.dumps(row) + "\n")
            except (asyncio.IncompleteReadError, ConnectionError):
                writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0, limit=2**22, backlog=1024)
        print(server.sockets[0].getsockname()[1], flush=True)
        async with server:
            await server.serve_forever()


def hash_of(body: object) -> str:
    import hashlib

    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _reply(text: str) -> bytes:
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    data = json.dumps(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [choice],
            "usage": usage,
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
    return head.encode() + data


@contextmanager
def serving(seconds: float, log: Path) -> Iterator[str]:
    """The base URL of a server that is up."""
    log.touch()
    command = [sys.executable, "-m", "benchmarks.batch_endpoint", str(seconds), str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        finally:
            process.kill()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the server saw it."""

    brief: str
    began: float
    ended: float
    digest: str


def requests(log: Path) -> list[Asked]:
    return [Asked(*json.loads(line)) for line in log.read_text("utf-8").splitlines()]


def longest_chain(asked: list[Asked]) -> int:
    """The most requests of one brief that were made one after another."""
    by_brief: dict[str, list[Asked]] = defaultdict(list)
    for a in asked:
        by_brief[a.brief].append(a)
    return max((_disjoint(rows) for rows in by_brief.values()), default=0)


def _disjoint(rows: list[Asked]) -> int:
    count, free = 0, 0.0
    for a in sorted(rows, key=lambda a: a.ended):
        if a.began >= free:
            count, free = count + 1, a.ended
    return count


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), Path(sys.argv[2])))
