"""Rules switched off for a project or a file, always with a reason.

In: ``zhibi-check.toml`` in a folder above the file, and ``FILE.zhibi.toml`` beside it. Out: findings that stay and
findings that were switched off. An entry without a reason, or with a key unknown, is an error with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

from assistant.errors import InputError
from assistant.finding import Finding
from assistant.text import fold

PROJECT_FILE = "zhibi-check.toml"
SIDECAR = ".zhibi.toml"
_KEYS = ("rule", "reason", "quote", "files")


class Off(NamedTuple):
    """``rule`` may end in * (format/*); ``quote``: only findings that quote it; ``files``: only these names."""

    rule: str
    reason: str
    quote: str = ""
    files: tuple[str, ...] = ()

    def covers(self, finding: Finding, name: str) -> bool:
        if self.files and not any(fnmatch(name, pattern) for pattern in self.files):
            return False
        if self.quote and fold(self.quote) not in fold(finding.quote):
            return False
        return fnmatch(finding.rule, self.rule) or finding.rule.split(".")[0] == self.rule


def suppressions_for(path: Path) -> tuple[Off, ...]:
    """What is switched off for a file: its sidecar first, then the nearest project file above it."""
    out: list[Off] = []
    sidecar = path.with_name(path.name + SIDECAR)
    if sidecar.is_file():
        out += read_suppressions(sidecar)
    for folder in path.absolute().parents:
        project = folder / PROJECT_FILE
        if project.is_file():
            out += read_suppressions(project)
            break
    return tuple(out)


def read_suppressions(path: Path) -> tuple[Off, ...]:
    """Entries of one file: ``[[off]]`` tables with rule and reason."""
    import tomllib

    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        found = re.search(r"line (\d+)", str(exc))
        raise InputError(
            f"不是有效的 TOML：{exc}", path=path, line=int(found[1]) if found else None
        ) from None
    unknown = [k for k in data if k != "off"]
    if unknown:
        raise InputError(f"没有 {unknown[0]} 这一项，只能写 [[off]]", path=path, line=_line(text, unknown[0]))
    entries = data.get("off", [])
    if not isinstance(entries, list):
        raise InputError("off 要写成 [[off]] 的样子，可写多个", path=path, line=_line(text, "off"))
    return tuple(_entry(e, n, text, path) for n, e in enumerate(entries))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise InputError("文件不是 UTF-8 编码，请另存为 UTF-8", path=path) from None
    except OSError as exc:
        raise InputError(f"文件读不出来：{exc.strerror or exc}", path=path) from None


def _line(text: str, key: str) -> int | None:
    return next((n for n, line in enumerate(text.split("\n"), 1) if key in line), None)


def _entry(entry: Any, number: int, text: str, path: Path) -> Off:
    lines = [n for n, line in enumerate(text.split("\n"), 1) if line.strip().startswith("[[off]]")]
    line = lines[number] if number < len(lines) else None
    if not isinstance(entry, dict):
        raise InputError("off 的每一项要写成 [[off]] 一节", path=path, line=line)
    for key, value in entry.items():
        if key not in _KEYS:
            raise InputError(f"没有 {key} 这一项，可用的有 {'、'.join(_KEYS)}", path=path, line=line)
        if not (isinstance(value, str) or (key == "files" and _texts(value))):
            raise InputError(f"{key} 的值应是文字", path=path, line=line)
    if not str(entry.get("rule", "")).strip():
        raise InputError("缺少 rule（要关闭哪条规则）", path=path, line=line)
    if not str(entry.get("reason", "")).strip():
        raise InputError(f"关闭 {entry['rule']} 要写 reason（理由）", path=path, line=line)
    files = entry.get("files", ())
    names = (files,) if isinstance(files, str) else tuple(files)
    return Off(entry["rule"], entry["reason"], entry.get("quote", ""), names)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


def suppress(
    findings: Iterable[Finding], off: tuple[Off, ...], name: str
) -> tuple[tuple[Finding, ...], tuple[tuple[Finding, str], ...]]:
    """Findings that stay, and those switched off, each with the reason given."""
    kept: list[Finding] = []
    gone: list[tuple[Finding, str]] = []
    for finding in findings:
        entry = next((o for o in off if o.covers(finding, name)), None)
        if entry is None:
            kept.append(finding)
        else:
            gone.append((finding, entry.reason))
    return tuple(kept), tuple(gone)
