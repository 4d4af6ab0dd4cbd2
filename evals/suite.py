"""The suite: every case drafted on the whole road, scored, checked. A crash is a row, not the end of the run.

In: cases, settings, a model or None for the one the settings name. Out: a ``Run`` and the drafts by case id. ``rescore``
judges kept drafts again without drafting.
"""

from __future__ import annotations

import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import drafting
from assistant.brief import Brief
from assistant.catalogue import Catalogue, load_catalogue
from assistant.checks.engine import check
from assistant.checks.facts import FactContext, check_facts
from assistant.checks.profile import profile_of
from assistant.checks.registry import load_rules
from assistant.document import Draft
from assistant.errors import ServiceError, ZhibiError
from assistant.finding import Finding, at_or_above, counts
from assistant.holdings import add_paths, open_library
from assistant.index import Index
from assistant.leaks import find_leaks
from assistant.prompts import load_prompt, prompt_names
from assistant.settings import Settings
from evals.cases import Case
from evals.expectations import Check, check_draft, exit_check, refused
from evals.rows import Row, Run
from evals.scores import body_length, first_pass, scores
from evals.scoring import Score
from evals.store import policies_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Progress = Callable[[str, int, int], None]
_OWN = (
    "facts/unknown-mark",
    "structure/truncated",
)  # findings about the reply, which the text no longer shows
_TOP = 5  # passages among which the one expected must stand


@dataclass(frozen=True, slots=True)
class Bench:
    """What all cases of a run share."""

    settings: Settings
    catalogue: Catalogue
    model: BaseChatModel | None = None
    progress: Progress = field(default=lambda what, done, total: None)


def run_suite(
    cases: Sequence[Case], settings: Settings, *, model: BaseChatModel | None = None, note: str = "",
    progress: Progress = lambda what, done, total: None,
) -> tuple[Run, dict[str, Draft]]:  # fmt: skip
    """Cases in order, one after the other (a draft's sections already run at once)."""
    bench = Bench(settings, load_catalogue(settings.overlay), model, progress)
    rows, drafts = [], {}
    for number, case in enumerate(cases, 1):
        row, draft = run_case(case, bench)
        rows.append(row)
        if draft is not None:
            drafts[case.id] = draft
        progress(case.raw.name, number, len(cases))
    return _run(tuple(rows), settings, note), drafts


def rescore(cases: Sequence[Case], drafts: Mapping[str, Draft], old: Run, settings: Settings) -> Run:
    """Kept drafts against today's checks; a case whose brief has changed since keeps no row."""
    catalogue = load_catalogue(settings.overlay)
    rows = []
    for case in cases:
        held = old.row(case.id)
        if held is None:
            continue
        draft = drafts.get(case.id)
        if draft is None:
            rows.append(held)
        elif (brief := case.brief()).digest == draft.trace.brief_digest:
            extra = {"retrieval": held.scores["retrieval"]} if "retrieval" in held.scores else {}
            rows.append(_judged(case, brief, draft, settings, catalogue, None, extra))
    fresh = _run(tuple(rows), settings, f"重评 {old.id}")
    return Run(fresh.id, fresh.started, old.model, fresh.note, old.prompts, fresh.knowledge, fresh.rows)


def run_case(case: Case, bench: Bench) -> tuple[Row, Draft | None]:
    started = time.perf_counter()
    try:
        brief = case.brief()
    except ZhibiError as exc:
        return _refusal(case, exc), None
    except Exception as exc:
        return _crash(case, exc), None
    try:
        row, draft = _drafted(case, brief, bench)
    except ServiceError as exc:
        checks = (exit_check(case.expect, exc.exit_code),)
        return Row(case.id, case.raw.name, "unavailable", exc.exit_code, checks, error=str(exc)), None
    except ZhibiError as exc:
        return _refusal(case, exc), None
    except Exception as exc:
        return _crash(case, exc), None
    return _timed(row, time.perf_counter() - started), draft


def _drafted(case: Case, brief: Brief, bench: Bench) -> tuple[Row, Draft]:
    with tempfile.TemporaryDirectory(prefix="zhibi-eval-") as folder:
        index = _index(case, bench, Path(folder))
        try:
            job = drafting.Job(brief, bench.settings, bench.catalogue, index)
            draft = drafting.draft(job, bench.model)
            extra = {"retrieval": _retrieval(case, index)}
            return _judged(case, brief, draft, bench.settings, bench.catalogue, index, extra), draft
        finally:
            if index is not None:
                index.close()


