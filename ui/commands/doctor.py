"""``zhibi doctor``: what is configured, reachable, missing offline, and what to do."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ui.chinese import Command
from ui.console import out

if TYPE_CHECKING:
    from assistant.settings import Settings

_PACKAGES = (
    "langchain",
    "langchain-openai",
    "openai",
    "chromadb",
    "streamlit",
    "python-docx",
    "tiktoken",
    "tantivy",
)
_MARK = {True: "好", False: "缺", None: "—"}


def register(app: typer.Typer) -> None:
    app.command("doctor", cls=Command, help="体检：装了什么、配了什么、缺什么、怎么办")(doctor)


def doctor() -> int:
    from assistant.settings import load_settings

    found = rows(load_settings())
    for good, what, advice in found:
        out(f"[{_MARK[good]}] {what}" + (f"；{advice}" if advice else ""))
    return 2 if any(good is False for good, _, _ in found) else 0


Row = tuple[bool | None, str, str]


def rows(settings: Settings) -> list[Row]:
    """Good (None: not needed), what it is, and what to do; for the command and for the page."""
    return [*_python(), *_packages(), *_data(settings), *_workspace(settings), *_model(settings), *_helpers()]


def _python() -> Iterator[Row]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield (
        sys.version_info >= (3, 11),
        f"Python {version}",
        "" if sys.version_info >= (3, 11) else "需要 3.11 以上",
    )


def _packages() -> Iterator[Row]:
    for name in _PACKAGES:
        try:
            yield True, f"{name} {importlib.metadata.version(name)}", ""
        except importlib.metadata.PackageNotFoundError:
            yield False, name, "没有安装，请运行 make install"


def _data(settings: Settings) -> Iterator[Row]:
    from assistant.catalogue import load_catalogue
    from assistant.errors import ZhibiError

    try:
        c = load_catalogue(settings.overlay)
    except ZhibiError as exc:
        yield False, "知识数据", str(exc)
        return
    yield True, f"知识数据：提法{len(c.formulations)}条、文件{len(c.documents)}件、文种{len(c.genres)}种", ""


def _workspace(settings: Settings) -> Iterator[Row]:
    from assistant.holdings import index_folder

    folder = settings.workspace
    parent = next(p for p in (folder, *folder.parents) if p.exists())
    writable = os.access(parent, os.W_OK)
    yield (
        writable,
        f"工作文件夹 {folder}",
        "" if writable else "不能写入，请用 --workspace 或 ZHIBI_WORKSPACE 换一处",
    )
    has = (index_folder(settings)).exists()
    yield (
        True if has else None,
        "知识库" + ("已建" if has else "还没有建"),
        "" if has else "用 zhibi knowledge add 添加过去的总结和政策文件",
    )


def _model(settings: Settings) -> Iterator[Row]:
    if settings.embedded:
        yield True, "模型：内置写手，不联网", ""
        return
    from assistant.models import egress

    target = egress.destination(settings.base_url)
    try:
        egress.check_egress((), settings.base_url, settings)
    except Exception as exc:
        yield False, f"模型：{settings.model}", str(exc)
        return
    good, advice = _reach(settings)
    yield good, f"模型：{settings.model}（{target.host}）", advice


def _reach(settings: Settings) -> tuple[bool, str]:
    """A TCP connection only: no text is sent."""
    import socket
    from urllib.parse import urlsplit

    parts = urlsplit(settings.base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=3):
            return True, "地址连得上"
    except OSError:
        return False, f"连不上 {parts.hostname}:{port}，请检查地址、端口和服务是否已启动"


def _helpers() -> Iterator[Row]:
    soffice = shutil.which("soffice")
    yield (
        True if soffice else None,
        "LibreOffice" + ("" if soffice else "没有装"),
        "" if soffice else "只影响读取 .doc 和 .wps，可先另存为 .docx",
    )
    cached = os.environ.get("TIKTOKEN_CACHE_DIR")
    there = bool(cached and Path(cached).is_dir())
    yield (
        True if there else None,
        "tiktoken 词表" + ("" if there else "没有放"),
        "" if there else "用量按字数估计；要精确可设 TIKTOKEN_CACHE_DIR",
    )
