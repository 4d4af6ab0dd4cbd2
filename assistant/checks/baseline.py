"""Findings known and accepted: told by rule and words, not by line, so that moving a paragraph brings none back.

A baseline is a JSON file of fingerprints by file name, each with how often it stood there.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from assistant.errors import InputError
from assistant.finding import Finding

VERSION = 1
Baseline = Mapping[str, Mapping[str, int]]


def make_baseline(found: Mapping[str, Iterable[Finding]]) -> dict[str, dict[str, int]]:
    """Fingerprints of the findings of each file, by its name."""
    return {
        name: dict(sorted(Counter(f.fingerprint for f in findings).items()))
        for name, findings in sorted(found.items())
    }


def new_findings(findings: Iterable[Finding], name: str, baseline: Baseline) -> tuple[Finding, ...]:
    """What the baseline does not hold; a fault that stands more often than it did is new for the surplus."""
    left = Counter(baseline.get(name, {}))
    out = []
    for finding in findings:
        if left[finding.fingerprint] > 0:
            left[finding.fingerprint] -= 1
        else:
            out.append(finding)
    return tuple(out)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Written to a temporary name in the same folder and moved into place."""
    text = (
        json.dumps({"version": VERSION, "files": baseline}, ensure_ascii=False, indent=1, sort_keys=True)
        + "\n"
    )
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).replace(path)
    except OSError as exc:
        raise InputError(f"基线文件写不进去：{exc.strerror or exc}", path=path) from None


def read_baseline(path: Path) -> dict[str, dict[str, int]]:
    """InputError where the file is no baseline of this version."""
    try:
        data: Any = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError(f"基线文件读不出来：{exc}", path=path) from None
    except (json.JSONDecodeError, RecursionError) as exc:
        line = getattr(exc, "lineno", None)
        raise InputError("基线文件不是有效的 JSON，请重新生成", path=path, line=line) from None
    if not isinstance(data, dict) or data.get("version") != VERSION or not _well_formed(data.get("files")):
        raise InputError("基线文件的版本或格式不对，请重新生成", path=path)
    return data["files"]  # type: ignore[no-any-return]


def _well_formed(files: Any) -> bool:
    return isinstance(files, dict) and all(
        isinstance(v, dict) and all(isinstance(n, int) and not isinstance(n, bool) for n in v.values())
        for v in files.values()
    )
