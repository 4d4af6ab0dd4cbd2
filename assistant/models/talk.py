"""One request to ChatOpenAI and its answer as a Reply: whole, or as a stream that reports the text to show.

Knows the shapes of LangChain's messages and chunks; knows nothing of retries, limits or journals.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

from assistant.models.reply import Reply, visible, without_thinking
from assistant.models.retry import CutShort
from assistant.models.tokens import Usage, count_tokens


def text_of(message: BaseMessage) -> str:
    """The message's text; for messages of parts, that of all text parts."""
    return message.content if isinstance(message.content, str) else str(message.text)


def message_record(message: BaseMessage) -> dict[str, Any]:
    """What of a message determines the reply."""
    record: dict[str, Any] = {"role": message.type, "content": message.content}
    for name in ("tool_calls", "tool_call_id", "name"):
        if value := getattr(message, name, None):
            record[name] = value
    return record


def whole_reply(chat: Any, messages: list[BaseMessage], options: dict[str, Any], model: str) -> Reply:
    """Raises what ChatOpenAI raises."""
    generation = chat._generate(messages, **options).generations[0]
    message = cast(AIMessage, generation.message)
    info = {**(generation.generation_info or {}), **message.response_metadata}
    return _reply(message, text_of(message), str(info.get("finish_reason") or "stop"), messages, model)


def stream_reply(
    chat: Any, messages: list[BaseMessage], options: dict[str, Any], model: str
) -> Generator[str, None, Reply]:
    """Yields new visible text; CutShort where the stream ends without a finish_reason."""
    whole: AIMessageChunk | None = None
    text, shown, finish = "", "", ""
    usage: Any = None
    with closing(chat._stream(messages, **options)) as chunks:
        for chunk in chunks:
            part = cast(AIMessageChunk, chunk.message)
            text += text_of(part)
            finish = str((chunk.generation_info or {}).get("finish_reason") or finish)
            usage = part.usage_metadata or usage  # some services repeat the running sum in every chunk
            if part.tool_call_chunks:
                whole = part if whole is None else whole + part
            now = visible(text)
            if now.startswith(shown) and len(now) > len(shown):
                yield now[len(shown) :]
                shown = now
    if not finish:
        raise CutShort
    message = whole or AIMessageChunk(content="")
    message = message.model_copy(update={"usage_metadata": usage})
    return _reply(message, text, finish, messages, model)


def _reply(message: AIMessage, text: str, finish: str, messages: list[BaseMessage], model: str) -> Reply:
    calls = [
        (c["id"] or "", c["name"], json.dumps(c["args"], ensure_ascii=False)) for c in message.tool_calls
    ]
    calls += [(c["id"] or "", c["name"] or "", c["args"] or "") for c in message.invalid_tool_calls]
    usage = _usage(message) or _estimated(messages, text, model)
    return Reply(without_thinking(text).strip("\n"), finish, usage, _model_name(message, model), tuple(calls))


def _model_name(message: AIMessage, model: str) -> str:
    return str(message.response_metadata.get("model_name") or model)


def _usage(message: AIMessage) -> Usage | None:
    used = message.usage_metadata
    if used is None or not used["total_tokens"]:
        return None
    cached = int((used.get("input_token_details") or {}).get("cache_read") or 0)
    return Usage(used["input_tokens"], used["output_tokens"], cached, requests=1)


def _estimated(messages: list[BaseMessage], text: str, model: str) -> Usage:
    """For services that count nothing."""
    sent = sum(count_tokens(text_of(m), model).tokens for m in messages)
    return Usage(sent, count_tokens(text, model).tokens, requests=1, estimated=True)
