"""How fast the rules are: a draft, a long text, many documents with worker processes, and the start.

python benchmarks/checks_speed.py
python benchmarks/checks_speed.py --documents 10000 --jobs 1 2
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from assistant.catalogue import load_catalogue
from assistant.checks.engine import check
from assistant.checks.profile import Profile
from assistant.checks.registry import load_rules
from assistant.document import Document
from assistant.formats.read import read_document

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2024, 12, 31)
START = """
import time; t = time.perf_counter()
from datetime import date
from assistant.checks.engine import check
from assistant.checks.registry import load_rules
from assistant.catalogue import load_catalogue
from assistant.document import Block, Document
f = check(Document((Block("增强群众的收获感、幸福感，抓好落实。"),)), catalogue=load_catalogue(), rules=load_rules(), as_of=date(2024, 1, 1))
assert f
print(time.perf_counter() - t)
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2], help="numbers of worker processes")
    args = parser.parse_args()
    start = min(
        float(
            subprocess.run(
                [sys.executable, "-c", START], capture_output=True, text=True, check=True, cwd=ROOT
            ).stdout
        )
        for _ in range(3)
    )
    print(f"start to first finding      {start:.2f} s")
    draft, long = _texts()
    rules, catalogue = load_rules(), load_catalogue()
    patterns = len(rules.scanner(catalogue).patterns)
    print(f"rules {len(rules)}, expressions {patterns}, formulations {len(catalogue.formulations)}")
    _measure("draft, all rules", draft, None)
    _measure("draft, no genre", draft, Profile())
    _measure("long text, no genre", long, Profile())
    for jobs in args.jobs:
        _batch(args.documents, jobs)
    return 0


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


def _texts() -> tuple[Document, Document]:
    blocks = [b for d in _samples() for b in d.blocks]
    draft: list = []
    for block in blocks:
        if sum(len(b.text) for b in draft) < 5000:
            draft.append(block)
    return Document(tuple(draft)), Document(tuple(blocks * 2))


def _measure(name: str, document: Document, profile: Profile | None) -> None:
    rules, catalogue = load_rules(), load_catalogue()
    size = len(document.text.encode())
    best = 1e9
    for _ in range(7):
        begin = time.process_time()
        check(document, catalogue=catalogue, rules=rules, profile=profile, as_of=DAY)
        best = min(best, time.process_time() - begin)
    print(f"{name:27} {document.length} characters, {best * 1000:.0f} ms, {size / best / 1e6:.2f} MB/s")


@cache
def _samples() -> tuple[Document, ...]:
    return tuple(read_document(p).document for p in sorted((ROOT / "knowledge/samples").glob("*.md")))


def _made(number: int) -> Document:
    """A sample with one of its paragraphs in the place of a paragraph of another: no two of them alike for long."""
    samples = _samples()
    own, other = samples[number % len(samples)].blocks, samples[number * 7 % 11 % len(samples)].blocks
    at, taken = number // len(samples) % len(own), other[number // 3 % len(other)]
    return Document((*own[:at], replace(own[at], text=taken.text), *own[at + 1 :]))


def _one(number: int) -> tuple[int, int, float]:
    """Bytes, findings and processor seconds of one document made and checked."""
    begin = time.process_time()
    document = _made(number)
    found = check(document, catalogue=load_catalogue(), rules=load_rules(), as_of=DAY)
    return len(document.text.encode()), len(found), time.process_time() - begin


if __name__ == "__main__":
    sys.exit(main())
