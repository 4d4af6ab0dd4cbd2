"""Better sections from findings: bounded, never worse, nothing silently accepted.

In order: deterministic fixes; then the failing sentences alone, with their facts and the findings' own messages
(``repair_section``), at most ``rounds`` times; then one sentence for each fact still missing (``missing_fact``); then
the bullet itself, marked 待润色; what is left stays as a finding. A change is kept only if the errors drop, and it
touches no sentence that was not named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.brief import Item
from assistant.checks.facts.claims import is_lead
from assistant.checks.facts.foreign import instructions
from assistant.checks.facts.stance import leads_on
from assistant.compose.chain import parse_for, text_of
from assistant.compose.edit import Address, addresses, sentence_at, with_sentences, without_bare_leads
from assistant.compose.render import fence, ledger_text, policies_text, safe
from assistant.document import Draft, Paragraph, Repair, Section, Sentence
from assistant.errors import ServiceError
from assistant.finding import Finding
from assistant.ledger import clause
from assistant.plan.types import SectionTask
from assistant.prompts import load_prompt
from assistant.similarity import containment
from assistant.text import CLOSERS, RUN_MARK, SENTENCE_END

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["Address", "Reviser", "addresses", "errors", "revise", "sentence_at", "with_sentences"]

Check = Callable[[Draft], tuple[Finding, ...]]
ROUGH = "【待润色】"
_DELETE = re.compile(r"^[（(]?(?:删|删除|删去)[）)]?[。.]?$")
_LOSS = 0.15  # share of a fact's pairs of characters that may go with an unsourced clause
_REPAIRABLE = ("facts/", "wording/", "repeat/")
_EMPTY = ("facts/tail", "facts/maxim", "facts/claim")
_ASKED_FOR = ("format/mask",)
_UNTOLD = (
    "facts/missing",
    "facts/not-told",
    "facts/value-lost",
    "facts/unknown-lost",
    "facts/name-lost",
    "facts/open-lost",
)
_WHOLE = ("facts/instruction", "facts/markup", "facts/false-source")
_STRUCK = (*_EMPTY, "facts/untraced", "facts/address", "facts/placeholder", *_WHOLE)


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
    """The draft after repair, with its findings and the record of every attempt; a service that fails stops the asking,
    and the repair goes on without it."""
    draft = _checked(draft, reviser)
    draft = _deterministic(draft, reviser)
    asking = True
    for number in range(1, reviser.rounds + 1):
        if asking and _askable(draft):
            draft, asking = _model_round(draft, reviser, number)
    draft = _strike(draft, reviser)
    draft = _fill_missing(draft, reviser, asking=asking)
    draft = _in_own_words(draft, reviser)
    return _tidy(draft, reviser)


def _checked(draft: Draft, reviser: Reviser) -> Draft:
    return draft.with_findings(reviser.check(draft))


def errors(draft: Draft) -> int:
    """Errors that repair is about; an open blank is asked for, not a fault."""
    return sum(f.severity == "error" and f.rule not in _ASKED_FOR for f in draft.findings)


def _score(draft: Draft) -> tuple[int, int, int]:
    return errors(draft), sum(f.rule.startswith(_EMPTY) for f in draft.findings), len(draft.findings)


def _failing(draft: Draft) -> dict[Address, list[Finding]]:
    """Sentences that carry errors (or unsourced tails), with what was found in each."""
    where = addresses(draft)
    failing: dict[Address, list[Finding]] = {}
    for finding in draft.findings:
        wrong = finding.severity == "error" and finding.rule.startswith(_REPAIRABLE)
        if wrong or finding.rule.startswith(_EMPTY):
            for start, end, address in where.get(finding.paragraph, ()):
                if start <= finding.start < end:
                    failing.setdefault(address, []).append(finding)
    return failing


def _askable(draft: Draft) -> dict[Address, list[Finding]]:
    """Failing sentences less those that obey an order in the material: they go, and no model reads them again."""
    return {
        a: found
        for a, found in _failing(draft).items()
        if not any(f.rule == "facts/instruction" for f in found)
    }


def _accept(
    draft: Draft, changed: Draft, reviser: Reviser, section: str, number: int, action: str, detail: str
) -> Draft:
    """``changed`` if its errors are fewer, else ``draft``; either way the attempt is on record."""
    changed = _checked(changed, reviser)
    better = _score(changed) < _score(draft)
    record = Repair(section, number, action, errors(draft), errors(changed), better, detail)
    return _recorded(changed if better else draft, (*draft.trace.repairs, record))


def _recorded(draft: Draft, repairs: tuple[Repair, ...]) -> Draft:
    return replace(draft, trace=replace(draft.trace, repairs=repairs))


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


def _model_round(draft: Draft, reviser: Reviser, number: int) -> tuple[Draft, bool]:
    """One section after another: its failing sentences to the model, the answers in their places; False: no service."""
    by_section: dict[int, dict[Address, list[Finding]]] = {}
    for address, found in _askable(draft).items():
        by_section.setdefault(address.section, {})[address] = found
    # sections from the last to the first: a sentence taken out moves no address that is still to be used
    for index in sorted(by_section, reverse=True):
        section = draft.sections[index]
        task = reviser.task_of(section)
        if task is None:
            continue
        try:
            changes = _ask_repair(draft, by_section[index], task, reviser)
        except ServiceError as error:
            before = errors(draft)
            record = Repair(section.id, number, "逐句修改", before, before, False, str(error))
            return _recorded(draft, (*draft.trace.repairs, record)), False
        draft = _changed(draft, changes, reviser, section.id, number)
    return draft, True


def _changed(
    draft: Draft, changes: dict[Address, Sentence | None], reviser: Reviser, section: str, number: int
) -> Draft:
    """All answers of a section at once; where that is no better, each for itself."""
    if not changes:
        return draft
    tried = _accept(
        draft, with_sentences(draft, changes), reviser, section, number, "逐句修改", f"{len(changes)}句"
    )
    if tried.trace.repairs[-1].accepted or len(changes) == 1:
        return tried
    for address in _backwards(changes):
        one = with_sentences(tried, {address: changes[address]})
        tried = _accept(tried, one, reviser, section, number, "逐句修改", "1句")
    return tried


def _backwards(addresses: Iterable[Address]) -> list[Address]:
    return sorted(addresses, key=lambda a: (a.section, a.paragraph, a.sentence), reverse=True)


def _ask_repair(
    draft: Draft, failing: dict[Address, list[Finding]], task: SectionTask, reviser: Reviser
) -> dict[Address, Sentence | None]:
    """The model's answers by address; none where it cannot be told which answer is for which sentence."""
    order = sorted(failing, key=lambda a: (a.paragraph, a.sentence))
    wanted = dict.fromkeys(i for a in order for i in sentence_at(draft, a).facts)
    cited = {i for a in order for i in sentence_at(draft, a).policies}
    prompt = load_prompt("repair_section", reviser.overlay)
    rows = [_row(n, sentence_at(draft, a), failing[a]) for n, a in enumerate(order, 1)]
    messages = prompt.messages(
        fence=fence(task.brief), ledger=ledger_text([i for i in task.items if i.id in wanted] or task.items, task.questions),
        policies=policies_text(p for p in task.policies if p.id in cited), sentences="\n".join(rows), count=len(order),
    )  # fmt: skip
    messages[-1].additional_kwargs.update(task=task, repair=tuple(sentence_at(draft, a) for a in order))
    numbered = dict(_answers(text_of(reviser.model.invoke(messages)), task))
    if set(numbered) == set(range(1, len(order) + 1)):
        return {a: _renumbered(numbered[n], sentence_at(draft, a)) for n, a in enumerate(order, 1)}
    return {}


