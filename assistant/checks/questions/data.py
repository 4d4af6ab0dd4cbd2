"""knowledge/questions.yaml as frozen values. A key that is not known, or a pattern that does not compile, is a KnowledgeError."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from assistant import resources
from assistant.errors import KnowledgeError


@dataclass(frozen=True, slots=True)
class Group:
    """Questions of one group become one; ``lead`` goes before two or more."""

    weight: int
    blocking: bool
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """One way of asking; ``weight`` and ``blocking`` are the group's where not given."""

    group: str
    text: str
    inline: str = ""
    anchor: str = ""
    weight: int | None = None
    blocking: bool | None = None


@dataclass(frozen=True, slots=True)
class KindOfQuestion:
    """A question that certain words of a bullet raise; group ``q`` is quoted, ``a`` is where the mark stands."""

    id: str
    match: re.Pattern[str]
    text: str
    group: str
    unless: re.Pattern[str] | None = None
    needs: re.Pattern[str] | None = None
    lanes: tuple[str, ...] = ("fact",)
    person: str = ""
    inline: str = ""
    absent: str = ""
    weight: int | None = None
    blocking: bool | None = None


@dataclass(frozen=True)
class Data:
    """``tables`` holds the settings of the single checks (period, figures, names, headings, scope…) as they stand in the file."""

    groups: Mapping[str, Group]
    texts: Mapping[str, Wording]
    kinds: tuple[KindOfQuestion, ...]
    tables: Mapping[str, Any] = field(default_factory=dict)


def data(overlay: Path | None = None) -> Data:
    """The shipped questions, or the user's own file of the same name."""
    return load(resources.find("knowledge", "questions.yaml", overlay))


@lru_cache(maxsize=4)
def load(path: Path) -> Data:
    """Read and check one file."""
    try:
        raw: dict[str, Any] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        return _data(raw)
    except (yaml.YAMLError, TypeError, KeyError, AttributeError, re.error, ValueError) as error:
        raise KnowledgeError(f"问题表写得不对：{error}", path=path) from error


def _data(raw: dict[str, Any]) -> Data:
    groups = {name: Group(**entry) for name, entry in raw.pop("groups").items()}
    texts = {name: Wording(**entry) for name, entry in raw.pop("texts").items()}
    kinds = tuple(_kind(entry) for entry in raw.pop("kinds"))
    for name, group in [*((n, t.group) for n, t in texts.items()), *((k.id, k.group) for k in kinds)]:
        if group not in groups:
            raise ValueError(f"{name} 的 group “{group}”没有定义")
    return Data(groups, texts, kinds, raw)


def _kind(entry: dict[str, Any]) -> KindOfQuestion:
    unknown = set(entry) - {f.name for f in fields(KindOfQuestion)}
    if unknown:
        raise ValueError(f"{entry.get('id')} 有不认识的键 {'、'.join(sorted(unknown))}")
    patterns: dict[str, Any] = {k: re.compile(entry[k]) for k in ("match", "unless", "needs") if k in entry}
    lanes = tuple(entry.get("lanes", ("fact",)))
    options: dict[str, Any] = {**entry, **patterns, "lanes": lanes}
    return KindOfQuestion(**options)
