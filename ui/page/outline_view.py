"""Step two: the outline, headings and order and which fact where, open to change before a word is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from assistant.brief import Brief
from assistant.plan import Outline
from assistant.worker import Task, Work, launch
from ui.page import kit, session

_MOST = 60  # characters of a heading
_COLUMNS = (3, 10, 4)  # number, heading, what can be done with it


@dataclass(frozen=True, slots=True)
class Arranged:
    """The outline as it stands: achievement sections as (heading, fact ids), and the headings of parts and measures."""

    sections: tuple[tuple[str, tuple[str, ...]], ...]
    headings: dict[str, str]

    def renamed(self, n: int, heading: str) -> Arranged:
        rows = list(self.sections)
        rows[n] = (heading, rows[n][1])
        return Arranged(tuple(rows), self.headings)

    def swapped(self, n: int, other: int) -> Arranged:
        rows = list(self.sections)
        rows[n], rows[other] = rows[other], rows[n]
        return Arranged(tuple(rows), self.headings)

    def without(self, n: int) -> Arranged:
        return Arranged(self.sections[:n] + self.sections[n + 1 :], self.headings)

    def grown(self, heading: str) -> Arranged:
        return Arranged((*self.sections, (heading, ())), self.headings)

    def moved(self, facts: list[str], to: int) -> Arranged:
        rows = [
            (h, tuple(i for i in ids if i not in facts) + (tuple(facts) if n == to else ()))
            for n, (h, ids) in enumerate(self.sections)
        ]
        return Arranged(tuple(rows), self.headings)

    def named(self, key: str, heading: str) -> Arranged:
        return Arranged(self.sections, self.headings | {key: heading})


def show(work: Work, brief: Brief) -> None:
    _start(work)
    _editor(work.id)


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


@st.fragment
def _editor(id: str) -> None:
    """Runs alone at every change; each change is on disk before anything is drawn."""
    work = session.store().get(session.owner(), id)
    if work is None:
        return
    brief = session.brief(work)
    outline = session.outline(brief)
    now = arranged(work, outline)
    left, right = st.columns([7, 5], gap="large")
    with left:
        st.subheader("小标题和次序", anchor=False)
        with st.container(key="outline-headings"):
            _headings(work, outline, now)
        if now.sections:
            st.subheader("材料换地方", anchor=False)
            _facts(work, brief, now)
        if work.sections or work.headings:
            st.button("恢复自动安排", help="去掉在这里做的改动，重新按文种安排", on_click=_reset, args=(id,))
    with right:
        st.subheader("全文提纲", anchor=False)
        kit.block(_whole(outline, brief, now), "zb whole")


def arranged(work: Work, outline: Outline) -> Arranged:
    """As the person left it, else as planned; a fact in no section of the person's stands where the planner puts it.
    No sections where the facts are few and stand right under the part's heading."""
    planned = [(s.heading, s.items) for s in outline.sections if s.part == "achievements" and s.level > 1]
    headings = {s.id: s.heading for s in outline.sections if s.heading and s.level == 1}
    headings |= {sub.items[0]: sub.heading for s in outline.sections for sub in s.subheads}
    if not work.sections or not planned:
        return Arranged(tuple(planned), headings)
    placed = {i for _, ids in planned for i in ids}
    rows = [[h, [i for i in ids if i in placed]] for h, ids in work.sections]
    known = {i for _, ids in rows for i in ids}
    for heading, ids in planned:
        at = next((r for r in rows if r[0] == heading), rows[0])
        at[1] += [i for i in ids if i not in known]  # type: ignore[operator]
    return Arranged(tuple((str(h), tuple(ids)) for h, ids in rows), headings)


def _keep(id: str, now: Arranged) -> None:
    """Everything as it stands, so that what the person did not touch stays too."""
    session.store().save(session.owner(), id, sections=now.sections, headings=now.headings)


def _reset(id: str) -> None:
    session.store().save(session.owner(), id, sections=[], headings={})


# -- headings


def _headings(work: Work, outline: Outline, now: Arranged) -> None:
    for s in outline.sections:
        if s.id not in now.headings:
            continue
        _part(work, now, s.id, s.number)
        for sub in s.subheads:
            _part(work, now, sub.items[0], "　" + sub.items[0])
        if s.part == "achievements" and now.sections:
            for n in range(len(now.sections)):
                _section(work, now, n)
            _add(work, now)


