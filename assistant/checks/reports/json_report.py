"""For programs. ``version`` rises when a key changes its meaning or goes; new keys may come without."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from assistant.checks.reports.result import Result, place
from assistant.finding import Finding, counts

VERSION = 1


def json_report(results: Sequence[Result]) -> str:
    return json.dumps(
        {"version": VERSION, "files": [_file(r) for r in results]}, ensure_ascii=False, indent=2
    )


def _file(result: Result) -> dict[str, Any]:
    return {
        "path": str(result.path),
        "findings": [_finding(result, f) for f in result.findings],
        "counts": counts(result.findings),
    }


def _finding(result: Result, finding: Finding) -> dict[str, Any]:
    fix = finding.fix
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "paragraph": finding.paragraph,
        "line": place(result, finding)[0],
        "start": finding.start,
        "end": finding.end,
        "quote": finding.quote,
        "fix": {"start": fix.start, "end": fix.end, "text": fix.text} if fix else None,
        "facts": list(finding.facts),
        "fingerprint": finding.fingerprint,
    }
