"""Seeded regressions: each fault put in on purpose closes the gate, and the honest road leaves it open."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from seeded import Obedient, Swapper, prompt_without_problems, rules_gone_wrong, rules_with_broken_pattern

from assistant.errors import KnowledgeError
from assistant.settings import Settings, load_settings
from evals.cases import Case, load_cases
from evals.expectations import Check
from evals.gate import compare_runs
from evals.rows import Row, Run
from evals.scoring import Score
from evals.suite import rescore, run_suite

ONLY = ("swap-bait", "party-quarter-2025")


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    return load_cases(only=ONLY)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_settings(model="embedded", workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def baseline(cases: tuple[Case, ...], plain: Settings) -> Run:
    run, drafts = run_suite(cases, plain)
    assert [r.outcome for r in run.rows] == ["drafted"] * len(ONLY)
    assert set(drafts) == set(ONLY)
    return run


def test_the_honest_road_passes_twice(cases: tuple[Case, ...], plain: Settings, baseline: Run) -> None:
    again, drafts = run_suite(cases, plain, model=Obedient())
    assert compare_runs(baseline, again).regressions == ()
    assert compare_runs(baseline, rescore(cases, drafts, again, plain)).regressions == ()


def test_a_prompt_that_drops_the_problems_part(
    cases: tuple[Case, ...], plain: Settings, baseline: Run, tmp_path: Path
) -> None:
    changed = plain.model_copy(update={"overlay": prompt_without_problems(tmp_path)})
    run, _ = run_suite(cases, changed, model=Obedient())
    delta = compare_runs(baseline, run)
    assert delta.closed
    assert {s.check for s in delta.regressions} & {"score/coverage", "score/first_pass"}
    assert run.prompts != baseline.prompts


def test_a_writer_that_swaps_two_figures(cases: tuple[Case, ...], plain: Settings, baseline: Run) -> None:
    run, _ = run_suite(cases, plain, model=Swapper())
    delta = compare_runs(baseline, run)
    assert delta.closed
    assert {s.check for s in delta.regressions} & {"score/slots", "score/first_pass", "score/coverage"}


def test_a_rule_that_fires_on_honest_text(
    cases: tuple[Case, ...], plain: Settings, baseline: Run, tmp_path: Path
) -> None:
    run, _ = run_suite(cases, plain.model_copy(update={"overlay": rules_gone_wrong(tmp_path)}))
    assert any(s.check == "score/leftover" for s in compare_runs(baseline, run).regressions)


def test_a_rule_file_with_a_broken_pattern_stops_the_run(
    cases: tuple[Case, ...], plain: Settings, tmp_path: Path
) -> None:
    overlay = rules_with_broken_pattern(tmp_path / "overlay")
    with pytest.raises(KnowledgeError, match=r"leftover\.yaml:\d+：.*正则"):
        run_suite(cases, plain.model_copy(update={"overlay": overlay}))


def row(case: str, *, passed: bool = True, value: float | None = 1.0) -> Row:
    checks = (Check("exit", True), Check("must/6次", passed, "" if passed else "没有写到"))
    return Row(case, case, "drafted", 0, checks, {"slots": Score(value)}, digest="d")


def run_of(*rows: Row) -> Run:
    return Run("r", "", "embedded", "", "p", "k", rows)


def test_one_pass_turned_failure_closes_the_gate_though_the_mean_rose() -> None:
    before = run_of(row("a", value=0.9), row("b", value=0.5))
    delta = compare_runs(before, run_of(row("a", passed=False, value=1.0), row("b", value=1.0)))
    assert [(s.case, s.check) for s in delta.regressions] == [("a", "must/6次")]
    assert delta.means["slots"] == (pytest.approx(0.7), 1.0)


def test_unscored_is_not_zero_and_a_crash_is_a_regression() -> None:
    assert not compare_runs(run_of(row("a", value=None)), run_of(row("a", value=0.2))).closed
    crashed = replace(row("a"), outcome="crashed", error="ValueError")
    assert [s.check for s in compare_runs(run_of(row("a")), run_of(crashed)).regressions] == ["runs"]


def test_a_case_that_vanished_is_a_regression_unless_only_some_were_asked_for() -> None:
    before, now = run_of(row("a"), row("b")), run_of(row("a"))
    assert compare_runs(before, now).closed
    assert not compare_runs(before, now, partial=True).closed
    assert compare_runs(now, before).only_now == ("b",)


def test_a_fall_of_the_mean_alone_closes_the_gate() -> None:
    before = run_of(*(row(str(i), value=1.0) for i in range(4)))
    now = run_of(*(row(str(i), value=0.95) for i in range(4)))
    assert [s.check for s in compare_runs(before, now).regressions] == ["mean/slots"]
