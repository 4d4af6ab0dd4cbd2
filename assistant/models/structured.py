"""Answers as data: ``ask_json`` gets an instance of a pydantic model out of any chat model.

Services differ in what they can be made to do, so a ladder is climbed down once for each (base_url, model): JSON
schema, tool call, JSON object, plain text with a fence; the rung that held is kept in the workspace. Parsing is our own:
thinking and fences off, the first balanced object that fits; after that the model is asked once more, told what was wrong.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from assistant import resources
from assistant.errors import KnowledgeError, ServiceError
from assistant.models.reply import without_thinking
from assistant.models.retry import EndpointError

Rung = Literal["json_schema", "tool", "json_object", "text"]
RUNGS: tuple[Rung, ...] = get_args(Rung)
FILE_NAME = "capabilities.json"
_UNSUPPORTED = frozenset({400, 404, 405, 415, 422, 500, 501})
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_WRITING = threading.Lock()
T = TypeVar("T", bound=BaseModel)


class BadAnswerError(ServiceError):
    """The model's answer is not the data that was asked for."""


def ask_json(model: Any, messages: Sequence[Any], schema: type[T]) -> T:
    """BadAnswerError where the model gives nothing usable twice; ServiceError where it cannot be reached."""
    memory = _memory_of(model)
    known = memory.rung() if memory else "text"
    if known is not None:
        try:
            return _twice(model, messages, schema, known)
        except EndpointError as exc:
            if memory is None or exc.status not in _UNSUPPORTED:
                raise
    assert memory is not None
    return _probe(model, messages, schema, memory)


def _probe(model: Any, messages: Sequence[Any], schema: type[T], memory: _Memory) -> T:
    """Down the ladder with the real question, so that finding out costs nothing where the first rung holds."""
    for rung in RUNGS[:-1]:
        try:
            answer = parse_answer(_ask(model, messages, schema, rung), schema)
        except BadAnswerError:
            continue
        except EndpointError as exc:
            if exc.status not in _UNSUPPORTED:
                raise
            continue
        memory.keep(rung)
        return answer
    answer = _twice(model, messages, schema, "text")
    memory.keep("text")
    return answer


def _twice(model: Any, messages: Sequence[Any], schema: type[T], rung: Rung) -> T:
    from langchain_core.messages import AIMessage, HumanMessage

    given = _ask(model, messages, schema, rung)
    try:
        return parse_answer(given, schema)
    except BadAnswerError as exc:
        complaint = HumanMessage(_words()["again"].replace("{error}", exc.message))
        return parse_answer(
            _ask(model, [*messages, AIMessage(given or "…"), complaint], schema, rung), schema
        )


def _ask(model: Any, messages: Sequence[Any], schema: type[BaseModel], rung: Rung) -> str:
    """The text of the answer; for a tool call its arguments."""
    shape = strict_schema(schema)
    words = _words()
    told = (
        words["hint"]
        if rung in ("json_schema", "tool")
        else words["schema"].replace("{schema}", _compact(shape))
    )
    reply = model.invoke(_told(messages, told), **_options(rung, schema, shape))
    if rung == "tool" and (reply.tool_calls or reply.invalid_tool_calls):
        calls = reply.tool_calls or reply.invalid_tool_calls
        return calls[0]["args"] if isinstance(calls[0]["args"], str) else _compact(calls[0]["args"])
    return str(reply.text)


def _options(rung: Rung, schema: type[BaseModel], shape: dict[str, Any]) -> dict[str, Any]:
    """``extra_body``, because with ``response_format`` LangChain and the SDK would parse, and raise, by themselves."""
    name = re.sub(r"\W", "_", schema.__name__)
    if rung == "json_schema":
        format = {"type": "json_schema", "json_schema": {"name": name, "schema": shape, "strict": True}}
        return {"extra_body": {"response_format": format}}
    if rung == "tool":
        function = {"name": name, "description": _words()["tool_description"], "parameters": shape}
        choice = {"type": "function", "function": {"name": name}}
        return {"tools": [{"type": "function", "function": function}], "tool_choice": choice}
    return {"extra_body": {"response_format": {"type": "json_object"}}} if rung == "json_object" else {}


