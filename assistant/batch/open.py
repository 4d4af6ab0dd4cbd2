"""The engine by its name."""

from __future__ import annotations

from assistant.batch.engines import Engine, local_engine
from assistant.batch.work import Plan
from assistant.errors import InputError


def open_engine(name: str, address: str | None, plan: Plan, jobs: int) -> Engine:
    """``local`` or ``dask``; InputError where the name is none of them or the address is missing."""
    if name == "local":
        if address:
            raise InputError("--address 只和 --engine dask 一起用")
        return local_engine(plan, jobs)
    if name == "dask":
        from assistant.batch.dask_engine import open_dask

        return open_dask(address, jobs)
    raise InputError(f"--engine 只能是 local 或 dask，不能是 {name}")
