"""How many of the known faults the rules find, and how often they cry wolf.

    python benchmarks/checks_quality.py recall        the marked faults of the first seed
    python benchmarks/checks_quality.py marked        the marked faults of benchmarks/marked, texts of invented units
    python benchmarks/checks_quality.py unseen        benchmarks/unseen, by a proofreader who had not seen the rules: half of
                                                      them (mended) the rules were then mended from, half (heldout) not
    python benchmarks/checks_quality.py short         one fault a paragraph, benchmarks/short, -v: each of them
    python benchmarks/checks_quality.py alarms        published official texts, as of each text's own date
    python benchmarks/checks_quality.py alarms -v     and every error and warning found there
    python benchmarks/checks_quality.py table         the rules as docs/checks.md lists them

The texts of recall and alarms stand beside the checkout (ZHIBI_SHARED overrides); without them there is nothing to
measure.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from assistant.brief import Period
from assistant.catalogue import load_catalogue
from assistant.checks.engine import check
from assistant.checks.examples import document_of
from assistant.checks.profile import Profile, infer_profile
from assistant.checks.registry import load_rules
from assistant.document import Document
from assistant.finding import Finding
from assistant.formats.read import read_document

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("ZHIBI_SHARED", ROOT.parent / "shared"))
Groups = dict[str, list[bool]]
# Faults marked for the text as a whole are found by a rule of their class.
WHOLE = {"struct.missing": "structure/"}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["recall", "marked", "unseen", "short", "alarms", "table"])
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--alone", action="store_true", help="recall without telling whose text it is")
    parser.add_argument("--rule", default="", help="only findings of rules that start with this")
    parser.add_argument("--severity", default="warning", choices=["error", "warning", "info"])
    args = parser.parse_args()
    if args.what == "table":
        return table()
    if args.what in ("marked", "unseen"):
        return marked(Path(__file__).resolve().parent / args.what, args.verbose)
    if args.what == "short":
        return short(args.verbose)
    if not SHARED.is_dir():
        print(f"skipped: {SHARED} is not here")
        return 0
    return recall(args.verbose, args.alone) if args.what == "recall" else alarms(args)


def table() -> int:
    """The rules as docs/checks.md lists them."""
    print("| 规则 | 级别 | 机制 | 说什么 | 依据 |\n|---|---|---|---|---|")
    for rule in sorted(load_rules(), key=lambda r: r.id):
        said = rule.message.replace("|", "\\|")
        print(
            f"| {rule.id} | {rule.severity} | {rule.kind} | {said} | {rule.why.authority}（{rule.why.level}） |"
        )
    return 0


def recall(verbose: bool, alone: bool) -> int:
    data = json.loads((SHARED / "reference/defects-a.json").read_text("utf-8"))
    path, day = SHARED / data["text"], date(2023, 7, 5)
    inferred = infer_profile(read_document(path).document)
    told = Profile("party-building-summary", "市自然资源和规划局", "党组", "", inferred.period, day, "bureau")
    _measure(path, data["defects"], inferred if alone else told, day, verbose)
    return 0


def marked(folder: Path, verbose: bool) -> int:
    """Each text by itself, with what it says of its unit and period; then those of one kind of name together."""
    by_kind: dict[str, Groups] = defaultdict(lambda: defaultdict(list))
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text("utf-8"))
        print(path.stem)
        groups = _measure(path.with_name(data["text"]), data["defects"], None, None, verbose)
        for key, values in groups.items():
            by_kind[path.stem.split("-")[0]][key] += values
    for kind, together in by_kind.items():
        print(f"{kind}, all texts")
        _print(together)
    return 0


def short(verbose: bool) -> int:
    """Paragraphs with one fault each (class|wrong|right|text) or none (ok), each checked by itself as of 2025."""
    profile = Profile("work-summary", period=Period.parse("2024"), date=date(2025, 12, 31))
    for path in sorted((ROOT / "benchmarks/short").glob("*.txt")):
        found: dict[str, list[bool]] = defaultdict(list)
        others: Counter[str] = Counter()
        for line in path.read_text("utf-8").splitlines()[1:]:
            group, wrong, _, text = line.split("|")
            findings = check(
                document_of(text), catalogue=load_catalogue(), rules=load_rules(), profile=profile
            )
            start = text.index(wrong) if wrong else -1
            hits = [
                f for f in findings if f.paragraph >= 0 and start < f.end and f.start < start + len(wrong)
            ]
            others.update(f.severity for f in findings if f.paragraph >= 0 and f not in hits)
            for key in (group, "all") if wrong else ():
                found[key].append(bool(hits))
            if verbose and wrong:
                print("+" if hits else "-", group, wrong, *sorted({f.rule for f in hits}))
        print(path.stem, *(f"{key} {sum(hits)}/{len(hits)}" for key, hits in found.items()), dict(others))
    return 0


def _measure(
    path: Path, defects: list[dict], profile: Profile | None, day: date | None, verbose: bool
) -> Groups:
    document, raw = read_document(path).document, path.read_text("utf-8")
    findings = check(document, catalogue=load_catalogue(), rules=load_rules(), profile=profile, as_of=day)
    spans = _file_spans(document, raw, findings)
    found = {d["id"]: _hits(d, findings, spans) for d in defects}
    groups: Groups = defaultdict(list)
    for d in defects:
        sure = "certain+likely" if d["certainty"] in ("certain", "likely") else "style"
        for key in ("all", sure, f"{sure}, needs {d['needs']}"):
            groups[key].append(bool(found[d["id"]]))
    _print(groups)
    print(f"findings: {dict(Counter(f.severity for f in findings))}")
    if verbose:
        _show(defects, found, findings, spans)
    return groups


def _print(groups: Groups) -> None:
    for key in sorted(groups):
        values = groups[key]
        print(f"{key:34} {sum(values):3}/{len(values):3} {sum(values) / len(values):.0%}")


def _show(
    defects: list[dict], found: dict[str, list[Finding]], findings: tuple[Finding, ...], spans: dict
) -> None:
    for d in defects:
        rules = sorted({f.rule for f in found[d["id"]]})
        print(
            "+" if rules else "-",
            d["id"],
            d["certainty"],
            d["needs"],
            d["class"],
            d["quote"][:24],
            "|",
            *rules,
        )
    matched = {id(f) for fs in found.values() for f in fs}
    print("\nfindings that answer no marked fault:")
    for f in findings:
        if id(f) not in matched:
            print(f"  {f.severity} {f.rule} [{f.quote[:30]}] {f.message[:70]}")


def _file_spans(document: Document, raw: str, findings: tuple[Finding, ...]) -> dict[int, tuple[int, int]]:
    """Offsets of findings in the file, by searching each paragraph's text from its line on."""
    starts = [0]
    for line in raw.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    out = {}
    for f in findings:
        if f.paragraph < 0:
            continue
        block = document.blocks[f.paragraph]
        base = raw.find(block.text, starts[max(block.line - 1, 0)])
        base = starts[block.line - 1] if base < 0 else base
        out[id(f)] = (base + f.start, base + f.end)
    return out


