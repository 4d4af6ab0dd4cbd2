"""One self-contained page: the whole text with the words marked, the findings of a paragraph beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from assistant.checks.reports.result import Result, printable
from assistant.finding import SEVERITIES, SEVERITY_NAMES, Finding, counts

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.8 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:0 auto;max-width:70rem;padding:1rem}
h1{font-size:1.3rem}h2{font-size:1.1rem;border-bottom:1px solid #8886;margin-top:2rem}
.row{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:1.2rem;padding:.3rem 0}
.row p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
.row ul{margin:0;padding-left:1rem;font-size:.85rem}
mark{color:inherit;background:none;border-bottom:2px solid}
mark.error,b.error{border-color:#c62828;color:#c62828}
mark.warning,b.warning{border-color:#b26a00;color:#b26a00}
mark.info,b.info{border-color:#1565c0;color:#1565c0}
code{font-size:.8rem;opacity:.75}
@media(max-width:50rem){.row{grid-template-columns:1fr}}
@media print{.row{break-inside:avoid}}
"""


def html_report(results: Sequence[Result]) -> str:
    body = "".join(_file(r) for r in results)
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>核校报告</title><style>{_STYLE}</style></head><body><h1>核校报告</h1>{body}</body></html>\n"
    )


def _file(result: Result) -> str:
    by = counts(result.findings)
    said = "，".join(f"{SEVERITY_NAMES[s]}{by[s]}处" for s in SEVERITIES if by[s]) or "没有发现问题"
    grouped: dict[int, list[Finding]] = {}
    for finding in result.findings:
        grouped.setdefault(finding.paragraph, []).append(finding)
    whole = _list(grouped.get(-1, []))
    rows = "".join(_row(b.text, grouped.get(i, [])) for i, b in enumerate(result.document.blocks))
    return f"<section><h2>{_text(str(result.path))}</h2><p>{said}</p>{whole}{rows}</section>"


def _row(text: str, findings: list[Finding]) -> str:
    return f'<div class="row"><p>{_marked(text, findings)}</p>{_list(findings)}</div>'


def _list(findings: list[Finding]) -> str:
    items = "".join(
        f'<li><b class="{f.severity}">{SEVERITY_NAMES[f.severity]}</b> {_text(f.message)} <code>{_text(f.rule)}</code></li>'
        for f in findings
    )
    return f"<ul>{items}</ul>" if items else "<ul></ul>"


def _marked(text: str, findings: list[Finding]) -> str:
    """Text with the findings' spans marked; where they overlap the one that opens first, then the graver, is drawn."""
    out, at = [], 0
    for f in sorted(findings, key=lambda f: (f.start, SEVERITIES.index(f.severity), -f.end)):
        if f.start < at or f.end <= f.start:
            continue
        out.append(_text(text[at : f.start]))
        out.append(
            f'<mark class="{f.severity}" title="{_text(f.message)}">{_text(text[f.start : f.end])}</mark>'
        )
        at = f.end
    return "".join(out) + _text(text[at:])


def _text(text: str) -> str:
    return escape(printable(text))
