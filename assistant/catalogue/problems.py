"""What no single entry can tell: ids that point nowhere, examples that do not behave. For ``zhibi knowledge validate``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.catalogue.nodes import KnowledgeProblem
from assistant.catalogue.read import Collected, collect

_WITH_THEMES = ("formulations", "documents")


def problems(overlay: Path | None = None) -> list[KnowledgeProblem]:
    """Every problem of the shipped files and the user's, in order of file and line; empty where all is well."""
    found = collect(overlay)
    links(found)
    examples(found)
    return sorted(found.problems, key=lambda p: (p.path, p.line))


def links(found: Collected) -> None:
    """Themes that entries and genres name must exist, and a formulation must not be superseded by nothing."""
    themes = found.entries["themes"]
    owners = [(kind, id, e.themes) for kind in _WITH_THEMES for id, e in found.entries[kind].items()]
    owners += [
        ("genres", id, (*g.themes, *(t for p in g.parts for t in p.themes))) for id, g in found.genres.items()
    ]
    for kind, id, names in owners:
        for name in names:
            if name not in themes:
                place = found.places[kind, id]
                place.problem(f"themes 中的 {name} 不在 themes.yaml 里，请改正或先添加", place.at("themes"))


def examples(found: Collected) -> None:
    """A bad example must fire one of its entry's own patterns, a good one none; every pattern needs one that fires it."""
    for kind, id, entry, patterns in _patterned(found):
        place = found.places[kind, id]
        for text in entry.bad:
            if not any(p.search(text) for p in patterns):
                place.problem(f"bad 例句“{text}”没有触发本条的任何错误写法", place.at("bad"))
        for text in entry.good:
            if any(p.search(text) for p in patterns):
                place.problem(f"good 例句“{text}”触发了本条的错误写法", place.at("good"))
        for pattern in patterns:
            if not any(pattern.search(text) for text in entry.bad):
                place.problem(f"错误写法 {pattern.pattern} 没有 bad 例句能触发，请补一句", place.at("bad"))


def _patterned(found: Collected) -> Iterator[tuple[str, str, Any, list[re.Pattern[str]]]]:
    for id, entry in found.entries["formulations"].items():
        yield "formulations", id, entry, [re.compile(v.regex) for v in entry.variants]
    for kind in ("char_errors", "org_terms"):
        for id, entry in found.entries[kind].items():
            yield kind, id, entry, [re.compile(entry.regex)]
    for id, entry in found.entries["milestones"].items():
        if "regex" in found.places["milestones", id]:
            yield "milestones", id, entry, [re.compile(entry.pattern)]
