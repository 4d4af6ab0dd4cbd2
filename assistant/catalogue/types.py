"""Entries of the knowledge files as frozen values. Dates are closed intervals; ``None`` means open."""

from __future__ import annotations

import datetime
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
class Quote:
    """A short wording that stands word for word in ``source``."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Formulation:
    """A fixed wording (提法). ``themes`` are the theme ids it is about; ``quotes`` the short wordings a draft may quote
    from its sources; ``good`` and ``bad`` are examples that must not, and must, fire one of ``variants``.
    ``introduced_text`` and ``deprecated_text`` say what the two days rest on."""

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
    quotes: tuple[Quote, ...] = ()
    introduced_text: str = ""
    deprecated_text: str = ""

    @property
    def citable(self) -> bool:
        """Whether a draft may name its source: published, checked, and not a local name."""
        return self.verified and self.confidence != "low" and bool(self.sources)

    def in_force(self, on: date) -> bool:
        return (self.introduced is None or self.introduced <= on) and (
            self.deprecated is None or on <= self.deprecated
        )


@dataclass(frozen=True, slots=True)
class Version:
    """One date in a document's life, as its source gives it."""

    date: str
    event: str
    effective: datetime.date | None = None


@dataclass(frozen=True, slots=True)
class FormerTitle:
    """A title that was right up to ``until`` and is wrong after it."""

    title: str
    until: date


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
    former_titles: tuple[FormerTitle, ...] = ()

    def first_date(self) -> date | None:
        """The day before which the title cannot be cited, where it is known to the month at least."""
        for version in self.versions:
            parts = [int(p) for p in version.date.split("-") if p.isdigit()]
            if len(parts) >= 2:
                return date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
        return None


@dataclass(frozen=True, slots=True)
class OrderRule:
    """Items that keep this order where two or more of them stand in one sentence."""

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
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()


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
    id: str = ""


@dataclass(frozen=True, slots=True)
class PeriodTopic:
    """A subject a period's text is expected to mention, in any one of the wordings; only from ``since`` on."""

    any: tuple[str, ...]
    must: bool
    since: date | None = None


@dataclass(frozen=True, slots=True)
class PeriodRule:
    """What a text for a period must, should or must not mention; each topic is a tuple of alternative wordings.
    ``Catalogue.period_rule`` leaves out the topics that were not there yet when the period ended."""

    start: date
    end: date
    label: str
    must: tuple[tuple[str, ...], ...] = ()
    should: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    caution: tuple[str, ...] = ()
    id: str = ""
    topics: tuple[PeriodTopic, ...] = ()


@dataclass(frozen=True, slots=True)
class CharError:
    """A slip of the pen; ``replacement`` is set where substituting the match is safe."""

    regex: str
    right: str
    severity: Severity
    replacement: str | None = None
    id: str = ""
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrgTerm:
    """A name of an organisation or office that does not fit; ``bodies``: only in texts of a unit whose party body is
    one of these (empty: in any). ``regex`` is what to find, ``rule`` the sentence for people."""

    id: str
    regex: str
    fix: str
    rule: str
    severity: Severity
    bodies: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    bad: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyStatement:
    """A short wording that may be quoted, with where it is published; ``date`` as the source gives it."""

    id: str
    text: str
    title: str
    issuer: str
    date: str
    formulation_id: str
    themes: tuple[str, ...] = ()


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
    """One part of the outline. ``share`` is the expected share of the text; ``headings`` are templates (see
    ``templates.fill``); ``required`` parts missing are a finding; ``aliases`` are headings that say the same."""

    part: Part
    headings: tuple[str, ...]
    share: tuple[float, float]
    required: bool = True
    themes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a reader of this genre looks for: answered where any of ``any`` (literal words) stands in the brief."""

    id: str
    name: str
    any: tuple[str, ...]
    question: str
    blocking: bool = False


@dataclass(frozen=True, slots=True)
class Genre:
    """``person`` is how the text names its unit: 我局 for a unit, 我 for a person; ``titles`` by period shape, with
    ``party`` before the shape where the party's own report is titled otherwise; ``expects`` names what a reader looks
    for and ``expectations`` says how to find it; ``transitions`` are the sentences that end the opening."""

    id: str
    name: str
    person: Literal["unit", "self"]
    titles: dict[str, str]
    parts: tuple[GenrePart, ...]
    closings: tuple[str, ...]
    length: tuple[int, int]
    expects: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    transitions: tuple[str, ...] = ()

    def title(self, shape: str, *, party: bool = False) -> str:
        """The title template for a period shape (year, half, quarter, span)."""
        if party and f"party-{shape}" in self.titles:
            return self.titles[f"party-{shape}"]
        return self.titles.get(shape) or self.titles["span"]
