"""Where the shipped data stands, and the user's folders that overlay it.

In a checkout prompts/ and knowledge/ stand beside assistant/; in a wheel they are packed as assistant/_data/.
Only this module knows both places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from assistant.compiled import compiled
from assistant.errors import KnowledgeError

_PACKAGE = Path(__file__).resolve().parent


@cache
def shipped(kind: str) -> Path:
    """Folder of shipped data: ``kind`` is ``knowledge`` or ``prompts``."""
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if (root / kind).is_dir():
            return root / kind
    raise KnowledgeError(f"安装不完整：找不到随程序提供的 {kind} 文件夹，请重新安装")


def layers(kind: str, overlay: Path | None = None) -> tuple[Path, ...]:
    """The shipped folder first, then the user's folder of the same shape, if there is one."""
    extra = overlay / kind if overlay is not None else None
    return (shipped(kind), extra) if extra is not None and extra.is_dir() else (shipped(kind),)


def find(kind: str, name: str, overlay: Path | None = None) -> Path:
    """One file by its name relative to the folder; the user's own wins over the shipped one."""
    for folder in reversed(layers(kind, overlay)):
        if (folder / name).is_file():
            return folder / name
    raise KnowledgeError(f"找不到数据文件 {kind}/{name}")


def each(kind: str, pattern: str, overlay: Path | None = None) -> Iterator[Path]:
    """Files that match, by relative name, the user's own replacing a shipped file of the same name."""
    chosen: dict[str, Path] = {}
    for folder in layers(kind, overlay):
        for path in sorted(folder.glob(pattern)):
            chosen[path.relative_to(folder).as_posix()] = path
    yield from (chosen[name] for name in sorted(chosen))


def stamp(paths: Iterable[Path]) -> tuple[tuple[str, int, int], ...]:
    """What tells whether a file changed: its name, time of change and size."""
    return tuple((str(path), (stat := path.stat()).st_mtime_ns, stat.st_size) for path in paths)


def read_yaml(kind: str, name: str, overlay: Path | None = None) -> Any:
    """The content of one data file; KnowledgeError with its line where it is no YAML."""
    path = find(kind, name, overlay)
    return compiled(path.stem, [path], lambda: _parse(path))


def _parse(path: Path) -> Any:
    import yaml

    try:
        return yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else None
        raise KnowledgeError("这个数据文件不是有效的 YAML，请检查缩进和引号", path=path, line=line) from None
