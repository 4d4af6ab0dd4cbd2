"""Step two: the outline, headings and order and which fact where, open to change before a word is written."""

from __future__ import annotations

import hashlib
from typing import Any

import streamlit as st

from assistant.brief import Brief
from assistant.plan import Outline, make_outline
from assistant.worker import Task, Work, launch
from ui.page import kit, session

Sections = list[tuple[str, list[str]]]


def show(work: Work, brief: Brief) -> None:
    outline = make_outline(brief, session.catalogue())
    sections = _sections(outline)
    _start(work)
    left, right = st.columns([7, 5], gap="large")
    with left:
        changed = _headings(work, sections)
        changed = _facts(work, brief, changed)
        if changed != sections:
            session.store().save(session.owner(), work.id, sections=changed)
            st.rerun()
        if work.sections and st.button("恢复自动安排", help="去掉在这里做的改动，重新按文种安排"):
            session.store().save(session.owner(), work.id, sections=[])
            st.rerun()
    with right:
        st.subheader("全文提纲", anchor=False)
        kit.block(_whole(outline, brief))


def _start(work: Work) -> None:
    now = session.settings()
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "按这个提纲重写全文" if work.head else "开始写"
        if st.button(label, type="primary", icon=":material/edit:", disabled=work.busy):
            begin(work)
        who = "用内置写手，不联网" if now.embedded else f"用模型 {now.model}"
        kit.block(kit.text(who) + ("；锁定的节不会改动。" if work.locked else "。"), "zb dim")


def begin(work: Work, task: Task | None = None, *, resume: bool = False) -> None:
    """Start a writer and go to the text; what it is told holds no key."""
    asked = task or Task()
    told = Task(asked.section, asked.instruction, session.overrides())
    launch(session.store(), session.owner(), work.id, told, resume=resume, api_key=session.api_key())
    st.session_state["to-stage"] = "成稿"
    st.rerun()


def _sections(outline: Outline) -> Sections:
    return [(s.heading, list(s.items)) for s in outline.sections if s.part == "achievements" and s.items]


def _key(work: Work, sections: Sections, name: str) -> str:
    """A new editor for a new outline: edits already taken over are not made twice."""
    return f"{name}-{work.id}-{hashlib.sha256(repr(sections).encode()).hexdigest()[:12]}"


def _headings(work: Work, sections: Sections) -> Sections:
    st.subheader("小标题和次序", anchor=False)
    rows = [{"序": n, "小标题": heading, "条数": len(ids)} for n, (heading, ids) in enumerate(sections, 1)]
    edited: list[dict[str, Any]] = st.data_editor(
        rows, key=_key(work, sections, "headings"), num_rows="dynamic", hide_index=True, width="stretch",
        column_config={
            "序": st.column_config.NumberColumn(width=45, help="改数字就换次序", format="%g"),
            "小标题": st.column_config.TextColumn(width=360, max_chars=60),
            "条数": st.column_config.NumberColumn(width=50, disabled=True),
        },
    )  # fmt: skip
    kept = [r for r in edited if str(r.get("小标题") or "").strip()]
    by_heading = dict(sections)
    left_over = [ids for heading, ids in sections if heading not in {r["小标题"] for r in kept}]
    out: list[tuple[float, str, list[str]]] = []
    for n, row in enumerate(kept):
        heading = str(row["小标题"]).strip()
        ids = by_heading.get(heading)
        if ids is None:  # renamed: the facts of the heading that stood in this row
            ids = left_over.pop(0) if left_over and row.get("条数") else []
        out.append((float(row.get("序") or n + 1), heading, ids))
    ordered = sorted(out, key=lambda r: r[0])
    return [(h, ids) for _, h, ids in ordered] or sections


def _facts(work: Work, brief: Brief, sections: Sections) -> Sections:
    st.subheader("哪条事实写在哪一节", anchor=False)
    names = [h for h, _ in sections]
    where = {i: h for h, ids in sections for i in ids}
    order = [i for _, ids in sections for i in ids]
    order += [i.id for i in brief.facts if i.id not in where]
    rows = [{"编号": i, "归入": where.get(i), "材料": brief.item(i).text} for i in order]
    edited: list[dict[str, Any]] = st.data_editor(
        rows, key=_key(work, sections, "facts"), hide_index=True, width="stretch", height=min(38 * len(rows) + 40, 560),
        disabled=("编号", "材料"),
        column_config={
            "编号": st.column_config.TextColumn(width=50),
            "归入": st.column_config.SelectboxColumn(options=names, width=220, required=True),
            "材料": st.column_config.TextColumn(width="large"),
        },
    )  # fmt: skip
    moved = {r["编号"]: r["归入"] for r in edited if r["归入"]}
    return [(h, [i for i in order if moved.get(i) == h]) for h in names]


def _whole(outline: Outline, brief: Brief) -> str:
    rows = [f'<p style="text-align:center"><b>{kit.text(outline.title)}</b></p>']
    if outline.recipient:
        rows.append(f"<p>{kit.text(outline.recipient)}：</p>")
    for s in outline.sections:
        name = s.number + s.heading or {"opening": "（开头）", "closing": "（结尾）"}.get(s.part, "")
        pad = max(s.level - 1, 0) * 1.6
        length = f' <span class="dim">约{s.length}字</span>' if s.length and s.heading else ""
        rows.append(f'<p style="margin-left:{pad}em"><b>{kit.text(name)}</b>{length}</p>')
        for sub in s.subheads:
            ids = "、".join(sub.items)
            rows.append(
                f'<p style="margin-left:{pad + 1.6}em">{kit.text(sub.heading)} <span class="dim">{kit.text(ids)}</span></p>'
            )
        if s.items and not s.subheads:
            rows += [_bullet(brief, i, pad + 1.6) for i in s.items]
    return "".join(rows)


def _bullet(brief: Brief, id: str, pad: float) -> str:
    return f'<p class="dim" style="margin-left:{pad}em">{kit.text(id)} {kit.text(brief.item(id).text)}</p>'
