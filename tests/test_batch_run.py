"""The batch as a run: resume, redraft of what changed, failures as rows, kill -9, results, twins, engines."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from assistant.batch.engines import Calling, Drafting, Engine, Serial, _share
from assistant.batch.job import Job
from assistant.batch.journal import FILE_NAME, BatchJournal
from assistant.batch.manifest import read_manifest
from assistant.batch.open import open_engine
from assistant.batch.run import Outcome, Tick, run_batch
from assistant.batch.spread import Processes, Threads
from assistant.batch.twins import compare
from assistant.batch.types import UnitEntry, UnitResult, Written
from assistant.batch.work import Plan
from assistant.errors import InputError
from assistant.settings import load_settings
from tests import batch_tasks
from tests.servers.scripted import Say, Scripted

BRIEF = """kind: party-building-summary
organization: {unit}
body: 党组
period: 2025-H1
facts: [班子成员讲党课{n}次, 发展党员3名, '组织主题党日活动*次']
problems: [部分党支部学习不够深入]
plans: [每季度检查学习情况1次]
"""


class Fake:
    """An engine that drafts nothing and remembers what it was asked for."""

    def __init__(self, fail: str = "", stop_after: int = 10**9) -> None:
        self.asked: list[str] = []
        self.fail, self.stop_after = fail, stop_after

    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]:
        for entry in entries:
            if len(self.asked) >= self.stop_after:
                raise KeyboardInterrupt
            self.asked.append(entry.key)
            if entry.key == self.fail:
                yield Written(UnitResult(entry.key, entry.key, "failed", "材料缺时间段", 2))
            else:
                result = UnitResult(
                    entry.key, f"={entry.key}", "done", severities={"error": 1}, endings=(".md",)
                )
                yield Written(result, ((".md", entry.key.encode()),))


def briefs(folder: Path, *units: str, n: int = 6) -> Path:
    folder.mkdir(exist_ok=True)
    for unit in units:
        (folder / f"{unit}.yaml").write_text(BRIEF.format(unit=unit, n=n), "utf-8")
    return folder


def plan() -> Plan:
    return Plan.of(load_settings(), ("md",))


def run(folder: Path, out: Path, engine: Fake) -> Outcome:
    return run_batch(read_manifest(folder), out, plan(), engine)


def test_resume_redrafts_only_what_is_new_changed_failed_or_gone(tmp_path: Path) -> None:
    folder, out = briefs(tmp_path / "in", "甲局", "乙局", "丙局", "丁局"), tmp_path / "out"
    first = run(folder, out, Fake(fail="丙局"))
    assert (first.drafted, first.reused, [r.key for r in first.failed]) == (4, 0, ["丙局"])
    briefs(folder, "乙局", n=7)
    briefs(folder, "戊局")
    (out / "丁局.md").unlink()
    again = Fake()
    second = run(folder, out, again)
    assert sorted(again.asked) == sorted(["乙局", "丙局", "丁局", "戊局"]) and second.reused == 1
    assert not second.failed and (out / "丁局.md").read_bytes() == "丁局".encode()
    third = Fake()
    (folder / "甲局.yaml").unlink()
    assert run(folder, out, third).stale == ("甲局",) and third.asked == []
    assert (out / "甲局.md").exists()


def test_interrupt_keeps_what_is_done_and_writes_the_results(tmp_path: Path) -> None:
    folder, out = briefs(tmp_path / "in", "甲局", "乙局", "丙局"), tmp_path / "out"
    stopped = run(folder, out, Fake(stop_after=2))
    assert stopped.interrupted and stopped.drafted == 2 and (out / "结果表.xlsx").exists()
    rest = Fake()
    run(folder, out, rest)
    assert len(rest.asked) == 1


def test_result_sheet_and_overview(tmp_path: Path) -> None:
    folder, out = briefs(tmp_path / "in", "甲局", "乙局"), tmp_path / "out"
    ticks: list[Tick] = []
    run_batch(read_manifest(folder), out, plan(), Fake(fail="乙局"), ticks.append)
    sheet = load_workbook(out / "结果表.xlsx")["各单位"]
    rows = list(sheet.iter_rows(values_only=True))
    by_unit = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    assert by_unit["=甲局"]["状态"] == "已写成" and by_unit["=甲局"]["文件"] == "甲局.md"
    assert by_unit["乙局"]["说明"] == "材料缺时间段"
    assert all(c.data_type != "f" for row in sheet.iter_rows() for c in row), "text is never a formula"
    page = (out / "总览.html").read_text("utf-8")
    assert "材料缺时间段" in page and "http" not in page.replace("http-equiv", "") and "<script" not in page
    assert [(t.done, t.total, t.failed) for t in ticks] == [(1, 2, 1), (2, 2, 1)] or ticks[-1].done == 2


def test_one_run_at_a_time_and_leftovers_swept(tmp_path: Path) -> None:
    (tmp_path / ".0123456789abcdef.tmp").write_bytes(b"half")
    with BatchJournal(tmp_path):
        assert not (tmp_path / ".0123456789abcdef.tmp").exists()
        with pytest.raises(InputError, match="另一个批量任务"):
            BatchJournal(tmp_path)
    BatchJournal(tmp_path).close()


def test_a_broken_journal_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database" * 100)
    with pytest.raises(InputError, match="进度记录坏了"):
        BatchJournal(tmp_path)


_SLOW_RUN = """
import sys, time
from pathlib import Path
from assistant.batch.manifest import read_manifest
from assistant.batch.run import run_batch
from assistant.batch.types import UnitResult, Written
from assistant.batch.work import Plan
from assistant.settings import load_settings

