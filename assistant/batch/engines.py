"""Where units are drafted: in this process, in child processes, in threads (an endpoint), on a cluster.

An engine takes entries as it has room for them and hands back what is written, in any order; how is in ``spread``. Calls to
an endpoint wait, but every unit is also planned, checked and typeset, about a fifth of a second: so threads in several
processes, which share out the limits among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.batch.job import Job
from assistant.batch.spread import WORTH, Processes, Spread, Threads, processors
from assistant.batch.types import UnitEntry, UnitResult, Written
from assistant.batch.work import Plan, Writer, draft_unit
from assistant.settings import Settings

_THREADS = 4  # fewer units at once are not worth another process

_PRELOAD = "assistant.batch.preload"


class Engine(Protocol):
    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]: ...


def default_jobs(plan: Plan) -> int:
    """Processors for the embedded writer. For an endpoint twice its concurrency: while some units are checked and typeset,
    others have something to ask."""
    return processors() if plan.settings.embedded else 2 * plan.settings.concurrency


class Serial:
    """One after the other, here."""

    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]:
        writer = Writer(plan)
        try:
            for entry in entries:
                yield writer(entry)
        finally:
            writer.close()


@dataclass(frozen=True, slots=True)
class Drafting:
    """Units over a way of spreading."""

    spread: Spread

    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]:
        preload = "" if plan.settings.embedded else _PRELOAD
        yield from self.spread.map(Job(draft_unit, plan, _killed, preload), entries)


def local_engine(plan: Plan, jobs: int, worth: int = WORTH) -> Engine:
    """``jobs`` units at once."""
    if plan.settings.embedded:
        return Serial() if jobs == 1 else Drafting(Processes(jobs, worth))
    return Calling(jobs, worth)


@dataclass(frozen=True, slots=True)
class Calling:
    """An endpoint: as many processes as compute, with the units at once and the limits of calls shared out evenly."""

    jobs: int
    worth: int = WORTH

    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]:
        listed = list(entries)
        count = max(
            1, min(processors(), self.jobs // _THREADS, len(listed) // self.worth, _limit(plan.settings))
        )
        threads = -(-self.jobs // count)
        spread = Processes(count, self.worth, threads) if count > 1 else Threads(threads)
        yield from Drafting(spread).run(replace(plan, settings=_share(plan.settings, count)), listed)


def _limit(settings: Settings) -> int:
    """No more processes than there are calls to share out."""
    return min(settings.concurrency, settings.requests_per_minute or settings.concurrency)


def _share(settings: Settings, count: int) -> Settings:
    """Rounded down: all together must not ask for more than the user allows; 0 stays no limit."""
    names = ("concurrency", "requests_per_minute", "tokens_per_minute")
    return settings.model_copy(update={n: getattr(settings, n) // count for n in names})


def _killed(entry: UnitEntry) -> Written:
    reason = "写这一份的进程几次被系统终止（多半是内存不足），请减少 --jobs 后重跑"
    return Written(UnitResult(entry.key, entry.key, "failed", reason, 2))
