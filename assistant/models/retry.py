"""What went wrong with a request, whether another try makes sense, and how long to wait before it.

The only place that judges faults; the SDK's own retries are off. Messages name the host and what to do, never a key
and never a text that was sent.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from assistant.errors import ServiceError

LONGEST_WAIT = 60.0
_FIRST_WAIT = 0.5
_RETRYABLE = frozenset({408, 409, 425, 429})
_KEY_LIKE = re.compile(r"(?:sk|key|token|Bearer)[-_ ][\w\-.*]{6,}|[\w\-]{24,}", re.IGNORECASE)
_ADVICE = {
    400: "拒绝了这次请求（400），请检查模型名和参数",
    401: "不认访问密钥（401），请检查 ZHIBI_API_KEY 或 zhibi.toml 中的 api_key",
    402: "提示账户余额不足（402），请充值或更换服务",
    403: "不允许使用这个模型或接口（403），请检查密钥的权限",
    404: "没有这个接口或模型（404），请检查 base_url（通常以 /v1 结尾）和模型名",
    413: "认为请求太长（413），请减少事实条数或参考材料",
    422: "不接受请求的参数（422），请检查模型名和参数",
    429: "请求太频繁（429），重试多次仍未放行，请稍后再试或调低 concurrency、requests_per_minute",
}


class EndpointError(ServiceError):
    """An endpoint failed; ``status`` is its HTTP status, 0 where there was none."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class CutShort(Exception):  # noqa: N818 - not an error a user sees
    """A stream ended without a finish_reason: what came is not the whole reply."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``retry_after``: seconds the service asked to wait, None where it asked for nothing."""

    label: str
    message: str
    retryable: bool
    status: int = 0
    retry_after: float | None = None

    def error(self) -> EndpointError:
        return EndpointError(self.message, self.status)


def fault_of(exc: Exception, host: str, secret: str = "", now: Callable[[], float] = time.time) -> Fault:
    """Judge what a request raised."""
    import httpx2
    import openai

    service = f"模型服务（{host}）"
    if isinstance(exc, openai.APIStatusError):
        return _status_fault(exc, service, secret, now)
    if isinstance(exc, (openai.APITimeoutError, httpx2.TimeoutException)):
        return Fault("timeout", f"{service}超时没有回完，请检查服务是否正常，或调大 timeout", True)
    if isinstance(exc, (openai.APIConnectionError, httpx2.TransportError)):
        return Fault("connection", f"{service}连不上或中途断开，请检查地址、端口和服务是否已启动", True)
    if isinstance(exc, CutShort):
        return Fault("cut", f"{service}的回复中途断了，没有结束标志，重试后仍不完整", True)
    if isinstance(exc, (openai.APIError, ValueError, KeyError, TypeError, AttributeError, IndexError)):
        return Fault("malformed", f"{service}的回复不合接口格式，请检查它是否兼容 OpenAI 接口", True)
    raise exc


def _status_fault(exc: Any, service: str, secret: str, now: Callable[[], float]) -> Fault:
    status: int = exc.status_code
    label = str(status)
    if status == 429 and str(exc.code or "") in ("insufficient_quota", "billing_hard_limit_reached"):
        return Fault(label, f"{service}提示额度已用完（429），请充值或更换服务", False, status)
    if status in _RETRYABLE or status >= 500:
        advice = _ADVICE.get(status, f"出错（{status}），重试多次仍不成功，请稍后再试或联系服务管理员")
        return Fault(label, f"{service}{advice}", True, status, retry_after(exc.response.headers, now()))
    if 300 <= status < 400:
        return Fault(
            label, f"{service}要求转到别的地址（{status}），已拒绝；请把 base_url 改为最终地址", False, status
        )
    detail = "" if status in (401, 403) else _detail(exc, secret)
    advice = _ADVICE.get(status, f"拒绝了这次请求（{status}）")
    return Fault(label, f"{service}{advice}{detail}", False, status)


def _detail(exc: Any, secret: str) -> str:
    """The service's own short reason: only where it is plain ASCII, so that no text that was sent comes back in it."""
    body = exc.body if isinstance(exc.body, Mapping) else {}
    reason = str(body.get("message") or "").strip()
    if not reason or not reason.isascii() or (secret and secret in reason):
        return ""
    return f"；服务说明：{_KEY_LIKE.sub('…', ' '.join(reason.split()))[:160]}"


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds from ``retry-after-ms`` or ``Retry-After`` (seconds or an HTTP date), within 0 and LONGEST_WAIT."""
    seconds = _number(headers.get("retry-after-ms"))
    if seconds is not None:
        seconds /= 1000
    else:
        seconds = _number(headers.get("retry-after"))
    if seconds is None:
        seconds = _until(headers.get("retry-after"), now)
    return None if seconds is None else min(max(seconds, 0.0), LONGEST_WAIT)


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if number == number else None  # not NaN


def _until(value: str | None, now: float) -> float | None:
    try:
        return parsedate_to_datetime(value or "").timestamp() - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def backoff(attempt: int, jitter: Callable[[], float] = random.random) -> float:
    """Seconds before try ``attempt + 1``: 0.5, 1, 2, 4, … up to LONGEST_WAIT, of which a random half is taken off."""
    return min(_FIRST_WAIT * 2.0**attempt, LONGEST_WAIT) * (0.5 + 0.5 * jitter())
