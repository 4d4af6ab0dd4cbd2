"""A draft to files: one call, all of them or none.

In: a draft, a target path, the formats wanted and what stands behind the ids. Out: the paths written. ``x.docx`` always has
``x.review.docx`` and ``x.audit.json`` beside it. Nothing is printed, and nothing else is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from assistant.document import Draft
from assistant.errors import DocumentError
from assistant.formats.atomic import write_all
from assistant.formats.audit import to_json
from assistant.formats.docx_review import to_both
from assistant.formats.html_write import to_html
from assistant.formats.markdown import to_markdown
from assistant.formats.sources import FactView
from assistant.formats.typography import Typography, load

__all__ = ["FORMATS", "FactView", "outputs", "render", "write"]

# What each format writes, by the end of the file's name.
_ENDINGS = {
    "docx": (".docx", ".review.docx", ".audit.json"),
    "md": (".md",),
    "html": (".html",),
    "json": (".json",),
}
FORMATS = tuple(_ENDINGS)


def outputs(target: Path, formats: Sequence[str] = ("docx",)) -> list[Path]:
    """The files that ``write`` would make, in order."""
    return [_named(target, ending) for ending in _endings(formats)]


def write(
    draft: Draft,
    target: Path,
    formats: Sequence[str] = ("docx",),
    *,
    facts: Sequence[FactView] = (),
    policies: Mapping[str, str] | None = None,
    typography: Typography | None = None,
) -> list[Path]:
    """Write the draft beside ``target``, whose known suffix gives way to each format's own.

    ``policies`` maps passage ids (D..) to title and wording. Raises ``DocumentError`` where a file cannot be written; then none is.
    """
    made = render(draft, formats, facts=facts, policies=policies, typography=typography)
    return write_all([(_named(target, ending), data) for ending, data in made])


def render(
    draft: Draft,
    formats: Sequence[str] = ("docx",),
    *,
    facts: Sequence[FactView] = (),
    policies: Mapping[str, str] | None = None,
    typography: Typography | None = None,
) -> list[tuple[str, bytes]]:
    """The files as (end of the name, bytes), nothing written: for those who write elsewhere or later."""
    page = typography or load()

    @cache
    def word() -> tuple[bytes, bytes]:
        return to_both(draft, page, facts, policies)

    makers: dict[str, Callable[[], bytes]] = {
        ".docx": lambda: word()[0],
        ".review.docx": lambda: word()[1],
        ".audit.json": lambda: to_json(draft, facts),
        ".md": lambda: to_markdown(draft),
        ".html": lambda: to_html(draft, page, facts, policies),
        ".json": lambda: to_json(draft, facts),
    }
    return [(ending, makers[ending]()) for ending in _endings(formats)]


def _endings(formats: Sequence[str]) -> list[str]:
    for name in formats:
        if name not in _ENDINGS:
            raise DocumentError(f"不认识的导出格式“{name}”，可用的有：{'、'.join(FORMATS)}")
    return list(dict.fromkeys(ending for name in formats for ending in _ENDINGS[name]))


def _named(target: Path, ending: str) -> Path:
    known = target.suffix.lower().removeprefix(".") in _ENDINGS
    stem = target.name[: -len(target.suffix)] if known else target.name
    if not stem.strip("."):
        raise DocumentError("没有给出文件名，请写明要导出的文件，如 总结.docx", path=target)
    return target.with_name(stem + ending)
