"""Prompt files (prompts/*.md: YAML front matter, then ``# system`` and ``# user``) as LangChain templates, each with a digest.

Slots are written ``{name}``; a slot the caller does not fill, or fills and the file does not have, is an error.
"""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from assistant import resources
from assistant.errors import KnowledgeError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_core.prompts import ChatPromptTemplate

_LAYOUT = re.compile(
    r"\A---\n(?P<meta>.*?)\n---\n# system\n(?P<system>.*?)\n# user\n(?P<user>.*)\Z", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """``meta`` is the front matter; ``digest`` covers the whole file."""

    name: str
    system: str
    user: str
    meta: Mapping[str, Any]
    digest: str

    @property
    def slots(self) -> frozenset[str]:
        return _slots(self.system + self.user)

    def messages(self, **values: object) -> list[BaseMessage]:
        """System and human message; KnowledgeError names a slot that is missing or unknown."""
        if missing := self.slots - values.keys():
            raise KnowledgeError(
                f"提示词 {self.name}.md 里的 {{{'、'.join(sorted(missing))}}} 没有对应的内容，请改回原名"
            )
        template = _template(self.system, self.user)
        return template.format_messages(**{k: v for k, v in values.items() if k in self.slots})


@lru_cache(maxsize=32)
def _slots(text: str) -> frozenset[str]:
    return frozenset(field for _, field, _, _ in string.Formatter().parse(text) if field)


@lru_cache(maxsize=32)
def _template(system: str, user: str) -> ChatPromptTemplate:
    from langchain_core.prompts import ChatPromptTemplate

    return ChatPromptTemplate.from_messages([("system", system), ("human", user)])


@lru_cache(maxsize=32)
def load_prompt(name: str, overlay: Path | None = None) -> Prompt:
    """One prompt by name; the user's own file of that name wins."""
    path = resources.find("prompts", f"{name}.md", overlay)
    text = path.read_text("utf-8").replace("\r\n", "\n")
    m = _LAYOUT.match(text)
    if m is None:
        raise KnowledgeError("提示词文件要依次有 --- 头部 ---、# system、# user 三段", path=path)
    try:
        meta = yaml.safe_load(m["meta"]) or {}
    except yaml.YAMLError as exc:
        raise KnowledgeError(f"提示词头部不是有效的 YAML：{exc}", path=path) from None
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Prompt(name, m["system"].strip(), m["user"].strip(), meta, digest)


def prompt_names(overlay: Path | None = None) -> tuple[str, ...]:
    return tuple(p.stem for p in resources.each("prompts", "*.md", overlay))
