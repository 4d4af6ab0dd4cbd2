"""The one place that talks to a model service: a LangChain chat model that asks ChatOpenAI, once for each question.

In order: names masked (if asked for), the journal looked into, the way out checked and recorded, a place within the
limits waited for, the request sent, its reply judged, tried again where that makes sense, stored, and only then used.
A failure is a ServiceError in Chinese. Use ``invoke`` with ``live=True`` and a callback to show text as it comes: the
message returned is whole, and ``on_retry`` says that the text shown so far is void; ``stream`` cannot take text back.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field

from assistant.errors import EgressRefusedError, ServiceError, ZhibiError
from assistant.models.egress import Destination, EgressLog, check_egress
from assistant.models.journal import Journal, reply_key
from assistant.models.limits import Limits, Rank
from assistant.models.masking import Mask, Masked
from assistant.models.meter import Meter
from assistant.models.reply import Reply
from assistant.models.retry import EndpointError, Fault, backoff, fault_of
from assistant.models.talk import message_record, stream_reply, text_of, whole_reply
from assistant.models.tokens import count_tokens
from assistant.settings import Settings

Event = str | Fault
"""What a reply in the making reports: text to show, or a fault after which all text shown so far is void."""
_EMPTY_TRIES = 2


@dataclass(frozen=True, slots=True)
class Waiting:
    """Sleep, chance and clock; tests hand in their own."""

    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random
    now: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True)
class Call:
    """One question: the messages as they go out, the texts before masking, options for the service."""

    messages: list[BaseMessage]
    masked: Masked | None
    plain: tuple[str, ...]
    sent: tuple[str, ...]
    options: dict[str, Any]
    keep: tuple[str, ...]
    key: str


class Gateway(BaseChatModel):
    """Kwargs of invoke and bind: ``salt`` (another reply to the same question), ``keep`` (texts whose masked names the
    reply must hold), ``live``; ``extra_body``, ``tools``, ``tool_choice`` and ``stop`` go to the service."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    chat: Any = Field(exclude=True, repr=False)
    settings: Settings = Field(exclude=True, repr=False)
    target: Destination
    role: str
    model: str
    journal: Journal | None = Field(None, exclude=True, repr=False)
    limits: Limits = Field(exclude=True, repr=False)
    log: EgressLog = Field(exclude=True, repr=False)
    meter: Meter = Field(default_factory=Meter, exclude=True, repr=False)
    mask: Mask | None = Field(None, exclude=True, repr=False)
    waiting: Waiting = Field(default_factory=Waiting, exclude=True, repr=False)
    live: bool = False
    number: int = 0
    numbers: Iterator[int] = Field(default_factory=lambda: count(1), exclude=True, repr=False)

    @property
    def _llm_type(self) -> str:
        return "zhibi-endpoint"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "host": self.target.host, "role": self.role}

    def beside(self, mask: Mask | None) -> Gateway:
        """One for another document over the same connections and journal: its own mask, its own count of what is used."""
        return self.model_copy(update={"mask": mask, "meter": Meter(), "number": next(self.numbers)})

    def close(self) -> None:
        """Close the connections and the journal, for those beside it as well."""
        self.chat.http_client.close()
        if self.journal is not None:
            self.journal.close()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        live = bool(kwargs.pop("live", self.live))
        call = self._call(messages, stop, kwargs)
        reply = None
        with closing(self._run(call, live)) as run:
            while reply is None:
                try:
                    event = next(run)
                except StopIteration as done:
                    reply = done.value
                else:
                    _report(event, call, run_manager)
        message = self._message(reply, call)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        kwargs.pop("live", None), kwargs.pop("stream", None)
        call = self._call(messages, stop, kwargs)
        emitted, seen, reply = "", "", None
        with closing(self._run(call, live=call.masked is None)) as run:
            while reply is None:
                try:
                    event = next(run)
                except StopIteration as done:
                    reply = done.value
                    continue
                seen = "" if isinstance(event, Fault) else seen + event
                if call.masked is None and len(seen) > len(emitted):
                    chunk = _chunk(_rest(seen, emitted, self.target.host))
                    emitted = seen
                    if run_manager:
                        run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk
        message = self._message(reply, call)
        yield _last(message, _rest(str(message.content), emitted, self.target.host))

    def _call(self, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]) -> Call:
        salt, keep = str(kwargs.pop("salt", "")), tuple(kwargs.pop("keep", ()))
        options = {**kwargs, "stop": stop} if stop else kwargs
        if "extra_body" in options:
            options = {**options, "extra_body": {**(self.chat.extra_body or {}), **options["extra_body"]}}
        plain = tuple(text_of(m) for m in messages)
        masked = self.mask.apply(plain) if self.mask is not None and not self.target.local else None
        if masked is not None:
            messages = [
                m.model_copy(update={"content": t}) for m, t in zip(messages, masked.texts, strict=True)
            ]
        key = reply_key(
            base_url=str(self.chat.openai_api_base),
            model=self.model,
            messages=[message_record(m) for m in messages],
            temperature=self.chat.temperature,
            max_tokens=self.settings.max_tokens,
            options=options,
            salt=salt,
        )
        return Call(messages, masked, plain, tuple(text_of(m) for m in messages), options, keep, key)

    def _run(self, call: Call, live: bool) -> Generator[Event, None, Reply]:
        """The stored reply, or a new one that is stored."""
        if self.journal is None:
            return (yield from self._ask(call, live))
        with self.journal.flight(call.key):
            stored = None if self.settings.fresh else self._stored(call.key)
            if stored is not None:
                self.meter.add(replace(stored.usage, requests=0, replayed=1, input=0, output=0, cached=0))
                yield stored.text
                return stored
            reply = yield from self._ask(call, live)
            self.journal.put(call.key, self.model, reply.to_json())
            return reply

    def _stored(self, key: str) -> Reply | None:
        record = self.journal.get(key) if self.journal is not None else None
        try:
            return Reply.from_json(record) if record else None
        except (KeyError, TypeError, ValueError):
            return None

    def _ask(self, call: Call, live: bool) -> Generator[Event, None, Reply]:
        """Requests until one is answered; what all of them used is the reply's usage."""
        self._check_way_out(call)
        used, empties, attempt = None, 0, 0
        while True:
            try:
                reply = yield from self._request(call, live, attempt)
            except ZhibiError:
                raise
            except Exception as exc:
                fault = fault_of(exc, self.target.host, self._secret, self.waiting.now)
                if not fault.retryable or attempt >= self.settings.max_retries:
                    raise fault.error() from None
                self._wait(fault, attempt)
                yield fault
            else:
                self.meter.add(reply.usage)
                used = reply.usage if used is None else used + reply.usage
                if not reply.empty:
                    return replace(reply, usage=used)
                empties += 1
                if empties >= _EMPTY_TRIES or reply.truncated or reply.finish == "content_filter":
                    raise self._empty(reply)
                yield Fault("empty", "", True)
            attempt += 1

    def _request(self, call: Call, live: bool, attempt: int) -> Generator[Event, None, Reply]:
        prompt = sum(count_tokens(t, self.model).tokens for t in call.sent)
        with self.limits.slot(prompt + self.settings.max_tokens, self._rank(call)) as slot:
            id = self.log.sent(self.target, self.role, self.model, call.sent, attempt)
            status = "abandoned"
            try:
                if live:
                    reply = yield from stream_reply(self.chat, call.messages, call.options, self.model)
                else:
                    reply = whole_reply(self.chat, call.messages, call.options, self.model)
                slot.settle(reply.usage.total)
                status = "ok" if not reply.empty else "empty"
            except Exception as exc:
                status = self._label(exc)
                slot.settle(prompt)
                raise
            finally:
                self.log.ended(id, status)
        return reply

    def _check_way_out(self, call: Call) -> None:
        base_url = str(self.chat.openai_api_base)
        try:
            check_egress(call.plain, base_url, self.settings)
        except EgressRefusedError:
            self.log.refused(base_url, self.role, call.sent)
            raise

    def _label(self, exc: Exception) -> str:
        if isinstance(exc, ZhibiError):
            return type(exc).__name__
        return fault_of(exc, self.target.host).label

    def _wait(self, fault: Fault, attempt: int) -> None:
        seconds = backoff(attempt, self.waiting.jitter)
        if fault.retry_after is not None:
            seconds = max(seconds, fault.retry_after) if fault.retry_after else seconds
            self.limits.pause(fault.retry_after)
        self.waiting.sleep(seconds)

    def _empty(self, reply: Reply) -> ServiceError:
        service = f"模型服务（{self.target.host}）"
        if reply.finish == "content_filter":
            return EndpointError(f"{service}的内容审查拦下了回复，请换一个服务，或改用内置写法")
        if reply.truncated:
            return EndpointError(
                f"{service}把字数都用在思考上，没有写出正文；请调大 max_tokens，或关闭模型的思考"
            )
        return EndpointError(f"{service}两次都回了空内容，请检查模型是否正常")

    def _rank(self, call: Call) -> Rank:
        """What others wait for goes first: a document's first request, then the rest of its body, then what leans on the
        body; among equals the document begun first. So the places stay full to the end of a batch."""
        if not self.meter.total.requests:
            return (0, self.number)
        return (1 + bool(call.messages[-1].additional_kwargs.get("leaning")), self.number)

    @property
    def _secret(self) -> str:
        return self.settings.api_key.get_secret_value()

    def _message(self, reply: Reply, call: Call) -> AIMessage:
        """The reply as LangChain has it, the masked names put back."""
        text = reply.text if call.masked is None else call.masked.restore(reply.text, call.keep)
        calls = [_tool_call(c, call.masked) for c in reply.tool_calls]
        return AIMessage(
            content=text,
            tool_calls=[c for c in calls if isinstance(c["args"], dict)],
            invalid_tool_calls=[
                {**c, "error": None, "type": "invalid_tool_call"}
                for c in calls
                if not isinstance(c["args"], dict)
            ],
            usage_metadata=_usage(reply),
            response_metadata={
                "model_name": reply.model,
                "finish_reason": reply.finish,
                "truncated": reply.truncated,
                "journaled": reply.stored,
                "usage_estimated": reply.usage.estimated,
                "requests": reply.usage.requests,
            },
        )


