"""Claims against the drafts marked by hand, and against honest text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.claims_data import SPLITS, Tally, load_cases, tally
from benchmarks.fidelity import struck

_SHARED = Path(os.environ.get("ZHIBI_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))


def total(split: str, shared: Path | None) -> Tally:
    return sum((tally(c) for c in load_cases(shared) if c.split == split), Tally())


@pytest.mark.parametrize(
    ("split", "least"), [("tune", 80), ("held", 80), ("held-out-2", 80), ("held-out-3", 25)]
)
def test_most_claims_are_found_and_most_findings_are_claims(split: str, least: int) -> None:
    found = total(split, None)
    assert found.gold >= least
    assert found.recall >= 0.8
    assert found.precision >= 0.8


def test_with_the_shared_briefs_too(shared: Path) -> None:
    cases = load_cases(shared)
    assert len(cases) >= 12
    assert {c.split for c in cases} == set(SPLITS)
    assert total("held", shared).recall >= 0.8


@pytest.mark.parametrize("split", ["held", "held-out-2"])
def test_repair_that_can_ask_nobody_leaves_one_claim_in_a_thousand_characters_and_every_fact(
    split: str,
) -> None:
    done = struck([c for c in load_cases(None) if c.split == split])
    assert done["before_per_1000"] >= 5
    assert done["after_per_1000"] <= 1
    assert done["facts_kept"] == 1
