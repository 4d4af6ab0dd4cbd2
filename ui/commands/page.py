"""``zhibi ui``: the page in the browser, on this machine unless told otherwise."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from ui.chinese import Command
from ui.console import say

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_FONT = "'Source Han Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
# Everything the page must not do, and the look of an office: no file is put into the user's folder.
FLAGS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "global.developmentMode": "false",
    "logger.hideWelcomeMessage": "true",
    "logger.level": "error",
    "server.fileWatcherType": "none",
    "server.headless": "true",
    "server.maxUploadSize": "50",
    "server.runOnSave": "false",
    "theme.backgroundColor": "#ffffff",
    "theme.base": "light",
    "theme.baseRadius": "small",
    "theme.font": _FONT,
    "theme.headingFont": _FONT,
    "theme.primaryColor": "#b3261e",
    "theme.secondaryBackgroundColor": "#f6f4f0",
    "theme.textColor": "#1f1f1f",
}


def register(app: typer.Typer) -> None:
    app.command("ui", cls=Command, help="在浏览器里用：起草、批量、核校、知识库、设置")(ui)


def ui(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口")] = 8501,
    address: Annotated[
        str, typer.Option("--address", help="监听地址；默认只有本机能打开，给别人用要先设好登录")
    ] = "127.0.0.1",
    workspace: Annotated[Path | None, typer.Option("--workspace", help="索引和存档所在文件夹")] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="顺便打开浏览器")] = False,
) -> int:
    from assistant.errors import InputError

    if address not in _LOOPBACK and not _login_configured():
        raise InputError(
            f"没有设好登录就监听 {address}，谁都能看到材料；请先在 .streamlit/secrets.toml 里写 [auth]，见 docs/ui.md"
        )
    if _login_configured() and importlib.util.find_spec("authlib") is None:
        raise InputError('设了登录，但没有装 Authlib；请先运行 pip install "zhibi[login]"')
    if not _free(address, port):
        raise InputError(f"{port} 端口已被占用，请用 --port 换一个")
    environment = dict(os.environ) | ({"ZHIBI_WORKSPACE": str(workspace.resolve())} if workspace else {})
    shown = "127.0.0.1" if address in ("0.0.0.0", "::") else address  # noqa: S104 -- compared, not bound
    url = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
    say(f"执笔已启动：{url}　按 Ctrl+C 结束")
    return _serve(command(port, address), environment, url if open_browser else "")


def command(port: int, address: str) -> list[str]:
    """The server's command line: flags for everything, so that no configuration file is needed."""
    app = Path(__file__).resolve().parents[1] / "page" / "app.py"
    flags = {**FLAGS, "server.address": address, "server.port": str(port)}
    return [sys.executable, "-m", "streamlit", "run", str(app), *(f"--{k}={v}" for k, v in flags.items())]


def _login_configured() -> bool:
    """``[auth]`` in a secrets file where the server looks for one."""
    import tomllib

    for folder in (Path.cwd(), Path.home()):
        path = folder / ".streamlit" / "secrets.toml"
        try:
            if "auth" in tomllib.loads(path.read_text("utf-8")):
                return True
        except (OSError, ValueError):
            continue
    return False


def _free(address: str, port: int) -> bool:
    import socket

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _serve(arguments: list[str], environment: dict[str, str], url: str) -> int:
    """Runs until the person ends it. Writers started by the page finish their work by themselves."""
    server = subprocess.Popen(arguments, env=environment)  # noqa: S603 -- this interpreter, our own flags
    try:
        if url:
            _open(url, server)
        code = server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait(timeout=10)
        return 0
    return 0 if code in (0, -2, -15) else 3


def _open(url: str, server: subprocess.Popen[bytes]) -> None:
    import time
    import urllib.request
    import webbrowser

    for _ in range(60):
        if server.poll() is not None:
            return
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):  # noqa: S310 -- our own address
                webbrowser.open(url)
                return
        except OSError:
            time.sleep(0.5)
