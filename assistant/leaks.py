"""What a past summary left in a new text: names, places and figures of others, and long runs copied word for word.

The index keeps what past summaries hold; this says which of it stands in the text and not in the brief. Mandated
wording (formulations, document titles) is common property and counts for nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from assistant.brief import Brief
from assistant.catalogue import Catalogue
from assistant.checks.memo import per_catalogue
from assistant.document import Document
from assistant.finding import Finding
from assistant.holdings import formulae
from assistant.index import Index
from assistant.text import fold, is_cjk

_RUN = 20  # characters; shorter runs are shared by honest texts of the genre
_SHORTEST_NAME = 3
_SHORTEST_WORDING = 4
_Body = tuple[int, str]
"""A paragraph: its number in the document, its text."""


def find_leaks(
    document: Document, index: Index, catalogue: Catalogue, brief: Brief | None, own: str = ""
) -> tuple[Finding, ...]:
    """Findings leftover/foreign-name and repeat/near-copy; ``own`` is text that may be repeated (the unit's own name)."""
    allowed = fold(own + (_said(brief) if brief else ""))
    bodies = [(n, b.text) for n, b in enumerate(document.blocks) if b.role == "body"]
    return (*_names(bodies, index, allowed), *_runs(bodies, index, catalogue, allowed))


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


def _names(bodies: Sequence[_Body], index: Index, allowed: str) -> Iterator[Finding]:
    whole = "\n".join(text for _, text in bodies)
    long = (n for n in index.foreign_names() if len(n) >= _SHORTEST_NAME and n in whole)
    names = [n for n in long if fold(n) not in allowed]
    for number, text in bodies:
        for name in names:
            at = text.find(name)
            if at >= 0:
                message = f"“{name}”出自过去的材料，本次材料里没有，疑为套用残留，请核对或删去"
                yield Finding("leftover/foreign-name", "warning", message, number, at, at + len(name), name)


def _runs(bodies: Sequence[_Body], index: Index, catalogue: Catalogue, allowed: str) -> Iterator[Finding]:
    """A run never crosses a line, so all paragraphs are looked through as one text."""
    begins = [0, *accumulate(len(text) + 1 for _, text in bodies)]
    for run in index.copies("\n".join(text for _, text in bodies), _RUN):
        nth = bisect_right(begins, run.start) - 1
        number, text = bodies[nth]
        start, end = run.start - begins[nth], run.end - begins[nth]
        own = _own_words(text, start, end, catalogue)
        if sum(map(is_cjk, own)) >= _RUN and own not in allowed:
            message = f"这段话与过去的材料《{run.source}》连续{end - start}字相同，请改写或核对是否套用"
            yield Finding("repeat/near-copy", "warning", message, number, start, end, text[start:end])


def _own_words(text: str, start: int, end: int, catalogue: Catalogue) -> str:
    """What is left of a run, folded, without what is everybody's. A formula counts where it stands in the sentence: the
    run may begin in the middle of one."""
    spared = [m.span() for formula in formulae() for m in formula.finditer(text)]
    left = fold("".join(text[n] for n in range(start, end) if not any(a <= n < b for a, b in spared)))
    for phrase in per_catalogue(catalogue, "folded wordings", _wordings):
        left = left.replace(phrase, "")
    return left


def _wordings(catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(fold(f.text) for f in catalogue.formulations if len(f.text) >= _SHORTEST_WORDING)
