"""A task over many items: here, in threads, in child processes. What batch drafting, export and folders of files share.

A task is a function of a module, called with what all items share and one item. Results come back in any order. Memory
stays flat: only what the workers hold is under way. A child that dies (out of memory, killed) loses a try, not the item;
children end with their parent, however that ends. A run that is broken off does not wait for what is under way.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import chain, islice
from typing import Protocol

from assistant.batch.job import C, Job, R, T

WORTH = 8  # items a child, below which starting one takes longer than the work: measured for drafts


class Spread(Protocol):
    def map(self, job: Job[C, T, R], items: Iterable[T]) -> Iterator[R]: ...


class Here:
    """One after the other."""

    def map(self, job: Job[C, T, R], items: Iterable[T]) -> Iterator[R]:
        for item in items:
            yield job.task(job.common, item)


class Threads:
    """For what waits and does not compute."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def map(self, job: Job[C, T, R], items: Iterable[T]) -> Iterator[R]:
        waiting, under_way = iter(items), set[Future[R]]()
        pool = ThreadPoolExecutor(self.jobs, "zhibi")
        try:
            while True:
                room = max(2 * self.jobs - len(under_way), 0)
                under_way |= {pool.submit(job.task, job.common, i) for i in islice(waiting, room)}
                if not under_way:
                    return
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:
            pool.shutdown(wait=not under_way, cancel_futures=True)


class Processes:
    """Fresh children (no fork of a process with threads), each with ``threads``. No more children than pay for their start:
    a few items are done here."""

    def __init__(self, jobs: int, worth: int = WORTH, threads: int = 1) -> None:
        self.jobs, self.worth, self.threads = jobs, worth, threads

    def map(self, job: Job[C, T, R], items: Iterable[T]) -> Iterator[R]:
        from assistant.batch.children import Children

        waiting = iter(items)
        first = list(islice(waiting, self.jobs * self.worth))
        jobs = min(self.jobs, len(first) // self.worth)
        if jobs < 2:
            alone: Spread = Threads(self.threads) if self.threads > 1 else Here()
            yield from alone.map(job, chain(first, waiting))
            return
        with Children(job, jobs, self.threads) as children:
            yield from children.run(chain(first, waiting))


def processors() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
