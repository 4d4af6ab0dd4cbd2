"""Child processes for a task over many items, each with its threads; one that dies is replaced and its items are tried again.

Children come fresh: never forked from this process, which may have threads. For a task that loads a lot, Linux forks them
from one that does nothing else and has loaded it, so that this is paid for once; otherwise each starts an interpreter.

Each child has a pipe of its own: what it holds is known, and a child whose parent is gone reads the end of its pipe and
ends. Items that were under way in a child that died are suspects: they are tried once more after all others, one to a child,
so that only an item which kills its child by itself is given up.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Generic

from assistant.batch.job import C, Job, R, T

_COLLECT = (10_000, 10, 5)
"""Thresholds of the garbage collector beside threads: going through what a draft makes and drops costs a tenth. Without
threads memory matters more: higher thresholds let it grow over a thousand drafts."""

_SWITCH = 0.001
"""Seconds a thread may compute while others wait: one that talks to an endpoint has the interpreter back soon."""


class _Child:
    """A process and what it was given, in order."""

    def __init__(self, job: Job[Any, Any, Any], threads: int) -> None:
        context = _context(job.preload)
        self.pipe, far = context.Pipe()
        given = (far, job.task, job.common, threads, dict(os.environ))
        self.process = context.Process(target=_serve, args=given, daemon=True)
        self.process.start()
        far.close()
        self.held: dict[int, Any] = {}

    def give(self, number: int, item: Any) -> None:
        self.held[number] = item
        with suppress(OSError):  # it died: seen when its pipe is read
            self.pipe.send((number, item))

    def end(self) -> None:
        self.pipe.close()
        self.process.terminate()


def _context(preload: str) -> Any:
    """Of ``multiprocessing``; what is preloaded is settled by the first task of this process that loads a lot."""
    if not preload or sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([preload])
    resource_tracker.ensure_running()  # first: it lets Ctrl-C through again when it has started
    # Ctrl-C is the parent's business, also while the other one loads
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context


class Children(Generic[C, T, R]):
    """``run`` once; leaving the block ends every child at once."""

    def __init__(self, job: Job[C, T, R], count: int, threads: int) -> None:
        self._job, self._threads = job, threads
        self._window = threads + 1  # one more, so that a child does not wait for the next
        self._children = [_Child(job, threads) for _ in range(count)]
        self._suspects: deque[tuple[int, T]] = deque()
        self._condemned: set[int] = set()

    def __enter__(self) -> Children[C, T, R]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None
    ) -> None:
        for child in self._children:
            child.end()

    def run(self, items: Iterable[T]) -> Iterator[R]:
        waiting = enumerate(items)
        while True:
            self._feed(waiting)
            busy = {c.pipe: c for c in self._children if c.held}
            if not busy:
                return
            for pipe in wait(list(busy)):
                assert isinstance(pipe, Connection)
                yield from self._answers(busy[pipe])

    def _feed(self, waiting: Iterator[tuple[int, T]]) -> None:
        """Room filled up in turn; then the suspects, one to a child that holds nothing."""
        hungry = [c for c in self._children if len(c.held) < self._window]
        while hungry:
            given = next(waiting, None)
            if given is None:
                break
            child = min(hungry, key=lambda c: len(c.held))
            child.give(*given)
            hungry = [c for c in hungry if len(c.held) < self._window]
        else:
            return
        for child in self._children:
            if self._suspects and not child.held:
                number, item = self._suspects.popleft()
                self._condemned.add(number)
                child.give(number, item)

    def _answers(self, child: _Child) -> Iterator[R]:
        try:
            number, result = child.pipe.recv()
        except (EOFError, OSError):
            yield from self._replaced(child)
            return
        del child.held[number]
        if isinstance(result, BaseException):
            raise result
        yield result

    def _replaced(self, child: _Child) -> Iterator[R]:
        """Those that may have killed it are suspects; what only waited in it goes with them."""
        child.end()
        self._children[self._children.index(child)] = _Child(self._job, self._threads)
        for number, item in child.held.items():
            if number in self._condemned:
                yield self._job.lost(item)
            else:
                self._suspects.append((number, item))


# In the child.


def _serve(pipe: Connection, task: Any, common: Any, threads: int, environment: dict[str, str]) -> None:
    """Reads what to do until the parent is gone; deaf to Ctrl-C, which is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()  # of the process it was forked from, which may be older
    os.environ.update(environment)
    if threads > 1:
        gc.set_threshold(*_COLLECT)
        sys.setswitchinterval(_SWITCH)
    todo: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
    answering = threading.Lock()
    for _ in range(threads):
        threading.Thread(target=_work, args=(pipe, task, common, todo, answering), daemon=True).start()
    while True:
        try:
            todo.put(pipe.recv())
        except (EOFError, OSError):
            os._exit(0)


def _work(
    pipe: Connection,
    task: Any,
    common: Any,
    todo: queue.SimpleQueue[tuple[int, Any]],
    answering: threading.Lock,
) -> None:
    while True:
        number, item = todo.get()
        try:
            result = task(common, item)
        except Exception as exc:
            result = exc
        with answering:
            _answer(pipe, number, result)


def _answer(pipe: Connection, number: int, result: Any) -> None:
    try:
        pipe.send((number, result))
    except OSError:
        os._exit(0)
    except Exception as exc:  # it does not go through a pipe
        pipe.send((number, TypeError(f"{type(result).__name__}: {type(exc).__name__}")))
