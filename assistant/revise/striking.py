"""What the model would not mend: struck, cut out, or given way to the bullet itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.brief import Item
from assistant.checks.facts.claims import is_lead
from assistant.checks.facts.stance import leads_on
from assistant.compose.edit import Address, addresses, sentence_at, with_sentences
from assistant.document import Draft, Sentence
from assistant.finding import Finding
from assistant.revise.attempt import EMPTY, Reviser, accept, backwards, cited, failing, rough
from assistant.similarity import containment

_LOSS = 0.15  # share of a fact's pairs of characters that may go with an unsourced clause
_WHOLE = ("facts/instruction", "facts/markup", "facts/false-source")
_STRUCK = (*EMPTY, "facts/untraced", "facts/address", "facts/placeholder", *_WHOLE)


def strike(draft: Draft, reviser: Reviser) -> Draft:
    """What the model would not mend: an unsourced sentence goes, an unsourced clause of a told fact is cut out, and
    where that would take words of the fact with it, the sentence gives way to the bullet itself."""
    for address in backwards(failing(draft)):
        found = failing(draft).get(address, [])
        if bad := [f for f in found if f.rule.startswith(_STRUCK)]:
            items = cited(draft, address, reviser)
            left = _without(draft, address, bad)
            if left is None and len(bad) < len(found):
                continue  # it tells a fact badly: that is mended in its place
            if left is not None and _loses(items, sentence_at(draft, address), left):
                task = reviser.task_of(draft.sections[address.section])
                left, action = rough(items, task), "照录原文"  # type: ignore[arg-type]
            else:
                action = "删去无据的话"
            draft = accept(draft, with_sentences(draft, {address: left}), reviser, "", 9, action, "")
    return draft


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


def in_own_words(draft: Draft, reviser: Reviser) -> Draft:
    """A sentence that is still wrong about its facts gives way to the bullets themselves, marked for polishing."""
    for address in backwards(failing(draft)):
        found = failing(draft).get(address, [])
        task = reviser.task_of(draft.sections[address.section])
        if task is None or not any(f.rule.startswith("facts/") for f in found):
            continue
        items = cited(draft, address, reviser)
        for sentence in ([rough(items, task)] if items else []) + [None]:
            changed = with_sentences(draft, {address: sentence})
            draft = accept(draft, changed, reviser, "", 9, "照录原文" if sentence else "删去无据的话", "")
            if draft.trace.repairs[-1].accepted:
                break
    return draft
