"""The gateway against a scripted server: replies, faults, retries, limits, and what the user is told."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import HumanMessage, SystemMessage
from servers.scripted import Drip, Fail, Hang, Raw, Reset, Say, Script, Scripted

from assistant.errors import EgressRefusedError, InputError, ServiceError
from assistant.models.endpoint import model_of, open_endpoint
from assistant.models.gateway import Gateway, Waiting
from assistant.models.limits import Limits
from assistant.settings import Settings

KEY = "sk-test-0123456789abcdefghijkl"
QUESTION = [SystemMessage("你是办公室文稿起草人员。"), HumanMessage("班子成员带头讲党课6次")]
ANSWER = "班子成员带头讲党课6次⟦F01⟧。"
NOW = 1_700_000_000.0


class Clock:
    """A clock that only sleep moves."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


Ask = Callable[..., Any]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Any:
    """open_endpoint on a scripted server, everything closed afterwards."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(script: Script, **changes: Any) -> tuple[Gateway, Scripted]:
            server = stack.enter_context(Scripted(script))
            given = {
                "model": "m",
                "base_url": server.url,
                "api_key": KEY,
                "workspace": tmp_path,
                "timeout": 5.0,
            }
            settings = Settings(**{**given, **changes})
            waiting = Waiting(clock.sleep, lambda: 1.0, lambda: NOW)
            limits = Limits(8, clock=clock.now, sleep=clock.sleep)
            model = open_endpoint(settings, "draft", waiting=waiting, limits=limits)
            stack.callback(model.close)
            return model, server

        yield start


def both(model: Gateway, live: bool) -> Any:
    """One reply, whole or as a stream on the wire."""
    return model.invoke(QUESTION, live=live)


@pytest.mark.parametrize("live", [False, True])
def test_a_reply_and_what_was_asked(opened: Any, live: bool) -> None:
    model, server = opened([Say(ANSWER)])
    reply = both(model, live)
    assert reply.content == ANSWER
    assert reply.usage_metadata["total_tokens"] == 120
    assert reply.usage_metadata["input_token_details"]["cache_read"] == 64
    assert reply.response_metadata["truncated"] is False
    assert reply.response_metadata["usage_estimated"] is False
    request = server.requests[0]
    assert request["messages"][1] == {"role": "user", "content": "班子成员带头讲党课6次"}
    assert (request["model"], request["max_tokens"], request["temperature"]) == ("m", 4096, 0.3)
    assert bool(request.get("stream")) is live
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert server.paths == ["/v1/chat/completions"]


def test_stream_gives_pieces_that_join_to_the_reply(opened: Any) -> None:
    model, _ = opened([Say(ANSWER)])
    chunks = list(model.stream(QUESTION))
    assert len(chunks) > 3
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert whole.content == ANSWER
    assert whole.usage_metadata["total_tokens"] == 120
    assert whole.response_metadata["finish_reason"] == "stop"


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
def test_a_fault_that_passes_is_tried_again(opened: Any, clock: Clock, status: int, live: bool) -> None:
    model, server = opened([Fail(status), Fail(status), Say(ANSWER)])
    assert both(model, live).content == ANSWER
    assert len(server.requests) == 3
    assert clock.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (formatdate(NOW + 20, usegmt=True), 20.0),
        ("86400", 60.0),
        ("soon", 0.5),
        ("-3", 0.5),
        ("nan", 0.5),
    ],
)
def test_retry_after_is_respected_and_capped(opened: Any, clock: Clock, header: str, seconds: float) -> None:
    model, _ = opened([Fail(429, retry_after=header), Say(ANSWER)])
    both(model, False)
    assert sum(clock.slept) == seconds


def test_tries_end(opened: Any, clock: Clock) -> None:
    model, server = opened([Fail(503)], max_retries=3)
    with pytest.raises(ServiceError, match="出错（503）"):
        both(model, False)
    assert len(server.requests) == 4
    assert clock.slept == [0.5, 1.0, 2.0]


def test_a_quota_used_up_is_not_tried_again(opened: Any) -> None:
    model, server = opened([Fail(429, code="insufficient_quota")])
    with pytest.raises(ServiceError, match="额度已用完"):
        both(model, False)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [(400, "400"), (401, "访问密钥"), (403, "权限"), (404, "base_url"), (413, "太长"), (422, "422")],
)
def test_a_refusal_is_told_in_chinese_without_the_key(opened: Any, status: int, words: str) -> None:
    said = f"Incorrect API key provided: {KEY}. 班子成员带头讲党课6次"
    model, server = opened([Fail(status, said)])
    with pytest.raises(ServiceError, match=words) as caught:
        both(model, False)
    assert len(server.requests) == 1
    assert KEY not in str(caught.value) and KEY[:8] not in str(caught.value)
    assert "讲党课" not in str(caught.value)
    assert caught.value.exit_code == 3


def test_a_short_reason_of_the_service_is_passed_on(opened: Any) -> None:
    model, _ = opened([Fail(400, "model m does not support temperature")])
    with pytest.raises(ServiceError, match="does not support temperature"):
        both(model, False)


@pytest.mark.parametrize("live", [False, True])
def test_a_hang_is_a_timeout(opened: Any, live: bool) -> None:
    model, server = opened([Hang()], timeout=0.2, max_retries=1)
    with pytest.raises(ServiceError, match="超时"):
        both(model, live)
    assert len(server.requests) == 2


@pytest.mark.parametrize("live", [False, True])
def test_bytes_that_drip_do_not_keep_a_reply_alive(opened: Any, live: bool) -> None:
    model, _ = opened([Drip()], timeout=0.1 if live else 0.3, max_retries=0)
    with pytest.raises(ServiceError, match="超时"):
        both(model, live)


@pytest.mark.parametrize("live", [False, True])
def test_a_reply_cut_by_length_says_so(opened: Any, live: bool) -> None:
    model, _ = opened([Say("一是坚持", finish="length")])
    reply = both(model, live)
    assert reply.content == "一是坚持"
    assert reply.response_metadata["truncated"] is True


@pytest.mark.parametrize(
    "step", [Say("班子成员", cut=True), Say("班子成员", finish=None), Reset("班子成员带头")]
)
def test_a_stream_without_an_end_is_tried_again(opened: Any, step: Any) -> None:
    model, server = opened([step, Say(ANSWER)])
    assert both(model, True).content == ANSWER
    assert len(server.requests) == 2


def test_a_stream_that_never_ends_well_is_an_error(opened: Any) -> None:
    model, _ = opened([Say("班子成员", cut=True)], max_retries=1)
    with pytest.raises(ServiceError, match=r"中途断"):
        both(model, True)


def test_stream_joins_a_second_try_that_begins_the_same(opened: Any) -> None:
    model, _ = opened([Say("班子成员带头", finish=None), Say(ANSWER)])
    assert "".join(str(c.content) for c in model.stream(QUESTION)) == ANSWER


def test_stream_never_joins_two_different_replies(opened: Any) -> None:
    model, _ = opened([Say("领导干部带头", finish=None), Say(ANSWER)])
    with pytest.raises(ServiceError, match="对不上"):
        list(model.stream(QUESTION))


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        f"<think>先想一想</think>\n\n{ANSWER}",
        f"<think>\n{ANSWER}</think>{ANSWER}",
        f"先想一想，不写开头标签</think>\n{ANSWER}",
        f"<Thinking>a</Thinking>{ANSWER}<think>没完",
    ],
)
def test_thinking_is_no_part_of_a_reply(opened: Any, text: str, live: bool) -> None:
    model, _ = opened([Say(text)])
    assert both(model, live).content == ANSWER


@pytest.mark.parametrize("piece", [1, 3, 50])
def test_thinking_is_never_shown_in_a_stream(opened: Any, piece: int) -> None:
    model, _ = opened([Say(f"<think>不可见</think>{ANSWER}", piece=piece)])
    assert "".join(str(c.content) for c in model.stream(QUESTION)) == ANSWER


@pytest.mark.parametrize("live", [False, True])
def test_reasoning_content_is_dropped(opened: Any, live: bool) -> None:
    model, _ = opened([Say(ANSWER, reasoning="内心独白")])
    reply = both(model, live)
    assert reply.content == ANSWER
    assert "内心独白" not in repr(reply)


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize("empty", ["", " \n", "<think>只有思考</think>"])
def test_an_empty_reply_is_asked_again_once(opened: Any, live: bool, empty: str) -> None:
    model, server = opened([Say(empty), Say(ANSWER)])
    reply = both(model, live)
    assert reply.content == ANSWER
    assert reply.usage_metadata["total_tokens"] == 240, "both requests were paid for"
    assert len(server.requests) == 2


def test_two_empty_replies_are_an_error(opened: Any) -> None:
    model, server = opened([Say("")])
    with pytest.raises(ServiceError, match="空内容"):
        both(model, False)
    assert len(server.requests) == 2


def test_thinking_that_used_up_the_length_is_named(opened: Any) -> None:
    model, server = opened([Say("<think>想啊想", finish="length")])
    with pytest.raises(ServiceError, match="max_tokens"):
        both(model, False)
    assert len(server.requests) == 1


def test_a_content_filter_is_named(opened: Any) -> None:
    model, _ = opened([Say("", finish="content_filter")])
    with pytest.raises(ServiceError, match="审查"):
        both(model, False)


@pytest.mark.parametrize("live", [False, True])
def test_a_web_page_is_not_a_reply(opened: Any, live: bool) -> None:
    model, server = opened([Raw(b"<html><body>login</body></html>", "text/html; charset=utf-8")])
    with pytest.raises(ServiceError, match="网页"):
        both(model, live)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("raw", "live"),
    [
        (Raw(b"<html>not said to be html</html>"), False),
        (Raw(b'{"choices": null}'), False),
        (Raw(b'{"choices": []}'), False),
        (Raw(b"[]"), False),
        (Raw(b'{"error": {"message": "x"}}'), False),
        (Raw(b"data: {not json\n\n", "text/event-stream"), True),
        (Raw(b"\xff\xfe\x00garbage", "text/event-stream"), True),
        (Raw(b"", "text/event-stream"), True),
        (Raw(b'data: {"error": {"message": "boom"}}\n\n', "text/event-stream"), True),
        (Raw(b'data: {"choices": [{"delta": null}]}\n\n', "text/event-stream"), True),
    ],
)
def test_garbage_is_tried_again_and_then_told(opened: Any, raw: Raw, live: bool) -> None:
    model, server = opened([raw, Say(ANSWER)], max_retries=1)
    assert both(model, live).content == ANSWER
    assert len(server.requests) == 2
    model, server = opened([raw], max_retries=1, fresh=True)
    with pytest.raises(ServiceError, match="模型服务"):
        both(model, live)
    assert len(server.requests) == 2


def test_nobody_listening(opened: Any, tmp_path: Path) -> None:
    with Scripted([Say("")]) as server:
        url = server.url
    model, _ = opened([Say(ANSWER)], base_url=url, max_retries=1)
    with pytest.raises(ServiceError, match="连不上"):
        both(model, False)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_to_another_host_is_not_followed(opened: Any, status: int) -> None:
    with Scripted([Say("stolen")]) as other:
        to = other.url.replace("127.0.0.1", "localhost") + "/chat/completions"
        model, _ = opened([Fail(status, headers=(("location", to),))])
        with pytest.raises(ServiceError, match="转到别的地址"):
            both(model, False)
        assert other.requests == []


def test_a_proxy_in_the_environment_sees_nothing(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted([Say("from the proxy")]) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "OPENAI_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        monkeypatch.setenv("NO_PROXY", "")
        model, server = opened([Say(ANSWER)])
        assert both(model, False).content == ANSWER
        assert (len(server.requests), len(proxy.requests)) == (1, 0)


def test_tracing_in_the_environment_sends_nothing(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from langsmith.utils import get_env_var, tracing_is_enabled

    with Scripted([Raw(b"{}")]) as spy:
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", spy.url)
        monkeypatch.setenv("LANGSMITH_API_KEY", "k")
        get_env_var.cache_clear()
        model, _ = opened([Say(ANSWER)])
        assert tracing_is_enabled() is False
        both(model, False)
        get_env_var.cache_clear()
        assert spy.requests == []


def test_usage_is_estimated_where_the_service_counts_nothing(opened: Any) -> None:
    model, _ = opened([Say(ANSWER, usage=None)])
    reply = both(model, False)
    assert reply.response_metadata["usage_estimated"] is True
    assert reply.usage_metadata["output_tokens"] >= len(ANSWER) * 0.7


def test_a_tool_call_comes_through(opened: Any) -> None:
    for live in (False, True):
        model, _ = opened([Say("", tool=("answer", '{"n": 6}'))], fresh=True)
        assert both(model, live).tool_calls[0]["args"] == {"n": 6}


def test_live_text_is_reported_and_taken_back_on_a_retry(opened: Any) -> None:
    class Screen(BaseCallbackHandler):
        text = ""
        cleared = 0

        def on_llm_new_token(self, token: str, **_: Any) -> None:
            self.text += token

        def on_retry(self, *_: Any, **__: Any) -> None:
            self.text, self.cleared = "", self.cleared + 1

    screen = Screen()
    model, _ = opened([Say("领导干部", finish=None), Say(ANSWER)])
    reply = model.invoke(QUESTION, config={"callbacks": [screen]}, live=True)
    assert (reply.content, screen.text, screen.cleared) == (ANSWER, ANSWER, 1)


def test_many_threads_share_one_model(opened: Any) -> None:
    model, server = opened(lambda body: Say("答：" + body["messages"][0]["content"]))
    replies = model.batch([f"第{n}问" for n in range(40)], config={"max_concurrency": 16})
    assert [r.content for r in replies] == [f"答：第{n}问" for n in range(40)]
    assert model.meter.total.requests == len(server.requests) == 40
    assert model.meter.total.input == 4000


def test_neither_key_nor_text_is_logged_or_shown(
    opened: Any, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    model, _ = opened([Fail(500), Say(ANSWER)])
    both(model, False)
    written = (
        caplog.text + repr(model) + str(model._identifying_params) + (tmp_path / "egress.jsonl").read_text()
    )
    assert KEY not in written
    assert "讲党课" not in written


def test_the_egress_log_holds_hosts_hashes_and_sizes(opened: Any, tmp_path: Path) -> None:
    model, server = opened([Fail(500), Say(ANSWER)])
    both(model, False)
    lines = [json.loads(line) for line in (tmp_path / "egress.jsonl").read_text().splitlines()]
    assert [(e["event"], e.get("status")) for e in lines] == [
        ("sent", None),
        ("ended", "500"),
        ("sent", None),
        ("ended", "ok"),
    ]
    sent = lines[0]
    assert (sent["host"], sent["role"], sent["local"], sent["model"]) == ("127.0.0.1", "draft", True, "m")
    assert sent["characters"] == sum(len(str(m.content)) for m in QUESTION)
    assert len(sent["sha256"]) == 64 and sent["sha256"] == lines[2]["sha256"]
    assert lines[1]["id"] == sent["id"]
    assert server.requests


def test_each_role_has_its_own_model() -> None:
    settings = Settings(model="big", plan_model="small")
    assert [model_of(settings, r) for r in ("draft", "plan", "judge")] == ["big", "small", "big"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({}, InputError, "没有设置模型"),
        ({"model": "m"}, InputError, "base_url"),
        ({"model": "m", "base_url": "https://api.example.com/v1"}, EgressRefusedError, "api.example.com"),
        ({"model": "m", "base_url": "ftp://127.0.0.1/"}, InputError, "http"),
    ],
)
def test_settings_that_open_nothing(given: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        open_endpoint(Settings(**given), "draft")


def test_the_request_is_the_one_the_sdk_makes(opened: Any) -> None:
    model, server = opened([Say(ANSWER)])
    options = {"extra_body": {"seed": 7}, "stop": ["完"]}
    model.invoke(QUESTION, **options)
    messages = [{"role": m["role"], "content": m["content"]} for m in server.requests[0]["messages"]]
    model.chat.root_client.chat.completions.create(
        model="m", messages=messages, temperature=0.3, stop=["完"], extra_body={"max_tokens": 4096, "seed": 7}
    )
    ours, theirs = ({k: v for k, v in r.items() if k != "stream"} for r in server.requests)
    assert ours == theirs and not server.requests[0].get("stream")
    assert server.paths[0] == server.paths[1]
    told = [
        {k: v for k, v in h.items() if k not in ("content-length", "x-stainless-raw-response")}
        for h in server.headers
    ]
    assert told[0] == told[1]


def test_one_beside_shares_connections_and_journal_and_counts_for_itself(opened: Any) -> None:
    model, server = opened([Say(ANSWER)])
    one, two = model.beside(None), model.beside(None)
    one.invoke(QUESTION)
    two.invoke(QUESTION)
    assert len(server.requests) == 1
    assert (one.meter.total.requests, two.meter.total.requests, two.meter.total.replayed) == (1, 0, 1)
    assert model.meter.total.total == 0 and one.number < two.number
    assert one.chat is two.chat and one.journal is two.journal


def test_what_others_wait_for_goes_first(opened: Any) -> None:
    model, _ = opened([Say(ANSWER)])
    one = model.beside(None)
    body, leaning = HumanMessage("甲"), HumanMessage("乙", additional_kwargs={"leaning": True})

    def rank(message: HumanMessage) -> tuple[int, ...]:
        return one._rank(one._call([message], None, {}))

    assert rank(body) == rank(leaning) == (0, 1)
    one.invoke([body])
    assert (rank(body), rank(leaning)) == ((1, 1), (2, 1))