def _told(messages: Sequence[Any], words: str) -> list[Any]:
    """The words at the end of the last message: some templates refuse two messages of one role in a row."""
    last = messages[-1]
    return [*messages[:-1], last.model_copy(update={"content": f"{last.content}\n\n{words}"})]


def strict_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """As services that enforce a schema want it: nothing beyond the properties, all of them required, no defaults."""
    strict: dict[str, Any] = _strict(schema.model_json_schema())
    return strict


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(n) for n in node]
    if not isinstance(node, dict):
        return node
    out = {k: _strict(v) for k, v in node.items() if k != "default"}
    if isinstance(out.get("properties"), dict):
        properties = {k: _strict(v) for k, v in node["properties"].items()}
        out |= {"properties": properties, "additionalProperties": False, "required": list(properties)}
    return out


def parse_answer(text: str, schema: type[T]) -> T:
    """The first balanced object of the text that fits the schema; BadAnswerError says in Chinese why none does."""
    problem = "回复中没有 JSON 对象"
    for piece in _objects(without_thinking(text)):
        try:
            return schema.model_validate(_load(piece))
        except ValidationError as exc:
            first = exc.errors(include_url=False, include_input=False)[0]
            at = ".".join(str(p) for p in first["loc"]) or "整体"
            problem = f"JSON 中 {at} 不对（{first['msg']}）" if problem.startswith("回复") else problem
        except ValueError:
            problem = "JSON 格式有误" if problem.startswith("回复") else problem
    raise BadAnswerError(f"模型没有按要求的格式回答：{problem}")


def _load(piece: str) -> Any:
    try:
        return json.loads(piece, strict=False)
    except ValueError:
        return json.loads(_TRAILING_COMMA.sub(r"\1", piece), strict=False)


def _objects(text: str) -> Iterator[str]:
    """Balanced runs from { to }, braces inside JSON strings not counted; what follows an unclosed one is not looked at."""
    at = text.find("{")
    while at >= 0:
        end = _balanced_end(text, at)
        if end is None:
            return
        yield text[at:end]
        at = text.find("{", end)


def _balanced_end(text: str, start: int) -> int | None:
    depth, quoted, escaped = 0, False, False
    for at in range(start, len(text)):
        char = text[at]
        if quoted:
            quoted = escaped or char != '"'
            escaped = char == "\\" and not escaped
        elif char == '"':
            quoted = True
        elif char in "{}":
            depth += 1 if char == "{" else -1
            if depth == 0:
                return at + 1
    return None


def _compact(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


@cache
def _words() -> dict[str, str]:
    path = resources.find("knowledge", "structured.yaml")
    words = yaml.safe_load(path.read_text("utf-8"))
    if not isinstance(words, dict) or {"hint", "schema", "again", "tool_description"} - words.keys():
        raise KnowledgeError("缺少 hint、schema、again 或 tool_description", path=path)
    return words


@dataclass(frozen=True, slots=True)
class _Memory:
    """What a model at a base URL can do, in a small file of the workspace; a file that cannot be read knows nothing."""

    path: Path
    key: str

    def rung(self) -> Rung | None:
        found = self._all().get(self.key)
        return next((r for r in RUNGS if r == found), None)

    def keep(self, rung: Rung) -> None:
        with _WRITING:
            known = {**self._all(), self.key: rung}
            try:
                _replace(self.path, json.dumps(known, ensure_ascii=False, indent=1))
            except OSError as exc:
                raise ServiceError(f"工作文件夹写不进去（{exc.strerror}）", path=self.path) from None

    def _all(self) -> dict[str, Any]:
        try:
            known = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _memory_of(model: Any) -> _Memory | None:
    """None for models that are no endpoint: they are asked in plain text."""
    from assistant.models.gateway import Gateway

    if not isinstance(model, Gateway):
        return None
    return _Memory(model.settings.workspace / FILE_NAME, f"{model.chat.openai_api_base} {model.model}")
