"""Opens the model of a role at the endpoint that the settings name: ChatOpenAI, with everything around it in gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from assistant.errors import EgressRefusedError, InputError
from assistant.models import egress
from assistant.models.journal import FILE_NAME as JOURNAL_FILE
from assistant.models.journal import Journal
from assistant.models.limits import Limits, shared_limits
from assistant.settings import EMBEDDED, Settings

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

    from assistant.models.gateway import Gateway, Waiting
    from assistant.models.masking import Mask

Role = Literal["draft", "plan", "judge"]
_NO_KEY = "none"
"""Servers on this machine want no key, the SDK wants one."""


def model_of(settings: Settings, role: Role) -> str:
    """The role's own model, or the one that drafts."""
    own = {"draft": settings.model, "plan": settings.plan_model, "judge": settings.judge_model}[role]
    return own or settings.model


def open_endpoint(
    settings: Settings,
    role: Role,
    *,
    mask: Mask | None = None,
    limits: Limits | None = None,
    waiting: Waiting | None = None,
    live: bool = False,
) -> Gateway:
    """A chat model; InputError where the settings name none, EgressRefusedError where its host is not allowed. No request."""
    model = model_of(settings, role)
    if model == EMBEDDED:
        raise InputError(
            '没有设置模型：请在 zhibi.toml 写明 model 和 base_url，或用内置写法（model = "embedded"）'
        )
    if not settings.base_url:
        raise InputError(f"设置了模型 {model}，但没有设置 base_url（模型服务的地址，通常以 /v1 结尾）")
    if settings.mask and mask is None and not egress.destination(settings.base_url).local:
        raise EgressRefusedError("要求脱敏（mask），但没有给出要换掉的名称，没有打开模型")
    target = egress.check_egress((), settings.base_url, settings)
    egress.silence_telemetry()
    from assistant.models.gateway import Gateway, Waiting

    return Gateway(
        chat=_chat(settings, model, target),
        settings=settings,
        target=target,
        role=role,
        model=model,
        journal=_journal(settings),
        limits=limits or shared_limits(settings, settings.base_url),
        log=egress.EgressLog(settings.workspace / egress.FILE_NAME),
        mask=mask,
        waiting=waiting or Waiting(),
        live=live,
    )


def _journal(settings: Settings) -> Journal:
    return Journal(settings.workspace / JOURNAL_FILE)


def _chat(settings: Settings, model: str, target: egress.Destination) -> ChatOpenAI:
    """One try a request, no proxy, and never the Responses API, which compatible servers do not have."""
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    from assistant.models import wire
    from assistant.models.completions import Completions

    arguments: dict[str, Any] = {
        "model": model,
        "base_url": settings.base_url,
        "api_key": SecretStr(settings.api_key.get_secret_value() or _NO_KEY),
        "temperature": settings.temperature,
        "timeout": wire.reply_timeout(settings.timeout),
        "max_retries": 0,
        "stream_usage": True,
        "use_responses_api": False,
        "openai_proxy": None,
        "http_client": wire.http_client(target, settings.timeout),
        "http_async_client": wire.refusing_async_client(),
        **_length(settings, target),
    }
    chat = ChatOpenAI(**arguments)
    chat.client = Completions(chat.root_client)
    return chat


def _length(settings: Settings, target: egress.Destination) -> dict[str, Any]:
    """LangChain renames max_tokens to max_completion_tokens, which OpenAI wants and most compatible servers ignore."""
    if target.host.endswith(".openai.com"):
        return {"max_tokens": settings.max_tokens}
    return {"extra_body": {"max_tokens": settings.max_tokens}}
