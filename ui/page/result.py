"""Step three: the draft, with what can be taken away above it and the ledger beside it."""

from __future__ import annotations

import re
from functools import partial

import streamlit as st

from assistant.brief import Brief
from assistant.finding import counts
from assistant.formats.sources import FactView
from assistant.formats.stored import load
from assistant.worker import Work
from ui.page import desks, kit, session
from ui.page.sections import paper
from ui.page.shown import Shown, facts_of, shown

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_FILES = {
    "clean": ("成稿 .docx", ".docx", _WORD),
    "review": ("核校稿（带批注）", ".review.docx", _WORD),
    "audit": ("来源档", ".audit.json", "application/json"),
}
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def show(work: Work, brief: Brief) -> None:
    text = session.store().draft(session.owner(), work.id, work.head)
    if text is None:
        kit.notice("这一版稿子不在了，请从“提纲”重新写。", "warning")
        return
    now = shown(text, brief)
    _tools(work, brief, now, text)
    left, right = st.columns([7, 4], gap="large")
    with left:
        paper(work, now)
    with right:
        _side(brief, now)
    desks.warm(work, brief, now.draft)


# -- above the paper


def _tools(work: Work, brief: Brief, now: Shown, text: str) -> None:
    draft = now.draft
    name = _UNSAFE.sub("", draft.title)[:60] or "成稿"
    views = tuple((f.id, f.text, f.source) for f in facts_of(brief))
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind, (label, ending, mime) in _FILES.items():
            st.download_button(
                label, partial(_file, kind, text, views), f"{name}{ending}", mime, on_click="ignore", key=f"get-{kind}",
                type="primary" if kind == "clean" else "secondary", icon=":material/download:" if kind == "clean" else None,
            )  # fmt: skip
        versions = session.store().versions(session.owner(), work.id)
        numbers = [v.number for v in versions]
        here = numbers.index(work.head) if work.head in numbers else -1
        notes = {v.number: v.note for v in versions}
        back = numbers[here - 1] if here > 0 else 0
        forth = numbers[here + 1] if 0 <= here < len(numbers) - 1 else 0
        undone = f"撤销“{notes[work.head]}”" if back and _tame(notes[work.head]) else None
        st.button("撤销", icon=":material/undo:", disabled=not back or work.busy, key="undo", help=undone,
                  on_click=_to_version, args=(work.id, back))  # fmt: skip
        st.button("恢复", icon=":material/redo:", disabled=not forth or work.busy, key="redo",
                  on_click=_to_version, args=(work.id, forth))  # fmt: skip
    n = counts(draft.findings)
    asked = f"（要求约{brief.length}字）" if brief.length else ""
    kit.block(
        f"正文{now.length}字{asked}　材料写进{now.told}/{len(brief.ledger)}条　待补待核{now.open}处　"
        + kit.chip(f"必错 {n['error']}", "error" if n["error"] else "good")
        + kit.chip(f"疑似 {n['warning']}", "warning" if n["warning"] else "good")
        + kit.chip(f"提示 {n['info']}", "info")
    )


def _to_version(id: str, number: int) -> None:
    session.store().show(session.owner(), id, number)


def _tame(note: str) -> bool:
    """A tooltip is Markdown: only words of ours go there."""
    return note in ("起草", "批量起草", "改正", "手改")


@st.cache_data(show_spinner=False, max_entries=12)
def _file(kind: str, text: str, views: tuple[tuple[str, str, str], ...]) -> bytes:
    """Made when it is asked for, not at every change."""
    from assistant.formats.audit import to_json
    from assistant.formats.docx_review import to_review_docx
    from assistant.formats.docx_write import to_docx
    from assistant.formats.typography import load as load_page

    draft, facts = load(text), [FactView(*v) for v in views]
    if kind == "audit":
        return to_json(draft, facts)
    if kind == "clean":
        return to_docx(draft, load_page())
    return to_review_docx(draft, load_page(), facts, dict(draft.trace.passages))


# -- beside the paper


def _side(brief: Brief, now: Shown) -> None:
    draft = now.draft
    parts = st.tabs([f"台账（{now.told}/{len(brief.ledger)}）", f"全文的问题（{len(now.whole)}）",
                     f"待问（{len(draft.questions)}）"])  # fmt: skip
    with parts[0], st.container(height=720, border=False, key="ledger"):
        kit.block(now.ledger)
    with parts[1]:
        kit.block("".join(map(kit.finding_row, now.whole)) or "全文没有要说的问题。")
    with parts[2]:
        kit.block(
            "".join(
                f'<div class="finding">{kit.chip("必答", "error") if q.blocking else ""}{kit.text(q.text)}</div>'
                for q in draft.questions
            )
            or "没有要问的。"
        )
