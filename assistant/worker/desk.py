"""One draft on the desk: its brief read again from what was handed in, and its text checked after every change."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant import drafting
from assistant.brief import Brief, SectionSpec
from assistant.catalogue import load_catalogue
from assistant.document import Draft
from assistant.errors import BriefError
from assistant.finding import Finding
from assistant.formats.brief_schema import digest
from assistant.formats.briefs import read_brief
from assistant.index import Index
from assistant.settings import Settings
from assistant.worker.rows import Work

KEPT_RULES = ("structure/truncated", "facts/unknown-mark")


def brief_of(work: Work) -> Brief:
    """The brief as handed in, the header of the form and the edited outline over it. Raises BriefError."""
    brief = parse(work.source_name, work.source, work.form)
    return with_outline(brief, work.sections, work.headings)


def parse(name: str, data: bytes, form: dict[str, str]) -> Brief:
    """A file's bytes -> Brief; ``form`` holds header keys, empty ones left to the file. Messages name no folder."""
    with tempfile.TemporaryDirectory(prefix="zhibi-") as folder:
        path = Path(folder) / f"材料{Path(name).suffix.lower()}"
        path.write_bytes(data)
        try:
            brief = read_brief(path, overrides={k: v for k, v in form.items() if v.strip()})
        except BriefError as error:
            raise BriefError(error.message, path=f"第{error.line}行" if error.line else None) from None
    return replace(brief, path="")


def with_outline(
    brief: Brief, sections: Sequence[tuple[str, Sequence[str]]], headings: Mapping[str, str] | None = None
) -> Brief:
    """Headings and facts as the person arranged them; facts that are no longer there are left out."""
    if not sections and not headings:
        return brief
    known = {i.id for i in brief.facts}
    specs = tuple(SectionSpec(heading, tuple(i for i in ids if i in known)) for heading, ids in sections)
    changed = replace(
        brief, sections=specs or brief.sections, headings=tuple(sorted((headings or {}).items()))
    )
    return replace(changed, digest=digest(changed))


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a draft of one brief is written and checked with."""

    job: drafting.Job
    prepared: drafting.Prepared
    check: Callable[[Draft], tuple[Finding, ...]]

    @property
    def brief(self) -> Brief:
        return self.job.brief

    def checked(self, draft: Draft) -> Draft:
        """The draft with today's findings; what only the writing could know stays."""
        kept = tuple(f for f in draft.findings if f.rule in KEPT_RULES)
        return draft.with_findings((*self.check(draft), *kept, *drafting.last_findings(draft, self.prepared)))


def open_desk(brief: Brief, settings: Settings, index: Index | None = None, **more: Any) -> Desk:
    catalogue = load_catalogue(settings.overlay)
    job = drafting.Job(brief, settings, catalogue, index, **more)
    prepared = drafting.prepare(job)
    return Desk(job, prepared, drafting.checker(job, prepared))
