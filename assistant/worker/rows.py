"""The rows of the journal as frozen values, and its tables."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

STORE_FILE = "page.sqlite3"
STALE = 30.0  # seconds without a sign of life after which a writer counts as gone
KEPT_VERSIONS = 50
Status = Literal["editing", "queued", "running", "stopped", "failed", "done"]
BUSY: tuple[Status, ...] = ("queued", "running")

SCHEMA = """
CREATE TABLE IF NOT EXISTS works (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL DEFAULT '',
  created REAL NOT NULL, updated REAL NOT NULL, status TEXT NOT NULL DEFAULT 'editing',
  form TEXT NOT NULL DEFAULT '{}', source_name TEXT NOT NULL DEFAULT '', source BLOB NOT NULL DEFAULT x'',
  sections TEXT NOT NULL DEFAULT '[]', headings TEXT NOT NULL DEFAULT '{}', locked TEXT NOT NULL DEFAULT '[]', task TEXT NOT NULL DEFAULT '{}',
  what TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '', head INTEGER NOT NULL DEFAULT 0, run TEXT NOT NULL DEFAULT '',
  stop INTEGER NOT NULL DEFAULT 0, beat REAL NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS works_owner ON works (owner, updated);
CREATE TABLE IF NOT EXISTS replies (
  work TEXT NOT NULL, key TEXT NOT NULL, section TEXT NOT NULL, repair INTEGER NOT NULL, position INTEGER NOT NULL,
  text TEXT NOT NULL, finish TEXT NOT NULL DEFAULT '', PRIMARY KEY (work, key));
CREATE TABLE IF NOT EXISTS versions (
  work TEXT NOT NULL, number INTEGER NOT NULL, note TEXT NOT NULL, draft TEXT NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (work, number));
CREATE TABLE IF NOT EXISTS verdicts (
  work TEXT NOT NULL, mark TEXT NOT NULL, accepted INTEGER NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY (work, mark));
CREATE TABLE IF NOT EXISTS files (
  work TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (work, name));
CREATE TABLE IF NOT EXISTS preferences (owner TEXT PRIMARY KEY, data TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Task:
    """What the writer is asked: the whole text, or one section again, with an instruction in the writer's words."""

    section: str = ""
    instruction: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Work:
    """One row. ``sections``: the edited outline as (heading, fact ids); empty where the planner decides; ``headings``: those
    of parts and plans as the person wrote them. ``head``: the number of the version shown, 0 before the first."""

    id: str
    owner: str
    kind: str
    title: str
    created: float
    updated: float
    status: Status
    form: dict[str, str]
    source_name: str
    source: bytes
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    headings: dict[str, str]
    locked: frozenset[str]
    task: Task
    what: str
    done: int
    total: int
    error: str
    head: int
    run: str
    stop: bool
    beat: float

    @property
    def lost(self) -> bool:
        """Its writer has given no sign of life for a while."""
        return self.status in BUSY and time.time() - self.beat > STALE

    @property
    def busy(self) -> bool:
        return self.status in BUSY and not self.lost


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model has said so far for one section; ``finish`` is empty while it comes."""

    section: str
    text: str
    finish: str
    position: int


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    note: str
    at: float


COLUMNS = (
    "id, owner, kind, title, created, updated, status, form, source_name, source, sections, headings, locked, task, what, done, total, "
    "error, head, run, stop, beat"
)


def stored(name: str, value: Any) -> Any:
    if name in ("form", "sections", "headings"):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(sorted(value)) if name == "locked" else value


def work_of(row: tuple[Any, ...]) -> Work:
    at = dict(zip(COLUMNS.split(", "), row, strict=True))
    at["form"] = json.loads(at["form"])
    at["sections"] = tuple((heading, tuple(ids)) for heading, ids in json.loads(at["sections"]))
    at["headings"] = json.loads(at["headings"])
    at["locked"] = frozenset(json.loads(at["locked"]))
    at["task"] = Task(**json.loads(at["task"]))
    at["stop"] = bool(at["stop"])
    return Work(**at)
