"""``EmbeddedWriter``: the embedded writer as a LangChain chat model.

It stands where ChatOpenAI stands: the same messages reach it, its reply goes through the same parser, checks and
repair. A remote model reads the rendered prompt; the embedded writer reads the typed task that travels with the last
message (``additional_kwargs["task"]``), so that an edited prompt file cannot mislead it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from assistant.document import Sentence
from assistant.errors import ServiceError
from assistant.models.embedded.write import plain, write
from assistant.plan.types import SectionTask
from assistant.text import sentence_spans


class EmbeddedWriter(BaseChatModel):
    """Deterministic; usage is counted in characters and costs nothing."""

    model_name: str = "embedded"

    @property
    def _llm_type(self) -> str:
        return "zhibi-embedded"

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any,
    ) -> ChatResult:  # fmt: skip
        message = AIMessage(content=_reply(messages), response_metadata={"finish_reason": "stop"})
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self, messages: list[BaseMessage], stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:  # fmt: skip
        text, at = _reply(messages), 0
        for span in sentence_spans(text):
            yield ChatGenerationChunk(message=AIMessageChunk(content=text[at : span.end]))
            at = span.end
        yield ChatGenerationChunk(
            message=AIMessageChunk(content=text[at:], response_metadata={"finish_reason": "stop"})
        )


def _reply(messages: list[BaseMessage]) -> str:
    extra = messages[-1].additional_kwargs
    task = extra.get("task")
    if not isinstance(task, SectionTask):
        raise ServiceError(
            "内置写手只写工作总结的章节；要让模型回答别的问题，请设置模型地址（ZHIBI_BASE_URL、ZHIBI_MODEL）"
        )
    wanted: tuple[str, ...] = extra.get("only", ())
    if wanted:
        return plain([i for i in task.brief.ledger if i.id in wanted], task)
    failing: tuple[Sentence, ...] = extra.get("repair", ())
    if failing:
        return "\n".join(_mended(s, task) for s in failing)
    return write(task)


def _mended(sentence: Sentence, task: SectionTask) -> str:
    """A failing sentence told again from its facts alone; without facts there is nothing to tell."""
    items = [i for i in task.brief.ledger if i.id in sentence.facts]
    return "".join(plain([i], task) for i in items) or "删"
