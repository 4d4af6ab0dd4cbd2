"""How fast the rules are: the start, a draft, a long text, many documents with worker processes; AutoCorrect and zhlint beside them.

    python benchmarks/checks_speed.py
    python benchmarks/checks_speed.py --documents 10000 --jobs 1 2
    python benchmarks/checks_speed.py --documents 300 --repeat 3 --size 200

Offline. The peers are found as checks_peers.py finds them (ZHIBI_AUTOCORRECT, ZHIBI_ZHLINT); one that is not here is
skipped with the reason. Times are processor time unless said otherwise, the best of --repeat runs: other tasks on the machine
make all of them longer, so the load is printed and the peers run within the same minute.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from assistant.catalogue import Catalogue, load_catalogue  # noqa: E402
from assistant.checks.engine import check  # noqa: E402
from assistant.checks.profile import Profile  # noqa: E402
from assistant.checks.registry import RuleSet, load_rules  # noqa: E402
from assistant.document import Block, Document  # noqa: E402
from assistant.formats.read import read_document  # noqa: E402
from benchmarks.checks_peers import SHARED, AbsentError, autocorrect, zhlint  # noqa: E402

DAY = date(2024, 12, 31)
DRAFT = 5000  # characters
SLIP = "增强群众的收获感、幸福感，抓好落实。"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=1000, help="0: none")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2], help="numbers of worker processes")
    parser.add_argument("--repeat", type=int, default=7, help="runs of which the best counts")
    parser.add_argument("--size", type=int, default=1000, help="kilobytes of the long text")
    args = parser.parse_args()
    rules, catalogue = load_rules(), load_catalogue()
    patterns = len(rules.scanner(catalogue).patterns)
    print(f"{len(rules)} rules, {patterns} expressions, {len(catalogue.formulations)} formulations")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    draft, long = _texts(args.size * 1000)
    _start(draft, args.repeat)
    _ours("draft, all rules", draft, None, args.repeat)
    _ours("draft, no genre", draft, Profile(), args.repeat)
    _ours("long text, all rules", long, None, max(args.repeat // 3, 1))
    _peers(draft, long)
    for jobs in args.jobs if args.documents else ():
        _batch(args.documents, jobs)
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0


def _start(draft: Document, repeat: int) -> None:
    """The whole command on a file, as installed: modules compiled, data files compiled after the first run."""
    with TemporaryDirectory() as folder:
        one, whole = Path(folder) / "one.txt", Path(folder) / "draft.txt"
        one.write_text(SLIP, "utf-8")
        whole.write_text(draft.text, "utf-8")
        env = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/pyc", "XDG_CACHE_HOME": f"{folder}/cache"}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        bare = _command(["-c", "pass"], env, repeat)
        print(f"{'python -c pass':32} {bare[0]:.3f} s processor, {bare[1]:.3f} s elapsed")
        _command(["-m", "ui.cli", "--version"], env, 1)
        _command(["-m", "ui.cli", "check", str(one)], env, 1)
        for path in (Path(folder) / "cache").rglob("*.pickle"):
            path.unlink()
        rows = (("one sentence, first time", one, 1), ("one sentence", one, repeat), ("draft", whole, repeat))
        for name, path, times in rows:
            used, elapsed = _command(["-m", "ui.cli", "check", str(path)], env, times)
            print(
                f"{'zhibi check, ' + name:32} {used:.3f} s processor, {elapsed:.3f} s elapsed, "
                f"{used / max(bare[0], 0.001):.0f} times the bare start",
                flush=True,
            )


def _command(words: list[str], env: dict[str, str], repeat: int) -> tuple[float, float]:
    """Least processor and elapsed seconds of a run of Python."""
    best = (1e9, 1e9)
    for _ in range(repeat):
        before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, cwd=ROOT, env=env, check=False)
        elapsed, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        best = min(best[0], used), min(best[1], elapsed)
    return best


def _ours(name: str, document: Document, profile: Profile | None, repeat: int) -> None:
    rules, catalogue = load_rules(), load_catalogue()
    _print(
        f"zhibi, {name}",
        document,
        _best(lambda: check(document, catalogue=catalogue, rules=rules, profile=profile, as_of=DAY), repeat),
    )


def _best(run: Callable[[], object], repeat: int) -> float:
    run()
    best = 1e9
    for _ in range(repeat):
        begin = time.process_time()
        run()
        best = min(best, time.process_time() - begin)
    return best


def _print(name: str, document: Document, seconds: float, note: str = "") -> None:
    size = len(document.text.encode())
    speed = f"{size / seconds / 1e6:.2f} MB/s"
    print(f"{name:32} {document.length} characters, {seconds * 1000:.0f} ms, {speed}{note}", flush=True)


def _peers(draft: Document, long: Document) -> None:
    """AutoCorrect within its process; zhlint by the clock with its start, which a text of one word tells."""
    for name, document in (("draft", draft), ("long text", long)):
        try:
            version, _, seconds = autocorrect([document.text])
            _print(f"AutoCorrect {version}, {name}", document, max(seconds, 1e-6))
        except AbsentError as exc:
            print(f"AutoCorrect: skipped, {exc}")
        try:
            version, _, seconds = zhlint([document.text])
            start = min(zhlint(["一。"])[2] for _ in range(3))
            _print(f"zhlint {version}, {name}", document, seconds, f" with its start, {start:.2f} s of it")
        except AbsentError as exc:
            print(f"zhlint: skipped, {exc}")


def _batch(documents: int, jobs: int) -> None:
    begin = time.perf_counter()
    with ProcessPoolExecutor(jobs) as pool:
        done = list(pool.map(_one, range(documents), chunksize=20))
    took = time.perf_counter() - begin
    size, found, busy = (sum(column) for column in zip(*done, strict=True))
    print(
        f"{documents} documents, {jobs} jobs: {took:.1f} s, {documents / took:.0f} a second, "
        f"{size / took / 1e6:.2f} MB/s, processor time {busy:.1f} s ({size / busy / 1e6:.2f} MB/s a core), {found} findings",
        flush=True,
    )


def _texts(size: int) -> tuple[Document, Document]:
    """A draft of DRAFT characters, and a text of so many bytes."""
    draft: list[Block] = []
    for block in (b for d in _samples() for b in d.blocks):
        if sum(len(b.text) for b in draft) < DRAFT:
            draft.append(block)
    return Document(tuple(draft)), Document(tuple(_long(size)))


def _long(size: int) -> Iterator[Block]:
    """Paragraphs of the reference texts where they are, else of the samples over and over (with much to find)."""
    paths = sorted((SHARED / "corpus").glob("policy/*.txt"))
    texts = (read_document(path).document for path in paths) if paths else map(_made, count())
    for document in texts:
        for block in document.blocks:
            if size <= 0:
                return
            yield block
            size -= len(block.text.encode())


@cache
def _samples() -> tuple[Document, ...]:
    return tuple(read_document(p).document for p in sorted((ROOT / "knowledge/samples").glob("*.md")))


def _made(number: int) -> Document:
    """A sample with one of its paragraphs in the place of a paragraph of another: no two of them alike for long."""
    samples = _samples()
    own, other = samples[number % len(samples)].blocks, samples[number * 7 % 11 % len(samples)].blocks
    at, taken = number // len(samples) % len(own), other[number // 3 % len(other)]
    return Document((*own[:at], replace(own[at], text=taken.text), *own[at + 1 :]))


@cache
def _known() -> tuple[Catalogue, RuleSet]:
    return load_catalogue(), load_rules()


def _one(number: int) -> tuple[int, int, float]:
    """Bytes, findings and processor seconds of one document made and checked."""
    begin = time.process_time()
    document = _made(number)
    catalogue, rules = _known()
    found = check(document, catalogue=catalogue, rules=rules, as_of=DAY)
    return len(document.text.encode()), len(found), time.process_time() - begin


if __name__ == "__main__":
    sys.exit(main())
