"""Shared fixtures: the reference material beside the checkout, a browser, and a network that is off."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
_LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0"}


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference folder that may stand beside the checkout (ZHIBI_SHARED overrides); absent on most machines."""
    folder = Path(os.environ.get("ZHIBI_SHARED", ROOT.parent / "shared"))
    if not (folder / "briefs").is_dir():
        pytest.skip(f"reference material is not here: {folder}")
    return folder


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled data files of the tests are kept apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Any]:
    from tests.page_server import CHROMIUM, Browser

    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed (apt-get install chromium)")
    with playwright.sync_playwright() as started:
        opened = Browser(started)
        yield opened
        opened.close()


@pytest.fixture
def browser(_chromium: Any) -> Iterator[Any]:
    """Windows are closed after each test; a request to any other machine fails it."""
    _chromium.strangers.clear()
    yield _chromium
    _chromium.close_windows()
    assert _chromium.strangers == []


@pytest.fixture(autouse=True)
def _network_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Any connection off this machine fails the test; the user's own settings and workspace are out of sight."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in _LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    for name in [n for n in os.environ if n.startswith(("ZHIBI_", "OPENAI_"))]:
        if name != "ZHIBI_SHARED":
            monkeypatch.delenv(name)
    monkeypatch.setenv("ZHIBI_WORKSPACE", str(tmp_path / "workspace"))
