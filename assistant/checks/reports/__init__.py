"""Findings as a person or a machine reads them: text, json, sarif, junit, html.

In: checked files (anything with ``path``, ``document`` and ``findings``). Out: one string; nothing is printed here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.checks.reports.html_report import html_report
from assistant.checks.reports.json_report import json_report
from assistant.checks.reports.junit import junit_report
from assistant.checks.reports.result import Result
from assistant.checks.reports.sarif import sarif_report
from assistant.checks.reports.text_report import text_report
from assistant.errors import InputError

__all__ = ["FORMATS", "Result", "report"]

_WRITERS: dict[str, Callable[[Sequence[Result]], str]] = {
    "text": text_report,
    "json": json_report,
    "sarif": sarif_report,
    "junit": junit_report,
    "html": html_report,
}
FORMATS = tuple(_WRITERS)


def report(results: Sequence[Result], format: str = "text") -> str:
    """The report of all files in one of ``FORMATS``."""
    if format not in _WRITERS:
        raise InputError(f"没有 {format} 这种报告格式，可用的有 {'、'.join(FORMATS)}")
    return _WRITERS[format](results)
