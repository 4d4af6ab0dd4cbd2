"""Steps that people take on the page, for the tests that drive a real browser."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.servers.scripted import Body, Say

BULLETS = """单位：示例县甲水务局
文种：党建工作总结
时间：2025年上半年
党组织：党组
成文日期：2025-07-04

- 班子成员讲党课5次
- 开展廉政谈话22人次
- 组织主题党日活动*次，参加党员312人次
- 发展党员3名

存在的问题
- 部分党支部主题党日形式单一

下一步打算
- 下半年每个党支部至少组织1次现场主题党日
"""


IDLE = "[data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]"


def settle(page: Any) -> None:
    """Until the script has run, and has not begun again a moment later."""
    page.wait_for_timeout(200)
    for _ in range(2):
        page.locator(IDLE).wait_for()
        page.wait_for_timeout(150)
    page.locator(IDLE).wait_for()


def choose(page: Any, box: str, option: str) -> None:
    """From a list, as a person does: a run of the script closes an open list, so it is opened again until it holds."""
    from playwright.sync_api import TimeoutError as PlaywrightTimeout

    page.get_by_role("combobox", name=box).wait_for()
    settle(page)
    wanted = page.get_by_role("option", name=option)
    for _ in range(20):
        page.get_by_role("combobox", name=box).click()
        try:
            wanted.click(timeout=3_000)
        except PlaywrightTimeout:
            page.keyboard.press("Escape")
            settle(page)
        else:
            return settle(page)
    raise AssertionError(f"{option} could not be chosen from {box}")


def begin(page: Any, url: str, bullets: str = BULLETS) -> None:
    page.goto(url)
    page.get_by_role("button", name="新起草一份").first.click()
    box = page.get_by_role("textbox", name="一件事一行")
    box.fill(bullets)
    box.press("Control+Enter")
    page.get_by_text("认出数字").wait_for()
    settle(page)


def write(page: Any) -> None:
    page.get_by_role("button", name="看提纲").click()
    page.get_by_role("button", name="开始写").click()


def finished(page: Any) -> None:
    page.get_by_role("button", name="成稿 .docx").wait_for(timeout=180_000)
    settle(page)


def downloaded(page: Any, name: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def slow(pause: float) -> Callable[[Body], Say]:
    """A model that takes its time and says a plain sentence with the ids it was asked for."""

    def say(body: Body) -> Say:
        time.sleep(pause)
        asked = re.findall(r"本节要写的事实：(.*)", str(body["messages"][-1]["content"]))
        ids = re.findall(r"[FQP]\d\d", asked[0]) if asked else []
        ledger = dict(re.findall(r"⟦([FQP]\d\d)⟧ (.*)", str(body["messages"][-1]["content"])))
        return Say(
            "".join(f"{ledger.get(i, '有关工作')}⟦{i}⟧。" for i in ids) or "现将有关情况报告如下。", piece=8
        )

    return say
