"""A batch in a process of its own, as the command line runs it, and what it and its children use."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from benchmarks.batch_data import make_briefs
from benchmarks.claims_data import ROOT

# argv holds input, output, formats and jobs (0: as by default).
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


def family(pid: int) -> list[int]:
    """A process and all that come from it."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(c) for t in tasks for c in (t / "children").read_text().split()]
    except OSError:
        return [pid]
    return [pid, *(p for c in children for p in family(c))]


def processor(pid: int) -> float:
    """Seconds a process has used; 0 once it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Used:
    """Processor seconds of a family while it lives, looked up ten times a second: children that are forked from another
    process than their parent are in no sum the system keeps."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._seen: dict[int, float] = {}
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while self._process.poll() is None:
            for pid in family(self._process.pid):
                self._seen[pid] = max(processor(pid), self._seen.get(pid, 0.0))
            time.sleep(0.1)

    def total(self) -> float:
        """After it has ended."""
        self._thread.join()
        return sum(self._seen.values())