def _renumbered(new: Sentence | None, old: Sentence) -> Sentence | None:
    """A run keeps its 三是 where the model has left it out."""
    mark = RUN_MARK.match(old.text)
    if new is None or mark is None or RUN_MARK.match(new.text):
        return new
    return replace(new, text=mark.group() + new.text)


def _row(number: int, sentence: Sentence, found: Sequence[Finding]) -> str:
    ids = "".join(f"⟦{i}⟧" for i in sentence.facts + sentence.policies)
    said = dict.fromkeys(safe(f.message) for f in found if not instructions(f.message))
    return (
        f"{number}. {safe(sentence.text)}{ids}\n   问题：{'；'.join(said) or '所标的材料不可用，请删去这句'}"
    )


_NUMBERED = re.compile(r"^(\d{1,3})[.、．]\s*")


def _answers(reply: str, task: SectionTask) -> Iterator[tuple[int, Sentence | None]]:
    """The sentences of a reply by number: its own numbers where every line has one, else their order. 删 is None."""
    lines = [line for raw in reply.splitlines() if (line := raw.strip())]
    numbers = [_NUMBERED.match(line) for line in lines]
    own = all(numbers)
    at = 0
    for line, m in zip(lines, numbers, strict=True):
        body = line[m.end() :].strip() if m else line
        sentence = None if _DELETE.match(body) else _sentence(body, task)
        if sentence is not None or _DELETE.match(body):
            at += 1
            yield int(m[1]) if m and own else at, sentence


