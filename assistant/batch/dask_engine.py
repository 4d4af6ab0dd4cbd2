"""The engine for more than one machine: dask.distributed, an optional extra.

Workers need the package and, where an index is used, the same workspace; they write no file. Results come back here, the one
place that writes, so that a worker killed in the middle loses a try and nothing else, and nothing is recorded twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any

from assistant.batch.types import UnitEntry, UnitResult, Written
from assistant.batch.work import Plan, draft_unit
from assistant.errors import InputError, ServiceError

_WINDOW = 4  # units under way for each worker thread: enough to hide the way there and back
_CONNECT_SECONDS = "10s"


def open_dask(address: str | None, jobs: int) -> Dask:
    if find_spec("distributed") is None:
        raise InputError("没有安装 dask，请运行 pip install 'zhibi[scale]'，或用 --engine local")
    if not address:
        raise InputError("--engine dask 需要 --address，例如 tcp://192.168.1.10:8786")
    return Dask(address, jobs)


class Dask:
    """The same contract as the local engines."""

    def __init__(self, address: str, jobs: int) -> None:
        self.address, self.jobs = address, jobs

    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]:
        distributed = import_module("distributed")
        try:
            client = distributed.Client(self.address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError) as exc:
            raise ServiceError(f"连不上 dask 调度器（{self.address}），请确认它在运行") from exc
        with client:
            yield from _drain(client, _without_secrets(plan), iter(entries))


def _without_secrets(plan: Plan) -> Plan:
    """A key is not sent over the network: workers have their own in their environment."""
    from pydantic import SecretStr

    bare = plan.settings.model_copy(update={"api_key": SecretStr("")})
    return Plan(bare, plan.formats, plan.with_index)


def _drain(client: Any, plan: Plan, waiting: Iterator[UnitEntry]) -> Iterator[Written]:
    as_completed = import_module("distributed").as_completed

    def submit(entry: UnitEntry) -> Any:
        future = client.submit(
            draft_on_worker, plan, entry, key=f"zhibi-{entry.key}-{entry.digest[:12]}", pure=False
        )
        names[future.key] = entry
        return future

    names: dict[str, UnitEntry] = {}
    room = max(sum(client.nthreads().values()), 1) * _WINDOW
    stream = as_completed([submit(e) for e in islice(waiting, room)], loop=client.loop)
    for future in stream:
        entry = names.pop(future.key)
        yield future.result() if future.status == "finished" else Written(_lost(entry))
        future.release()
        for entry in islice(waiting, 1):
            stream.add(submit(entry))


def draft_on_worker(plan: Plan, entry: UnitEntry) -> Written:
    """With the worker's own key, if it has one."""
    from assistant.settings import load_settings

    own = load_settings().api_key
    return draft_unit(
        Plan(plan.settings.model_copy(update={"api_key": own}), plan.formats, plan.with_index), entry
    )


def _lost(entry: UnitEntry) -> UnitResult:
    return UnitResult(entry.key, entry.key, "failed", "几台工作机写这一份时都停了，请查看它们的日志后重跑", 3)
