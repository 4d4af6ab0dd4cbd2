"""A draft as clean Markdown: headings by level, one paragraph a block, nothing that Markdown would read as its own."""

from __future__ import annotations

import re

from assistant.document import Block, Draft
from assistant.formats.printable import printable

_SPECIAL = re.compile(r"([\\`*_<\[\]])")
_LEADING = re.compile(r"^([#>+=~|-])")


def to_markdown(draft: Draft) -> bytes:
    """UTF-8. The title is ``#``, 一、 is ``##``, and so on down to ``#####``."""
    return ("\n\n".join(_block(block) for block in draft.document().blocks) + "\n").encode()


def _block(block: Block) -> str:
    text = _SPECIAL.sub(r"\\\1", printable(block.text))
    if block.role == "title":
        return f"# {text}"
    if block.role == "heading":
        return f"{'#' * (block.level + 1)} {text}"
    return _LEADING.sub(r"\\\1", text)
