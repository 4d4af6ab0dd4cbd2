"""Imported before child processes are forked: everything a draft through an endpoint needs, loaded once for all of them.

What starts threads of its own (numpy) is left to the children.
"""

from __future__ import annotations

import gc
from contextlib import suppress
from datetime import date
from importlib import import_module

_NEEDED = (
    "assistant.batch.work",
    "assistant.formats.docx_review",
    "assistant.models.gateway",
    "langchain_core.prompts.chat",
    "langchain_openai",
)


def _load() -> None:
    """Nothing that is made here is ever let go of, so the collector neither runs meanwhile nor looks at it again."""
    gc.disable()
    for name in _NEEDED:
        with suppress(Exception):  # it is loaded, or fails, where it is used
            import_module(name)
    with suppress(Exception):
        _first_use()
    gc.freeze()
    gc.enable()


def _first_use() -> None:
    """A draft that is thrown away: data files are read and expressions compiled here, not once more in every child."""
    from assistant.brief import Brief, Period, make_item
    from assistant.catalogue import load_catalogue
    from assistant.drafting import Job, draft
    from assistant.formats.export import render
    from assistant.models.embedded.model import EmbeddedWriter
    from assistant.settings import load_settings

    brief = Brief(
        "work-summary", "示例单位", Period.parse("2024"), date(2025, 1, 6),
        facts=(make_item("fact", 1, "召开会议12次"), make_item("fact", 2, "开展培训3期")),
        problems=(make_item("problem", 1, "经费不足"),), plans=(make_item("plan", 1, "2025年争取资金20万元"),),
        digest="preload",
    )  # fmt: skip
    settings = load_settings()
    render(draft(Job(brief, settings, load_catalogue(settings.overlay)), EmbeddedWriter()), ("docx",))


_load()
