"""A brief back to YAML with comments: what the reverse brief and the roll-up write, and what ``read_brief`` loads again.

In: header values, sections and bullets. Out: text; every scalar is quoted where YAML would read it as something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import yaml

from assistant.text import strip_invisible


@dataclass(frozen=True, slots=True)
class Bullet:
    """One line of the ledger; ``note`` becomes a comment behind it and never part of the fact."""

    text: str
    note: str = ""
    source: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class HeaderLine:
    key: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DumpSection:
    heading: str
    bullets: tuple[Bullet, ...]
    note: str = ""


def dump(
    top: Sequence[str],
    header: Iterable[HeaderLine],
    sections: Sequence[DumpSection] = (),
    **lanes: Sequence[Bullet],
) -> str:
    """``top`` are comment lines; ``lanes`` are facts, problems and plans in the order given (empty ones left out)."""
    lines = [f"# {_one_line(t)}" for t in top]
    lines += [f"{h.key}: {scalar(h.value)}{_comment(h.note)}" for h in header if h.value]
    if sections:
        lines.append("sections:")
        for section in sections:
            lines.append(f"  - heading: {scalar(section.heading)}{_comment(section.note)}")
            if section.bullets:
                lines.append("    facts:")
                lines += [f"      {line}" for line in _bullets(section.bullets)]
    for name, bullets in lanes.items():
        if bullets:
            lines += [f"{name}:", *(f"  {line}" for line in _bullets(bullets))]
    return "\n".join(lines) + "\n"


def _bullets(bullets: Iterable[Bullet]) -> Iterator[str]:
    for b in bullets:
        if not b.source and not b.id:
            yield f"- {scalar(b.text)}{_comment(b.note)}"
            continue
        parts = [("id", b.id), ("text", b.text), ("source", b.source)]
        pairs = [f"{key}: {scalar(value)}" for key, value in parts if value]
        yield f"- {pairs[0]}{_comment(b.note)}"
        yield from (f"  {pair}" for pair in pairs[1:])


def scalar(text: str) -> str:
    """Plain where YAML reads back the very same text, else in double quotes."""
    line = _one_line(text)
    try:
        if (
            line
            and "#" not in line
            and yaml.safe_load(f"- {line}") == [line]
            and yaml.safe_load(f"k: {line}") == {"k": line}
        ):
            return line
    except (yaml.YAMLError, ValueError):
        pass
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _comment(note: str) -> str:
    return f"    # {_one_line(note)}" if note else ""


def _one_line(text: str) -> str:
    return " ".join(strip_invisible(text)[0].split())
