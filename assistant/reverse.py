"""A past summary back to a starting brief: outline, bullet facts, problems and plans.

In: what ``read_document`` gives. Out: YAML of a brief for the next period in which every figure is ``*`` and last
period's value stands in a comment. Never a guess: what was done last time is offered to be kept or struck, not claimed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from assistant import resources
from assistant.brief import NO_UNIT, Period
from assistant.document import Block
from assistant.errors import DocumentError
from assistant.formats.brief_dump import Bullet, DumpSection, HeaderLine, dump
from assistant.formats.brief_schema import build
from assistant.formats.brief_values import read_period
from assistant.formats.brief_words import words
from assistant.formats.brief_yaml import read_yaml
from assistant.formats.read import ReadResult, read_document
from assistant.formats.structure import heading_number, run_in_heading
from assistant.text import CLAUSE_END, sentences
from assistant.values import Value, lexicon, parse_unknowns, parse_values

_MEASURED = ("count", "money", "percent", "plain")
_NUMBER = re.compile(
    r"^[\d,.\s零〇一二三四五六七八九十百千万亿两点]+?(?=(?:万|亿)?[^\d,.\s零〇一二三四五六七八九十百千万亿两点]|$)"
)
_YEAR = re.compile(r"(?:19|20)\d{2}(?=年)")
_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"[\u3000\xa0]{2,}")
_STAR = "*"


@dataclass(frozen=True, slots=True)
class Rules:
    stance: re.Pattern[str]
    deeds: re.Pattern[str]
    lead: re.Pattern[str]
    split: re.Pattern[str]
    lead_at_most: int
    bullet_at_most: int
    item_at_most: int
    party_words: tuple[str, ...]
    party_at_least: int
    notes: dict[str, Any]


@cache
def rules() -> Rules:
    data: dict[str, Any] = resources.read_yaml("knowledge", "batch.yaml")["reverse"]
    either = {k: re.compile("|".join(f"(?:{p})" for p in data[k])) for k in ("stance", "deeds")}
    return Rules(
        **either, lead=re.compile(data["lead"]), split=re.compile(data["split"]), lead_at_most=data["lead_at_most"],
        bullet_at_most=data["bullet_at_most"], item_at_most=data["item_at_most"], party_words=tuple(data["party_words"]),
        party_at_least=data["party_at_least"], notes=data["notes"],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says; empty: what the document says."""

    organization: str = ""
    period: str = ""
    kind: str = ""


def reverse_file(path: Path, given: Given | None = None) -> str:
    """Raises DocumentError where the file cannot be read or tells of nothing done."""
    return reverse(read_document(path), given or Given(), path)


def reverse(read: ReadResult, given: Given, path: Path) -> str:
    old = old_period(read)
    new = _new_period(given, old, path)
    sections, loose = _achievements(read.document.blocks, old)
    if not loose and not any(s.bullets for s in sections):
        raise DocumentError("没有从这份材料里找到做了什么，请确认它是一份总结", path=path)
    problems = [_bullet(t, old, "") for t in items_of(read.document.blocks, "problems")]
    plans = [_bullet(t, old, rules().notes["plan"]) for t in items_of(read.document.blocks, "plans")]
    text = dump(
        rules().notes["top"], _header(read, given, new), sections, facts=loose, problems=problems, plans=plans
    )
    build(read_yaml(path, text))  # what is written must load again
    return text


def _header(read: ReadResult, given: Given, new: Period) -> Iterator[HeaderLine]:
    guess = rules().notes["guess"]
    text = read.document.text
    yield HeaderLine("kind", given.kind or _kind(read), "" if given.kind else guess)
    organization = given.organization or read.meta.organization or NO_UNIT
    yield HeaderLine("organization", organization, "" if given.organization else guess)
    named = Counter({b: text.count(b) for b in words().bodies if b in text})
    body = read.meta.body or (named.most_common(1)[0][0] if named else "")
    yield HeaderLine("body", body, guess)
    recipient = next((b.text.rstrip("：:") for b in read.document.blocks if b.role == "recipient"), "")
    yield HeaderLine("recipient", recipient)
    yield HeaderLine("period", _code(new), "" if given.period else guess)


