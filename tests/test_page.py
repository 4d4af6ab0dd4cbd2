"""The page without a browser: the journal and its owners, edits by hand, the writer's process, and every page once."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

from assistant.document import Draft, Paragraph, Section, Sentence
from assistant.errors import BriefError, KnowledgeError, ZhibiError
from assistant.finding import Finding, Fix
from assistant.formats.stored import dump, load
from assistant.settings import Settings, load_settings
from assistant.worker import Reply, Store, Task, Work, edits, launch
from assistant.worker.desk import brief_of, open_desk, parse, with_outline
from assistant.worker.own_words import OwnWords, add, read, remove
from ui.page import kit

BULLETS = """- 班子成员讲党课5次
- 开展廉政谈话22人次
- 组织主题党日活动*次，参加党员312人次
- 发展党员3名
存在的问题：
- 部分党支部主题党日形式单一
下一步打算：
- 下半年每个党支部至少组织1次现场主题党日
"""
FORM = {
    "kind": "party-building-summary",
    "organization": "示例县甲水务局",
    "period": "2025-H1",
    "body": "党组",
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "workspace")


def made(store: Store, owner: str = "甲") -> Work:
    id = store.create(owner)
    store.save(owner, id, title="一份", form=FORM, source_name="粘贴的要点.txt", source=BULLETS.encode())
    work = store.get(owner, id)
    assert work is not None
    return work


def draft() -> Draft:
    one = Section(
        "a1",
        "achievements",
        2,
        "（一）",
        "抓教育",
        (Paragraph((Sentence("讲党课5次。", ("F01",)), Sentence("要抓实。"))),),
    )
    two = Section(
        "problems", "problems", 1, "二、", "问题", (Paragraph((Sentence("形式单一。", ("Q01",)),)),)
    )
    return Draft("总结", "工委", (one, two), "某局", "2025年7月4日")


# -- the journal


def test_what_is_mine_is_not_there_for_another(store: Store) -> None:
    work = made(store)
    store.add_version(work.id, "起草", dump(draft()), owner="甲")
    store.put_file("甲", work.id, "稿.txt", b"x")
    store.judge("甲", work.id, "m", True, "是")
    assert store.get("乙", work.id) is None
    assert store.mine("乙") == [] and [w.id for w in store.mine("甲")] == [work.id]
    assert store.draft("乙", work.id, 1) is None and store.versions("乙", work.id) == []
    assert store.files("乙", work.id) == {} and store.verdicts("乙", work.id) == {}
    assert store.claim("乙", work.id, Task(), resume=False) is None
    store.save("乙", work.id, title="改了")
    store.stop("乙", work.id)
    store.judge("乙", work.id, "m", False, "不")
    assert store.add_version(work.id, "别人", "{}", owner="乙") == 0
    assert not store.show("乙", work.id, 1)
    store.delete("乙", work.id)
    kept = store.get("甲", work.id)
    assert kept is not None and kept.title == "一份" and not kept.stop
    assert store.verdicts("甲", work.id) == {"m": (True, "是")}


def test_one_writer_at_a_time_and_the_replaced_one_is_not_heard(store: Store) -> None:
    work = made(store)
    first = store.claim("甲", work.id, Task(), resume=False)
    assert first and store.claim("甲", work.id, Task(), resume=False) is None
    store.stop("甲", work.id)
    assert not store.beat(work.id, first)
    store.tell(work.id, first, "stopped")
    second = store.claim("甲", work.id, Task(), resume=True)
    assert second and second != first
    store.keep_reply(work.id, first, "k", Reply("a1", "旧的", "stop", 0), repair=False)
    store.tell(work.id, first, "done")
    assert store.add_version(work.id, "旧的", "{}", run=first) == 0
    assert store.reply(work.id, "k") is None
    now = store.get("甲", work.id)
    assert now is not None and now.status == "queued" and now.head == 0


def test_an_unfinished_reply_is_asked_again_a_whole_one_is_not(store: Store) -> None:
    work = made(store)
    run = store.claim("甲", work.id, Task(), resume=False) or ""
    store.keep_reply(work.id, run, "half", Reply("a1", "半", "", 1), repair=False)
    store.keep_reply(work.id, run, "whole", Reply("a2", "整", "stop", 2), repair=False)
    store.keep_reply(work.id, run, "repair", Reply("a2", "改", "stop", 2), repair=True)
    assert store.reply(work.id, "half") is None
    whole = store.reply(work.id, "whole")
    assert whole is not None and whole.text == "整"
    assert [r.text for r in store.replies("甲", work.id)] == ["半", "整"]


def test_undo_redo_and_a_change_after_undo(store: Store) -> None:
    work = made(store)
    for note in ("起草", "手改", "改正"):
        store.add_version(work.id, note, note, owner="甲")
    assert store.show("甲", work.id, 2) and not store.show("甲", work.id, 9)
    store.add_version(work.id, "另改", "另改", owner="甲")
    assert [v.note for v in store.versions("甲", work.id)] == ["起草", "手改", "另改"]
    assert store.draft("甲", work.id, 3) == "另改"


def test_a_journal_of_an_earlier_version_grows(tmp_path: Path) -> None:
    import sqlite3

    workspace = tmp_path / "old"
    id = Store(workspace).create("甲")
    with sqlite3.connect(workspace / "page.sqlite3") as db:
        db.execute("ALTER TABLE works DROP COLUMN headings")
    db.close()
    grown = Store(workspace)
    grown.save("甲", id, headings={"plans": "下步安排"})
    work = grown.get("甲", id)
    assert work is not None and work.headings == {"plans": "下步安排"}


def test_the_journal_is_private(store: Store) -> None:
    if sys.platform != "win32":
        assert store.path.stat().st_mode & 0o077 == 0


# -- edits


def test_hand_edit_keeps_sources_of_what_stayed_and_finds_those_of_what_is_new() -> None:
    brief = parse("要点.txt", BULLETS.encode(), FORM)
    changed = edits.with_text(draft(), "a1", "讲党课5次。\n上半年开展廉政谈话22人次。", brief)
    sentences = [s for p in changed.sections[0].paragraphs for s in p.sentences]
    assert [(s.text, s.facts) for s in sentences] == [
        ("讲党课5次。", ("F01",)),
        ("上半年开展廉政谈话22人次。", ("F02",)),
    ]
    assert changed.sections[1] is draft().sections[1] or changed.sections[1] == draft().sections[1]


@pytest.mark.parametrize(
    ("paragraph", "start", "end", "new", "found"),
    [
        (3, 0, 3, "上党课", "上党课5次。要抓实。"),
        (2, 3, 6, "重教育", "（一）重教育"),
        (0, 0, 2, "工作总结", "工作总结"),
    ],
)
def test_a_fix_lands_where_the_finding_is(paragraph: int, start: int, end: int, new: str, found: str) -> None:
    finding = Finding("wording/x", "warning", "改", paragraph, start, end, fix=Fix(start, end, new))
    assert edits.with_fix(draft(), finding).document().blocks[paragraph].text == found


def test_locked_sections_come_back_with_their_subsections() -> None:
    old = draft()
    new = edits.with_text(
        edits.with_heading(old, "a1", "新题"), "problems", "新的。", parse("x.txt", BULLETS.encode(), FORM)
    )
    back = edits.with_sections(new, old, {"a1"})
    assert back.sections[0] == old.sections[0] and back.sections[1].text == "新的。"


def test_a_draft_survives_the_journal() -> None:
    with_findings = draft().with_findings((Finding("a/b", "error", "改", 1, 0, 1, "引", Fix(0, 1, "字")),))
    assert load(dump(with_findings)) == with_findings


def test_an_edited_outline_is_what_the_planner_follows(store: Store) -> None:
    work = made(store)
    store.save("甲", work.id, sections=[("先说谈话", ["F02"]), ("再说其他", ["F01", "F03", "F04"])])
    edited = store.get("甲", work.id)
    assert edited is not None
    desk = open_desk(brief_of(edited), load_settings())
    plans = [
        (s.heading, s.items) for s in desk.prepared.outline.sections if s.part == "achievements" and s.items
    ]
    assert plans == [("先说谈话", ("F02",)), ("再说其他", ("F01", "F03", "F04"))]
    store.save("甲", work.id, headings={"plans": "下步安排", "P01": "把活动办活", "problems": "短板"})
    named = store.get("甲", work.id)
    assert named is not None
    outline = open_desk(brief_of(named), load_settings()).prepared.outline
    heads = {s.id: s.heading for s in outline.sections}
    assert (heads["problems"], heads["plans"]) == ("短板", "下步安排")
    assert [s.heading for p in outline.sections for s in p.subheads] == ["把活动办活"]
    assert with_outline(brief_of(work), ()).digest == brief_of(work).digest != brief_of(edited).digest


def test_errors_of_a_brief_name_the_line_and_no_folder() -> None:
    with pytest.raises(BriefError) as caught:
        parse("坏.yaml", b"kind: x\norganization: [1\n", {})
    assert "第" in str(caught.value) and "/" not in str(caught.value).split("：")[0]


# -- the writer's process


def wait(store: Store, owner: str, id: str) -> Work:
    until = time.monotonic() + 200
    while time.monotonic() < until:
        work = store.get(owner, id)
        assert work is not None
        if not work.busy:
            return work
        time.sleep(0.3)
    raise AssertionError("the writer did not end")


def test_a_writer_drafts_then_rewrites_one_section_and_leaves_the_rest(tmp_path: Path, store: Store) -> None:
    work = made(store)
    assert launch(store, "甲", work.id, Task())
    done = wait(store, "甲", work.id)
    assert (done.status, done.error, done.head) == ("done", "", 1)
    first = load(store.draft("甲", work.id, 1) or "")
    assert any("讲党课5次" in s.text for s in first.sections)
    target = next(s for s in first.sections if s.part == "problems")
    edited = edits.with_text(first, target.id, "另写一句。", brief_of(done))
    store.add_version(work.id, "手改", dump(edited), owner="甲")
    assert launch(store, "甲", work.id, Task(target.id, "短一些"))
    again = load(store.draft("甲", work.id, wait(store, "甲", work.id).head) or "")
    assert [s for s in again.sections if s.id != target.id] == [
        s for s in edited.sections if s.id != target.id
    ]
    assert "另写一句" not in next(s for s in again.sections if s.id == target.id).text


def test_a_writer_that_cannot_says_why(store: Store) -> None:
    work = made(store)
    store.save("甲", work.id, form=FORM | {"kind": "poem"})
    launch(store, "甲", work.id, Task())
    failed = wait(store, "甲", work.id)
    assert failed.status == "failed" and "poem" in failed.error and "Traceback" not in failed.error


# -- the office's own words


def test_own_words_load_and_what_would_not_load_is_not_kept(tmp_path: Path) -> None:
    from assistant.catalogue import load_catalogue

    id = add(tmp_path, OwnWords("“先锋水务”党建品牌", wrong=("先锋水利党建品牌",), source="某局党建要点"))
    entry = load_catalogue(tmp_path).formulation(id)
    assert entry.note == "来源：某局党建要点" and entry.sources == ()
    assert entry.text == "“先锋水务”党建品牌" and entry.variants[0].replacement == entry.text
    with pytest.raises(KnowledgeError):
        add(tmp_path, OwnWords("一"))
    assert len(read(tmp_path)) == 1
    assert remove(tmp_path, id) and read(tmp_path) == []
    load_catalogue(tmp_path)


# -- the page


def test_marked_text_is_escaped_everywhere() -> None:
    text = '<b onclick="x">&'
    assert kit.marked(text, [(0, 2, "error", '"><script>')]).count("<") == 2
    assert "<b" not in kit.finding_row(Finding("a/b", "error", text, quote=text))
    assert "<b" not in kit.table([text], [[text]]) and "<b" not in kit.bar(text, 0.5, text)


@pytest.fixture
def app_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Streamlit's test runner, in a folder of its own. It leaves a script of its own as ``__main__``, which processes
    started by later tests would run again."""
    pytest.importorskip("streamlit")
    from streamlit.testing.v1 import AppTest

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    return AppTest


