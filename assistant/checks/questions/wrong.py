"""The first wrong wording of the catalogue in a short text, with its right form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from assistant.catalogue import Catalogue
from assistant.catalogue.types import Formulation
from assistant.checks.adjacent import Adjacent
from assistant.checks.anchors import plain_digits
from assistant.checks.memo import per_catalogue
from assistant.checks.places import Places
from assistant.checks.scan import Scanner
from assistant.text import Span

_REASON = re.compile(r"（[^（）]*）$")


class _Wrong(NamedTuple):
    """``of``: the formulation it is a form of, None for a slip of the pen; ``after``: right up to that day."""

    regex: str
    right: str
    of: Formulation | None = None
    after: date | None = None

    def holds(self, on: date) -> bool:
        return (self.of is None or self.of.in_force(on)) and (self.after is None or on > self.after)


def first_wrong(text: str, catalogue: Catalogue, on: date) -> tuple[str, str] | None:
    """The words and their right form: formulations in force on the day, then slips of the pen."""
    line = Places(Adjacent(plain_digits(text)), [Span(0, len(text))])
    for wrong, match in per_catalogue(catalogue, "wrong wordings", _scanner).matches(
        text, line, lambda w: w.holds(on)
    ):
        return match.group(), _REASON.sub("", wrong.right)
    return None


def _scanner(catalogue: Catalogue) -> Scanner[_Wrong]:
    return Scanner(_wrongs(catalogue))


def _wrongs(catalogue: Catalogue) -> Iterator[_Wrong]:
    """What may be right is left out, as is what the catalogue itself is not sure of."""
    for entry in catalogue.formulations:
        for v in entry.variants if entry.confidence != "low" else ():
            if v.severity != "info":
                yield _Wrong(v.regex, v.fix, entry, v.applies_after)
    for slip in catalogue.char_errors:
        if slip.severity != "info":
            yield _Wrong(slip.regex, slip.right)
