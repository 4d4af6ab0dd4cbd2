"""Unit briefs into the parent's brief: like measures summed with their terms, nothing unlike ever added.

In: briefs by unit. Out: ``Rollup`` and its YAML. A sum is a derived fact: its text says how many units it covers and its
``source`` names every term, so that the fact checks compute it again. A value not known makes the total unknown.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from assistant import resources
from assistant.brief import Brief, Period
from assistant.errors import BriefError
from assistant.expressions import compiled
from assistant.formats.brief_dump import Bullet, HeaderLine, dump
from assistant.formats.brief_schema import build
from assistant.formats.brief_yaml import read_yaml
from assistant.measures import Measure, measures_of
from assistant.text import fold

_TEN_THOUSAND = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Term:
    """One unit's figure."""

    unit: str
    measure: Measure


@dataclass(frozen=True, slots=True)
class Total:
    """A measure over the units that gave it; ``silent`` are those that did not speak of it."""

    terms: tuple[Term, ...]
    silent: tuple[str, ...]
    outliers: tuple[str, ...]

    @property
    def known(self) -> Decimal:
        return sum((t.measure.amount for t in self.terms if t.measure.amount is not None), Decimal(0))

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t.unit for t in self.terms if t.measure.amount is None))


@dataclass(frozen=True, slots=True)
class Said:
    """A problem or plan and the units that named it."""

    text: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rollup:
    """``remarks`` are Chinese sentences for the person who sums up: units missing, twice, of another period, odd figures."""

    units: tuple[str, ...]
    period: Period
    totals: tuple[Total, ...]
    problems: tuple[Said, ...]
    plans: tuple[Said, ...]
    left: int
    remarks: tuple[str, ...]
    kind: str


@cache
def _rules() -> dict[str, Any]:
    data: dict[str, Any] = resources.read_yaml("knowledge", "batch.yaml")["rollup"]
    return data


def roll_up(briefs: Sequence[Brief], roster: Sequence[str] = ()) -> Rollup:
    """``roster``: the units that should have reported. Raises BriefError for no briefs at all."""
    if not briefs:
        raise BriefError("没有一份能读的材料，无法汇总")
    remarks: list[str] = []
    period = Counter(b.period for b in briefs).most_common(1)[0][0]
    own = list(_accepted(briefs, period, remarks))
    units = tuple(b.organization for b in own)
    absent = [r for r in roster if r not in units]
    if absent:
        remarks.append(f"没有报送材料的单位（{len(absent)}个）：{'、'.join(absent)}")
    totals, left = _totals(own)
    remarks += [o for t in totals for o in t.outliers]
    kind = Counter(b.kind for b in own).most_common(1)[0][0]
    return Rollup(
        units, period, totals, _said(own, "problems"), _said(own, "plans"), left, tuple(remarks), kind
    )


def _accepted(briefs: Iterable[Brief], period: Period, remarks: list[str]) -> Iterator[Brief]:
    """One brief a unit, all of one period."""
    seen: dict[str, str] = {}
    for brief in briefs:
        if brief.period != period:
            remarks.append(
                f"{brief.organization}报的是{brief.period.label}，与多数单位（{period.label}）不同，没有计入"
            )
        elif brief.organization in seen:
            remarks.append(
                f"{brief.organization}有两份材料，只计入{Path(seen[brief.organization]).name}，另一份{Path(brief.path).name}没有计入"
            )
        else:
            seen[brief.organization] = brief.path
            yield brief


def _totals(briefs: Sequence[Brief]) -> tuple[tuple[Total, ...], int]:
    """Totals of measures that enough units gave, in the order first met; and how many figures were left alone."""
    by_key: dict[tuple[str, str, str], list[Term]] = defaultdict(list)
    for brief in briefs:
        for item in brief.facts:
            for measure in measures_of(item):
                by_key[measure.key].append(Term(brief.organization, measure))
    summed = {k: ts for k, ts in by_key.items() if len({t.unit for t in ts}) >= _rules()["least_units"]}
    left = sum(len(ts) for k, ts in by_key.items() if k not in summed)
    everyone = [b.organization for b in briefs]
    return tuple(_total(terms, everyone) for terms in summed.values()), left


def _total(terms: Sequence[Term], everyone: Sequence[str]) -> Total:
    gave = {t.unit for t in terms}
    return Total(tuple(terms), tuple(u for u in everyone if u not in gave), tuple(_outliers(terms)))


