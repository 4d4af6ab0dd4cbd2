"""What general Chinese checkers find on the same texts: the marked faults of the first seed, and false alarms.

    ZHIBI_AUTOCORRECT=…/python ZHIBI_ZHLINT=…/zhlint python benchmarks/checks_peers.py

AutoCorrect (pip install autocorrect-py; the variable names the Python that has it, or it stands beside this one) and
zhlint (npm install zhlint; the variable or PATH names the program). Neither is a dependency: one that is not here is
skipped with the reason. A fault counts as found where a place the tool wants changed overlaps the marked characters, the
criterion of checks_quality.py. Each tool runs with its defaults.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("ZHIBI_SHARED", ROOT.parent / "shared"))
Spans = list[tuple[int, int]]
# Run in the Python that has the package: the texts in as JSON, the corrected texts and the seconds they took out.
_AUTOCORRECT = """
import json, sys, time
from importlib.metadata import version
import autocorrect_py
texts = json.load(sys.stdin)
begin = time.process_time()
fixed = [autocorrect_py.format_for(t, "text") for t in texts]
json.dump({"version": version("autocorrect-py"), "seconds": time.process_time() - begin, "fixed": fixed}, sys.stdout)
"""


class AbsentError(Exception):
    """The tool is not here; the text says what was looked for."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="the marked faults each tool touches")
    parser.add_argument("--every", type=int, default=4, help="one of so many policy texts is read")
    args = parser.parse_args()
    if not SHARED.is_dir():
        print(f"skipped: {SHARED} is not here")
        return 0
    data = json.loads((SHARED / "reference/defects-a.json").read_text("utf-8"))
    seed = (SHARED / data["text"]).read_text("utf-8")
    policy = [p.read_text("utf-8") for p in sorted((SHARED / "corpus/policy").glob("*.txt"))[:: args.every]]
    print(f"{len(policy)} policy texts, {sum(map(len, policy))} characters")
    for name, run in (("AutoCorrect", autocorrect), ("zhlint", zhlint)):
        try:
            version, spans, seconds = run([seed, *policy])
        except AbsentError as exc:
            print(f"{name}: skipped, {exc}")
            continue
        _print(f"{name} {version}", data["defects"], spans, policy, seconds)
        if args.verbose:
            _show(data["defects"], spans[0], seed)
    return 0


def _show(defects: list[dict], spans: Spans, seed: str) -> None:
    for d in defects:
        for a, b in spans:
            if a < d["end"] and d["start"] < b:
                print(
                    f"  {d['id']} {d['certainty']} {d['class']} {d['quote'][:30]} | {seed[a - 6 : a]}[{seed[a:b]}]{seed[b : b + 6]}"
                )


def _print(name: str, defects: list[dict], spans: list[Spans], policy: list[str], seconds: float) -> None:
    """Recall on all marked faults and on the certain ones; places found in the policy texts."""
    found = {d["id"] for d in defects if any(a < d["end"] and d["start"] < b for a, b in spans[0])}
    sure = {d["id"] for d in defects if d["certainty"] in ("certain", "likely")}
    alarms, size = sum(map(len, spans[1:])), sum(map(len, policy))
    print(
        f"{name}: {len(found)}/{len(defects)} found, certain and likely {len(found & sure)}/{len(sure)}, "
        f"{len(spans[0])} places in the seed; policy {alarms} places, {alarms * 10000 / size:.1f} per 10,000; "
        f"{seconds:.2f} s for all"
    )


def autocorrect(texts: Sequence[str]) -> tuple[str, list[Spans], float]:
    python = os.environ.get("ZHIBI_AUTOCORRECT", sys.executable)
    done = _run([python, "-c", _AUTOCORRECT], json.dumps(list(texts)))
    if done.returncode:
        raise AbsentError(f"{python} has no autocorrect_py (ZHIBI_AUTOCORRECT names another Python)")
    said = json.loads(done.stdout)
    return (
        said["version"],
        [changed(a, b) for a, b in zip(texts, said["fixed"], strict=True)],
        said["seconds"],
    )


def changed(before: str, after: str) -> Spans:
    """Places of ``before`` that a corrected text changes, line by line; an insertion touches both its neighbours."""
    out: Spans = []
    at = 0
    for old, new in zip(before.split("\n"), after.split("\n"), strict=True):
        if old != new:
            opcodes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
            for tag, a, b, _, _ in opcodes:
                if tag != "equal":
                    out.append((at + a, at + b) if a < b else (at + max(a - 1, 0), at + a + 1))
        at += len(old) + 1
    return out


def zhlint(texts: Sequence[str]) -> tuple[str, list[Spans], float]:
    program = os.environ.get("ZHIBI_ZHLINT") or shutil.which("zhlint")
    if not program or not Path(program).exists():
        raise AbsentError("no zhlint on PATH (ZHIBI_ZHLINT names the program)")
    seconds, spans = 0.0, []
    with TemporaryDirectory() as folder:
        for n, text in enumerate(texts):
            file = Path(folder) / f"{n}.txt"
            file.write_text(text, "utf-8")
            begin = time.perf_counter()
            _run([program, "--fix", file.name], "", folder)
            seconds += time.perf_counter() - begin
            spans.append(changed(text, file.read_text("utf-8")))
    return _version(Path(program)), spans, seconds


def _version(program: Path) -> str:
    for folder in program.resolve().parents:
        if (folder / "package.json").is_file():
            return str(json.loads((folder / "package.json").read_text("utf-8"))["version"])
    return "?"


def _run(command: list[str], given: str, folder: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, input=given, capture_output=True, text=True, cwd=folder, timeout=600)
    except OSError as exc:
        raise AbsentError(str(exc)) from None


if __name__ == "__main__":
    sys.exit(main())
