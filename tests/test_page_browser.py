"""The page in a real browser: from bullets to an opened .docx, reloads, hostile text, and no word to another host."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page_server import Browser, serving
from tests.page_steps import BULLETS, begin, downloaded, finished, settle, slow, write
from tests.servers.scripted import Say, Scripted

pytestmark = pytest.mark.timeout(600)
HOSTILE = '<img src=x onerror="document.title=\'pwned\'"> _斜体_ [链接](http://evil.example/) $x^2$ :smile: <script>document.title="pwned"</script>'


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("page")
    with serving(folder / "workspace", folder) as url:
        yield url


def test_bullets_to_an_opened_docx(browser: Browser, address: str) -> None:
    import docx

    page = browser.page()
    begin(page, address)
    assert "待补1处" in page.inner_text("body")
    write(page)
    finished(page)
    told = page.locator(".paper .s", has_text="讲党课5次").first
    assert "F01：班子成员讲党课5次" in (told.get_attribute("title") or "")
    name, data = downloaded(page, "成稿 .docx")
    text = "\n".join(p.text for p in docx.Document(io.BytesIO(data)).paragraphs)
    assert name == "示例县甲水务局2025年上半年党建工作总结和下半年工作计划.docx"
    assert "讲党课5次" in text and "22人次" in text and "⟦" not in text
    _, review = downloaded(page, "核校稿（带批注）")
    assert "word/comments.xml" in zipfile.ZipFile(io.BytesIO(review)).namelist()
    _, audit = downloaded(page, "来源档")
    facts = {f["id"]: f["placed_in"] for f in json.loads(audit)["facts"]}
    assert facts["F01"] and facts["Q01"] and facts["P01"]


def test_hand_edit_lock_undo_and_reload(browser: Browser, address: str) -> None:
    page = browser.page()
    begin(page, address, BULLETS.replace("甲水务局", "乙水务局"))
    write(page)
    finished(page)
    page.get_by_role("button", name="手改").first.click()
    box = page.get_by_role("textbox", name="正文（一段一行）")
    box.fill(box.input_value() + "\n全年投入999万元。")
    page.get_by_role("button", name="保存并核校").click()
    page.locator(".paper", has_text="全年投入999万元").first.wait_for()
    page.locator(".finding", has_text="999").first.wait_for()  # checked again: nobody gave that figure
    page.get_by_role("button", name="锁定", exact=True).first.click()
    page.get_by_role("button", name="已锁定").first.wait_for()
    page.reload()
    finished(page)
    assert page.get_by_role("button", name="已锁定").count() == 1
    assert "全年投入999万元" in page.inner_text("body")
    page.get_by_role("button", name="撤销").click()
    page.locator(".paper", has_text="全年投入999万元").wait_for(state="detached")
    page.get_by_role("button", name="恢复").click()
    page.locator(".paper", has_text="全年投入999万元").first.wait_for()


def test_reload_and_closed_tab_while_writing_then_stop_and_resume(browser: Browser, tmp_path: Path) -> None:
    with Scripted(slow(2.0)) as model:
        told = {"ZHIBI_MODEL": "scripted", "ZHIBI_BASE_URL": model.url, "ZHIBI_CONCURRENCY": "1"}
        with serving(tmp_path / "workspace", tmp_path, **told) as url:
            page = browser.page()
            begin(page, url)
            write(page)
            page.get_by_text("可以关掉网页").wait_for()
            page.locator(".paper.coming p").first.wait_for()
            here = page.url
            page.reload()
            page.get_by_text("可以关掉网页").wait_for()
            page.get_by_role("button", name="停下").click()
            page.get_by_text("已经停下").wait_for(timeout=30_000)
            asked = len(model.requests)
            page.get_by_role("button", name="接着写").click()
            page.get_by_text("可以关掉网页").wait_for()
            page.close()
            again = browser.page()
            again.goto(here)
            finished(again)
            assert "讲党课5次" in again.inner_text(".block-container")
            opening = [str(r["messages"][-1]["content"])[-600:] for r in model.requests[: asked - 1]]
            later = [str(r["messages"][-1]["content"])[-600:] for r in model.requests[asked:]]
            assert opening and later and not set(opening) & set(later)  # what was whole is not asked again


def test_hostile_text_is_text(browser: Browser, address: str) -> None:
    page = browser.page()
    begin(
        page,
        address,
        BULLETS.replace("发展党员3名", f"发展党员3名{HOSTILE}").replace("示例县甲水务局", "丙<b>局</b>"),
    )
    assert "丙<b>局</b>" in page.inner_text(".block-container")
    write(page)
    finished(page)
    assert "_斜体_ 链接 $x^2$ :smile:" in page.inner_text(".block-container")
    assert page.locator(".block-container a[href*=evil]").count() == 0
    assert page.locator(".paper img, .paper b, .paper script, .item img, .item script").count() == 0
    assert "pwned" not in page.title()


def test_review_two_drafts_with_a_verdict(browser: Browser, address: str, tmp_path: Path) -> None:
    first, second = tmp_path / "甲稿.txt", tmp_path / "乙稿.txt"
    text = "某局2025年上半年工作总结\n\n一、主要工作\n班子成员讲党课5次。开展廉政谈话22人次。\n\n某局\n2025年7月4日"
    first.write_text(text, "utf-8")
    second.write_text(
        text.replace("22人次", "32人次").replace("讲党课5次", "讲党课六次，截止6月底完成"), "utf-8"
    )
    page = browser.page()
    page.goto(f"{address}/review")
    page.get_by_role("button", name="新核校一组").first.click()
    page.locator("input[type=file]").set_input_files([first, second])
    page.get_by_role("tab", name="计分板").wait_for()
    page.get_by_role("tab", name="文字差异").click()
    page.locator("ins", has_text="32").or_(page.locator("ins", has_text="3")).first.wait_for()
    page.get_by_role("tab", name="问题").click()
    settle(page)
    page.get_by_role("button", name="不改").or_(page.get_by_role("radio", name="不改")).first.click()
    page.get_by_text("已判1处").wait_for()
    page.get_by_role("tab", name="计分板").click()
    _, sheet = downloaded(page, "导出问题和判断（表格）")
    assert sheet.decode("utf-8-sig").count(",不改,") == 1


def test_knowledge_added_found_and_removed(browser: Browser, address: str, tmp_path: Path) -> None:
    paper = tmp_path / "水务局党建工作要点.txt"
    paper.write_text(
        "关于加强党建工作的意见\n\n各党支部要每月开展主题党日，做到有主题、有内容、有实效。\n\n某县委\n2024年3月1日",
        "utf-8",
    )
    page = browser.page()
    page.goto(f"{address}/knowledge")
    page.locator("input[type=file]").set_input_files(paper)
    settle(page)
    page.get_by_role("button", name="添加到知识库").click()
    page.locator(".notice.good").wait_for()
    page.get_by_role("tab", name="检索").click()
    page.get_by_role("textbox", name="找什么").fill("每月开展主题党日")
    page.keyboard.press("Enter")
    page.locator(".hit mark", has_text="主题党日").first.wait_for()
    page.get_by_role("tab", name="提法", exact=True).click()
    page.get_by_role("textbox", name="在这一天").fill("2014-01-01")
    page.keyboard.press("Enter")
    page.get_by_text("2014年1月1日：在用").wait_for()
    page.get_by_role("textbox", name="提法里的字").fill("主题教育")
    page.keyboard.press("Enter")
    page.locator(".hit.old", has_text="尚未提出").first.wait_for()


def test_settings_try_the_connection(browser: Browser, tmp_path: Path) -> None:
    with Scripted([Say("好")]) as model, serving(tmp_path / "workspace", tmp_path) as url:
        page = browser.page()
        page.goto(f"{url}/settings")
        page.get_by_text("模型接口（OpenAI 兼容）").click()
        page.get_by_role("textbox", name="模型名").fill("scripted")
        page.get_by_role("textbox", name="地址").fill(model.url)
        page.get_by_role("button", name="保存").click()
        page.get_by_role("button", name="试一试连接").click()
        page.get_by_text("连得上，模型答：好").wait_for()
        assert len(model.requests) == 1
        page.reload()
        page.get_by_role("button", name="试一试连接").wait_for()
