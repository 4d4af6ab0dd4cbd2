"""One reply of a service: its text without the thinking, how it ended, what it used. Pure values and text."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from assistant.models.tokens import Usage

_BLOCK = re.compile(r"<(think|thinking|thought)>.*?</\1>\s*", re.DOTALL | re.IGNORECASE)
_OPEN = re.compile(r"<(?:think|thinking|thought)>.*\Z", re.DOTALL | re.IGNORECASE)
_CLOSE = re.compile(r"\A.*</(?:think|thinking|thought)>\s*", re.DOTALL | re.IGNORECASE)
_TAGS = ("<think>", "<thinking>", "<thought>")


def without_thinking(text: str) -> str:
    """Drop ``<think>…</think>``, an unclosed block, and what stands before a lone ``</think>`` (the template opened it)."""
    if "<" not in text:
        return text
    text = _BLOCK.sub("", text)
    return _OPEN.sub("", _CLOSE.sub("", text)).lstrip("\n") if "<" in text else text.lstrip("\n")


def visible(text: str) -> str:
    """What may be shown of a stream so far: no thinking, and no tail that may turn out to open a block."""
    shown = without_thinking(text)
    at = shown.rfind("<")
    if at >= 0 and any(tag.startswith(shown[at:].lower()) for tag in _TAGS):
        shown = shown[:at]
    return shown


@dataclass(frozen=True, slots=True)
class Reply:
    """``tool_calls``: (id, name, arguments as JSON text). ``finish``: the service's finish_reason."""

    text: str
    finish: str
    usage: Usage
    model: str = ""
    tool_calls: tuple[tuple[str, str, str], ...] = ()
    stored: bool = False

    @property
    def empty(self) -> bool:
        return not self.text.strip() and not self.tool_calls

    @property
    def truncated(self) -> bool:
        return self.finish == "length"

    def to_json(self) -> dict[str, Any]:
        return {k: v for k, v in asdict(self).items() if k != "stored"}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reply:
        """KeyError or TypeError where the data is not a reply of ours."""
        calls = tuple((str(i), str(n), str(a)) for i, n, a in data["tool_calls"])
        return cls(data["text"], data["finish"], Usage(**data["usage"]), data["model"], calls, stored=True)
