"""Imported before child processes are forked: everything a draft through an endpoint needs, loaded once for all of them.

What starts threads of its own (numpy) is left to the children.
"""

from __future__ import annotations

import gc
from contextlib import suppress
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
    gc.freeze()
    gc.enable()


_load()