def _report(event: Event, call: Call, run_manager: CallbackManagerForLLMRun | None) -> None:
    if run_manager is None:
        return
    if isinstance(event, Fault):
        from tenacity import RetryCallState, Retrying

        run_manager.on_retry(RetryCallState(Retrying(), None, (), {}))
    elif event:
        shown = event if call.masked is None else call.masked.show(event)
        run_manager.on_llm_new_token(shown, chunk=_chunk(shown))


def _rest(whole: str, emitted: str, host: str) -> str:
    """What follows the text already given out; a second try that began differently cannot be joined to it."""
    if not whole.startswith(emitted):
        raise EndpointError(
            f"模型服务（{host}）的回复中途断开，重来的内容对不上已显示的文字；请重新运行，已完成的部分会保留"
        )
    return whole[len(emitted) :]


def _chunk(text: str) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=AIMessageChunk(content=text))


def _last(message: AIMessage, rest: str) -> ChatGenerationChunk:
    return ChatGenerationChunk(
        message=AIMessageChunk(
            content=rest,
            tool_calls=message.tool_calls,
            invalid_tool_calls=message.invalid_tool_calls,
            usage_metadata=message.usage_metadata,
            response_metadata=message.response_metadata,
            chunk_position="last",
        )
    )


def _tool_call(call: tuple[str, str, str], masked: Masked | None) -> dict[str, Any]:
    import json

    id, name, arguments = call
    if masked is not None:
        arguments = masked.restore(arguments)
    try:
        args = json.loads(arguments or "{}")
    except ValueError:
        args = arguments
    return {
        "id": id,
        "name": name,
        "args": args if isinstance(args, dict) else arguments,
        "type": "tool_call",
    }


def _usage(reply: Reply) -> UsageMetadata:
    used = reply.usage
    return UsageMetadata(
        input_tokens=used.input,
        output_tokens=used.output,
        total_tokens=used.total,
        input_token_details={"cache_read": used.cached},
    )


def meter_of(models: Sequence[BaseChatModel]) -> Meter:
    """The usage of several models as one; those that are no gateways count nothing."""
    return Meter.joined([m.meter for m in models if isinstance(m, Gateway)])
