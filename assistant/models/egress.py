"""The way out of this machine: which hosts text may go to, which text may not go at all, and a record of what went.

Without an entry in ``allow_hosts`` only 127.0.0.0/8, ::1 and localhost, as written in the base URL, are reachable; a
name that merely resolves to loopback is not. Text with a mark of classification (knowledge/egress.yaml) goes to no
other machine, allow-listed or not. The log holds hashes and sizes, never a text or a key.
"""

from __future__ import annotations

import hashlib
import html
import ipaddress
import json
import os
import re
import threading
import time
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from assistant import resources
from assistant.errors import EgressRefusedError, InputError, KnowledgeError
from assistant.settings import Settings
from assistant.text import strip_invisible

FILE_NAME = "egress.jsonl"
_DECORATION = " \t#>*_`~|-—=+•·.。[]【】〔〕()（）<>《》“”\"'"
_BRACKETED = re.compile(r"[(（\[【〔<〈]([^()（）\[\]【】〔〕<>〈〉\n]{2,40})[)）\]】〕>〉]")
_LONE_LENGTH = 60
_LINE_BREAK = re.compile(r"[\n\r\v\f\u2028\u2029\t|]|\\n|\\t")


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a base URL leads. ``local``: this machine, by a literal loopback address or localhost."""

    scheme: str
    host: str
    port: int
    local: bool


def destination(base_url: str) -> Destination:
    """Parse a base URL; InputError for all that two parsers might read differently."""
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    strange = any(c in base_url for c in "\\@?#") or any(c.isspace() or ord(c) < 33 for c in base_url)
    if parts.scheme not in ("http", "https") or not host or strange:
        raise InputError(
            "模型服务地址（base_url）不对：应形如 http://127.0.0.1:8000/v1，其中不能有用户名、空格、? 或 #"
        )
    return Destination(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), _loopback(host))


def _loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    if isinstance(address, ipaddress.IPv4Address):
        return address in ipaddress.ip_network("127.0.0.0/8")
    return address == ipaddress.IPv6Address("::1")


def check_egress(texts: Iterable[str], base_url: str, settings: Settings) -> Destination:
    """EgressRefusedError unless the host is this machine, or is allowed and no text carries a mark of classification."""
    target = destination(base_url)
    if target.local:
        return target
    if not _allowed(target, settings):
        raise EgressRefusedError(
            f"默认不联网：{target.host} 不是本机，也不在许可名单中，没有发送任何内容；"
            f"确需使用，请在 zhibi.toml 的 allow_hosts 中加入 {target.host}"
        )
    for text in texts:
        mark = classified_mark(text, settings.overlay)
        if mark is not None:
            raise EgressRefusedError(
                f"文中有密级或内部标志“{mark}”，不得发往本机以外的模型服务（{target.host}），没有发送任何内容；"
                "请改用内置写法或本机模型，涉密内容请移至涉密设备处理"
            )
    return target


def _allowed(target: Destination, settings: Settings) -> bool:
    allowed = {h.lower().strip() for h in (*settings.allow_hosts, *_policy(settings.overlay).allow_hosts)}
    return target.host in allowed or f"{target.host}:{target.port}" in allowed


@dataclass(frozen=True, slots=True)
class _Policy:
    anywhere: re.Pattern[str]
    lone: re.Pattern[str]
    allow_hosts: tuple[str, ...]


@cache
def _policy(overlay: Path | None) -> _Policy:
    """The shipped rules and the user's, joined: an overlay can add to what is refused, never take away."""
    files = [
        f for folder in resources.layers("knowledge", overlay) if (f := folder / "egress.yaml").is_file()
    ]
    anywhere: list[str] = []
    lone: list[str] = []
    hosts: list[str] = []
    for file in files:
        try:
            data: dict[str, Any] = yaml.safe_load(file.read_text("utf-8")) or {}
            marks = data.get("classified") or {}
            slots = {"levels": _spaced(marks.get("levels", ())), "periods": marks.get("periods", r"(?!)")}
            anywhere += _marks(slots, marks) + list(marks.get("anywhere", ()))
            lone += [_fill(p, slots) for p in marks.get("lone", ())]
            hosts += data.get("allow_hosts") or []
            re.compile("|".join(anywhere + lone))
        except (yaml.YAMLError, re.error, AttributeError, TypeError, UnicodeDecodeError) as exc:
            raise KnowledgeError(f"外发管控文件读不懂：{exc}", path=file) from None
    return _Policy(_union(anywhere), _union(lone), tuple(hosts))


