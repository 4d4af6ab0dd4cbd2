"""Claims against the drafts marked by hand, and against honest text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.brief import make_item
from assistant.checks.facts import FactContext, check_facts
from assistant.checks.facts.worked_out import worked_out
from assistant.revise import Reviser, revise
from benchmarks.claims_data import SPLITS, Tally, brief_of, load_cases, make_case, tally
from benchmarks.fidelity import struck
from tests.fake_models import FakeModel

_SHARED = Path(os.environ.get("ZHIBI_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))


def total(split: str, shared: Path | None) -> Tally:
    return sum((tally(c) for c in load_cases(shared) if c.split == split), Tally())


@pytest.mark.parametrize(
    ("split", "least"),
    [
        ("tune", 80),
        ("held", 80),
        ("held-out-2", 80),
        ("held-out-3", 25),
        ("held-out-4", 150),
        ("held-out-5", 230),
    ],
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


@pytest.mark.parametrize("split", ["held", "held-out-2", "held-out-4"])
def test_repair_that_can_ask_nobody_leaves_one_claim_in_a_thousand_characters_and_every_fact(
    split: str,
) -> None:
    done = struck([c for c in load_cases(None) if c.split == split])
    assert done["before_per_1000"] >= 5
    assert done["after_per_1000"] <= 1
    assert done["facts_kept"] == 1


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("（一）铸魂固本，政治根基不断夯实。召开会议9次⟦F01⟧。", "（一）铸魂固本。召开会议9次。"),
        ("召开会议9次⟦F01⟧，对查出的问题，及时督促整改到位。", "召开会议9次。"),
        ("召开会议9次⟦F01⟧，引导党员学有标杆。", "召开会议9次。"),
    ],
)
def test_repair_cuts_the_claim_and_what_only_leads_up_to_it(line: str, left: str) -> None:
    data = {"kind": "work-summary", "organization": "示例局", "period": "2025", "date": "2026-01-05"}
    brief = brief_of(data | {"facts": ["召开会议9次"]})
    case = make_case("x", "tune", brief, f"# achievements 主要工作\n{line}")
    reviser = Reviser(FakeModel(lambda _: ""), lambda d: check_facts(d.document(), FactContext(brief)), {})
    assert revise(case.draft, reviser).sections[0].text == left


def test_what_follows_from_the_figures_told_says_nothing_new() -> None:
    items = [
        make_item("fact", 1, "办理诉求486件，办结479件，满意率97.5%"),
        make_item("fact", 2, "向38户发放38万元"),
    ]
    for clause in ("办结率98.6%", "还有7件", "满意率在95%以上", "近十成办结，九成以上满意", "户均1万元"):
        assert worked_out(clause, items), clause
    for clause in ("办结率99.6%", "还有8件", "满意率在80%以上", "六成群众参加", "户均2万元", "群众满意"):
        assert not worked_out(clause, items), clause