def _outliers(terms: Sequence[Term]) -> Iterator[str]:
    """Far from the median, which one odd figure cannot move."""
    amounts = [t.measure.amount for t in terms if t.measure.amount is not None]
    if len(amounts) < _rules()["outlier_least"]:
        return
    middle, times = median(amounts), _rules()["outlier_times"]
    for t in terms:
        amount = t.measure.amount
        if amount is not None and middle > 0 and (amount > middle * times or amount * times < middle):
            value = f"“{t.measure.before}{t.measure.surface}{t.measure.after}”"
            yield _rules()["texts"]["outlier"].format(
                unit=t.unit, value=value, median=_shown(Decimal(middle), t.measure)
            )


def _said(briefs: Sequence[Brief], lane: str) -> tuple[Said, ...]:
    """Each wording once, those of most units first."""
    by_text: dict[str, tuple[str, list[str]]] = {}
    for brief in briefs:
        for item in getattr(brief, lane):
            by_text.setdefault(fold(item.text), (item.text, []))[1].append(brief.organization)
    ranked = sorted(by_text.values(), key=lambda row: -len(row[1]))
    return tuple(Said(text, tuple(units)) for text, units in ranked)


# To YAML.


def to_yaml(rollup: Rollup, organization: str, kind: str = "") -> str:
    """The parent's brief; loads again with ``read_brief``."""
    texts = _rules()["texts"]
    top = [t.format(count=len(rollup.units), left=rollup.left) for t in texts["top"]] + list(rollup.remarks)
    most = _rules()["most_listed"]
    period = f"{rollup.period.start:%Y-%m}..{rollup.period.end:%Y-%m}"
    header = [
        HeaderLine("kind", kind or rollup.kind),
        HeaderLine("organization", organization),
        HeaderLine("period", period),
    ]
    text = dump(
        top, header,
        facts=[_bullet(t) for t in rollup.totals],
        problems=[_mentioned(s) for s in rollup.problems[:most]],
        plans=[_mentioned(s) for s in rollup.plans[:most]],
    )  # fmt: skip
    if not rollup.totals:
        raise BriefError("各单位的材料里没有两家以上都报的同类数据，没有可以汇总的，请核对各单位的写法")
    build(read_yaml(Path("parent.yaml"), text))  # what is written must load again
    return text


def _bullet(total: Total) -> Bullet:
    texts = _rules()["texts"]
    first = _common(total.terms)
    sum_ = _shown(total.known, first)
    shown = ("*" + _unit_of(sum_)) if total.missing else sum_
    about = "约" if any(t.measure.approximate for t in total.terms) and not total.missing else ""
    units = len({t.unit for t in total.terms})
    actor, before = _subject(first.before)
    text = texts["total"].format(
        count=units, actor=actor, before=before + about, total=shown, after=first.after
    )
    terms = "+".join(
        f"{t.unit}{_shown(t.measure.amount, first)}" for t in total.terms if t.measure.amount is not None
    )
    pattern = texts["unknown"] if total.missing else texts["source"]
    source = pattern.format(terms=terms or "无", total=sum_, missing="、".join(total.missing))
    silent = texts["silent"].format(units=_listed(total.silent)) if total.silent else ""
    return Bullet(text, "；".join(filter(None, [silent, *total.outliers])), source)


def _subject(before: str) -> tuple[str, str]:
    """Who did it, and the rest without its own 共: the whole stands as 班子成员共讲党课9次, with one 共."""
    bare = re.sub(r"^(累计|共计|共|其中)|(累计|共计|共)$", "", before)
    actor = compiled(_rules()["actors"]).match(bare)
    end = actor.end() if actor and actor.end() < len(bare) else 0
    return bare[:end], re.sub("^(累计|共计|共)", "", bare[end:])


def _common(terms: Sequence[Term]) -> Measure:
    """The wording most units use."""
    wordings = Counter((t.measure.before, t.measure.after) for t in terms)
    best = wordings.most_common(1)[0][0]
    return next(t.measure for t in terms if (t.measure.before, t.measure.after) == best)


def _shown(amount: Decimal | None, like: Measure) -> str:
    """Money in 万元 from ten thousand up; counts in the measure word most units use."""
    if amount is None:
        return "*" + like.unit
    if like.key[1] == "money":
        if amount >= _TEN_THOUSAND:
            return f"{_plain(amount / _TEN_THOUSAND)}万元"
        return f"{_plain(amount)}元"
    return f"{_plain(amount)}{re.sub('^[万亿千百]+', '', like.unit) or like.key[2]}"


def _plain(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _unit_of(shown: str) -> str:
    return shown.lstrip("0123456789.*")


def _mentioned(said: Said) -> Bullet:
    return Bullet(said.text, _rules()["texts"]["units"].format(units=_listed(said.units)))


def _listed(units: Sequence[str]) -> str:
    return "、".join(units[:10]) + (f"等{len(units)}个" if len(units) > 10 else "")