def _union(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{p})" for p in patterns) or r"(?!)")


def _spaced(words: Iterable[str]) -> str:
    return "|".join(r"\s*".join(map(re.escape, w)) for w in words) or r"(?!)"


def _fill(pattern: str, slots: dict[str, str]) -> str:
    for name, value in slots.items():
        pattern = pattern.replace("{" + name + "}", f"(?:{value})")
    return pattern


def _marks(slots: dict[str, str], marks: dict[str, Any]) -> list[str]:
    if not marks.get("levels"):
        return []
    stars, plain = re.escape(marks.get("stars", "★")), re.escape(marks.get("plain_stars", ""))
    after = rf"(?:{slots['periods']}|\s|$)"
    first = rf"(?:{slots['levels']})\s*[{stars}](?:\s*(?:{slots['periods']}))?"
    second = rf"(?:{slots['levels']})\s*[{plain}](?![{plain}])(?={after}|\s*(?:{slots['periods']}))"
    return [first, second] if plain else [first]


def classified_mark(text: str, overlay: Path | None = None) -> str | None:
    """The mark of classification that the text carries, as normalised, or None."""
    policy = _policy(overlay)
    plain = _normal(text)
    for line in _LINE_BREAK.split(plain):
        bare = line.strip(_DECORATION)
        if 0 < len(bare) <= _LONE_LENGTH and policy.lone.fullmatch(bare):
            return bare[:20]
    for inner in _BRACKETED.findall(plain):
        if policy.lone.fullmatch(inner.strip(_DECORATION)):
            return str(inner.strip())[:20]
    found = policy.anywhere.search(plain)
    return found.group().strip()[:20] if found else None


def _normal(text: str) -> str:
    """Entities resolved, compatibility forms (full-width, circled, radicals) folded, invisible characters gone."""
    return strip_invisible(unicodedata.normalize("NFKC", strip_invisible(html.unescape(text))[0]))[0]


class EgressLog:
    """JSON lines: one before a request goes and one when it ended, joined by ``id``; a refusal has one."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()

    def sent(self, target: Destination, role: str, model: str, texts: Sequence[str], attempt: int) -> str:
        """Write what is about to go; the id to close it with."""
        id = uuid.uuid4().hex[:16]
        where = {
            "host": target.host,
            "port": target.port,
            "local": target.local,
            "role": role,
            "model": model,
        }
        self._write({"event": "sent", "id": id, **where, "attempt": attempt, **_sizes(texts)})
        return id

    def ended(self, id: str, status: str) -> None:
        self._write({"event": "ended", "id": id, "status": status})

    def refused(self, base_url: str, role: str, texts: Sequence[str]) -> None:
        host = urlsplit(base_url).hostname or ""
        self._write({"event": "refused", "host": host, "role": role, **_sizes(texts)})

    def _write(self, record: dict[str, Any]) -> None:
        now = time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(self._clock()))
        line = json.dumps({"time": now, **record}, ensure_ascii=False) + "\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock:
                handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                try:
                    os.write(handle, line.encode())
                finally:
                    os.close(handle)
        except OSError as exc:
            raise EgressRefusedError(
                f"外发记录写不进去（{exc.strerror}），没有记录就不发送；请检查工作文件夹", path=self.path
            ) from None


def _sizes(texts: Sequence[str]) -> dict[str, Any]:
    data = "\0".join(texts).encode("utf-8", "surrogatepass")
    return {
        "sha256": hashlib.sha256(data).hexdigest(),
        "characters": sum(map(len, texts)),
        "bytes": len(data),
    }


def silence_telemetry() -> None:
    """LangChain's tracing (LANGSMITH_TRACING=true in the environment) would send prompts out, and openai's debug log
    (OPENAI_LOG=debug) would print them: both are off in this process, whatever the environment says."""
    import logging

    from langsmith import configure

    configure(enabled=False)
    for name in ("openai", "httpx", "httpx2", "httpcore2", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
