"""What may leave the machine, where to, and the names masked on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage
from servers.scripted import Say, Scripted

from assistant.errors import EgressRefusedError, InputError, KnowledgeError, ServiceError
from assistant.models.egress import check_egress, classified_mark, destination
from assistant.models.endpoint import open_endpoint
from assistant.models.masking import Mask, Masked, MaskError
from assistant.settings import Settings

REMOTE = "https://api.example.com/v1"

MARKED = [
    "机密★10年",
    "秘密★１年",
    "机 密 ★ 长期",
    "绝\u200b密☆",
    "绝\u2060密\ufe0f★",
    "机密*5年",
    "机密＊３年",
    "秘密*",
    "机密⭐1年",
    "机密&#9733;3年",
    "機密★",
    "机密\n★10年",
    "标题\n机密\n正文",
    "　秘密　",
    "密级：机密",
    "密级: 秘密 10年",
    "**绝密**",
    "# 秘密\n正文",
    "| 机密 | 000001 |",
    "000001 机密",
    "特急 机密",
    "机密 特急",
    "《方案》（机密）印发",
    "内部资料，注意保存",
    "内部文件 注意保存",
    "（内部资料）",
    "此件不得上网",
    "仅供内部使用",
]
PLAIN = [
    "严守国家秘密",
    "保守秘密、慎之又慎",
    "机密文件管理规范",
    "开展国家秘密、工作秘密教育2次",
    "**机密**文件管理",
    "销毁机密*份、秘密*件",
    "秘密级文件",
    "涉密不上网、上网不涉密",
    "加强涉密人员管理",
    "编印内部资料12期",
    "涉密文件不得上网",
    "国家秘密分为绝密、机密、秘密三级",
    "国家秘密（绝密、机密、秘密）三级",
    "签订保密承诺书*份",
    "学习《保守国家秘密法》2次",
    "绝密级、机密级载体清退",
    "评为五星★★★★★党支部",
    "★重点任务",
]


@pytest.mark.parametrize("text", MARKED)
def test_a_mark_of_classification_is_seen(text: str) -> None:
    assert classified_mark(text)
    assert classified_mark(f"上半年工作总结\n{text}\n一是抓学习。")


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_prose_is_not_refused(text: str) -> None:
    assert classified_mark(f"一是{text}。") is None
    assert classified_mark(text) is None


@given(st.text())
def test_any_text_can_be_judged(text: str) -> None:
    mark = classified_mark(text)
    assert mark is None or mark


@given(
    st.text(alphabet=" \u200b\u200d\u2060\ufeff\u00ad", max_size=4), st.sampled_from(["绝密", "机密", "秘密"])
)
def test_nothing_invisible_hides_a_mark(hidden: str, level: str) -> None:
    assert classified_mark(hidden.join(f"文首{level}★10年"))


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://127.9.8.7/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://localhost:11434/v1", True),
        ("http://LOCALHOST/v1", True),
        ("http://localhost.example.com/v1", False),
        ("http://127.0.0.1.nip.io/v1", False),
        ("http://0.0.0.0:8000/v1", False),
        ("http://[::ffff:127.0.0.1]/v1", False),
        ("http://2130706433/v1", False),
        ("http://0x7f.1/v1", False),
        ("http://192.168.1.5:8000/v1", False),
    ],
)
def test_only_a_literal_loopback_is_this_machine(url: str, local: bool) -> None:
    assert destination(url).local is local


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.com",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1@example.com/v1",
        "http://example.com\\@127.0.0.1/v1",
        "http://127.0.0.1 .example.com/v1",
        "http://localhost#@example.com/",
        "http://localhost:99999/",
        "http://[::1/",
        "http://localhost/v1?to=x",
    ],
)
def test_an_address_that_can_be_read_two_ways_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="base_url"):
        destination(url)


def test_no_network_unless_the_host_is_allowed() -> None:
    with pytest.raises(EgressRefusedError, match="默认不联网") as caught:
        check_egress(["讲党课6次"], REMOTE, Settings())
    assert caught.value.exit_code == 2
    for host in ("api.example.com", "API.example.com", "api.example.com:443"):
        assert not check_egress(["讲党课6次"], REMOTE, Settings(allow_hosts=(host,))).local
    for host in ("example.com", "*.example.com", "api.example.com:80"):
        with pytest.raises(EgressRefusedError):
            check_egress([], REMOTE, Settings(allow_hosts=(host,)))


def test_hosts_can_be_given_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIBI_ALLOW_HOSTS", "a.example.com，b.example.com:8443")
    assert Settings().allow_hosts == ("a.example.com", "b.example.com:8443")


def test_an_allowed_host_does_not_get_a_marked_text_but_this_machine_does() -> None:
    allowed = Settings(allow_hosts=("api.example.com",))
    with pytest.raises(EgressRefusedError, match="机密★10年"):
        check_egress(["总结", "机密★10年\n正文"], REMOTE, allowed)
    assert check_egress(["机密★10年"], "http://127.0.0.1:1/v1", Settings()).local


def test_an_overlay_adds_marks_and_takes_none_away(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "egress.yaml").write_text("classified: {anywhere: [本局专用]}", "utf-8")
    assert classified_mark("此为本局专用稿", tmp_path)
    assert classified_mark("机密★1年", tmp_path)
    bad = tmp_path / "bad"
    (bad / "knowledge").mkdir(parents=True)
    (bad / "knowledge" / "egress.yaml").write_text("classified: {anywhere: ['(']}", "utf-8")
    with pytest.raises(KnowledgeError, match="读不懂"):
        classified_mark("x", bad)


def remote(tmp_path: Path, **changes: Any) -> Settings:
    given = {"model": "m", "base_url": REMOTE, "allow_hosts": ("api.example.com",), "workspace": tmp_path}
    return Settings(**{**given, **changes})


def test_the_gateway_refuses_before_anything_is_sent(tmp_path: Path) -> None:
    model = open_endpoint(remote(tmp_path), "draft")
    with pytest.raises(EgressRefusedError, match="没有发送"):
        model.invoke([HumanMessage("秘密★5年\n讲党课6次")])
    model.close()
    log = [json.loads(line) for line in (tmp_path / "egress.jsonl").read_text().splitlines()]
    assert [(e["event"], e["host"]) for e in log] == [("refused", "api.example.com")]


def test_masking_that_was_asked_for_needs_a_mask(tmp_path: Path) -> None:
    with pytest.raises(EgressRefusedError, match="脱敏"):
        open_endpoint(remote(tmp_path, mask=True), "draft")


BRIEF_NAMES = Mask((("unit", "市自然资源和规划局"), ("person", "欧阳若水")))
TEXTS = [
    "市自然资源和规划局党组书记张明主持召开会议，局长李红军讲党课2次，王小二同志被评为先进，欧阳若水作述职。",
    "联系电话13812345678，办公室0871-63312345，身份证号530102198001011234。",
    "联合市财政局、市教育局到幸福社区开展志愿服务，云南省财政厅指导，赴昆明市学习，与大理市人民医院共建。",
]


def test_names_become_tokens_and_come_back() -> None:
    masked = BRIEF_NAMES.apply(TEXTS)
    sent = "\n".join(masked.texts)
    for name in (
        "市自然资源和规划局",
        "张明",
        "李红军",
        "王小二",
        "欧阳若水",
        "13812345678",
        "0871-63312345",
    ):
        assert name not in sent
    for name in (
        "530102198001011234",
        "市财政局",
        "市教育局",
        "幸福社区",
        "云南省",
        "昆明市",
        "大理市人民医院",
    ):
        assert name not in sent
    assert "〔单位1〕党组书记〔人员1〕主持召开会议，局长〔人员2〕讲党课2次" in sent
    assert [masked.restore(t) for t in masked.texts] == TEXTS


@pytest.mark.parametrize(
    "text",
    [
        "书记带头学习6次",
        "党员干部全覆盖",
        "班子成员讲党课6次",
        "包保联系社区3个",
        "向市直机关工委报告",
        "在农村推广",
        "发〔2024〕3号",
    ],
)
def test_ordinary_words_are_no_names(text: str) -> None:
    assert Mask(()).apply([text]).texts == (text,)


@pytest.mark.parametrize(
    "reply",
    [
        "〔单位 1〕讲党课",
        "[单位1]讲党课",
        "〔单位9〕讲党课",
        "（单位一）讲党课",
        "〔单位〕讲党课",
        "【人员1】讲党课",
    ],
)
def test_an_altered_or_unknown_token_fails(reply: str) -> None:
    with pytest.raises(MaskError, match="代号"):
        BRIEF_NAMES.apply(TEXTS).restore(reply)


def test_a_token_lost_fails_where_its_text_had_to_be_kept() -> None:
    masked = BRIEF_NAMES.apply(TEXTS)
    with pytest.raises(MaskError, match="〔人员1〕"):
        masked.restore("〔单位1〕党组书记主持召开会议。", keep=TEXTS[:1])
    assert masked.restore("会议2次。") == "会议2次。"


def test_the_writers_own_brackets_are_not_tokens() -> None:
    masked = Mask((("unit", "市民政局"),)).apply(["市民政局：〔单位1〕是原文，（单位）盖章"])
    assert masked.table == {"〔单位2〕": "市民政局"}
    assert masked.restore("〔单位2〕：〔单位1〕，（单位）") == "市民政局：〔单位1〕，（单位）"


@given(
    st.lists(
        st.text(alphabet="市县局办书记长张王李明同志在到，。、0189138单位〔〕1", max_size=40), max_size=3
    )
)
def test_masking_is_reversible_whatever_the_text(texts: list[str]) -> None:
    masked: Masked = Mask((("unit", "市局办"),)).apply(texts)
    assert [masked.show(t) for t in masked.texts] == texts


def test_the_same_text_gets_the_same_tokens() -> None:
    assert BRIEF_NAMES.apply(TEXTS) == BRIEF_NAMES.apply(list(TEXTS))


class _Relay:
    """Sends what is meant for the remote host to a scripted server, as a test's stand-in for that host."""

    def __init__(self, model: Any, server: Scripted) -> None:
        from langchain_openai import ChatOpenAI

        self.inner = ChatOpenAI(
            model="m", base_url=server.url, api_key="k", max_retries=0, use_responses_api=False
        )
        self.openai_api_base, self.temperature, self.extra_body = REMOTE, 0.3, None
        self.http_client = model.chat.http_client

    def _generate(self, messages: Any, **options: Any) -> Any:
        return self.inner._generate(messages, **options)

    def _stream(self, messages: Any, **options: Any) -> Any:
        return self.inner._stream(messages, **options)


