"""How long a person waits on the page, in a real browser, on a long document.

Run: ``python -m benchmarks.page [ROUNDS]``. A brief of 120 facts is drafted by the embedded writer to about 12,000
characters; then each interaction is timed from the key or click to the repaint that shows it. Needs playwright and
/usr/bin/chromium. Prints a table of medians and worst, with the machine's load.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.formats.stored import dump
from assistant.text import char_count
from assistant.worker import Store
from tests.page_server import Browser, serving
from tests.page_steps import settle

THEMES = (
    "党建工作",
    "项目建设",
    "安全生产",
    "民生服务",
    "乡村振兴",
    "生态环保",
    "营商环境",
    "队伍建设",
    "法治建设",
    "数字政务",
)
DEEDS = (
    "组织{t}专题学习{a}次，参加{b}人次，形成调研报告{c}篇，推动学习成果转化为具体措施",
    "召开{t}推进会议{c}次，研究事项{a}项，逐项明确责任单位和完成时限，已经办结{c}项",
    "开展{t}专项检查{a}次，发现问题{b}个，已整改{c}个，其余问题全部列入台账逐一销号",
    "举办{t}业务培训班{c}期，培训{b}人次，组织现场观摩{a}场次，参训人员全部通过考核",
    "走访服务{t}联系对象{b}户，收集意见建议{a}条，协调解决困难问题{c}个，建立回访制度",
    "落实{t}资金{b}万元，实施项目{c}个，建成并投入使用设施{a}处，惠及群众{b}人",
    "制定印发{t}管理办法等制度{c}项，梳理工作流程{a}个，压减办理环节{c}个",
    "开展{t}志愿服务活动{a}场次，参加党员干部{b}人次，发放宣传资料{b}份",
    "完成{t}信息报送{b}条，被上级采用{a}条，整理工作案例{c}个并在全县推广",
    "办理{t}群众来信来访{a}件，按期办结{c}件，回访群众{b}人次，未发生重复信访",
)  # fmt: skip
TAIL = "；将{t}{a}项重点任务纳入年度考核，按月调度、按季通报，年底前逐项对账销号"


def brief() -> str:
    """Twelve facts under each of ten themes, no two alike."""
    rows = [
        {
            "heading": theme,
            "facts": [
                (DEEDS[n % 10] + TAIL).format(t=f"{theme}{'第一二三'[n // 10 + 1] + '轮' if n >= 10 else ''}", a=11 + n + 7 * k, b=100 + 13 * n + 3 * k, c=2 + n)
                for n in range(12)
            ],
        }
        for k, theme in enumerate(THEMES)
    ]  # fmt: skip
    data = {
        "kind": "work-summary", "organization": "示例县甲局", "period": "2025", "date": "2026-01-05", "register": "full",
        "length": 12000, "sections": rows,
        "problems": ["部分干部业务能力还不适应新任务", "个别项目推进偏慢", "基层基础工作还有薄弱环节"],
        "plans": ["分批组织业务轮训4期", "对12个慢进项目逐一排定时间表", "为每个基层单位配齐1名专职人员"],
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=1)  # JSON is YAML


def prepare(workspace: Path) -> tuple[str, str]:
    """A finished draft in the journal: its id, and what it is."""
    from assistant import drafting
    from assistant.settings import load_settings
    from assistant.worker.desk import brief_of, open_desk

    store = Store(workspace)
    id = store.create("local")
    store.save("local", id, title="长文", source_name="长文.yaml", source=brief().encode())
    work = store.get("local", id)
    assert work is not None
    desk = open_desk(brief_of(work), load_settings(workspace=workspace))
    made = drafting.draft(desk.job)
    store.add_version(id, "起草", dump(made), owner="local")
    length = char_count("".join(s.text for s in made.sections))
    return (
        id,
        f"{length}字，{len(desk.brief.facts)}条事实，{len(made.sections)}节，{len(made.findings)}处问题",
    )


Step = Callable[[Any, int], float]


_WATCH = """
for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => { window.pressed = performance.now() }, true)
"""


def timed(page: Any, act: Callable[[], None], seen: Callable[[], None]) -> float:
    """Seconds from the press, as the page itself felt it, until what was to be seen is seen and painted."""
    act()
    seen()
    spent: float = page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => done(performance.now() - window.pressed)))"
    )
    return spent / 1000


def lock(page: Any, n: int) -> float:
    there = page.get_by_role("button", name="已锁定")
    button = page.get_by_role("button", name="锁定", exact=True).nth(n)
    button.scroll_into_view_if_needed()
    count = there.count()
    return timed(page, button.click, lambda: there.nth(count).wait_for())


def open_edit(page: Any, n: int) -> float:
    button = page.get_by_role("button", name="手改").nth(n + 12)
    button.scroll_into_view_if_needed()
    return timed(page, button.click, page.get_by_role("textbox", name="正文（一段一行）").wait_for)


def save_edit(page: Any, n: int) -> float:
    box = page.get_by_role("textbox", name="正文（一段一行）")
    added = f"另有第{n + 1}件事尚在办理。"
    box.fill(f"{box.input_value()}\n{added}")
    box.blur()
    return timed(
        page,
        page.get_by_role("button", name="保存并核校").click,
        page.locator(".paper", has_text=added).first.wait_for,
    )


def undo(page: Any, n: int) -> float:
    added = page.locator(".paper", has_text=f"另有第{n + 1}件事尚在办理。").first
    return timed(
        page, page.get_by_role("button", name="撤销").click, lambda: added.wait_for(state="detached")
    )


def leave(page: Any, n: int) -> float:
    go = page.get_by_role("link", name="批量")
    return timed(page, go.click, page.get_by_role("button", name="新批量一组").first.wait_for)


def come_back(page: Any, n: int) -> float:
    go = page.get_by_role("link", name="起草")
    return timed(page, go.click, page.get_by_role("button", name="锁定", exact=True).last.wait_for)


def to_outline(page: Any, n: int) -> float:
    return timed(page, page.get_by_text("提纲", exact=True).click, page.get_by_text("全文提纲").wait_for)


def rename(page: Any, n: int) -> float:
    """A heading in the outline, to the whole outline beside it."""
    box = page.get_by_role("textbox", name="小标题").nth(n + 1)
    box.fill(f"改过的小标题{n + 1}")
    return timed(
        page, lambda: box.press("Enter"), page.locator(".whole", has_text=f"改过的小标题{n + 1}").wait_for
    )


def to_text(page: Any, n: int) -> float:
    return timed(
        page,
        page.get_by_text("成稿", exact=True).first.click,
        page.get_by_role("button", name="锁定", exact=True).last.wait_for,
    )


STEPS: tuple[tuple[str, Step], ...] = (
    ("锁定一节", lock), ("打开手改", open_edit), ("保存手改并核校", save_edit), ("撤销", undo), ("换到批量页", leave),
    ("回到起草页", come_back), ("换到提纲", to_outline), ("改一个小标题", rename), ("换到成稿", to_text),
)  # fmt: skip


def main(rounds: int) -> None:
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        id, what = prepare(folder / "workspace")
        print(what)
        browser = Browser(playwright)
        with serving(folder / "workspace", folder) as url:
            page = browser.page(1280, 860)
            page.add_init_script(_WATCH)
            page.goto(f"{url}/?draft={id}")
            page.get_by_role("button", name="锁定", exact=True).last.wait_for()
            settle(page)
            taken: dict[str, list[float]] = {name: [] for name, _ in STEPS}
            for n in range(rounds):
                for name, step in STEPS:
                    taken[name].append(step(page, n))
                    settle(page)
        browser.close()
    print(f"负荷 {os.getloadavg()[0]:.1f}，{os.cpu_count()} 核")
    for name, times in taken.items():
        print(f"{name}\t中位 {statistics.median(times):.2f} s\t最长 {max(times):.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
