"""``Recorder``: a chat model around another that writes every reply into the journal as it comes.

A reply that is whole in the journal is given again without asking: that is how a stopped draft is taken up.
"""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import ConfigDict, Field

from assistant.plan.types import SectionTask
from assistant.worker.rows import Reply
from assistant.worker.store import Store

_EVERY = 0.25  # seconds between two looks that the page can have at a reply in the making


class Recorder(BaseChatModel):
    """``salt`` asks for another answer to the same question."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    inner: Any = Field(exclude=True, repr=False)
    store: Any = Field(exclude=True, repr=False)
    work: str
    run: str
    salt: str = ""

    @property
    def _llm_type(self) -> str:
        return "zhibi-recorder"

    @property
    def meter(self) -> Any:
        """The endpoint's, where there is one."""
        return getattr(self.inner, "meter", None)

    def _generate(
        self, messages: list[BaseMessage], stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None, **kwargs: Any,
    ) -> ChatResult:  # fmt: skip
        store: Store = self.store
        page = _Page.of(messages, self)
        known = store.reply(self.work, page.key)
        if known is not None:
            message = AIMessage(content=known.text, response_metadata={"finish_reason": known.finish})
            return ChatResult(generations=[ChatGeneration(message=message)])
        page.keep()
        reply: AIMessage = self.inner.invoke(
            messages, config={"callbacks": [page]}, stop=stop, **self._asked(kwargs)
        )
        page.text = reply.text if isinstance(reply.text, str) else str(reply.content)
        page.keep(str(reply.response_metadata.get("finish_reason") or "stop"))
        return ChatResult(generations=[ChatGeneration(message=reply)])

    def _asked(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """The gateway shows text as it comes and knows salt; the embedded writer needs neither."""
        if getattr(self.inner, "_llm_type", "") != "zhibi-endpoint":
            return kwargs
        return {**kwargs, "live": True} | ({"salt": self.salt} if self.salt else {})


class _Page(BaseCallbackHandler):
    """One reply on its way into the journal."""

    def __init__(self, recorder: Recorder, key: str, section: str, repair: bool, position: int) -> None:
        self.recorder, self.key, self.section = recorder, key, section
        self.repair, self.position = repair, position
        self.text, self.last, self.lock = "", 0.0, threading.Lock()

    @classmethod
    def of(cls, messages: list[BaseMessage], recorder: Recorder) -> _Page:
        extra = messages[-1].additional_kwargs
        task = extra.get("task")
        plan = task.plan if isinstance(task, SectionTask) else None
        said = "\0".join(f"{m.type}\0{m.content}" for m in messages)
        key = hashlib.sha256(f"{recorder.salt}\0{said}".encode()).hexdigest()
        repair = bool(extra.get("repair") or extra.get("only"))
        return cls(recorder, key, plan.id if plan else "", repair, plan.index if plan else 0)

    def keep(self, finish: str = "") -> None:
        store: Store = self.recorder.store
        reply = Reply(self.section, self.text, finish, self.position)
        store.keep_reply(self.recorder.work, self.recorder.run, self.key, reply, repair=self.repair)

    def on_llm_new_token(self, token: Any, *, run_id: UUID, **kwargs: Any) -> None:
        with self.lock:
            self.text += token if isinstance(token, str) else ""
            due = time.monotonic() - self.last > _EVERY
            if due:
                self.last = time.monotonic()
        if due:
            self.keep()

    def on_retry(self, *args: Any, **kwargs: Any) -> None:
        """The text shown so far is void."""
        with self.lock:
            self.text = ""
        self.keep()
