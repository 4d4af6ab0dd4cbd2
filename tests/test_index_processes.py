"""Several processes at one index, and processes killed in the middle of their work."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from assistant.index import Index

ROOT = Path(__file__).resolve().parent.parent

# Adds numbered documents and reports each, once ``add`` has returned, on its standard output.
_ADD = """
import random
import sys
from pathlib import Path
from assistant.document import Block, Document
from assistant.index import Index, SourceMeta
folder, prefix, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
index = Index.open(folder)
chance = random.Random(prefix)
words = [a + b for a in "强化深融推统凝" for b in "学联建服创督管"]
index.add(Document((Block("预热"), Block(prefix + "预热" * 9))), SourceMeta(), "precedent", prefix, "")
print("ready", flush=True)
for n in range(count):
    text = f"{prefix}第{n}支部组织学习，形成第{n}号典型案例。" + "".join(chance.choices(words, k=60))
    name = f"{prefix}-{n}.docx"
    index.add(Document((Block(f"{prefix}{n}总结", "title"), Block(text))), SourceMeta(), "precedent", name, str(n))
    print(name, flush=True)
    if n % 5 == 4:
        index.sync()
index.sync()
"""
_REBUILD = """
import sys
from pathlib import Path
from assistant.index import Index
index = Index.open(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    index.rebuild()
    print("rebuilt", flush=True)
"""


def start(script: str, *args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def killed(process: subprocess.Popen[str], after: float) -> list[str]:
    """What the process had reported when it was killed, ``after`` seconds past its first word."""
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    said, _ = process.communicate()
    lines = said.split("\n")
    return [line for line in lines[:-1] if line]


@pytest.mark.parametrize("seed", range(4))
def test_kill_9_during_add_loses_nothing_reported(tmp_path: Path, seed: int) -> None:
    folder, chance, reported = tmp_path / "index", random.Random(seed), []
    turn = 0
    while turn < 3 or (not reported and turn < 30):
        wait = chance.uniform(0, 0.4) * (1 + turn / 3)  # a busy machine reports later
        reported += killed(start(_ADD, folder, f"轮次{turn}", 500), wait)
        with Index.open(folder) as index:
            names = {d.name for d in index.list()}
            assert set(reported) <= names
            assert index.search("预热", limit=3)
            assert index.stats().pending == 0
            for name in reported[-1:]:
                number = name.split("-")[1].removesuffix(".docx")
                assert index.search(f"轮次{turn}第{number}支部 第{number}号典型案例", limit=50)
        turn += 1
    assert reported


@pytest.mark.parametrize("seed", range(3))
def test_kill_9_during_rebuild_loses_nothing(tmp_path: Path, seed: int) -> None:
    folder, chance = tmp_path / "index", random.Random(seed)
    adding = start(_ADD, folder, "甲", 30)
    adding.communicate()
    with Index.open(folder) as index:
        digest, passages = index.digest, index.stats().passages
    for _ in range(3):
        killed(start(_REBUILD, folder), chance.uniform(0, 0.3))
        with Index.open(folder) as index:
            assert len(index.search("组织学习", limit=5)) > 0
            stats = index.stats()
            assert (stats.digest, stats.passages, stats.pending) == (digest, passages, 0)


def test_two_processes_add_and_a_third_reads(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    writers = [start(_ADD, folder, prefix, 20) for prefix in ("甲", "乙")]
    with Index.open(folder) as index:
        while any(w.poll() is None for w in writers):
            index.search("典型案例", limit=3)
            time.sleep(0.02)
        assert [w.communicate()[1] for w in writers] == [None, None]
        assert [w.returncode for w in writers] == [0, 0]
        assert len(index.list()) == 42
        assert {h.passage.source for h in index.search("甲第7支部", limit=50)} >= {"甲-7.docx"}
        assert index.stats().pending == 0


def test_a_reader_sees_what_another_process_removed(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    start(_ADD, folder, "甲", 3).communicate()
    with Index.open(folder) as reader, Index.open(folder) as writer:
        assert len({h.passage.source for h in reader.search("典型案例", limit=9)}) > 1
        for row in writer.list():
            writer.remove(row.id)
        assert reader.search("典型案例") == []
