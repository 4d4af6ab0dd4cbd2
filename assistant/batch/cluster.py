"""A task over many items on more than one machine: dask.distributed, an optional extra. The contract of ``spread``.

Workers need the package; results come back here, so that a worker killed in the middle loses a try and nothing else.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import count, islice
from typing import Any

from assistant.batch.job import C, Job, R, T
from assistant.errors import InputError, ServiceError
from assistant.settings import Settings

_WINDOW = 4  # items under way for each worker thread: enough to hide the way there and back
_CONNECT_SECONDS = "10s"
_LOOK_AGAIN = 5.0  # seconds


def open_cluster(address: str | None) -> Cluster:
    """Raises InputError where dask is not installed or no address is given; connects when it is used."""
    if find_spec("distributed") is None:
        raise InputError("没有安装 dask，请运行 pip install 'zhibi[scale]'，或用 --engine local")
    if not address:
        raise InputError("--engine dask 需要 --address，例如 tcp://192.168.1.10:8786")
    return Cluster(address)


class Cluster:
    """A task over many items on the workers of a dask scheduler; the contract of ``spread``."""

    def __init__(self, address: str) -> None:
        self.address = address

    def map(self, job: Job[C, T, R], items: Iterable[T]) -> Iterator[R]:
        distributed = import_module("distributed")
        logging.getLogger("distributed").setLevel(
            logging.CRITICAL
        )  # what went wrong is said by our own errors
        try:
            client = distributed.Client(self.address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError) as exc:
            raise ServiceError(f"连不上 dask 调度器（{self.address}），请确认它在运行") from exc
        with client:
            yield from self._drain(client, job, iter(items))

    def _drain(self, client: Any, job: Job[C, T, R], waiting: Iterator[T]) -> Iterator[R]:
        run, numbers, room = uuid.uuid4().hex[:12], count(), _Room(client)
        if not room.threads():
            raise ServiceError(f"dask 调度器（{self.address}）上没有工作机，请先在各台机器上运行 dask worker")
        under_way: dict[str, T] = {}

        def submitted() -> list[Any]:
            futures = []
            for item in islice(waiting, max(room.threads() * _WINDOW - len(under_way), 0)):
                key = f"zhibi-{run}-{next(numbers)}"
                under_way[key] = item
                futures.append(client.submit(job.task, job.common, item, key=key, pure=False))
            return futures

        stream = import_module("distributed").as_completed(submitted(), loop=client.loop)
        for future in stream:
            if future.status not in ("finished", "error"):
                raise ServiceError(f"dask 调度器（{self.address}）断开了，已收到的都在，请重跑接着做")
            item = under_way.pop(future.key)
            yield future.result() if future.status == "finished" else job.lost(item)
            future.release()
            stream.update(submitted())


class _Room:
    """Worker threads, asked for now and then: machines join and leave."""

    def __init__(self, client: Any) -> None:
        self._client, self._threads, self._until = client, 0, 0.0

    def threads(self) -> int:
        if time.monotonic() >= self._until:
            self._threads = sum(self._client.nthreads().values())
            self._until = time.monotonic() + _LOOK_AGAIN
        return self._threads


def without_secrets(settings: Settings) -> Settings:
    """A key is not sent over the network: workers have their own in their environment."""
    from pydantic import SecretStr

    return settings.model_copy(update={"api_key": SecretStr("")})
