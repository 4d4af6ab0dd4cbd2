"""Where units are drafted: in this process, in child processes (the embedded writer), in threads (an endpoint).

An engine takes entries as it has room for them and hands back what is written, in any order. Memory stays flat: at most
twice as many units as workers are under way. A child that dies (out of memory, killed) loses its unit's try, not the unit.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Protocol

from assistant.batch.types import UnitEntry, UnitResult, Written
from assistant.batch.work import Plan, Writer, draft_unit

_TRIES = 2


class Engine(Protocol):
    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]: ...


def default_jobs(plan: Plan) -> int:
    """Processors for the embedded writer; an endpoint's own concurrency for calls."""
    if not plan.settings.embedded:
        return plan.settings.concurrency
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Serial:
    """One after the other, here."""

    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]:
        writer = Writer(plan)
        try:
            for entry in entries:
                yield writer(entry)
        finally:
            writer.close()


class Threads:
    """Calls to an endpoint wait, not compute: threads of one process, under one set of limits."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]:
        yield from _pooled(lambda: ThreadPoolExecutor(self.jobs, "zhibi"), self.jobs, plan, entries)


class Processes:
    """Fresh children (no fork of a process with threads); Ctrl-C is the parent's business."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]:
        context = multiprocessing.get_context("spawn")
        yield from _pooled(
            lambda: ProcessPoolExecutor(self.jobs, context, initializer=_deaf), self.jobs, plan, entries
        )


def _deaf() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def local_engine(plan: Plan, jobs: int) -> Engine:
    if not plan.settings.embedded:
        return Threads(jobs)
    return Serial() if jobs == 1 else Processes(jobs)


def _pooled(
    make: Callable[[], Executor], jobs: int, plan: Plan, entries: Iterable[UnitEntry]
) -> Iterator[Written]:
    """When the pool breaks, what was under way is tried unit by unit, so that only the one at fault fails."""
    waiting = iter(entries)
    while True:
        held: dict[str, UnitEntry] = {}
        executor = make()
        try:
            yield from _drain(executor, jobs, plan, waiting, held)
            return
        except BrokenProcessPool:
            executor.shutdown(wait=False)
            for entry in list(held.values()):
                yield _alone(make, plan, entry)
        finally:
            executor.shutdown(wait=True, cancel_futures=True)


def _drain(
    executor: Executor, jobs: int, plan: Plan, waiting: Iterator[UnitEntry], held: dict[str, UnitEntry]
) -> Iterator[Written]:
    """Keeps twice as many units under way as there are workers, until none is left; ``held`` are those not handed back."""
    under_way: dict[Future[Written], str] = {}
    while True:
        for entry in islice(waiting, max(2 * jobs - len(under_way), 0)):
            held[entry.key] = entry
            under_way[executor.submit(draft_unit, plan, entry)] = entry.key
        if not under_way:
            return
        finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in finished:
            written = future.result()
            del held[under_way.pop(future)]
            yield written


def _alone(make: Callable[[], Executor], plan: Plan, entry: UnitEntry) -> Written:
    for _ in range(_TRIES):
        executor = make()
        try:
            return executor.submit(draft_unit, plan, entry).result()
        except BrokenProcessPool:
            continue
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
    return Written(_killed(entry))


def _killed(entry: UnitEntry) -> UnitResult:
    return UnitResult(
        entry.key,
        entry.key,
        "failed",
        "写这一份的进程几次被系统终止（多半是内存不足），请减少 --jobs 后重跑",
        2,
    )
