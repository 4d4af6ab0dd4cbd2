"""The measuring stick: weights, limits and floors of evals/scoring.yaml, read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

METRICS = (
    "structure", "wording", "coverage", "slots", "claims", "substance", "leftover", "repetition", "length", "format", "first_pass", "retrieval",
)  # fmt: skip
METRIC_NAMES = {
    "structure": "结构", "wording": "提法", "coverage": "材料覆盖", "slots": "数字无误", "claims": "言之有据", "substance": "事实占比",
    "leftover": "无残留", "repetition": "不重复", "length": "篇幅", "format": "格式", "first_pass": "初稿", "retrieval": "检索",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """0 to 1, or None where nothing could be judged; ``note`` says what stands behind it, in Chinese."""

    value: float | None
    note: str = ""


class Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    rules: tuple[str, ...]
    per: Literal["document", 1000]
    error: float
    warning: float
    info: float


class Gate(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    mean_drop: float = Field(gt=0)
    case_drop: float = Field(gt=0)


class Scoring(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    groups: dict[str, Group]
    ignored: tuple[str, ...]
    claims_worst: float
    carries: dict[str, int]
    facts_alone: float
    floors: dict[str, float]
    gate: Gate


@cache
def scoring() -> Scoring:
    text = (Path(__file__).parent / "scoring.yaml").read_text("utf-8")
    return Scoring.model_validate(yaml.safe_load(text))
