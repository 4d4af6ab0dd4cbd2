"""The distributed engine: a real cluster of two workers on loopback, one killed in the middle; nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from assistant.batch.cluster import open_cluster
from assistant.batch.dask_engine import Dask
from assistant.batch.engines import Serial
from assistant.batch.manifest import read_manifest
from assistant.batch.open import open_engine
from assistant.batch.run import Tick, run_batch
from assistant.batch.spreads import over_files
from assistant.batch.work import Plan
from assistant.checking import Plain, check_files
from assistant.errors import InputError, ServiceError
from assistant.settings import load_settings
from tests.test_batch_files import files
from tests.test_batch_run import briefs

WHY = "dask.distributed is an optional extra (zhibi[scale])"


def plan() -> Plan:
    return Plan.of(load_settings(), ("md",))


def test_without_dask_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.batch.cluster.find_spec", lambda name: None)
    with pytest.raises(InputError, match="没有安装 dask"):
        open_engine("dask", "tcp://127.0.0.1:8786", plan(), 2)


@pytest.fixture
def cluster() -> Any:
    distributed = pytest.importorskip("distributed", reason=WHY)
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
    ) as made:
        yield made


@pytest.mark.filterwarnings("default")
def test_a_killed_worker_loses_and_repeats_nothing(cluster: Any, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    manifest = read_manifest(briefs(tmp_path / "in", *[f"示例第{n:02d}局" for n in range(12)]))
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        workers = list(client.run(os.getpid).values())
    seen: list[str] = []

    def kill_one(tick: Tick) -> None:
        seen.append(tick.name)
        if len(seen) == 3:
            os.kill(workers[0], signal.SIGKILL)

    engine = Dask(open_cluster(cluster.scheduler_address))
    outcome = run_batch(manifest, tmp_path / "out", plan(), engine, kill_one)
    assert not outcome.failed and outcome.drafted == len(seen) == len(set(seen)) == 12
    run_batch(manifest, tmp_path / "alone", plan(), Serial())
    drafts, expected = (
        {p.name: p.read_bytes() for p in (tmp_path / of).glob("*.md")} for of in ("out", "alone")
    )
    assert len(drafts) == 12 and drafts == expected
    again = run_batch(manifest, tmp_path / "out", plan(), engine)
    assert (again.drafted, again.reused) == (0, 12)


@pytest.mark.filterwarnings("default")
def test_files_are_checked_on_a_cluster_with_a_killed_worker(cluster: Any, tmp_path: Path) -> None:
    paths = files(tmp_path / "in", 30)
    distributed = pytest.importorskip("distributed")
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        worker = next(iter(client.run(os.getpid).values()))

    def kill_one(_what: str, done: int, _total: int) -> None:
        if done == 5:
            os.kill(worker, signal.SIGKILL)

    over = over_files("dask", cluster.scheduler_address, 1, 1)
    found = check_files(paths, Plain(), over=over, progress=kill_one)
    expected = check_files(paths, Plain())
    assert found.checked == expected.checked and len(found.failed) == len(expected.failed) == 1


@pytest.mark.filterwarnings("default")
def test_a_scheduler_without_workers_is_said(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason=WHY)
    with distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None) as empty:
        run = Dask(open_cluster(empty.scheduler_address)).run
        with pytest.raises(ServiceError, match="没有工作机"):
            next(iter(run(plan(), read_manifest(briefs(tmp_path / "in", "甲局")).units)))


def test_a_scheduler_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason=WHY)
    monkeypatch.setattr("assistant.batch.cluster._CONNECT_SECONDS", "1s")
    units = read_manifest(briefs(tmp_path / "in", "甲局")).units
    with pytest.raises(ServiceError, match="连不上 dask 调度器"):
        list(Dask(open_cluster("tcp://127.0.0.1:1")).run(plan(), units))
    with pytest.raises(InputError, match="--address"):
        open_cluster(None)
