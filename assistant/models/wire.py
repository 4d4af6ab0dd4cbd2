"""The HTTP client under an endpoint: no proxy from the environment, no redirect, no other host, no endless reply.

Proxy variables (HTTP_PROXY, ALL_PROXY) would carry texts to a machine nobody allowed, so the environment is not read,
SSL_CERT_FILE excepted (through OpenSSL itself). httpx2 is what openai 3 speaks.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import cast

import httpx2

from assistant.errors import EgressRefusedError, ServiceError
from assistant.models.egress import Destination

STREAM_FACTOR = 10
"""A stream may last so many times the timeout, as long as it is never silent for longer than the timeout."""
CONNECT_SECONDS = 10.0


def http_client(
    target: Destination, timeout: float, clock: Callable[[], float] = time.monotonic
) -> httpx2.Client:
    inner = httpx2.HTTPTransport(verify=_trust(target.scheme), limits=_LIMITS, trust_env=False)
    guarded = Guarded(inner, target, timeout, clock)
    return _Client(transport=guarded, timeout=reply_timeout(timeout), trust_env=False, follow_redirects=False)


def refusing_async_client() -> httpx2.AsyncClient:
    """ChatOpenAI builds an async client whether used or not; this one goes nowhere."""
    return httpx2.AsyncClient(transport=_Nowhere(), trust_env=False, follow_redirects=False)


_LIMITS = httpx2.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=5.0)


def reply_timeout(seconds: float) -> httpx2.Timeout:
    return httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))


@cache
def _trust(scheme: str) -> ssl.SSLContext | bool:
    """The system's certificates (an office's own authority among them) and certifi's; loading them takes a while."""
    if scheme != "https":
        return False
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _Client(httpx2.Client):
    def __del__(self) -> None:
        if not self.is_closed:
            self.close()


class _Nowhere(httpx2.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise ServiceError("这个模型接口只支持同步调用")


class Guarded(httpx2.BaseTransport):
    """Lets a request through to one host only, and its reply only as long as it should take."""

    def __init__(
        self, inner: httpx2.BaseTransport, target: Destination, timeout: float, clock: Callable[[], float]
    ) -> None:
        self._inner, self._target = inner, target
        self._timeout, self._clock = timeout, clock

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host != self._target.host or request.url.scheme != self._target.scheme:
            raise EgressRefusedError(f"请求被引向了 {request.url.host}，与设置的模型服务不同，没有发送")
        started = self._clock()
        response = self._inner.handle_request(request)
        kind = response.headers.get("content-type", "")
        if response.status_code == 200 and "text/html" in kind:
            response.close()
            raise ServiceError(
                f"模型服务（{self._target.host}）返回的是网页而不是模型回复，请检查 base_url（通常以 /v1 结尾）"
            )
        allowed = self._timeout * (STREAM_FACTOR if "text/event-stream" in kind else 1)
        response.stream = _Timed(
            cast(httpx2.SyncByteStream, response.stream), started + allowed, self._clock, request
        )
        return response

    def close(self) -> None:
        self._inner.close()


class _Timed(httpx2.SyncByteStream):
    """A byte stream with an end: the client's own read timeout begins anew with every byte that drips in."""

    def __init__(
        self,
        inner: httpx2.SyncByteStream,
        deadline: float,
        clock: Callable[[], float],
        request: httpx2.Request,
    ) -> None:
        self._inner, self._deadline, self._clock, self._request = inner, deadline, clock, request

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._inner:
            if self._clock() > self._deadline:
                raise httpx2.ReadTimeout("reply took too long", request=self._request)
            yield chunk

    def close(self) -> None:
        self._inner.close()
