"""An endpoint that answers each request after a set time, and batches run against it: wall time against the ideal.

The server is a process of its own, so that its work is not the client's; what it answers are the facts asked for, as they
stand. The ideal is what no client can beat: all requests over the places there are, or the longest chain of one brief.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from benchmarks.batch_data import make_briefs
from benchmarks.batch_runs import Used, finish, processor, start, warm
from benchmarks.claims_data import ROOT

_FENCE = re.compile(r"<<<资料 (\w+)>>>")


async def _serve(seconds: float, log: Path) -> None:
    from tests.servers.scripted import able

    with (
        log.open("a", encoding="utf-8", buffering=1) as lines,
        _bodies(log).open("ab", buffering=0) as bodies,
    ):

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])  # type: ignore[index]
                    began, sent = time.time(), await reader.readexactly(length)
                    body = json.loads(sent)
                    await asyncio.sleep(seconds)
                    writer.write(_reply(able(body)))
                    await writer.drain()
                    fence = _FENCE.search(body["messages"][-1]["content"])
                    row = (fence[1] if fence else "", began, time.time(), hash_of(body))
                    bodies.write(sent + b"\n")
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


def _bodies(log: Path) -> Path:
    return log.with_suffix(".bodies")


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


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    pid: int


@contextmanager
def serving(seconds: float, log: Path) -> Iterator[Server]:
    """A server that is up."""
    log.touch()
    command = [sys.executable, "-m", "benchmarks.batch_endpoint", "serve", str(seconds), str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield Server(f"http://127.0.0.1:{process.stdout.readline().strip()}/v1", process.pid)
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


def _most(asked: list[Asked]) -> int:
    edges = sorted([(a.began, 1) for a in asked] + [(a.ended, -1) for a in asked])
    return max(accumulate(step for _, step in edges))


def against_endpoint(root: Path, units: int, concurrency: int, seconds: float, jobs: int) -> None:
    """A batch, then the same requests by bare AsyncOpenAI against the same server: what this machine allows."""
    make_briefs(root / "in", units)
    log, bare = root / "log", root / "bare"
    with serving(seconds, log) as server:
        model = {"ZHIBI_MODEL": "m", "ZHIBI_BASE_URL": server.url, "ZHIBI_CONCURRENCY": str(concurrency)}
        warm(root, **model)
        log.write_bytes(b"")
        before = processor(server.pid)
        process = start(root / "in", root / "out", jobs=jobs, **model)
        used = Used(process)
        began, ended, failed, _ = finish(process)
        served = processor(server.pid) - before
    asked = requests(log)
    briefs = _briefs(asked, _bodies(log).read_bytes().splitlines()[-len(asked) :])
    with serving(seconds, bare) as server:
        command = [sys.executable, "-m", "benchmarks.batch_endpoint", "bare", server.url, str(concurrency)]
        subprocess.run(command, input=json.dumps(briefs), text=True, check=True, cwd=ROOT)
    again = requests(bare)
    assert Counter(a.digest for a in again) == Counter(a.digest for a in asked)
    ideal = max(len(asked) / concurrency, longest_chain(asked)) * seconds
    _print(units, asked, ideal, (began, ended), failed)
    work, cores = used.total(), len(os.sched_getaffinity(0))
    print(f"processor {work:.1f} s ({work / units:.3f} a unit) and {served:.1f} s of the server's, over {cores} cores "
          f"{(work + served) / cores:.1f} s: run over the larger of that and the ideal "
          f"{(ended - began) / max(ideal, (work + served) / cores):.2f}")  # fmt: skip
    span = max(a.ended for a in again) - min(a.began for a in again)
    print(
        f"the same requests by bare AsyncOpenAI, of each brief one and then the others at once: {span:.1f} s ({span / ideal:.2f})"
    )


def _print(units: int, asked: list[Asked], ideal: float, run: tuple[float, float], failed: int) -> None:
    first, last = min(a.began for a in asked), max(a.ended for a in asked)
    began, ended = run
    print(f"{units} units, {len(asked)} requests, longest chain {longest_chain(asked)}, failed {failed}, at once at most {_most(asked)}")  # fmt: skip
    print(f"ideal {ideal:.1f} s; requests from first to last {last - first:.1f} s ({(last - first) / ideal:.2f}); "
          f"run {ended - began:.1f} s ({(ended - began) / ideal:.2f}), of it before the first request {first - began:.1f} s, "
          f"after the last {ended - last:.1f} s")  # fmt: skip


def _briefs(asked: list[Asked], bodies: list[bytes]) -> list[list[Any]]:
    """The bodies of each brief in the order they came."""
    rows: dict[str, list[Any]] = defaultdict(list)
    for a, body in sorted(zip(asked, bodies, strict=True), key=lambda row: row[0].began):
        rows[a.brief].append(json.loads(body))
    return list(rows.values())


async def _bare(url: str, concurrency: int, briefs: list[list[Any]]) -> None:
    """Of each brief the first request, then the others at once."""
    from openai import AsyncOpenAI

    client, places = AsyncOpenAI(base_url=url, api_key="k", max_retries=0), asyncio.Semaphore(concurrency)

    async def call(body: dict[str, Any]) -> None:
        async with places:
            await client.chat.completions.create(**body)

    async def one(first: Any, *others: Any) -> None:
        await call(first)
        await asyncio.gather(*map(call, others))

    await asyncio.gather(*(one(*bodies) for bodies in briefs))


def _main(what: str, *given: str) -> None:
    if what == "bare":
        asyncio.run(_bare(given[0], int(given[1]), json.load(sys.stdin)))
    else:
        asyncio.run(_serve(float(given[0]), Path(given[1])))


if __name__ == "__main__":
    _main(*sys.argv[1:])