def _kind(read: ReadResult) -> str:
    if read.meta.genre_hint:
        return read.meta.genre_hint
    named = sum(read.document.text.count(w) for w in rules().party_words)
    return "party-building-summary" if named >= rules().party_at_least else "work-summary"


def _code(period: Period) -> str:
    year, month = period.start.year, period.start.month
    codes = {
        "year": f"{year}",
        "half": f"{year}-H{1 if month == 1 else 2}",
        "quarter": f"{year}-Q{(month + 2) // 3}",
    }
    return codes.get(period.shape, f"{year}-{month:02d}..{period.end.year}-{period.end.month:02d}")


def old_period(read: ReadResult) -> Period | None:
    """What the document says; else the year it names most and the half its opening names."""
    try:
        return read_period(read.meta.period_text)
    except ValueError:
        years = Counter(_YEAR.findall(read.document.text))
        if not years:
            return None
        opening = read.document.text[:400]
        half = "H1" if "上半年" in opening else "H2" if "下半年" in opening else ""
        return Period.parse(f"{years.most_common(1)[0][0]}" + (f"-{half}" if half else ""))


def _new_period(given: Given, old: Period | None, path: Path) -> Period:
    if given.period:
        try:
            return read_period(given.period)
        except ValueError as exc:
            raise DocumentError(str(exc)) from None
    if old is None:
        raise DocumentError(
            "看不出这份材料写的是哪个时段，请用 --period 写明新材料的时段，如 2024-H1", path=path
        )
    return following(old)


def following(period: Period) -> Period:
    """The period of the same length that comes next: 2023-H1 -> 2023-H2, 2023 -> 2024."""
    first = _months_on(period.start, period.months)
    last = _months_on(first, period.months - 1)
    return Period.parse(f"{first.year}-{first.month:02d}..{last.year}-{last.month:02d}")


