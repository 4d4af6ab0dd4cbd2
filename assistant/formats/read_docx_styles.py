"""What the styles of a .docx say that matters for reading: outline level, list, hidden text.

In: word/styles.xml. Out: per style id, values inherited through ``basedOn``. Fonts and sizes are not looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from xml.etree.ElementTree import Element

from assistant.formats.read_docx_numbering import value, w, whole

Kind = Literal["title", "heading", "contents", ""]
_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"(?:title|标题)", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录)\s*[1-9]", re.IGNORECASE)
_BODY_LEVEL = 9
_MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Style:
    """``outline`` counts from 0 (None: not said); ``num_id`` and ``ilvl`` are the automatic list."""

    name: str = ""
    based_on: str = ""
    outline: int | None = None
    num_id: str | None = None
    ilvl: int | None = None
    hidden: bool | None = None


@dataclass(slots=True)
class Styles:
    by_id: dict[str, Style] = field(default_factory=dict)
    default: str = ""

    def chain(self, style_id: str) -> list[Style]:
        """The style and those it is based on, nearest first; a circle is cut."""
        found: list[Style] = []
        while style_id in self.by_id and len(found) < _MAX_DEPTH:
            found.append(self.by_id[style_id])
            style_id = found[-1].based_on
        return found

    def hidden(self, style_id: str) -> bool:
        return next((s.hidden for s in self.chain(style_id) if s.hidden is not None), False)

    def list_of(self, style_id: str) -> tuple[str, int | None]:
        """The list id of a paragraph style ("" for none) and the level it names itself, if it does."""
        for style in self.chain(style_id):
            if style.num_id is not None:
                return style.num_id, style.ilvl
        return "", None

    def kind(self, style_id: str, outline: int | None) -> tuple[Kind, int]:
        """What a paragraph is by its outline level or its style's name, and the heading level from 1."""
        chain = self.chain(style_id)
        name = chain[0].name if chain else ""
        if _CONTENTS.fullmatch(name):
            return "contents", 0
        if _TITLE.fullmatch(name):
            return "title", 0
        if outline is None:
            outline = next((s.outline for s in chain if s.outline is not None), None)
        if outline is None and (named := _HEADING.fullmatch(name)):
            outline = int(named[1]) - 1
        return ("heading", outline + 1) if outline is not None and outline < _BODY_LEVEL else ("", 0)


def parse_styles(root: Element | None) -> Styles:
    styles = Styles()
    for element in root.findall(w("style")) if root is not None else ():
        style_id = element.get(w("styleId"), "")
        styles.by_id[style_id] = _style(element)
        if element.get(w("type")) == "paragraph" and is_on(element.get(w("default"), "0")):
            styles.default = style_id
    return styles


def style_lists(styles: Styles) -> dict[str, str]:
    """Style id -> numId, for the styles that carry a list."""
    return {key: style.num_id for key, style in styles.by_id.items() if style.num_id}


def is_on(text: str) -> bool:
    return text not in ("0", "false", "off")


def toggle(properties: Element | None, name: str) -> bool | None:
    """An on/off property: None when it is not said."""
    found = properties.find(w(name)) if properties is not None else None
    return None if found is None else is_on(value(found, "1"))


def list_reference(paragraph: Element | None) -> tuple[str | None, int | None]:
    """numId and ilvl of a w:pPr; None for what it does not say."""
    reference = paragraph.find(w("numPr")) if paragraph is not None else None
    if reference is None:
        return None, None
    num_id, ilvl = reference.find(w("numId")), reference.find(w("ilvl"))
    return (None if num_id is None else value(num_id), None if ilvl is None else whole(value(ilvl)))


def outline_of(paragraph: Element | None) -> int | None:
    found = paragraph.find(w("outlineLvl")) if paragraph is not None else None
    return None if found is None else whole(value(found), _BODY_LEVEL)


def _style(element: Element) -> Style:
    paragraph = element.find(w("pPr"))
    num_id, ilvl = list_reference(paragraph)
    return Style(
        name=value(element.find(w("name"))),
        based_on=value(element.find(w("basedOn"))),
        outline=outline_of(paragraph),
        num_id=num_id,
        ilvl=ilvl,
        hidden=toggle(element.find(w("rPr")), "vanish"),
    )
