"""Coverage-guided fuzzing of the doors: texts, Word archives, briefs and rule files.

    python -m benchmarks.fuzz text -max_total_time=120 [any libFuzzer option]

Any bytes must end in findings or in one ``ZhibiError`` with a message; anything else stops the run, and
libFuzzer leaves the input beside it. Needs ``atheris`` (not a dependency: pip install atheris); the same
doors are tested with hypothesis in ``tests/`` where it is not there.
"""

from __future__ import annotations

import io
import logging
import random
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["assistant"]):
    from assistant.checking import check_document
    from assistant.checks.registry import load_rules
    from assistant.errors import ZhibiError
    from assistant.formats.briefs import read_brief
    from assistant.formats.read import read_document
    from assistant.settings import Settings

# what a Word file must have to be read past its zip: the fuzzer changes these parts, then packs them again
PARTS = ("word/document.xml", "word/numbering.xml", "word/styles.xml", "word/comments.xml")
Target = Callable[[bytes, Path], None]


def _file(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _checked(path: Path, settings: Settings) -> None:
    check_document(read_document(path).document, settings)


def text(data: bytes, folder: Path) -> None:
    """Bytes as a .txt or .md (the first bit chooses)."""
    _checked(_file(folder, "a.md" if data[:1] > b"\x7f" else "a.txt", data), Settings(workspace=folder))


def docx(data: bytes, folder: Path) -> None:
    """Bytes as a whole archive."""
    _checked(_file(folder, "a.docx", data), Settings(workspace=folder))


def brief(data: bytes, folder: Path) -> None:
    """Bytes as a brief in YAML."""
    read_brief(_file(folder, "a.yaml", data))


def rules(data: bytes, folder: Path) -> None:
    """Bytes as a user's rule file: an error, or at least the rules there were."""
    _file(folder, "knowledge/rules/own.yaml", data)
    if len(load_rules(folder)) < len(load_rules()):
        raise AssertionError("fewer rules than without the file")


TARGETS: dict[str, Target] = {"text": text, "docx": docx, "brief": brief, "rules": rules}


def _repacked(data: bytes, max_size: int, seed: int) -> bytes:
    """One part of the archive mutated and packed again: past the zip's checksums into the readers."""
    choice = random.Random(seed)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()[:20]}
    except Exception:
        return bytes(atheris.Mutate(data, max_size))
    name = choice.choice(PARTS)
    parts[name] = bytes(atheris.Mutate(parts.get(name, b"<a/>"), max_size // 2))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for each, content in parts.items():
            archive.writestr(each, content)
    packed = out.getvalue()
    return packed if len(packed) <= max_size else data


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        raise SystemExit(f"python -m benchmarks.fuzz {{{','.join(TARGETS)}}} [libFuzzer options]")
    target = TARGETS[sys.argv[1]]
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    folder = Path(tempfile.mkdtemp(prefix="zhibi-fuzz-"))

    def once(data: bytes) -> None:
        try:
            target(data, folder)
        except ZhibiError as exc:
            if not exc.message:
                raise AssertionError("an error without a message") from exc

    mutator = {"custom_mutator": _repacked} if target is docx else {}
    atheris.Setup([sys.argv[0], *sys.argv[2:]], once, **mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
