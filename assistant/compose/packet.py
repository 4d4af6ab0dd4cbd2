"""Which policy wordings a prompt shows: few, on the subjects of this document's sections, the same for every section.

Limits are in knowledge/evidence.yaml. What is not shown may still be cited by the embedded writer, word for word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from assistant import resources
from assistant.catalogue import Catalogue
from assistant.evidence import PolicySpan
from assistant.plan.types import SectionPlan, SectionTask
from assistant.similarity import bigrams
from assistant.text import fold


@cache
def _limits() -> dict[str, Any]:
    data: dict[str, Any] = resources.read_yaml("knowledge", "evidence.yaml")["packet"]
    return data


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    return fold(text)


def packet(task: SectionTask, catalogue: Catalogue) -> tuple[PolicySpan, ...]:
    """The wordings worth showing, in the order of their ids: the sections' best in turn, those for the opening first."""
    return _packet(_Document(task, catalogue))


class _Document:
    """What all sections of a document share, told apart by identity: their tasks hold the same objects."""

    __slots__ = ("catalogue", "shared", "task")

    def __init__(self, task: SectionTask, catalogue: Catalogue) -> None:
        self.task, self.catalogue = task, catalogue
        self.shared = (task.brief, task.outline, task.policies, catalogue)

    def __hash__(self) -> int:
        return hash(tuple(map(id, self.shared)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Document) and all(
            a is b for a, b in zip(self.shared, other.shared, strict=True)
        )


@lru_cache(maxsize=256)
def _packet(document: _Document) -> tuple[PolicySpan, ...]:
    task, catalogue = document.task, document.catalogue
    most = _limits()["most"][task.brief.register]
    queues = [list(_for_opening(task))] + [
        list(_for_section(plan, task, catalogue)) for plan in task.outline.written if plan.theme
    ]
    chosen: list[PolicySpan] = []
    while any(queues) and len(chosen) < most:
        for queue in queues:
            while queue and _told(queue[0], chosen):
                queue.pop(0)
            if queue and len(chosen) < most:
                chosen.append(queue.pop(0))
    return tuple(sorted(chosen, key=lambda p: p.id))


def _told(span: PolicySpan, chosen: Sequence[PolicySpan]) -> bool:
    """Chosen already, or part of a longer wording that is."""
    return any(_folded(span.text) in _folded(other.text) for other in chosen)


def _for_opening(task: SectionTask) -> Iterator[PolicySpan]:
    """General wordings: those that hold others within them, and the year's own."""
    limits, year = _limits(), str(task.brief.period.end.year)
    general = [p for p in task.policies if set(p.themes) & set(limits["opening_themes"]) and not p.sentence]

    def weight(span: PolicySpan) -> int:
        held = sum(other is not span and _folded(other.text) in _folded(span.text) for other in general)
        return held + 2 * span.date.startswith(year)

    yield from sorted(general, key=lambda p: (-weight(p), p.id))[: limits["opening"]]


def _for_section(plan: SectionPlan, task: SectionTask, catalogue: Catalogue) -> Iterator[PolicySpan]:
    """Wordings of the section's theme, those that speak of what its heading and facts speak of first."""
    own = fold(plan.heading + "".join(i.text for i in task.brief.ledger if i.id in plan.items))
    terms = [_folded(term) for term, _ in catalogue.themes[plan.theme].lexicon]
    fit = {p.id: _fit(p, own, terms) for p in task.policies if plan.theme in p.themes}
    enough = (p for p in task.policies if fit.get(p.id, 0.0) >= _limits()["fit"])
    ranked = sorted(enough, key=lambda p: (-fit[p.id], p.id))
    yield from ranked[: _limits()["section"]]


def _fit(span: PolicySpan, own: str, terms: Sequence[str]) -> float:
    """How much of the section's subject the wording shares: words of the theme in both, then other pairs of characters."""
    text = _folded(span.text)
    shared = sum(len(t) for t in terms if t in text and t in own)
    pairs = bigrams(text)
    return shared + sum(pair in own for pair in pairs) / max(len(pairs), 1)
