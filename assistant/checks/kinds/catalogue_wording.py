"""Wrong forms of formulations and slips of the pen, one pattern for each entry of the catalogue.

``canonical``: variants of a formulation, from the day it was introduced (or the variant's own day);
``char-error``: slips of the pen. An entry that nobody has verified is a warning at most.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from assistant.catalogue import Catalogue, Formulation
from assistant.catalogue.nodes import Fields
from assistant.checks.memo import per_catalogue
from assistant.checks.rule import Kind, Pattern, Rule
from assistant.finding import Severity

_SKIP = frozenset({"skip"})


def _read(fields: Fields) -> frozenset[str]:
    return frozenset(fields.texts("skip"))


def source_of(entry: Formulation) -> str:
    """《…》 of the first source, or the kind of wording where none is given."""
    if not entry.sources:
        return entry.category
    title = entry.sources[0].title
    return title if title.startswith(("《", "“")) else f"《{title}》"


def grave(entry: Formulation) -> bool:
    """Whether the catalogue knows enough of an entry to call a text wrong."""
    return entry.confidence == "high" and entry.verified and bool(entry.sources)


def _canonical(rule: Rule, catalogue: Catalogue) -> Iterator[Pattern]:
    for entry in catalogue.formulations:
        if entry.id in rule.options:
            continue
        start = entry.introduced - timedelta(days=1) if entry.introduced else None
        for variant in entry.variants:
            severity: Severity = variant.severity
            if severity == "error" and not grave(entry):
                severity = "warning"
            yield Pattern(
                rule,
                variant.regex,
                severity,
                part=entry.id,
                words={"right": variant.fix, "source": source_of(entry)},
                replacement=variant.replacement,
                after=variant.applies_after or start,
                guarded=True,
            )


def right_forms(catalogue: Catalogue) -> tuple[str, ...]:
    """Every accepted wording: a wrong form inside one of them is none."""
    forms: dict[str, None] = {}
    for entry in catalogue.formulations:
        for text in (entry.text, *entry.aliases, *entry.accepted, *entry.preferred):
            forms[text] = None
        for quote in entry.quotes:
            forms[quote.text] = None
    return tuple(forms)


class _Forms(NamedTuple):
    """All accepted wordings in one string, and one by one with the shortest first."""

    joined: str
    by_length: tuple[str, ...]
    lengths: tuple[int, ...]


def _forms(catalogue: Catalogue) -> _Forms:
    ordered = tuple(sorted(right_forms(catalogue), key=len))
    return _Forms("\n".join(ordered), ordered, tuple(map(len, ordered)))


def in_right_form(catalogue: Catalogue, run: str) -> bool:
    """Whether the run (of one line) is a part of an accepted wording."""
    return run in per_catalogue(catalogue, "forms", _forms).joined


def holds_right_form(catalogue: Catalogue, run: str) -> bool:
    """Whether an accepted wording is a part of the run."""
    forms = per_catalogue(catalogue, "forms", _forms)
    return any(form in run for form in forms.by_length[: bisect_right(forms.lengths, len(run))])


def _slips(rule: Rule, catalogue: Catalogue) -> Iterator[Pattern]:
    for entry in catalogue.char_errors:
        if entry.id not in rule.options:
            yield Pattern(
                rule,
                entry.regex,
                entry.severity,
                part=entry.id,
                words={"right": entry.right},
                replacement=entry.replacement,
            )


def _terms(rule: Rule, catalogue: Catalogue) -> Iterator[Pattern]:
    for entry in catalogue.org_terms:
        if entry.id not in rule.options:
            yield Pattern(
                rule,
                entry.regex,
                entry.severity,
                part=entry.id,
                words={"right": entry.fix, "why": entry.rule},
                bodies=entry.bodies,
            )


KINDS = {
    "org-term": Kind(_read, _SKIP, frozenset({"right", "why"}), patterns=_terms),
    "canonical": Kind(_read, _SKIP, frozenset({"right", "source"}), patterns=_canonical),
    "char-error": Kind(_read, _SKIP, frozenset({"right"}), patterns=_slips),
}