@pytest.fixture
def app(app_test: Any, root: Path) -> Any:
    return app_test.from_file(str(root / "ui" / "page" / "app.py"), default_timeout=120)


def test_bullets_pasted_are_read_at_once(app: Any) -> None:
    app.run()
    app.button(key="welcome-new").click().run()
    app.text_area[0].input(
        "单位：示例县甲水务局\n文种：工作总结\n时间：2025年\n\n- 讲党课5次\n- 走访*户"
    ).run()
    assert not app.exception
    settings: Settings = load_settings()
    [work] = Store(settings.workspace).mine("local")
    assert work.title == "示例县甲水务局2025年工作总结"
    assert any(b.label == "看提纲" for b in app.button)


def _page(name: str) -> None:
    import importlib

    importlib.import_module(f"ui.page.{name}").show()


@pytest.mark.parametrize(
    "name", ["draft_page", "batch_page", "review_page", "knowledge_page", "settings_page"]
)
def test_every_page_opens_on_an_empty_workspace(name: str, app_test: Any) -> None:
    page = app_test.from_function(_page, default_timeout=120, kwargs={"name": name}).run()
    assert not page.exception


def test_the_server_is_told_everything_on_its_command_line() -> None:
    from ui.commands.page import command

    flags = command(9000, "127.0.0.1")
    for flag in (
        "--browser.gatherUsageStats=false",
        "--server.address=127.0.0.1",
        "--server.headless=true",
        "--server.port=9000",
    ):
        assert flag in flags


def test_an_open_address_without_login_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from ui.commands.page import ui

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ZhibiError, match="登录"):
        ui(port=8501, address="0.0.0.0")


def test_login_without_its_package_is_said_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import importlib.util

    from ui.commands.page import ui

    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text('[auth]\nclient_id = "x"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ZhibiError, match="Authlib"):
        ui(port=8501, address="0.0.0.0")
