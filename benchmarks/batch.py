"""Batch drafting: drafts a second, memory, growth, an endpoint, resume after kill -9, twins. Nothing here needs the network.

    python -m benchmarks.batch briefs   [--units 1000] [--jobs 1 2]     drafts/s and memory over time, embedded writer
    python -m benchmarks.batch growth   [--sizes 10 100 1000 10000]     processor seconds and memory by number of units
    python -m benchmarks.batch endpoint [--units 200] [--concurrency 64] [--seconds 1]   wall time against the ideal and bare AsyncOpenAI
    python -m benchmarks.batch kills    [--units 40] [--times 20]       kill -9 at random moments, with a paid endpoint
    python -m benchmarks.batch twins    [--units 50]                    sentences that drafts of one batch share

Figures are for one machine: trust ratios, not seconds. How long a run takes is in the help of each; with --units 40 all
of them end within minutes. Documents over worker processes: benchmarks/checks_speed.py.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from benchmarks.batch_data import make_briefs, make_sisters
from benchmarks.batch_runs import family, finish, start, warm


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    one = _command(commands, "briefs", briefs, "about 0.3 s a unit and process, after 5 s of start")
    one.add_argument("--units", type=int, default=1000)
    one.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    one = _command(commands, "growth", growth, "about 0.3 s a unit of the sum of the sizes")
    one.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000])
    one = _command(commands, "endpoint", endpoint, "about 8 requests a unit, over --concurrency")
    one.add_argument("--units", type=int, default=200)
    one.add_argument("--concurrency", type=int, default=64)
    one.add_argument("--seconds", type=float, default=1.0)
    one.add_argument("--jobs", type=int, default=0, help="units at once; 0: what zhibi batch takes by itself")
    one = _command(commands, "kills", kills, "about 10 s a kill")
    one.add_argument("--units", type=int, default=40)
    one.add_argument("--times", type=int, default=20)
    one = _command(commands, "twins", twins, "about 0.3 s a unit")
    one.add_argument("--units", type=int, default=50)
    args = vars(parser.parse_args())
    run = args.pop("run")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ZHIBI_WORKSPACE"] = str(Path(folder) / "workspace")
        run(Path(folder), **args)
    return 0


def _command(
    commands: argparse._SubParsersAction, name: str, run: Callable, lasts: str
) -> argparse.ArgumentParser:  # type: ignore[type-arg]
    parser = commands.add_parser(name, help=lasts, description=f"{run.__doc__} Lasts {lasts}.")
    parser.set_defaults(run=run)
    return parser


def briefs(root: Path, units: int, jobs: list[int]) -> None:
    """Drafts a second and memory of the embedded writer, with each number of processes."""
    make_briefs(root / "in", units)
    print(
        f"{'jobs':>4} {'units':>6} {'seconds':>8} {'drafts/s':>9} {'s/draft':>8} {'failed':>6}  MB of all processes at 1/4, 1/2, 3/4, end (peak)"
    )
    for count in jobs:
        process = start(root / "in", root / f"out{count}", jobs=count)
        memory: list[int] = []
        watcher = threading.Thread(target=_watch, args=(process, memory))
        watcher.start()
        began, ended, failed, work = finish(process)
        watcher.join()
        spent, at = ended - began, [memory[int(len(memory) * n / 4) - 1] for n in (1, 2, 3, 4)]
        print(
            f"{count:>4} {units:>6} {spent:>8.1f} {units / spent:>9.2f} {work / units:>8.3f} {failed:>6}  {at} ({max(memory)})",
            flush=True,
        )


def _watch(process: subprocess.Popen[str], memory: list[int]) -> None:
    while process.poll() is None:
        memory.append(sum(map(_resident, family(process.pid))) or (memory or [0])[-1])
        time.sleep(0.2)


def _resident(pid: int) -> int:
    """MB, what is shared with others counted in part."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return int(text.split("\nPss:")[1].split()[0]) // 1024


def growth(root: Path, sizes: list[int]) -> None:
    """Processor seconds of a batch by its number of units, and the slope of log time over log units (1: linear)."""
    print(f"{'units':>6} {'seconds':>8} {'s/unit':>7} {'result sheet':>12}  peak MB of the parent")
    warm(root)
    points = []
    for size in sizes:
        make_briefs(root / f"in{size}", size)
        out = root / f"out{size}"
        before = _processor()
        finish(start(root / f"in{size}", out, formats="md", jobs=1))
        spent, peak = _processor() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        again_began, again_ended, _, _ = finish(start(root / f"in{size}", out, formats="md", jobs=1))
        points.append((size, spent))
        print(
            f"{size:>6} {spent:>8.1f} {spent / size:>7.3f} {again_ended - again_began:>12.2f}  {peak}",
            flush=True,
        )
    for (a, x), (b, y) in pairwise(points):
        print(f"slope {a} to {b}: {math.log(y / x) / math.log(b / a):.2f}")


def endpoint(root: Path, units: int, concurrency: int, seconds: float, jobs: int) -> None:
    """Wall time of a batch against an endpoint that answers after --seconds, and of bare AsyncOpenAI, over the ideal."""
    from benchmarks.batch_endpoint import against_endpoint

    against_endpoint(root, units, concurrency, seconds, jobs)


def _processor() -> float:
    """Seconds of all processes started and ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def kills(root: Path, units: int, times: int) -> None:
    """kill -9 at random moments of a batch with an endpoint; every unit must stand, and no stored reply be asked for again."""
    from benchmarks.batch_kills import kill_runs

    kill_runs(root, units, times)


def twins(root: Path, units: int) -> None:
    """Sentences that drafts of one batch share: units with facts of their own, and sisters that did the same things."""
    from assistant.batch.engines import Serial
    from assistant.batch.journal import standing
    from assistant.batch.manifest import read_manifest
    from assistant.batch.run import run_batch
    from assistant.batch.twins import compare
    from assistant.batch.work import Plan
    from assistant.settings import load_settings

    make_briefs(root / "unlike", units)
    make_sisters(root / "sisters", units)
    plan = Plan.of(load_settings(), ("md",))
    pairs = units * (units - 1) // 2
    for name in ("unlike", "sisters"):
        out = root / f"{name}-out"
        run_batch(read_manifest(root / name), out, plan, Serial())
        results = standing(out)
        found = compare((r.key, r.narrative, r.told) for r in results)
        shares = [t.share for t in (found.highest or {}).values()]
        print(f"twins: {units} {name} units, highest share {max(shares, default=0):.1%}, mean of highest "
              f"{sum(shares) / max(len(shares), 1):.1%}, pairs above 10%: {len(found.pairs)} of {pairs}")  # fmt: skip
        strict = compare((r.key, r.narrative, 0) for r in results)
        top = max((t.share for t in (strict.highest or {}).values()), default=0)
        own = sum(len(r.narrative) for r in results) / units
        print(f"twins: of the {own:.1f} sentences a draft that tell no fact, highest share {top:.1%}, "
              f"pairs above 10%: {len(strict.pairs)} of {pairs}")  # fmt: skip


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
