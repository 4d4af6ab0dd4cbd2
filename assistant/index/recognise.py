"""What a source says of itself: title, organisation, period, genre, date. Guesses from text, empty where unsure.

In: a ``Document`` (roles set by the reader) and the file's name; out: ``SourceMeta``. What the caller knows wins.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import PurePath

from assistant.brief import Period
from assistant.document import Document
from assistant.index.config import RecogniseRules
from assistant.index.passage import SourceMeta
from assistant.text import fold

_HALVES = {"上半年": "H1", "下半年": "H2"}
_QUARTERS = {"一": "Q1", "二": "Q2", "三": "Q3", "四": "Q4", "1": "Q1", "2": "Q2", "3": "Q3", "4": "Q4"}
_PERIOD = re.compile(
    r"(?P<y>(?:19|20)\d{2})(?:年度?|-)?(?:第?(?P<q>[一二三四1-4])季度|(?P<h>[上下]半年)|(?P<a>\d{1,2})(?:月)?[—\-－至~～](?P<b>\d{1,2})月)?"
)
_DATE = re.compile(r"(?P<y>(?:19|20)\d{2})[年.\-/](?P<m>\d{1,2})[月.\-/](?P<d>\d{1,2})日?")
_HEAD_BLOCKS = 6


def recognise(document: Document, rules: RecogniseRules, *, name: str = "") -> SourceMeta:
    """The first lines, the signature and the file's name decide; nothing is invented."""
    title = _title(document) or PurePath(name).stem
    head = [fold(b.text) for b in document.blocks[:_HEAD_BLOCKS]]
    folded = fold(title)
    return SourceMeta(
        title=title,
        organization=_organization(folded, document, rules),
        period=next((p for t in (folded, fold(name), *head) if (p := _period(t))), ""),
        genre=_genre(folded, rules),
        date=_date(document),
    )


def merged(known: SourceMeta, guessed: SourceMeta) -> SourceMeta:
    """The known values, with the guesses where nothing is known."""
    return replace(
        known, **{f.name: getattr(known, f.name) or getattr(guessed, f.name) for f in fields(SourceMeta)}
    )


def _title(document: Document) -> str:
    return "".join(b.text.strip() for b in document.blocks if b.role == "title")


def _genre(title: str, rules: RecogniseRules) -> str:
    return next((g.genre for g in rules.genres if any(w in title for w in g.words)), "")


def _period(text: str) -> str:
    m = _PERIOD.search(text)
    if m is None:
        return ""
    if m["q"]:
        found = f"{m['y']}-{_QUARTERS[m['q']]}"
    elif m["h"]:
        found = f"{m['y']}-{_HALVES[m['h']]}"
    elif m["a"]:
        found = f"{m['y']}-{int(m['a']):02d}..{m['y']}-{int(m['b']):02d}"
    else:
        found = m["y"]
    try:
        Period.parse(found)
    except ValueError:
        return m["y"]
    return found


def _date(document: Document) -> str:
    """The date line, the last one first."""
    for block in reversed(document.blocks):
        if block.role == "date" and (m := _DATE.search(fold(block.text))):
            return f"{m['y']}-{int(m['m']):02d}-{int(m['d']):02d}"
    return ""


def _organization(title: str, document: Document, rules: RecogniseRules) -> str:
    """The signature, else what stands before the year or the subject in the title, where it ends like a unit."""
    suffix = "|".join(re.escape(s) for s in sorted(rules.organization_suffixes, key=len, reverse=True))
    signature = next((fold(b.text) for b in document.blocks if b.role == "signature"), "")
    if signature and re.fullmatch(rf".{{2,30}}(?:{suffix})", signature):
        return _bare(signature, rules)
    m = re.match(
        rf"(?P<unit>[\u4e00-\u9fff（）()]{{2,30}}?(?:{suffix}))(?=关于|(?:19|20)\d{{2}}|二〇|[上下]半年|年度|党建|工作|全面)",
        title,
    )
    return _bare(m["unit"], rules) if m else ""


def _bare(unit: str, rules: RecogniseRules) -> str:
    for noise in rules.title_noise:
        unit = unit.removeprefix(noise)
    return unit
