"""What a section may lean on besides its facts: policy spans that can be quoted, and past passages for style alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PolicySpan:
    """A quotable wording, ``id`` D01…; ``text`` stands word for word in ``title`` (with its 《》 where it has one);
    ``sentence``: a whole sentence of a policy text, not a short fixed term."""

    id: str
    text: str
    title: str
    issuer: str = ""
    date: str = ""
    themes: tuple[str, ...] = ()
    sentence: bool = False


@dataclass(frozen=True, slots=True)
class StylePassage:
    """A passage of a past summary, figures, names and units masked; it has no citable id."""

    text: str
    part: str
    source: str
