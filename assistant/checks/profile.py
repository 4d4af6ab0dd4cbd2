"""Whose text it is and of what time: the unit, its leading party body, the period and the date.

In: a brief, or a document without one. Out: a ``Profile``; what cannot be told stays empty, and the rules that need
it stay silent. Words are in knowledge/rules/profile.yaml and knowledge/units.yaml.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from assistant import resources
from assistant.brief import Brief, Period
from assistant.document import Block, Document
from assistant.text import half_width


@dataclass(frozen=True, slots=True)
class Profile:
    """``kind`` is a genre id or ''; ``unit`` the unit's type (bureau, school, township, company…) or ''."""

    kind: str = ""
    organization: str = ""
    body: str = ""
    region: str = ""
    period: Period | None = None
    date: datetime.date | None = None
    unit: str = ""

    @property
    def as_of(self) -> datetime.date | None:
        """The day the wording is judged by: the text's own date, else the end of its period."""
        return self.date or (self.period.end if self.period else None)


@cache
def _words() -> dict[str, Any]:
    data: dict[str, Any] = resources.read_yaml("knowledge", "rules/profile.yaml")["profile"]
    return data


@cache
def _suffixes() -> tuple[tuple[str, str], ...]:
    data = resources.read_yaml("knowledge", "units.yaml")
    pairs = [(end, row["kind"]) for row in data["suffixes"] for end in row["ends"]]
    return tuple(sorted(pairs, key=lambda p: -len(p[0])))


@lru_cache(maxsize=1024)
def unit_type(organization: str) -> str:
    """bureau | school | township | … by the end of the name; '' where it says nothing."""
    return next((kind for end, kind in _suffixes() if organization.endswith(end)), "")


@lru_cache(maxsize=1024)
def unit_types(organization: str) -> frozenset[str]:
    """Every type the name hints at anywhere: a school's 团委 is both."""
    return frozenset(kind for end, kind in _suffixes() if len(end) > 1 and end in organization)


def profile_of(brief: Brief) -> Profile:
    return Profile(
        brief.kind,
        brief.organization,
        brief.body,
        brief.region,
        brief.period,
        brief.date,
        unit_type(brief.organization),
    )


def infer_profile(document: Document) -> Profile:
    """What the text says of itself: title, first paragraphs, signature and date."""
    title = "".join(b.text for b in document.blocks if b.role == "title")
    head = title + "\n" + "\n".join(_opening(document))
    signature = "\n".join(b.text for b in document.blocks if b.role == "signature")
    organization = _organization(title, signature)
    return Profile(
        kind=_genre(title) or _genre(_announcement(head)),
        organization=organization,
        body=_body(document.text, signature)
        if organization or _genre(title) or _genre(_announcement(head))
        else "",
        region=_region(organization),
        period=_period(head, document.text),
        date=_date(document.blocks),
        unit=unit_type(organization) or _unit_by_words(document.text),
    )


def _opening(document: Document) -> list[str]:
    return [b.text for b in document.blocks if b.role == "body"][:2]


def _announcement(head: str) -> str:
    """现将……汇报如下: what the first paragraphs announce."""
    found = re.findall(_words()["announcement"], head)
    return found[0] if found else ""


def _genre(title: str) -> str:
    for row in _words()["genres"]:
        if all(w in title for w in row.get("all", ())) and any(w in title for w in row["any"]):
            return str(row["genre"])
    return ""


def _organization(title: str, signature: str) -> str:
    for line in signature.splitlines():
        name = re.sub(_words()["party_suffix"], "", line.strip()).removeprefix("中共")
        if unit_type(name):
            return name
    found = re.match(_words()["title_owner"], title)
    name = found.group(1) if found else ""
    return name if unit_type(name) else ""


def _body(text: str, signature: str) -> str:
    """The body that the signature names, or the one named most often with the unit's own word before it (局党组)."""
    for body in _words()["bodies"]:
        if signature.rstrip().endswith(body):
            return str(body)
    owners = "|".join(_words()["body_owners"])
    bodies = "|".join(_words()["bodies"])
    counted = Counter(re.findall(rf"(?:{owners})({bodies})(?!织)", text))
    return counted.most_common(1)[0][0] if counted else ""


def _region(organization: str) -> str:
    found = re.match(r"(.{2,8}?(?:省|自治区|市|自治州|州|盟|县|区|旗))", organization)
    return found.group(1) if found else ""


def _period(head: str, whole: str) -> Period | None:
    """The period the head names first; the one announced (现将……) where it is another whose year the text names more. A
    half or quarter without a year takes the text's commonest."""
    text = half_width(head)
    years = Counter(re.findall(r"(?<!\d)(20\d{2})年", half_width(whole)))
    bare = re.search(_words()["bare_period"], text)
    if bare and years:
        text = f"{years.most_common(1)[0][0]}年{bare.group()}\n{text}"
    for pattern, shape in _words()["periods"]:
        found = re.search(pattern, text)
        if found:
            announced = re.search(
                pattern, re.split("[和及与、]", _announcement(text))[0]
            )  # 和2025年计划 is no period
            if announced and years[announced[1]] > years[found[1]]:
                found = announced
            try:
                return Period.parse(shape.format(*found.groups()))
            except ValueError:
                return None
    return None


def _date(blocks: tuple[Block, ...]) -> date | None:
    """The day in the signature block; a date without a day counts as the month's last."""
    for block in reversed(blocks):
        if block.role != "date":
            continue
        found = re.search(r"(\d{4})\s*年\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?", half_width(block.text))
        if not found:
            continue
        year, month = int(found[1]), int(found[2])
        if 1 <= month <= 12 and 1900 < year < 2100:
            last = calendar.monthrange(year, month)[1]
            return date(year, month, min(int(found[3] or last), last) or 1)
    return None


def _unit_by_words(text: str) -> str:
    """The unit's type by how the text speaks of itself (我局, 我校): the commonest, where it leads clearly."""
    counted = Counter({kind: len(re.findall(words, text)) for kind, words in _words()["own_words"].items()})
    (best, n), (_, second) = counted.most_common(2)
    return best if n >= 2 and n >= 3 * second else ""
