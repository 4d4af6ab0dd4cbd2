"""House style: habits learned from past summaries as counts and kinds, told to the writer, compared with a draft."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fake_models import FakeModel, embedded

from assistant.brief import Brief
from assistant.catalogue import load_catalogue
from assistant.compose.chain import messages_for
from assistant.document import Document
from assistant.drafting import Job, draft, prepare
from assistant.errors import BriefError
from assistant.formats.briefs import read_brief
from assistant.formats.read import read_document
from assistant.holdings import house_style, meta_of, open_library
from assistant.plan.house import HouseStyle, departures, learn, note
from assistant.settings import Settings
from ui.cli import run

INLINE = "今年以来，我局深入学习贯彻上级要求，认真落实各项部署。\n一、主要工作\n" + "".join(
    f"（{n}）{heading}。{'本节工作抓得实、抓得细。' * 3}一是抓学习。开展学习3次；二是抓检查。检查4次；三是抓整改。整改5项。\n"
    for n, heading in zip("一二三四", ("强化政治建设：把牢方向", "强化组织建设：夯实基础", "强化作风建设：改进服务", "强化纪律建设：守住底线"), strict=True)
)  # fmt: skip
APART = "在县委的坚强领导下，我局完成了各项任务。\n一、主要工作\n" + "".join(
    f"（{n}）{heading}\n要坚持真抓实干。\n一是深化学习教育。开展学习3次。\n二是从严监督检查。检查4次。\n"
    for n, heading in zip("一二三四", ("学理论", "强组织", "转作风", "严纪律"), strict=True)
)


@pytest.fixture
def brief(root: Path) -> Brief:
    return read_brief(root / "examples" / "half-year.yaml")


def document(tmp_path: Path, text: str, name: str = "甲.txt") -> Document:
    (tmp_path / name).write_text(text, "utf-8")
    return read_document(tmp_path / name).document


def test_what_is_learned(tmp_path: Path) -> None:
    assert learn([document(tmp_path, INLINE)]) == HouseStyle(
        documents=1, heading="colon", heading_first=6, heading_length=11, heading_stop=True, opening="since",
        sentence=11, shorter=8, longer=13, run="inline", run_items=3, run_lead=True, run_stop="；", plain=64,
    )  # fmt: skip
    assert learn([document(tmp_path, APART)]) == HouseStyle(
        documents=1, heading="single", heading_first=0, heading_length=3, heading_stop=False, opening="under",
        sentence=8, shorter=7, longer=9, run="paragraphs", run_items=2, run_lead=True, run_stop="", plain=62,
    )  # fmt: skip


def test_too_little_text_teaches_nothing(tmp_path: Path) -> None:
    assert learn([]) is None
    assert learn([document(tmp_path, "今年以来，完成了任务。")]) is None


def test_summaries_that_disagree_leave_no_habit(tmp_path: Path) -> None:
    both = learn([document(tmp_path, INLINE), document(tmp_path, APART, "乙.txt")])
    assert both is not None
    assert (both.heading, both.opening, both.run) == ("", "", "")


def test_the_note_takes_no_word_of_theirs(tmp_path: Path) -> None:
    said = note(learn([document(tmp_path, INLINE)]))
    assert "以“今年以来”一类的时间语起笔" in said
    assert "各条连写在一段之内，一组多为3条，每条先写一句主题句再说事，条间用分号" in said
    assert not any(word in said for word in ("我局", "强化", "检查", "整改"))


def test_a_draft_is_told_where_it_departs(tmp_path: Path) -> None:
    own, other = document(tmp_path, INLINE), document(tmp_path, APART, "乙.txt")
    assert departures(own, learn([own])) == ()
    (finding,) = departures(other, learn([own]))
    assert (finding.rule, finding.severity) == ("structure/house-style", "info")
    assert "小标题前后用冒号隔开" in finding.message
    assert departures(other, None) == ()


NUMBERED = "2022年，我局完成了各项任务。\n一、主要工作\n" + "".join(
    f"（{n}）{heading}\n要坚持真抓实干，做到有安排有检查。做到有结果。\n第一，组织开展集中学习3次，参加党员120人次，人人写心得。人人谈体会。\n第二，检查支部4次，发现问题12个，都已经改到位。\n"
    for n, heading in zip("一二三四", ("深化理论学习", "建强基层组织", "改进工作作风", "严明纪律规矩"), strict=True)
)  # fmt: skip


def test_other_marks_are_learned(tmp_path: Path) -> None:
    learned = learn([document(tmp_path, NUMBERED)])
    assert learned is not None
    assert (learned.run, learned.run_mark, learned.run_items) == ("paragraphs", "first", 2)
    assert "用“第一，”“第二，”分条，每条另起一段" in note(learned)


def body_of(brief: Brief, tmp_path: Path, text: str) -> list[str]:
    """Headings and paragraphs of what was done, the opening first."""
    settings = Settings(workspace=tmp_path, house_style=str(folder_of(tmp_path, text)))
    done = draft(Job(brief, settings, load_catalogue()))
    return [b.text for b in done.document().blocks if b.part in ("opening", "achievements")]


def test_the_embedded_writer_numbers_items_and_heads_sections_as_the_office_does(
    brief: Brief, tmp_path: Path
) -> None:
    told = body_of(brief, tmp_path, NUMBERED)
    assert told[0].startswith(brief.period.label)
    heads = [t for t in told if t.startswith("（")]
    assert heads and not [h for h in heads if "，" in h or "：" in h]
    assert any(t.startswith("第二，") for t in told)
    assert not any(t.startswith("二是") for t in told)


def test_the_outline_shown_beforehand_is_the_one_that_is_written(
    brief: Brief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = body_of(brief, tmp_path, NUMBERED)
    monkeypatch.setenv("ZHIBI_HOUSE_STYLE", str(tmp_path / "往年"))
    assert run(["draft", brief.path, "--outline-only"]) == 0
    shown = [line.split("  [")[0].strip() for line in capsys.readouterr().out.splitlines()]
    assert [t for t in told if t.startswith("（")] == [
        t for t in shown if t.startswith("（") and "）" in t[:4]
    ][1:-1]


def test_the_embedded_writer_runs_items_together_as_the_office_does(brief: Brief, tmp_path: Path) -> None:
    told = body_of(brief, tmp_path, INLINE)
    assert any("一是" in t and "二是" in t for t in told)
    assert not any(t.startswith("二是") for t in told)
    assert all("：" in t for t in told if t.startswith("（"))


def folder_of(tmp_path: Path, text: str) -> Path:
    (tmp_path / "往年").mkdir()
    (tmp_path / "往年" / "甲.txt").write_text(text, "utf-8")
    return tmp_path / "往年"


def test_the_folder_a_brief_names_is_beside_the_brief(brief: Brief, tmp_path: Path) -> None:
    folder_of(tmp_path, INLINE)
    named = replace(brief, house_style="往年", path=str(tmp_path / "材料.yaml"))
    learned = house_style(named, None)
    assert learned is not None and learned.run == "inline"
    assert house_style(replace(named, path=""), None) is None
    with pytest.raises(BriefError, match="不存在"):
        house_style(replace(named, house_style="没有这个"), None)


@pytest.mark.parametrize("word", ["off", "False", "不用"])
def test_switched_off(brief: Brief, tmp_path: Path, word: str) -> None:
    folder = folder_of(tmp_path, INLINE)
    assert house_style(replace(brief, house_style=word), None, str(folder)) is None
    assert house_style(brief, None, str(folder)) is not None
    assert house_style(brief, None, word) is None


def test_the_index_lends_the_units_own_and_never_the_shipped_samples(brief: Brief, tmp_path: Path) -> None:
    with open_library(Settings(workspace=tmp_path), load_catalogue()) as index:
        assert house_style(brief, index) is None
        for name, text, unit in (("甲.txt", INLINE, brief.organization), ("乙.txt", APART, "别的局")):
            document(tmp_path, text, name)
            read = read_document(tmp_path / name)
            meta = replace(meta_of(read.meta), organization=unit)
            index.add(read.document, meta, "precedent", tmp_path / name, read.meta.sha256)
        learned = house_style(brief, index)
    assert learned is not None
    assert (learned.documents, learned.run) == (1, "inline")


def test_the_prompt_and_the_draft_hear_of_it(brief: Brief, tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path, house_style=str(folder_of(tmp_path, INLINE)))
    job = Job(brief, settings, load_catalogue())
    prepared = prepare(job)
    prompts = [str(messages_for(t, job.catalogue)[-1].content) for t in prepared.tasks]
    told = note(prepared.house)
    assert all(told in p.split("【本节任务】")[0] for p in prompts)
    done = draft(job, FakeModel(embedded))
    assert [f.rule for f in done.findings if f.rule == "structure/house-style"] == ["structure/house-style"]
