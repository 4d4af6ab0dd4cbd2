"""A run of the suite as values, and to and from its JSON file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from assistant.errors import InputError
from evals.expectations import Check
from evals.scoring import METRICS, Score

SCHEMA = 1
Outcome = Literal["drafted", "refused", "unavailable", "crashed"]


@dataclass(frozen=True, slots=True)
class Row:
    """One case of one run. ``error`` is what was said where no draft came; ``length`` in characters."""

    case: str
    name: str
    outcome: Outcome
    exit: int
    checks: tuple[Check, ...] = ()
    scores: dict[str, Score] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    length: int = 0
    items: int = 0
    seconds: float = 0.0
    error: str = ""
    digest: str = ""

    @property
    def passed(self) -> bool:
        return self.outcome != "crashed" and all(c.passed for c in self.checks)


@dataclass(frozen=True, slots=True)
class Run:
    """``id`` names its file in the history; the digests say what the drafts depended on."""

    id: str
    started: str
    model: str
    note: str
    prompts: str
    knowledge: str
    rows: tuple[Row, ...]

    @property
    def means(self) -> dict[str, float | None]:
        """Mean of each metric over the cases where it was judged; None where it never was."""
        return {m: mean([r.scores[m].value for r in self.rows if m in r.scores]) for m in METRICS}

    def row(self, case: str) -> Row | None:
        return next((r for r in self.rows if r.case == case), None)


def mean(values: Sequence[float | None]) -> float | None:
    known = [v for v in values if v is not None]
    return round(sum(known) / len(known), 4) if known else None


def to_json(run: Run, *, timed: bool = True) -> bytes:
    """``timed`` False leaves out when it ran and how long it took: what a committed baseline wants."""
    data: dict[str, Any] = {"schema": SCHEMA, **asdict(run), "means": run.means}
    if not timed:
        data |= {"id": "baseline", "started": ""}
        for row in data["rows"]:
            row["seconds"] = 0.0
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def from_json(path: Path) -> Run:
    """InputError where the file is not a run of this suite."""
    try:
        data = json.loads(path.read_text("utf-8"))
        if data.pop("schema") != SCHEMA:
            raise ValueError("schema")
        data.pop("means", None)
        rows = tuple(_row(r) for r in data.pop("rows"))
        return Run(rows=rows, **data)
    except OSError as exc:
        raise InputError("评测结果读不出来，请核对路径", path=path) from exc
    except (ValueError, TypeError, KeyError, AttributeError) as exc:
        raise InputError("这不是本程序的评测结果，或版本不同，请重新跑一次", path=path) from exc


def _row(data: dict[str, Any]) -> Row:
    checks = tuple(Check(**c) for c in data.pop("checks"))
    scores = {name: Score(**s) for name, s in data.pop("scores").items()}
    return Row(checks=checks, scores=scores, **data)
