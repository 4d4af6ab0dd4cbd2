"""The pictures of docs/ui.md: the page started on an empty workspace, used as a writer uses it, and photographed.

Run: ``python docs/make_pictures.py [WIDTH ...]``. Needs playwright and /usr/bin/chromium; writes docs/pictures/*.png
(with a width given, <name>-<width>.png). Units and figures are those of examples/.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from assistant.batch.template import template_sheet  # noqa: E402
from tests.page_server import Browser, serving  # noqa: E402

OUT = Path(__file__).with_name("pictures")


def settle(page: Any) -> None:
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSpinner]')"
    )
    page.wait_for_timeout(1200)


def shoot(page: Any, name: str, full: bool = False) -> None:
    settle(page)
    page.mouse.move(5, 5)
    path = OUT / f"{name}.png"
    page.screenshot(path=path, full_page=full)
    _smaller(path)


def _smaller(path: Path) -> None:
    """A palette of 64 colours: a page of text needs no more."""
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(64).save(path, optimize=True)


def material(page: Any, url: str, name: Callable[[str], str]) -> None:
    page.goto(url)
    page.get_by_role("button", name="新起草一份").first.click()
    page.get_by_role("textbox", name="一件事一行").wait_for()
    page.get_by_text("上传材料", exact=True).click()
    page.locator("input[type=file]").set_input_files(ROOT / "examples" / "half-year.yaml")
    page.get_by_text("认出数字").wait_for()
    shoot(page, name("material"))


def outline(page: Any, name: Callable[[str], str]) -> None:
    page.get_by_role("button", name="看提纲").click()
    page.get_by_text("全文提纲").wait_for()
    shoot(page, name("outline"))


def text(page: Any, name: Callable[[str], str]) -> None:
    page.get_by_role("button", name="开始写").click()
    page.get_by_text("可以关掉网页").wait_for()
    page.screenshot(path=OUT / f"{name('writing')}.png")
    _smaller(OUT / f"{name('writing')}.png")
    page.get_by_role("button", name="成稿 .docx").wait_for(timeout=240_000)
    shoot(page, name("draft"))


def batch(page: Any, url: str, name: Callable[[str], str], folder: Path) -> None:
    page.goto(f"{url}/batch")
    page.get_by_role("button", name="新批量一组").first.click()
    page.locator("input[type=file]").set_input_files(_list(folder / "上半年清单.xlsx"))
    page.get_by_role("button", name="开始写").click()
    page.locator(".units tr", has_text="已写成").first.wait_for(timeout=120_000)
    page.screenshot(path=OUT / f"{name('batch-writing')}.png")
    _smaller(OUT / f"{name('batch-writing')}.png")
    page.get_by_role("button", name="全部成稿 .zip").wait_for(timeout=240_000)
    shoot(page, name("batch"))


def _list(path: Path) -> Path:
    """The blank list as it is given out, with one row nobody can place."""
    path.write_bytes(template_sheet())
    book = load_workbook(path)
    book["事实表"].append(["示例县乙林业局", "", "走访慰问困难党员15人", "打算", "", "是"])
    book["事实表"].append(["示例县丙交通局", "", "开展廉政谈话22人次", "事实", "谈话台账", "是"])
    book["事实表"].append(["", "", "发展党员3名", "事实情况", "", "是"])
    book.save(path)
    return path


def review(page: Any, url: str, name: Callable[[str], str], folder: Path) -> None:
    paths = []
    for path in sorted((ROOT / "knowledge" / "samples").glob("*.md"))[:2]:
        paths.append(folder / path.name)
        paths[-1].write_bytes(path.read_bytes())
    page.goto(f"{url}/review")
    page.get_by_role("button", name="新核校一组").first.click()
    page.locator("input[type=file]").set_input_files(paths)
    page.get_by_role("tab", name="计分板").wait_for()
    shoot(page, name("review"))
    page.get_by_role("tab", name="问题").click()
    shoot(page, name("review-findings"))
    page.get_by_role("tab", name="图", exact=True).click()
    shoot(page, name("review-charts"))


def knowledge(page: Any, url: str, name: Callable[[str], str]) -> None:
    page.goto(f"{url}/knowledge")
    page.get_by_text("添加到知识库").wait_for()
    shoot(page, name("knowledge"))
    page.get_by_role("tab", name="检索").click()
    page.get_by_role("textbox", name="找什么").fill("主题党日")
    page.keyboard.press("Enter")
    page.locator(".hit").first.wait_for()
    shoot(page, name("search"))
    page.get_by_role("tab", name="提法", exact=True).click()
    page.get_by_role("textbox", name="提法里的字").fill("主题教育")
    page.keyboard.press("Enter")
    shoot(page, name("formulations"))


def settings(page: Any, url: str, name: Callable[[str], str]) -> None:
    page.goto(f"{url}/settings")
    page.get_by_text("体检").wait_for()
    shoot(page, name("settings"))


def main(widths: list[int]) -> None:
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        browser = Browser(playwright)
        with serving(folder / "workspace", folder) as url:
            for width in widths or [1280]:
                page = browser.page(width, round(width * 0.66))

                def name(stem: str, width: int = width) -> str:
                    return f"{stem}-{width}" if widths else stem

                material(page, url, name)
                outline(page, name)
                text(page, name)
                batch(page, url, name, folder)
                review(page, url, name, folder)
                knowledge(page, url, name)
                settings(page, url, name)
        browser.close()
        if browser.strangers:
            raise SystemExit(f"the page asked other hosts: {browser.strangers[:5]}")


if __name__ == "__main__":
    main([int(a) for a in sys.argv[1:]])
