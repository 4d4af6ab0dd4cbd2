"""Faults planted in clean texts, class by class, and how many of them the rules find.

    python benchmarks/seeded_faults.py            at least 2,000 faults, recall of each class
    python benchmarks/seeded_faults.py -v         and every fault that was missed

Clean texts are the sample summaries of this project and, where they stand beside the checkout, published official
texts. A fault counts as found when a finding that the clean text does not have touches the place where it was planted
(for numbers: the heading concerned or the next one). Needs no brief.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from checks_quality import day_of
from planters import NEAR, PLANTERS, Clean, Planted, Planter

from assistant.catalogue import Catalogue, load_catalogue
from assistant.checks.engine import check
from assistant.checks.profile import infer_profile
from assistant.checks.registry import load_rules
from assistant.document import Document
from assistant.finding import Finding
from assistant.formats.read import read_document

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("ZHIBI_SHARED", ROOT.parent / "shared"))
WANTED = 130  # faults of each class


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-v", "--verbose", action="store_true")
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    catalogue, rules, rng = load_catalogue(), load_rules(), random.Random(7)
    texts = list(_clean_texts())
    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    hits: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, plant in PLANTERS.items():
        if args.only and kind != args.only:
            continue
        for planted in _some(kind, plant, texts, catalogue, rng):
            by = _found(planted, catalogue, rules)
            total[kind] += 1
            found[kind] += bool(by)
            hits[kind].update(by)
            if args.verbose and not by:
                print(f"missed {kind}: {planted.note}")
    for kind in total:
        top = "、".join(r for r, _ in hits[kind].most_common(4))
        print(f"{kind:20} {found[kind]:4}/{total[kind]:4} {found[kind] / total[kind]:.1%}  {top}")
    n = sum(total.values())
    print(f"{'all':20} {sum(found.values()):4}/{n:4} {sum(found.values()) / max(n, 1):.1%}")
    return 0


def _clean_texts() -> Iterator[Clean]:
    for path in sorted((ROOT / "knowledge/samples").glob("*.md")):
        document = read_document(path).document
        profile = infer_profile(document)
        yield Clean(document, profile, profile.as_of or date(2024, 12, 31))
    for path in sorted((SHARED / "corpus/policy").glob("20*.txt")) + sorted(
        (SHARED / "corpus/reports").glob("prov*.txt")
    ):
        if day_of(path).year >= 2018:
            document = read_document(path).document
            yield Clean(document, infer_profile(document), day_of(path))


def _some(
    kind: str, plant: Planter, texts: list[Clean], catalogue: Catalogue, rng: random.Random
) -> list[Planted]:
    """Up to WANTED faults, spread over the texts."""
    pools = []
    for clean in texts:
        pool = list(plant(clean, catalogue, rng))
        rng.shuffle(pool)
        pools.append(pool)
    out: list[Planted] = []
    while pools and len(out) < WANTED:
        pools = [p for p in pools if p]
        for pool in pools:
            note = pool.pop()
            out.append(replace(note, kind=kind))
    return out[:WANTED]


def _found(planted: Planted, catalogue: Catalogue, rules) -> list[str]:
    def run(document: Document) -> tuple[Finding, ...]:
        return check(
            document, catalogue=catalogue, rules=rules, profile=planted.clean.profile, as_of=planted.clean.day
        )

    before = Counter((f.rule, f.message) for f in run(_window(planted.clean.document, planted.block)))
    after = run(_window(planted.document, planted.block))
    shift = max(0, planted.block - NEAR)
    out = []
    for f in after:
        if before[f.rule, f.message] > 0:
            before[f.rule, f.message] -= 1
            continue
        inside = (
            f.paragraph + shift == planted.block and f.start <= planted.end + 1 and planted.start - 1 <= f.end
        )
        anywhere = f.rule in ("structure/numbering", "structure/enumeration")
        if (
            f.paragraph >= 0
            and (inside or anywhere)
            and f.rule.startswith(EXPECTED.get(planted.kind, ("wording/",)))
        ):
            out.append(f.rule.split(".")[0])
    return out


def _window(document: Document, block: int) -> Document:
    """The blocks around one, with the title, so that a long text is not checked two thousand times."""
    low, high = max(0, block - NEAR), block + NEAR + 1
    return Document(document.blocks[low:high], document.path)


# The rules that may answer a class; another finding that happens to touch the place is no answer.
EXPECTED: dict[str, tuple[str, ...]] = {
    "number_repeated": ("structure/numbering",),
    "number_skipped": ("structure/numbering",),
    "item_number": ("structure/enumeration",),
    "foreign_unit": ("leftover/unit",),
    "wrong_body": ("leftover/", "wording/org-term"),
    "old_year": ("leftover/", "structure/title-year"),
    "unclosed": ("format/pair",),
    "copied": ("repeat/sentence",),
    "half_width": ("format/",),
    "stray_space": ("format/space",),
    "doubled": ("format/",),
    "masked": ("format/mask",),
}


if __name__ == "__main__":
    sys.exit(main())
