"""The page started as ``zhibi ui`` starts it, and a browser in which nothing leaves this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ui.commands.page import command

CHROMIUM = Path("/usr/bin/chromium")
_HOSTS = {"127.0.0.1", "localhost", "::1", None}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    workspace: Path, folder: Path, *, secrets: Callable[[str], str] | None = None, **environment: str
) -> Iterator[str]:
    """The page's address; ``folder`` is where it runs, away from anybody's zhibi.toml. ``secrets`` makes secrets.toml."""
    port = free_port()
    if secrets is not None:
        (folder / ".streamlit").mkdir(exist_ok=True)
        (folder / ".streamlit" / "secrets.toml").write_text(secrets(f"http://127.0.0.1:{port}"), "utf-8")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ZHIBI_", "OPENAI_"))}
    root = str(Path(__file__).resolve().parent.parent)
    clean |= {"ZHIBI_WORKSPACE": str(workspace), "HOME": str(folder), "PYTHONPATH": root, **environment}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command(port, "127.0.0.1"), env=clean, cwd=folder, stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(240):
        if server.poll() is not None:
            raise AssertionError(f"the page ended with {server.returncode}")
        try:
            opener.open(f"{url}/_stcore/health", timeout=2).close()
            return
        except OSError:
            time.sleep(0.25)
    raise AssertionError("the page did not start")


class Browser:
    """Chromium with every request noted; ``strangers`` are those to other hosts, which are refused as well."""

    def __init__(self, playwright: Any) -> None:
        self.browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        self.strangers: list[str] = []

    def page(self, width: int = 1280, height: int = 900, scale: float = 1) -> Any:
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            accept_downloads=True,
            device_scale_factor=scale,
        )
        context.set_default_timeout(60_000)
        context.route("**/*", self._guard)
        page = context.new_page()
        page.on("websocket", lambda ws: self._note(ws.url))
        return page

    def _note(self, url: str) -> bool:
        parts = urlsplit(url)
        if parts.scheme in ("data", "blob", "about") or parts.hostname in _HOSTS:
            return True
        self.strangers.append(url)
        return False

    def _guard(self, route: Any) -> None:
        route.continue_() if self._note(route.request.url) else route.abort()

    def close_windows(self) -> None:
        for context in self.browser.contexts:
            context.close()

    def close(self) -> None:
        self.browser.close()
