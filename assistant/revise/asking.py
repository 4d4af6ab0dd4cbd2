"""What the model is asked in repair: failing sentences with the findings' own messages, and facts still missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.checks.facts.foreign import instructions
from assistant.compose.chain import parse_for, text_of
from assistant.compose.edit import Address, sentence_at, with_sentences
from assistant.compose.render import fence, ledger_text, policies_text, safe
from assistant.document import Draft, Repair, Sentence
from assistant.errors import ServiceError
from assistant.finding import Finding
from assistant.plan.types import SectionTask
from assistant.prompts import load_prompt
from assistant.revise.attempt import Reviser, accept, askable, backwards, errors, recorded
from assistant.text import CLOSERS, RUN_MARK, SENTENCE_END

_DELETE = re.compile(r"^[（(]?(?:删|删除|删去)[）)]?[。.]?$")
_NUMBERED = re.compile(r"^(\d{1,3})[.、．]\s*")


def model_round(draft: Draft, reviser: Reviser, number: int) -> tuple[Draft, bool]:
    """One section after another: its failing sentences to the model, the answers in their places; False: no service."""
    by_section: dict[int, dict[Address, list[Finding]]] = {}
    for address, found in askable(draft).items():
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
            return recorded(draft, (*draft.trace.repairs, record)), False
        draft = _changed(draft, changes, reviser, section.id, number)
    return draft, True


def _changed(
    draft: Draft, changes: dict[Address, Sentence | None], reviser: Reviser, section: str, number: int
) -> Draft:
    """All answers of a section at once; where that is no better, each for itself."""
    if not changes:
        return draft
    tried = accept(
        draft, with_sentences(draft, changes), reviser, section, number, "逐句修改", f"{len(changes)}句"
    )
    if tried.trace.repairs[-1].accepted or len(changes) == 1:
        return tried
    for address in backwards(changes):
        one = with_sentences(tried, {address: changes[address]})
        tried = accept(tried, one, reviser, section, number, "逐句修改", "1句")
    return tried


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


def ask_missing(ids: Sequence[str], task: SectionTask, reviser: Reviser) -> Sentence | None:
    """One sentence that tells these items; None where the service fails or its answer is none."""
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
