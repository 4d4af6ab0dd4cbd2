"""A model's opinion, advisory only: criteria from the brief itself, marks with reasons, pairs in both orders. Never a gate.

In: a chat model, a brief, drafts. Out: marks from 1 to 10 and preferences; an answer that changes with the order of the two drafts
counts as none. ``agreement`` holds the judge's marks against the deterministic scores, or against a reviewer's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from pydantic import BaseModel, Field

from assistant.brief import Brief
from assistant.catalogue import Catalogue
from assistant.compose.render import fence, ledger_text, safe
from assistant.document import Document
from assistant.models.structured import BadAnswerError, ask_json
from assistant.prompts import load_prompt
from evals.blind import agreement as share_of_pairs
from evals.rows import Run

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_CRITERIA = 6
_SAME = "两份稿子一字不差"
T = TypeVar("T", bound=BaseModel)
Side = Literal["甲", "乙", "平"]


class Criteria(BaseModel):
    """What the judge must answer when asked for criteria."""

    criteria: list[str] = Field(min_length=2, max_length=12)


class Mark(BaseModel):
    reason: str
    score: int = Field(ge=1, le=10)


class Marks(BaseModel):
    marks: list[Mark] = Field(min_length=1)
    overall: int = Field(ge=1, le=10)


class Choice(BaseModel):
    reason: str
    better: Side


@dataclass(frozen=True, slots=True)
class Opinion:
    """``marks`` are (criterion, score, reason) in the order of the criteria."""

    overall: int
    marks: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class PairOpinion:
    """``better`` is 0 for the first draft, 1 for the second, None where even or where the order decided (``swayed``)."""

    better: int | None
    swayed: bool
    reasons: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Judge:
    model: BaseChatModel
    catalogue: Catalogue
    overlay: Path | None = None

    def criteria(self, brief: Brief) -> tuple[str, ...]:
        """Made from this brief, once; the same criteria then judge every draft of it."""
        genre = self.catalogue.genres[brief.kind].name
        answer = self._ask("judge_criteria", Criteria, brief, genre=genre, organization=safe(brief.organization),
                           period=brief.period.label, count=_CRITERIA)  # fmt: skip
        return tuple(dict.fromkeys(c.strip() for c in answer.criteria if c.strip()))

    def mark(self, brief: Brief, document: Document, criteria: Sequence[str]) -> Opinion:
        """BadAnswerError where a criterion was left without a mark."""
        answer = self._ask("judge_score", Marks, brief, criteria=_numbered(criteria), draft=_plain(document))
        if len(answer.marks) != len(criteria):
            raise BadAnswerError(f"模型没有逐条打分：要点{len(criteria)}条，打了{len(answer.marks)}条")
        pairs = zip(criteria, answer.marks, strict=True)
        return Opinion(answer.overall, tuple((c, m.score, m.reason) for c, m in pairs))

    def prefer(self, brief: Brief, first: Document, second: Document, criteria: Sequence[str]) -> PairOpinion:
        """Asked twice, the drafts exchanged the second time; drafts that are the same are even unasked."""
        listed = _numbered(criteria)
        texts = _plain(first), _plain(second)
        if texts[0] == texts[1]:
            return PairOpinion(None, False, (_SAME, _SAME))
        one = self._ask("judge_pair", Choice, brief, criteria=listed, first=texts[0], second=texts[1])
        two = self._ask("judge_pair", Choice, brief, criteria=listed, first=texts[1], second=texts[0])
        straight = {"甲": 0, "乙": 1}.get(one.better)
        turned = {"甲": 1, "乙": 0}.get(two.better)
        better = straight if straight == turned else None
        return PairOpinion(better, straight != turned, (one.reason, two.reason))

    def _ask(self, prompt: str, schema: type[T], brief: Brief, **slots: object) -> T:
        messages = load_prompt(prompt, self.overlay).messages(
            fence=fence(brief), ledger=ledger_text(brief.ledger, ()), **slots
        )
        return ask_json(self.model, messages, schema)


def _plain(document: Document) -> str:
    return "\n".join(safe(b.text) for b in document.blocks)


def _numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{n}. {safe(line)}" for n, line in enumerate(lines, 1))


def deterministic(run: Run) -> dict[str, float]:
    """Case -> mean of its scores: the order that the checks put drafts in."""
    out = {}
    for row in run.rows:
        values = [s.value for s in row.scores.values() if s.value is not None]
        if values:
            out[row.case] = sum(values) / len(values)
    return out


def agreement(judged: Mapping[str, float], other: Mapping[str, float]) -> float | None:
    """Of the pairs both tell apart, the share they order alike: the judge against the checks, or against a person's marks."""
    return share_of_pairs([dict(judged), dict(other)])
