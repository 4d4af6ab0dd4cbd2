"""The batch itself: what is unchanged is kept, the rest drafted, each unit's files moved into place and then recorded.

In: a manifest, an output folder, a plan and an engine. Out: files, a result sheet, an overview page, and an ``Outcome``.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from assistant import __version__, resources
from assistant.batch.engines import Engine
from assistant.batch.journal import BatchJournal
from assistant.batch.overview import overview_html
from assistant.batch.results import result_sheet
from assistant.batch.rules import batch_rules
from assistant.batch.twins import Twins, compare
from assistant.batch.types import Manifest, RowNote, UnitEntry, UnitResult, Written
from assistant.batch.work import Plan
from assistant.catalogue import load_catalogue
from assistant.errors import DocumentError
from assistant.formats.atomic import write_all
from assistant.holdings import open_library
from assistant.prompts import load_prompt, prompt_names


@dataclass(frozen=True, slots=True)
class Tick:
    """How far it is. ``rate`` in units a second over this run; ``remaining`` seconds, None before the first unit."""

    name: str
    done: int
    total: int
    failed: int
    rate: float
    remaining: float | None


Progress = Callable[[Tick], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``results`` in the manifest's order, without narratives; ``stale`` are units of earlier runs no longer listed."""

    results: tuple[UnitResult, ...]
    notes: tuple[RowNote, ...]
    twins: Twins
    drafted: int
    reused: int
    seconds: float
    stale: tuple[str, ...]
    interrupted: bool = False

    @property
    def failed(self) -> tuple[UnitResult, ...]:
        return tuple(r for r in self.results if r.status == "failed")


def run_batch(
    manifest: Manifest, folder: Path, plan: Plan, engine: Engine, progress: Progress = lambda tick: None
) -> Outcome:
    """Raises InputError where the folder is taken or cannot be written; a unit's failure is in its result."""
    folder = _made(folder)
    started = time.monotonic()
    with BatchJournal(folder) as journal:
        common, manifest = fingerprint(plan), _numbered(manifest, journal)
        todo = _todo(manifest, journal, folder, common)
        state = _State(
            folder, journal, common, {e.key: e for e in todo}, len(manifest.units), started, progress
        )
        interrupted = False
        with closing(_started(engine, plan, todo)) as stream:
            try:
                for written in stream:
                    state.keep(written)
            except KeyboardInterrupt:  # what is under way may take minutes to end: first the results
                interrupted = True
            return _finished(manifest, state, interrupted=interrupted)


def _numbered(manifest: Manifest, journal: BatchJournal) -> Manifest:
    """Every unit with its number in this folder, by which its sentences are dealt."""
    numbers = journal.variants(e.key for e in manifest.units)
    return replace(manifest, units=tuple(replace(e, variant=numbers[e.key]) for e in manifest.units))


def _started(engine: Engine, plan: Plan, todo: list[UnitEntry]) -> Generator[Written, None, None]:
    yield from engine.run(plan, todo)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise DocumentError("建不了输出文件夹，请换一个位置", path=folder) from exc
    return folder


def fingerprint(plan: Plan) -> str:
    """All that a draft depends on besides its brief: model, formats, prompts, rules and knowledge."""
    s = plan.settings
    index = ""
    if plan.with_index:
        with open_library(s, load_catalogue(s.overlay)) as library:
            index = library.digest
    prompts = {n: load_prompt(n, s.overlay).digest for n in prompt_names(s.overlay)}
    depends = [
        __version__, s.model, s.base_url, s.temperature, s.max_tokens, s.repair_rounds, s.mask, s.slots, s.house_style, list(plan.formats),
        _knowledge(s.overlay), index, prompts,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(depends, ensure_ascii=False, default=str).encode()).hexdigest()


def _knowledge(overlay: Path | None) -> str:
    """Of every data file by name and content, the user's own over the shipped ones."""
    whole = hashlib.sha256()
    for path in resources.each("knowledge", "**/*.yaml", overlay):
        whole.update(f"{path.name}\0".encode() + path.read_bytes())
    return whole.hexdigest()


def unit_digest(entry: UnitEntry, common: str) -> str:
    return hashlib.sha256(f"{entry.digest}\0{entry.variant}\0{common}".encode()).hexdigest()


def _todo(manifest: Manifest, journal: BatchJournal, folder: Path, common: str) -> list[UnitEntry]:
    """Units that are new, changed, failed before, or whose files are gone."""
    done = journal.digests()
    return [
        e
        for e in manifest.units
        if done.get(e.key) != unit_digest(e, common) or not _stands(journal, folder, e)
    ]


def _stands(journal: BatchJournal, folder: Path, entry: UnitEntry) -> bool:
    result = journal.get(entry.key)
    return result is not None and all((folder / f"{entry.key}{e}").is_file() for e in result.endings)


@dataclass(slots=True)
class _State:
    """The run as it goes: the only writer of files and journal."""

    folder: Path
    journal: BatchJournal
    common: str
    todo: dict[str, UnitEntry]
    total: int
    started: float
    progress: Progress
    drafted: int = 0
    failed: int = 0

    def keep(self, written: Written) -> None:
        result = written.result
        try:
            write_all([(self.folder / f"{result.key}{ending}", data) for ending, data in written.files])
        except DocumentError as exc:
            result = replace(result, status="failed", error=str(exc), exit_code=exc.exit_code, endings=())
        self.journal.record(unit_digest(self.todo[result.key], self.common), result)
        self.drafted += 1
        self.failed += result.status == "failed"
        spent = max(time.monotonic() - self.started, 1e-6)
        left = len(self.todo) - self.drafted
        rate = self.drafted / spent
        done = self.total - len(self.todo) + self.drafted
        self.progress(Tick(result.unit, done, self.total, self.failed, rate, left / rate))


def _finished(manifest: Manifest, state: _State, *, interrupted: bool) -> Outcome:
    listed = [e.key for e in manifest.units]
    known = set(listed)
    twins = compare(
        (r.key, r.narrative, r.told) for r in state.journal.results() if r.key in known and r.status == "done"
    )
    rows = [replace(r, narrative=()) for k in listed if (r := state.journal.get(k)) is not None]
    stale = tuple(r.key for r in state.journal.results() if r.key not in known)
    outcome = Outcome(
        tuple(rows), manifest.notes, twins, state.drafted, len(manifest.units) - len(state.todo),
        time.monotonic() - state.started, stale, interrupted,
    )  # fmt: skip
    files = batch_rules()
    write_all(
        [
            (state.folder / files.results, result_sheet(outcome.results, outcome.notes, twins)),
            (state.folder / files.overview, overview_html(outcome.results, outcome.notes, twins)),
        ]
    )
    return outcome
