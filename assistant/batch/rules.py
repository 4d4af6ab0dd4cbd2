"""The words and thresholds of a batch (knowledge/batch.yaml)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from assistant import resources
from assistant.formats.brief_words import plain, words


@dataclass(frozen=True, slots=True)
class TwinRules:
    share: float
    shortest: int
    formulation_share: float
    most_rows: int
    most_pairs: int
    transitions: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class BatchRules:
    """``columns`` maps a plain column name to the English one; a batch knows a few more than a single brief."""

    columns: dict[str, str]
    totals: frozenset[str]
    ditto: frozenset[str]
    ignored_sheets: frozenset[str]
    unnamed: re.Pattern[str]
    results: str
    overview: str
    twins: TwinRules


@cache
def batch_rules() -> BatchRules:
    data: dict[str, Any] = resources.read_yaml("knowledge", "batch.yaml")["batch"]
    own = {plain(w): name for name, spellings in data["columns"].items() for w in spellings}
    return BatchRules(
        columns=words().columns | own,
        totals=frozenset(map(plain, data["totals"])),
        ditto=frozenset(map(plain, data["ditto"])),
        ignored_sheets=frozenset(map(plain, data["ignored_sheets"])),
        unnamed=re.compile("|".join(f"(?:{p})" for p in data["unnamed_sheets"]), re.IGNORECASE),
        results=data["files"]["results"],
        overview=data["files"]["overview"],
        twins=_twins(data["twins"]),
    )


def _twins(data: dict[str, Any]) -> TwinRules:
    return TwinRules(**data | {"transitions": tuple(map(re.compile, data["transitions"]))})
