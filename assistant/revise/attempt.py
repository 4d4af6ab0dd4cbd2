"""One attempt at repair: which sentences fail, whether a change makes them fewer, and the record of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.brief import Item
from assistant.checks.facts.foreign import instructions
from assistant.compose.edit import Address, addresses, sentence_at
from assistant.document import Draft, Repair, Section, Sentence
from assistant.finding import Finding
from assistant.ledger import clause
from assistant.plan.types import SectionTask

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Check = Callable[[Draft], tuple[Finding, ...]]
ROUGH = "【待润色】"
EMPTY = ("facts/tail", "facts/maxim", "facts/claim")
_REPAIRABLE = ("facts/", "wording/", "repeat/")
_ASKED_FOR = ("format/mask",)


@dataclass(frozen=True, slots=True)
class Reviser:
    """What every repair step needs. ``tasks`` by section id (a plans subsection belongs to its parent's task)."""

    model: BaseChatModel
    check: Check
    tasks: dict[str, SectionTask]
    overlay: Path | None = None
    rounds: int = 2

    def task_of(self, section: Section) -> SectionTask | None:
        return self.tasks.get(section.id) or self.tasks.get(section.id.split(".")[0])


def checked(draft: Draft, reviser: Reviser) -> Draft:
    """With the findings of the text as it stands now."""
    return draft.with_findings(reviser.check(draft))


def errors(draft: Draft) -> int:
    """Errors that repair is about; an open blank is asked for, not a fault."""
    return sum(f.severity == "error" and f.rule not in _ASKED_FOR for f in draft.findings)


def _score(draft: Draft) -> tuple[int, int, int]:
    return errors(draft), sum(f.rule.startswith(EMPTY) for f in draft.findings), len(draft.findings)


def failing(draft: Draft) -> dict[Address, list[Finding]]:
    """Sentences that carry errors (or unsourced tails), with what was found in each."""
    where = addresses(draft)
    failing: dict[Address, list[Finding]] = {}
    for finding in draft.findings:
        wrong = finding.severity == "error" and finding.rule.startswith(_REPAIRABLE)
        if wrong or finding.rule.startswith(EMPTY):
            for start, end, address in where.get(finding.paragraph, ()):
                if start <= finding.start < end:
                    failing.setdefault(address, []).append(finding)
    return failing


def askable(draft: Draft) -> dict[Address, list[Finding]]:
    """Failing sentences less those that obey an order in the material: they go, and no model reads them again."""
    return {
        a: found
        for a, found in failing(draft).items()
        if not any(f.rule == "facts/instruction" for f in found)
    }


def accept(
    draft: Draft, changed: Draft, reviser: Reviser, section: str, number: int, action: str, detail: str
) -> Draft:
    """``changed`` if its errors are fewer, else ``draft``; either way the attempt is on record."""
    changed = checked(changed, reviser)
    better = _score(changed) < _score(draft)
    record = Repair(section, number, action, errors(draft), errors(changed), better, detail)
    return recorded(changed if better else draft, (*draft.trace.repairs, record))


def recorded(draft: Draft, repairs: tuple[Repair, ...]) -> Draft:
    """With these repairs on its trace."""
    return replace(draft, trace=replace(draft.trace, repairs=repairs))


def backwards(addresses: Iterable[Address]) -> list[Address]:
    """From the end of the draft: a sentence taken out moves no address that is still to be used."""
    return sorted(addresses, key=lambda a: (a.section, a.paragraph, a.sentence), reverse=True)


def cited(draft: Draft, address: Address, reviser: Reviser) -> list[Item]:
    """The items of its task that the sentence cites and that may stand in a text in their own words."""
    task = reviser.task_of(draft.sections[address.section])
    facts = sentence_at(draft, address).facts
    ledger = task.brief.ledger if task else ()
    return [i for i in ledger if i.id in facts and task and i in task.items and not instructions(i.text)]


def rough(items: Sequence[Item], task: SectionTask) -> Sentence:
    """The bullets themselves as one sentence, marked for polishing."""
    text = "；".join(clause(i, task.questions) for i in items)
    return Sentence(f"{text}{ROUGH}。", tuple(i.id for i in items))
