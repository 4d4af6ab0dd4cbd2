"""What is worked out once for a catalogue and kept: indexes of formulations, registers of titles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from assistant.catalogue import Catalogue

T = TypeVar("T")
_LIMIT = 32
_kept: dict[tuple[str, str], object] = {}


def per_catalogue(catalogue: Catalogue, name: str, build: Callable[[Catalogue], T]) -> T:
    """``build(catalogue)``, once for each content of the catalogue and ``name``."""
    key = (catalogue.digest, name)
    if key not in _kept:
        if len(_kept) >= _LIMIT:
            _kept.pop(next(iter(_kept)))
        _kept[key] = build(catalogue)
    return _kept[key]  # type: ignore[return-value]
