"""One file that moves an index between machines: a zip of the store and a small manifest. Imports add, never remove."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from pathlib import Path

from assistant.errors import KnowledgeError
from assistant.index.store import FORMAT, Store

_STORE, _MANIFEST = "store.sqlite3", "manifest.json"


def export_store(store: Store, path: Path, digest: str) -> None:
    """Write the file under a temporary name beside its place, then move it there."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            copy = Path(folder) / _STORE
            store.snapshot(copy)
            archive.writestr(
                _MANIFEST, json.dumps({"format": FORMAT, "digest": digest, "documents": len(store.ids())})
            )
            archive.write(copy, _STORE)
        temporary.replace(path)
    except OSError as exc:
        raise KnowledgeError(f"导出文件写不进去：{exc.strerror or exc}", path=path) from None
    finally:
        temporary.unlink(missing_ok=True)


def import_store(store: Store, path: Path) -> int:
    """Copy the documents this store lacks, all in one transaction; returns how many."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / _STORE
        _unpack(path, copy)
        _check(path, copy)
        return store.merge(copy)


def _check(path: Path, copy: Path) -> None:
    db = sqlite3.connect(copy)
    try:
        whole = db.execute("PRAGMA quick_check").fetchone()[0] == "ok" and db.execute(
            "SELECT count(*) FROM documents"
        )
    except sqlite3.DatabaseError:
        whole = False
    finally:
        db.close()
    if not whole:
        raise KnowledgeError("导出文件里的资料库已损坏，请在原机器上重新导出", path=path)


def _unpack(path: Path, copy: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            with archive.open(_STORE) as source, copy.open("wb") as target:
                shutil.copyfileobj(source, target)
    except OSError as exc:
        raise KnowledgeError(f"导入文件读不出来：{exc.strerror or exc}", path=path) from None
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise KnowledgeError("这不是 zhibi knowledge export 导出的文件，或文件不完整", path=path) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise KnowledgeError("导出文件来自另一版本的程序，请用同一版本导出后再导入", path=path)
