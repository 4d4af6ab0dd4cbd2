"""The numbers and words of knowledge/retrieval.yaml, checked and typed. What they do is the other modules' business."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant import resources
from assistant.errors import KnowledgeError

# The same safe loader in C, where PyYAML was built with it: ten times faster.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ChunkRules(_Model):
    """Lengths in characters; ``theme_floor`` is a score per hundred characters."""

    min: int = Field(gt=0)
    stub: int = Field(ge=0)
    target: int = Field(gt=0)
    max: int = Field(gt=0)
    theme_floor: float = Field(ge=0)
    heading_weight: float = Field(ge=0)
    max_themes: int = Field(ge=0)


class GenreWords(_Model):
    genre: str
    words: tuple[str, ...]


class RecogniseRules(_Model):
    genres: tuple[GenreWords, ...]
    organization_suffixes: tuple[str, ...]
    title_noise: tuple[str, ...]


class RankRules(_Model):
    """Weights relative to the lexical score of the text, decays as factors; see the comments in the file."""

    pool: int = Field(gt=0)
    max_query_terms: int = Field(gt=0)
    heading_weight: float = Field(ge=0)
    vector_weight: float = Field(ge=0)
    own_unit: float = Field(ge=1)
    period_decay: float = Field(ge=0, lt=1)
    period_floor: float = Field(ge=0, le=1)
    verbatim: float = Field(ge=0)
    same_source: float = Field(gt=0, le=1)
    same_text: float = Field(gt=0, le=1)


class DuplicateRules(_Model):
    near: float = Field(gt=0, le=1)
    sketch: int = Field(gt=0)


class CopyRules(_Model):
    postings: int = Field(gt=0)


class Marks(_Model):
    person: str
    organization: str
    place: str
    figure: str


class MaskingRules(_Model):
    """Characters that decide by standing beside a name are strings, words are tuples."""

    marks: Marks
    name_before: tuple[str, ...]
    name_after: tuple[str, ...]
    surnames: str
    compound_surnames: tuple[str, ...]
    not_names: tuple[str, ...]
    name_followers: str
    name_leaders: str
    organization_suffixes: tuple[str, ...]
    not_after_unit: str
    unit_stops: tuple[str, ...]
    unit_leaders: str
    not_units: tuple[str, ...]
    national: tuple[str, ...]
    not_after_place: str
    places: tuple[str, ...]
    place_suffixes: tuple[str, ...]
    small_places: tuple[str, ...]
    generic_stems: tuple[str, ...]
    keep: tuple[str, ...]


class RetrievalConfig(_Model):
    chunk: ChunkRules
    parts: dict[str, tuple[str, ...]]
    recognise: RecogniseRules
    rank: RankRules
    duplicates: DuplicateRules
    copies: CopyRules
    masking: MaskingRules

    @property
    def cutting_digest(self) -> str:
        """Identifies what decides the stored passages: a change calls for ``rebuild``."""
        chosen = self.model_dump_json(include={"chunk", "parts", "masking"})
        return hashlib.sha256(chosen.encode()).hexdigest()[:16]


@cache
def load_config(overlay: Path | None = None) -> RetrievalConfig:
    """The shipped settings, or the user's own file in place of them; KnowledgeError names file and place."""
    path = resources.find("knowledge", "retrieval.yaml", overlay)
    try:
        data: Any = yaml.load(path.read_text("utf-8"), Loader=_LOADER)  # noqa: S506
        return RetrievalConfig.model_validate(data)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        raise KnowledgeError(
            "不是有效的 YAML，请检查缩进和标点", path=path, line=mark.line + 1 if mark else None
        ) from None
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(p) for p in first["loc"]) or "（整个文件）"
        raise KnowledgeError(f"{key} 这一项缺失或写法不对（{first['msg']}）", path=path) from None
    except (OSError, UnicodeDecodeError) as exc:
        raise KnowledgeError(f"检索设置读不出来：{exc}", path=path) from None
