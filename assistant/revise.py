"""Better sections from findings: bounded, never worse, nothing silently accepted.

In order: deterministic fixes; then the failing sentences alone, with their facts and the findings' own messages
(``repair_section``), at most ``rounds`` times; then one sentence for each fact still missing (``missing_fact``); then
the bullet itself, marked 待润色; what is left stays as a finding. A change is kept only if the errors drop, and it
touches no sentence that was not named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.compose.chain import known_ids, text_of
from assistant.compose.parse import parse_reply
from assistant.compose.render import fence, ledger_text, policies_text, safe
from assistant.document import Draft, Paragraph, Repair, Section, Sentence
from assistant.finding import Finding
from assistant.ledger import clause
from assistant.plan.types import SectionTask
from assistant.prompts import load_prompt

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Check = Callable[[Draft], tuple[Finding, ...]]
ROUGH = "【待润色】"
_DELETE = re.compile(r"^[（(]?(?:删|删除|删去)[）)]?[。.]?$")
_REPAIRABLE = ("facts/", "wording/", "repeat/")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a sentence stands in a draft: section, paragraph in it, sentence in that."""

    section: int
    paragraph: int
    sentence: int


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


def revise(draft: Draft, reviser: Reviser) -> Draft:
    """The draft after repair, with its findings and the record of every attempt."""
    draft = _checked(draft, reviser)
    draft = _deterministic(draft, reviser)
    for number in range(1, reviser.rounds + 1):
        if not _failing(draft):
            break
        draft = _model_round(draft, reviser, number)
    draft = _strike_claims(draft, reviser)
    return _fill_missing(draft, reviser)


def _checked(draft: Draft, reviser: Reviser) -> Draft:
    return draft.with_findings(reviser.check(draft))


def errors(draft: Draft) -> int:
    return sum(f.severity == "error" for f in draft.findings)


def addresses(draft: Draft) -> dict[int, list[tuple[int, int, Address]]]:
    """Block number of the flattened document -> (start, end, address) of its sentences."""
    out: dict[int, list[tuple[int, int, Address]]] = {}
    number = 1 + bool(draft.recipient)
    for s, section in enumerate(draft.sections):
        number += bool(section.heading)
        for p, paragraph in enumerate(section.paragraphs):
            at = 0
            for n, sentence in enumerate(paragraph.sentences):
                out.setdefault(number, []).append((at, at + len(sentence.text), Address(s, p, n)))
                at += len(sentence.text)
            number += 1
    return out


def _failing(draft: Draft) -> dict[Address, list[Finding]]:
    """Sentences that carry errors (or unsourced tails), with what was found in each."""
    where = addresses(draft)
    failing: dict[Address, list[Finding]] = {}
    for finding in draft.findings:
        if (
            finding.severity == "error" and finding.rule.startswith(_REPAIRABLE)
        ) or finding.rule == "facts/tail":
            for start, end, address in where.get(finding.paragraph, ()):
                if start <= finding.start < end:
                    failing.setdefault(address, []).append(finding)
    return failing


def sentence_at(draft: Draft, a: Address) -> Sentence:
    return draft.sections[a.section].paragraphs[a.paragraph].sentences[a.sentence]


def with_sentences(draft: Draft, changes: dict[Address, Sentence | None]) -> Draft:
    """The draft with the named sentences replaced (None: taken out); everything else is the same object."""
    touched = {a.section for a in changes}
    sections = tuple(
        _section_with(section, s, changes) if s in touched else section
        for s, section in enumerate(draft.sections)
    )
    return replace(draft, sections=sections)


def _section_with(section: Section, s: int, changes: dict[Address, Sentence | None]) -> Section:
    paragraphs = []
    for p, paragraph in enumerate(section.paragraphs):
        kept = [changes.get(Address(s, p, n), sentence) for n, sentence in enumerate(paragraph.sentences)]
        left = tuple(k for k in kept if k is not None)
        if left:
            paragraphs.append(Paragraph(left))
    return replace(section, paragraphs=tuple(paragraphs))


