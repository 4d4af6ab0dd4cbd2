"""How fast the rules are: a draft, a long text, many documents with worker processes, and the start.

python benchmarks/checks_speed.py
python benchmarks/checks_speed.py --documents 10000 --jobs 2
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date
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
    parser.add_argument("--jobs", type=int, default=2)
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
    begin = time.perf_counter()
    with ProcessPoolExecutor(args.jobs) as pool:
        n = sum(pool.map(_one, [draft] * args.documents, chunksize=20))
    took = time.perf_counter() - begin
    size = len(draft.text.encode()) * args.documents
    print(
        f"{args.documents} documents, {args.jobs} jobs: {took:.1f} s, {args.documents / took:.0f} a second, {size / took / 1e6:.2f} MB/s, {n} findings"
    )
    return 0


def _texts() -> tuple[Document, Document]:
    samples = [read_document(p).document for p in sorted((ROOT / "knowledge/samples").glob("*.md"))]
    blocks = [b for d in samples for b in d.blocks]
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


def _one(document: Document) -> int:
    return len(check(document, catalogue=load_catalogue(), rules=load_rules(), as_of=DAY))


if __name__ == "__main__":
    sys.exit(main())