@pytest.mark.parametrize("live", [False, True])
def test_a_masked_call_sends_tokens_and_returns_names(tmp_path: Path, live: bool) -> None:
    fact = "市自然资源和规划局局长李红军讲党课2次"
    with Scripted([Say("〔单位1〕局长〔人员1〕讲党课2次⟦F01⟧。"), Say("局长讲党课2次。")]) as server:
        opened = open_endpoint(remote(tmp_path, mask=True), "draft", mask=BRIEF_NAMES)
        model = opened.model_copy(update={"chat": _Relay(opened, server)})
        reply = model.invoke([HumanMessage(fact)], keep=[fact], live=live)
        assert reply.content == "市自然资源和规划局局长李红军讲党课2次⟦F01⟧。"
        assert server.requests[0]["messages"][0]["content"] == "〔单位1〕局长〔人员1〕讲党课2次"
        with pytest.raises(ServiceError, match="丢失"):
            model.invoke([HumanMessage(fact)], keep=[fact], salt="again", live=live)
        shown = "".join(str(c.content) for c in model.stream([HumanMessage(fact)]))
        assert shown == reply.content, "from the journal, the names put back"
        model.close()
    stored = (tmp_path / "replies.sqlite3").read_bytes() + (tmp_path / "egress.jsonl").read_bytes()
    assert "李红军".encode() not in stored, "the table of names is nowhere on disk"


def test_a_mark_is_seen_although_the_name_around_it_is_masked(tmp_path: Path) -> None:
    mask = Mask((("unit", "秘密★1年"),))
    model = open_endpoint(remote(tmp_path, mask=True), "draft", mask=mask)
    with pytest.raises(EgressRefusedError):
        model.invoke([HumanMessage("秘密★1年\n讲党课6次")])
    model.close()
