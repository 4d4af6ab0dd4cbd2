"""The embedded writer: faithful, deterministic, different between briefs, never the same pattern twice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import drafting
from assistant.brief import REGISTERS, Brief
from assistant.catalogue import load_catalogue
from assistant.document import Draft
from assistant.formats.briefs import read_brief
from assistant.models.embedded.data import kind_of
from assistant.models.embedded.layout import lay_out
from assistant.models.embedded.write import _short_problem
from assistant.plan import make_outline
from assistant.plan.headings import borne_out
from assistant.settings import load_settings
from assistant.text import char_count

BRIEFS = ["half-year.yaml", "duty-report.yaml", "bullets.txt"]
_LIMIT = {"concise": 0.25, "standard": 0.45, "full": 0.60}


def draft_of(brief: Brief) -> Draft:
    return drafting.draft(drafting.Job(brief, load_settings(), load_catalogue()))


@pytest.fixture(scope="module", params=BRIEFS)
def brief(request: pytest.FixtureRequest) -> Brief:
    root = Path(__file__).resolve().parent.parent
    return read_brief(root / "examples" / request.param)


@pytest.fixture(scope="module")
def done(brief: Brief) -> Draft:
    return draft_of(brief)


def test_no_fact_is_lost_altered_or_invented(done: Draft) -> None:
    assert [f.message for f in done.findings if f.rule.startswith("facts/") and f.severity == "error"] == []


def test_unknown_values_stay_visible(brief: Brief, done: Draft) -> None:
    for item in brief.ledger:
        told = "".join(s.text for x in done.sections for s in x.sentences() if item.id in s.facts)
        assert told.count("【待补") >= len(item.unknowns), item.text


def test_same_brief_same_draft(brief: Brief, done: Draft) -> None:
    assert draft_of(brief) == done


def test_the_hash_seed_changes_nothing(root: Path, tmp_path: Path) -> None:
    """Sets of strings iterate in another order in another process; a draft must not."""
    texts = set()
    for seed in ("0", "1", "2"):
        target = tmp_path / f"{seed}.md"
        command = [
            sys.executable,
            "-m",
            "ui.cli",
            "draft",
            str(root / "examples" / "half-year.yaml"),
            "-o",
            str(target),
            "--format",
            "md",
        ]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=False)
        texts.add(target.read_text("utf-8"))
    assert len(texts) == 1


def test_no_lead_and_no_free_sentence_twice(done: Draft) -> None:
    free = [s.text for x in done.sections for s in x.sentences() if not s.facts and "【待补" not in s.text]
    leads = [re.sub(r"^[一二三四五六七八九十]+是", "", t) for t in free]
    assert len(leads) == len(set(leads))


@pytest.mark.parametrize("register", REGISTERS)
def test_registers_keep_their_share(brief: Brief, register: str) -> None:
    """Share of the achievements without a fact; leads (一是……。) name what follows and count for nothing."""
    done = draft_of(replace(brief, register=register, length=None))  # type: ignore[arg-type]
    body = [s for x in done.sections if x.part == "achievements" for s in x.sentences()]
    prose = [s for s in body if not re.match(r"^[一二三四五六七八九十]+是.{2,12}。$", s.text)]
    free = sum(char_count(s.text) for s in prose if not s.facts and "【待" not in s.text)
    total = sum(char_count(s.text) for s in prose)
    assert free / total <= _LIMIT[register] + 0.05


def test_drafts_differ_between_units(brief: Brief, done: Draft) -> None:
    other = draft_of(replace(brief, organization="示例县丁局", digest="another"))
    own = {s.text for x in done.sections for s in x.sentences() if not s.facts}
    shared = {s.text for x in other.sections for s in x.sentences() if not s.facts} & own
    assert len(shared) < len(own)


def test_the_reference_briefs(shared: Path) -> None:
    for path in sorted((shared / "briefs").glob("*.yaml")):
        brief = read_brief(path)
        done = draft_of(brief)
        errors = [f.message for f in done.findings if f.severity == "error" and f.rule != "format/mask"]
        assert errors == [], path.name
        placed = {i for x in done.sections for s in x.sentences() for i in s.facts}
        assert placed == {i.id for i in brief.ledger}, path.name
        text = done.document().text
        assert text.count("【待补") >= sum(len(i.unknowns) for i in brief.ledger), path.name


def test_nothing_of_the_other_seed_leaks_in(shared: Path) -> None:
    first = draft_of(read_brief(shared / "briefs" / "bureau-2023h1-a.yaml")).document().text
    second = draft_of(read_brief(shared / "briefs" / "bureau-2023h1-b.yaml")).document().text
    for word in ("镇宣传栏", "云岭先锋", "春城先锋", "扩先"):
        assert word not in first
    for word in ("镇宣传栏", "清廉规划资源", "结对联建"):
        assert word not in second


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        ("招聘专业技术人员32名，举办技能比武3场", "talent"),  # what it begins with
        ("牵头起草《矛盾纠纷多元化解工作办法》，经会议审议通过后施行", "mechanism"),  # the end of a title
        ("制定《局党组理论学习中心组2023年学习安排意见》，组织集中学习6次", "study"),
        ("自觉接受监督，邀请代表参加公开听证52场", "disclosure"),  # too general a beginning
        ("拆除违法建设12处", "rectify"),
    ],
)
def test_a_fact_is_of_the_kind_it_begins_with(fact: str, kind: str) -> None:
    assert kind_of(fact).id == kind


@pytest.mark.parametrize(
    ("problem", "short"),
    [
        ("高层次技术人才短缺，研发投入占比仅1.2%", "高层次技术人才短缺"),
        ("还有5处隐患没有整改到位", "5处隐患没有整改到位"),
        ("“三会一课”质量不高，存在以念文件代替学习的现象", "“三会一课”质量不高、以念文件代替学习的现象"),
        ("村干部队伍老化，后继乏人问题还没有根本解决", "村干部队伍老化、后继乏人"),
    ],
)
def test_a_problem_is_named_without_its_instances(problem: str, short: str) -> None:
    assert _short_problem(problem, 34) == short


def test_a_head_speaks_of_nothing_that_the_section_has_not(root: Path) -> None:
    """抓经济工作要重招商 stands over no facts on the companies already there."""
    told = read_brief(root / "examples" / "half-year.yaml")
    outline = make_outline(told, load_catalogue())
    layouts = lay_out(outline, told)
    for section in (s for s in outline.written if s.part == "achievements"):
        about = section.heading + "".join(told.item(i).text for i in section.items)
        said = [*layouts[section.id].requirements, layouts[section.id].stance]
        assert [s for s in said if not borne_out(s, about)] == []
