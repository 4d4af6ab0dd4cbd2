"""One unit drafted: entry -> result and file bytes. Runs in this process, a child, a thread or another machine alike.

Nothing is written here; a unit that cannot be drafted is a result with its reason, never an exception.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

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
from assistant.holdings import index_folder, open_library
from assistant.index import Index
from assistant.settings import Settings
from assistant.text import char_count
from assistant.values import parse_unknowns

_MARKS = ("【待补", "【待核")


@dataclass(frozen=True, slots=True)
class Plan:
    """What every unit of a run shares; small enough to send to another process."""

    settings: Settings
    formats: tuple[str, ...]
    with_index: bool

    @classmethod
    def of(cls, settings: Settings, formats: tuple[str, ...]) -> Plan:
        """The index is used where there is one, as in drafting a single brief."""
        return cls(settings, formats, index_folder(settings).exists() or not settings.embedded)


@dataclass(slots=True)
class Writer:
    """Drafts units one after the other; catalogue and index are opened once. One a thread."""

    plan: Plan
    _catalogue: Catalogue | None = field(default=None, init=False)
    _index: Index | None = field(default=None, init=False)

    def __call__(self, entry: UnitEntry) -> Written:
        started = time.monotonic()
        try:
            brief = brief_of(entry)
            draft = drafting.draft(self._job(brief))
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

    def _job(self, brief: Brief) -> drafting.Job:
        settings = self.plan.settings
        if self._catalogue is None:
            self._catalogue = load_catalogue(settings.overlay)
            self._index = open_library(settings, self._catalogue) if self.plan.with_index else None
        return drafting.Job(brief, settings, self._catalogue, self._index)

    def _files(self, draft: Draft, brief: Brief) -> tuple[tuple[str, bytes], ...]:
        facts = [FactView(i.id, i.text, i.source) for i in brief.ledger]
        return tuple(render(draft, self.plan.formats, facts=facts, policies=dict(draft.trace.passages)))

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
            usage=dict(draft.trace.usage), cost=_cost(draft, self.plan.settings), seconds=round(seconds, 3),
            skipped_rows=entry.skipped_rows, endings=tuple(ending for ending, _ in files),
            narrative=narrative.own, told=narrative.told,
        )  # fmt: skip


def _failed(entry: UnitEntry, error: str, code: int) -> UnitResult:
    unit = entry.key
    if not isinstance(entry.source, Path):
        unit = str(entry.source.data.get("organization", entry.key))
    return UnitResult(entry.key, unit, "failed", error, code, skipped_rows=entry.skipped_rows)


def _cost(draft: Draft, settings: Settings) -> str:
    """In the currency of the user's own price table; empty where there is no price."""
    if settings.embedded:
        return "0"
    from assistant.models.tokens import Usage, cost

    used = draft.trace.usage
    usage = Usage(used.get("input_tokens", 0), used.get("output_tokens", 0), used.get("cached_tokens", 0))
    money = cost(usage, settings.model, settings.prices)
    return "" if money is None else f"{money:.4f}"


# In a child process or on another machine: one writer a thread, made on first use.
_local = threading.local()


def draft_unit(plan: Plan, entry: UnitEntry) -> Written:
    """The task an engine hands out: picklable arguments in, picklable answer out."""
    writer: Writer | None = getattr(_local, "writer", None)
    if writer is None or writer.plan != plan:
        if writer is not None:
            writer.close()
        writer = _local.writer = Writer(plan)
    return writer(entry)
