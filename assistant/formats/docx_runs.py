"""Runs of plain text, put together element by element: python-docx looks at every character and for every element's place,
which takes several times as long. It is asked only where a text has tabs or line breaks."""

from __future__ import annotations

from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
Element = Any  # lxml has no types of its own


def put(parent: Element, name: str, **attributes: str) -> Element:
    """A new last child; names without their prefix, w: all of them."""
    element = parent.makeelement(W + name, {W + key: value for key, value in attributes.items()})
    parent.append(element)
    return element


def add_run(p: Element, text: str) -> Element:
    """At the end of a paragraph."""
    if any(c in "\t\r\n" for c in text):
        run = p.add_r()
        run.text = text
        return run
    run = put(p, "r")
    if text:
        shown = put(run, "t")
        shown.text = text
        if text.strip() != text:
            shown.set(SPACE, "preserve")
    return run


def styled(parent: Element, style: str) -> Element:
    """A paragraph at the end, in a style named by its id."""
    p = put(parent, "p")
    put(put(p, "pPr"), "pStyle", val=style)
    return p
