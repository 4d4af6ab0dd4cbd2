"""What stands behind a sentence, in words: the ledger's bullets and the policy passages it cites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assistant.document import Sentence


@dataclass(frozen=True, slots=True)
class FactView:
    """A ledger entry as a reader of the draft needs it: id, the bullet as given, and where it was recorded."""

    id: str
    text: str
    source: str = ""


def source_lines(
    sentence: Sentence, ledger: Mapping[str, FactView], policies: Mapping[str, str]
) -> Iterator[str]:
    """One line a source, facts first: ``F03：班子成员带头讲党课6次（来源：台账）``."""
    for id in sentence.facts:
        fact = ledger.get(id)
        if fact is None:
            yield f"{id}：台账中没有这一条，请核对"
        else:
            yield f"{id}：{fact.text}" + (f"（来源：{fact.source}）" if fact.source else "")
    for id in sentence.policies:
        yield f"{id}：{policies[id]}" if id in policies else f"{id}：没有找到这段政策原文，请核对"
