"""An office's own formulations: one file in its own folder, written so that the catalogue always loads afterwards."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from assistant.catalogue import validate
from assistant.errors import KnowledgeError
from assistant.formats.atomic import write_all
from assistant.text import strip_invisible

FILE = "knowledge/formulations/own.yaml"
_TOP = "# 本单位自己的提法，可以手改；改后运行 zhibi knowledge validate 检查。\n"


@dataclass(frozen=True, slots=True)
class OwnWords:
    """``wrong`` are forms to be found and replaced by ``text``; dates are open where None."""

    text: str
    category: str = "本单位提法"
    wrong: tuple[str, ...] = ()
    introduced: date | None = None
    deprecated: date | None = None
    source: str = ""
    issuer: str = ""
    source_date: str = ""
    note: str = ""


def add(folder: Path, words: OwnWords) -> str:
    """The id of the entry, new or replaced. Raises KnowledgeError with what to write instead; then nothing is changed."""
    text = _line(words.text)
    if not 2 <= len(text) <= 60:
        raise KnowledgeError("提法请写2到60个字")
    if words.introduced and words.deprecated and words.introduced > words.deprecated:
        raise KnowledgeError("停用日期早于提出日期，请核对")
    path = folder / FILE
    entries = [e for e in read(folder) if e.get("text") != text]
    before = path.read_bytes() if path.exists() else None
    entry = _entry(text, words)
    _write(path, [*entries, entry])
    problems = [p for p in validate(folder) if Path(p.path) == path]
    if problems:
        _restore(path, before)
        raise KnowledgeError(f"这一条不能用：{problems[0].message}")
    return str(entry["id"])


def remove(folder: Path, id: str) -> bool:
    entries = read(folder)
    kept = [e for e in entries if e.get("id") != id]
    if len(kept) == len(entries):
        return False
    _write(folder / FILE, kept)
    return True


def read(folder: Path) -> list[dict[str, Any]]:
    path = folder / FILE
    if not path.exists():
        return []
    try:
        data = yaml.safe_load(path.read_text("utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KnowledgeError("自己的提法文件读不出来，请修好或移走后再试", path=path) from error
    found: list[dict[str, Any]] = data.get("formulations") or []
    return found


def _line(text: str) -> str:
    return " ".join(strip_invisible(text)[0].split())


def _entry(text: str, words: OwnWords) -> dict[str, Any]:
    wrong = [w for w in map(_line, words.wrong) if w and w != text]
    entry: dict[str, Any] = {
        "id": "own_" + hashlib.sha256(text.encode()).hexdigest()[:10],
        "text": text,
        "category": _line(words.category) or "本单位提法",
        "introduced": words.introduced,
        "deprecated": words.deprecated,
        "variants": [{"literal": w, "fix": text, "severity": "warning", "replacement": text} for w in wrong],
        "sources": _sources(words),
        "note": _note(words),
        "confidence": "medium",
        "verified": False,
        "bad": wrong,
    }
    return {k: v for k, v in entry.items() if v not in (None, "", [])}


def _sources(words: OwnWords) -> list[dict[str, str]]:
    """A source is named in full or not at all; half of one goes into the note."""
    named = {"title": _line(words.source), "issuer": _line(words.issuer), "date": _line(words.source_date)}
    return [named] if all(named.values()) else []


def _note(words: OwnWords) -> str:
    half = (
        ""
        if _sources(words)
        else "，".join(filter(None, map(_line, (words.source, words.issuer, words.source_date))))
    )
    return "；".join(filter(None, [_line(words.note), f"来源：{half}" if half else ""]))


def _write(path: Path, entries: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    body = (
        yaml.safe_dump({"formulations": entries}, allow_unicode=True, sort_keys=False)
        if entries
        else "formulations: []\n"
    )
    write_all([(path, (_TOP + body).encode())])


def _restore(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
    else:
        write_all([(path, before)])