def _index(case: Case, bench: Bench, folder: Path) -> Index | None:
    """An index of its own where the case has past texts; the shipped samples always stand in it."""
    if not case.raw.past and not case.raw.retrieve and bench.settings.embedded:
        return None
    index = open_library(
        bench.settings.model_copy(update={"workspace": folder, "index_url": ""}), bench.catalogue
    )
    for _, result, _ in add_paths(index, case.past(), "precedent", bench.catalogue):
        if isinstance(result, ZhibiError):
            raise result
    return index


def _retrieval(case: Case, index: Index | None) -> Score:
    if index is None or not case.raw.retrieve:
        return Score(None, "没有检索题")
    missed = []
    for question in case.raw.retrieve:
        hits = index.search(question.query, limit=_TOP)
        if not any(question.expect in h.passage.title + h.passage.source + h.passage.text for h in hits):
            missed.append(question.query)
    value = 1 - len(missed) / len(case.raw.retrieve)
    return Score(round(value, 4), f"没有查到：{'；'.join(missed)}" if missed else "")


def _judged(
    case: Case, brief: Brief, draft: Draft, settings: Settings, catalogue: Catalogue, index: Index | None,
    extra: dict[str, Score],
) -> Row:  # fmt: skip
    findings = findings_of(draft, brief, settings, catalogue, index)
    scored = (
        scores(brief, draft.document(), findings) | {"first_pass": first_pass(brief, draft.trace)} | extra
    )
    code = int(any(at_or_above(f.severity, "error") for f in draft.findings))
    checks = (exit_check(case.expect, code), *check_draft(case, brief, draft, findings, scored))
    return Row(
        case.id, case.raw.name, "drafted", code, checks, scored, {str(s): n for s, n in counts(findings).items()},
        body_length(draft.document()), len(brief.ledger), 0.0, "", brief.digest,
    )  # fmt: skip


def findings_of(
    draft: Draft, brief: Brief, settings: Settings, catalogue: Catalogue, index: Index | None = None
) -> tuple[Finding, ...]:
    """Today's checks on a draft, from the draft alone: what its repair loop thought of it does not count."""
    document, policies = draft.document(), policies_of(draft)
    rules = load_rules(settings.overlay)
    text = check(document, catalogue=catalogue, rules=rules, profile=profile_of(brief), as_of=brief.date)
    context = FactContext(brief, policies, frozenset(d.title for d in catalogue.documents))
    own = "".join(p.text for p in policies.values())
    leaks = find_leaks(document, index, catalogue, brief, own) if index is not None else ()
    kept = tuple(f for f in draft.findings if f.rule in _OWN)
    return (*text, *check_facts(document, context), *leaks, *kept)


def _refusal(case: Case, exc: ZhibiError) -> Row:
    checks = (exit_check(case.expect, exc.exit_code), refused(case.expect, str(exc)))
    said = exc.message  # without the place: a baseline must hold on every machine
    return Row(case.id, case.raw.name, "refused", exc.exit_code, checks, error=said)


def _crash(case: Case, exc: Exception) -> Row:
    frame = traceback.extract_tb(exc.__traceback__)[-1]
    said = f"{type(exc).__name__}: {exc}（{Path(frame.filename).name}:{frame.lineno}）"
    return Row(case.id, case.raw.name, "crashed", 70, (Check("runs", False, said),), error=said)


def _timed(row: Row, seconds: float) -> Row:
    return replace(row, seconds=round(seconds, 2))


def _run(rows: tuple[Row, ...], settings: Settings, note: str) -> Run:
    now = datetime.now(UTC)
    prompts = "".join(load_prompt(n, settings.overlay).digest for n in prompt_names(settings.overlay))
    knowledge = load_catalogue(settings.overlay).digest + load_rules(settings.overlay).digest
    id = f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}"
    return Run(
        id, now.isoformat(timespec="seconds"), settings.model, note,
        sha256(prompts.encode()).hexdigest()[:12], sha256(knowledge.encode()).hexdigest()[:12], rows,
    )  # fmt: skip
