"""A function as a link of a LangChain chain, and nothing else.

``RunnableLambda`` looks at the function's signature, makes a run for callbacks and copies a context for every call, which
takes longer than what our links do; the model between them reports to callbacks as ever.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig

In = TypeVar("In")
Out = TypeVar("Out")


class Step(Runnable[In, Out]):
    def __init__(self, function: Callable[[In], Out]) -> None:
        self._function = function

    def invoke(self, input: In, config: RunnableConfig | None = None, **kwargs: Any) -> Out:
        return self._function(input)
