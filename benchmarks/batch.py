"""Batch drafting with the embedded writer: drafts a second, memory, growth, twins, and resume after kill -9.

    python -m benchmarks.batch [--units 1000] [--jobs 1,2] [--growth 10,100,1000] [--kills 20]

Trust ratios on a shared machine, not seconds. Nothing here needs the network.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assistant.batch.engines import local_engine
from assistant.batch.journal import FILE_NAME
from assistant.batch.manifest import read_manifest
from assistant.batch.run import Outcome, run_batch
from assistant.batch.twins import compare
from assistant.batch.work import Plan, Writer
from assistant.settings import load_settings
from benchmarks.batch_data import make_briefs


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--jobs", default="1,2")
    parser.add_argument("--growth", default="10,100")
    parser.add_argument("--kills", type=int, default=20)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        os.environ["ZHIBI_WORKSPACE"] = str(root / "workspace")
        twins(root, 50)
        growth(root, [int(n) for n in args.growth.split(",")])
        for jobs in map(int, args.jobs.split(",")):
            speed(root, args.units, jobs)
        kills(root, 40, args.kills)


def plan() -> Plan:
    return Plan.of(load_settings(), ("docx",))


def _batch(root: Path, units: int, jobs: int) -> Outcome:
    make_briefs(root / f"in{units}", units)
    manifest = read_manifest(root / f"in{units}")
    return run_batch(manifest, root / f"out{units}-{jobs}", plan(), local_engine(plan(), jobs))


def speed(root: Path, units: int, jobs: int) -> None:
    started = time.monotonic()
    outcome = _batch(root, units, jobs)
    spent = time.monotonic() - started
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    work = sum(r.seconds for r in outcome.results)
    print(
        f"{units} units, {jobs} process(es): {spent:.1f} s, {units / spent:.2f} drafts/s, {1000 * work / units:.0f} ms a draft, "
        f"failed {len(outcome.failed)}, peak parent {own} MB, child {children} MB"
    )


def growth(root: Path, sizes: list[int]) -> None:
    """Seconds a draft at each size in one warm process; the slope of log time over log units (1: linear)."""
    writer, points = Writer(plan()), []
    for size in sizes:
        make_briefs(root / f"in{size}", size)
        units = read_manifest(root / f"in{size}").units
        writer(units[0])
        started = time.process_time()
        for unit in units:
            writer(unit)
        points.append((size, time.process_time() - started))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"growth: {size} units, {points[-1][1]:.2f} s of processor time, {1000 * points[-1][1] / size:.0f} ms each, peak {peak} MB"
        )
    if len(points) > 1:
        (a, x), (b, y) = points[0], points[-1]
        print(f"growth: exponent {math.log(y / x) / math.log(b / a):.2f}")


def twins(root: Path, count: int) -> None:
    make_briefs(root / "twins", count)
    results = [w.result for w in map(Writer(plan()), read_manifest(root / "twins").units)]
    found = compare((r.key, r.narrative, r.told) for r in results)
    shares = [t.share for t in (found.highest or {}).values()]
    pairs = count * (count - 1) // 2
    print(f"twins: {count} units, highest share {max(shares, default=0):.1%}, mean of highest {sum(shares) / max(len(shares), 1):.1%}, "
          f"pairs above 10%: {len(found.pairs)} of {pairs}")  # fmt: skip
    strict = compare((r.key, r.narrative, 0) for r in results)
    top = max((t.share for t in (strict.highest or {}).values()), default=0)
    print(f"twins: of the sentences that tell no fact alone, highest share {top:.1%}")


_RUN = """
import sys
from pathlib import Path
from assistant.batch.engines import local_engine
from assistant.batch.manifest import read_manifest
from assistant.batch.run import run_batch
from benchmarks.batch import plan
if __name__ == "__main__":
    print("ready", flush=True)
    run_batch(read_manifest(Path(sys.argv[1])), Path(sys.argv[2]), plan(), local_engine(plan(), 1))
"""


def kills(root: Path, units: int, times: int) -> None:
    """kill -9 at random moments; then every unit stands, whole, and no recorded one was drafted again."""
    make_briefs(root / "kill", units)
    out, rng = root / "killed", random.Random(3)
    command = [sys.executable, "-c", _RUN, str(root / "kill"), str(out)]
    recorded: dict[str, float] = {}
    again = 0
    for _ in range(times):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(rng.uniform(0.5, 4))
            child.send_signal(signal.SIGKILL)
        now = _rows(out)
        again += sum(now[k] != at for k, at in recorded.items())
        recorded = now
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    final = _rows(out)
    again += sum(final[k] != at for k, at in recorded.items())
    whole = sum((out / f"{k}.docx").read_bytes()[-22:-18] == b"PK\x05\x06" for k in final)
    print(
        f"kill -9: {times} kills, {len(final)} of {units} units, {whole} whole files, {again} recorded units drafted again"
    )


def _rows(out: Path) -> dict[str, float]:
    if not (out / FILE_NAME).exists():
        return {}
    db = sqlite3.connect(out / FILE_NAME)
    try:
        return dict(db.execute("SELECT key, updated FROM units"))
    except sqlite3.OperationalError:
        return {}
    finally:
        db.close()


if __name__ == "__main__":
    multiprocessing.freeze_support()
    main()
