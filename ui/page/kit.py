"""Pieces of HTML from values. Every text is escaped here; nothing a person wrote ever goes through Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Literal

from assistant.finding import SEVERITY_NAMES, Finding

if TYPE_CHECKING:
    from assistant.errors import ZhibiError

Tone = Literal["error", "warning", "info", "good"]
Mark = tuple[int, int, str, str]  # start, end, class, title


def text(value: object) -> str:
    """Escaped for element content and for attributes alike."""
    return escape(str(value), quote=True)


def block(body: str, kind: str = "zb") -> None:
    """Put HTML on the page; ``body`` is made of escaped pieces."""
    import streamlit as st

    st.html(f'<div class="{kind}">{body}</div>')


def notice(message: object, tone: Tone = "info") -> None:
    block(f'<div class="notice {tone}">{text(message)}</div>')


def trouble(error: ZhibiError) -> None:
    notice(error, "error")


def chip(label: str, tone: str = "") -> str:
    return f'<span class="chip {tone}">{text(label)}</span>'


def marked(source: str, marks: Iterable[Mark]) -> str:
    """``source`` with spans marked; a mark that overlaps an earlier one is left out."""
    out, at = [], 0
    for start, end, kind, title in sorted(marks):
        if start >= at and end > start:
            hint = f' title="{text(title)}"' if title else ""
            out.append(f'{text(source[at:start])}<mark class="{kind}"{hint}>{text(source[start:end])}</mark>')
            at = end
    return "".join(out) + text(source[at:])


def finding_row(finding: Finding) -> str:
    quote = f" <q>{text(finding.quote)}</q>" if finding.quote and finding.quote not in finding.message else ""
    name = chip(SEVERITY_NAMES[finding.severity], finding.severity)
    return f'<div class="finding" title="{text(finding.rule)}">{name}{text(finding.message)}{quote}</div>'


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], *, cell: Callable[[str], str] | None = None
) -> str:
    """Rows of plain text; with ``cell`` they hold whole cells already made."""
    draw = cell or (lambda value: f"<td>{text(value)}</td>")
    body = "".join(f"<tr>{''.join(draw(c) for c in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{''.join(f'<th>{text(h)}</th>' for h in head)}</tr></thead><tbody>{body}</tbody></table>"


def bar(label: str, share: float, shown: str, wanted: tuple[float, float] | None = None) -> str:
    """A bar of ``share`` (0 to 1); with ``wanted`` the range it should lie in, and a tick where it does."""
    at = max(0.0, min(1.0, share)) * 100
    if wanted is None:
        inner = f'<span class="fill" style="width:{at:.1f}%"></span>'
    else:
        low, high = (max(0.0, min(1.0, w)) * 100 for w in wanted)
        inner = (
            f'<span class="range" style="left:{low:.1f}%;width:{max(high - low, 0.5):.1f}%"></span>'
            f'<span class="tick" style="left:{min(at, 99.2):.1f}%"></span>'
        )
    return f'<div class="bar"><span>{text(label)}</span><span class="track">{inner}</span><span>{text(shown)}</span></div>'