def _accept(
    draft: Draft, changed: Draft, reviser: Reviser, section: str, number: int, action: str, detail: str
) -> Draft:
    """``changed`` if its errors are fewer, else ``draft``; either way the attempt is on record."""
    changed = _checked(changed, reviser)
    better = errors(changed) < errors(draft) or (
        errors(changed) == errors(draft) and len(changed.findings) < len(draft.findings)
    )
    record = Repair(section, number, action, errors(draft), errors(changed), better, detail)
    kept = changed if better else draft
    return replace(kept, trace=replace(kept.trace, repairs=(*draft.trace.repairs, record)))


def _deterministic(draft: Draft, reviser: Reviser) -> Draft:
    """Safe fixes carried by findings, sentence by sentence."""
    where = addresses(draft)
    changes: dict[Address, Sentence | None] = {}
    for finding in sorted(draft.findings, key=lambda f: -f.start):
        for start, end, address in where.get(finding.paragraph, ()):
            fix = finding.fix
            if fix and start <= fix.start and fix.end <= end:
                sentence = changes.get(address) or sentence_at(draft, address)
                text = sentence.text[: fix.start - start] + fix.text + sentence.text[fix.end - start :]
                changes[address] = replace(sentence, text=text)
    if not changes:
        return draft
    return _accept(draft, with_sentences(draft, changes), reviser, "", 0, "规则自动改正", f"{len(changes)}句")


def _model_round(draft: Draft, reviser: Reviser, number: int) -> Draft:
    """One section after another: its failing sentences to the model, the answers in their places."""
    by_section: dict[int, dict[Address, list[Finding]]] = {}
    for address, found in _failing(draft).items():
        by_section.setdefault(address.section, {})[address] = found
    # sections from the last to the first: a sentence taken out moves no address that is still to be used
    for index in sorted(by_section, reverse=True):
        section = draft.sections[index]
        task = reviser.task_of(section)
        if task is not None:
            changes = _ask_repair(draft, by_section[index], task, reviser)
            draft = _accept(
                draft,
                with_sentences(draft, changes),
                reviser,
                section.id,
                number,
                "逐句修改",
                f"{len(changes)}句",
            )
    return draft


def _ask_repair(
    draft: Draft, failing: dict[Address, list[Finding]], task: SectionTask, reviser: Reviser
) -> dict[Address, Sentence | None]:
    order = sorted(failing, key=lambda a: (a.paragraph, a.sentence))
    wanted = dict.fromkeys(i for a in order for i in sentence_at(draft, a).facts)
    prompt = load_prompt("repair_section", reviser.overlay)
    rows = [_row(n, sentence_at(draft, a), failing[a]) for n, a in enumerate(order, 1)]
    messages = prompt.messages(
        fence=fence(task.brief), ledger=ledger_text([i for i in task.items if i.id in wanted] or task.items, task.questions),
        policies=policies_text(task.policies), sentences="\n".join(rows), count=len(order),
    )  # fmt: skip
    messages[-1].additional_kwargs.update(task=task, repair=tuple(sentence_at(draft, a) for a in order))
    lines = _lines(text_of(reviser.model.invoke(messages)), task)
    if len(lines) != len(order):
        return {}
    return dict(zip(order, lines, strict=True))


def _row(number: int, sentence: Sentence, found: Sequence[Finding]) -> str:
    ids = "".join(f"⟦{i}⟧" for i in sentence.facts + sentence.policies)
    return (
        f"{number}. {safe(sentence.text)}{ids}\n   问题：{'；'.join(dict.fromkeys(f.message for f in found))}"
    )


_NUMBERED = re.compile(r"^\s*\d{1,3}[.、．]\s*")


def _lines(reply: str, task: SectionTask) -> list[Sentence | None]:
    """One sentence a line of the reply; 删 takes the sentence out."""
    out: list[Sentence | None] = []
    for raw in reply.splitlines():
        line = _NUMBERED.sub("", raw).strip()
        if _DELETE.match(line):
            out.append(None)
        elif line:
            plan = replace(task.plan, subheads=(), heading="", number="")
            parsed = parse_reply(line, plan, known_ids(task)).sections[0].sentences()
            out += [_merged(parsed)] if parsed else []
    return out