def _hits(defect: dict, findings: tuple[Finding, ...], spans: dict[int, tuple[int, int]]) -> list[Finding]:
    if defect["start"] < 0:
        group = WHOLE[defect["class"]]
        return [f for f in findings if f.paragraph < 0 and f.rule.startswith(group + "frame")]
    out = []
    for f in findings:
        span = spans.get(id(f))
        if span and span[0] < defect["end"] and defect["start"] < span[1]:
            out.append(f)
    return out


def _texts() -> Iterator[Path]:
    yield from sorted((SHARED / "corpus/policy").glob("*.txt"))
    yield from sorted((SHARED / "corpus/reports").glob("*.txt"))


def day_of(path: Path) -> date:
    """The end of the year in the file's name; for a law its own day."""
    full = re.search(r"(\d{4})-(\d{2})-(\d{2})", path.stem)
    if full:
        return date(*map(int, full.groups()))
    year = re.search(r"(?<!\d)(19|20)\d{2}", path.stem)
    return date(int(year.group()), 12, 31) if year else date(2022, 12, 31)


def alarms(args: argparse.Namespace) -> int:
    catalogue, rules = load_catalogue(), load_rules()
    total, by_severity, by_rule = 0, Counter(), Counter()
    shown = ["error", "warning", "info"][: ["error", "warning", "info"].index(args.severity) + 1]
    for path in _texts():
        document = read_document(path).document
        total += document.length
        for f in check(document, catalogue=catalogue, rules=rules, as_of=day_of(path)):
            by_severity[f.severity] += 1
            by_rule[f.severity, f.rule.split(".")[0]] += 1
            if args.verbose and f.severity in shown and f.rule.startswith(args.rule):
                text = document.blocks[f.paragraph].text if f.paragraph >= 0 else ""
                around = (
                    text[max(0, f.start - 14) : f.start]
                    + "【"
                    + f.quote[:40]
                    + "】"
                    + text[f.end : f.end + 12]
                )
                print(f"{f.severity[0]} {f.rule} {path.stem[:16]}:{around} >> {f.message[-60:]}")
    for severity in ("error", "warning", "info"):
        print(
            f"{severity:8} {by_severity[severity]:6} in {total} characters: {by_severity[severity] * 10000 / total:.3f} per 10,000"
        )
    for (severity, rule), n in sorted(by_rule.items(), key=lambda kv: (kv[0][0], -kv[1])):
        print(f"  {severity:8} {rule:32} {n}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
