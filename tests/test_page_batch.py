"""The batch page in a real browser: a spreadsheet uploaded, the table filling, a draft opened, everything taken away."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.settings import load_settings
from assistant.worker import Store, Task, batches, launch
from tests.page_server import Browser, serving
from tests.page_steps import choose, downloaded, settle, slow
from tests.servers.scripted import Scripted

pytestmark = pytest.mark.timeout(600)
HEAD = ["单位", "内容", "类别", "备用列"]
HOSTILE = "示例县丙局<img/src=x/onerror=\"document.title='pwned'\">"
ROWS = [
    ["示例县甲水务局", "班子成员讲党课5次", "事实", ""],
    ["示例县甲水务局", "组织主题党日活动*次", "事实", ""],
    ["示例县甲水务局", "部分党支部主题党日形式单一", "问题", ""],
    ["示例县乙林业局", "发展党员3名", "事实", ""],
    ["示例县乙林业局", "开展廉政谈话22人次", "打算吧", ""],
    ["示例县乙林业局", "发展党员3名", "事实", ""],
    [HOSTILE, "开展谈心谈话22人次", "事实", ""],
]


def workbook(path: Path, rows: Sequence[Sequence[str]], *, kind: str = "党建工作总结") -> Path:
    from openpyxl import Workbook

    book = Workbook()
    facts = book.active
    assert facts is not None
    facts.title = "事实表"
    for row in (HEAD, *rows):
        facts.append(list(row))
    shared = book.create_sheet("基本信息")
    for pair in (("文种", kind), ("时间", "2025年上半年"), ("党组织", "党组"), ("成文日期", "2025-07-04")):
        shared.append(pair)
    book.save(path)
    return path


def test_a_list_to_drafts_opened_and_taken_away(browser: Browser, tmp_path: Path) -> None:
    import docx
    from openpyxl import load_workbook

    sheet = workbook(tmp_path / "上半年.xlsx", ROWS)
    with serving(tmp_path / "workspace", tmp_path) as url:
        page = browser.page()
        page.goto(f"{url}/batch")
        name, blank = downloaded(page, "下载空白清单")
        assert name == "清单.xlsx" and "事实表" in load_workbook(io.BytesIO(blank)).sheetnames
        page.get_by_role("button", name="新批量一组").first.click()
        page.locator("input[type=file]").set_input_files(sheet)
        page.get_by_text("读到3个单位").wait_for()
        wrong = page.locator("tr", has_text="打算吧")  # where a row is not used: sheet, row, column, unit
        assert re.search(r"“事实表”\s+6\s+类别\s+示例县乙林业局\s+未采用", wrong.inner_text())
        page.get_by_role("button", name="开始写").click()
        page.get_by_text("可以关掉网页").wait_for()
        here = page.url
        page.reload()  # in the middle of it
        page.get_by_role("button", name="全部成稿 .zip").wait_for(timeout=180_000)
        settle(page)
        assert page.locator(".units tr", has_text="已写成").count() == 3
        assert page.locator(".units td", has_text=HOSTILE).count() == 1 and page.title() != "pwned"
        name, data = downloaded(page, "全部成稿 .zip")
        archive = zipfile.ZipFile(io.BytesIO(data))
        first = next(n for n in archive.namelist() if n == "示例县甲水务局.docx")
        text = "\n".join(p.text for p in docx.Document(io.BytesIO(archive.read(first))).paragraphs)
        assert name == "上半年.zip" and "讲党课5次" in text and "⟦" not in text
        assert {"结果表.xlsx", "总览.html", "示例县甲水务局.review.docx"} <= set(archive.namelist())
        _, results = downloaded(page, "结果表")
        rows = list(load_workbook(io.BytesIO(results))["各单位"].values)
        assert [r[1] for r in rows[1:]] == ["已写成"] * 3
        choose(page, "打开哪一份", "示例县甲水务局")
        page.get_by_role("button", name="打开这一份").click()
        page.get_by_role("button", name="成稿 .docx").wait_for()
        assert "/draft" in page.url or page.url.split("?")[0].endswith("/")
        assert "F01：班子成员讲党课5次" in str(
            page.locator(".paper .s", has_text="讲党课5次").first.get_attribute("title")
        )
        page.goto(here)  # opened again, it is the same draft, not a second one
        choose(page, "打开哪一份", "示例县甲水务局")
        page.get_by_role("button", name="打开这一份").click()
        page.get_by_role("button", name="成稿 .docx").wait_for()
        assert len(Store(tmp_path / "workspace").mine("local")) == 1


def test_a_batch_stopped_closed_and_taken_up(browser: Browser, tmp_path: Path) -> None:
    rows = [[f"示例县{c}局", "班子成员讲党课5次", "事实", ""] for c in "子丑寅卯辰巳"]
    sheet = workbook(tmp_path / "六家.xlsx", rows)
    with Scripted(slow(0.5)) as model:
        told = {"ZHIBI_MODEL": "scripted", "ZHIBI_BASE_URL": model.url, "ZHIBI_CONCURRENCY": "1"}
        with serving(tmp_path / "workspace", tmp_path, **told) as url:
            page = browser.page()
            page.goto(f"{url}/batch")
            page.get_by_role("button", name="新批量一组").first.click()
            page.locator("input[type=file]").set_input_files(sheet)
            page.get_by_role("button", name="开始写").click()
            page.locator(".units tr", has_text="已写成").first.wait_for(timeout=120_000)
            page.get_by_role("button", name="停下").click()
            page.get_by_text("已经停下").wait_for(timeout=60_000)
            stood = page.locator(".units tr", has_text="已写成").count()
            assert 1 <= stood < 6 and page.locator(".units tr", has_text="等着写").count() == 6 - stood
            here, files = (
                page.url,
                {p: p.stat().st_mtime_ns for p in (tmp_path / "workspace").rglob("*局.docx")},
            )
            page.get_by_role("button", name="接着写").click()
            page.get_by_text("可以关掉网页").wait_for()
            page.close()
            again = browser.page()
            again.goto(here)
            again.get_by_role("button", name="全部成稿 .zip").wait_for(timeout=180_000)
            settle(again)
            assert again.locator(".units tr", has_text="已写成").count() == 6
            assert files and all(p.stat().st_mtime_ns == at for p, at in files.items())  # not written twice


def test_units_and_what_was_not_used(tmp_path: Path) -> None:
    """Without a browser: one person's folder, a unit that fails, and a second run that writes only what changed."""
    import time

    def wait(id: str) -> str:
        while (work := store.get("甲", id)) is not None and work.busy:
            time.sleep(0.2)
        assert work is not None
        return work.status

    workspace = load_settings().workspace
    store = Store(workspace)
    id = store.create("甲", "batch")
    rows = [*ROWS[:4], ["示例县丁局", "讲党课5次", "事实", ""]]
    store.save("甲", id, source_name="清单.xlsx", source=workbook(tmp_path / "a.xlsx", rows).read_bytes())
    assert launch(store, "甲", id, Task(), resume=True) and wait(id) == "done"
    work = store.get("甲", id)
    assert work is not None and batches.folder_of(workspace, work) == workspace / "batches" / "甲" / id
    results = batches.results_of(workspace, work).values()
    assert [(r.status, r.error) for r in results] == [("done", "")] * 3
    draft, stamp = batches.stored_draft(batches.folder_of(workspace, work), "示例县甲水务局")
    assert "讲党课5次" in draft.document().text
    rows[3] = ["示例县乙林业局", "发展党员9名", "事实", ""]
    store.save("甲", id, source=workbook(tmp_path / "b.xlsx", rows).read_bytes())
    before = {p: p.stat().st_mtime_ns for p in batches.folder_of(workspace, work).glob("*局.docx")}
    assert launch(store, "甲", id, Task(), resume=True) and wait(id) == "done"
    changed = [p.stem for p, at in before.items() if p.stat().st_mtime_ns != at]
    assert changed == ["示例县乙林业局"]
    assert batches.stored_draft(batches.folder_of(workspace, work), "示例县甲水务局")[1] == stamp
    batches.forget(workspace, work)
    assert not batches.folder_of(workspace, work).exists()
