"""The words and lengths by which a document's structure is recognised, read from knowledge/structure.yaml.

In: the shipped file, or the user's own of the same name. Out: a frozen ``Rules``. Nothing is judged here.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from re import Pattern
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import KnowledgeError
from assistant.resources import find

MainPart = Literal["achievements", "problems", "plans"]
Words = tuple[str, ...]
Patterns = tuple[Pattern[str], ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NumberRule(_Strict):
    """Ordinals of one heading level."""

    level: int
    patterns: Patterns


class HeadingRules(_Strict):
    own_line_max: int
    run_in_max: int
    run_in_colon_max: int
    unnumbered_max: int
    unnumbered: Words


class TitleRules(_Strict):
    max: int
    max_plain: int
    max_lines: int
    genres: Words
    document_number: Pattern[str]
    notes: Patterns


class RecipientRules(_Strict):
    max: int
    within: int
    exclude: Words


class SignatureRules(_Strict):
    max: int
    lines: int
    units: Words
    regions: Words
    persons: Patterns


class ClosingRules(_Strict):
    within: int
    words: Words


class DefaultPart(_Strict):
    retrospective: Words
    prospective: Words
    none: Words


class PartRules(_Strict):
    split: Words
    mask: Words
    label_max: int
    strong: dict[MainPart, Words]
    words: dict[MainPart, Words]
    weak: dict[MainPart, Words]
    default: DefaultPart


class GenreRule(_Strict):
    genre: str
    any: Words
    all: Words = ()


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
    try:
        return Rules.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
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
