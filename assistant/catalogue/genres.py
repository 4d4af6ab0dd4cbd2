"""A genre file (one genre a file, its id the file's name) into a ``Genre``."""

from __future__ import annotations

from typing import Literal, cast, get_args

from assistant.catalogue.nodes import Fields
from assistant.catalogue.templates import NAMES, unknown_names
from assistant.catalogue.types import Expectation, Genre, GenrePart
from assistant.document import Part

KEYS = frozenset(
    ("name", "person", "titles", "length", "themes", "parts", "closings", "transitions", "expectations")
)
_PARTS: tuple[str, ...] = get_args(Part)
_PART_KEYS = ("part", "headings", "aliases", "share", "required", "themes")
_EXPECT_KEYS = ("id", "name", "any", "question", "blocking")
_SHAPES = ("year", "half", "quarter", "span")


def genre(id: str, f: Fields) -> Genre:
    low, high = f.numbers("length", 2)
    expectations = tuple(_expectation(e) for e in f.mappings("expectations", _EXPECT_KEYS))
    entry = Genre(
        id=id,
        name=f.text("name", required=True),
        person=cast(Literal["unit", "self"], f.choice("person", ("unit", "self"), "unit")),
        titles=_titles(f),
        parts=tuple(_part(p) for p in f.mappings("parts", _PART_KEYS, required=True)),
        closings=f.texts("closings"),
        length=(int(low), int(high)),
        expects=tuple(e.name for e in expectations),
        themes=f.texts("themes"),
        expectations=expectations,
        transitions=f.texts("transitions"),
    )
    for template in (*entry.closings, *entry.transitions, *(h for p in entry.parts for h in p.headings)):
        _check_template(f, template)
    return entry


def _titles(f: Fields) -> dict[str, str]:
    allowed = (*_SHAPES, *(f"party-{s}" for s in _SHAPES))
    titles = {}
    for shape, template, node in f.pairs("titles"):
        if shape not in allowed:
            f.problem(f"titles 没有 {shape} 这一种，可用的有 {'、'.join(allowed)}", node)
        _check_template(f, template)
        titles[shape] = template
    if "span" not in titles:
        f.problem("titles 至少要有 span（任意起止月份）的标题", f.at("titles"))
    return titles


def _check_template(f: Fields, template: str) -> None:
    for name in unknown_names(template):
        f.problem(f"模板“{template}”中的 {{{name}}} 不认识，可用的有 {'、'.join(NAMES)}")


def _part(f: Fields) -> GenrePart:
    low, high = f.numbers("share", 2)
    if high > 1:
        f.problem("share 是占全文的比例，应在 0 与 1 之间", f.at("share"))
    return GenrePart(
        part=cast(Part, f.choice("part", _PARTS) or "achievements"),
        headings=f.texts("headings"),
        share=(low, high),
        required=f.flag("required", True),
        themes=f.texts("themes"),
        aliases=f.texts("aliases"),
    )


def _expectation(f: Fields) -> Expectation:
    return Expectation(
        id=f.text("id", required=True),
        name=f.text("name", required=True),
        any=f.texts("any", required=True),
        question=f.text("question", required=True),
        blocking=f.flag("blocking", False),
    )
