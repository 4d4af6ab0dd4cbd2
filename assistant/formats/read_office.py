"""Old Office formats (.doc, .wps) through LibreOffice, where it is installed.

In: bytes of the file. Out: the bytes of a .docx that LibreOffice made of it, in a temporary folder with a profile of
its own. Nothing is left behind, and no macro runs (a headless conversion never opens the document for editing).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from assistant.errors import DocumentError

TIMEOUT_SECONDS = 120.0
_NAMES = ("soffice", "libreoffice")
_BY_HAND = "请在 Word 或 WPS 里打开，另存为 .docx 再试"


def converter() -> str | None:
    """The LibreOffice command on PATH, if there is one."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def to_docx(data: bytes, suffix: str, path: str, timeout: float = TIMEOUT_SECONDS) -> bytes:
    """Convert; raises ``DocumentError`` when LibreOffice is missing, fails or takes too long."""
    command = converter()
    if command is None:
        raise DocumentError(f"读 {suffix} 文件要用 LibreOffice，这台机器没有安装；{_BY_HAND}", path=path)
    with tempfile.TemporaryDirectory(prefix="zhibi-office-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source = folder / f"in{suffix}"
        source.write_bytes(data)
        _run(command, folder, source, path, timeout)
        result = folder / "out" / "in.docx"
        if not result.is_file():
            raise DocumentError(f"LibreOffice 转换不了这个文件（可能已损坏或加了密）；{_BY_HAND}", path=path)
        return result.read_bytes()


def _run(command: str, folder: Path, source: Path, path: str, timeout: float) -> None:
    arguments = [
        command,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        "docx",
        "--outdir",
        str(folder / "out"),
        str(source),
    ]
    try:
        subprocess.run(arguments, capture_output=True, timeout=timeout, check=False, cwd=folder)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise DocumentError(f"LibreOffice 转换超时；{_BY_HAND}", path=path) from error
    except OSError as error:
        raise DocumentError(f"LibreOffice 启动不了；{_BY_HAND}", path=path) from error
