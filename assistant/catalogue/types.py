"""Entries of the knowledge files as frozen values. Dates are closed intervals; ``None`` means open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from assistant.document import Part
from assistant.finding import Severity

Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a wording is published; ``date`` as the source gives it (2023, 2023-03 or 2023-03-19)."""

    title: str
    issuer: str
    date: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A wrong or doubtful form of a formulation. ``regex`` is Python ``re``; ``applies_after``: wrong only in texts
    dated after that day. ``fix`` is for people; ``replacement`` is set where substituting is safe."""

    regex: str
    fix: str
    severity: Severity
    applies_after: date | None = None
    replacement: str | None = None


@dataclass(frozen=True, slots=True)
class Formulation:
    """A fixed wording (提法). ``subject`` are the theme ids it is about; citable as D.. where ``verified`` and sourced."""

    id: str
    text: str
    category: str
    members: tuple[str, ...] = ()
    ordered: bool = True
    aliases: tuple[str, ...] = ()
    introduced: date | None = None
    deprecated: date | None = None
    superseded_by: str = ""
    preferred: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    sources: tuple[Source, ...] = ()
    themes: tuple[str, ...] = ()
    region: str = ""
    note: str = ""
    confidence: Confidence = "high"
    verified: bool = True
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()

    def in_force(self, on: date) -> bool:
        return (self.introduced is None or self.introduced <= on) and (self.deprecated is None or on <= self.deprecated)


@dataclass(frozen=True, slots=True)
class Version:
    date: str
    event: str
    effective: date | None = None


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A party document, regulation or standard; ``title`` carries its 《》; ``wrong_titles`` do not."""

    id: str
    title: str
    issuer: str
    group: str
    versions: tuple[Version, ...]
    aliases: tuple[str, ...] = ()
    wrong_titles: tuple[str, ...] = ()
    number: str = ""
    status: str = ""
    note: str = ""
    themes: tuple[str, ...] = ()
    confidence: Confidence = "high"
    verified: bool = False

    def first_date(self) -> date | None:
        """The day before which the title cannot be cited, where it is known to the month at least."""
        for version in self.versions:
            parts = [int(p) for p in version.date.split("-") if p.isdigit()]
            if len(parts) >= 2:
                return date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
        return None


@dataclass(frozen=True, slots=True)
class OrderRule:
    id: str
    scope: str
    sequence: tuple[str, ...]
    rule: str
    severity: Severity
    confidence: Confidence = "high"


@dataclass(frozen=True, slots=True)
class Milestone:
    """Wording that a text dated before ``earliest`` cannot hold."""

    id: str
    name: str
    earliest: date
    pattern: str
    detail: str = ""
    confidence: Confidence = "high"


@dataclass(frozen=True, slots=True)
class CampaignWindow:
    """``short`` are the names a text uses for it; ``units`` who took part; ``batch`` 1 or 2 where there were two."""

    name: str
    start: date
    end: date
    short: tuple[str, ...] = ()
    units: str = ""
    batch: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """What a text for a period must, should or must not mention; each topic is a tuple of alternative wordings."""

    start: date
    end: date
    label: str
    must: tuple[tuple[str, ...], ...] = ()
    should: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    caution: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CharError:
    regex: str
    right: str
    severity: Severity
    replacement: str | None = None


@dataclass(frozen=True, slots=True)
class Theme:
    """A subject of the genre (政治建设, 廉政…): the words that tell a fact belongs to it, with weights, and headings."""

    id: str
    name: str
    lexicon: tuple[tuple[str, float], ...]
    headings: tuple[str, ...]
    order: int = 0


@dataclass(frozen=True, slots=True)
class GenrePart:
    """One part of the outline. ``share`` is the expected share of the text; ``headings`` are templates with
    {period} {next} {organization} {body} {year}; ``required`` parts missing are a finding."""

    part: Part
    headings: tuple[str, ...]
    share: tuple[float, float]
    required: bool = True
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Genre:
    """``person`` is how the text names its unit: 我局 for a unit, 我 for a person; ``titles`` by period shape."""

    id: str
    name: str
    person: Literal["unit", "self"]
    titles: dict[str, str]
    parts: tuple[GenrePart, ...]
    closings: tuple[str, ...]
    length: tuple[int, int]
    expects: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
