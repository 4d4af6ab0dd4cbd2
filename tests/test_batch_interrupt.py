"""``zhibi batch`` as a real process: Ctrl-C leaves the results of what is done, kill -9 leaves no child behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook

from assistant.batch.journal import FILE_NAME
from assistant.batch.spread import processors
from tests.servers.scripted import Body, Hang, Say, Scripted, Step
from tests.test_batch_openai import REPLY
from tests.test_batch_run import briefs

_DEADLINE = 120.0  # only so that a fault ends the test; nothing is judged by time


def start(folder: Path, out: Path, *more: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "batch", str(folder), "-o", str(out), "--format", "md", *more],
        cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | environment, start_new_session=True,
    )  # fmt: skip


def until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    give_up = time.monotonic() + _DEADLINE
    while not reached():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < give_up
        time.sleep(0.01)


def recorded(out: Path) -> set[str]:
    if not (out / FILE_NAME).exists():
        return set()
    with closing(sqlite3.connect(out / FILE_NAME)) as db:
        try:
            return {key for (key,) in db.execute("SELECT key FROM units WHERE status = 'done'")}
        except sqlite3.OperationalError:
            return set()


def listed(out: Path) -> set[str]:
    """Units that the result sheet says are written."""
    rows = load_workbook(out / "结果表.xlsx")["各单位"].iter_rows(min_row=2, values_only=True)
    return {str(row[0]) for row in rows if row[1] == "已写成"}


def test_ctrl_c_writes_the_results_of_what_is_done(tmp_path: Path) -> None:
    folder, out = briefs(tmp_path / "in", *[f"示例第{n:03d}局" for n in range(400)]), tmp_path / "out"
    process = start(folder, out, "--jobs", "1")
    until(lambda: len(recorded(out)) >= 2, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=_DEADLINE)
    assert process.returncode == 130 and "重跑同一条命令" in err
    done = recorded(out)
    assert 2 <= len(done) < 400 and listed(out) == done == {p.stem for p in out.glob("*.md")}
    assert (out / "总览.html").exists() and not list(out.glob(".*.tmp"))


@pytest.mark.skipif(sys.platform != "linux" or processors() < 2, reason="no children are forked here")
def test_ctrl_c_while_children_load_says_no_more_than_it_must(tmp_path: Path) -> None:
    """A terminal sends Ctrl-C to all of them."""
    folder, out = briefs(tmp_path / "in", *[f"示例第{n:02d}局" for n in range(16)]), tmp_path / "out"
    model = {"ZHIBI_MODEL": "m", "ZHIBI_BASE_URL": "http://127.0.0.1:9/v1", "ZHIBI_CONCURRENCY": "8"}
    process = start(folder, out, **model)

    def loading() -> bool:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        return any(b"forkserver" in Path(f"/proc/{c}/cmdline").read_bytes() for c in children)

    until(loading, process)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=_DEADLINE)
    assert process.returncode == 130 and "Traceback" not in err, err


def test_ctrl_c_does_not_wait_for_an_endpoint_that_hangs(tmp_path: Path) -> None:
    def script(body: Body) -> Step:
        return Hang() if "示例县乙局" in str(body["messages"]) else Say(REPLY)

    folder, out = briefs(tmp_path / "in", "示例县甲局", "示例县乙局", "示例县丙局"), tmp_path / "out"
    with Scripted(script) as server:
        model = {"ZHIBI_MODEL": "m", "ZHIBI_BASE_URL": server.url, "ZHIBI_REPAIR_ROUNDS": "0"}
        process = start(folder, out, **model)
        until(lambda: len(recorded(out)) == 2, process)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=_DEADLINE)
    assert process.returncode == 130, err
    assert listed(out) == {"示例县甲局", "示例县丙局"} == {p.stem for p in out.glob("*.md")}


def test_children_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    folder, out = briefs(tmp_path / "in", *[f"示例第{n:03d}局" for n in range(200)]), tmp_path / "out"
    process = start(folder, out, "--jobs", "2")
    until(lambda: len(recorded(out)) >= 2, process)
    children = [int(n) for n in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    process.kill()
    process.communicate()
    assert children
    give_up = time.monotonic() + _DEADLINE
    while any(map(running, children)):
        assert time.monotonic() < give_up, "a child outlived its parent"
        time.sleep(0.05)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
