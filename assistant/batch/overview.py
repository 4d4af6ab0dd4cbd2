"""The overview of a batch as one HTML page that needs nothing else: no script, no font, no picture, no address."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from assistant.batch.results import GROUPS, STATUS_NAMES
from assistant.batch.twins import Twins
from assistant.batch.types import RowNote, UnitResult
from assistant.finding import SEVERITIES, SEVERITY_NAMES
from assistant.formats.printable import printable

_CSS = (
    "body{font:15px/1.6 system-ui,sans-serif;max-width:1200px;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #ddd;padding:.25em .5em;text-align:right;"
    "vertical-align:top}th{position:sticky;top:0;background:#fff}th:first-child,td:first-child,td.t,th.t{text-align:left}"
    "tr.failed td{background:#fdecea}b.error{color:#b00020}.cards{display:flex;gap:1em;flex-wrap:wrap}"
    ".cards div{border:1px solid #ddd;border-radius:6px;padding:.5em 1em}.cards strong{display:block;font-size:1.6em}"
)
_MOST_ROWS = 5000


def overview_html(results: Sequence[UnitResult], notes: Sequence[RowNote], twins: Twins) -> bytes:
    """UTF-8; units with failures and errors first; links go to the files beside the page."""
    parts = [
        _cards(results, notes),
        _units(results),
        _twins(twins, {r.key: r.unit for r in results}),
        _notes(notes),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>批量起草总览</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<h1>批量起草总览</h1>\n"
        + "\n".join(p for p in parts if p)
        + "\n</body>\n</html>\n"
    ).encode()


def _t(text: object) -> str:
    return escape(printable(str(text)))


def _cards(results: Sequence[UnitResult], notes: Sequence[RowNote]) -> str:
    done = [r for r in results if r.status == "done"]
    figures = [
        ("单位", len(results)),
        ("已写成", len(done)),
        ("未写成", len(results) - len(done)),
        ("必错", sum(r.severities.get("error", 0) for r in done)),
        ("待补待核", sum(r.placeholders for r in done)),
        ("待问", sum(r.questions for r in done)),
        ("清单问题", len(notes)),
    ]
    return (
        '<div class="cards">'
        + "".join(f"<div>{_t(n)}<strong>{c}</strong></div>" for n, c in figures)
        + "</div>"
    )


def _units(results: Sequence[UnitResult]) -> str:
    ranked = sorted(results, key=lambda r: (r.status == "done", -r.severities.get("error", 0), r.key))
    head = ["单位", *(SEVERITY_NAMES[s] for s in SEVERITIES), *GROUPS.values(), "待补待核", "待问", "字数"]
    rows = "\n".join(_unit(r) for r in ranked[:_MOST_ROWS])
    more = f"<p>只列前{_MOST_ROWS}个，其余见结果表。</p>" if len(ranked) > _MOST_ROWS else ""
    return (
        "<h2>各单位</h2>\n<table><thead><tr>" + "".join(f"<th>{_t(h)}</th>" for h in head)
        + f'<th class="t">说明</th></tr></thead><tbody>\n{rows}\n</tbody></table>{more}'
    )  # fmt: skip


def _unit(r: UnitResult) -> str:
    name = _t(r.unit)
    if r.endings:
        name = f'<a href="{quote(r.key + r.endings[0])}">{name}</a>'
    errors = r.severities.get("error", 0)
    cells = [f"<b class=error>{errors}</b>" if errors else "0"]
    cells += [str(r.severities.get(s, 0)) for s in SEVERITIES[1:]] + [str(r.groups.get(g, 0)) for g in GROUPS]
    cells += [str(r.placeholders), str(r.questions), str(r.characters)]
    said = r.error or (f"清单有{r.skipped_rows}行没有采用" if r.skipped_rows else "")
    return (
        f'<tr class="{r.status}"><td>{name}{"" if r.status == "done" else "（" + STATUS_NAMES[r.status] + "）"}</td>'
        + "".join(f"<td>{c}</td>" for c in cells)
        + f'<td class="t">{_t(said)}</td></tr>'
    )


def _twins(twins: Twins, names: dict[str, str]) -> str:
    if not twins.complete:
        return "<h2>雷同</h2><p>单位太多，没有两两比较；几个单位都写了的句子见结果表。</p>"
    if not twins.pairs:
        return "<h2>雷同</h2><p>没有两份稿子的叙述句相同得超过限度。</p>"
    rows = "".join(
        f'<tr><td>{_t(names.get(t.first, t.first))}</td><td class="t">{_t(names.get(t.second, t.second))}</td>'
        f"<td>{t.shared}句</td><td>{t.share:.0%}</td></tr>"
        for t in twins.pairs[:200]
    )
    return f"<h2>雷同</h2><p>叙述句相同超过限度的（列前200对）：</p><table><tbody>{rows}</tbody></table>"


def _notes(notes: Sequence[RowNote]) -> str:
    if not notes:
        return ""
    return "<h2>清单问题</h2><ul>" + "".join(f"<li>{_t(n)}</li>" for n in notes[:1000]) + "</ul>"
