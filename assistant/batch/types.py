"""The values of a batch: what a manifest holds, and what became of each unit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from assistant.formats.brief_schema import RawSource

Status = Literal["done", "failed"]


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something about one row or cell of the manifest; ``skipped``: its content went into no draft."""

    place: str
    row: int
    column: str
    message: str
    unit: str = ""
    skipped: bool = True

    def __str__(self) -> str:
        row = f"第{self.row}行" if self.row else ""
        column = f"“{self.column}”列" if self.column else ""
        return f"{self.place}{row}{column}：{self.message}"


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """One unit of the manifest. ``key`` names its files; ``source`` is read into a brief where it is drafted; ``variant`` is
    its number in the batch folder, given by the journal."""

    key: str
    source: RawSource | Path
    digest: str
    overrides: tuple[tuple[str, str], ...] = ()
    skipped_rows: int = 0
    variant: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    units: tuple[UnitEntry, ...]
    notes: tuple[RowNote, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitResult:
    """``groups`` and ``severities`` count findings; ``narrative`` are the sentences compared with other units', ``told`` counts those that tell a fact."""

    key: str
    unit: str
    status: Status
    error: str = ""
    exit_code: int = 0
    severities: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)
    placeholders: int = 0
    characters: int = 0
    questions: int = 0
    usage: Mapping[str, int] = field(default_factory=dict)
    cost: str = ""
    seconds: float = 0.0
    skipped_rows: int = 0
    endings: tuple[str, ...] = ()
    narrative: tuple[str, ...] = ()
    told: int = 0

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> UnitResult:
        data: dict[str, Any] = json.loads(text)
        return cls(**data | {"endings": tuple(data["endings"]), "narrative": tuple(data["narrative"])})


@dataclass(frozen=True, slots=True)
class Written:
    """A unit's result and its files: the end of each name with the bytes."""

    result: UnitResult
    files: tuple[tuple[str, bytes], ...] = ()
