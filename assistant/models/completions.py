"""One chat completion through the SDK's own ``post``: what goes out and what comes back stays plain data.

ChatOpenAI hands the SDK a request of plain JSON and wants plain data back; in between the SDK would walk the request for
types to convert and build typed objects of the reply, which costs as much as sending it. The request, the errors and the
limits on time are the same. A stream goes the SDK's own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2

if TYPE_CHECKING:
    from openai import OpenAI

_PATH = "/chat/completions"


@dataclass(frozen=True, slots=True)
class Completions:
    """Stands where ChatOpenAI keeps the SDK's ``client.chat.completions``."""

    client: OpenAI

    @property
    def with_raw_response(self) -> _Whole:
        return _Whole(self.client)

    def create(self, **payload: Any) -> Any:
        """A stream."""
        return self.client.chat.completions.create(**payload)


@dataclass(frozen=True, slots=True)
class _Whole:
    client: OpenAI

    def create(self, *, extra_body: dict[str, Any] | None = None, **body: Any) -> _Answer:
        """Raises what the SDK raises."""
        response = self.client.post(_PATH, body={**body, **(extra_body or {})}, cast_to=httpx2.Response)
        return _Answer(response)


@dataclass(frozen=True, slots=True)
class _Answer:
    http_response: httpx2.Response

    @property
    def headers(self) -> httpx2.Headers:
        return self.http_response.headers

    def parse(self) -> Any:
        """ValueError where it is no JSON."""
        return self.http_response.json()
