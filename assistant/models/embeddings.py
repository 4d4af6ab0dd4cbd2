"""Embeddings from an OpenAI-compatible endpoint: the same host rules, marks and egress log as for chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from langchain_core.embeddings import Embeddings

from assistant.errors import InputError, ServiceError
from assistant.models import egress
from assistant.settings import Settings

T = TypeVar("T")
_CHUNK = 64  # texts a request: every compatible server takes that many
_NO_KEY = "none"


def open_embeddings(settings: Settings) -> GuardedEmbeddings | None:
    """None where no embedding model is set; InputError without an address, EgressRefusedError for a host not allowed."""
    if not settings.embed_model:
        return None
    if not settings.base_url:
        raise InputError(f"设置了向量模型 {settings.embed_model}，但没有设置 base_url（模型服务的地址）")
    target = egress.check_egress((), settings.base_url, settings)
    egress.silence_telemetry()
    return GuardedEmbeddings(_client(settings, target), settings, target)


def _client(settings: Settings, target: egress.Destination) -> Embeddings:
    from langchain_openai import OpenAIEmbeddings
    from pydantic import SecretStr

    from assistant.models import wire

    arguments: dict[str, Any] = {
        "model": settings.embed_model, "base_url": settings.base_url, "check_embedding_ctx_length": False,
        "api_key": SecretStr(settings.api_key.get_secret_value() or _NO_KEY), "max_retries": settings.max_retries,
        "chunk_size": _CHUNK, "timeout": wire.reply_timeout(settings.timeout), "openai_proxy": None,
        "http_client": wire.http_client(target, settings.timeout), "http_async_client": wire.refusing_async_client(),
    }  # fmt: skip
    return OpenAIEmbeddings(**arguments)


class GuardedEmbeddings(Embeddings):
    """Each text is looked at for marks before it goes, each request is logged, each failure is one Chinese sentence."""

    def __init__(self, inner: Embeddings, settings: Settings, target: egress.Destination) -> None:
        self._inner, self._settings, self._target = inner, settings, target
        self._log = egress.EgressLog(settings.workspace / egress.FILE_NAME)

    @property
    def model(self) -> str:
        return self._settings.embed_model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._guarded(texts, lambda: self._inner.embed_documents(texts))

    def embed_query(self, text: str) -> list[float]:
        return self._guarded([text], lambda: self._inner.embed_query(text))

    def close(self) -> None:
        self._inner.http_client.close()  # type: ignore[attr-defined]

    def _guarded(self, texts: list[str], call: Callable[[], T]) -> T:
        egress.check_egress(texts, self._settings.base_url, self._settings)
        id = self._log.sent(self._target, "embed", self.model, texts, 1)
        try:
            result = call()
        except Exception as exc:
            self._log.ended(id, type(exc).__name__)
            reason = (
                f"向量服务 {self._target.host} 没有给出结果（{type(exc).__name__}），请检查地址、模型名和服务"
            )
            raise ServiceError(reason) from None
        self._log.ended(id, "ok")
        return result
