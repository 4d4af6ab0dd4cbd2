"""The page of GB/T 9704-2012 as data: knowledge/typography.yaml, read and checked.

Lengths are millimetres (``_mm``), points (``_pt``) or characters of body text (``_chars``); Word counts in twips
(a twentieth of a point). Nothing here knows python-docx.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, ValidationError

from assistant.errors import KnowledgeError
from assistant.resources import find
from assistant.text import is_cjk

_MM_TO_TWIPS = 1440 / 25.4
_FULL_WIDTH = "“”‘’—…·"  # ambiguous marks that are a full character wide in Chinese fonts


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(_Data):
    width_mm: PositiveFloat
    height_mm: PositiveFloat
    top_mm: PositiveFloat
    bottom_mm: PositiveFloat
    left_mm: PositiveFloat
    right_mm: PositiveFloat


class Grid(_Data):
    lines: int = Field(gt=0)
    characters: int = Field(gt=0)
    line_pitch_pt: PositiveFloat
    character_spacing_pt: float
    hanging_punctuation: bool


class Face(_Data):
    """``fallback`` is what Word takes where the font is not installed."""

    name: str = Field(min_length=1)
    fallback: str = ""
    size_pt: PositiveFloat


class Faces(_Data):
    title: Face
    body: Face
    heading1: Face
    heading2: Face
    heading3: Face
    heading4: Face
    page_number: Face
    table: Face
    comment: Face


class Title(_Data):
    line_pitch_pt: PositiveFloat
    blank_lines_after: float = Field(ge=0)
    good_breaks_after: tuple[re.Pattern[str], ...] = ()
    good_breaks_before: tuple[re.Pattern[str], ...] = ()
    never_starts_a_line: str = ""
    never_ends_a_line: str = ""
    keep_whole: tuple[re.Pattern[str], ...] = ()


class Body(_Data):
    first_line_indent_chars: float = Field(ge=0)


class Closing(_Data):
    blank_lines_before: float = Field(ge=0)
    right_indent_chars: float = Field(ge=0)
    date_shift_chars: float = Field(ge=0)


class PageNumber(_Data):
    dash: str
    side_indent_chars: float = Field(ge=0)
    footer_distance_mm: PositiveFloat
    line_pitch_pt: PositiveFloat


class Placeholders(_Data):
    words: tuple[str, ...] = Field(min_length=1)
    highlight: Literal["yellow", "cyan", "green", "magenta", "red", "lightGray"]


class Typography(BaseModel):
    """Everything the Word writer asks of the page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: Page
    grid: Grid
    faces: Faces
    latin: str | None = None
    title: Title
    body: Body
    closing: Closing
    page_number: PageNumber
    placeholders: Placeholders

    @cached_property
    def placeholder(self) -> re.Pattern[str]:
        """A visible placeholder, its brackets included."""
        return re.compile(f"【(?:{'|'.join(map(re.escape, self.placeholders.words))})[^【】]*】")

    @property
    def character_pt(self) -> float:
        """Pitch of body characters on the line."""
        return self.faces.body.size_pt + self.grid.character_spacing_pt

    @property
    def title_characters(self) -> int:
        """Full-width characters a title line holds."""
        return int(self.line_pt // self.faces.title.size_pt)

    @property
    def line_pt(self) -> float:
        """Width of the text area."""
        return (self.page.width_mm - self.page.left_mm - self.page.right_mm) / 25.4 * 72

    def fonts(self) -> dict[str, str]:
        """Font names in use, each with its fallback."""
        faces: list[Face] = [getattr(self.faces, name) for name in Faces.model_fields]
        return {face.name: face.fallback for face in faces} | ({self.latin: ""} if self.latin else {})


def load(overlay: Path | None = None) -> Typography:
    """The user's typography.yaml if there is one, else the shipped one."""
    path = find("knowledge", "typography.yaml", overlay)
    try:
        return Typography.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise KnowledgeError(
            "版式文件不是合格的 YAML，请检查这一行的缩进和标点", path=path, line=line
        ) from error
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "全文"
        raise KnowledgeError(
            f"版式文件的“{where}”缺失或取值不对，请对照随程序提供的版本改正", path=path
        ) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KnowledgeError("版式文件读不出来，请确认它是 UTF-8 编码的文本", path=path) from error


def twips(points: float) -> int:
    return round(points * 20)


def mm_twips(millimetres: float) -> int:
    return round(millimetres * _MM_TO_TWIPS)


def width(text: str) -> float:
    """Width in characters: a Chinese character or mark is 1, a digit or Latin letter one half."""
    return sum(1.0 if _is_wide(c) else 0.5 for c in text)


def _is_wide(char: str) -> bool:
    return is_cjk(char) or char in _FULL_WIDTH or "\u2e80" <= char <= "\ufe6f" or "\uff00" <= char <= "\uff60"
