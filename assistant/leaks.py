"""What a past summary left in a new text: names, places and figures of others, and long runs copied word for word.

The index keeps what past summaries hold; this says which of it stands in the text and not in the brief. Mandated
wording (formulations, document titles) is common property and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from assistant.brief import Brief
from assistant.catalogue import Catalogue
from assistant.document import Document
from assistant.finding import Finding
from assistant.holdings import formulae
from assistant.index import Index
from assistant.text import fold, is_cjk

_RUN = 20  # characters; shorter runs are shared by honest texts of the genre
_SHORTEST_NAME = 3


def find_leaks(
    document: Document, index: Index, catalogue: Catalogue, brief: Brief | None, own: str = ""
) -> tuple[Finding, ...]:
    """Findings leftover/foreign-name and repeat/near-copy; ``own`` is text that may be repeated (the unit's own name)."""
    allowed = fold(own + (_said(brief) if brief else ""))
    common = [fold(f.text) for f in catalogue.formulations if len(f.text) >= 4]
    names = {n for n in index.foreign_names() if len(n) >= _SHORTEST_NAME and fold(n) not in allowed}
    found: list[Finding] = []
    for number, block in enumerate(document.blocks):
        if block.role == "body":
            found += _names(block.text, number, names)
            found += _runs(block.text, number, index, allowed, common)
    return tuple(found)


def _said(brief: Brief) -> str:
    return "".join(
        [
            brief.organization,
            brief.title,
            brief.region,
            brief.recipient,
            *(i.text for i in brief.ledger),
            *(s.heading for s in brief.sections),
        ]
    )


def _names(text: str, number: int, names: Collection[str]) -> Iterator[Finding]:
    for name in names:
        at = text.find(name)
        if at >= 0:
            message = f"“{name}”出自过去的材料，本次材料里没有，疑为套用残留，请核对或删去"
            yield Finding("leftover/foreign-name", "warning", message, number, at, at + len(name), name)


def _runs(text: str, number: int, index: Index, allowed: str, common: Collection[str]) -> Iterator[Finding]:
    # a formula counts where it stands in the sentence: a run may begin in the middle of one
    spared = [m.span() for formula in formulae() for m in formula.finditer(text)]
    for run in index.copies(text, _RUN):
        piece = text[run.start : run.end]
        folded = fold(
            "".join(text[n] for n in range(run.start, run.end) if not any(a <= n < b for a, b in spared))
        )
        for phrase in common:
            folded = folded.replace(phrase, "")
        if sum(map(is_cjk, folded)) >= _RUN and folded not in allowed:
            message = (
                f"这段话与过去的材料《{run.source}》连续{run.end - run.start}字相同，请改写或核对是否套用"
            )
            yield Finding("repeat/near-copy", "warning", message, number, run.start, run.end, piece)
