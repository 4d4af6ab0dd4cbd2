"""Replies kept, limits held, tokens counted."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from servers.scripted import Fail, Say, Scripted

from assistant.errors import ServiceError
from assistant.models.endpoint import open_endpoint
from assistant.models.gateway import meter_of
from assistant.models.journal import Journal, reply_key
from assistant.models.limits import WINDOW, Limits, Places, shared_limits
from assistant.models.tokens import Usage, cost, count_tokens, estimate_tokens
from assistant.settings import Price, Settings

QUESTION = [SystemMessage("规则"), HumanMessage("班子成员带头讲党课6次")]


@pytest.fixture
def journal(tmp_path: Path) -> Any:
    made = Journal(tmp_path / "a" / "replies.sqlite3")
    yield made
    made.close()


def settings(server: Scripted, tmp_path: Path, **changes: Any) -> Settings:
    given = {"model": "m", "base_url": server.url, "workspace": tmp_path, "max_retries": 0}
    return Settings(**{**given, **changes})


def test_a_stored_reply_costs_no_request(tmp_path: Path) -> None:
    with Scripted([Say("一是"), Say("二是")]) as server:
        first = open_endpoint(settings(server, tmp_path), "draft")
        a = first.invoke(QUESTION)
        first.close()
        second = open_endpoint(settings(server, tmp_path), "draft")
        b = second.invoke(QUESTION)
        streamed = "".join(str(c.content) for c in second.stream(QUESTION))
        assert (a.content, b.content, streamed) == ("一是", "一是", "一是")
        assert (a.response_metadata["journaled"], b.response_metadata["journaled"]) == (False, True)
        assert b.usage_metadata == a.usage_metadata
        assert second.meter.total == Usage(replayed=2)
        assert meter_of([first, second, first]).total.requests == 1
        second.close()
        assert len(server.requests) == 1
        again = open_endpoint(settings(server, tmp_path, fresh=True), "draft")
        assert again.invoke(QUESTION).content == "二是"
        again.close()
        last = open_endpoint(settings(server, tmp_path), "draft")
        assert last.invoke(QUESTION).content == "二是", "a fresh reply replaces the stored one"
        last.close()
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"model": "n"},
        {"temperature": 0.0},
        {"max_tokens": 100},
        {"salt": "2"},
        {"stop": ["。"]},
        {"text": "x"},
    ],
)
def test_what_determines_a_reply_asks_anew(tmp_path: Path, change: dict[str, Any]) -> None:
    kwargs = {k: v for k, v in change.items() if k in ("salt", "stop")}
    question = [HumanMessage(change.get("text", "问"))]
    fields = {k: v for k, v in change.items() if k not in ("salt", "stop", "text")}
    with Scripted([Say("答")]) as server:
        first = open_endpoint(settings(server, tmp_path), "draft")
        first.invoke([HumanMessage("问")])
        second = open_endpoint(settings(server, tmp_path, **fields), "draft")
        second.invoke(question, **kwargs)
        second.invoke(question, **kwargs)
        first.close()
        second.close()
        assert len(server.requests) == 2


def test_a_failed_request_is_not_stored(tmp_path: Path) -> None:
    with Scripted([Fail(400), Say("答")]) as server:
        model = open_endpoint(settings(server, tmp_path), "draft")
        with pytest.raises(ServiceError):
            model.invoke(QUESTION)
        assert model.invoke(QUESTION).content == "答"
        model.close()


def test_threads_that_ask_the_same_thing_pay_once(tmp_path: Path) -> None:
    with Scripted([Say("答")]) as server:
        model = open_endpoint(settings(server, tmp_path), "draft")
        replies = model.batch([QUESTION] * 20, config={"max_concurrency": 10})
        model.close()
        assert {r.content for r in replies} == {"答"}
        assert len(server.requests) == 1


def test_a_row_that_is_no_reply_of_ours_is_asked_anew(tmp_path: Path) -> None:
    with Scripted([Say("答")]) as server:
        model = open_endpoint(settings(server, tmp_path), "draft")
        model.invoke(QUESTION)
        with sqlite3.connect(tmp_path / "replies.sqlite3") as db:
            db.execute("UPDATE replies SET reply = '{\"text\": 1'")
        db.close()
        assert model.invoke(QUESTION).content == "答"
        model.close()
        assert len(server.requests) == 2


def test_keys_depend_on_everything_given() -> None:
    assert reply_key(a=1, b="x") == reply_key(b="x", a=1)
    assert len({reply_key(a=1), reply_key(a="1"), reply_key(a=2), reply_key(b=1), reply_key(a="\ud800")}) == 5


def test_forget(journal: Journal) -> None:
    journal.put("k", "m", {"text": "a"})
    assert journal.forget(before=0) == 0
    assert journal.get("k") == {"text": "a"}
    assert journal.forget() == 1
    assert journal.get("k") is None


def test_a_file_that_is_no_journal_is_told(tmp_path: Path) -> None:
    path = tmp_path / "replies.sqlite3"
    path.write_bytes(b"not a database, " * 100)
    with pytest.raises(ServiceError, match="回复日志用不了"):
        Journal(path).get("k")


_WRITER = """
import sys
from pathlib import Path
from assistant.models.journal import Journal
journal = Journal(Path(sys.argv[1]))
for n in range(int(sys.argv[3])):
    journal.put(f"{sys.argv[2]}-{n}", "m", {"text": "总结" * 500, "n": n})
    print(n, flush=True)
