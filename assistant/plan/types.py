"""The outline and what one section is asked to say."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.brief import Brief, Item
from assistant.document import Part
from assistant.evidence import PolicySpan, StylePassage
from assistant.finding import Question
from assistant.plan.house import HouseStyle


@dataclass(frozen=True, slots=True)
class SubHead:
    """A heading inside a section (the measures of the plans part) and the items under it."""

    heading: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """``items`` are ledger ids in writing order; ``length`` the characters aimed at; ``index`` counts written sections."""

    id: str
    part: Part
    level: int
    number: str
    heading: str
    items: tuple[str, ...] = ()
    theme: str = ""
    length: int = 0
    subheads: tuple[SubHead, ...] = ()
    index: int = 0

    @property
    def written(self) -> bool:
        """A bare level-1 heading above its subsections is not written by anyone."""
        return bool(self.items) or self.part in ("opening", "closing")


@dataclass(frozen=True, slots=True)
class Outline:
    title: str
    recipient: str
    sections: tuple[SectionPlan, ...]
    signature: str
    date: str

    @property
    def written(self) -> tuple[SectionPlan, ...]:
        return tuple(s for s in self.sections if s.written)


@dataclass(frozen=True, slots=True)
class SectionTask:
    """Everything one reply is asked for. ``body_view`` shows the finished body to what is written after it; ``house`` is
    how the office's own summaries are built; ``variant`` is the unit's number in its batch, by which the embedded writer
    deals its own sentences (None: a draft by itself)."""

    plan: SectionPlan
    outline: Outline
    brief: Brief
    items: tuple[Item, ...]
    questions: tuple[Question, ...] = ()
    policies: tuple[PolicySpan, ...] = ()
    styles: tuple[StylePassage, ...] = ()
    body_view: tuple[str, ...] = ()
    house: HouseStyle | None = None
    variant: int | None = None
