"""What is to be drafted: a spreadsheet of units or a folder of briefs -> ``Manifest``; and one entry -> its ``Brief``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from assistant.batch.rules import batch_rules
from assistant.batch.sheet import file_name, read_workbook
from assistant.batch.types import Manifest, UnitEntry
from assistant.brief import Brief
from assistant.errors import BriefError, ZhibiError
from assistant.formats.brief_schema import build
from assistant.formats.briefs import SUFFIXES, read_brief


def read_manifest(path: Path, overrides: Mapping[str, str] | None = None) -> Manifest:
    """Raises BriefError where there is nothing to draft; a bad unit or row is in the manifest, not an error."""
    if path.is_dir():
        return _folder(path, overrides or {})
    if not path.exists():
        raise BriefError("找不到这个清单，请核对路径", path=path)
    if path.suffix.lower() != ".xlsx":
        raise BriefError("这里应是 .xlsx 清单，或放着各单位材料的文件夹", path=path)
    return _unique(read_workbook(path, overrides))


def _folder(folder: Path, overrides: Mapping[str, str]) -> Manifest:
    files = [
        p for p in sorted(folder.rglob("*"))
        if p.suffix.lower() in SUFFIXES and p.is_file() and not p.name.startswith(("~$", "."))
        and p.name != batch_rules().results
    ]  # fmt: skip
    if not files:
        raise BriefError(f"文件夹里没有材料，可放 {'、'.join(SUFFIXES)} 文件", path=folder)
    given = tuple(sorted(overrides.items()))
    return _unique(Manifest(tuple(_file_entry(p, folder, given) for p in files)))


def _file_entry(path: Path, folder: Path, overrides: tuple[tuple[str, str], ...]) -> UnitEntry:
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    digest = hashlib.sha256(content + repr(overrides).encode()).hexdigest()
    inside = path.relative_to(folder).with_suffix("")
    return UnitEntry(file_name("_".join(inside.parts)), path, digest, overrides)


def _unique(manifest: Manifest) -> Manifest:
    """Two units of one file name (on a disk that ignores case, too) get a number."""
    return replace(manifest, units=tuple(_numbered(manifest.units)))


def _numbered(units: Iterable[UnitEntry]) -> Iterator[UnitEntry]:
    taken: set[str] = set()
    for unit in units:
        key, n = unit.key, 1
        while key.lower() in taken:
            n += 1
            key = f"{unit.key}_{n}"
        taken.add(key.lower())
        yield replace(unit, key=key)


def briefs_of(manifest: Manifest) -> tuple[list[Brief], list[ZhibiError]]:
    """Every unit's brief; those that cannot be read come back as errors."""
    briefs: list[Brief] = []
    failed: list[ZhibiError] = []
    for entry in manifest.units:
        try:
            briefs.append(brief_of(entry))
        except ZhibiError as exc:
            failed.append(exc)
    return briefs, failed


def brief_of(entry: UnitEntry) -> Brief:
    """Raises BriefError with file, sheet and row."""
    overrides = dict(entry.overrides)
    if isinstance(entry.source, Path):
        return read_brief(entry.source, overrides=overrides)
    return build(entry.source, overrides)
