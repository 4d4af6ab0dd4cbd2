"""The mechanisms, by the name a rule's ``kind`` gives them."""

from __future__ import annotations

from assistant.checks.kinds import (
    again,
    against,
    amounts,
    catalogue_dates,
    catalogue_wording,
    consistency,
    days,
    echo,
    enumeration,
    figures,
    headings,
    manner,
    mistyped,
    near,
    numbers,
    pairs,
    parts,
    patterns,
    plans,
    quoted,
    sequence,
    siblings,
    spelling,
    stutter,
    titles,
    twice,
    units,
)
from assistant.checks.rule import Kind, no_options

_MODULES = (
    patterns,
    catalogue_wording,
    catalogue_dates,
    near,
    mistyped,
    spelling,
    titles,
    sequence,
    consistency,
    pairs,
    manner,
    headings,
    enumeration,
    parts,
    plans,
    echo,
    again,
    numbers,
    figures,
    units,
    against,
    amounts,
    siblings,
    stutter,
    twice,
    quoted,
    days,
)

KINDS: dict[str, Kind] = {"external": Kind(no_options)}
for _module in _MODULES:
    KINDS.update(_module.KINDS)
