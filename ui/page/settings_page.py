"""设置: which model and where, what may leave the machine, and the doctor's report."""

from __future__ import annotations

from typing import Any

import streamlit as st

from assistant.errors import ZhibiError
from assistant.settings import EMBEDDED, Settings
from ui.commands.doctor import rows as doctor_rows
from ui.page import kit, session

_WRITERS = ("内置写手（不联网）", "模型接口（OpenAI 兼容）")


def show() -> None:
    left, right = st.columns([6, 5], gap="large")
    with left:
        st.subheader("谁来写", anchor=False)
        if session.login_configured():
            _told()
        else:
            _form()
        _test(session.settings())
    with right:
        st.subheader("体检", anchor=False)
        _doctor()


def _told() -> None:
    """With login the office decides, by zhibi.toml."""
    now = session.settings()
    rows = [["模型", "内置写手" if now.embedded else now.model], ["地址", now.base_url or "无"],
            ["允许的主机", "、".join(now.allow_hosts) or "只有本机"], ["脱敏", "是" if now.mask else "否"]]  # fmt: skip
    kit.block(kit.table(["项目", "现在"], rows))
    kit.notice("多人使用时，模型和外发范围由管理员在 zhibi.toml 里统一设置。")


def _form() -> None:
    now = session.settings()
    with st.form("settings", border=True):
        writer = st.radio("写手", _WRITERS, index=0 if now.embedded else 1, horizontal=True)
        model = st.text_input(
            "模型名", value="" if now.embedded else now.model, placeholder="如 qwen3-32b、deepseek-chat"
        )
        url = st.text_input(
            "地址", value=now.base_url, placeholder="如 http://127.0.0.1:8000/v1，通常以 /v1 结尾"
        )
        key = st.text_input("密钥（只在这次打开时有效，不存盘）", value=session.api_key(), type="password",
                            help="长期使用请设环境变量 ZHIBI_API_KEY")  # fmt: skip
        hosts = st.text_input("允许发往的主机（逗号分隔；本机不用写）", value=", ".join(now.allow_hosts),
                              help="不在这里的外部主机，带密级标志的材料一律不发")  # fmt: skip
        mask = st.toggle("发出前把人名、单位、地名、电话换成代号，回来再换回", value=now.mask)
        if st.form_submit_button("保存", type="primary"):
            embedded = writer == _WRITERS[0]
            _save({"model": EMBEDDED if embedded else model.strip(), "base_url": url.strip(),
                   "allow_hosts": hosts.strip(), "mask": mask}, key.strip())  # fmt: skip


def _save(data: dict[str, Any], key: str) -> None:
    from assistant.settings import load_settings

    if not data["model"] or (data["model"] != EMBEDDED and not data["base_url"]):
        kit.notice("用模型接口要写模型名和地址。", "warning")
        return
    try:
        load_settings(**data)
    except ZhibiError as error:
        kit.trouble(error)
        return
    session.store().prefer(session.owner(), data)
    st.session_state["api-key"] = key
    st.rerun()


def _test(now: Settings) -> None:
    kit.block(
        f"现在：{kit.text('内置写手，不联网，材料不离开本机' if now.embedded else f'{now.model}，{now.base_url}')}"
    )
    if now.embedded:
        return
    if st.button("试一试连接", help="只发一句“请回复：好”，不发材料"):
        with st.spinner("正在试……"):
            problem, answer = _try(now)
        kit.notice(problem or f"连得上，模型答：{answer}", "error" if problem else "good")


def _try(now: Settings) -> tuple[str, str]:
    """What went wrong, or what was answered. No text of the office is sent."""
    from langchain_core.messages import HumanMessage

    from assistant.models.endpoint import open_endpoint

    try:
        model = open_endpoint(
            now.model_copy(
                update={"mask": False, "max_retries": 0, "timeout": 20.0, "max_tokens": 512, "fresh": True}
            ),
            "draft",
        )
        reply = model.invoke([HumanMessage("请回复：好")])
    except ZhibiError as error:
        return str(error), ""
    return "", reply.text[:100]


def _doctor() -> None:
    marks = {True: ("好", "good"), False: ("缺", "error"), None: ("—", "info")}
    body = "".join(
        f'<div class="finding">{kit.chip(*marks[good])}{kit.text(what)}'
        + (f'<div class="dim" style="margin-left:2.4em">{kit.text(advice)}</div>' if advice else "")
        + "</div>"
        for good, what, advice in _report(session.settings())
    )
    kit.block(body)
    if st.button("重新检查", icon=":material/refresh:"):
        _cached.clear()
        st.rerun()


def _report(now: Settings) -> list[tuple[bool | None, str, str]]:
    return _cached(now.model, now.base_url, str(now.workspace), str(now.allow_hosts))


@st.cache_data(ttl=300, show_spinner=False)
def _cached(model: str, url: str, workspace: str, hosts: str) -> list[tuple[bool | None, str, str]]:
    return list(doctor_rows(session.settings()))
