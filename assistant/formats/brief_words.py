"""The words the door of the brief knows: key names, columns, lanes and kinds in Chinese (knowledge/brief_words.yaml)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from assistant import resources
from assistant.text import half_width

_SPACE = re.compile(r"\s+")


def plain(word: str) -> str:
    """For comparing names: no white space, half width, lower case, no colon or star at the end."""
    return _SPACE.sub("", half_width(word)).lower().strip("：:*＊")


@dataclass(frozen=True, slots=True)
class Words:
    """Every table maps a plain spelling to the English name."""

    keys: dict[str, str]
    columns: dict[str, str]
    ignored: frozenset[str]
    info_sheets: frozenset[str]
    lanes: dict[str, str]
    truth: dict[str, bool]
    kinds: dict[str, str]
    registers: dict[str, str]
    bodies: tuple[str, ...]
    problem: re.Pattern[str]
    plan: re.Pattern[str]
    exceptions: re.Pattern[str]

    def lane_of_heading(self, heading: str) -> str:
        """``problem`` or ``plan`` where a heading of the top level says so, else ``fact``."""
        if self.problem.search(heading) and not self.exceptions.search(heading):
            return "problem"
        return "plan" if self.plan.search(heading) and not self.exceptions.search(heading) else "fact"


@cache
def words() -> Words:
    """The shipped words, compiled once."""
    data: dict[str, Any] = resources.read_yaml("knowledge", "brief_words.yaml")
    truth = {plain(w): True for w in data["true"]} | {plain(w): False for w in data["false"]}
    return Words(
        keys=_table(data["keys"]),
        columns=_table(data["columns"]),
        ignored=frozenset(map(plain, data["ignored_columns"])),
        info_sheets=frozenset(map(plain, data["info_sheets"])),
        lanes=_table(data["lanes"]),
        truth=truth,
        kinds=_table(data["kinds"]),
        registers=_table(data["registers"]),
        bodies=tuple(data["bodies"]),
        problem=_either(data["problem_headings"]),
        plan=_either(data["plan_headings"]),
        exceptions=_either(data["heading_exceptions"]),
    )


def _table(entries: dict[str, list[str]]) -> dict[str, str]:
    return {plain(w): name for name, spellings in entries.items() for w in [name, *spellings]}


def _either(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns))
