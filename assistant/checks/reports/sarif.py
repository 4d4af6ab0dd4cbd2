"""SARIF 2.1.0, for code-review sites and editors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from assistant import __version__
from assistant.checks.reports.result import Result, place
from assistant.finding import Finding, Severity

_LEVEL: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def sarif_report(results: Sequence[Result]) -> str:
    ids = sorted({f.rule for r in results for f in r.findings})
    run = {
        "tool": {"driver": {"name": "zhibi", "version": __version__, "rules": [{"id": i} for i in ids]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(r, f, ids) for r in results for f in r.findings],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _result(result: Result, finding: Finding, ids: list[str]) -> dict[str, Any]:
    line, column = place(result, finding)
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(result.path)}}
    if line:
        region: dict[str, Any] = {
            "startLine": line,
            "startColumn": column,
            "endColumn": max(finding.end, finding.start + 1) + 1,
        }
        if finding.quote:
            region["snippet"] = {"text": finding.quote}
        location["region"] = region
    out: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": ids.index(finding.rule),
        "level": _LEVEL[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"zhibi/v1": finding.fingerprint},
    }
    if finding.fix is not None and line:
        out["fixes"] = [_fix(result, finding, line)]
    return out


def _fix(result: Result, finding: Finding, line: int) -> dict[str, Any]:
    fix = finding.fix
    assert fix is not None
    region = {"startLine": line, "startColumn": fix.start + 1, "endColumn": fix.end + 1}
    change = {"deletedRegion": region, "insertedContent": {"text": fix.text}}
    return {
        "description": {"text": finding.message},
        "artifactChanges": [{"artifactLocation": {"uri": _uri(result.path)}, "replacements": [change]}],
    }


def _uri(path: Path) -> str:
    return quote(path.as_posix())