def _sentence(text: str, task: SectionTask) -> Sentence | None:
    plan = replace(task.plan, subheads=(), heading="", number="")
    parsed = parse_for(replace(task, plan=plan), text).sections[0].sentences()
    whole = parsed and parsed[-1].text.rstrip(CLOSERS).endswith(tuple(SENTENCE_END))
    return _merged(parsed) if whole else None


def _merged(sentences: Sequence[Sentence]) -> Sentence:
    facts = tuple(dict.fromkeys(i for s in sentences for i in s.facts))
    policies = tuple(dict.fromkeys(i for s in sentences for i in s.policies))
    return Sentence("".join(s.text for s in sentences), facts, policies)


def _strike(draft: Draft, reviser: Reviser) -> Draft:
    """What the model would not mend: an unsourced sentence goes, an unsourced clause of a told fact is cut out, and
    where that would take words of the fact with it, the sentence gives way to the bullet itself."""
    for address in _backwards(_failing(draft)):
        found = _failing(draft).get(address, [])
        if bad := [f for f in found if f.rule.startswith(_STRUCK)]:
            items = _cited(draft, address, reviser)
            left = _without(draft, address, bad)
            if left is None and len(bad) < len(found):
                continue  # it tells a fact badly: that is mended in its place
            if left is not None and _loses(items, sentence_at(draft, address), left):
                task = reviser.task_of(draft.sections[address.section])
                left, action = _rough(items, task), "照录原文"  # type: ignore[arg-type]
            else:
                action = "删去无据的话"
            draft = _accept(draft, with_sentences(draft, {address: left}), reviser, "", 9, action, "")
    return draft


def _cited(draft: Draft, address: Address, reviser: Reviser) -> list[Item]:
    """The items of its task that the sentence cites and that may stand in a text in their own words."""
    task = reviser.task_of(draft.sections[address.section])
    facts = sentence_at(draft, address).facts
    ledger = task.brief.ledger if task else ()
    return [i for i in ledger if i.id in facts and task and i in task.items and not instructions(i.text)]


def _loses(items: Sequence[Item], old: Sentence, new: Sentence) -> bool:
    """Whether more than a few words of a fact stand in the old sentence and not in the new one."""
    return any(containment(i.text, new.text) < containment(i.text, old.text) - _LOSS for i in items)


def _without(draft: Draft, address: Address, found: Iterable[Finding]) -> Sentence | None:
    """The sentence less the clauses that were found, if it tells a fact still or leads to what does."""
    sentence = sentence_at(draft, address)
    where = {a: start for rows in addresses(draft).values() for start, _, a in rows}
    cut = bool(sentence.facts) or is_lead(sentence.text)
    if not cut or any(f.rule in _WHOLE for f in found):
        return None
    text, at = sentence.text, where[address]
    bad = [(f.start - at, f.end - at) for f in found]
    kept = [
        text[m.start() : m.end()]
        for m in re.finditer(r"[^，；。！？]*[，；。！？]?", text)
        if m.group() and not any(a < m.end() and m.start() < b for a, b in bad)
    ]
    while kept and leads_on(kept[-1]) and not text.endswith(kept[-1]):
        kept.pop()
    left = "".join(kept).strip("，；")
    left = re.sub(r"[，；]$", "", left.rstrip("。！？")) + "。"
    return replace(sentence, text=left) if left.strip("，；。") else None


