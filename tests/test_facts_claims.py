"""Claims against the drafts marked by hand, and against honest text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.claims_data import Tally, load_cases, tally

_SHARED = Path(os.environ.get("ZHIBI_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))


def total(split: str, shared: Path | None) -> Tally:
    return sum((tally(c) for c in load_cases(shared) if c.split == split), Tally())


@pytest.mark.parametrize("split", ["tune", "held"])
def test_most_claims_are_found_and_most_findings_are_claims(split: str) -> None:
    found = total(split, None)
    assert found.gold >= 80
    assert found.recall >= 0.8
    assert found.precision >= 0.8


def test_with_the_shared_briefs_too(shared: Path) -> None:
    cases = load_cases(shared)
    assert len(cases) >= 12
    assert {c.split for c in cases} == {"tune", "held"}
    assert total("held", shared).recall >= 0.8
