"""OpenAI Batch files: out, in, in rounds; an expired batch keeps what was finished; the drafts then cost no call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.batch.engines import Drafting
from assistant.batch.manifest import read_manifest
from assistant.batch.openai_files import requests_of, take_in
from assistant.batch.request_files import RequestFiles
from assistant.batch.run import run_batch
from assistant.batch.spread import Threads
from assistant.batch.work import Plan
from assistant.errors import DocumentError, InputError
from assistant.settings import Settings, load_settings
from tests.test_batch_run import briefs
from ui.cli import run

REPLY = "班子成员讲党课6次⟦F01⟧。发展党员3名⟦F02⟧。部分党支部学习不够深入⟦Q01⟧。每季度检查学习情况1次⟦P01⟧。"


def endpoint(**more: Any) -> Settings:
    """A port nobody listens on: a call that is not in the journal fails the test."""
    return load_settings(model="m", base_url="http://127.0.0.1:9/v1", repair_rounds=0, max_retries=0, **more)


def exported(units: Path, settings: Settings) -> list[dict[str, Any]]:
    asked = list(requests_of(read_manifest(units).units, settings))
    assert not [a.error for a in asked if a.error]
    return list({line["custom_id"]: line for a in asked for line in a.lines}.values())


def answer(request: dict[str, Any], text: str = REPLY) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    body = {"model": "m", "choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 20}}
    return {
        "id": "r1",
        "custom_id": request["custom_id"],
        "response": {"status_code": 200, "body": body},
        "error": None,
    }


def expired(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "custom_id": request["custom_id"],
        "response": None,
        "error": {"code": "batch_expired", "message": "…"},
    }


def file_of(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


def test_rounds_until_all_replies_are_there_then_no_call(tmp_path: Path) -> None:
    units, settings = briefs(tmp_path / "in", "示例县水利局", "示例县林业局"), endpoint()
    first = exported(units, settings)
    assert {r["url"] for r in first} == {"/v1/chat/completions"} and len(
        {r["custom_id"] for r in first}
    ) == len(first)
    assert all(r["body"]["model"] == "m" and r["body"]["messages"][-1]["role"] == "user" for r in first)
    half = file_of(tmp_path / "out1.jsonl", [answer(r) if n % 2 else expired(r) for n, r in enumerate(first)])
    taken = take_in([half], settings)
    assert (taken.stored, taken.failed) == (len(first) // 2, len(first) - len(first) // 2)
    second = exported(units, settings)
    left = {r["custom_id"] for n, r in enumerate(first) if n % 2 == 0}
    assert left <= {r["custom_id"] for r in second}, "what expired is asked again"
    rounds = 0
    while rows := exported(units, settings):
        take_in([file_of(tmp_path / "more.jsonl", [answer(r) for r in reversed(rows)])], settings)
        rounds += 1
        assert rounds < 6
    outcome = run_batch(
        read_manifest(units), tmp_path / "out", Plan.of(settings, ("md",)), Drafting(Threads(2))
    )
    assert not outcome.failed and len(list((tmp_path / "out").glob("*.md"))) == 2


def test_answers_twice_and_lines_that_are_none(tmp_path: Path) -> None:
    settings = endpoint()
    rows = exported(briefs(tmp_path / "in", "示例县水利局"), settings)
    path = file_of(
        tmp_path / "a.jsonl",
        [answer(rows[0]), {"custom_id": "other"}, answer(rows[0]), answer(rows[1], "  ")],
    )
    with path.open("a", encoding="utf-8") as stream:
        stream.write("not json\n")
    taken = take_in([path], settings)
    assert (taken.stored, taken.known, taken.failed, taken.unreadable) == (1, 1, 1, (2, 5))


def test_needs_an_endpoint_and_a_readable_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="外部模型"):
        next(requests_of((), load_settings()))
    with pytest.raises(DocumentError, match=r"\.jsonl"):
        take_in([tmp_path / "none.jsonl"], endpoint())


def test_a_classified_brief_is_not_written_out(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "甲.yaml").write_text(
        "kind: work-summary\norganization: 甲局\nperiod: 2024\nfacts: [机密★一年，讲党课6次]\n", "utf-8"
    )
    settings = load_settings(
        model="m", base_url="https://api.example.com/v1", allow_hosts=("api.example.com",), api_key="k"
    )
    asked = list(requests_of(read_manifest(folder).units, settings))
    assert asked[0].error and not asked[0].lines


def test_files_are_split_at_the_services_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.batch.request_files.MOST_REQUESTS", 2)
    with RequestFiles(tmp_path / "r.jsonl") as files:
        for n in (0, 1, 2, 2, 3, 4):
            files.add({"custom_id": str(n)})
        assert [p.name for p in files.finish()] == ["r.jsonl", "r-2.jsonl", "r-3.jsonl"]
    assert [len((tmp_path / n).read_bytes().splitlines()) for n in ("r.jsonl", "r-2.jsonl", "r-3.jsonl")] == [
        2,
        2,
        1,
    ]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_file_that_cannot_be_written_or_finished_leaves_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(DocumentError, match="写不了请求文件"),
        RequestFiles(tmp_path / "no" / "r.jsonl") as files,
    ):
        files.add({"custom_id": "1"})
    with pytest.raises(KeyboardInterrupt), RequestFiles(tmp_path / "r.jsonl") as files:
        files.add({"custom_id": "1"})
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_rounds_on_the_command_line_with_expired_and_failed_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Out, answered in part, in, out again until nothing is asked, then drafted without a call."""
    monkeypatch.setenv("ZHIBI_MODEL", "m")
    monkeypatch.setenv("ZHIBI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("ZHIBI_REPAIR_ROUNDS", "0")
    units, requests = briefs(tmp_path / "in", *[f"示例县{c}局" for c in "甲乙丙丁戊"]), tmp_path / "r.jsonl"
    assert run(["batch", "export", str(units), "-o", str(requests), "--jobs", "1"]) == 0
    rows = [json.loads(line) for line in requests.read_text("utf-8").splitlines()]
    assert "5个单位还在等回复" in capsys.readouterr().err
    refused = {"custom_id": rows[1]["custom_id"], "response": {"status_code": 429, "body": {"error": {}}}}
    first = file_of(
        tmp_path / "a.jsonl", [expired(rows[0]), refused, *map(answer, rows[2:]), answer(rows[2])]
    )
    assert run(["batch", "import", str(first)]) == 0
    told = f"收回{len(rows) - 2}个回复，已有1个，没有完成2个"
    assert told in capsys.readouterr().err
    for n in range(8):
        assert run(["batch", "export", str(units), "-o", str(requests), "--jobs", "1"]) == 0
        if "回复已经收齐" in capsys.readouterr().err:
            break
        rows = [json.loads(line) for line in requests.read_text("utf-8").splitlines()]
        assert run(["batch", "import", str(file_of(tmp_path / f"{n}.jsonl", [*map(answer, rows)]))]) == 0
    assert run(["batch", str(units), "-o", str(tmp_path / "out"), "--format", "md"]) in (0, 1)
    assert len(list((tmp_path / "out").glob("*.md"))) == 5