def _fill_missing(draft: Draft, reviser: Reviser, *, asking: bool) -> Draft:
    """Facts nobody told: one sentence each from the model, else the bullet itself, marked for polishing."""
    missing = {i for f in draft.findings if f.rule in _UNTOLD for i in f.facts}
    for section_id, task in reviser.tasks.items():
        for item in task.items:
            elsewhere = item.lane == "problem" and task.plan.part == "plans"
            if item.id in missing and not elsewhere and not instructions(item.text):
                draft = _told_somehow(draft, section_id, item, reviser, asking=asking)
    return draft


def _told_somehow(draft: Draft, section_id: str, item: Item, reviser: Reviser, *, asking: bool) -> Draft:
    task = reviser.tasks[section_id]
    asked = _ask_missing([item.id], task, reviser) if asking else None
    for sentence, action in ((asked, "补写漏项"), (_rough([item], task), "照录原文")):
        if sentence is not None:
            changed = _told_again(draft, section_id, sentence)
            draft = _accept(draft, changed, reviser, section_id, 3, action, item.id)
            if draft.trace.repairs[-1].accepted:
                break
    return draft


def _rough(items: Sequence[Item], task: SectionTask) -> Sentence:
    text = "；".join(clause(i, task.questions) for i in items)
    return Sentence(f"{text}{ROUGH}。", tuple(i.id for i in items))


def _ask_missing(ids: Sequence[str], task: SectionTask, reviser: Reviser) -> Sentence | None:
    prompt = load_prompt("missing_fact", reviser.overlay)
    items = [i for i in task.items if i.id in ids]
    messages = prompt.messages(
        fence=fence(task.brief),
        heading=safe(task.plan.number + task.plan.heading),
        ledger=ledger_text(items, task.questions),
        count=len(items),
    )
    messages[-1].additional_kwargs.update(task=task, only=tuple(ids))
    try:
        reply = text_of(reviser.model.invoke(messages))
    except ServiceError:
        return None
    lines = [sentence for _, sentence in _answers(reply, task) if sentence is not None]
    return _merged(lines) if lines else None


def _told_again(draft: Draft, section_id: str, sentence: Sentence) -> Draft:
    """The sentence in place of what cites its fact badly, else at the end of the (sub)section that has the fact."""
    own = [n for n, s in enumerate(draft.sections) if s.id.split(".")[0] == section_id]
    for s in own:
        for p, paragraph in enumerate(draft.sections[s].paragraphs):
            for n, old in enumerate(paragraph.sentences):
                if set(old.facts) == set(sentence.facts):
                    return with_sentences(draft, {Address(s, p, n): sentence})
    if not own:
        return draft
    index = next((n for n in reversed(own) if set(sentence.facts) <= set(draft.sections[n].facts)), own[-1])
    section = draft.sections[index]
    last = section.paragraphs[-1] if section.paragraphs else Paragraph(())
    paragraphs = (*section.paragraphs[:-1], Paragraph((*last.sentences, sentence)))
    changed = replace(section, paragraphs=paragraphs)
    return replace(draft, sections=(*draft.sections[:index], changed, *draft.sections[index + 1 :]))


def _in_own_words(draft: Draft, reviser: Reviser) -> Draft:
    """A sentence that is still wrong about its facts gives way to the bullets themselves, marked for polishing."""
    for address in _backwards(_failing(draft)):
        found = _failing(draft).get(address, [])
        task = reviser.task_of(draft.sections[address.section])
        if task is None or not any(f.rule.startswith("facts/") for f in found):
            continue
        items = _cited(draft, address, reviser)
        for sentence in ([_rough(items, task)] if items else []) + [None]:
            changed = with_sentences(draft, {address: sentence})
            draft = _accept(draft, changed, reviser, "", 9, "照录原文" if sentence else "删去无据的话", "")
            if draft.trace.repairs[-1].accepted:
                break
    return draft


def _tidy(draft: Draft, reviser: Reviser) -> Draft:
    """Leads whose sentences were struck go too, unless that makes it worse."""
    changed = without_bare_leads(draft)
    if changed.sections == draft.sections:
        return draft
    changed = _checked(changed, reviser)
    if errors(changed) > errors(draft):
        return draft
    record = Repair("", 9, "删去空条", errors(draft), errors(changed), True)
    return _recorded(changed, (*draft.trace.repairs, record))
