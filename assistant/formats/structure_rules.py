"""The words and lengths by which a document's structure is recognised, read from knowledge/structure.yaml.

In: the shipped file, or the user's own of the same name. Out: a frozen ``Rules``. Nothing is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from re import Pattern
from typing import Literal

from assistant.compiled import compiled
from assistant.errors import KnowledgeError
from assistant.resources import find

MainPart = Literal["achievements", "problems", "plans"]
Words = tuple[str, ...]
Patterns = tuple[Pattern[str], ...]


class _Strict:
    """A key that is not known is an error; pydantic, which is slow to import, is needed only where the file is read."""

    __slots__ = ()
    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 - pydantic's name, never changed


@dataclass(frozen=True, slots=True)
class NumberRule(_Strict):
    """Ordinals of one heading level."""

    level: int
    patterns: Patterns


@dataclass(frozen=True, slots=True)
class HeadingRules(_Strict):
    own_line_max: int
    run_in_max: int
    run_in_colon_max: int
    unnumbered_max: int
    unnumbered: Words


@dataclass(frozen=True, slots=True)
class TitleRules(_Strict):
    max: int
    max_plain: int
    max_lines: int
    genres: Words
    document_number: Pattern[str]
    notes: Patterns


@dataclass(frozen=True, slots=True)
class RecipientRules(_Strict):
    max: int
    within: int
    exclude: Words


@dataclass(frozen=True, slots=True)
class SignatureRules(_Strict):
    max: int
    lines: int
    units: Words
    regions: Words
    persons: Patterns


@dataclass(frozen=True, slots=True)
class ClosingRules(_Strict):
    within: int
    words: Words


@dataclass(frozen=True, slots=True)
class DefaultPart(_Strict):
    retrospective: Words
    prospective: Words
    none: Words


@dataclass(frozen=True, slots=True)
class PartRules(_Strict):
    split: Words
    mask: Words
    label_max: int
    strong: dict[MainPart, Words]
    words: dict[MainPart, Words]
    weak: dict[MainPart, Words]
    default: DefaultPart


@dataclass(frozen=True, slots=True)
class GenreRule(_Strict):
    genre: str
    any: Words
    all: Words = ()


@dataclass(frozen=True, slots=True)
class Rules(_Strict):
    """All of knowledge/structure.yaml; patterns are matched against text with half-width digits."""

    numbers: tuple[NumberRule, ...]
    heading: HeadingRules
    title: TitleRules
    recipient: RecipientRules
    signature: SignatureRules
    dates: Patterns
    tail_notes: Patterns
    contents: Pattern[str]
    closing: ClosingRules
    parts: PartRules
    genres: tuple[GenreRule, ...]
    periods: Patterns
    period_cues: Words


@cache
def load_rules(overlay: Path | None = None) -> Rules:
    """The rules in force; raises ``KnowledgeError`` with the place when the file is wrong."""
    path = find("knowledge", "structure.yaml", overlay)
    return compiled("structure-rules", [path], lambda: _read(path))


def _read(path: Path) -> Rules:
    import yaml
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Rules).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise KnowledgeError("YAML 写法有误，请检查缩进和引号", path=path, line=line) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise KnowledgeError("文件读不出来，请存成 UTF-8 编码的 YAML", path=path) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise KnowledgeError(
            f"“{place}”一项不合要求（{first['type']}），请对照随程序提供的文件改正", path=path
        ) from error
