"""A run that is killed, and many briefs at once, against a scripted endpoint on this machine.

    python -m benchmarks.gateway kill [--times 30] [--briefs 10]
    python -m benchmarks.gateway speed [--briefs 20] [--sections 8] [--concurrency 64] [--seconds 1.0]

``kill``: a run is killed (SIGKILL) at a random request and started again until it ends; its files must be those of a run
nobody disturbed, and no request may be sent again once its reply was stored. ``speed``: wall time against the ideal
critical path (one request first for the prompt cache, then all the others in waves), and raw AsyncOpenAI beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.claims_data import ROOT
from tests.servers.scripted import Say, Scripted, able

_BRIEF = """kind: party-building-summary
organization: 示例县第{n}水务站
body: 党支部
period: 2025-H1
date: 2025-07-04
facts:
{facts}
problems: [部分党员参与主题党日积极性不高]
plans: [下半年每季度至少组织1次现场主题党日]
"""
_FACTS = ("班子成员讲党课{k}次", "开展廉政谈话{k}人次", "发展党员{k}名", "指导{k}个党小组按期换届", "组织主题党日活动{k}次",
          "走访困难党员{k}人次", "举办读书班{k}期", "开展应急抢修{k}次", "召开党建专题会议{k}次", "更换老旧水表{k}块")  # fmt: skip


def write_briefs(folder: Path, count: int) -> list[Path]:
    paths = []
    for n in range(1, count + 1):
        facts = "\n".join(f"  - {f.format(k=n + i + 2)}" for i, f in enumerate(_FACTS))
        paths.append(folder / f"brief-{n:02d}.yaml")
        paths[-1].write_text(_BRIEF.format(n=n, facts=facts), "utf-8")
    return paths


def run_all(
    briefs: list[Path], url: str, workspace: Path, out: Path, *, jobs: int = 4, concurrency: int = 8
) -> None:
    """Every brief drafted to a JSON file of its text; a file that is there is not written again."""
    from assistant.catalogue import load_catalogue
    from assistant.drafting import Job, draft
    from assistant.formats.briefs import read_brief
    from assistant.settings import Settings

    catalogue = load_catalogue()
    settings = Settings(
        model="m", base_url=url, api_key="k", workspace=workspace, timeout=60, concurrency=concurrency
    )  # type: ignore[arg-type]

    def one(path: Path) -> None:
        target = out / f"{path.stem}.json"
        if not target.exists():
            done = draft(Job(read_brief(path), settings, catalogue))
            part = target.with_suffix(".part")
            part.write_text(json.dumps([b.text for b in done.document().blocks], ensure_ascii=False), "utf-8")
            part.replace(target)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(one, briefs))


def files(out: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(out.glob("*.json"))}


def slow(seconds: float) -> Any:
    def step(body: dict[str, Any]) -> Say:
        time.sleep(seconds)
        return Say(able(body))

    return step


def stored(workspace: Path) -> int:
    path = workspace / "replies.sqlite3"
    if not path.exists():
        return 0
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        return int(db.execute("SELECT COUNT(*) FROM replies").fetchone()[0])


def killed_run(
    folder: Path, briefs: list[Path], request: int, delay: float = 0.0, seconds: float = 0.05
) -> dict[str, Any]:
    """One run killed ``delay`` seconds after its ``request``-th request came in, then run to its end."""
    workspace, out = folder / "workspace", folder / "out"
    out.mkdir(parents=True)
    with Scripted(slow(seconds)) as server:
        command = [
            sys.executable,
            "-m",
            "benchmarks.gateway",
            "_run",
            str(briefs[0].parent),
            server.url,
            str(workspace),
            str(out),
        ]
        with _started(command) as process:
            while len(server.requests) < request and process.poll() is None:
                time.sleep(0.002)
            time.sleep(delay)
            if alive := process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        before, kept = sum(map(bool, server.requests)), stored(workspace)
        with _started(command) as again:
            if code := again.wait():
                raise SystemExit(f"the run that was to finish the work ended with {code}")
        asked = Counter(
            hashlib.sha256(json.dumps(r["messages"], sort_keys=True).encode()).hexdigest()
            for r in server.requests
            if r
        )
    return {
        "killed": alive, "files": files(out), "requests": sum(asked.values()), "different": len(asked), "sent_before": before,
        "stored_before": kept, "again": sum(n - 1 for n in asked.values()), "unanswered": before - kept,
    }  # fmt: skip


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    """A run in a session of its own; it ends when this process does, however that comes."""
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdin=subprocess.PIPE)


def _end_with_parent() -> None:
    """Standard input is a pipe nobody writes to: its end is the end of the process that holds the other side."""

    def watch() -> None:
        os.read(0, 1)  # not through sys.stdin, whose lock would hold up the end of the process
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def kill(times: int, count: int, seed: int = 1) -> None:
    chance = random.Random(seed)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "briefs").mkdir()
        briefs = write_briefs(folder / "briefs", count)
        calm = calm_run(folder / "calm", briefs)
        rows = []
        for n in range(times):
            request, delay = chance.randint(1, calm["requests"]), chance.uniform(0, 0.1)
            rows.append(killed_run(folder / f"k{n}", briefs, request, delay))
            print(f"{n + 1}/{times}", file=sys.stderr, flush=True)
    report = {
        "kills": times, "briefs": count, "requests_undisturbed": calm["requests"], "really_killed": sum(r["killed"] for r in rows),
        "same_files": sum(r["files"] == calm["files"] for r in rows), "sent_again_after_stored": sum(max(0, r["again"] - r["unanswered"]) for r in rows),
        "sent_again_in_flight": sum(r["again"] for r in rows),
    }  # fmt: skip
    print(json.dumps(report, indent=1))


def calm_run(folder: Path, briefs: list[Path]) -> dict[str, Any]:
    """The same run, undisturbed."""
    out = folder / "out"
    out.mkdir(parents=True)
    with Scripted(slow(0.05)) as server:
        started = time.monotonic()
        run_all(briefs, server.url, folder / "workspace", out)
        return {"files": files(out), "requests": len(server.requests), "wall": time.monotonic() - started}


@contextmanager
def served(seconds: float) -> Iterator[str]:
    """The scripted server in a process of its own, so that its work is not counted as ours."""
    command = [sys.executable, "-m", "benchmarks.gateway", "_serve", str(seconds)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def _serve(seconds: float) -> None:
    with Scripted(slow(seconds)) as server:
        print(server.url, flush=True)
        sys.stdin.read()


def speed(count: int, sections: int, concurrency: int, seconds: float) -> None:
    """Drafting chains of ``count`` documents at once, each its first section alone, then the rest."""
    from assistant.catalogue import load_catalogue
    from assistant.compose import compose_all
    from assistant.drafting import Job, prepare
    from assistant.formats.briefs import read_brief
    from assistant.models.endpoint import open_endpoint
    from assistant.settings import Settings

    with TemporaryDirectory() as name, served(seconds) as url:
        folder = Path(name)
        settings = Settings(
            model="m", base_url=url, api_key="k", workspace=folder, timeout=60, concurrency=concurrency
        )  # type: ignore[arg-type]
        catalogue, tasks = load_catalogue(), []
        for path in write_briefs(folder, count):
            found = list(prepare(Job(read_brief(path), settings, catalogue)).tasks)
            tasks.append([found[n % len(found)] for n in range(sections)])
            tasks[-1] = [_renamed(t, n) for n, t in enumerate(tasks[-1])]
        model = open_endpoint(settings, "draft")
        compose_all(
            [_renamed(tasks[0][0], 99)], model, catalogue
        )  # imports, compiled patterns, the first connection
        started, cpu = time.monotonic(), time.process_time()
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(lambda t: compose_all(t, model, catalogue, concurrency=concurrency), tasks))
        wall, used = time.monotonic() - started, time.process_time() - cpu
        raw = asyncio.run(_raw(url, count, sections, concurrency))
        model.close()
    calls = count * sections
    waves = -(-(calls - count) // concurrency)
    ideal = seconds * (1 + waves) if count <= concurrency else seconds * -(-calls // concurrency)
    print(json.dumps({"calls": calls, "ideal": ideal, "wall": round(wall, 2), "ratio": round(wall / ideal, 3),
                      "raw_openai": round(raw, 2), "raw_ratio": round(raw / ideal, 3), "cpu_ms_a_call": round(1000 * used / calls, 2)}))  # fmt: skip


def _renamed(task: Any, n: int) -> Any:
    from dataclasses import replace

    return replace(task, plan=replace(task.plan, id=f"s{n}", heading=f"{task.plan.heading}之{n}"))


async def _raw(url: str, count: int, sections: int, concurrency: int) -> float:
    from openai import AsyncOpenAI

    client, gate = AsyncOpenAI(base_url=url, api_key="k", max_retries=0), asyncio.Semaphore(concurrency)

    async def call(n: int) -> None:
        async with gate:
            message = [{"role": "user", "content": f"{n}本节要写的事实：无\n"}]
            await client.chat.completions.create(model="m", messages=message)  # type: ignore[arg-type]

    async def document(d: int) -> None:
        await call(d * 100)
        await asyncio.gather(*(call(d * 100 + s) for s in range(1, sections)))

    started = time.monotonic()
    await asyncio.gather(*(document(d) for d in range(count)))
    return time.monotonic() - started


def main() -> None:
    if sys.argv[1:2] == ["_run"]:
        _end_with_parent()
        folder, url, workspace, out = sys.argv[2:]
        run_all(sorted(Path(folder).glob("*.yaml")), url, Path(workspace), Path(out))
        return
    if sys.argv[1:2] == ["_serve"]:
        _serve(float(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("kill", "speed"))
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--briefs", type=int, default=0)
    parser.add_argument("--sections", type=int, default=8)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=1.0)
    args = parser.parse_args()
    if args.what == "kill":
        kill(args.times, args.briefs or 10)
    else:
        speed(args.briefs or 20, args.sections, args.concurrency, args.seconds)


if __name__ == "__main__":
    main()
