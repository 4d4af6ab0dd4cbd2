"""Write files all or none: first to temporary names in the same folder, then moved into place.

In: paths and their bytes. A file half written is never seen under its own name; where the last move fails, the earlier
ones are taken back. Every failure is a ``DocumentError`` with what the user can do about it.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from assistant.errors import DocumentError

_REASONS = {
    errno.ENOENT: "文件夹不存在，请先建好文件夹或换一个位置",
    errno.ENOTDIR: "上级路径不是文件夹，请换一个位置",
    errno.EACCES: "没有写入权限，请关闭正在打开它的程序，或换一个可以写入的文件夹",
    errno.EPERM: "没有写入权限，请关闭正在打开它的程序，或换一个可以写入的文件夹",
    errno.EROFS: "所在磁盘是只读的，请换一个可以写入的文件夹",
    errno.ENOSPC: "磁盘空间不足，请清理后再导出",
    errno.ENAMETOOLONG: "文件名太长，请缩短后再导出",
    errno.EISDIR: "同名的文件夹已经存在，请换一个文件名",
}

_BINARY = getattr(os, "O_BINARY", 0)  # Windows would otherwise turn line ends


def write_all(files: Sequence[tuple[Path, bytes]]) -> list[Path]:
    """Write each file; on any failure none is changed and no temporary file stays. Returns the paths in order."""
    staged: list[tuple[Path, Path]] = []
    try:
        for path, data in files:
            staged.append((_stage(path, data), path))
        _move(staged)
    finally:
        for temporary, _ in staged:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    return [path for path, _ in files]


def _stage(path: Path, data: bytes) -> Path:
    """The data under a temporary name beside the target, on disk, with the target's permissions."""
    temporary: Path | None = None
    try:
        target = _target(path)
        _check_replaceable(target)
        temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
        with os.fdopen(
            os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666), "wb"
        ) as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        raise _explain(error, path) from error
    return temporary


def _target(path: Path) -> Path:
    """Where a link points, so that the link stays a link."""
    return path.resolve() if path.is_symlink() else path


def _check_replaceable(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a directory")
    if target.exists() and not target.stat().st_mode & stat.S_IWUSR:
        raise PermissionError(errno.EACCES, "read-only")


def _move(staged: Sequence[tuple[Path, Path]]) -> None:
    done: list[tuple[Path, bytes | None]] = []
    for temporary, path in staged:
        target = _target(path)
        try:
            before = target.read_bytes() if target.exists() else None
            temporary.replace(target)
        except OSError as error:
            _take_back(done)
            raise _explain(error, path) from error
        done.append((target, before))


def _take_back(done: Sequence[tuple[Path, bytes | None]]) -> None:
    for target, before in done:
        with suppress(OSError):
            if before is None:
                target.unlink()
            else:
                target.write_bytes(before)


def _explain(error: OSError, path: Path) -> DocumentError:
    reason = _REASONS.get(error.errno or 0, f"系统拒绝写入（错误码 {error.errno}），请换一个文件夹再试")
    return DocumentError(f"写不了这个文件：{reason}", path=path)
