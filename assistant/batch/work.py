"""One unit drafted: entry -> result and file bytes. Runs in this process, a child, a thread or another machine alike.

Nothing is written here; a unit that cannot be drafted is a result with its reason, never an exception.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import drafting
from assistant.batch.manifest import brief_of
from assistant.batch.twins import narrative_of
from assistant.batch.types import UnitEntry, UnitResult, Written
from assistant.brief import Brief
from assistant.catalogue import Catalogue, load_catalogue
from assistant.document import Draft
from assistant.errors import ZhibiError
from assistant.finding import counts
from assistant.formats.export import FactView, render
from assistant.formats.stored import dump
from assistant.formats.typography import Typography
from assistant.formats.typography import load as load_typography
from assistant.holdings import open_library, wants_index
from assistant.index import Index
from assistant.models.limits import Places, Rank
from assistant.settings import Settings
from assistant.text import char_count
from assistant.values import parse_unknowns

if TYPE_CHECKING:
    from assistant.models.gateway import Gateway

STORED = ".draft.json"
_MARKS = ("【待补", "【待核")


@dataclass(frozen=True, slots=True)
class Plan:
    """What every unit of a run shares; small enough to send to another process. ``stored``: each draft is kept whole as
    well (``STORED``), for a page that opens it again."""

    settings: Settings
    formats: tuple[str, ...]
    with_index: bool
    stored: bool = False

    @classmethod
    def of(cls, settings: Settings, formats: tuple[str, ...], *, stored: bool = False) -> Plan:
        """The index is used where there is one, as in drafting a single brief."""
        return cls(settings, formats, wants_index(settings), stored)


@dataclass(slots=True)
class Writer:
    """Drafts units; catalogue, index and typography are opened once. Several threads may use it."""

    plan: Plan
    _catalogue: Catalogue | None = field(default=None, init=False)
    _index: Index | None = field(default=None, init=False)
    _page: Typography | None = field(default=None, init=False)
    _gateway: Gateway | None = field(default=None, init=False)
    _opening: threading.Lock = field(default_factory=threading.Lock, init=False, compare=False)
    _turn: Places = field(default_factory=lambda: Places(1), init=False, compare=False)
    """Threads that compute take turns: those that talk to the endpoint then wait for one other at most, not for all."""

    def __call__(self, entry: UnitEntry) -> Written:
        started = time.monotonic()
        try:
            with self._turn.one(drafting.TO_ASK):
                brief = brief_of(entry)
                job = self.job(brief, entry.variant)
            draft = drafting.draft(job, self._endpoint(brief))
            with self._turn.one(drafting.TO_END):
                files = self._files(draft, brief)
                return Written(self._result(entry, brief, draft, files, time.monotonic() - started), files)
        except ZhibiError as exc:
            return Written(_failed(entry, str(exc), exc.exit_code))
        except Exception as exc:  # a crash is a row in the report
            return Written(_failed(entry, f"程序出错（{type(exc).__name__}），这一份没有写成，请反馈", 2))

    def close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None
        if self._gateway is not None:
            self._gateway.close()
            self._gateway = None

    def job(self, brief: Brief, variant: int | None = None) -> drafting.Job:
        settings = self.plan.settings
        with self._opening:
            if self._catalogue is None:
                catalogue = load_catalogue(settings.overlay)
                self._index = open_library(settings, catalogue) if self.plan.with_index else None
                self._page = load_typography(settings.overlay)
                self._catalogue = catalogue
        return drafting.Job(
            brief, settings, self._catalogue, self._index, variant=variant, turn=self._turn_of_a_draft()
        )

    def _turn_of_a_draft(self) -> Callable[[Rank], AbstractContextManager[Any]]:
        """None where evidence is fetched from another machine: that is waiting."""
        settings = self.plan.settings
        return (lambda rank: nullcontext()) if settings.embed_model or settings.index_url else self._turn.one

    def _endpoint(self, brief: Brief) -> Gateway | None:
        """One set of connections and one journal for all units; None for the embedded writer, which has none."""
        settings = self.plan.settings
        if settings.embedded:
            return None
        with self._opening:
            if self._gateway is None:
                self._gateway = drafting.open_model(settings, brief)  # type: ignore[assignment]
        return drafting.open_model(settings, brief, beside=self._gateway)  # type: ignore[return-value]

    def _files(self, draft: Draft, brief: Brief) -> tuple[tuple[str, bytes], ...]:
        facts = [FactView(i.id, i.text, i.source) for i in brief.ledger]
        files = render(
            draft, self.plan.formats, facts=facts, policies=dict(draft.trace.passages), typography=self._page
        )
        return (*files, *([(STORED, dump(draft).encode())] if self.plan.stored else []))

    def _result(
        self,
        entry: UnitEntry,
        brief: Brief,
        draft: Draft,
        files: tuple[tuple[str, bytes], ...],
        seconds: float,
    ) -> UnitResult:
        text = draft.document().text
        assert self._catalogue is not None
        narrative = narrative_of(draft, brief, self._catalogue)
        return UnitResult(
            entry.key, brief.organization, "done",
            severities={str(k): n for k, n in counts(draft.findings).items()},
            groups=dict(Counter(f.rule.split("/")[0] for f in draft.findings)),
            placeholders=sum(u.surface.startswith(_MARKS) for u in parse_unknowns(text)),
            characters=char_count("".join(s.text for s in draft.sections)), questions=len(draft.questions),
            usage=dict(draft.trace.usage), cost="0" if self.plan.settings.embedded else draft.trace.cost, seconds=round(seconds, 3),
            skipped_rows=entry.skipped_rows, endings=tuple(ending for ending, _ in files),
            narrative=narrative.own, told=narrative.told,
        )  # fmt: skip


def _failed(entry: UnitEntry, error: str, code: int) -> UnitResult:
    unit = entry.key
    if not isinstance(entry.source, Path):
        unit = str(entry.source.data.get("organization", entry.key))
    return UnitResult(entry.key, unit, "failed", error, code, skipped_rows=entry.skipped_rows)


# In a child process or on another machine: one writer, made on first use; its index is safe for several threads.
_writers: list[Writer] = []
_making = threading.Lock()


def writer_of(plan: Plan) -> Writer:
    """The one of this process and plan."""
    with _making:
        kept = next((w for w in _writers if w.plan == plan), None)
        if kept is None:
            kept = Writer(plan)
            _writers[:] = [kept]
        return kept


def draft_unit(plan: Plan, entry: UnitEntry) -> Written:
    """The task an engine hands out: picklable arguments in, picklable answer out."""
    return writer_of(plan)(entry)