"""


def _writer(path: Path, name: str, count: int, root: Path) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", _WRITER, str(path), name, str(count)]
    return subprocess.Popen(
        arguments, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(root)}
    )


def test_several_processes_write_at_once(tmp_path: Path, root: Path) -> None:
    path = tmp_path / "replies.sqlite3"
    writers = [_writer(path, str(n), 30, root) for n in range(4)]
    for writer in writers:
        writer.communicate(timeout=120)
        assert writer.returncode == 0
    journal = Journal(path)
    assert all(journal.get(f"{w}-{n}") for w in range(4) for n in range(30))
    journal.close()


@pytest.mark.parametrize("after", [1, 7, 23])
def test_kill_9_loses_nothing_that_was_stored(tmp_path: Path, root: Path, after: int) -> None:
    path = tmp_path / "replies.sqlite3"
    writer = _writer(path, "w", 100_000, root)
    assert writer.stdout is not None
    seen = [int(writer.stdout.readline()) for _ in range(after)]
    writer.send_signal(signal.SIGKILL)
    seen += [int(line) for line in writer.communicate()[0].split()]
    journal = Journal(path)
    assert all((journal.get(f"w-{n}") or {}).get("n") == n for n in seen)
    journal.put("after", "m", {"text": "好"})
    assert journal.get("after") == {"text": "好"}
    journal.close()


_RUN = """
import sys
from pathlib import Path
from assistant.models.endpoint import open_endpoint
from assistant.settings import Settings
model = open_endpoint(Settings(model="m", base_url=sys.argv[1], workspace=Path(sys.argv[2])), "draft")
replies = model.batch([f"第{n}节" for n in range(40)], config={"max_concurrency": 4})
print("|".join(str(r.content) for r in replies))
model.close()
"""


def test_a_killed_run_resumes_and_pays_for_no_reply_twice(tmp_path: Path, root: Path) -> None:
    def run(server: Scripted) -> subprocess.Popen[str]:
        arguments = [sys.executable, "-c", _RUN, server.url, str(tmp_path)]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment)

    enough = threading.Event()

    def answer(body: Any) -> Say:
        if len(server.requests) == 15:
            enough.set()
        return Say("答" + body["messages"][0]["content"])

    with Scripted(answer) as server:
        killed = run(server)
        assert enough.wait(60)
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
        with sqlite3.connect(tmp_path / "replies.sqlite3") as db:
            (stored,) = db.execute("SELECT COUNT(*) FROM replies").fetchone()
        db.close()
        before = len(server.requests)
        out, _ = run(server).communicate(timeout=120)
        assert out.strip().split("|") == [f"答第{n}节" for n in range(40)]
        assert len(server.requests) - before == 40 - stored
        assert stored >= 10


class Clock:
    def __init__(self) -> None:
        self.time = 100.0
        self.slept = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        self.slept += seconds


def test_requests_a_minute() -> None:
    clock = Clock()
    limits = Limits(4, requests=3, clock=clock.now, sleep=clock.sleep)
    starts = []
    for _ in range(7):
        with limits.slot():
            starts.append(clock.now() - 100)
        clock.time += 1
    assert starts == [0, 1, 2, 60, 61, 62, 120]


def test_tokens_a_minute_count_what_was_used() -> None:
    clock = Clock()
    limits = Limits(4, tokens=1000, clock=clock.now, sleep=clock.sleep)
    with limits.slot(900) as slot:
        slot.settle(100)
    with limits.slot(900):
        pass
    assert clock.slept == 0
    with limits.slot(200):
        assert clock.slept == WINDOW
    with limits.slot(5000):
        assert clock.slept == 2 * WINDOW, "larger than the budget: alone, not never"


def test_a_pause_holds_everyone() -> None:
    clock = Clock()
    limits = Limits(4, clock=clock.now, sleep=clock.sleep)
    limits.pause(5)
    with limits.slot():
        assert clock.slept == 5


def test_concurrency_is_held() -> None:
    limits = Limits(3)
    now, most, lock = 0, 0, threading.Lock()
    full = threading.Barrier(3, timeout=10)

    def work() -> None:
        nonlocal now, most
        with limits.slot():
            with lock:
                now += 1
                most = max(most, now)
            full.wait()
            with lock:
                now -= 1
            full.wait()

    threads = [threading.Thread(target=work) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 3


def test_a_place_that_is_left_goes_to_the_lowest_rank() -> None:
    places, order = Places(1), []

    def work(rank: tuple[int, ...]) -> None:
        with places.one(rank):
            order.append(rank)

    with places.one():
        threads = []
        for rank in ((2, 1), (1, 7), (0, 9), (1, 3)):
            threads.append(threading.Thread(target=work, args=(rank,)))
            threads[-1].start()
            while len(places._waiting) < len(threads):
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == [(0, 9), (1, 3), (1, 7), (2, 1)]


def test_who_is_interrupted_while_waiting_takes_no_place() -> None:
    places = Places(1)
    with places.one():
        waiting = threading.Lock()
        waiting.acquire()
        place = ((0,), 0, waiting)
        places._waiting.append(place)
        places._give_up(place)  # what Ctrl-C in the wait comes to
    with places.one():
        assert not places._waiting
    places._give_up(place)  # it had been called already: the place goes back
    assert places._free == 2


def test_limits_are_shared_by_equal_settings() -> None:
    a, b = Settings(concurrency=2), Settings(concurrency=2, model="m")
    assert shared_limits(a, "u") is shared_limits(b, "u")
    assert shared_limits(a, "u") is not shared_limits(a, "v")


def test_an_estimate_is_called_one() -> None:
    counted = count_tokens("上半年工作总结" * 100, "qwen-max")
    assert counted.estimated
    assert counted.tokens == estimate_tokens("上半年工作总结" * 100) == 588
    assert estimate_tokens("") == 0


def test_a_vocabulary_that_is_not_whole_is_neither_used_nor_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790"
    file.write_bytes(b"IQ== 0\n")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert count_tokens("上半年", "gpt-4o").estimated
    assert file.read_bytes() == b"IQ== 0\n"


def test_a_vocabulary_on_disk_counts_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", "")
    file = Path(folder) / "fb374d419588a4632f3f557e76b4b70aebbca790"
    if not folder or not file.is_file():
        pytest.skip("TIKTOKEN_CACHE_DIR holds no o200k_base vocabulary on this machine")
    assert hashlib.sha256(file.read_bytes()).hexdigest().startswith("446a9538")
    assert not count_tokens("上半年工作总结", "gpt-4o").estimated


def test_cost() -> None:
    prices = {"m": Price(input=2, output=8, cached=0.5), "n": Price(input=1, output=1)}
    used = Usage(input=1_000_000, output=500_000, cached=400_000)
    assert cost(used, "m", prices) == Decimal("5.4")
    assert cost(used, "n", prices) == Decimal("1.5")
    assert cost(used, "x", prices) is None


def test_prices_come_from_the_users_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zhibi.toml").write_text('[prices."qwen-max"]\ninput = 2.4\noutput = 9.6\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    assert Settings().prices["qwen-max"].output == 9.6
