"""Cases, scores, rows, history, reports: the suite without its gate."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.brief import Brief, Period, make_item
from assistant.document import Block, Document, Sentence, Trace
from assistant.document import Repair as Mend
from assistant.errors import BriefError, InputError
from assistant.finding import Finding
from assistant.settings import Settings, load_settings
from evals import history, store
from evals.cases import FOLDER, Repeat, load_case, load_cases
from evals.gate import compare_runs
from evals.report_html import to_html
from evals.rows import from_json, mean, to_json
from evals.run_text import list_text, run_text
from evals.scores import first_pass, length_score, scores
from evals.scoring import METRIC_NAMES, METRICS, scoring
from evals.suite import Bench, run_case, run_suite

BRIEF = Brief(
    "work-summary", "示例局", Period.parse("2025-H1"), date(2025, 7, 4), length=1000,
    facts=tuple(make_item("fact", n, f"走访群众{n}0户") for n in range(1, 9)), problems=(make_item("problem", 1, "人手不足"),),
)  # fmt: skip


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    return load_settings(model="embedded", workspace=tmp_path / "workspace")


def test_the_shipped_cases_cover_what_they_should() -> None:
    cases = load_cases()
    assert len(cases) >= 40
    briefs = []
    for case in cases:
        if 2 not in case.expect.exit:
            briefs.append(case.brief())
        elif case.id != "refuse-unknown-kind":  # refused by the plan, not at the door
            with pytest.raises(BriefError, match=case.expect.error):
                case.brief()
    assert Counter(b.kind for b in briefs).keys() == {"party-building-summary", "work-summary", "duty-report"}
    assert {"党组", "党委", "党总支", "党支部", "党工委"} <= {b.body for b in briefs}
    assert {b.period.end.year for b in briefs} == {2022, 2023, 2024, 2025, 2026}
    assert {b.period.shape for b in briefs} == {"year", "half", "quarter", "span"}
    assert {b.register for b in briefs} == {"concise", "standard", "full"}
    sizes = [len(b.ledger) for b in briefs]
    assert min(sizes) == 2
    assert max(sizes) >= 120
    assert sum(c.id.startswith("hostile-") for c in cases) >= 10


def test_a_template_makes_bullets() -> None:
    repeat = Repeat(times=4, text="{n}支部学习{m}次", fill={"n": ("一", "二"), "m": "3..5"})
    assert list(repeat.bullets()) == ["一支部学习3次", "二支部学习4次", "一支部学习5次", "二支部学习3次"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\nbreif: {}\n", r"a.yaml:2.*breif.*brief"),
        ("name: x\n", "brief.*bullets"),
        ("name: x\nbullets: 甲\nexpect: {scores: {style: 1}}\n", "style"),
        ("name: x\nbullets: 甲\nexpect:\n  exit: many\n", "a.yaml:4.*exit"),
        ("name: [\n", "a.yaml"),
    ],
)
def test_a_wrong_case_says_where(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=said):
        load_case(path)


def test_a_fault_in_the_brief_of_a_case_has_the_line_of_the_case_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "name: x\nbrief:\n  kind: work-summary\n  organization: 局\n  period: 2025-H9\n  facts: [学习]\n",
        "utf-8",
    )
    with pytest.raises(BriefError, match=r"a\.yaml:5"):
        load_case(path).brief()


def document(*sentences: Sentence) -> Document:
    text = "".join(s.text for s in sentences)
    return Document((Block("题", "title"), Block(text, "body", 0, "achievements", 0, sentences)))


def test_scores_say_what_they_stand_on_and_leave_out_what_they_cannot_judge() -> None:
    told = document(Sentence("走访群众10户。" * 40, ("F01",)), Sentence("要把群众放在心上。" * 40))
    found = [
        Finding("facts/missing", "error", "", facts=("F02",)),
        Finding("facts/untraced", "error", "", 1, 0, 2),
        Finding("facts/claim-result", "error", "", 1, 0, 2),
        Finding("leftover/unit", "warning", "", 1, 0, 2),
        Finding("format/mask", "error", "", 1, 0, 2),
    ]
    got = scores(BRIEF, told, found)
    assert got["coverage"].value == pytest.approx(8 / 9, abs=1e-3)
    assert got["slots"].value == pytest.approx(7 / 8, abs=1e-3)
    assert got["leftover"].value == 0.75
    assert got["format"].value == 1.0  # an honest placeholder is no fault of format
    assert got["claims"].value is not None and got["claims"].value < 0.9
    assert got["substance"].value is not None and got["substance"].value < 0.9
    few = replace(BRIEF, facts=BRIEF.facts[:2], problems=(), length=None)
    empty = scores(few, told, [])
    assert (empty["substance"].value, empty["length"].value) == (None, None)
    no_figures = replace(BRIEF, facts=(make_item("fact", 1, "加强学习"),), problems=())
    assert scores(no_figures, told, [])["slots"].value is None


@pytest.mark.parametrize(
    ("asked", "got", "value"),
    [
        (1000, 1000, 1.0),
        (1000, 1300, 0.9),
        (1000, 800, 0.875),
        (1000, 4000, 0.0),
        (5000, 800, None),
        (None, 800, None),
    ],
)
def test_length_by_the_formula_where_the_facts_carry_it(
    asked: int | None, got: int, value: float | None
) -> None:
    score = length_score(replace(BRIEF, length=asked), got)
    assert score.value == (None if value is None else pytest.approx(value, abs=1e-4))


def test_a_problem_told_only_by_the_plan_that_answers_it_is_not_told() -> None:
    plan = Block(
        "针对人手不足，招录2人。", "body", 0, "plans", 0, (Sentence("针对人手不足，招录2人。", ("Q01",)),)
    )
    got = scores(BRIEF, Document((Block("题", "title"), plan)), [])["coverage"]
    assert "Q01" in got.note


def test_what_repair_mended_counts_against_the_first_draft() -> None:
    mends = (Mend("a", 1, "改", 5, 2, True), Mend("a", 1, "改", 5, 9, False))
    assert first_pass(BRIEF, Trace(repairs=mends)).value == pytest.approx(6 / 9, abs=1e-3)


def test_names_and_limits_of_the_metrics_are_complete() -> None:
    assert set(METRIC_NAMES) == set(METRICS)
    assert set(scoring().floors) <= set(METRICS)


def test_a_run_is_kept_found_and_read_back(plain: Settings, tmp_path: Path) -> None:
    cases = load_cases(only=("size-two-facts", "refuse-no-facts", "past-no-leak"))
    run, drafts = run_suite(cases, plain, note="试")
    outcomes = {r.case: r.outcome for r in run.rows}
    assert outcomes["refuse-no-facts"] == "refused"
    assert set(drafts) == {c for c, o in outcomes.items() if o == "drafted"}
    retrieval = run.row("past-no-leak").scores["retrieval"].value  # type: ignore[union-attr]
    assert retrieval == 1.0
    home = history.save(tmp_path / "history", run, drafts)
    assert history.find(tmp_path / "history", "latest") == run
    assert history.find(tmp_path / "history", run.id[:11]) == run
    assert from_json(home / "run.json") == run
    assert history.drafts_of(tmp_path / "history", run) == drafts
    for name in ("nothing", "../x"):
        with pytest.raises(InputError):
            history.find(tmp_path / "history", name)
    (tmp_path / "bad.json").write_text('{"schema": 1, "rows": 3}', "utf-8")
    with pytest.raises(InputError, match="评测结果"):
        from_json(tmp_path / "bad.json")
    page = to_html(run, (run,), compare_runs(run, run)).decode()
    assert "<svg" in page
    assert "<script" not in page
    assert "只有两条事实" in page
    assert run.id in list_text([run])
    assert "4个案例" in run_text(run)


def test_a_baseline_does_not_depend_on_when_and_how_fast(plain: Settings) -> None:
    cases = load_cases(only=("size-two-facts",))
    one, _ = run_suite([c for c in cases if c.id == "size-two-facts"], plain)
    two, _ = run_suite([c for c in cases if c.id == "size-two-facts"], plain)
    assert one.id != two.id
    assert to_json(one, timed=False) == to_json(two, timed=False)


def test_a_crash_is_a_row(plain: Settings) -> None:
    from assistant.catalogue import load_catalogue
    from assistant.models.embedded.model import EmbeddedWriter

    class Broken(EmbeddedWriter):
        def _generate(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
            raise ZeroDivisionError("写手坏了")

    case = load_case(FOLDER / "size-two-facts.yaml")
    row, draft = run_case(case, Bench(plain, load_catalogue(None), Broken()))
    assert (row.outcome, draft) == ("crashed", None)
    assert "写手坏了" in row.error
    assert not row.passed


def test_a_kept_draft_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]", "utf-8")
    with pytest.raises(InputError, match="重新跑"):
        store.load(tmp_path / "a.json")


def test_means_leave_out_what_was_not_scored() -> None:
    assert mean([1.0, None, 0.5]) == 0.75
    assert mean([None]) is None
