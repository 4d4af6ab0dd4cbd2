"""A batch as a piece of work: its list read, its units drafted in the writer's process, its folder in the workspace."""

from __future__ import annotations

import io
import shutil
import signal
import tempfile
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.batch.journal import standing
from assistant.batch.manifest import read_manifest
from assistant.batch.rules import batch_rules
from assistant.batch.types import Manifest, UnitEntry, UnitResult
from assistant.batch.work import STORED
from assistant.document import Draft
from assistant.errors import BriefError, DocumentError
from assistant.formats.brief_schema import RawSource
from assistant.formats.stored import load
from assistant.settings import load_settings
from assistant.worker.rows import Work
from assistant.worker.store import Store

FOLDER = "batches"
_GRACE = 20.0  # seconds that units under way have to come to an end when the batch is stopped
_FORM = ("kind", "period", "register")


def folder_of(workspace: Path, work: Work) -> Path:
    """Each person's batches in a folder of their own, readable by this account alone."""
    return workspace / FOLDER / work.owner / work.id


def overrides(work: Work) -> tuple[tuple[str, str], ...]:
    """Header values that hold for all units, over what the list says."""
    return tuple((k, v) for k in _FORM if (v := work.form.get(k, "").strip()))


def manifest_of(work: Work) -> Manifest:
    """The spreadsheet as handed in, under its own name. Raises BriefError."""
    name = Path(work.source_name).name or "清单.xlsx"
    with tempfile.TemporaryDirectory(prefix="zhibi-") as folder:
        path = Path(folder) / f"清单{Path(name).suffix.lower()}"
        path.write_bytes(work.source)
        try:
            manifest = read_manifest(path, dict(overrides(work)))
        except BriefError as error:
            raise BriefError(error.message, path=name) from None
    return replace(manifest, units=tuple(_named(u, name) for u in manifest.units))


def _named(unit: UnitEntry, name: str) -> UnitEntry:
    """No path of a temporary folder in messages."""
    assert isinstance(unit.source, RawSource)
    return replace(unit, source=replace(unit.source, path=Path(name)))


def results_of(workspace: Path, work: Work) -> dict[str, UnitResult]:
    return {r.key: r for r in standing(folder_of(workspace, work))}


def write_units(store: Store, work: Work, workspace: Path) -> bool:
    """In the writer's process: every unit that is new, changed or failed before. False where it was stopped."""
    from assistant.batch.engines import default_jobs, local_engine
    from assistant.batch.run import Tick, run_batch
    from assistant.batch.work import Plan

    def progress(tick: Tick) -> None:
        store.tell(work.id, work.run, "running", tick.name, tick.done, tick.total)

    signal.signal(signal.SIGINT, signal.default_int_handler)
    manifest = manifest_of(work)
    store.tell(work.id, work.run, "running", "准备", 0, len(manifest.units))
    plan = Plan.of(load_settings(**dict(work.task.settings), workspace=workspace), ("docx",), stored=True)
    folder = folder_of(workspace, work)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return not run_batch(manifest, folder, plan, local_engine(plan, default_jobs(plan)), progress).interrupted


def interrupt() -> None:
    """From the thread that watches: units under way come to an end and the result sheet is written, or all ends at once."""
    import multiprocessing

    main = threading.main_thread()
    if main.ident is not None:
        signal.pthread_kill(main.ident, signal.SIGINT)
    time.sleep(_GRACE)
    for child in multiprocessing.active_children():
        child.kill()


def forget(workspace: Path, work: Work) -> None:
    shutil.rmtree(folder_of(workspace, work), ignore_errors=True)


# What the page gives out.


def sheets() -> tuple[str, str]:
    """Names of the result sheet and of the overview."""
    return batch_rules().results, batch_rules().overview


def zipped(folder: Path, results: list[UnitResult]) -> bytes:
    """Every file of the units that stand, with the result sheet and the overview."""
    names = [f"{r.key}{e}" for r in results for e in r.endings if e != STORED]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in (*names, *sheets()):
            if (folder / name).is_file():
                archive.write(folder / name, name)
    return out.getvalue()


def stored_draft(folder: Path, key: str) -> tuple[Draft, str]:
    """A unit's draft and what tells this version of it from another."""
    import hashlib

    try:
        data = (folder / f"{key}{STORED}").read_bytes()
    except OSError as error:
        raise DocumentError("这一份的成稿不在了，请再点一次“接着写”") from error
    return load(data), hashlib.sha256(data).hexdigest()[:16]


def unit_source(unit: UnitEntry) -> bytes:
    """The unit's material as a brief of its own, in YAML."""
    import yaml

    assert isinstance(unit.source, RawSource)
    data: dict[str, Any] = {**unit.source.data, **dict(unit.overrides)}
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False)).encode()
