"""核校: drafts side by side against the same checks, whoever wrote them."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from assistant.brief import Brief
from assistant.errors import ZhibiError
from assistant.finding import SEVERITY_NAMES, Finding
from assistant.worker import Work
from ui.page import kit, session
from ui.page.review_views import charts, differences, fact_matrix, scoreboard

if TYPE_CHECKING:
    from evals.compare import Comparison

_TYPES = ["docx", "txt", "md", "pdf", "doc", "wps"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def show() -> None:
    work = session.choose_work("review", "新核校一组", "我的核校")
    if work is None:
        st.title("核校")
        kit.block(
            "<p>把一份或几份稿子放进来，用同一套规则逐条检查：结构、提法、事实、遗留、重复、格式。"
            "两份以上并排比较，看谁漏了材料、谁的数字对不上，文字改在哪里。</p>"
        )
        if st.button("新核校一组", type="primary", key="review-start"):
            session.point_to(session.store().create(session.owner(), "review"), "review")
            st.rerun()
        return
    _upload(work)
    brief, day = _against(work)
    files = session.store().files(session.owner(), work.id)
    if not files:
        kit.notice("先放进稿子，可以一次选几份。")
        return
    compared = _compared(files, brief, day)
    if compared is not None:
        _show(work, compared, brief)
    _forget(work)


def _upload(work: Work) -> None:
    store, me = session.store(), session.owner()
    key = f"drafts-{work.id}-{st.session_state.get('review-round', 0)}"
    chosen = st.file_uploader(
        "稿子（.docx、.txt、.md、.pdf）", type=_TYPES, accept_multiple_files=True, key=key
    )
    if chosen:
        for file in chosen:
            store.put_file(me, work.id, file.name, file.getvalue())
        names = list(store.files(me, work.id))
        store.save(me, work.id, title="、".join(Path(n).stem for n in names)[:60])
        st.session_state["review-round"] = st.session_state.get("review-round", 0) + 1
        st.rerun()
    names = list(store.files(me, work.id))
    if names:
        kit.block("　".join(kit.chip(n) for n in names))
        with st.popover("移走一份", icon=":material/remove:"):
            gone = st.selectbox(
                "移走", names, index=None, placeholder="选一份", key=f"gone-{work.id}-{len(names)}"
            )
            if gone:
                store.drop_file(me, work.id, gone)
                st.rerun()


def _against(work: Work) -> tuple[Brief | None, date | None]:
    """The brief to hold the drafts against, and the day the wording is judged by."""
    store, me = session.store(), session.owner()
    works = [w for w in store.mine(me) if w.source_name]
    names = session.names_of(works)
    left, right = st.columns([3, 1])
    with left:
        id = st.selectbox(
            "对照哪份材料（可不选；选了才能查漏项和数字）", list(names), format_func=lambda i: names[i],
            placeholder="不对照材料", key=session.begin_with(f"against-{work.id}", work.form.get("brief") if work.form.get("brief") in names else None),
        )  # fmt: skip
    with right:
        typed = st.text_input("按哪一天判断提法（可不填）", placeholder="如 2025-07-04",
                              key=session.begin_with(f"as-of-{work.id}", work.form.get("as_of", "")))  # fmt: skip
    form = {"brief": id or "", "as_of": typed.strip()}
    if form != {"brief": work.form.get("brief", ""), "as_of": work.form.get("as_of", "")}:
        store.save(me, work.id, form=form)
    day = None
    if typed.strip():
        try:
            day = date.fromisoformat(typed.strip())
        except ValueError:
            kit.notice("日期请写成 2025-07-04 的样子。", "warning")
    whole = store.get(me, id) if id else None
    if whole is None:
        return None, day
    try:
        return session.brief(whole), day
    except ZhibiError as error:
        kit.notice(f"这份材料还不能用：{error}", "warning")
        return None, day


def _compared(files: dict[str, bytes], brief: Brief | None, day: date | None) -> Comparison | None:
    stamp = hashlib.sha256(
        repr((sorted((n, hashlib.sha256(d).hexdigest()) for n, d in files.items()), brief and brief.digest, day)).encode()
    ).hexdigest()  # fmt: skip
    try:
        return _compare(stamp, session.catalogue().digest, files, brief, day)
    except ZhibiError as error:
        kit.notice(getattr(error, "message", str(error)), "error")
        return None


@st.cache_resource(show_spinner="正在核校……", max_entries=8)
def _compare(
    stamp: str, knowledge: str, _files: dict[str, bytes], _brief: Brief | None, _day: date | None
) -> Comparison:
    from assistant.errors import DocumentError
    from assistant.formats.read import read_document
    from evals.compare import compare

    drafts = []
    with tempfile.TemporaryDirectory(prefix="zhibi-") as folder:
        for n, (name, data) in enumerate(_files.items()):
            path = Path(folder) / f"{n}{Path(name).suffix.lower()}"
            path.write_bytes(data)
            try:
                drafts.append((name, read_document(path).document))
            except DocumentError as error:
                raise DocumentError(f"{name}：{error.message}") from None
    return compare(drafts, session.settings(), _brief, _day)


def _show(work: Work, compared: Comparison, brief: Brief | None) -> None:
    names = [
        "计分板",
        "问题",
        *(["逐条材料"] if compared.facts else []),
        *(["文字差异"] if compared.diffs else []),
        "图",
    ]
    for name, tab in zip(names, st.tabs(names), strict=True):
        with tab:
            if name == "计分板":
                kit.block(scoreboard(compared))
                _export(work, compared)
            elif name == "问题":
                _judged(work, compared)
            elif name == "逐条材料":
                kit.block(fact_matrix(compared))
            elif name == "文字差异":
                differences(compared)
            else:
                kit.block(charts(compared, session.catalogue(), brief))


def _mark(name: str, finding: Finding) -> str:
    return hashlib.sha256(f"{name}\0{finding.fingerprint}\0{finding.paragraph}".encode()).hexdigest()[:24]


def _judged(work: Work, compared: Comparison) -> None:
    """One draft at a time: each finding accepted or rejected with a reason."""
    by_name = {e.name: e for e in compared.entries}
    left, right = st.columns([2, 3])
    with left:
        name = st.selectbox("看哪一份", list(by_name), key=f"of-{work.id}")
    with right:
        levels = st.segmented_control(
            "级别",
            list(SEVERITY_NAMES.values()),
            selection_mode="multi",
            default=["必错", "疑似"],
            key=f"levels-{work.id}",
        )
    entry = by_name[name]
    verdicts = session.store().verdicts(session.owner(), work.id)
    rows = [f for f in entry.findings if SEVERITY_NAMES[f.severity] in (levels or [])]
    done = sum(_mark(name, f) in verdicts for f in rows)
    kit.block(f"{len(rows)}处，已判{done}处。“采纳”是要改的，“不改”请写一句理由，导出时一并带上。", "zb dim")
    if not rows:
        kit.notice("这份稿子在所选级别里没有问题。", "good")
    for n, finding in enumerate(rows[:100]):
        _verdict(work, name, finding, verdicts.get(_mark(name, finding)), n)
    if len(rows) > 100:
        kit.block(f"只列前100处，其余{len(rows) - 100}处请先改完这些再核校。", "zb dim")


def _verdict(work: Work, name: str, finding: Finding, now: tuple[bool, str] | None, n: int) -> None:
    store, me, mark = session.store(), session.owner(), _mark(name, finding)
    said, verdict, reason = st.columns([6, 2, 3], vertical_alignment="center")
    with said:
        where = f'<span class="dim">第{finding.paragraph + 1}段　</span>' if finding.paragraph >= 0 else ""
        kit.block(kit.finding_row(finding) + where)
    was = None if now is None else ("采纳" if now[0] else "不改")
    with verdict:
        chosen = st.segmented_control(
            "判断",
            ("采纳", "不改"),
            key=session.begin_with(f"v-{mark}-{n}", was),
            label_visibility="collapsed",
        )
    with reason:
        why = st.text_input(
            "理由", key=session.begin_with(f"r-{mark}-{n}", now[1] if now else ""), label_visibility="collapsed", max_chars=200,
            placeholder="理由", disabled=chosen is None,
        )  # fmt: skip
    after = None if chosen is None else (chosen == "采纳", why.strip())
    if after != now:
        store.judge(me, work.id, mark, *(after or (None, "")))
        st.rerun()  # what stands above, the count and the exported sheet, was made before this verdict


def _export(work: Work, compared: Comparison) -> None:
    from evals.compare_html import to_html

    with st.container(horizontal=True):
        st.download_button(
            "导出比较（网页）", to_html(compared), "稿件比较.html", "text/html", on_click="ignore"
        )
        st.download_button(
            "导出问题和判断（表格）", _csv(work, compared), "核校意见.csv", "text/csv", on_click="ignore"
        )


def _csv(work: Work, compared: Comparison) -> bytes:
    """UTF-8 with its mark, as spreadsheets want it; no cell is a formula."""
    verdicts = session.store().verdicts(session.owner(), work.id)
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["稿件", "级别", "规则", "段", "原文", "问题", "判断", "理由"])
    for entry in compared.entries:
        for f in entry.findings:
            verdict = verdicts.get(_mark(entry.name, f))
            judged = ["", ""] if verdict is None else ["采纳" if verdict[0] else "不改", verdict[1]]
            row = [
                entry.name,
                SEVERITY_NAMES[f.severity],
                f.rule,
                f.paragraph + 1,
                f.quote,
                f.message,
                *judged,
            ]
            sheet.writerow([f"'{c}" if str(c).startswith(_FORMULA) else c for c in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _forget(work: Work) -> None:
    with st.sidebar.popover("删除这组", icon=":material/delete:", width="stretch"):
        st.write("连同稿子和判断一起删除，不能恢复。")
        if st.button("确定删除", key=f"delete-{work.id}"):
            session.store().delete(session.owner(), work.id)
            session.leave("review")
            st.rerun()
