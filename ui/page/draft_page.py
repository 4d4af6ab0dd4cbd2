"""起草: material, outline, text. One work at a time; its id stands in the address."""

from __future__ import annotations

import streamlit as st

from assistant.brief import Brief
from assistant.errors import ZhibiError
from assistant.worker import Work
from ui.page import kit, material, outline_view, result, session, writing

STAGES = ("材料", "提纲", "成稿")


def show() -> None:
    work = session.choose_work("draft", "新起草一份", "我的稿件")
    if work is None:
        _welcome()
        return
    if "to-stage" in st.session_state:
        st.session_state["stage"] = st.session_state.pop("to-stage")
    if "stage" not in st.session_state:
        st.session_state["stage"] = "成稿" if work.head or work.status != "editing" else "材料"
    top = st.container(horizontal=True, vertical_alignment="center")
    with top:
        stage = st.segmented_control("步骤", STAGES, key="stage", required=True, label_visibility="collapsed")
        kit.block(f"<b>{kit.text(work.title or '新的一份')}</b>")
    if stage == "材料":
        material.show(work)
    elif stage == "提纲":
        _with_brief(work, outline_view.show)
    else:
        _text(work)
    _forget(work)


def _welcome() -> None:
    st.title("起草")
    kit.block(
        "<p>把要点贴进来，或者上传材料表，执笔按文种列出提纲、逐节写成初稿，每句话都能看到出自哪条材料；"
        "数字一个不改，没有的事一件不写，缺的留成【待补】。</p>"
        '<p class="dim">默认用内置写手，不联网；要用大模型，先到“设置”里填地址。</p>'
    )
    if st.button("新起草一份", type="primary", key="welcome-new"):
        session.point_to(session.store().create(session.owner()))
        st.session_state["stage"] = "材料"
        st.rerun()


def _with_brief(work: Work, view: object) -> None:
    brief = read(work)
    if brief is not None:
        view(work, brief)  # type: ignore[operator]


def read(work: Work) -> Brief | None:
    """The brief, or a word on what is missing."""
    if not work.source.strip():
        kit.notice("还没有材料，请先回到“材料”一步贴上要点或上传文件。")
        return None
    try:
        return session.brief(work)
    except ZhibiError as error:
        kit.notice(f"材料还不能用：{error}", "warning")
        return None


def _text(work: Work) -> None:
    if work.status in ("queued", "running", "stopped", "failed"):
        writing.show(work)
        if work.busy or not work.head:
            return
    if work.head:
        _with_brief(work, result.show)
    elif work.status == "editing":
        kit.notice("还没有动笔。先在“材料”里备好要点，在“提纲”里看过安排，再点“开始写”。")


def _forget(work: Work) -> None:
    with st.sidebar.popover("删除这份", icon=":material/delete:", width="stretch"):
        st.write("连同材料和各版稿子一起删除，不能恢复。")
        if st.button("确定删除", key=f"delete-{work.id}", disabled=work.busy):
            session.store().delete(session.owner(), work.id)
            session.leave()
            st.session_state.pop("stage", None)
            st.rerun()