def _box(key: str, heading: str, keep: Callable[[str], None]) -> None:
    """Shows what is on disk; what is typed goes there at once, an empty heading does not."""
    st.session_state[key] = heading

    def typed() -> None:
        told = " ".join(str(st.session_state[key]).split())
        if told and told != heading:
            keep(told)

    st.text_input("小标题", key=key, max_chars=_MOST, label_visibility="collapsed", on_change=typed)


def _part(work: Work, now: Arranged, key: str, number: str) -> None:
    a, b, _ = st.columns(_COLUMNS, vertical_alignment="center")
    with a:
        kit.block(kit.text(number), "zb dim")
    with b:
        _box(f"head-{work.id}-{key}", now.headings[key], lambda t: _keep(work.id, now.named(key, t)))


def _section(work: Work, now: Arranged, n: int) -> None:
    heading, ids = now.sections[n]
    last = len(now.sections) - 1
    a, b, c = st.columns(_COLUMNS, vertical_alignment="center")
    with a:
        kit.block(f"第{n + 1}节　{len(ids)}条", "zb dim")
    with b:
        _box(f"section-{work.id}-{n}", heading, lambda t: _keep(work.id, now.renamed(n, t)))
    with c, st.container(horizontal=True, gap="small"):
        st.button("上移", key=f"up-{n}", type="tertiary", disabled=n == 0, on_click=_keep,
                  args=(work.id, now.swapped(n, max(n - 1, 0))))  # fmt: skip
        st.button("下移", key=f"down-{n}", type="tertiary", disabled=n == last, on_click=_keep,
                  args=(work.id, now.swapped(n, min(n + 1, last))))  # fmt: skip
        if not ids and last:
            st.button(
                "去掉", key=f"drop-{n}", type="tertiary", on_click=_keep, args=(work.id, now.without(n))
            )


def _add(work: Work, now: Arranged) -> None:
    key = f"new-{work.id}"

    def typed() -> None:
        told = " ".join(str(st.session_state[key]).split())
        st.session_state[key] = ""
        if told:
            _keep(work.id, now.grown(told))

    a, b, _ = st.columns(_COLUMNS, vertical_alignment="center")
    with a:
        kit.block("加一节", "zb dim")
    with b:
        st.text_input("加一个小标题", key=key, max_chars=_MOST, label_visibility="collapsed",
                      placeholder="写上小标题按回车，再把材料换过来", on_change=typed)  # fmt: skip


# -- facts


def _facts(work: Work, brief: Brief, now: Arranged) -> None:
    at = {i: n for n, (_, ids) in enumerate(now.sections) for i in ids}
    order = [i for _, ids in now.sections for i in ids]
    picked, to = f"picked-{work.id}", f"to-{work.id}"

    def move() -> None:
        chosen, goal = list(st.session_state[picked]), st.session_state[to]
        if chosen and goal is not None:
            _keep(work.id, now.moved(chosen, goal))
            st.session_state[picked] = []

    st.multiselect(
        "哪几条", order, key=picked, placeholder="选材料，可以打字找",
        format_func=lambda i: f"{i}（第{at[i] + 1}节）{brief.item(i).text[:40]}",
    )  # fmt: skip
    a, b = st.columns([3, 1], vertical_alignment="bottom")
    with a:
        st.selectbox("写到哪一节", range(len(now.sections)), key=to, index=None, placeholder="选一节",
                     format_func=lambda n: f"第{n + 1}节　{now.sections[n][0]}")  # fmt: skip
    b.button("移过去", on_click=move, width="stretch")


# -- the whole


def _whole(outline: Outline, brief: Brief, now: Arranged) -> str:
    rows = [f'<p class="middle"><b>{kit.text(outline.title)}</b></p>']
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
    empty = [h for h, ids in now.sections if not ids]
    if empty:
        rows.append(f'<p class="dim">没有材料、写的时候略去：{kit.text("、".join(empty))}</p>')
    return "".join(rows)


def _bullet(brief: Brief, id: str, pad: float) -> str:
    return f'<p class="dim" style="margin-left:{pad}em">{kit.text(id)} {kit.text(brief.item(id).text)}</p>'
