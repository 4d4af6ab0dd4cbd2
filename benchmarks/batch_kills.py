"""kill -9 at random moments of a batch whose model is paid for: nothing lost, no stored reply asked for again."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from assistant.batch.journal import FILE_NAME
from benchmarks.batch_data import make_briefs
from benchmarks.batch_endpoint import requests, serving
from benchmarks.batch_runs import finish, start

_REPLIES = "replies.sqlite3"


def kill_runs(root: Path, units: int, times: int, seed: int = 3) -> None:
    make_briefs(root / "in", units)
    rng, out, log = random.Random(seed), root / "out", root / "log"
    with serving(0.05, log) as server:
        model = {"ZHIBI_MODEL": "m", "ZHIBI_BASE_URL": server.url, "ZHIBI_CONCURRENCY": "4"}
        recorded: dict[str, float] = {}
        again = lost = landed = 0
        for _ in range(times):
            process = start(root / "in", out, jobs=4, **model)
            time.sleep(rng.uniform(0.2, 6))
            process.send_signal(signal.SIGKILL)
            landed += process.wait() == -signal.SIGKILL
            now = _recorded(out)
            again += sum(now.get(k, at) != at for k, at in recorded.items())
            lost += sum(k not in now for k in recorded)
            recorded = now
        _, _, failed, _ = finish(start(root / "in", out, jobs=4, **model))
    final = _recorded(out)
    again += sum(final[k] != at for k, at in recorded.items())
    whole = sum((out / f"{k}.docx").read_bytes()[-22:-18] == b"PK\x05\x06" for k in final)
    asked = Counter(a.digest for a in requests(log))
    print(f"kills {landed} of {times} landed; units {len(final)} of {units}, whole files {whole}, failed {failed}, "
          f"recorded units lost {lost}, drafted again {again}")  # fmt: skip
    print(f"requests {asked.total()}, different {len(asked)}, replies stored {_stored(root)}; asked twice "
          f"{sum(n > 1 for n in asked.values())} (under way when the process was killed: at most {4 * times})")  # fmt: skip


def _recorded(out: Path) -> dict[str, float]:
    return {
        k: at
        for k, at, status in _rows(out / FILE_NAME, "SELECT key, updated, status FROM units")
        if status == "done"
    }


def _stored(root: Path) -> int:
    return len(_rows(root / "workspace" / _REPLIES, "SELECT key FROM replies"))


def _rows(path: Path, query: str) -> list:  # type: ignore[type-arg]
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as db:
        try:
            return db.execute(query).fetchall()
        except sqlite3.OperationalError:
            return []
