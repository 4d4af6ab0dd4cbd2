"""For a terminal: file:line:column, severity, rule, sentence; the line it stands in with a caret under the words."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.checks.reports.result import Result, paragraph, place, printable
from assistant.finding import SEVERITIES, SEVERITY_NAMES, Finding, counts
from assistant.text import display_width

_AROUND = 18


def text_report(results: Sequence[Result]) -> str:
    lines: list[str] = []
    for result in results:
        for finding in result.findings:
            lines += _lines(result, finding)
        lines.append(_summary(result))
    return "\n".join(lines)


def _lines(result: Result, finding: Finding) -> list[str]:
    line, column = place(result, finding)
    where = f"{result.path}:{line}:{column}" if line else f"{result.path}"
    head = printable(f"{where}：{SEVERITY_NAMES[finding.severity]}：{finding.message} [{finding.rule}]")
    text = paragraph(result, finding)
    if not text:
        return [head]
    left = max(0, finding.start - _AROUND)
    right = min(len(text), max(finding.end, finding.start + 1) + _AROUND)
    before = ("…" if left else "") + _flat(text[left : finding.start])
    marked = _flat(text[finding.start : finding.end])
    after = _flat(text[finding.end : right]) + ("…" if right < len(text) else "")
    caret = " " * display_width(before) + "^" * max(1, display_width(marked))
    return [head, f"    {before}{marked}{after}", f"    {caret}"]


def _flat(text: str) -> str:
    return printable(text).replace("\n", " ").replace("\t", " ")


def _summary(result: Result) -> str:
    by = counts(result.findings)
    said = "，".join(f"{SEVERITY_NAMES[s]}{by[s]}处" for s in SEVERITIES if by[s])
    return printable(f"{result.path}：{said or '没有发现问题'}")
