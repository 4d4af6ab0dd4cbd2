"""知识库: the office's texts, searched; formulations as of a day; the office's own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import streamlit as st

from assistant.catalogue import Formulation
from assistant.errors import ZhibiError
from assistant.index import Hit
from assistant.worker.own_words import OwnWords, add, read, remove
from ui.page import kit, session

_TYPES = ["txt", "md", "docx", "pdf", "doc", "wps"]
_LANES = {"policy": "政策", "precedent": "过去材料"}
_CHOICES = {"自动辨认": None, "政策（可引用）": "policy", "过去材料（只学写法）": "precedent"}
_STATUS = {
    "added": "已添加", "unchanged": "没有变化", "updated": "已更新", "duplicate": "与已有的相同，未重复添加",
    "near_duplicate": "已添加，与已有的大体相同",
}  # fmt: skip


def show() -> None:
    files, search, words, own = st.tabs(["资料", "检索", "提法", "本单位提法"])
    with files:
        _files()
    with search:
        _search()
    with words:
        _words()
    with own:
        _own()


# -- files


def _files() -> None:
    kit.block(
        "政策文件可以逐字引用；过去的总结只供学写法，其中的数字、单位、人名不会进新稿。知识库由全单位共用。",
        "zb dim",
    )
    with st.form("add-files", border=True, clear_on_submit=True):
        chosen = st.file_uploader("添加（.docx、.pdf、.txt、.md；.doc、.wps 要装 LibreOffice）", type=_TYPES,
                                  accept_multiple_files=True)  # fmt: skip
        lane = st.segmented_control("归为", list(_CHOICES), default="自动辨认", required=True)
        if st.form_submit_button("添加到知识库", type="primary") and chosen:
            _add([(f.name, f.getvalue()) for f in chosen], _CHOICES[lane])
    rows = session.holdings().list()
    own = [r for r in rows if not r.path.startswith("sample:")]
    table = [
        [
            _LANES[r.lane],
            r.name,
            f"{r.passages}段",
            r.meta.title,
            " ".join(filter(None, [r.meta.organization, r.meta.period])),
        ]
        for r in own
    ]
    if table:
        kit.block(kit.table(["类别", "文件", "段数", "标题", "单位和时段"], table))
        names = session.distinct((r.id, r.name) for r in own)
        with st.popover("移除", icon=":material/delete:"):
            gone = st.selectbox(
                "移除哪一份", list(names), format_func=lambda i: names[i], index=None, placeholder="选一份"
            )
            if st.button("确定移除", disabled=gone is None, key="remove-file") and gone:
                session.holdings().remove(gone)
                st.rerun()
    else:
        kit.notice("还没有本单位的资料。先放进近两三年的总结和常用的政策文件，写出来才像本单位的东西。")
    kit.block(f"另有随程序提供的范例{len(rows) - len(own)}份，只学写法。", "zb dim")


def _add(files: Iterable[tuple[str, bytes]], lane: str | None) -> None:
    from assistant.holdings import add_paths

    folder = session.settings().workspace / "library"
    folder.mkdir(parents=True, exist_ok=True)
    index = session.holdings()
    for name, data in files:
        path = folder / (Path(name).name or "资料.txt")
        path.write_bytes(data)
        for _, result, warnings in add_paths(index, [path], lane, session.catalogue()):  # type: ignore[arg-type]
            if isinstance(result, ZhibiError):
                path.unlink(missing_ok=True)
                kit.notice(f"{name} 没有添加：{getattr(result, 'message', result)}", "error")
            else:
                tail = "；".join(warnings)
                kit.notice(
                    f"{name}：{_STATUS[result.status]}，{result.passages}段" + (f"；{tail}" if tail else ""),
                    "good",
                )
    index.sync()


# -- search


def _search() -> None:
    a, b, c = st.columns([4, 2, 2])
    with a:
        query = st.text_input("找什么", placeholder="如 主题党日", key="query").strip()
    with b:
        lane = st.selectbox("范围", ["全部", "政策", "过去材料"], key="query-lane")
    with c:
        day = _day("这一天有效的政策", "query-day")
    if not query:
        return
    chosen = next((k for k, v in _LANES.items() if v == lane), None)
    hits = session.holdings().search(query, lane=chosen, as_of=day, limit=12)  # type: ignore[arg-type]
    kit.block("".join(_hit(h, query) for h in hits) or "没有找到，换个说法试试。")


def _hit(hit: Hit, query: str) -> str:
    p = hit.passage
    where = " / ".join(filter(None, [p.title, *p.heading_path, p.clause])) or p.source
    lane = kit.chip(_LANES[p.lane], "good" if p.lane == "policy" else "info")
    source = "随程序提供的范例" if p.source.startswith("sample:") else p.source
    about = "，".join(filter(None, [source, p.issuer, p.date]))
    force = ""
    if hit.validity is not None:
        force = kit.chip("有效", "good") if hit.validity.in_force else kit.chip("这一天还没有", "warning")
    return f'<div class="hit">{lane}{force}<b>{kit.text(where)}</b> <span class="dim">{kit.text(about)}</span><br>{highlighted(p.text, query)}</div>'


def highlighted(text: str, query: str) -> str:
    """Pairs of characters that the query shares with the text, joined where they touch."""
    wanted = {query[i : i + 2] for i in range(len(query) - 1) if not re.search(r"\s", query[i : i + 2])} or {
        query
    }
    hit = [False] * len(text)
    for piece in filter(None, wanted):
        for m in re.finditer(re.escape(piece), text):
            hit[m.start() : m.end()] = [True] * len(piece)
    marks: list[kit.Mark] = []
    for m in re.finditer("1+", "".join("01"[h] for h in hit)):
        marks.append((m.start(), m.end(), "hl", ""))
    return kit.marked(text, marks)


def _day(label: str, key: str) -> date | None:
    typed = st.text_input(label, placeholder="如 2025-07-04", key=key).strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        kit.notice("日期请写成 2025-07-04 的样子。", "warning")
        return None


# -- formulations


def _words() -> None:
    entries = session.catalogue().formulations
    a, b, c = st.columns([4, 2, 2])
    with a:
        query = st.text_input("提法里的字", placeholder="如 主题教育、四个意识", key="words").strip()
    with b:
        categories = list(dict.fromkeys(f.category for f in entries))
        category = st.selectbox("类别", ["全部", *categories], key="words-category")
    with c:
        day = _day("在这一天", "words-day") or date.today()
    found = [f for f in entries if category in ("全部", f.category) and (not query or query in _searched(f))]
    now = [f for f in found if f.in_force(day)]
    past = [f for f in found if not f.in_force(day)]
    kit.block(
        f"{day.year}年{day.month}月{day.day}日：在用{len(now)}条，这一天不用的{len(past)}条。", "zb dim"
    )
    names = {f.id: f.text for f in entries}
    kit.block("".join(_formulation(f, day, names) for f in [*now, *past][:60]))
    if len(found) > 60:
        kit.block("只列前60条，写几个字缩小范围。", "zb dim")


def _searched(f: Formulation) -> str:
    return "\n".join((f.text, *f.aliases, *f.members, *f.avoid))


def _formulation(f: Formulation, day: date, names: dict[str, str]) -> str:
    ended = f.deprecated is not None and day > f.deprecated
    early = f.introduced is not None and day < f.introduced
    state = (
        kit.chip("已停用", "error")
        if ended
        else kit.chip("尚未提出", "warning")
        if early
        else kit.chip("在用", "good")
    )
    rows = []
    if f.members:
        rows.append(f"各项：{'、'.join(f.members)}")
    if f.introduced_text or f.introduced:
        rows.append(f"提出：{f.introduced_text or f.introduced}")
    if f.deprecated_text or f.deprecated:
        rows.append(f"不再作为现行提法：{f.deprecated_text or f.deprecated}")
    if f.superseded_by:
        rows.append(f"现在写：{names.get(f.superseded_by, f.superseded_by)}")
    if f.avoid:
        rows.append(f"不写作：{'、'.join(f.avoid)}")
    rows += [f"来源：{s.title}（{'，'.join(filter(None, [s.issuer, s.date]))}）" for s in f.sources]
    if f.note:
        rows.append(f"说明：{f.note}")
    if not f.verified:
        rows.append("还没有对照原文核实")
    body = "".join(f'<div class="dim">{kit.text(r)}</div>' for r in rows)
    return f'<div class="hit{" old" if ended or early else ""}">{state}<b class="name">{kit.text(f.text)}</b>　<span class="dim">{kit.text(f.category)}</span>{body}</div>'


# -- the office's own


def _own() -> None:
    folder = session.own_folder()
    kit.block("本单位、本地区固定的说法加在这里，起草和核校都按它来。", "zb dim")
    with st.form("own-words", border=True):
        a, b = st.columns(2)
        with a:
            text = st.text_input("标准写法", placeholder="如 “先锋水务”党建品牌")
            wrong = st.text_input("常见错误写法（几种用顿号隔开，可不写）")
            introduced = st.text_input("从哪天起用（可不写）", placeholder="如 2024-03-01")
        with b:
            source = st.text_input("来源文件（可不写）")
            issuer = st.text_input("印发单位（可不写）")
            published = st.text_input("印发日期（可不写）", placeholder="如 2024-03 或 2024-03-01")
            deprecated = st.text_input("用到哪天为止（可不写）", placeholder="如 2025-12-31")
        if st.form_submit_button("加进来", type="primary"):
            _add_own(folder, text, wrong, (introduced, deprecated), (source, issuer, published))
    entries = read(folder)
    if entries:
        rows = [
            [str(e.get("text")), "、".join(str(v.get("literal", "")) for v in e.get("variants", [])), str(e.get("introduced", "")),
             str(e.get("deprecated", "")), "；".join(str(s.get("title", "")) for s in e.get("sources", []))]
            for e in entries
        ]  # fmt: skip
        kit.block(kit.table(["标准写法", "错误写法", "起用", "停用", "来源"], rows))
        names = session.distinct((str(e["id"]), str(e["text"])) for e in entries)
        with st.popover("去掉一条", icon=":material/delete:"):
            gone = st.selectbox(
                "去掉哪一条", list(names), format_func=lambda i: names[i], index=None, placeholder="选一条"
            )
            if st.button("确定去掉", disabled=gone is None, key="remove-own") and gone:
                remove(folder, gone)
                st.rerun()
    if session.base_settings().overlay is None:
        kit.block(
            f"存在 {kit.text(folder)}；命令行要用同一批提法，请在 zhibi.toml 里写 overlay = “这个文件夹”。",
            "zb dim",
        )


def _add_own(
    folder: Path, text: str, wrong: str, days: tuple[str, str], source: tuple[str, str, str]
) -> None:
    try:
        first, last = (date.fromisoformat(d.strip()) if d.strip() else None for d in days)
    except ValueError:
        kit.notice("日期请写成 2025-07-04 的样子。", "warning")
        return
    words = OwnWords(text, wrong=tuple(re.split(r"[、，,；;]", wrong)), introduced=first, deprecated=last,
                     source=source[0].strip(), issuer=source[1].strip(), source_date=source[2].strip())  # fmt: skip
    try:
        add(folder, words)
    except ZhibiError as error:
        kit.notice(getattr(error, "message", str(error)), "error")
        return
    kit.notice("已加进来，从下一次起草、核校起生效。", "good")
