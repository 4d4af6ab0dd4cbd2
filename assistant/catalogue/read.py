"""All data files of the catalogue, shipped and the user's, into typed collections.

A user's entry of the same id replaces the shipped one; ``{id: …, off: true}`` takes it out. Genres go by file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.catalogue import genres
from assistant.catalogue.files import FILES, WORDS, files
from assistant.catalogue.nodes import Fields, KnowledgeProblem, Problems, is_mapping, read_nodes
from assistant.catalogue.schema import KINDS, OFF, Kind
from assistant.catalogue.types import Genre
from assistant.compiled import no_collection

if TYPE_CHECKING:
    import yaml


@dataclass
class Collected:
    """What was read so far: entries by kind and id, where each stands, word lists, genres, problems, digest."""

    entries: dict[str, dict[str, Any]] = field(default_factory=lambda: {name: {} for name in KINDS})
    places: dict[tuple[str, str], Fields] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=lambda: dict.fromkeys(WORDS, ()))
    genres: dict[str, Genre] = field(default_factory=dict)
    problems: Problems = field(default_factory=list)
    digest: str = ""


def collect(overlay: Path | None) -> Collected:
    """Read everything; problems are noted, never raised."""
    with no_collection():
        return _collect(overlay)


def _collect(overlay: Path | None) -> Collected:
    out, hasher = Collected(), hashlib.sha256()
    layer: set[tuple[str, str]] = set()
    last: Path | None = None
    for folder, path in files(overlay):
        if folder != last:
            layer, last = set(), folder
        try:
            raw = path.read_bytes()
        except OSError as exc:
            out.problems.append(KnowledgeProblem(str(path), 0, f"文件读不出来：{exc.strerror or exc}"))
            continue
        name = path.relative_to(folder).as_posix()
        hasher.update(f"{name}\0{len(raw)}\0".encode() + raw)
        node = read_nodes(path, raw, out.problems)
        if node is not None:
            _read_file(out, name, Fields(path, node, _keys(name), out.problems), layer)
    out.digest = hasher.hexdigest()
    return out


def _keys(name: str) -> frozenset[str]:
    if name.startswith("genres/"):
        return genres.KEYS
    return frozenset(FILES["formulations/*.yaml" if name.startswith("formulations/") else name])


def _read_file(out: Collected, name: str, f: Fields, layer: set[tuple[str, str]]) -> None:
    if name.startswith("genres/"):
        id = Path(name).stem
        out.genres[id] = genres.genre(id, f)
        out.places["genres", id] = f
        return
    for key in _keys(name):
        if key in WORDS:
            out.words[key] = f.texts(key) if key in f else out.words[key]
            continue
        for node in f.items(key):
            _read_entry(out, KINDS[key], f.path, node, layer)


def _read_entry(out: Collected, kind: Kind, path: Path, node: yaml.Node, layer: set[tuple[str, str]]) -> None:
    f = Fields(path, node, kind.keys | {OFF}, out.problems)
    if not is_mapping(node):
        return
    id = f.text("id")
    if id and (kind.name, id) in layer:
        f.problem(f"id {id} 重复，请改名或并为一条", f.at("id"))
        return
    layer.add((kind.name, id))
    if OFF in f and f.flag(OFF, False):
        out.entries[kind.name].pop(id, None)
        return
    entry = kind.build(f)
    if entry is not None:
        out.entries[kind.name][id] = entry
        out.places[kind.name, id] = f
