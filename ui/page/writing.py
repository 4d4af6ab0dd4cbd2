"""While a writer is at it: how far it is, the text as it comes, stop; and afterwards, take it up again."""

from __future__ import annotations

import re

import streamlit as st

from assistant.errors import ZhibiError
from assistant.worker import Reply, Task, Work, reap
from ui.page import kit, session
from ui.page.outline_view import begin

_MARK = re.compile(r"⟦[^⟧]*⟧?")


def show(work: Work) -> None:
    if work.busy:
        _live(work.id)
    elif work.status == "failed":
        kit.notice(f"没有写完：{work.error}", "error")
        _again(work)
    elif work.status == "stopped" or work.lost:
        kit.notice(
            "已经停下，写好的部分都留着。"
            if not work.lost
            else "写作中断了（可能关过机），写好的部分都留着。",
            "warning",
        )
        _again(work)


def _again(work: Work) -> None:
    with st.container(horizontal=True):
        if st.button("接着写", type="primary", key=f"resume-{work.id}"):
            begin(work, Task(work.task.section, work.task.instruction), resume=True)
        if st.button("从头重写" if not work.task.section else "重写这一节", key=f"afresh-{work.id}"):
            begin(work, Task(work.task.section, work.task.instruction))
    if not work.head:
        _so_far(work)


@st.fragment(run_every=1.0)
def _live(id: str) -> None:
    """Looks into the journal once a second; nothing here writes a word."""
    reap()
    work = session.store().get(session.owner(), id)
    if work is None or not work.busy:
        st.rerun()
        return
    share = work.done / work.total if work.total else 0.0
    line, button = st.columns([5, 1], vertical_alignment="center")
    with line:
        st.progress(min(share, 1.0))
        what = "正在启动" if work.status == "queued" else f"正在写，刚写好：{work.what}"
        if work.what in ("准备", "核校"):
            what = {"准备": "正在读材料、找依据", "核校": "正文写完，正在核校、改正"}[work.what]
        count = f"（{work.done}/{work.total}节）" if work.total > 1 else ""
        kit.block(f"{kit.text(what)}{count}。可以关掉网页，回来接着看。", "zb dim")
    with button:
        if st.button("停下", key=f"stop-{id}", icon=":material/stop_circle:", disabled=work.stop):
            session.store().stop(session.owner(), id)
            st.rerun(scope="fragment")
    if work.task.section:
        kit.block(
            f"正在重写一节{kit.text('，要求：' + work.task.instruction) if work.task.instruction else ''}。"
        )
    _so_far(work)


def _so_far(work: Work) -> None:
    replies = session.store().replies(session.owner(), work.id)
    names = _headings(work) if replies else {}
    kit.block("".join(_reply(r, names.get(r.section, "")) for r in replies), "paper coming")


def _headings(work: Work) -> dict[str, str]:
    """Section id -> heading as printed, for the text that comes."""
    try:
        outline = session.outline(session.brief(work))
    except ZhibiError:
        return {}
    return {s.id: s.number + s.heading for s in outline.sections if s.heading}


def _reply(reply: Reply, heading: str) -> str:
    lines = [_MARK.sub("", line).strip() for line in reply.text.splitlines()]
    body = "".join(f"<p>{kit.text(line)}</p>" for line in lines if line)
    body = (f'<p class="h2">{kit.text(heading)}</p>' if heading else "") + body
    return body if reply.finish else f"{body}<p class='dim'>……</p>"
