"""What belongs to another unit, another place or another time: its type words, its party body, its brands, its years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from assistant.catalogue.nodes import Fields
from assistant.checks.profile import unit_types
from assistant.checks.rule import Hit, Kind, Rule, expression, no_options
from assistant.checks.view import View
from assistant.expressions import compiled
from assistant.text import Span, clause_around, half_width, occurrences

_NEAR = 10
_HALF_YEAR = 6  # months
_OTHER_PLACE = re.compile("[\u4e00-\u9fff]{2}[省市县区州旗镇乡]")
_PLACE = 3  # characters of it


class _Owner(NamedTuple):
    """Words of one type of unit; ``fits``: the unit types whose texts may hold them."""

    name: str
    fits: frozenset[str]
    regex: str


def _read_owners(fields: Fields) -> tuple[_Owner, ...]:
    return tuple(
        _Owner(
            inner.text("name", required=True),
            frozenset(inner.texts("fits", required=True)),
            expression(inner, "regex", required=True),
        )
        for inner in fields.mappings("owners", {"name", "fits", "regex"}, required=True)
    )


def _foreign(rule: Rule, view: View) -> Iterator[Hit]:
    unit = view.profile.unit
    if not unit or unit == "unit":
        return
    types = {unit, *unit_types(view.profile.organization)}
    for owner in rule.options:
        for m in () if types & owner.fits else view.matches(owner.regex):
            yield Hit(
                m.start(), m.end(), {"owner": owner.name, "unit": view.profile.organization or "本单位"}
            )


class _Bodies(NamedTuple):
    names: tuple[str, ...]
    owners: str


def _read_bodies(fields: Fields) -> _Bodies:
    return _Bodies(fields.texts("names", required=True), expression(fields, "owners", required=True))


def _body(rule: Rule, view: View) -> Iterator[Hit]:
    """Another leading body than the unit has: 党委 in the text of a 党组. After the unit's own word (局党委) it is sure."""
    own = view.profile.body
    if own not in rule.options.names:
        return
    for name in rule.options.names:
        if name == own or name in own or own in name:
            continue
        for m in re.finditer(f"{name}(?!织)", view.text):
            owner = compiled(rule.options.owners).search(view.text[max(0, m.start() - 4) : m.start()])
            yield Hit(m.start(), m.end(), {"own": own}, severity=None if owner else "warning")


class _Brand(NamedTuple):
    name: str
    region: str


def _read_brands(fields: Fields) -> tuple[_Brand, ...]:
    return tuple(_Brand(name, region) for name, region, _ in fields.pairs("brands"))


def _brands(rule: Rule, view: View) -> Iterator[Hit]:
    """A brand of another region than the text's own; the region is the profile's, or the one most brands point to."""
    found = [
        (b, m) for b in rule.options if b.name in view.text for m in re.finditer(re.escape(b.name), view.text)
    ]
    home = view.profile.region or view.profile.organization
    regions = {b.region for b, _ in found}
    if not found or (not _placed(home, rule) and len(regions) < 2):
        return
    for brand, m in found:
        if _placed(home, rule) and not any(part in home for part in brand.region.split("/")):
            yield Hit(m.start(), m.end(), {"region": brand.region.split("/")[0]})


def _placed(home: str, rule: Rule) -> bool:
    """Whether the profile's region says a province or city the brands know."""
    return any(part in home for brand in rule.options for part in brand.region.split("/"))


class _OwnName(NamedTuple):
    """``apart``: a slot that shares a character with the unit's name may be its own business (供水 and 水务)."""

    term: str
    common: tuple[str, ...]
    apart: bool


def _read_own_name(fields: Fields) -> _OwnName:
    return _OwnName(
        expression(fields, "term", required=True), fields.texts("common"), fields.flag("apart", False)
    )


def _own_name(rule: Rule, view: View) -> Iterator[Hit]:
    """清廉××建设 and the like, where ×× is no common word and no part of the unit's own name."""
    option: _OwnName = rule.options
    name = view.profile.organization
    if not name:
        return
    for m in view.matches(option.term):
        slot = m["slot"]
        own = not set(slot).isdisjoint(name) if option.apart else slot in name
        if not own and not any(c in slot for c in option.common):
            yield Hit(m.start(), m.end(), {"slot": slot, "unit": name})


def _read_years(fields: Fields) -> tuple[str, str]:
    return expression(fields, "past", required=True), expression(fields, "future", required=True)


def _years(rule: Rule, view: View) -> Iterator[Hit]:
    """A year outside the period where nothing close by says that another year is meant."""
    period = view.profile.period
    if period is None:
        return
    past, future = map(compiled, rule.options)
    for i, block in enumerate(view.blocks):
        if block.role not in ("title", "heading", "body") or "年" not in block.text:
            continue
        text = half_width(block.text)
        for m in re.finditer(r"(?<!\d)(20\d{2})年", text):
            year = int(m[1])
            if period.start.year <= year <= period.end.year:
                continue
            clue = past if year < period.start.year else future
            around = _around(text, m.start(), m.end())
            if clue.search(text, around.start, around.end) or (
                block.part == "plans" and year == period.end.year + 1
            ):
                continue
            at = view.starts[i] + m.start()
            yield Hit(at, at + 5, {"label": period.label})


