"""The table of a batch while it fills and afterwards: each unit's state, what was found in it, and its draft to open."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from assistant.batch.results import GROUPS, STATUS_NAMES
from assistant.batch.types import Manifest, UnitEntry, UnitResult
from assistant.errors import ZhibiError
from assistant.finding import SEVERITIES, SEVERITY_NAMES
from assistant.formats.brief_schema import RawSource
from assistant.worker import Work, batches, reap
from ui.page import kit, session

_PAGE = 100
_HEAD = [
    "单位",
    "状态",
    *(SEVERITY_NAMES[s] for s in SEVERITIES),
    *GROUPS.values(),
    "待补待核",
    "待问",
    "字数",
    "说明",
]
_SHOWN: dict[str, Callable[[UnitResult | None], bool]] = {
    "全部": lambda r: True,
    "写成的": lambda r: r is not None and r.status == "done",
    "没写成的": lambda r: r is not None and r.status == "failed",
    "有必错的": lambda r: r is not None and r.severities.get("error", 0) > 0,
    "等着写的": lambda r: r is None,
}


def show(work: Work, manifest: Manifest) -> None:
    if work.busy:
        _live(work.id, manifest)
        return
    found = _results(work)
    if found or work.status != "editing":
        _table(work, manifest, found)
        _open(work, manifest, found)


def _results(work: Work) -> dict[str, UnitResult]:
    return batches.results_of(session.store().path.parent, work)


@st.fragment(run_every=1.0)
def _live(id: str, manifest: Manifest) -> None:
    """Looks into the journals once a second."""
    reap()
    work = session.store().get(session.owner(), id)
    if work is None or not work.busy:
        st.rerun()
        return
    line, button = st.columns([5, 1], vertical_alignment="center")
    with line:
        st.progress(min(work.done / work.total, 1.0) if work.total else 0.0)
        what = "正在停下，等手上的几份写完" if work.stop else _what(work)
        kit.block(f"{kit.text(what)}。可以关掉网页，回来接着看。", "zb dim")
    with button:
        if st.button("停下", key=f"stop-{id}", icon=":material/stop_circle:", disabled=work.stop):
            session.store().stop(session.owner(), id)
            st.rerun(scope="fragment")
    _table(work, manifest, _results(work))


def _what(work: Work) -> str:
    if work.status == "queued":
        return "正在启动"
    if work.what == "准备":
        return "正在读清单"
    return f"已写{work.done}/{work.total}份，刚写好：{work.what}"


def name_of(unit: UnitEntry) -> str:
    data = unit.source.data if isinstance(unit.source, RawSource) else {}
    return str(data.get("organization") or unit.key)


def _table(work: Work, manifest: Manifest, found: Mapping[str, UnitResult]) -> None:
    shown = st.segmented_control(
        "看哪些", list(_SHOWN), default="全部", required=True, key=f"shown-{work.id}"
    )
    units = [u for u in manifest.units if _SHOWN[shown](found.get(u.key))]
    pages = max(1, -(-len(units) // _PAGE))
    page = 1
    if pages > 1:
        page = int(st.number_input(f"第几页（共{pages}页）", 1, pages, 1, key=f"page-{work.id}-{shown}"))
    rows = (_row(u, found.get(u.key)) for u in units[(page - 1) * _PAGE : page * _PAGE])
    body = kit.table(_HEAD, rows, cell=lambda cell: cell) if units else "没有这样的单位。"
    kit.block(body, "zb units")


def _row(unit: UnitEntry, result: UnitResult | None) -> list[str]:
    name = f"<td>{kit.text(name_of(unit))}</td>"
    if result is None:
        return [name, f"<td>{kit.chip('等着写')}</td>", *["<td></td>"] * (len(_HEAD) - 2)]
    tone = "good" if result.status == "done" else "error"
    state = f"<td>{kit.chip(STATUS_NAMES[result.status], tone)}</td>"
    if result.status == "failed":
        return [name, state, *["<td></td>"] * (len(_HEAD) - 3), f"<td>{kit.text(result.error)}</td>"]
    levels = [result.severities.get(s, 0) for s in SEVERITIES]
    numbers = [
        *levels,
        *(result.groups.get(g, 0) for g in GROUPS),
        result.placeholders,
        result.questions,
        result.characters,
    ]
    note = f"清单里有{result.skipped_rows}行没有采用" if result.skipped_rows else ""
    return [name, state, *(_number(n, n > 0 and at == 0) for at, n in enumerate(numbers)), f"<td>{note}</td>"]


def _number(n: int, bad: bool) -> str:
    return f'<td class="n{" bad" if bad else ""}">{n or ""}</td>'


def _open(work: Work, manifest: Manifest, found: Mapping[str, UnitResult]) -> None:
    units = [u for u in manifest.units if u.key in found and found[u.key].status == "done"]
    if not units:
        return
    names = session.distinct((u.key, name_of(u)) for u in units)
    by_key = {u.key: u for u in units}
    left, button = st.columns([3, 5], vertical_alignment="bottom")
    with left:
        key = st.selectbox("打开哪一份（到“起草”里看和改，清单里的不动）", list(names), format_func=lambda k: names[k],
                           index=None, placeholder="选单位", key=f"open-{work.id}")  # fmt: skip
    if button.button("打开这一份", disabled=key is None, icon=":material/open_in_new:") and key:
        try:
            _to_draft(work, by_key[key])
        except ZhibiError as error:
            kit.trouble(error)


def _to_draft(work: Work, unit: UnitEntry) -> None:
    """The unit's draft as one of the person's own; the same one again where it was opened before."""
    store, me = session.store(), session.owner()
    draft, stamp = batches.stored_draft(batches.folder_of(store.path.parent, work), unit.key)
    mark = f"opened:{unit.key}:{stamp}"
    id = work.form.get(mark, "")
    if store.get(me, id) is None:
        from assistant.formats.stored import dump

        id = store.create(me)
        store.save(
            me, id, title=draft.title, source_name=f"{unit.key}.yaml", source=batches.unit_source(unit)
        )
        store.add_version(id, "批量起草", dump(draft), owner=me)
        store.save(me, work.id, form={**work.form, mark: id})
    session.go("draft", id)
