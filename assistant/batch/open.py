"""The engine by its name."""

from __future__ import annotations

from assistant.batch.engines import Engine, local_engine
from assistant.batch.spreads import check_engine
from assistant.batch.work import Plan


def open_engine(name: str, address: str | None, plan: Plan, jobs: int) -> Engine:
    """``local`` or ``dask``; InputError where the name is none of them or the address is missing."""
    check_engine(name, address)
    if name == "local":
        return local_engine(plan, jobs)
    from assistant.batch.cluster import open_cluster
    from assistant.batch.dask_engine import Dask

    return Dask(open_cluster(address))
