"""Findings as a person or a machine reads them: text, json, sarif, junit, html.

In: checked files (anything with ``path``, ``document`` and ``findings``). Out: one string; nothing is printed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from assistant.checks.reports.result import Result
from assistant.errors import InputError

__all__ = ["FORMATS", "Result", "report"]

_MODULES = {
    "text": "text_report",
    "json": "json_report",
    "sarif": "sarif",
    "junit": "junit",
    "html": "html_report",
}  # each has a function ``…_report``; only the one asked for is imported
FORMATS = tuple(_MODULES)


def report(results: Sequence[Result], format: str = "text") -> str:
    """The report of all files in one of ``FORMATS``."""
    if format not in _MODULES:
        raise InputError(f"没有 {format} 这种报告格式，可用的有 {'、'.join(FORMATS)}")
    module = import_module(f"{__name__}.{_MODULES[format]}")
    return str(getattr(module, f"{format}_report")(results))
