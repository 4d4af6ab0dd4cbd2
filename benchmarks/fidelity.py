"""How faithful drafts are before and after repair: the embedded writer, and a scripted model that errs in known ways.

    python -m benchmarks.fidelity [--seeds 5] [--shared FOLDER]

The instrument is not the checks under test: figures are compared as runs of digits (with 【待补】 as a run of its own)
between a sentence and the facts it cites, swaps and claims are looked up in what the scripted model says it did.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.brief import Brief
from assistant.catalogue import Catalogue, load_catalogue
from assistant.checks.facts import FactContext, check_facts
from assistant.compose import compose_all
from assistant.document import Draft
from assistant.drafting import Job, prepare
from assistant.formats.briefs import read_brief
from assistant.revise import Reviser, revise
from assistant.settings import Settings
from assistant.text import char_count, half_width
from benchmarks.claims_data import ROOT, SPLITS, Case, Tally, judged, load_cases, tally
from tests.fake_models import CLAIMS, FakeModel, embedded, erring

_RUN = re.compile(r"\d+(?:\.\d+)?|【待补")


@dataclass(slots=True)
class Count:
    """Sums over drafts; shares are worked out at the end."""

    drafts: int = 0
    characters: int = 0
    facts: int = 0
    told: int = 0
    values: int = 0
    missing: int = 0
    added: int = 0
    written: int = 0
    swapped: int = 0
    claims: int = 0
    findings: int = 0
    repairs: int = 0
    accepted: int = 0
    requests: int = 0

    def add(self, other: Count) -> None:
        for f in fields(self):
            setattr(self, f.name, getattr(self, f.name) + getattr(other, f.name))

    def row(self) -> dict[str, float]:
        return {
            "coverage": round(self.told / max(self.facts, 1), 4),
            "slots_missing": round(self.missing / max(self.values, 1), 4),
            "slots_added_or_wrong": round(self.added / max(self.values, 1), 4),
            "swapped_per_draft": round(self.swapped / max(self.drafts, 1), 3),
            "traced_precision": round(1 - self.added / max(self.written, 1), 4),
            "claims_per_1000": round(1000 * self.claims / max(self.characters, 1), 3),
            "errors_per_draft": round(self.findings / max(self.drafts, 1), 2),
            "repairs_per_draft": round(self.repairs / max(self.drafts, 1), 2),
            "requests_per_draft": round(self.requests / max(self.drafts, 1), 2),
            "characters_per_draft": round(self.characters / max(self.drafts, 1)),
        }


def measured(draft: Draft, brief: Brief, *, swapped: Sequence[str] = (), errors: int = 0) -> Count:
    sentences = [s for section in draft.sections for s in section.sentences()]
    text = "".join(s.text for s in sentences)
    count = Count(drafts=1, characters=char_count(text), findings=errors)
    for item in (i for i in brief.ledger if i.lane == "fact"):
        runs = _runs(item.text, len(item.unknowns))
        there = [r for s in sentences if item.id in s.facts for r in _runs(s.text)]
        count.facts += 1
        count.told += any(item.id in s.facts for s in sentences)
        count.values += len(runs)
        count.missing += sum(max(0, runs.count(r) - there.count(r)) for r in set(runs))
    by_id = {i.id: _runs(i.text, len(i.unknowns)) for i in brief.ledger}
    for sentence in (s for s in sentences if s.facts):
        allowed = [r for i in sentence.facts for r in by_id[i]] + ["【待补"] * 9
        own = [r for r in _runs(sentence.text) if r != "【待补"]
        count.written += len(own)
        count.added += sum(r not in allowed for r in own)
    count.claims = sum(text.count(c) for c in CLAIMS)
    count.swapped = sum(s in text for s in swapped)
    return count


def _runs(text: str, unknowns: int = 0) -> list[str]:
    return _RUN.findall(half_width(re.sub(r"【待核[^】]*】", "", text))) + ["【待补"] * (
        unknowns if "【待补" not in text else 0
    )


@dataclass
class Bench:
    """``before`` and ``after`` repair, summed."""

    before: Count = field(default_factory=Count)
    after: Count = field(default_factory=Count)

    def run(self, brief: Brief, model: FakeModel, catalogue: Catalogue, workspace: Path) -> None:
        prepared = prepare(Job(brief, Settings(workspace=workspace), catalogue))
        composed = compose_all(prepared.tasks, model, catalogue, concurrency=1)
        sections = tuple(s for p in prepared.outline.written for s in composed[p.id].sections)
        policies = {p.id: p for p in prepared.evidence.policies}
        context = FactContext(brief, policies, frozenset(d.title for d in catalogue.documents))
        draft = Draft(prepared.outline.title, "", sections, "", "", (), prepared.questions)
        first = len(model.seen)
        check = lambda d: check_facts(d.document(), context)  # noqa: E731
        swapped = getattr(model, "swapped", ())
        self.before.add(measured(draft, brief, swapped=swapped, errors=_errors(check(draft))))
        done = revise(draft, Reviser(model, check, {t.plan.id: t for t in prepared.tasks}))
        after = measured(done, brief, swapped=swapped, errors=_errors(done.findings))
        after.repairs, after.requests = len(done.trace.repairs), len(model.seen) - first
        after.accepted = sum(r.accepted for r in done.trace.repairs)
        self.after.add(after)


def _errors(findings: Sequence[object]) -> int:
    return sum(f.severity == "error" for f in findings)  # type: ignore[attr-defined]


def briefs(shared: Path | None) -> Iterator[Brief]:
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        yield read_brief(path)
    for path in sorted((shared / "briefs").glob("*.yaml")) if shared else ():
        yield read_brief(path)
    seen = set()
    for case in load_cases(None):
        if case.brief.organization not in seen and not case.brief.path:
            seen.add(case.brief.organization)
            yield case.brief


def _cited(draft: Draft, brief: Brief) -> set[str]:
    facts = {i.id for i in brief.facts}
    return {i for s in draft.sections for t in s.sentences() for i in t.facts} & facts


def struck(cases: Sequence[Case]) -> dict[str, float]:
    """Claims in 1,000 characters of the drafts marked by hand, before and after repair that can ask nobody, and the share
    of the facts told before that are told after."""
    before = after = size = left = told = facts = 0
    for case in cases:
        gold = [c.text for c in judged(case) if c.gold]
        context = FactContext(case.brief)
        done = revise(
            case.draft,
            Reviser(FakeModel(lambda _: ""), lambda d, c=context: check_facts(d.document(), c), {}),
        )  # type: ignore[misc]
        text = "".join(s.text for s in done.sections)
        before, after = before + len(gold), after + sum(g in text for g in gold)
        size, left = size + char_count("".join(s.text for s in case.draft.sections)), left + char_count(text)
        first, last = _cited(case.draft, case.brief), _cited(done, case.brief)
        facts, told = facts + len(first), told + len(first & last)
    return {
        "before_per_1000": round(1000 * before / size, 2),
        "after_per_1000": round(1000 * after / left, 2),
        "facts_kept": round(told / facts, 4),
    }


def claims(cases: Sequence[Case]) -> dict[str, float]:
    """How many of the claims marked by hand are found, how many findings are claims, and what repair leaves."""
    total = sum((tally(c) for c in cases), Tally())
    return {
        "drafts": len(cases),
        "clauses": total.gold,
        "recall": round(total.recall, 3),
        "precision": round(total.precision, 3),
        **struck(cases),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--shared", type=Path, default=None)
    args = parser.parse_args()
    catalogue, all_briefs = load_catalogue(), list(briefs(args.shared))
    plain, err = Bench(), Bench()
    with TemporaryDirectory() as folder:
        for n, brief in enumerate(all_briefs):
            plain.run(brief, FakeModel(embedded), catalogue, Path(folder))
            for seed in range(args.seeds):
                err.run(brief, erring(random.Random(f"{seed}-{n}").randrange(10**9)), catalogue, Path(folder))
    rows: dict[str, dict[str, dict[str, float]]] = {
        "embedded": {"before": plain.before.row(), "after": plain.after.row()},
        "erring": {"before": err.before.row(), "after": err.after.row()},
    }
    cases = load_cases(args.shared)
    rows["claims"] = {split: claims([c for c in cases if c.split == split]) for split in SPLITS}
    print(json.dumps({"briefs": len(all_briefs), "seeds": args.seeds, **rows}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
