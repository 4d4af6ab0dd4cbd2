"""Chat models that follow a script: what any LangChain chat model may answer, good or bad, without an endpoint."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

Answer = Callable[[list[BaseMessage]], str]


class FakeModel(BaseChatModel):
    """Answers with ``answer(messages)``; keeps the prompts it saw."""

    _answer: Answer = PrivateAttr()
    _seen: list[list[BaseMessage]] = PrivateAttr(default_factory=list)
    _swapped: list[str] = PrivateAttr(default_factory=list)

    def __init__(self, answer: Answer, **more: Any) -> None:
        super().__init__(**more)
        self._answer = answer

    @property
    def _llm_type(self) -> str:
        return "fake"

    @property
    def seen(self) -> list[list[BaseMessage]]:
        return self._seen

    @property
    def swapped(self) -> list[str]:
        """Sentences (without marks) in which an erring model has exchanged two figures."""
        return self._swapped

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        self._seen.append(messages)
        message = AIMessage(self._answer(messages), response_metadata={"finish_reason": "stop"})
        return ChatResult(generations=[ChatGeneration(message=message)])


def scripted(*replies: str) -> FakeModel:
    """One reply after another, the last one repeated."""
    left = list(replies)
    return FakeModel(lambda _: left.pop(0) if len(left) > 1 else left[0])


def embedded(messages: Sequence[BaseMessage]) -> str:
    """What the embedded writer answers to these messages."""
    from assistant.models.embedded.model import EmbeddedWriter

    return str(EmbeddedWriter().invoke(list(messages)).content)


def obeying(say: str) -> FakeModel:
    """The worst case: to every prompt, in drafting and in repair alike, the attacker's sentence, and then the honest reply."""

    def answer(messages: list[BaseMessage]) -> str:
        honest = embedded(messages)
        extra = messages[-1].additional_kwargs
        if extra.get("repair") or extra.get("only"):
            return "\n".join(say.replace("\n", "") or line for line in honest.splitlines())
        return f"{say}\n{honest}\n{say}" if say else honest

    return FakeModel(answer)


_FIGURE = re.compile(r"(?<![\d.⟦F])\d+(?:\.\d+)?(?=[次名人份个条项户期场件块万亿元%])")
CLAIMS = (
    "有力推动了各项工作落地见效", "形成了齐抓共管的良好局面", "党员干部的责任意识明显增强", "建立健全了长效工作机制",
    "得到了干部群众的一致好评", "制定了任务清单并逐项督促落实",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Errors:
    """Chances: a fact dropped, a figure altered, two figures of a sentence exchanged, a claim added to a sentence."""

    drop: float = 0.10
    alter: float = 0.10
    swap: float = 0.05
    add: float = 0.05


def erring(seed: int, errors: Errors = Errors()) -> FakeModel:
    """The embedded writer's reply with known errors, in drafting and in repair alike."""
    chance = random.Random(seed)

    def answer(messages: list[BaseMessage]) -> str:
        repairing = bool(messages[-1].additional_kwargs.get("repair"))
        lines = embedded(messages).splitlines()
        return "\n".join(
            _spoiled(line, chance, errors, model.swapped) or ("删" if repairing else "") for line in lines
        )

    model = FakeModel(answer)
    return model


def _spoiled(line: str, chance: random.Random, errors: Errors, swapped: list[str]) -> str:
    out = []
    for sentence in re.findall(r"[^。]*。|[^。]+$", line):
        if "⟦F" not in sentence:
            out.append(sentence)
        elif chance.random() >= errors.drop:
            sentence = _FIGURE.sub(
                lambda m: _other(m.group(), chance) if chance.random() < errors.alter else m.group(), sentence
            )
            if len(set(_FIGURE.findall(sentence))) > 1 and chance.random() < errors.swap:
                sentence = _exchanged(sentence)
                swapped.append(re.sub(r"⟦[^⟧]*⟧", "", sentence))
            if chance.random() < errors.add:
                sentence = re.sub(
                    r"((?:⟦[^⟧]*⟧)*。)$", lambda m: f"，{chance.choice(CLAIMS)}{m[1]}", sentence
                )
            out.append(sentence)
    return "".join(out)


def _other(figure: str, chance: random.Random) -> str:
    return str(int(float(figure)) + chance.randint(1, 9))


def _exchanged(sentence: str) -> str:
    first, second = list(_FIGURE.finditer(sentence))[:2]
    a, b = first.group(), second.group()
    return (
        sentence[: first.start()] + b + sentence[first.end() : second.start()] + a + sentence[second.end() :]
    )
