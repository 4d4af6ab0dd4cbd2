"""A draft whole, for our own keeping: everything in it, and the same draft back."""

from __future__ import annotations

from functools import cache
from typing import Any

from assistant.document import Draft


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Draft)


def dump(draft: Draft) -> str:
    text: str = _adapter().dump_json(draft).decode()
    return text


def load(text: str | bytes) -> Draft:
    draft: Draft = _adapter().validate_json(text)
    return draft
