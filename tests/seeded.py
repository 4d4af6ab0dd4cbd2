"""Writers and data with a fault put in on purpose, which the gate of the suite must catch."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from assistant import resources
from assistant.models.embedded.model import EmbeddedWriter

LEFT_OUT = "（本部分不写）"
_COUNT = re.compile(r"\d+(?=[次期人份名场个项户件])")


class Obedient(EmbeddedWriter):
    """Writes what the rendered prompt tells it to, the way a remote model does: a part told to leave out is left out."""

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        if LEFT_OUT in str(messages[-1].content):
            return _said("以上各项。")
        return super()._generate(messages, *args, **kwargs)


class Swapper(EmbeddedWriter):
    """Exchanges the first two different figures of every reply, in first drafts and in repairs."""

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        text = str(super()._generate(messages, *args, **kwargs).generations[0].message.content)
        found = list(_COUNT.finditer(text))
        other = next((m for m in found[1:] if m.group() != found[0].group()), None)
        if other is None:
            return _said(text)
        a, b = found[0], other
        return _said(text[: a.start()] + b.group() + text[a.end() : b.start()] + a.group() + text[b.end() :])


def _said(text: str) -> ChatResult:
    message = AIMessage(content=text, response_metadata={"finish_reason": "stop"})
    return ChatResult(generations=[ChatGeneration(message=message)])


def prompt_without_problems(folder: Path) -> Path:
    """An overlay whose prompt tells the writer to leave the problems part out."""
    shipped = resources.find("prompts", "draft_section.md").read_text("utf-8")
    changed = re.sub(r"(?m)(^  problems: \|\n)    .*$", rf"\1    {LEFT_OUT}", shipped)
    assert changed != shipped
    (folder / "prompts").mkdir(parents=True)
    (folder / "prompts" / "draft_section.md").write_text(changed, "utf-8")
    return folder


def rules_with_broken_pattern(folder: Path) -> Path:
    """An overlay whose rule file has a pattern that cannot be compiled."""
    (folder / "knowledge" / "rules").mkdir(parents=True)
    text = resources.find("knowledge", "rules/leftover.yaml").read_text("utf-8")
    broken = text.replace("某某|××", "某某|（××", 1).replace("{regex: '某某|（××", "{regex: '(某某|××", 1)
    assert broken != text
    (folder / "knowledge" / "rules" / "leftover.yaml").write_text(broken, "utf-8")
    return folder


def rules_gone_wrong(folder: Path) -> Path:
    """An overlay whose rule fires on what every honest text says: it compiles, and is wrong."""
    (folder / "knowledge" / "rules").mkdir(parents=True)
    shutil.copy(resources.find("knowledge", "rules/leftover.yaml"), folder / "knowledge" / "rules")
    path = folder / "knowledge" / "rules" / "leftover.yaml"
    path.write_text(path.read_text("utf-8").replace("某某|××", "学习|××", 1), "utf-8")
    return folder
