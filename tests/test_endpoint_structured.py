"""Answers as data: parsing, the ladder, one more try."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage
from pydantic import BaseModel
from servers.scripted import Body, Fail, Say, Script, Scripted, Step

from assistant.errors import ServiceError
from assistant.models.endpoint import open_endpoint
from assistant.models.structured import BadAnswerError, ask_json, parse_answer, strict_schema
from assistant.settings import Settings


class Place(BaseModel):
    fact: str
    section: int
    why: str = ""


class Plan(BaseModel):
    places: list[Place]
    manner: Literal["concise", "full"] = "concise"


QUESTION = [HumanMessage("把 F01 放进哪一节？")]
GOOD = '{"fact": "F01", "section": 2}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"<think>放 {{1}} 还是 {{2}}？</think>{GOOD}",
        f"好的：\n```json\n{GOOD}\n```\n以上。",
        f"格式为 {{事实, 节}}，如下：{GOOD}",
        '{"fact": "F01", "section": 2, "why": "含 } 和 { 与 \\" 号",}',
        '{"fact": "F01", "section": "2"}',
        '{"fact": "F01",\n "section": 2, "why": "两行\n文字"}',
        f'{{"fact": "F01"}} 更正：{GOOD}',
    ],
)
def test_the_first_object_that_fits(text: str) -> None:
    parsed = parse_answer(text, Place)
    assert (parsed.fact, parsed.section) == ("F01", 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有 JSON"),
        ("放第二节。", "没有 JSON"),
        ('{"fact": "F01", "section": 2', "没有 JSON"),
        ('{"fact": "F01"}', "section"),
        ("{fact: F01}", "格式有误"),
        ('{"fact": "F01", "section": {"section": 2, "fact": "F02"}}', "section"),
    ],
)
def test_what_does_not_fit_is_told(text: str, words: str) -> None:
    with pytest.raises(BadAnswerError, match=words):
        parse_answer(text, Place)


@given(st.text(alphabet='{}[]":,\\abc12 \n', max_size=60))
def test_parsing_is_total(text: str) -> None:
    try:
        parse_answer(text, Place)
    except BadAnswerError as exc:
        assert exc.message


@given(
    st.builds(Place, fact=st.text(), section=st.integers(), why=st.text()),
    st.sampled_from(["", "好的：", "```json\n"]),
)
def test_what_was_written_is_read(place: Place, before: str) -> None:
    if "</think" in place.model_dump_json().lower() or "<th" in place.model_dump_json().lower():
        return
    assert parse_answer(before + place.model_dump_json() + "\n```", Place) == place


def test_a_strict_schema_has_no_gaps() -> None:
    schema = strict_schema(Plan)
    assert schema["required"] == ["places", "manner"]
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["Place"]["required"] == ["fact", "section", "why"]
    assert '"default"' not in json.dumps(schema)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[Script], Any]]:
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(script: Script) -> Any:
            server = stack.enter_context(Scripted(script))
            settings = Settings(model="m", base_url=server.url, workspace=tmp_path, max_retries=0)
            model = open_endpoint(settings, "plan")
            stack.callback(model.close)
            return model, server

        yield start


def rung_of(body: Body) -> str:
    if "tools" in body:
        return "tool"
    return str(body.get("response_format", {}).get("type", "text"))


def supporting(*rungs: str) -> Callable[[Body], Step]:
    """A service that knows these ways and answers 400 to the others."""

    def answer(body: Body) -> Step:
        rung = rung_of(body)
        if rung not in rungs:
            return Fail(400, f"{rung} is not supported")
        return Say("", tool=("Place", GOOD)) if rung == "tool" else Say(f"```\n{GOOD}\n```")

    return answer


@pytest.mark.parametrize("rung", ["json_schema", "tool", "json_object", "text"])
def test_the_ladder_is_climbed_once(opened: Any, rung: str) -> None:
    model, server = opened(supporting(rung))
    assert ask_json(model, QUESTION, Place).section == 2
    tried = [rung_of(b) for b in server.requests]
    assert tried[-1] == rung
    assert tried == ["json_schema", "tool", "json_object", "text"][: len(tried)]
    ask_json(model, [HumanMessage("再问")], Place)
    assert [rung_of(b) for b in server.requests[len(tried) :]] == [rung]


def test_the_words_and_the_length_are_sent(opened: Any) -> None:
    model, server = opened(supporting("json_schema", "text"))
    ask_json(model, QUESTION, Place)
    sent = server.requests[0]
    assert "JSON" in sent["messages"][-1]["content"], "some services demand the word"
    assert sent["max_tokens"] == 4096
    assert sent["response_format"]["json_schema"]["schema"]["required"] == ["fact", "section", "why"]


def test_a_service_that_ignores_the_format_is_asked_in_words(opened: Any) -> None:
    def answer(body: Body) -> Step:
        return Say(GOOD if "JSON Schema" in body["messages"][-1]["content"] else "放第二节。")

    model, server = opened(answer)
    assert ask_json(model, QUESTION, Place).section == 2
    assert [rung_of(b) for b in server.requests] == ["json_schema", "tool", "json_object"]


def test_one_more_try_names_the_fault(opened: Any) -> None:
    def answer(body: Body) -> Step:
        return (
            Say(GOOD if len(body["messages"]) > 1 else '{"fact": "F01"}')
            if rung_of(body) == "text"
            else Fail(400)
        )

    model, server = opened(answer)
    assert ask_json(model, QUESTION, Place).section == 2
    last = server.requests[-1]["messages"]
    assert [m["role"] for m in last] == ["user", "assistant", "user"]
    assert "section" in last[-1]["content"]


def test_two_bad_answers_are_an_error(opened: Any) -> None:
    model, server = opened([Say("不会。")])
    with pytest.raises(BadAnswerError, match="没有按要求"):
        ask_json(model, QUESTION, Place)
    assert len(server.requests) == 5


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_service_that_is_down_is_not_probed_further(opened: Any, status: int) -> None:
    model, server = opened([Fail(status)])
    with pytest.raises(ServiceError, match=str(status)):
        ask_json(model, QUESTION, Place)
    assert len(server.requests) == 1


def test_a_rung_that_broke_is_probed_anew(opened: Any, tmp_path: Path) -> None:
    model, server = opened(supporting("json_object"))
    (tmp_path / "capabilities.json").write_text(json.dumps({f"{server.url} m": "json_schema"}), "utf-8")
    assert ask_json(model, QUESTION, Place).section == 2
    assert json.loads((tmp_path / "capabilities.json").read_text("utf-8"))[f"{server.url} m"] == "json_object"


def test_a_memory_that_cannot_be_read_is_written_anew(opened: Any, tmp_path: Path) -> None:
    (tmp_path / "capabilities.json").write_text("[broken", "utf-8")
    model, _ = opened(supporting("json_schema"))
    assert ask_json(model, QUESTION, Place).section == 2
    assert "json_schema" in (tmp_path / "capabilities.json").read_text("utf-8")


def test_any_chat_model_can_be_asked_in_words() -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage("嗯"), AIMessage(GOOD)]))
    assert ask_json(model, QUESTION, Place).section == 2
