"""Step three: the draft. Sources on hover, findings in place, a section changed by hand, locked or written again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from assistant.brief import Brief
from assistant.document import Draft, Section
from assistant.finding import Finding, counts
from assistant.formats.audit import placed_in
from assistant.formats.sources import FactView
from assistant.text import char_count
from assistant.worker import Desk, Task, Work, edits, open_desk
from assistant.worker.desk import dump, load
from ui.page import kit, paper, session
from ui.page.ledger import ledger
from ui.page.outline_view import begin

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
    draft = _load(text)
    _tools(work, brief, draft, text)
    left, right = st.columns([7, 4], gap="large")
    with left:
        _draft(work, brief, draft)
    with right:
        _side(brief, draft)


@st.cache_data(show_spinner=False, max_entries=20)
def _load(text: str) -> Draft:
    return load(text)


def facts_of(brief: Brief) -> list[FactView]:
    return [FactView(i.id, i.text, i.source) for i in brief.ledger]


# -- above the paper


def _tools(work: Work, brief: Brief, draft: Draft, text: str) -> None:
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
        if st.button("撤销", icon=":material/undo:", disabled=here <= 0 or work.busy, key="undo",
                     help=f"撤销“{notes.get(work.head, '')}”" if here > 0 and _tame(notes[work.head]) else None):  # fmt: skip
            session.store().show(session.owner(), work.id, numbers[here - 1])
            st.rerun()
        if st.button(
            "恢复",
            icon=":material/redo:",
            disabled=here < 0 or here + 1 >= len(numbers) or work.busy,
            key="redo",
        ):
            session.store().show(session.owner(), work.id, numbers[here + 1])
            st.rerun()
    n = counts(draft.findings)
    length = char_count("".join(s.text for s in draft.sections))
    asked = f"（要求约{brief.length}字）" if brief.length else ""
    open_ = draft.document().text.count("【待补") + draft.document().text.count("【待核")
    told = sum(bool(placed_in(draft, i.id)) for i in brief.ledger)
    kit.block(
        f"正文{length}字{asked}　材料写进{told}/{len(brief.ledger)}条　待补待核{open_}处　"
        + kit.chip(f"必错 {n['error']}", "error" if n["error"] else "good")
        + kit.chip(f"疑似 {n['warning']}", "warning" if n["warning"] else "good")
        + kit.chip(f"提示 {n['info']}", "info")
    )


def _tame(note: str) -> bool:
    """A tooltip is Markdown: only words of ours go there."""
    return note in ("起草", "改正", "手改")


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


# -- the paper


def _draft(work: Work, brief: Brief, draft: Draft) -> None:
    facts, policies = {f.id: f for f in facts_of(brief)}, dict(draft.trace.passages)
    by_block: dict[int, list[Finding]] = {}
    for finding in draft.findings:
        by_block.setdefault(finding.paragraph, []).append(finding)
    head = f'<p class="title">{kit.text(draft.title)}</p>'
    if draft.recipient:
        head += f'<p class="flush">{kit.text(draft.recipient)}：</p>'
    kit.block(head, "paper")
    _findings(
        work, brief, draft, [f for n in range(1 + bool(draft.recipient)) for f in by_block.get(n, [])], "head"
    )
    number = 1 + bool(draft.recipient)
    for section in draft.sections:
        first = number + bool(section.heading)
        last = first + len(section.paragraphs)
        found = [f for n in range(number, last) for f in by_block.get(n, [])]
        if st.session_state.get("editing") == f"{work.id}/{section.id}":
            _by_hand(work, brief, draft, section)
        else:
            body = paper.heading(section) + paper.paragraphs(section, first, by_block, facts, policies)
            kit.block(body, "paper")
            _section_tools(work, section)
        _findings(work, brief, draft, found, section.id)
        number = last
    foot = "".join(f'<p class="sign">{kit.text(t)}</p>' for t in (draft.signature, draft.date) if t)
    kit.block(foot, "paper")


def _section_tools(work: Work, section: Section) -> None:
    """By hand, again, locked; a bare heading above its subsections has none."""
    if not section.paragraphs:
        return
    locked = section.id in work.locked
    with st.container(horizontal=True, key=f"tools-{section.id}", gap="small"):
        st.button("手改", key=f"edit-{section.id}", type="tertiary", icon=":material/edit:", disabled=locked or work.busy,
                  on_click=_set_editing, args=(f"{work.id}/{section.id}",))  # fmt: skip
        if st.session_state.get("again") == f"{work.id}/{section.id}":
            _again(work, section)
        else:
            st.button("重写", key=f"again-{section.id}", type="tertiary", icon=":material/refresh:", disabled=locked or work.busy,
                      on_click=_set_again, args=(f"{work.id}/{section.id}",))  # fmt: skip
        st.button("已锁定" if locked else "锁定", key=f"lock-{section.id}", type="tertiary", disabled=work.busy,
                  icon=":material/lock:" if locked else ":material/lock_open:",
                  on_click=_toggle_lock, args=(work, section.id))  # fmt: skip


def _set_editing(place: str) -> None:
    st.session_state["editing"] = place


def _set_again(place: str) -> None:
    st.session_state["again"] = place


def _toggle_lock(work: Work, section: str) -> None:
    session.store().save(session.owner(), work.id, locked=work.locked ^ {section})


def _again(work: Work, section: Section) -> None:
    embedded = session.settings().embedded
    with st.form(f"again-form-{section.id}", border=True):
        instruction = st.text_input(
            "对这一节的要求（可不写）", placeholder="如：写短一些，突出整改", max_chars=300, disabled=embedded,
            help="内置写手按固定章法写，不看要求；要求要用模型才有用" if embedded else None,
        )  # fmt: skip
        go, cancel = st.columns(2)
        if go.form_submit_button("重写这一节", type="primary"):
            st.session_state.pop("again", None)
            begin(work, Task(section.id, instruction.strip()))
        if cancel.form_submit_button("不改了"):
            st.session_state.pop("again", None)
            st.rerun()


def _by_hand(work: Work, brief: Brief, draft: Draft, section: Section) -> None:
    with st.form(f"hand-{section.id}", border=True):
        heading = section.heading
        if heading:
            heading = st.text_input("小标题", value=heading, max_chars=60).strip() or heading
        lines = max(6, len(section.text) // 34 + len(section.paragraphs) + 1)
        typed = st.text_area("正文（一段一行）", value=section.text, height=min(28 * lines + 20, 620))
        save, cancel = st.columns([1, 3])
        if save.form_submit_button("保存并核校", type="primary"):
            st.session_state.pop("editing", None)
            changed = edits.with_text(draft, section.id, typed, brief)
            _keep(work, brief, edits.with_heading(changed, section.id, heading), "手改")
        if cancel.form_submit_button("不改了"):
            st.session_state.pop("editing", None)
            st.rerun()


# -- findings


def _findings(work: Work, brief: Brief, draft: Draft, found: Sequence[Finding], place: str) -> None:
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
            _keep(work, brief, edits.with_fix(draft, finding), "改正")


def _keep(work: Work, brief: Brief, draft: Draft, note: str) -> None:
    """Every change is checked again and becomes a version."""
    checked = desk(work, brief).checked(draft)
    session.store().add_version(work.id, note, dump(checked), owner=session.owner())
    st.rerun()


def desk(work: Work, brief: Brief) -> Desk:
    now = session.settings()
    return _desk(work.id, brief.digest, session.catalogue().digest, now.model, brief)


@st.cache_resource(show_spinner=False, max_entries=16)
def _desk(work: str, digest: str, knowledge: str, model: str, _brief: Brief) -> Desk:
    return open_desk(_brief, session.settings(), session.holdings_if_any())


# -- beside the paper


def _side(brief: Brief, draft: Draft) -> None:
    whole = [f for f in draft.findings if f.paragraph < 0 or not _placed(draft, f)]
    told: Mapping[str, Sequence[str]] = {i.id: placed_in(draft, i.id) for i in brief.ledger}
    parts = st.tabs([f"台账（{sum(map(bool, told.values()))}/{len(told)}）", f"全文的问题（{len(whole)}）",
                     f"待问（{len(draft.questions)}）"])  # fmt: skip
    with parts[0], st.container(height=720, border=False):
        kit.block(ledger(brief, (), told))
    with parts[1]:
        kit.block("".join(map(kit.finding_row, whole)) or "全文没有要说的问题。")
    with parts[2]:
        kit.block(
            "".join(
                f'<div class="finding">{kit.chip("必答", "error") if q.blocking else ""}{kit.text(q.text)}</div>'
                for q in draft.questions
            )
            or "没有要问的。"
        )


def _placed(draft: Draft, finding: Finding) -> bool:
    return finding.paragraph <= bool(draft.recipient) or finding.paragraph in edits.blocks_of(draft)
