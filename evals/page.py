"""One HTML page that needs nothing else: no script, no font, no picture, no address. Small helpers for the reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from assistant.formats.printable import printable

_CSS = """
:root{color-scheme:light dark;--ink:#1d1d1f;--soft:#6b6b70;--line:#d8d8dc;--paper:#fff;--band:#f5f5f7;--bad:#b3261e;--warn:#8a5a00;--good:#1f6f43;--put:#d9f2e0;--cut:#f9dcda;--mark:#fff1c2}
@media(prefers-color-scheme:dark){:root{--ink:#ececef;--soft:#a0a0a8;--line:#3a3a3e;--paper:#1b1b1d;--band:#262629;--bad:#ff8a80;--warn:#ffcf6b;--good:#7bd6a0;--put:#173d26;--cut:#4d2220;--mark:#4a3d10}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.7 "Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px 20px 60px}h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:34px 0 10px;border-bottom:1px solid var(--line);padding-bottom:4px}h3{font-size:15px;margin:18px 0 6px}
p.note{color:var(--soft);margin:2px 0 10px}.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}th,td{border:1px solid var(--line);padding:5px 9px;text-align:left;vertical-align:top}th{background:var(--band);font-weight:600}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}th{white-space:nowrap}td.error,td.warning,td.info{white-space:nowrap}td.zero{color:var(--soft)}.error{color:var(--bad)}.warning{color:var(--warn)}.info{color:var(--soft)}.good{color:var(--good)}
ins{background:var(--put);text-decoration:none}del{background:var(--cut)}mark{background:var(--mark);color:inherit}.same{color:var(--soft)}.quote{color:var(--soft);font-size:13px}.pair td{width:49%}.pair td:first-child{width:2%;white-space:nowrap}table.fit{width:auto}table.fit td.n{min-width:90px}
details>summary{cursor:pointer}.bar{display:inline-block;height:9px;background:var(--good);border-radius:2px;vertical-align:middle}svg{max-width:100%;height:auto}svg text{fill:var(--soft);font-size:11px}
"""


def text(value: object) -> str:
    """Escaped, one line."""
    return escape(printable(str(value)))


def page(title: str, body: Iterable[str]) -> bytes:
    """UTF-8, complete from doctype to end; the policy of the page forbids everything that is not in it."""
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{text(title)}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n<main>\n<h1>{text(title)}</h1>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    ).encode()


def cell(value: object, kind: str = "") -> str:
    """A table cell of plain text; ``kind`` is its class."""
    return f'<td class="{kind}">{text(value)}</td>' if kind else f"<td>{text(value)}</td>"


def table(head: Sequence[str], rows: Iterable[str], kind: str = "") -> str:
    """``rows`` are cells already put together; the head is plain text."""
    cells = "".join(f"<th>{text(h)}</th>" for h in head)
    body = "\n".join(f"<tr>{row}</tr>" for row in rows)
    return f'<div class="scroll"><table class="{kind}"><thead><tr>{cells}</tr></thead><tbody>\n{body}\n</tbody></table></div>'
