"""Drafting on a cluster (``cluster``).

Workers need, where an index is used, the same workspace; they write no file. Results are written here, in one place, so
that nothing is recorded twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.batch.cluster import Cluster, without_secrets
from assistant.batch.job import Job
from assistant.batch.types import UnitEntry, UnitResult, Written
from assistant.batch.work import Plan, draft_unit


class Dask:
    """Drafting on a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def run(self, plan: Plan, entries: Iterable[UnitEntry]) -> Iterator[Written]:
        bare = replace(plan, settings=without_secrets(plan.settings))
        yield from self.cluster.map(Job(draft_on_worker, bare, _lost), entries)


def draft_on_worker(plan: Plan, entry: UnitEntry) -> Written:
    """With the worker's own key, if it has one."""
    from assistant.settings import load_settings

    own = load_settings().api_key
    return draft_unit(replace(plan, settings=plan.settings.model_copy(update={"api_key": own})), entry)


def _lost(entry: UnitEntry) -> Written:
    reason = "几台工作机写这一份时都停了，请查看它们的日志后重跑"
    return Written(UnitResult(entry.key, entry.key, "failed", reason, 3))
