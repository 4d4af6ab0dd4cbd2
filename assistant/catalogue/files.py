"""Which data files the catalogue is made of, shipped and the user's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant import resources

WORDS = ("anticipation", "retrospect", "window_before", "window_during", "window_after")
FILES: dict[str, tuple[str, ...]] = {
    "formulations.yaml": ("formulations",),
    "formulations/*.yaml": ("formulations",),
    "documents.yaml": ("documents",),
    "timeline.yaml": ("milestones", "windows", "periods", *WORDS),
    "orders.yaml": ("orders",),
    "confusables.yaml": ("char_errors", "org_terms"),
    "themes.yaml": ("themes",),
}
GENRES = "genres/*.yaml"


def files(overlay: Path | None) -> Iterator[tuple[Path, Path]]:
    """(folder, file) for every data file, the shipped ones first."""
    for folder in resources.layers("knowledge", overlay):
        for pattern in (*FILES, GENRES):
            for path in sorted(folder.glob(pattern)):
                yield folder, path
