"""Runs in a folder: one folder a run, with run.json and the drafts; found again by id, its beginning, or latest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assistant.document import Draft
from assistant.errors import InputError
from assistant.formats.atomic import write_all
from evals import store
from evals.rows import Run, from_json, to_json

FILE = "run.json"


def save(folder: Path, run: Run, drafts: Mapping[str, Draft]) -> Path:
    """The folder of the run; DocumentError where it cannot be written."""
    home = folder / run.id
    try:
        (home / "drafts").mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise InputError(f"评测记录写不进去（{exc.strerror}），请换一个文件夹", path=folder) from exc
    files = [(home / "drafts" / f"{case}.json", store.dump(draft)) for case, draft in drafts.items()]
    write_all([*files, (home / FILE, to_json(run))])
    return home


def runs(folder: Path) -> tuple[Run, ...]:
    """Oldest first."""
    return tuple(from_json(p) for p in sorted(folder.glob(f"*/{FILE}")))


def find(folder: Path, name: str) -> Run:
    """By file path, id, beginning of an id, or ``latest``."""
    if name.endswith(".json"):
        return from_json(Path(name))
    ids = sorted(p.parent.name for p in folder.glob(f"*/{FILE}"))
    matching = ids[-1:] if name == "latest" else [i for i in ids if i.startswith(name)]
    if not matching:
        raise InputError(f"没有编号为 {name} 的评测记录，用 zhibi eval list 查看", path=folder)
    if len(matching) > 1 and name not in matching:
        raise InputError(f"有{len(matching)}次评测的编号以 {name} 开头，请写全", path=folder)
    return from_json(folder / (name if name in matching else matching[0]) / FILE)


def drafts_of(folder: Path, run: Run) -> dict[str, Draft]:
    home = folder / run.id / "drafts"
    return {p.stem: store.load(p) for p in sorted(home.glob("*.json"))}
