"""Better sections from findings: bounded, never worse, nothing silently accepted.

In order: deterministic fixes; then the failing sentences alone, with their facts and the findings' own messages
(``repair_section``), at most ``rounds`` times; then one sentence for each fact still missing (``missing_fact``); then
the bullet itself, marked 待润色; what is left stays as a finding. A change is kept only if the errors drop, and it
touches no sentence that was not named.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.compose.edit import Address, addresses, sentence_at, with_sentences, without_bare_leads
from assistant.document import Draft, Repair, Sentence
from assistant.revise.asking import model_round
from assistant.revise.attempt import ROUGH, Reviser, accept, askable, checked, errors, recorded
from assistant.revise.missing import fill_missing
from assistant.revise.striking import in_own_words, strike

__all__ = ["ROUGH", "Reviser", "errors", "revise"]


def revise(draft: Draft, reviser: Reviser) -> Draft:
    """The draft after repair, with its findings and the record of every attempt; a service that fails stops the asking,
    and the repair goes on without it."""
    draft = checked(draft, reviser)
    draft = _deterministic(draft, reviser)
    asking = True
    for number in range(1, reviser.rounds + 1):
        if asking and askable(draft):
            draft, asking = model_round(draft, reviser, number)
    draft = strike(draft, reviser)
    draft = fill_missing(draft, reviser, asking=asking)
    draft = in_own_words(draft, reviser)
    return _tidy(draft, reviser)


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
    return accept(draft, with_sentences(draft, changes), reviser, "", 0, "规则自动改正", f"{len(changes)}句")


def _tidy(draft: Draft, reviser: Reviser) -> Draft:
    """Leads whose sentences were struck go too, unless that makes it worse."""
    changed = without_bare_leads(draft)
    if changed.sections == draft.sections:
        return draft
    changed = checked(changed, reviser)
    if errors(changed) > errors(draft):
        return draft
    record = Repair("", 9, "删去空条", errors(draft), errors(changed), True)
    return recorded(changed, (*draft.trace.repairs, record))
