"""What goes into the index and what comes out: frozen values, ids derived from content.

Two lanes are indexed and never mixed: ``policy`` (quotable, with clause and issuer) and ``precedent`` (style only;
``Passage.masked`` is what a prompt may see). The third lane, the facts of the job, never enters an index.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Lane = Literal["policy", "precedent"]
LANES: tuple[Lane, ...] = ("policy", "precedent")
AddStatus = Literal["added", "unchanged", "updated", "duplicate", "near_duplicate"]
EntityKind = Literal["person", "organization", "place", "figure"]


def content_id(*parts: object) -> str:
    """Sixteen hex digits that depend on nothing but the content given."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class SourceMeta:
    """What is known of a source; empty where unknown. ``period`` as a brief writes it (2023-H1), ``date`` ISO."""

    title: str = ""
    organization: str = ""
    period: str = ""
    genre: str = ""
    issuer: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """About 150-400 characters under one heading. ``source`` is the file's name, ``clause`` the article (第十二条)."""

    id: str
    document: str
    lane: Lane
    source: str
    title: str
    heading_path: tuple[str, ...]
    part: str
    themes: tuple[str, ...]
    period: str
    organization: str
    issuer: str
    date: str
    genre: str
    clause: str
    text: str
    masked: str = ""

    @property
    def heading(self) -> str:
        return self.heading_path[-1] if self.heading_path else ""


@dataclass(frozen=True, slots=True)
class Validity:
    """What a catalogue says of a policy document on a day: in force or not, with its own title, issuer and date."""

    in_force: bool
    title: str = ""
    issuer: str = ""
    date: str = ""
    aliases: tuple[str, ...] = ()
    note: str = ""


Resolver = Callable[[str, date | None], Validity | None]


@dataclass(frozen=True, slots=True)
class Hit:
    """``score`` is comparable within one answer only; ``validity`` is set for policy passages the resolver knows."""

    passage: Passage
    score: float
    validity: Validity | None = None


@dataclass(frozen=True, slots=True)
class AddResult:
    """``document_id`` is the one in the index: for a duplicate, of the document already there; ``similar_to`` is the
    name of the document it nearly repeats."""

    status: AddStatus
    document_id: str
    passages: int
    name: str = ""
    similar_to: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document of the index, as ``list`` shows it."""

    id: str
    name: str
    path: str
    sha256: str
    lane: Lane
    meta: SourceMeta
    passages: int
    added: str
    similar_to: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A name, place, organisation or figure that stands in a past summary; ``text[start:end]`` of its passage."""

    kind: EntityKind
    surface: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class CopiedRun:
    """``text[start:end]`` of the text given stands word for word in a passage of the index."""

    start: int
    end: int
    source: str
    passage_id: str


@dataclass(frozen=True, slots=True)
class Stats:
    """``pending`` documents are stored but not yet in the derived lexical index; ``stale``: cut with older settings."""

    documents: int
    passages: int
    by_lane: dict[str, int]
    generation: int
    digest: str
    pending: int
    stale: bool
    size_bytes: int
    vectors: str
