"""What is read from data files, kept in the user's cache folder so that the next start need not read them again.

In: a name, the source files and the function that reads them. Out: what the function returns. A copy is used only where
every source has the same content, and the program, this package's code and Python are the same; a copy that is gone,
damaged or not safely the user's own is passed over in silence, and the sources are read. An error of the sources is
raised as ever, and nothing is kept then.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from assistant import __version__

T = TypeVar("T")
_PACKAGE = Path(__file__).resolve().parent


def compiled(name: str, sources: Iterable[Path], read: Callable[[], T]) -> T:
    """``read()``, or what it returned the last time the sources were as they are now."""
    paths = tuple(sources)
    key = _key(paths)
    file = _file(name, repr(paths))
    if key is None or file is None:
        return read()
    kept: tuple[T] | None = _load(file, key)
    if kept is not None:
        return kept[0]
    value = read()
    if _key(paths) == key:  # a file written to while it was read is read again next time
        _store(file, key, value)
    return value


def worked_out(name: str, values: Sequence[str], work: Callable[[Sequence[str]], T]) -> T:
    """``work(values)``, or what it returned for the very same values before; one copy for each number of them is kept."""
    file = _file(name, str(len(values)))
    if file is None:
        return work(values)
    key = hashlib.sha256(_program() + repr(values).encode(errors="surrogatepass")).digest()
    kept: tuple[T] | None = _load(file, key)
    if kept is not None:
        return kept[0]
    value = work(values)
    _store(file, key, value)
    return value


def _file(name: str, what: str) -> Path | None:
    folder = _folder()
    return folder / f"{name}-{hashlib.sha256(what.encode()).hexdigest()[:12]}.pickle" if folder else None


@contextlib.contextmanager
def no_collection() -> Iterator[None]:
    """Thousands of values are made and none is garbage yet: collecting in between takes half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _key(paths: tuple[Path, ...]) -> bytes | None:
    """A digest of everything the value depends on; None where a source cannot be read."""
    digest = hashlib.sha256(_program())
    try:
        for path in paths:
            raw = path.read_bytes()
            digest.update(f"\0{path}\0{len(raw)}\0".encode(errors="surrogatepass") + raw)
    except OSError:
        return None
    return digest.digest()


def _program() -> bytes:
    return f"{__version__}\0{sys.version}\0{_code()}".encode()


@cache
def _code() -> str:
    """When each module of the package was last changed: what is kept are its own classes."""
    found = []
    for folder, _, names in os.walk(_PACKAGE):
        for name in names:
            if name.endswith(".py"):
                state = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - a hundred files at every start
                found.append((folder, name, state.st_mtime_ns, state.st_size))
    return hashlib.sha256(repr(sorted(found)).encode()).hexdigest()


def _folder() -> Path | None:
    """The cache folder, made where it is not there; None where it is not one that only this user writes to."""
    try:
        folder = _home() / "zhibi"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder if _own(folder) else None
    except (OSError, RuntimeError):
        return None


def _home() -> Path:
    """platformdirs says the same, and takes longer to import than to read everything again."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches"
    given = os.environ.get("XDG_CACHE_HOME", "")
    return Path(given) if os.path.isabs(given) else Path.home() / ".cache"  # noqa: PTH117


def _own(path: Path) -> bool:
    """Whether the file or folder belongs to this user and nobody else may write to it: a pickle runs code."""
    if sys.platform == "win32":
        return True  # the user's profile, closed to others by the system
    state = path.lstat()
    return state.st_uid == os.getuid() and not state.st_mode & 0o022


def _load(file: Path, key: bytes) -> tuple[T] | None:
    try:
        if not _own(file):
            return None
        raw = file.read_bytes()
        if raw[:32] != key or hashlib.sha256(raw[64:]).digest() != raw[32:64]:
            return None
        with no_collection():
            return (pickle.loads(memoryview(raw)[64:]),)  # noqa: S301 - of this user's own folder, whole, of this key
    except Exception:
        return None  # whatever is wrong with a copy, the sources are there


def _store(file: Path, key: bytes, value: object) -> None:
    """Written whole under another name and moved into place; a folder that cannot be written to is no error."""
    import tempfile

    temporary = ""
    try:
        raw = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(key + hashlib.sha256(raw).digest() + raw)
        Path(temporary).replace(file)
    except (OSError, pickle.PicklingError, TypeError, AttributeError):
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