def _months_on(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


# Achievements: headings kept, sentences to bullets.


def _achievements(blocks: tuple[Block, ...], old: Period | None) -> tuple[list[DumpSection], list[Bullet]]:
    """Sections at the deepest of the two upper heading levels, and the bullets that stand under none."""
    own = [b for b in blocks if b.part in ("achievements", None) and b.role in ("heading", "body")]
    found: list[tuple[int, str, list[Bullet]]] = []
    loose: list[Bullet] = []
    for block in own:
        level, heading, text = _headed(block)
        if heading and level <= 2:
            found.append((level, heading, []))
        (found[-1][2] if found else loose).extend(_facts(text, old))
    return _flat(found, loose), loose


def _flat(found: list[tuple[int, str, list[Bullet]]], loose: list[Bullet]) -> list[DumpSection]:
    """A heading with headings below it is no section of its own; what stands under it directly is left unassigned."""
    out = []
    for n, (level, heading, bullets) in enumerate(found):
        if n + 1 < len(found) and found[n + 1][0] > level:
            loose += bullets
        else:
            masked, was = mask(heading, None)
            out.append(DumpSection(masked, tuple(bullets), rules().notes["heading"] if was else ""))
    return out


def _headed(block: Block) -> tuple[int, str, str]:
    """(level, heading, text behind it); level 0 where the block has no heading."""
    _, start = heading_number(block.text)
    if block.role == "heading":
        return block.level, block.text[start:].strip().rstrip("。：:"), ""
    span = run_in_heading(block.text) if block.level else None
    if span is None:
        return 0, "", block.text
    return block.level, block.text[start : span.end].strip().rstrip("。：:"), block.text[span.end :]


def _facts(text: str, old: Period | None) -> Iterator[Bullet]:
    for sentence in sentences(_SPACES.sub("\n", text)):
        body = rules().lead.sub("", sentence).strip()
        if len(body) <= rules().lead_at_most and not _telling(body):
            continue
        for piece in re.split(r"[；;]", body.rstrip("。！？")):
            for run in _runs(piece):
                yield _bullet(run, old, rules().notes["plain"])


def _telling(text: str) -> bool:
    """It holds a figure or a value not known."""
    return bool(parse_unknowns(text)) or any(v.kind in _MEASURED for v in parse_values(text))


def _runs(sentence: str) -> Iterator[str]:
    """The clauses that report, joined while they stand side by side and are not too long."""
    run, most = "", rules().bullet_at_most
    for clause in (
        c[n : n + 2 * most] for c in re.split(r"[，,]", sentence) for n in range(0, len(c), 2 * most)
    ):
        keep = _reports(clause) or (bool(run) and clause.startswith(("其中", "共", "累计")))
        if keep and len(run) + len(clause) < most:
            run = f"{run}，{clause}" if run else clause
            continue
        if run:
            yield run
        run = clause if keep else ""
    if run:
        yield run


def _reports(clause: str) -> bool:
    clause = clause.strip()
    if _telling(clause):
        return True
    if len(clause) < 5 or rules().stance.search(clause):
        return False
    return lexicon().action.match(clause) is not None or rules().deeds.search(clause) is not None


# Problems and plans: one bullet a numbered item.


def items_of(blocks: tuple[Block, ...], part: str) -> Iterator[str]:
    waiting = ""  # a heading on a line of its own, to be told together with the paragraph below it
    own = [b for b in blocks if b.part == part and b.role in ("heading", "body")]
    for n, block in enumerate(own):
        level, heading, text = _headed(block)
        if heading and waiting:
            yield waiting
            waiting = ""
        if heading and not text:
            waiting = heading if level > 1 else ""
        elif waiting or not _introduces(block, own[n + 1 : n + 2]):
            yield from (_short(t) for t in _pieces(heading or waiting, text) if len(t) >= 5)
            waiting = ""
    if waiting:
        yield waiting


def _introduces(block: Block, below: list[Block]) -> bool:
    """A lead paragraph above numbered ones says nothing of its own."""
    if block.text.rstrip().endswith(("：", ":")):
        return True
    return not block.level and any(b.level for b in below) and not rules().split.search(block.text)


def _pieces(heading: str, text: str) -> list[str]:
    """The numbered items inside a paragraph (what stands before the first is a lead), or the whole."""
    if heading:
        return [f"{heading}。{text}" if text else heading]
    parts = rules().split.split(text)
    return [p.strip() for p in (parts[1:] if len(parts) > 1 else [rules().lead.sub("", text)])]


def _short(text: str) -> str:
    """Whole sentences up to the limit, at least one."""
    out = ""
    for sentence in sentences(text):
        if out and len(out) + len(sentence) > rules().item_at_most:
            break
        out += sentence
    return out[: 4 * rules().item_at_most].rstrip("。；;！？")


# Figures to placeholders.


def _bullet(text: str, old: Period | None, plain_note: str) -> Bullet:
    masked, was = mask(text.strip(CLAUSE_END + " "), old)
    note = (
        rules().notes["figure"].format(was="、".join(was))
        if was
        else ""
        if parse_unknowns(text)
        else plain_note
    )
    return Bullet(masked.replace("⟦", "〔").replace("⟧", "〕"), note)


def mask(text: str, old: Period | None) -> tuple[str, list[str]]:
    """Every figure and date as ``*`` with its unit kept; the surfaces that went, in order."""
    was: list[str] = []
    out, at = "", 0
    blanks = parse_unknowns(text)
    for value in parse_values(text):
        shown = _masked(value, old)
        if shown is None or shown == value.surface or any(b.end == value.start for b in blanks):
            continue
        out += text[at : value.start] + shown
        at = value.end
        was.append(text[value.start : value.end] + _month(text[value.end :]))
    return out + text[at:], was


def _month(after: str) -> str:
    """4 of 4月举办 reads better with its month."""
    return after[0] if after[:1] in ("月", "日") else ""


def _masked(value: Value, old: Period | None) -> str | None:
    if value.kind == "percent":
        return _STAR + value.unit
    if value.kind in _MEASURED:
        return _NUMBER.sub(_STAR, value.surface).replace("*余", _STAR).replace("*多", _STAR)
    if value.kind == "title":
        year = str(old.start.year) if old else ""
        return value.surface.replace(year, _STAR) if year else None
    if value.kind == "date":
        return _DIGITS.sub(_STAR, _YEAR.sub("", value.surface).removeprefix("年"))
    return _DIGITS.sub(_STAR, value.surface)
