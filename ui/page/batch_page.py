"""批量: one spreadsheet of many units, the table that fills, each draft opened, everything taken away at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import streamlit as st

from assistant.batch.types import Manifest, RowNote
from assistant.brief import REGISTERS
from assistant.errors import ZhibiError
from assistant.worker import Task, Work, batches, launch
from ui.page import batch_table, kit, session
from ui.page.material import REGISTER_NAMES

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_NOTES = 200


def show() -> None:
    work = session.choose_work("batch", "新批量一组", "我的批量")
    if work is None:
        _welcome()
        return
    left, right = st.columns([4, 6], gap="large")
    with left:
        work = _upload(work)
        work = _header(work)
    manifest = _manifest(work)
    with right:
        _reading(work, manifest)
    if manifest is not None:
        _start(work)
        batch_table.show(work, manifest)
        _take_away(work, manifest)
    _forget(work)


def _welcome() -> None:
    st.title("批量")
    kit.block(
        "<p>一张表里写上各单位的事，一行一件；执笔给每个单位写一份，写一份出一份，最后汇成结果表和总览，"
        "并比对各份之间有没有雷同的句子。</p>"
        '<p class="dim">关掉网页也接着写；清单改了再开始，只重写改过的单位。</p>'
    )
    with st.container(horizontal=True):
        if st.button("新批量一组", type="primary", key="batch-start"):
            session.point_to(session.store().create(session.owner(), "batch"), "batch")
            st.rerun()
        _template()


def _template() -> None:
    st.download_button(
        "下载空白清单", _blank, "清单.xlsx", _SHEET, on_click="ignore", icon=":material/table:"
    )


def _blank() -> bytes:
    from assistant.batch.template import template_sheet

    return template_sheet()


def _upload(work: Work) -> Work:
    file = st.file_uploader("清单（.xlsx：一行一件事，或一张表一个单位）", type=["xlsx"], key=f"list-{work.id}",
                            disabled=work.busy)  # fmt: skip
    if file is not None:
        data = file.getvalue()
        if (file.name, data) != (work.source_name, work.source) and not work.busy:
            title = Path(file.name).stem[:60]
            work = session.saved(work, source_name=file.name, source=data, title=title)
            st.rerun()
    elif work.source_name:
        kit.block(f"已收到：{kit.text(work.source_name)}", "zb dim")
    return work


def _header(work: Work) -> Work:
    """What holds for all units, over what the list says."""
    genres = session.catalogue().genres
    named = {"": "按清单"}
    form = dict(work.form)
    a, b, c = st.columns(3)
    with a:
        form["kind"] = st.selectbox("文种", ("", *genres), format_func=lambda o: (named | {g.id: g.name for g in genres.values()})[o],
                                    key=session.begin_with(f"kind-{work.id}", work.form.get("kind", "")), disabled=work.busy)  # fmt: skip
    with b:
        form["period"] = st.text_input("时段", placeholder="按清单", help="如 2025年上半年、2025-H1", disabled=work.busy,
                                       key=session.begin_with(f"period-{work.id}", work.form.get("period", ""))).strip()  # fmt: skip
    with c:
        form["register"] = st.selectbox("语域", ("", *REGISTERS), format_func=lambda o: (REGISTER_NAMES | named)[o],
                                        key=session.begin_with(f"register-{work.id}", work.form.get("register", "")), disabled=work.busy)  # fmt: skip
    form = {k: v for k, v in form.items() if v}
    return session.saved(work, form=form) if form != work.form and not work.busy else work


def _manifest(work: Work) -> Manifest | None:
    if not work.source:
        return None
    try:
        return _read(work.source_name, work.source, batches.overrides(work), work)
    except ZhibiError as error:
        kit.notice(f"清单还不能用：{getattr(error, 'message', error)}", "error")
        return None


@st.cache_resource(show_spinner="正在读清单……", max_entries=8)
def _read(name: str, data: bytes, form: tuple[tuple[str, str], ...], _work: Work) -> Manifest:
    return batches.manifest_of(_work)


def _reading(work: Work, manifest: Manifest | None) -> None:
    """What was read, and every row that was not, by sheet, row and column."""
    if manifest is None:
        kit.block("<h4>清单怎么写</h4><p>第一行写列名：单位、栏目、内容、类别、来源、必写；一行一件事，"
                  "类别写 事实、问题 或 计划，还不知道的数字写 *。</p>")  # fmt: skip
        _template()
        return
    skipped = sum(n.skipped for n in manifest.notes)
    kit.block(f"读到<b>{len(manifest.units)}</b>个单位；清单里有问题的{len(manifest.notes)}处"
              + (f"，其中{skipped}处没有采用。" if skipped else "。"))  # fmt: skip
    if manifest.notes:
        with st.container(height=230 if len(manifest.notes) > 4 else "content", border=True):
            kit.block(_notes(manifest.notes), "zb notes")


def _notes(notes: Sequence[RowNote]) -> str:
    rows = [
        [
            n.place.removeprefix("工作表"),
            str(n.row or ""),
            n.column,
            n.unit,
            "未采用" if n.skipped else "已处理",
            n.message,
        ]
        for n in notes[:_MOST_NOTES]
    ]
    more = f'<p class="dim">只列前{_MOST_NOTES}处，其余见结果表。</p>' if len(notes) > _MOST_NOTES else ""
    return kit.table(["表", "行", "列", "单位", "处理", "问题"], rows) + more


def _start(work: Work) -> None:
    """Nothing here writes a word: the writer is a process of its own."""
    if work.busy:
        return
    now = session.settings()
    if work.status == "failed":
        kit.notice(f"没有写完：{work.error}", "error")
    elif work.status == "stopped" or work.lost:
        kit.notice(
            "已经停下，写好的都在。" if not work.lost else "写作中断了（可能关过机），写好的都在。", "warning"
        )
    again, whole = work.status != "editing", work.status == "done"
    with st.container(horizontal=True, vertical_alignment="center"):
        label = "再写一遍" if whole else "接着写" if again else "开始写"
        kind: Literal["primary", "secondary"] = "secondary" if whole else "primary"
        if st.button(label, type=kind, icon=":material/edit:", key="batch-go"):
            task = Task(settings=session.overrides())
            launch(session.store(), session.owner(), work.id, task, resume=True, api_key=session.api_key())
            st.rerun()
        who = "用内置写手，不联网" if now.embedded else f"用模型 {now.model}"
        tail = "；只写改过的和没写成的" if whole else "；写好而没有改过的不重写" if again else ""
        kit.block(kit.text(f"{who}{tail}。"), "zb dim")


def _take_away(work: Work, manifest: Manifest) -> None:
    folder = batches.folder_of(session.store().path.parent, work)
    sheet, overview = batches.sheets()
    if work.busy or not (folder / sheet).is_file():
        return
    name = work.title or "批量"
    with st.container(horizontal=True):
        st.download_button("全部成稿 .zip", partial(_zip, work, manifest), f"{name}.zip", "application/zip",
                           on_click="ignore", type="primary", icon=":material/download:")  # fmt: skip
        st.download_button("结果表", (folder / sheet).read_bytes, sheet, _SHEET, on_click="ignore")
        st.download_button(
            "总览（网页）", (folder / overview).read_bytes, overview, "text/html", on_click="ignore"
        )


def _zip(work: Work, manifest: Manifest) -> bytes:
    workspace = session.store().path.parent
    found = batches.results_of(workspace, work)
    return batches.zipped(
        batches.folder_of(workspace, work), [found[u.key] for u in manifest.units if u.key in found]
    )


def _forget(work: Work) -> None:
    with st.sidebar.popover("删除这组", icon=":material/delete:", width="stretch"):
        st.write("连同清单和各份稿子一起删除，不能恢复；已经打开改过的稿子留在“起草”里。")
        if st.button("确定删除", key=f"delete-{work.id}", disabled=work.busy):
            batches.forget(session.store().path.parent, work)
            session.store().delete(session.owner(), work.id)
            session.leave("batch")
            st.rerun()
