"""The paper, section by section: findings in place, and a section changed by hand, locked or written again.

Each section is a fragment: what is opened or locked in one is drawn again in that one alone. A change of the text is
checked and kept, and then the whole is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from assistant.document import Section
from assistant.finding import Finding
from assistant.worker import Task, Work, edits
from ui.page import desks, kit, session
from ui.page.outline_view import begin
from ui.page.shown import Piece, Shown


def paper(work: Work, now: Shown) -> None:
    for n, piece in enumerate(now.pieces):
        with st.container(key=f"piece-{n}", gap="small"):
            _piece(work.id, piece, n)
    kit.block(now.foot, "paper")


@st.fragment
def _piece(id: str, piece: Piece, n: int) -> None:
    work = session.store().get(session.owner(), id)
    if work is None:
        return
    section = piece.section
    if section is not None and _is_open("editing", id, section):
        _by_hand(id, section)
    else:
        kit.block(piece.body, "paper")
        if section is not None and section.paragraphs:
            _tools(work, section)
    _findings(work, piece.findings, str(n))


# -- tools


def _place(what: str, id: str, section: Section) -> str:
    return f"{what}-{id}/{section.id}"


def _is_open(what: str, id: str, section: Section) -> bool:
    return bool(st.session_state.get(_place(what, id, section)))


def _open(what: str, id: str, section: Section) -> None:
    st.session_state[_place(what, id, section)] = True


def _shut(what: str, id: str, section: Section) -> None:
    st.session_state.pop(_place(what, id, section), None)


def _tools(work: Work, section: Section) -> None:
    locked = section.id in work.locked
    if _is_open("again", work.id, section) and not locked:
        _again(work, section)
        return
    button = partial(st.button, type="tertiary")
    with st.container(horizontal=True, key=f"tools-{section.id}", gap="small"):
        button("手改", key=f"edit-{section.id}", disabled=locked or work.busy,
               on_click=_open, args=("editing", work.id, section))  # fmt: skip
        button("重写", key=f"again-{section.id}", disabled=locked or work.busy,
               on_click=_open, args=("again", work.id, section))  # fmt: skip
        button("已锁定" if locked else "锁定", key=f"lock-{section.id}", disabled=work.busy,
               on_click=_toggle_lock, args=(work.id, section.id))  # fmt: skip


def _toggle_lock(id: str, section: str) -> None:
    work = session.store().get(session.owner(), id)
    if work is not None:
        session.store().save(session.owner(), id, locked=work.locked ^ {section})


def _again(work: Work, section: Section) -> None:
    embedded = session.settings().embedded
    with st.form(f"again-form-{section.id}", border=True):
        instruction = st.text_input(
            "对这一节的要求（可不写）", placeholder="如：写短一些，突出整改", max_chars=300, disabled=embedded,
            help="内置写手按固定章法写，不看要求；要求要用模型才有用" if embedded else None,
        )  # fmt: skip
        with st.container(horizontal=True):
            go = st.form_submit_button("重写这一节", type="primary")
            st.form_submit_button("不改了", on_click=_shut, args=("again", work.id, section))
    if go:
        _shut("again", work.id, section)
        begin(work, Task(section.id, instruction.strip()))


def _by_hand(id: str, section: Section) -> None:
    heading = section.heading
    with st.form(f"hand-{section.id}", border=True):
        if heading:
            heading = st.text_input("小标题", value=heading, max_chars=60).strip() or heading
        lines = max(6, len(section.text) // 34 + len(section.paragraphs) + 1)
        typed = st.text_area("正文（一段一行）", value=section.text, height=min(28 * lines + 20, 620))
        with st.container(horizontal=True):
            save = st.form_submit_button("保存并核校", type="primary")
            st.form_submit_button("不改了", on_click=_shut, args=("editing", id, section))
    if save:
        _shut("editing", id, section)
        desks.keep(
            id,
            "手改",
            lambda draft, brief: edits.with_heading(
                edits.with_text(draft, section.id, typed, brief), section.id, heading
            ),
        )
        st.rerun()


# -- findings


def _findings(work: Work, found: Sequence[Finding], place: str) -> None:
    """Right below what they are about; the ones with a safe fix have a button."""
    plain = [f for f in found if f.fix is None]
    if plain:
        kit.block("".join(map(kit.finding_row, plain)))
    for n, finding in enumerate(f for f in found if f.fix is not None):
        row, button = st.columns([8, 1], vertical_alignment="center")
        with row:
            fix = finding.fix.text if finding.fix else ""
            kit.block(
                kit.finding_row(finding) + f'<span class="dim">改为“{kit.text(fix)}”</span>' * bool(fix)
            )
        if button.button("改正", key=f"fix-{place}-{n}-{finding.fingerprint}", disabled=work.busy):
            desks.keep(work.id, "改正", lambda draft, _, f=finding: edits.with_fix(draft, f))  # type: ignore[misc]
            st.rerun()
