"""Pasted bullets (.txt, .md): header lines ``键：值``, headings, and one fact a line -> ``RawSource``.

A heading of the top level about problems or plans opens that lane. A numbered line with nothing under it is a bullet, not a heading.
``*份`` or ``*名`` at the start of a line is a value not known yet; ``* 开展…`` is a bullet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.errors import BriefError
from assistant.formats.brief_schema import Loc, RawSource
from assistant.formats.brief_words import plain, words
from assistant.text import strip_invisible
from assistant.values import lexicon

_HEADER = re.compile(r"\s*(?:[-*•]\s+)?(?:\*\*)?([^：:，。；]{1,10}?)(?:\*\*)?\s*[：:](?:\*\*)?\s*(\S.*)")
_LEVELS = (
    (re.compile(r"\s*(#{1,6})\s*(\S.*)"), 0),
    (re.compile(r"\s*[一二三四五六七八九十]{1,3}、\s*(\S.*)"), 10),
    (re.compile(r"\s*[（(][一二三四五六七八九十]{1,3}[）)]\s*(\S.*)"), 11),
)
_LABEL = re.compile(r"\s*([^：:，。；\d]{2,20})[：:]\s*")
_BULLET = re.compile(
    r"\s*(?:[-•·●○▪◆■□➢–—]+\s*|\*\s+|\+\s+|\d{1,3}[.．、)）]\s*(?!\d)|[（(]\d{1,3}[)）]\s*|[①-⑳]\s*"
    r"|[一二三四五六七八九十]{1,2}是[，,：:]?\s*)"
)
_STAR = re.compile(r"\s*[*＊]\s*")
_RULE = re.compile(r"\s*[-=_*—─#`~\s]{3,}\s*")
_SOURCE = re.compile(r"\s*[（(【\[](?:来源|出处)[：:]\s*([^）)】\]]+)[）)】\]]\s*$")
_TITLE = re.compile(
    r"(?P<unit>[^0-9０-９\s]{2,30}?)(?:关于)?(?P<period>\d{4}年?(?:度|上半年|下半年|第?[一二三四]季度|年)?)(?P<kind>[^0-9]{2,30})"
)
_LANE_LEVEL = 12  # a heading that opens a lane, whatever its level
_LONGEST_BARE_HEADING = 12
_KEYS = {"fact": "facts", "problem": "problems", "plan": "plans"}


@dataclass(slots=True)
class _Line:
    """One line as read: ``level`` of a heading (small is high), ``fixed``: a heading even with nothing under it."""

    number: int
    kind: Literal["heading", "item"]
    text: str
    level: int = 0
    fixed: bool = False
    lane: str = "fact"
    section: str = ""
    marked: bool = False


def read_text(path: Path, text: str) -> RawSource:
    """Raises BriefError for an empty file; what the lines mean as a brief is judged by the schema."""
    rows = [(n, strip_invisible(r)[0]) for n, r in enumerate(text.splitlines(), 1)]
    rows = [(n, r) for n, r in rows if r.strip() and not _RULE.fullmatch(r)]
    if not rows:
        raise BriefError("文件是空的，请先写上单位、时间、文种和事实", path=path)
    data, lines = _header(path, rows)
    for line in _place(_demote(_promote(_classify(rows)))):
        _append(data, lines, line)
    return RawSource(path, data, lines)


def _header(path: Path, rows: list[tuple[int, str]]) -> tuple[dict[str, Any], dict[Loc, int]]:
    """Take header lines off the top of ``rows``; a first line that is a title gives unit, period and kind."""
    data: dict[str, Any] = {}
    lines: dict[Loc, int] = {}
    title = _title(rows[0][1]) if rows else {}
    if title:
        rows.pop(0)
    while rows and (m := _HEADER.fullmatch(rows[0][1])) and (key := words().keys.get(plain(m[1]))):
        number, _ = rows.pop(0)
        if key in data:
            raise BriefError(
                f"“{m[1].strip()}”写了两次（第{lines[(key,)]}行已有），请留一个", path=path, line=number
            )
        data[key], lines[(key,)] = m[2].strip().strip("*").strip() if m[2].strip("*＊ ") else m[2], number
    return {**title, **data}, lines


def _title(row: str) -> dict[str, Any]:
    text = row.strip().lstrip("#").strip().strip("*")
    m = _TITLE.fullmatch(text)
    if m is None:
        return {}
    kind = next(
        (k for w, k in sorted(words().kinds.items(), key=lambda p: -len(p[0])) if w in plain(m["kind"])), ""
    )
    return {"organization": m["unit"], "period": m["period"], "kind": kind, "title": text} if kind else {}


def _classify(rows: list[tuple[int, str]]) -> list[_Line]:
    starred = _stars_are_bullets([r for _, r in rows])
    out: list[_Line] = []
    for number, row in rows:
        heading = _heading(number, row)
        if heading:
            out.append(heading)
        elif _continues(out, row, starred):
            out[-1].text += "\n" + row.strip()
        else:
            text = _bare(row, starred)
            out.append(_Line(number, "item", text, marked=text != row.strip()))
    return out


def _heading(number: int, row: str) -> _Line | None:
    for pattern, level in _LEVELS:
        m = pattern.fullmatch(row)
        if m and level == 0:
            return _Line(number, "heading", _unnumbered(m[2]), len(m[1]), fixed=True)
        if m:
            return _Line(number, "heading", m[1].strip().strip("*"), level)
    bold = re.fullmatch(r"\s*\*\*(.+?)\*\*[：:]?\s*", row)
    if bold:
        return _heading(number, bold[1]) or _Line(number, "heading", bold[1], 12)
    label = _LABEL.fullmatch(row)
    return _Line(number, "heading", label[1].strip(), 12, fixed=True) if label else None


def _promote(lines: list[_Line]) -> list[_Line]:
    """Among bulleted items, a bare short line that names the problems or the plans is their heading."""
    bulleted = any(x.kind == "item" and x.marked for x in lines)
    for line in lines:
        bare = line.kind == "item" and not line.marked and len(line.text) <= _LONGEST_BARE_HEADING
        if (
            bulleted
            and bare
            and not re.search(r"[\d，。；]", line.text)
            and words().lane_of_heading(line.text) != "fact"
        ):
            line.kind, line.level, line.fixed = "heading", _LANE_LEVEL, True
    return lines


def _unnumbered(text: str) -> str:
    text = text.strip().strip("*")
    for pattern, level in _LEVELS[1:]:
        if level and (m := pattern.fullmatch(text)):
            return m[1].strip()
    return text.rstrip("：:")


def _stars_are_bullets(rows: list[str]) -> bool:
    """Whether ``*`` marks bullets here, whatever follows it: every item has one, or some have one that no measure word follows."""
    stars = [(m, r) for r in rows if _heading(0, r) is None and (m := _STAR.match(r))]
    items = sum(_heading(0, r) is None for r in rows)
    plainly = any(m[0][-1].isspace() and not _unit_follows(r[m.end() :]) for m, r in stars)
    return plainly or (len(stars) == items and (items > 1 or any(m[0][-1].isspace() for m, _ in stars)))


def _unit_follows(text: str) -> bool:
    units = [*lexicon().unit_of, *lexicon().money]
    return text.startswith((*filter(None, units), "%", "％", "万", "亿"))


def _bare(row: str, starred: bool) -> str:
    """The line without its bullet; a leading ``*`` that stands for a figure or a name stays."""
    star = _STAR.match(row)
    spaced = star is not None and star[0][-1].isspace()
    if star and not spaced and (_unit_follows(row[star.end() :]) or not starred):
        return row.strip()
    if star and not starred:
        return row.strip()
    bullet = star or _BULLET.match(row)
    return (row[bullet.end() :] if bullet else row).strip().replace("**", "")


def _continues(out: list[_Line], row: str, starred: bool) -> bool:
    """An indented line without a bullet of its own after a bullet line goes on with that bullet."""
    indented = row[:2].isspace() and len(row) > 2
    marked = _BULLET.match(row) or (starred and _STAR.match(row))
    return bool(out) and out[-1].kind == "item" and out[-1].marked and indented and not marked


def _demote(lines: list[_Line]) -> list[_Line]:
    """Numbered lines with nothing under them are bullets; so are they all where the file has no other items at all."""
    for at, line in enumerate(lines):
        below = lines[at + 1] if at + 1 < len(lines) else None
        empty = below is None or (below.kind == "heading" and below.level <= line.level)
        if line.kind == "heading" and not line.fixed and empty:
            line.kind = "item"
    return lines


def _place(lines: list[_Line]) -> list[_Line]:
    """Give every item its lane and its section: the nearest heading above, none where that is only 主要工作 or a lane."""
    top = min((x.level for x in lines if x.kind == "heading"), default=0)
    lane, section = "fact", ""
    for at, line in enumerate(lines):
        if line.kind == "item":
            line.lane, line.section = lane, section if lane == "fact" else ""
            continue
        if line.level == top or line.level == 12:
            lane = words().lanes.get(plain(line.text)) or words().lane_of_heading(line.text)
        container = (
            at + 1 < len(lines) and lines[at + 1].kind == "heading" and lines[at + 1].level > line.level
        )
        named = plain(line.text) in words().lanes
        section = "" if container or named else line.text
        line.lane, line.section = lane, section
    return lines


def _append(data: dict[str, Any], lines: dict[Loc, int], line: _Line) -> None:
    if line.kind == "heading":
        if line.lane == "fact" and line.section:
            _section(data, lines, line)
        return
    item: dict[str, Any] = {"text": line.text}
    if m := _SOURCE.search(line.text):
        item = {"text": line.text[: m.start()], "source": m[1]}
    if line.lane == "fact" and line.section:
        at = _section(data, lines, line)
        loc: Loc = ("sections", at, "facts")
        target = data["sections"][at]["facts"]
    else:
        loc, target = (_KEYS[line.lane],), data.setdefault(_KEYS[line.lane], [])
    lines[(*loc, len(target))] = line.number
    target.append(item)


def _section(data: dict[str, Any], lines: dict[Loc, int], line: _Line) -> int:
    sections: list[dict[str, Any]] = data.setdefault("sections", [])
    for at, section in enumerate(sections):
        if section["heading"] == line.section:
            return at
    sections.append({"heading": line.section, "facts": []})
    lines[("sections", len(sections) - 1)] = line.number
    return len(sections) - 1