def _merged(sentences: Sequence[Sentence]) -> Sentence:
    facts = tuple(dict.fromkeys(i for s in sentences for i in s.facts))
    policies = tuple(dict.fromkeys(i for s in sentences for i in s.policies))
    return Sentence("".join(s.text for s in sentences), facts, policies)


def _strike_claims(draft: Draft, reviser: Reviser) -> Draft:
    """What the model would not mend: an unsourced sentence goes, an unsourced clause of a told fact is cut out."""
    changes: dict[Address, Sentence | None] = {}
    for address, found in _failing(draft).items():
        if all(f.rule.startswith(("facts/claim", "facts/tail", "facts/untraced")) for f in found):
            changes[address] = _without(draft, address, found)
    if not changes:
        return draft
    for address in sorted(changes, key=lambda a: (a.section, a.paragraph, a.sentence), reverse=True):
        draft = _accept(
            draft, with_sentences(draft, {address: changes[address]}), reviser, "", 9, "删去无据的话", ""
        )
    return draft


def _without(draft: Draft, address: Address, found: Iterable[Finding]) -> Sentence | None:
    sentence = sentence_at(draft, address)
    if not sentence.facts:
        return None
    text = sentence.text
    for finding in found:
        if finding.quote and finding.rule.startswith(("facts/claim", "facts/tail")):
            text = re.sub(rf"[，；]?{re.escape(finding.quote)}", "", text, count=1)
    return replace(sentence, text=text.lstrip("，；")) if text.strip("，；。") else None


def _fill_missing(draft: Draft, reviser: Reviser) -> Draft:
    """Facts nobody told: one sentence each from the model, else the bullet itself, marked for polishing."""
    missing = {
        i
        for f in draft.findings
        if f.rule in ("facts/missing", "facts/not-told", "facts/value-lost")
        for i in f.facts
    }
    for section_id, task in reviser.tasks.items():
        wanted = [
            i
            for i in task.items
            if i.id in missing and not (i.lane == "problem" and task.plan.part == "plans")
        ]
        for item in wanted:
            asked = _ask_missing([item.id], task, reviser)
            rough = Sentence(f"{clause(item, task.questions)}{ROUGH}。", (item.id,))
            for sentence, action in ((asked, "补写漏项"), (rough, "照录原文")):
                before = errors(draft)
                if sentence is not None:
                    draft = _accept(
                        draft,
                        _told_again(draft, section_id, sentence),
                        reviser,
                        section_id,
                        3,
                        action,
                        item.id,
                    )
                if errors(draft) < before:
                    break
    return draft


def _ask_missing(ids: Sequence[str], task: SectionTask, reviser: Reviser) -> Sentence | None:
    prompt = load_prompt("missing_fact", reviser.overlay)
    items = [i for i in task.items if i.id in ids]
    messages = prompt.messages(
        fence=fence(task.brief),
        heading=task.plan.number + task.plan.heading,
        ledger=ledger_text(items, task.questions),
        count=len(items),
    )
    messages[-1].additional_kwargs.update(task=task, only=tuple(ids))
    lines = [line for line in _lines(text_of(reviser.model.invoke(messages)), task) if line is not None]
    return _merged(lines) if lines else None


def _told_again(draft: Draft, section_id: str, sentence: Sentence) -> Draft:
    """The sentence in place of what cites its fact badly, else at the end of the section's last paragraph."""
    index = max((n for n, s in enumerate(draft.sections) if s.id.split(".")[0] == section_id), default=-1)
    if index < 0:
        return draft
    for s, section in enumerate(draft.sections):
        for p, paragraph in enumerate(section.paragraphs):
            for n, old in enumerate(paragraph.sentences):
                if set(old.facts) == set(sentence.facts) and section.id.split(".")[0] == section_id:
                    return with_sentences(draft, {Address(s, p, n): sentence})
    section = draft.sections[index]
    last = section.paragraphs[-1] if section.paragraphs else Paragraph(())
    paragraphs = (*section.paragraphs[:-1], Paragraph((*last.sentences, sentence)))
    sections = (
        *draft.sections[:index],
        replace(section, paragraphs=paragraphs),
        *draft.sections[index + 1 :],
    )
    return replace(draft, sections=sections)
