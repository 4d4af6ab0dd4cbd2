"""Step one: bullets pasted or uploaded, the header, and beside them the ledger as the library reads it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from assistant.brief import REGISTERS, Brief
from assistant.errors import ZhibiError
from assistant.finding import Question
from assistant.worker import Work
from assistant.worker.desk import parse
from ui.page import kit, session
from ui.page.ledger import ledger, questions_of

PASTED = "粘贴的要点.txt"
REGISTER_NAMES = {"": "按材料", "concise": "简明", "standard": "一般", "full": "完整"}
BODIES = ("", "党组", "党委", "党总支", "党支部", "党工委")
WAYS = ("粘贴要点", "上传材料", "由往年总结列起")
_TITLES = {"kind": "文种", "organization": "单位", "period": "时段", "body": "党组织", "date": "成文日期",
           "recipient": "主送", "length": "字数", "register": "语域", "author": "述职人", "title": "标题"}  # fmt: skip
_EXAMPLE = """一、党建工作
- 班子成员带头讲党课6次
- 开展主题党日活动*次，参加党员312人次

存在的问题
- 部分党支部主题党日形式单一

下一步打算
- 下半年每个党支部至少组织1次现场主题党日"""


def show(work: Work) -> None:
    left, right = st.columns([6, 5], gap="large")
    with left:
        work = _source(work)
        work = _header(work)
    with right:
        _reading(work)


def _source(work: Work) -> Work:
    pasted = work.source_name in ("", PASTED)
    way = st.segmented_control(
        "材料从哪里来", WAYS, default=WAYS[0] if pasted else WAYS[1], required=True, key=f"way-{work.id}"
    )
    if way == WAYS[0]:
        return _paste(work, work.source.decode("utf-8", "replace") if pasted else "")
    if way == WAYS[1]:
        return _upload(work)
    return _reverse(work)


def _paste(work: Work, before: str) -> Work:
    typed = st.text_area(
        "一件事一行，数字写全；还不知道的写 *",
        height=330,
        placeholder=_EXAMPLE,
        key=session.begin_with(f"bullets-{work.id}", before),
        help="可以分“一、二、”小标题；“存在的问题”“下一步打算”下面的各行自动归入问题和计划。写完点别处或按 Ctrl+Enter。",
    )
    if typed != before:
        return session.saved(work, source_name=PASTED, source=typed.encode(), sections=[], headings={})
    return work


def _upload(work: Work) -> Work:
    file = st.file_uploader(
        "材料文件（.yaml、.xlsx、.txt、.md）",
        type=["yaml", "yml", "xlsx", "txt", "md"],
        key=f"file-{work.id}",
    )
    if file is not None:
        data = file.getvalue()
        if (file.name, data) != (work.source_name, work.source):
            work = session.saved(work, source_name=file.name, source=data, sections=[], headings={})
    elif work.source_name not in ("", PASTED):
        kit.block(f"已收到：{kit.text(work.source_name)}", "zb dim")
    return work


def _reverse(work: Work) -> Work:
    kit.block("上传上一期的总结，列出同样的小标题和事项，数字一律换成 *，照着填今年的。", "zb dim")
    file = st.file_uploader(
        "往年总结（.docx、.txt、.md、.pdf）", type=["docx", "txt", "md", "pdf"], key=f"old-{work.id}"
    )
    if file is None or not st.button("列出事项", key=f"reverse-{work.id}"):
        return work
    from assistant.reverse import reverse_file

    with tempfile.TemporaryDirectory(prefix="zhibi-") as folder:
        path = Path(folder) / f"往年总结{Path(file.name).suffix.lower()}"
        path.write_bytes(file.getvalue())
        try:
            made = reverse_file(path)
        except ZhibiError as error:
            kit.notice(getattr(error, "message", str(error)), "error")
            return work
    name = f"{Path(file.name).stem}.yaml"
    work = session.saved(work, source_name=name, source=made.encode(), sections=[], headings={})
    st.download_button("下载列出的材料（改好再上传）", made.encode(), file_name=name, mime="text/yaml")
    return work


def _header(work: Work) -> Work:
    """Header fields; an empty one leaves the word to the material."""
    given = _said(work)
    genres = session.catalogue().genres
    form = dict(work.form)

    def line(key: str, hint: str, help: str | None = None) -> None:
        name = session.begin_with(f"{key}-{work.id}", work.form.get(key, ""))
        hint = given.get(key) or hint
        form[key] = st.text_input(_TITLES[key], placeholder=hint, help=help, key=name).strip()

    def pick(key: str, options: Sequence[str], names: dict[str, str]) -> None:
        now = work.form.get(key, "")
        name = session.begin_with(f"{key}-{work.id}", now if now in options else "")
        form[key] = st.selectbox(_TITLES[key], options, format_func=lambda o: names.get(o, o), key=name)

    a, b, c = st.columns(3)
    with a:
        from_file = given.get("kind") or "按材料"
        pick("kind", ("", *genres), {"": from_file} | {g.id: g.name for g in genres.values()})
        line("period", "如 2025年上半年", "也可写 2025、2025-H1、2025-Q3、2025-01..2025-06")
        line("recipient", "如 县直机关工委")
    with b:
        line("organization", "单位全称")
        line("date", "如 2025-07-04", "提法按这一天是否有效来判断；不写就按时段最后一天")
        line("length", "如 2500")
    with c:
        pick("body", BODIES, {"": given.get("body") or "按材料"})
        pick("register", ("", *REGISTERS), REGISTER_NAMES | {"": given.get("register") or "按材料"})
        line("author", "只有述职报告要写")
    if form != work.form:
        return session.saved(work, form={k: v for k, v in form.items() if v})
    return work


def _said(work: Work) -> dict[str, str]:
    """What the material itself says of the header, for the hints of empty fields."""
    try:
        brief = _parsed(work.source_name, work.source, ())
    except ZhibiError:
        return {}
    kinds = session.catalogue().genres
    said = {
        "kind": kinds[brief.kind].name if brief.kind in kinds else "", "organization": brief.organization,
        "period": brief.period.label, "body": brief.body, "date": brief.date.isoformat(), "author": brief.author,
        "recipient": brief.recipient, "length": str(brief.length or ""), "register": REGISTER_NAMES[brief.register],
    }  # fmt: skip
    return {k: v for k, v in said.items() if v}


@st.cache_resource(show_spinner=False, max_entries=50)
def _parsed(name: str, data: bytes, form: tuple[tuple[str, str], ...]) -> Brief:
    return parse(name, data, dict(form))


def _reading(work: Work) -> None:
    st.subheader("台账", anchor=False)
    if not work.source.strip():
        kit.block("左边写上要点，这里就列出每一条：哪些是数字，哪些还缺，哪些互相对不上。", "zb dim")
        return
    try:
        brief = session.brief(work)
    except ZhibiError as error:
        kit.notice(_plain(str(error)), "warning")
        return
    questions = questions_of(brief)
    title = f"{brief.organization}{brief.period.label}{session.catalogue().genres[brief.kind].name}" if brief.kind in session.catalogue().genres else brief.organization  # fmt: skip
    if work.title != (brief.title or title):
        session.saved(work, title=brief.title or title)
        st.rerun()
    _counts(brief, questions)
    with st.container(height=430, border=True):
        kit.block(ledger(brief, questions))
    _questions(questions)
    st.button("看提纲", type="primary", on_click=_to_outline, icon=":material/arrow_forward:")


def _to_outline() -> None:
    st.session_state["stage"] = "提纲"


def _plain(message: str) -> str:
    """Header keys by their names on this page."""
    for key, name in _TITLES.items():
        message = message.replace(f"缺少 {key}", f"请填“{name}”")
    return message


def _counts(brief: Brief, questions: Sequence[Question]) -> None:
    unknown = sum(len(i.unknowns) for i in brief.ledger)
    values = sum(v.kind in ("count", "money", "percent") for i in brief.ledger for v in i.values)
    blocking = sum(q.blocking for q in questions)
    kit.block(
        f"事实{len(brief.facts)}条、问题{len(brief.problems)}条、计划{len(brief.plans)}条；"
        f"认出数字{values}个，待补{unknown}处；要问您的{len(questions)}条"
        + (f"，其中签发前必答{blocking}条" if blocking else "")
        + "。"
    )


def _questions(questions: Sequence[Question]) -> None:
    for title, blocking in (("签发前必答", True), ("可以补充", False)):
        rows = [q for q in questions if q.blocking is blocking]
        if rows:
            tone = "error" if blocking else "info"
            body = "".join(
                f'<div class="finding">{kit.chip("、".join(q.facts), tone) if q.facts else ""}{kit.text(q.text)}</div>'
                for q in rows
            )
            kit.block(f"<h4>{title}</h4>{body}")
