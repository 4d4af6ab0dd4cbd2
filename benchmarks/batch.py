"""Batch drafting: drafts a second, memory, growth, an endpoint, resume after kill -9, twins. Nothing here needs the network.

    python -m benchmarks.batch briefs   [--units 1000] [--jobs 1 2]     drafts/s and memory over time, embedded writer
    python -m benchmarks.batch growth   [--sizes 10 100 1000 10000]     processor seconds and memory by number of units
    python -m benchmarks.batch endpoint [--units 200] [--concurrency 64] [--seconds 1]   wall time against the ideal
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
from benchmarks.claims_data import ROOT


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


# A batch in a process of its own, as the command line runs it: argv holds input, output, formats and jobs (0: as by default).
_RUN = """
import sys, time
from pathlib import Path
from assistant.batch.engines import default_jobs, local_engine
from assistant.batch.manifest import read_manifest
from assistant.batch.run import run_batch
from assistant.batch.work import Plan
from assistant.settings import load_settings
if __name__ == "__main__":
    plan = Plan.of(load_settings(), (sys.argv[3],))
    manifest = read_manifest(Path(sys.argv[1]))
    print("ready", flush=True)
    began = time.time()
    done = run_batch(manifest, Path(sys.argv[2]), plan, local_engine(plan, int(sys.argv[4]) or default_jobs(plan)))
    print(began, time.time(), len(done.failed), sum(r.seconds for r in done.results), flush=True)
"""


def start(
    folder: Path, out: Path, *, formats: str = "docx", jobs: int = 0, **environment: str
) -> subprocess.Popen[str]:
    """Has printed ``ready``."""
    script = out.with_suffix(".py")
    script.write_text(_RUN, "utf-8")  # children of a process pool import the main module again
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(out.parent / "pyc")}
    command = [sys.executable, str(script), str(folder), str(out), formats, str(jobs)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def warm(root: Path, **environment: str) -> None:
    """One unit: bytecode and the samples' index are there afterwards, as on any machine in use."""
    make_briefs(root / "warm", 1)
    finish(start(root / "warm", root / "warm-out", jobs=1, **environment))


def finish(process: subprocess.Popen[str]) -> tuple[float, float, int, float]:
    """When it began and ended, failures, and the sum of the seconds of all drafts."""
    text, _ = process.communicate()
    assert process.returncode == 0
    began, ended, failed, work = text.split()
    return float(began), float(ended), int(failed), float(work)


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
        memory.append(sum(map(_resident, [process.pid, *_children(process.pid)])) or (memory or [0])[-1])
        time.sleep(0.2)


def _children(pid: int) -> list[int]:
    try:
        return [
            int(c) for t in Path(f"/proc/{pid}/task").iterdir() for c in (t / "children").read_text().split()
        ]
    except OSError:
        return []


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
    """Wall time of a batch against an endpoint that answers after --seconds, over the ideal."""
    from benchmarks.batch_endpoint import longest_chain, requests, serving

    make_briefs(root / "in", units)
    log = root / "log"
    with serving(seconds, log) as url:
        model = {"ZHIBI_MODEL": "m", "ZHIBI_BASE_URL": url, "ZHIBI_CONCURRENCY": str(concurrency)}
        warm(root, **model)
        log.write_bytes(b"")
        before = _processor()
        began, ended, failed, _ = finish(start(root / "in", root / "out", jobs=jobs, **model))
        work = _processor() - before
    asked = requests(log)
    chain = longest_chain(asked)
    ideal = max(len(asked) / concurrency, chain) * seconds
    cores = len(os.sched_getaffinity(0))
    first, last = min(a.began for a in asked), max(a.ended for a in asked)
    print(
        f"{units} units, {len(asked)} requests, longest chain {chain}, failed {failed}, at once at most {_most(asked)}"
    )
    print(f"ideal {ideal:.1f} s; requests from first to last {last - first:.1f} s ({(last - first) / ideal:.2f}); "
          f"run {ended - began:.1f} s ({(ended - began) / ideal:.2f}), of it before the first request {first - began:.1f} s")  # fmt: skip

    print(f"processor {work:.1f} s ({work / units:.3f} a unit), over {cores} cores {work / cores:.1f} s: "
          f"run over the larger of both {(ended - began) / max(ideal, work / cores):.2f}")  # fmt: skip


def _processor() -> float:
    """Seconds of all processes started and ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _most(asked: list) -> int:  # type: ignore[type-arg]
    edges = sorted([(a.began, 1) for a in asked] + [(a.ended, -1) for a in asked])
    now = most = 0
    for _, step in edges:
        now += step
        most = max(most, now)
    return most


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
