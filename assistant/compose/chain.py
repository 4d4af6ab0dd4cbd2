"""The LangChain chain of one section, and many sections at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.catalogue import Catalogue
from assistant.compose.parse import Parsed, parse_reply
from assistant.compose.render import draft_slots
from assistant.compose.slots import slot_table
from assistant.document import Section
from assistant.plan.types import SectionTask
from assistant.prompts import load_prompt

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage
    from langchain_core.runnables import Runnable


@dataclass(frozen=True, slots=True)
class Composed:
    """The sections of one reply, the ids it made up, what it used, and whether the model was cut short."""

    sections: tuple[Section, ...]
    bad_marks: tuple[str, ...] = ()
    usage: tuple[tuple[str, int], ...] = ()
    truncated: bool = False


def messages_for(
    task: SectionTask, catalogue: Catalogue, overlay: Path | None = None, *, slots: bool = False
) -> list[BaseMessage]:
    """The prompt of a section; the typed task rides along for the embedded writer, and whether it leans on others for an
    endpoint. ``slots``: values as {{F04.1}}."""
    prompt = load_prompt("draft_section", overlay)
    values = draft_slots(task, prompt, catalogue, slots=slots)
    messages = (load_prompt("draft_section_slots", overlay) if slots else prompt).messages(**values)
    messages[-1].additional_kwargs.update(task=task, leaning=bool(task.body_view))
    return messages


def section_chain(
    model: BaseChatModel, catalogue: Catalogue, overlay: Path | None = None, *, slots: bool = False
) -> Runnable[SectionTask, Composed]:
    """SectionTask -> prompt | model | parse -> Composed."""
    from assistant.compose.step import Step

    def start(task: SectionTask) -> dict[str, Any]:
        return {"task": task, "messages": messages_for(task, catalogue, overlay, slots=slots)}

    def reply(state: dict[str, Any]) -> dict[str, Any]:
        # RunnablePassthrough.assign would start a pool of threads for every call
        return {**state, "reply": model.invoke(state["messages"])}

    return Step(start) | Step(reply) | Step(_composed)


def _composed(state: dict[str, Any]) -> Composed:
    task: SectionTask = state["task"]
    message: AIMessage = state["reply"]
    return composed_of(parse_for(task, text_of(message)), message)


def parse_for(task: SectionTask, reply: str) -> Parsed:
    """A reply to this task, its marks against the ids given and its slots filled."""
    return parse_reply(reply, task.plan, known_ids(task), slot_table(task.brief.ledger, task.questions))


def composed_of(parsed: Parsed, message: AIMessage) -> Composed:
    usage = message.usage_metadata
    counted = (
        (("input_tokens", usage["input_tokens"]), ("output_tokens", usage["output_tokens"])) if usage else ()
    )
    cut = message.response_metadata.get("finish_reason") == "length" or bool(
        message.response_metadata.get("truncated")
    )
    return Composed(parsed.sections, parsed.bad_marks, (*counted, ("requests", 1)), cut)


def text_of(message: AIMessage) -> str:
    return message.text if isinstance(message.text, str) else str(message.content)


def known_ids(task: SectionTask) -> frozenset[str]:
    return frozenset(i.id for i in task.brief.ledger) | frozenset(p.id for p in task.policies)


def compose(
    task: SectionTask,
    model: BaseChatModel,
    catalogue: Catalogue,
    overlay: Path | None = None,
    *,
    slots: bool = False,
) -> Composed:
    return section_chain(model, catalogue, overlay, slots=slots).invoke(task)


def compose_all(
    tasks: Sequence[SectionTask],
    model: BaseChatModel,
    catalogue: Catalogue,
    *,
    overlay: Path | None = None,
    concurrency: int = 8,
    slots: bool = False,
    done: Callable[[SectionTask, Composed], None] | None = None,
) -> dict[str, Composed]:
    """All sections by id, the first alone so that a prompt cache fills (a body in view has filled it), the rest at
    once, or in this thread where ``concurrency`` is 1; ``done`` is told of each."""
    chain = section_chain(model, catalogue, overlay, slots=slots)
    results: dict[str, Composed] = {}

    def keep(task: SectionTask, composed: Composed) -> None:
        results[task.plan.id] = composed
        if done:
            done(task, composed)

    cold = 1 if tasks and not tasks[0].body_view else 0
    alone = len(tasks) if concurrency == 1 else cold
    for task in tasks[:alone]:
        keep(task, chain.invoke(task))
    rest = list(tasks[alone:])
    for index, composed in chain.batch_as_completed(rest, {"max_concurrency": concurrency}) if rest else ():
        keep(rest[index], composed)
    return results
