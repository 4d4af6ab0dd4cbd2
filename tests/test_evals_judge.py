"""``zhibi eval judge`` end to end against a model on loopback: criteria of each brief, both orders, computed agreement."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from servers.scripted import Fail, Say, Scripted

from assistant.settings import load_settings
from evals import history
from evals.cases import load_cases
from evals.judge import agreement, deterministic
from evals.rows import Run
from evals.suite import run_suite
from ui.cli import run as cli

ONLY = ("duty-few-facts", "swap-bait", "party-quarter-2025")
Answer = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    """A history with one run of three cases."""
    folder = tmp_path_factory.mktemp("history")
    settings = load_settings(model="embedded", workspace=tmp_path_factory.mktemp("workspace"))
    run, drafts = run_suite(load_cases(only=ONLY), settings)
    history.save(folder, run, drafts)
    return folder, run


def told(body: dict[str, Any]) -> str:
    return "\n".join(str(m["content"]) for m in body["messages"])


def order_of(run: Run) -> dict[str, int]:
    """Marks in the order that the checks put the cases in."""
    scores = deterministic(run)
    return {case: 10 - rank for rank, case in enumerate(sorted(scores, key=lambda c: -scores[c]))}


def answers(run: Run, overall: dict[str, int]) -> Answer:
    """Criteria that name the unit; marks by the case; in pairs the draft that stands first is always the better."""
    units = {case.id: case.brief().organization for case in load_cases(only=ONLY)}

    def answer(text: str) -> dict[str, Any]:
        case = next(id for id, unit in units.items() if unit in text)
        if "评分要点，最要紧" in text:
            return {"criteria": [f"{units[case]}的数写准", "不编成效"]}
        if "【甲】" in text:
            return {"reason": "第一份好", "better": "甲"}
        marks = [{"reason": "写准了", "score": 9}, {"reason": "没有编", "score": 8}]
        return {"marks": marks, "overall": overall[case]}

    return answer


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], Scripted]]:
    servers: list[Scripted] = []

    def serve(answer: Answer) -> Scripted:
        server = Scripted(lambda body: Say(json.dumps(answer(told(body)), ensure_ascii=False)))
        servers.append(server.__enter__())
        monkeypatch.setenv("ZHIBI_BASE_URL", server.url)
        monkeypatch.setenv("ZHIBI_API_KEY", "no-secret")
        monkeypatch.setenv("ZHIBI_JUDGE_MODEL", "scripted")
        return server

    yield serve
    for server in servers:
        server.__exit__()


def judge(folder: Path, *more: str) -> int:
    return cli(["eval", "judge", "latest", "--history", str(folder), *more])


def test_criteria_come_from_each_brief_and_agreement_is_computed(
    kept: tuple[Path, Run], served: Callable[[Answer], Scripted], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, run = kept
    marks = order_of(run)
    server = served(answers(run, marks))
    assert judge(folder, "--format", "json") == 0
    got = json.loads(capsys.readouterr().out)
    assert len(server.requests) == 2 * len(ONLY)
    for case in load_cases(only=ONLY):
        criterion = got["opinions"][case.id]["marks"][0]
        assert criterion == [f"{case.brief().organization}的数写准", 9, "写准了"]
        asked = [told(r) for r in server.requests if f"{criterion[0]}" in told(r)]
        assert len(asked) == 1, "the criteria of a brief go with its own draft alone"
        assert all(i.text in asked[0] for i in case.brief().facts)
    assert got["agreement"] == agreement(marks, deterministic(run)) == 1.0


def test_a_low_opinion_is_no_gate_and_reviewers_marks_are_held_against_it(
    kept: tuple[Path, Run], served: Callable[[Answer], Scripted], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:  # fmt: skip
    folder, run = kept
    ranked = order_of(run)
    served(answers(run, {case: 11 - mark for case, mark in ranked.items()}))  # the other way round, and low
    marks = tmp_path / "marks.yaml"
    marks.write_text("".join(f"{case}: {11 - mark}\n" for case, mark in ranked.items()), "utf-8")
    assert judge(folder, "--marks", str(marks)) == 0
    shown = capsys.readouterr().out
    assert "只供参考" in shown
    assert "与规则打分次序一致：0%" in shown
    assert "与评的人打分次序一致：100%" in shown


def test_pairs_are_asked_in_both_orders_and_a_swayed_answer_counts_as_none(
    kept: tuple[Path, Run], served: Callable[[Answer], Scripted], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:  # fmt: skip
    folder, run = kept
    mine = tmp_path / "history"
    shutil.copytree(folder, mine)
    case = load_cases(only=ONLY[:1])[0]
    drafts = history.drafts_of(folder, run)
    shorter = replace(drafts[case.id], sections=drafts[case.id].sections[:-1])
    history.save(mine, replace(run, id="past"), {**drafts, case.id: shorter})
    server = served(answers(run, order_of(run)))
    code = cli(["eval", "judge", run.id, "--against", "past", "--history", str(mine), "--format", "json"])
    assert code == 0
    got = json.loads(capsys.readouterr().out)
    pairs = [told(r) for r in server.requests if "【甲】" in told(r)]
    assert len(pairs) == 2, "the two drafts that are the same are not asked about"
    first, second = (text.split("【甲】")[-1].split("【乙】") for text in pairs)
    assert len(first[0]) > len(first[1].split("<<<")[0]) and len(second[0]) < len(second[1].split("<<<")[0])
    assert got["pairs"][case.id] == {"better": None, "swayed": True, "reasons": ["第一份好", "第一份好"]}
    assert not any(p["swayed"] for id, p in got["pairs"].items() if id != case.id)


def test_an_answer_that_is_no_data_leaves_its_case_unjudged(
    kept: tuple[Path, Run], served: Callable[[Answer], Scripted], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, run = kept
    good = answers(run, order_of(run))
    unit = load_cases(only=ONLY[:1])[0].brief().organization

    def answer(text: str) -> dict[str, Any]:
        return {"marks": [], "overall": 5} if unit in text and "【稿子】" in text else good(text)

    served(answer)
    assert judge(folder, "--format", "json") == 0
    got = json.loads(capsys.readouterr().out)
    assert list(got["unjudged"]) == [ONLY[0]]
    assert set(got["opinions"]) == set(ONLY[1:])


def test_what_cannot_be_judged_is_one_sentence(
    kept: tuple[Path, Run],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder, _ = kept
    assert judge(folder) == 2
    assert "模型" in capsys.readouterr().err
    bad = tmp_path / "marks.yaml"
    for text, said in (("duty-few-facts: 很好", "案例编号"), ("duty-few-facts: 11", "1 到 10"), ("好", "案例编号")):  # fmt: skip
        bad.write_text(text, "utf-8")
        assert judge(folder, "--marks", str(bad)) == 2
        assert said in capsys.readouterr().err
    with Scripted([Fail(401)]) as server:
        monkeypatch.setenv("ZHIBI_BASE_URL", server.url)
        monkeypatch.setenv("ZHIBI_API_KEY", "no-secret")
        monkeypatch.setenv("ZHIBI_JUDGE_MODEL", "scripted")
        assert judge(folder) == 3
        assert "no-secret" not in capsys.readouterr().err