class Slow:
    def run(self, plan, entries):
        for e in entries:
            time.sleep(0.004)
            with open(sys.argv[3], "a") as log:
                log.write(e.key + "\\n")
            data = (e.key * 5000).encode()
            yield Written(UnitResult(e.key, e.key, "done", endings=(".md", ".html")), ((".md", data), (".html", data)))

print("ready", flush=True)
run_batch(read_manifest(Path(sys.argv[1])), Path(sys.argv[2]), Plan.of(load_settings(), ("md",)), Slow())
"""


def test_kill_9_loses_nothing_and_repeats_at_most_the_unit_under_way(tmp_path: Path) -> None:
    folder, out, log = (
        briefs(tmp_path / "in", *[f"第{n:03d}局" for n in range(60)]),
        tmp_path / "out",
        tmp_path / "log",
    )
    rng, kills = random.Random(5), 0
    command = [sys.executable, "-c", _SLOW_RUN, str(folder), str(out), str(log)]
    for _ in range(3):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent)
        assert child.stdout is not None and child.stdout.readline()
        wanted = len(log.read_text("utf-8").splitlines()) + rng.randint(3, 15) if log.exists() else 8
        while child.poll() is None and (
            not log.exists() or len(log.read_text("utf-8").splitlines()) < wanted
        ):
            time.sleep(0.003)
        child.send_signal(signal.SIGKILL)
        kills += child.wait() == -signal.SIGKILL
        child.stdout.close()
        for key in sqlite3.connect(out / FILE_NAME).execute("SELECT key FROM units").fetchall():
            assert (out / f"{key[0]}.md").read_bytes() == (key[0] * 5000).encode(), (
                "a recorded unit has whole files"
            )
    done = subprocess.run(command, capture_output=True, cwd=Path(__file__).parent.parent, check=True)
    assert done.returncode == 0 and kills == 3
    drafted = log.read_text("utf-8").splitlines()
    assert len(set(drafted)) == 60 and len(drafted) <= 60 + kills
    assert not list(out.glob(".*.tmp")) and len(list(out.glob("*.md"))) == 60


def test_real_drafts_and_a_bad_brief(tmp_path: Path) -> None:
    folder = briefs(tmp_path / "in", "示例县水利局", "示例县林业局")
    (folder / "坏.yaml").write_text(
        "kind: 没有这种\norganization: 甲\nperiod: 2025\nfacts: [讲党课1次]\n", "utf-8"
    )
    outcome = run_batch(read_manifest(folder), tmp_path / "out", plan(), Serial())
    good = [r for r in outcome.results if r.status == "done"]
    assert len(good) == 2 and all(r.placeholders >= 1 and r.characters > 200 and r.cost == "0" for r in good)
    assert "讲党课6次" in (tmp_path / "out" / "示例县水利局.md").read_text("utf-8")
    assert [r.key for r in outcome.failed] == ["坏"] and "文种" in outcome.failed[0].error


@pytest.mark.parametrize(
    "engine", [Drafting(Threads(2)), Drafting(Processes(2, worth=1))], ids=["threads", "processes"]
)
def test_engines_give_the_same_drafts(tmp_path: Path, engine: Engine) -> None:
    units = read_manifest(briefs(tmp_path / "in", "甲局", "乙局", "丙局")).units
    expected = {w.result.key: w.files for w in Serial().run(plan(), units)}
    assert {w.result.key: w.files for w in engine.run(plan(), units)} == expected and len(expected) == 3


def test_calls_from_several_processes_give_the_same_drafts_within_the_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.batch.engines.processors", lambda: 2)
    units = read_manifest(briefs(tmp_path / "in", *[f"示例县{c}局" for c in "甲乙丙丁戊"])).units
    with Scripted([Say("班子成员讲党课6次⟦F01⟧。")]) as server:
        one, two = (
            load_settings(
                model="m", base_url=server.url, concurrency=9, repair_rounds=0, workspace=tmp_path / name
            )
            for name in ("one", "two")
        )
        spread = {w.result.key: w for w in Calling(8, worth=1).run(Plan.of(one, ("md",)), units)}
        asked = len(server.requests)
        here = {w.result.key: w for w in Serial().run(Plan.of(two, ("md",)), units)}
    assert not [w.result.error for w in spread.values() if w.result.error]
    assert {k: w.files for k, w in spread.items()} == {k: w.files for k, w in here.items()}
    assert asked == len(server.requests) - asked, "each reply is asked for once"


def test_limits_are_shared_out_and_never_exceeded() -> None:
    shared = _share(load_settings(concurrency=9, requests_per_minute=5, tokens_per_minute=0), 2)
    assert (shared.concurrency, shared.requests_per_minute, shared.tokens_per_minute) == (4, 2, 0)


def test_a_child_that_dies_loses_its_own_item_at_most(tmp_path: Path) -> None:
    job = Job(batch_tasks.fragile, str(tmp_path), batch_tasks.lost)
    assert sorted(Processes(2, worth=1).map(job, range(12))) == sorted({*range(12), -3} - {3})


@pytest.mark.parametrize("preload", ["", "batch_tasks"])
def test_children_have_the_environment_of_the_run(monkeypatch: pytest.MonkeyPatch, preload: str) -> None:
    """Also where they are forked from a process that is older than the last change."""
    for value in ("早", "晚"):
        monkeypatch.setenv("ZHIBI_TEST_CHILD", value)
        job = Job(batch_tasks.setting, "ZHIBI_TEST_CHILD", str, preload)
        assert set(Processes(2, worth=1).map(job, range(4))) == {value}


def test_few_items_are_not_worth_a_child() -> None:
    job = Job(batch_tasks.process, "", batch_tasks.lost)
    assert set(Processes(4).map(job, range(15))) == {os.getpid()}


def test_engine_names() -> None:
    with pytest.raises(InputError, match="local 或 dask"):
        open_engine("ray", None, plan(), 1)
    with pytest.raises(InputError, match="--address"):
        open_engine("local", "tcp://127.0.0.1:1", plan(), 1)


def test_twins_counts_shared_sentences_over_all_sentences() -> None:
    same = ["全体干部都要把学习当作日常功课来抓。", "凡事先想清楚为谁办、怎么办、何时办成。"]
    found = compare(
        [
            ("甲", [*same, "甲局独有的一句话写在这里。"], 2),
            ("乙", same, 2),
            ("丙", ["丙局自己的话另有一番说法。"], 3),
        ]
    )
    assert [(t.first, t.second, t.shared, t.share) for t in found.pairs] == [("乙", "甲", 2, 0.5)]
    assert (
        {s.text for s in found.sentences} == set(same)
        and found.highest is not None
        and "丙" not in found.highest
    )
