"""OpenAI's Batch files out and in: every reply the drafts still need as one request; answers joined by their custom id.

Half the price at services that take such files, and ``vllm run-batch`` reads them offline. The custom id is the journal's own
key, so an answer taken in is found by the ordinary road and never asked for again. What depends on other replies (opening,
closing, repairs) is asked in the next round: export, run, import until export writes nothing; an expired batch keeps what
was finished, and the rest is simply exported again.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, convert_to_openai_messages
from langchain_core.outputs import ChatGeneration, ChatResult

from assistant import drafting
from assistant.batch.job import Job
from assistant.batch.manifest import brief_of
from assistant.batch.request_files import RequestFiles
from assistant.batch.spread import Here, Spread
from assistant.batch.types import UnitEntry
from assistant.batch.work import Plan, writer_of
from assistant.errors import DocumentError, InputError, ZhibiError
from assistant.models.gateway import Call, Gateway
from assistant.models.journal import FILE_NAME, Journal
from assistant.models.reply import Reply, without_thinking
from assistant.models.tokens import Usage
from assistant.settings import Settings

URL = "/v1/chat/completions"
_KEY = re.compile(r"[0-9a-f]{64}")


class _LaterError(Exception):
    """This reply depends on others that are not there yet."""


@dataclass(slots=True)
class Wanted:
    """Requests by custom id, collected from several threads."""

    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Harvest(BaseChatModel):
    """Stands where the endpoint stands: replays what the journal holds and writes down what it lacks. Sends nothing."""

    gateway: Any
    wanted: Any

    @property
    def _llm_type(self) -> str:
        return "zhibi-harvest"

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any,
    ) -> ChatResult:  # fmt: skip
        gateway: Gateway = self.gateway
        kwargs.pop("live", None)
        call = gateway._call(messages, stop, dict(kwargs))
        if gateway._stored(call.key) is not None:
            return gateway._generate(messages, stop, run_manager, **kwargs)
        if self.wanted.lines and _depends(messages[-1].additional_kwargs):
            raise _LaterError
        gateway._check_way_out(call)
        with self.wanted.lock:
            self.wanted.lines[call.key] = request_line(call, gateway)
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=""))])


def _depends(extra: dict[str, Any]) -> bool:
    """The opening, the closing and every repair are asked with other replies in view."""
    task = extra.get("task")
    return task is None or "repair" in extra or "only" in extra or task.plan.part in drafting.AFTER_BODY


def request_line(call: Call, gateway: Gateway) -> dict[str, Any]:
    options = {k: v for k, v in call.options.items() if k != "extra_body"} | call.options.get(
        "extra_body", {}
    )
    body = {
        "model": gateway.model,
        "messages": convert_to_openai_messages(call.messages),
        "temperature": gateway.settings.temperature,
        "max_tokens": gateway.settings.max_tokens,
        **options,
    }
    return {"custom_id": call.key, "method": "POST", "url": URL, "body": body}


@dataclass(frozen=True, slots=True)
class Asked:
    """What one unit still needs; ``error`` where it cannot be drafted at all."""

    key: str
    lines: tuple[dict[str, Any], ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Exported:
    """``waiting`` units still need replies; ``failed`` could not be asked for."""

    paths: tuple[Path, ...]
    requests: int
    waiting: int
    failed: tuple[Asked, ...]


def export(
    units: Sequence[UnitEntry], settings: Settings, path: Path, spread: Spread | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Exported:  # fmt: skip
    """The requests of the next round as JSONL, each once, one unit in memory at a time; one file, or numbered ones where
    the services' limits are passed. Raises InputError where no endpoint is set."""
    failed: list[Asked] = []
    waiting = 0
    with RequestFiles(path) as files:
        for done, asked in enumerate(requests_of(units, settings, spread), 1):
            waiting += bool(asked.lines)
            failed += [asked] if asked.error else []
            for line in asked.lines:
                files.add(line)
            progress(done, len(units))
        return Exported(files.finish(), files.requests, waiting, tuple(failed))


def requests_of(
    units: Iterable[UnitEntry], settings: Settings, spread: Spread | None = None
) -> Iterator[Asked]:
    """For each unit the requests of the next round, in any order. Raises InputError where no endpoint is set."""
    if settings.embedded:
        raise InputError("批量文件是给外部模型用的，请先设置 model 和 base_url；内置写手直接用 zhibi batch")
    yield from (spread or Here()).map(Job(_asked, settings, _lost), units)


def _lost(entry: UnitEntry) -> Asked:
    return Asked(entry.key, error="处理这一份的进程几次被系统终止（多半是内存不足），请减少 --jobs 后重跑")


def _asked(settings: Settings, entry: UnitEntry) -> Asked:
    wanted, gateway = Wanted(), None
    try:
        brief = brief_of(entry)
        gateway = drafting.open_model(settings, brief)
        job = writer_of(Plan(settings, (), with_index=True)).job(brief)
        drafting.draft(job, Harvest(gateway=gateway, wanted=wanted))
    except _LaterError:
        pass
    except ZhibiError as exc:
        if not wanted.lines:
            return Asked(entry.key, error=str(exc))
    finally:
        if isinstance(gateway, Gateway):
            gateway.close()
    return Asked(entry.key, tuple(wanted.lines.values()))


@dataclass(frozen=True, slots=True)
class Taken:
    """``failed``: answers that are errors (expired, refused, cut off) and will be exported again."""

    stored: int = 0
    known: int = 0
    failed: int = 0
    unreadable: tuple[int, ...] = ()


def take_in(paths: Sequence[Path], settings: Settings) -> Taken:
    """Answers into the journal; those it has already are left as they are. Raises DocumentError for a file that cannot be read."""
    journal = Journal(settings.workspace / FILE_NAME)
    stored = known = failed = 0
    unreadable: list[int] = []
    try:
        for path in paths:
            for number, text in enumerate(_lines(path), 1):
                answer = _answer(text)
                if answer is None:
                    unreadable.append(number)
                elif answer[1] is None:
                    failed += 1
                elif journal.get(answer[0]) is not None:
                    known += 1
                else:
                    journal.put(answer[0], answer[1].model, answer[1].to_json())
                    stored += 1
    finally:
        journal.close()
    return Taken(stored, known, failed, tuple(unreadable))


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8-sig") as stream:
            yield from (line for line in stream if line.strip())
    except (OSError, UnicodeDecodeError) as exc:
        raise DocumentError("结果文件读不出来，请给出服务返回的 .jsonl 文件", path=path) from exc


def _answer(text: str) -> tuple[str, Reply | None] | None:
    """(custom id, reply); the reply None where the service says it failed; None where the line is no answer of ours."""
    try:
        data = json.loads(text)
        key = data["custom_id"]
        if not _KEY.fullmatch(key):
            return None
        response = data.get("response") or {}
        if data.get("error") or response.get("status_code", 200) != 200:
            return key, None
        return key, _reply(response["body"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None


def _reply(body: dict[str, Any]) -> Reply | None:
    choice, used = body["choices"][0], body.get("usage") or {}
    cached = (used.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    usage = Usage(
        used.get("prompt_tokens", 0), used.get("completion_tokens", 0), cached, 1, estimated=not used
    )
    reply = Reply(
        without_thinking(choice["message"].get("content") or ""), choice.get("finish_reason") or "stop", usage,
        body.get("model", ""),
    )  # fmt: skip
    return None if reply.empty or reply.truncated else reply
