"""What people do to an outline and a text on the page, and two people at once, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.page_server import Browser, serving
from tests.page_steps import BULLETS, begin, choose, finished, settle, slow, write
from tests.servers.scripted import Scripted

pytestmark = pytest.mark.timeout(600)
MANY = BULLETS.replace(
    "- 发展党员3名",
    "- 发展党员3名\n- 组织党员干部到示例县革命纪念馆参观1次\n- 走访慰问困难党员15人\n- 排查廉政风险点8个",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("flows")
    with serving(folder / "workspace", folder) as url:
        yield url


def headings(page: Any) -> list[str]:
    return [box.input_value() for box in page.get_by_role("textbox", name="小标题", exact=True).all()]


def retitle(page: Any, old: str, new: str) -> None:
    box = page.get_by_role("textbox", name="小标题", exact=True).nth(headings(page).index(old))
    box.fill(new)
    box.press("Enter")
    page.locator(".whole p", has_text=new).first.wait_for()
    settle(page)


def test_an_outline_changed_is_the_one_written(browser: Browser, address: str) -> None:
    page = browser.page()
    begin(page, address, MANY)
    page.get_by_role("button", name="看提纲").click()
    page.get_by_text("全文提纲").wait_for()
    settle(page)
    before = headings(page)
    assert len(before) >= 6  # the part, two or more sections, problems, plans and a measure
    retitle(page, before[1], "抓思想建设")
    retitle(page, before[2], "抓廉政建设")
    at = len(before) - 3
    retitle(page, before[at], "主要短板")
    retitle(page, before[at + 1], "下步安排")
    retitle(page, before[at + 2], "把活动办活")
    page.get_by_role("button", name="下移").first.click()
    page.locator(".whole p", has_text="（一）抓廉政建设").wait_for()
    settle(page)
    picker = page.get_by_role("combobox", name="哪几条")
    picker.fill("发展党员3名")
    page.get_by_role("option", name="发展党员3名").click()
    page.keyboard.press("Escape")
    choose(page, "写到哪一节", "抓廉政建设")
    page.get_by_role("button", name="移过去").click()
    page.wait_for_function(
        "() => { const all = [...document.querySelectorAll('.whole p')].map(p => p.innerText);"
        " const a = all.findIndex(t => t.includes('抓廉政建设')), b = all.findIndex(t => t.includes('抓思想建设'));"
        " const f = all.findIndex(t => t.includes('发展党员3名')); return a < f && f < b }"
    )
    page.reload()  # all of it is on disk
    page.get_by_text("提纲", exact=True).click()
    page.get_by_text("全文提纲").wait_for()
    settle(page)
    after = headings(page)
    assert after[1:3] == ["抓廉政建设", "抓思想建设"]
    assert after[at : at + 3] == ["主要短板", "下步安排", "把活动办活"] and after[3:at] == before[3:at]
    page.get_by_role("button", name="开始写").click()
    finished(page)
    text = page.inner_text(".block-container")
    for heading in ("（一）抓廉政建设", "（二）抓思想建设", "二、主要短板", "三、下步安排", "把活动办活"):
        assert heading in text
    first = text[text.index("（一）抓廉政建设") : text.index("（二）抓思想建设")]
    assert "发展党员3名" in first


def test_a_safe_fix_is_one_click_and_undone_by_one(browser: Browser, address: str) -> None:
    page = browser.page()
    begin(page, address, BULLETS.replace("甲水务局", "丁水务局"))
    write(page)
    finished(page)
    page.get_by_role("button", name="手改").first.click()
    box = page.get_by_role("textbox", name="正文（一段一行）")
    box.fill(box.input_value() + "\n要切实增强“四个意识”、坚定“四个自信”、做到“两个维护”，截止6月底完成。")
    page.get_by_role("button", name="保存并核校").click()
    page.locator(".paper", has_text="截止6月底").first.wait_for()
    settle(page)
    row = page.locator(".finding", has_text="截止").first
    row.wait_for()
    page.get_by_role("button", name="改正").first.click()
    page.locator(".paper", has_text="截至6月底").or_(
        page.locator(".paper", has_text="6月底前")
    ).first.wait_for()
    settle(page)
    assert page.locator(".finding", has_text="截止").count() == 0
    page.get_by_role("button", name="撤销").click()
    page.locator(".paper", has_text="截止6月底").first.wait_for()
    page.locator(".finding", has_text="截止").first.wait_for()


def test_one_section_again_with_an_instruction(browser: Browser, tmp_path: Path) -> None:
    with Scripted(slow(0.05)) as model:
        told = {"ZHIBI_MODEL": "scripted", "ZHIBI_BASE_URL": model.url}
        with serving(tmp_path / "workspace", tmp_path, **told) as url:
            page = browser.page()
            begin(page, url)
            write(page)
            finished(page)
            before = [t.inner_text() for t in page.locator(".paper").all()]
            asked = len(model.requests)
            page.get_by_role("button", name="重写").first.click()
            page.get_by_role("textbox", name="对这一节的要求").fill("写短一些，突出廉政谈话")
            page.get_by_role("button", name="重写这一节").click()
            page.get_by_text("正在重写一节").wait_for()
            finished(page)
            words = [str(r["messages"][-1]["content"]) for r in model.requests[asked:]]
            assert words and "写短一些，突出廉政谈话" in words[0]
            after = [t.inner_text() for t in page.locator(".paper").all()]
            assert len(after) == len(before) and sum(a != b for a, b in zip(after, before, strict=True)) <= 1


def test_two_people_at_once_in_two_windows(browser: Browser, address: str) -> None:
    """Both write at the same time; each window keeps to its own work, and neither waits for the other."""
    first, second = browser.page(), browser.page()
    begin(first, address, BULLETS.replace("甲水务局", "戊水务局").replace("讲党课5次", "讲党课7次"))
    begin(second, address, BULLETS.replace("甲水务局", "己水务局").replace("讲党课5次", "讲党课8次"))
    write(first)
    write(second)
    first.reload()
    for page, mine, other in ((first, "讲党课7次", "讲党课8次"), (second, "讲党课8次", "讲党课7次")):
        finished(page)
        text = page.inner_text(".block-container")
        assert mine in text and other not in text
    first.get_by_role("button", name="锁定", exact=True).first.click()
    first.get_by_role("button", name="已锁定").first.wait_for()
    second.reload()
    finished(second)
    assert second.get_by_role("button", name="已锁定").count() == 0


def reach(page: Any, name: str) -> None:
    """By the Tab key alone, to the control of this name."""
    said = (
        "() => { const e = document.activeElement;"
        " return ['BUTTON', 'INPUT', 'TEXTAREA', 'A'].includes(e.tagName)"
        " ? (e.getAttribute('aria-label') || '') + '|' + e.innerText : '' }"
    )
    for _ in range(80):
        page.keyboard.press("Tab")
        if any(
            part.strip().startswith(name) or part.strip().endswith(name)
            for part in page.evaluate(said).split("|")
        ):
            return
    raise AssertionError(f"Tab does not lead to {name}")


def test_the_keyboard_is_enough(browser: Browser, address: str) -> None:
    page = browser.page()
    page.goto(address)
    page.get_by_role("button", name="新起草一份").first.wait_for()
    settle(page)
    reach(page, "新起草一份")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="一件事一行").wait_for()
    settle(page)
    reach(page, "一件事一行")
    page.keyboard.insert_text(BULLETS.replace("甲水务局", "庚水务局"))
    page.keyboard.press("Control+Enter")
    page.get_by_text("认出数字").wait_for()
    settle(page)
    reach(page, "看提纲")
    page.keyboard.press("Enter")
    page.get_by_text("全文提纲").wait_for()
    settle(page)
    reach(page, "小标题")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("半年来的工作")
    page.keyboard.press("Enter")
    page.locator(".whole p", has_text="半年来的工作").wait_for()
    settle(page)
    page.get_by_role("button", name="开始写").focus()
    page.keyboard.press("Enter")
    finished(page)
    page.locator(".paper", has_text="一、半年来的工作").first.wait_for()
    reach(page, "锁定")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="已锁定").first.wait_for()