def _around(text: str, start: int, end: int) -> Span:
    """The year's clause and a few characters beyond it."""
    clause = clause_around(text, start, end)
    left = max(clause.start - _NEAR, text.rfind("。", 0, start) + 1, 0)
    stop = text.find("。", end)
    return Span(left, min(clause.end + _NEAR, stop if stop >= 0 else len(text), len(text)))


def _plan_year(_: Rule, view: View) -> Iterator[Hit]:
    """三、2024年工作打算 in the summary of 2024, 三、上半年工作打算 in that of the first half: plans are for the time after."""
    period = view.profile.period
    if period is None or period.shape not in ("year", "half"):
        return
    here, following = f"{period.end.year}年", f"{period.end.year + 1}年"
    if period.shape == "half":
        first = period.end.month <= _HALF_YEAR
        here, following = ("上半年", "下半年") if first else ("下半年", following)
    for heading in view.headings:
        text = half_width(heading.text(view))
        at = text.find(here)
        part = view.blocks[heading.block].part
        if heading.level == 1 and part == "plans" and at >= 0 and following not in text:
            words = {"right": following, "label": period.label}
            yield Hit(heading.start + at, heading.start + at + len(here), words)


class _Name(NamedTuple):
    """``region``: how the place in a unit's name is written; ``unless``: words before it that make it another unit."""

    region: str
    unless: str


def _read_name(fields: Fields) -> _Name:
    return _Name(expression(fields, "region", required=True), expression(fields, "unless", required=True))


def _unit_name(rule: Rule, view: View) -> Iterator[Hit]:
    """The unit's own kind of name with another place before it: 临江县农业农村局 in the text of 云溪县农业农村局; and a
    signature of another place than the title's."""
    title = "".join(b.text for b in view.blocks if b.role == "title")
    place = compiled(rule.options.region)
    yield from _signed_elsewhere(place, title, view)
    mine = place.match(view.profile.organization)
    kind = view.profile.organization[mine.end() :] if mine else ""
    if mine is None or len(kind) < 2:
        return
    named = re.match(f"({rule.options.region}){re.escape(kind)}", title)
    own = named[1] if named else mine.group()
    for end in occurrences(view.text, kind):
        start = end - _PLACE
        other = view.text[max(0, start) : end]
        before = view.text[max(0, start - _NEAR) : max(0, start)]
        if (
            _OTHER_PLACE.fullmatch(other)
            and not own.endswith(other)
            and not compiled(rule.options.unless).search(before)
        ):
            yield Hit(start, end + len(kind), {"unit": own + kind})


def _signed_elsewhere(place: re.Pattern[str], title: str, view: View) -> Iterator[Hit]:
    titled = place.match(title)
    for i, block in enumerate(view.blocks):
        skip = 2 if block.text.startswith("中共") else 0
        signed = place.match(block.text, skip) if block.role == "signature" else None
        if titled is None or signed is None:
            continue
        if signed.group() not in title and titled.group() not in block.text:
            at = view.starts[i]
            yield Hit(at + skip, at + len(block.text.rstrip()), {"unit": titled.group()})


def _read_words(fields: Fields) -> tuple[tuple[str, str], ...]:
    return tuple((shape, regex) for shape, regex, _ in fields.pairs("words"))


def _period_words(rule: Rule, view: View) -> Iterator[Hit]:
    """Words of a whole year in the text of half a year, and the like."""
    period = view.profile.period
    if period is None:
        return
    for shape, regex in rule.options:
        if shape == period.shape:
            for m in view.matches(regex):
                yield Hit(m.start(), m.end(), {"label": period.label})


KINDS = {
    "foreign": Kind(_read_owners, frozenset({"owners"}), frozenset({"owner", "unit"}), find=_foreign),
    "body-mismatch": Kind(_read_bodies, frozenset({"names", "owners"}), frozenset({"own"}), find=_body),
    "region-brand": Kind(_read_brands, frozenset({"brands"}), frozenset({"region"}), find=_brands),
    "own-name": Kind(
        _read_own_name, frozenset({"term", "common", "apart"}), frozenset({"slot", "unit"}), find=_own_name
    ),
    "year": Kind(_read_years, frozenset({"past", "future"}), frozenset({"label"}), find=_years),
    "plan-year": Kind(no_options, words=frozenset({"right", "label"}), find=_plan_year),
    "unit-name": Kind(_read_name, frozenset({"region", "unless"}), frozenset({"unit"}), find=_unit_name),
    "period-words": Kind(_read_words, frozenset({"words"}), frozenset({"label"}), find=_period_words),
}
