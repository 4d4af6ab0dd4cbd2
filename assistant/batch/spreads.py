"""The way of spreading a task by its name; checking files over it. Light: nothing of drafting is imported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.batch.job import Job
from assistant.batch.spread import Here, Processes, Spread
from assistant.checking import Checked, Numbered, Order, Over, Plain, check_file
from assistant.errors import InputError, ZhibiError

ENGINES = ("local", "dask")
Result = tuple[int, Checked | ZhibiError]


def open_spread(name: str, address: str | None, jobs: int, worth: int) -> Spread:
    """For tasks that compute; ``worth`` of them to a child process. InputError where the name or the address is wrong."""
    check_engine(name, address)
    if name == "local":
        return Here() if jobs == 1 else Processes(jobs, worth)
    from assistant.batch.cluster import open_cluster

    return open_cluster(address)


def check_engine(name: str, address: str | None) -> None:
    if name not in ENGINES:
        raise InputError(f"--engine 只能是 local 或 dask，不能是 {name}")
    if name == "local" and address:
        raise InputError("--address 只和 --engine dask 一起用")


def over_files(name: str, address: str | None, jobs: int, worth: int) -> Over:
    """For ``check_files``. On a cluster the workers read the files themselves, under the same paths."""
    spread = open_spread(name, address, jobs, worth)

    def over(order: Order, files: Iterable[Numbered]) -> Iterator[Result]:
        if name == "dask" and not isinstance(order.settings, Plain):
            from assistant.batch.cluster import without_secrets

            order = replace(order, settings=without_secrets(order.settings))
        return spread.map(Job(check_file, order, _lost), files)

    return over


def _lost(file: Numbered) -> Result:
    number, path = file
    return number, ZhibiError("核校这份文件的进程几次被系统终止（多半是内存不足），没有核校", path=path)
