"""The wire protocol against a server that this project did not write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from pydantic import BaseModel
from servers.aimock import aimock

from assistant.errors import ServiceError
from assistant.models.endpoint import open_endpoint
from assistant.models.gateway import Gateway, Waiting
from assistant.models.limits import Limits
from assistant.models.structured import ask_json
from assistant.settings import Settings


class Choice(BaseModel):
    section: int
    reason: str


@pytest.fixture(scope="module")
def url(root: Path) -> Iterator[str]:
    with aimock(root) as address:
        yield address


@pytest.fixture
def model(url: str, tmp_path: Path) -> Iterator[Gateway]:
    settings = Settings(model="m", base_url=url, workspace=tmp_path, timeout=10)
    limits = Limits(8, clock=lambda: float("inf"), sleep=lambda _: None)
    opened = open_endpoint(settings, "draft", waiting=Waiting(lambda _: None), limits=limits)
    yield opened
    opened.close()


def ask(words: str) -> list[Any]:
    return [SystemMessage("你起草工作总结。"), HumanMessage(words)]


def test_a_whole_reply(model: Gateway) -> None:
    reply = model.invoke(ask("讲党课6次"))
    assert reply.content == "班子成员带头讲党课6次⟦F01⟧，覆盖党员43名⟦F02⟧。"
    assert reply.usage_metadata is not None
    assert (reply.usage_metadata["input_tokens"], reply.usage_metadata["output_tokens"]) == (50, 12)
    assert reply.response_metadata["finish_reason"] == "stop"


def test_a_stream_with_usage(model: Gateway) -> None:
    chunks = list(model.stream(ask("讲党课6次")))
    assert "".join(str(c.content) for c in chunks) == "班子成员带头讲党课6次⟦F01⟧，覆盖党员43名⟦F02⟧。"
    assert len(chunks) > 4
    assert chunks[-1].usage_metadata is not None
    assert chunks[-1].usage_metadata["total_tokens"] == 62


@pytest.mark.parametrize("live", [False])
def test_429_and_500_pass(model: Gateway, live: bool) -> None:
    assert model.invoke(ask("先忙后答"), live=live).content == "答好了。"


def test_a_wrong_key(model: Gateway) -> None:
    with pytest.raises(ServiceError, match="访问密钥"):
        model.invoke(ask("密钥不对"))


@pytest.mark.parametrize("live", [False, True])
def test_a_reply_cut_by_length(model: Gateway, live: bool) -> None:
    reply = model.invoke(ask("写不完"), live=live)
    assert (reply.content, reply.response_metadata["truncated"]) == ("一是坚持", True)


def test_a_stream_that_breaks_off_is_asked_again(model: Gateway) -> None:
    assert model.invoke(ask("半路断开"), live=True).content == "班子成员带头讲党课6次。"


@pytest.mark.parametrize("live", [False, True])
def test_reasoning_is_not_part_of_the_reply(model: Gateway, live: bool) -> None:
    assert model.invoke(ask("带思考"), live=live).content == "结论。"


@pytest.mark.parametrize(
    ("words", "section", "rung"),
    [("约束格式", 2, "json_schema"), ("只会工具", 3, "tool"), ("只会文字", 1, "text")],
)
def test_structured_answers_down_the_ladder(
    model: Gateway, tmp_path: Path, words: str, section: int, rung: str
) -> None:
    assert ask_json(model, ask(words), Choice).section == section
    assert f'"{rung}"' in (tmp_path / "capabilities.json").read_text("utf-8")


def test_what_no_fixture_matches_is_an_error(model: Gateway) -> None:
    with pytest.raises(ServiceError, match="503"):
        model.invoke(ask("没有这一问"))
