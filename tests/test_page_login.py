"""Several people on one page, each logged in through OpenID Connect: nobody sees another's work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.worker import Store
from tests.page_server import Browser, serving
from tests.page_steps import BULLETS, begin, finished, settle, write
from tests.servers.oidc import Provider

pytestmark = pytest.mark.timeout(600)
pytest.importorskip("authlib", reason='Authlib is not installed (pip install "zhibi[login]")')


def log_in(page: Any, url: str, person: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name=person, exact=True).click()
    page.get_by_role("button", name="退出登录").wait_for()
    settle(page)


def test_two_people_log_in_and_keep_to_their_own(browser: Browser, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    with (
        Provider(("甲同志", "乙同志")) as provider,
        serving(workspace, tmp_path, secrets=provider.secrets) as url,
    ):
        first, second = browser.page(), browser.page()
        first.goto(url)
        first.get_by_text("请先登录").wait_for()
        assert first.get_by_role("link", name="知识库").count() == 0  # nothing before the login
        log_in(first, url, "甲同志")
        begin(first, url, BULLETS)
        write(first)
        finished(first)
        address = first.url
        assert "draft=" in address

        log_in(second, url, "乙同志")
        assert "打开以前的" not in second.inner_text("body")
        second.goto(address)  # the other's address is no key
        second.get_by_role("button", name="新起草一份").first.wait_for()
        settle(second)
        assert "讲党课5次" not in second.inner_text("body") and "甲水务局" not in second.inner_text("body")
        begin(second, url, BULLETS.replace("甲水务局", "乙林业局"))
        second.goto(f"{url}/review")
        second.get_by_role("button", name="新核校一组").first.click()
        second.get_by_role("combobox", name="对照哪份材料").wait_for()
        settle(second)
        second.get_by_role("combobox", name="对照哪份材料").click()
        settle(second)
        assert "乙林业局" in second.inner_text("body") and "甲水务局" not in second.inner_text("body")
        second.goto(f"{url}/settings")
        second.get_by_text("由管理员在 zhibi.toml 里统一设置").wait_for()

        second.goto(url)
        second.get_by_role("button", name="退出登录").click()
        second.get_by_role("button", name="登录", exact=True).wait_for()
        second.goto(address)
        second.get_by_text("请先登录").wait_for()
        first.reload()  # still logged in, the work still there
        finished(first)
        assert "讲党课5次" in first.inner_text(".block-container")
    store = Store(workspace)
    assert store.mine("local") == []
    with store._open() as db:
        owners = {row[0] for row in db.execute("SELECT DISTINCT owner FROM works")}
    assert len(owners) == 2 and not any("同志" in o for o in owners)
