"""Facts that nobody told: one sentence each from the model, else the bullet itself."""

from __future__ import annotations

from dataclasses import replace

from assistant.brief import Item
from assistant.checks.facts.foreign import instructions
from assistant.compose.edit import Address, with_sentences
from assistant.document import Draft, Paragraph, Sentence
from assistant.revise.asking import ask_missing
from assistant.revise.attempt import Reviser, accept, rough

_UNTOLD = (
    "facts/missing",
    "facts/not-told",
    "facts/value-lost",
    "facts/unknown-lost",
    "facts/name-lost",
    "facts/open-lost",
)


def fill_missing(draft: Draft, reviser: Reviser, *, asking: bool) -> Draft:
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
    asked = ask_missing([item.id], task, reviser) if asking else None
    for sentence, action in ((asked, "补写漏项"), (rough([item], task), "照录原文")):
        if sentence is not None:
            changed = _told_again(draft, section_id, sentence)
            draft = accept(draft, changed, reviser, section_id, 3, action, item.id)
            if draft.trace.repairs[-1].accepted:
                break
    return draft


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
