"""One fact as one sentence: unknown values and open questions visible, the fact's own words kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.brief import Item
from assistant.evidence import PolicySpan
from assistant.finding import Question
from assistant.ledger import clause
from assistant.models.embedded.data import patterns
from assistant.text import fold
from assistant.values import lexicon

_MEASURED = ("count", "money")
_MOST_MARKS = 4


def marks(ids: Iterable[str]) -> str:
    return "".join(f"⟦{i}⟧" for i in ids)


def fact_sentence(
    item: Item, questions: Sequence[Question], *, aim: str = "", when: str = "", subject: str = ""
) -> str:
    """``aim，when subject clause⟦F..⟧。``; ``when`` and ``subject`` only where the fact begins with its action."""
    text = clause(item, questions)
    starts_with_action = lexicon().action.match(text) is not None
    if starts_with_action:
        timed = patterns().timed.search(text) is not None or not any(v.kind in _MEASURED for v in item.values)
        text = ("" if timed else when) + subject + text
    elif subject and (m := re.match(r"(全年|年初|上半年|下半年)(?=\S)", text)):
        rest = text[m.end() :]
        text = m.group() + (subject if lexicon().action.match(rest) else "") + rest
    return f"{aim}，{text}{marks([item.id])}。" if aim else f"{text}{marks([item.id])}。"


def cite(sentence: str, policies: Sequence[PolicySpan]) -> str:
    """Marks of the policy spans that stand word for word in the sentence, before its stop; longest first, as many as a sentence
    may carry."""
    body = fold(sentence)
    found = [
        p for p in sorted(policies, key=lambda p: -len(p.text)) if len(p.text) >= 4 and fold(p.text) in body
    ]
    kept: list[PolicySpan] = []
    for policy in found:
        if not any(policy.text in k.text for k in kept):
            kept.append(policy)
    return sentence[:-1] + marks(p.id for p in kept[:_MOST_MARKS]) + sentence[-1] if kept else sentence
