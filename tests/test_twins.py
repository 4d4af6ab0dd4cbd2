"""Units of one batch: their drafts may not read alike, and each keeps its own whoever else is in the batch."""

from __future__ import annotations

from pathlib import Path

from assistant.batch.engines import Serial
from assistant.batch.journal import BatchJournal, standing
from assistant.batch.manifest import read_manifest
from assistant.batch.run import run_batch
from assistant.batch.twins import compare
from assistant.batch.work import Plan
from assistant.models.embedded.data import patterns
from assistant.models.embedded.grammar import count, dealt
from assistant.settings import load_settings
from benchmarks.batch_data import make_sisters

_UNITS = 20


def test_sister_units_share_few_sentences(tmp_path: Path) -> None:
    """Of the sentences that tell no fact at most a tenth of the shorter draft's stand in any other."""
    make_sisters(tmp_path / "in", _UNITS)
    out = tmp_path / "out"
    run_batch(read_manifest(tmp_path / "in"), out, Plan.of(load_settings(), ("md",)), Serial())
    results = standing(out)
    assert len(results) == _UNITS
    assert min(len(r.narrative) for r in results) >= 5
    highest = compare((r.key, r.narrative, 0) for r in results).highest or {}
    assert max((t.share for t in highest.values()), default=0) <= 0.10


def test_a_new_unit_changes_no_other_draft(tmp_path: Path) -> None:
    paths = make_sisters(tmp_path / "in", 4)
    newcomer, plan, out = paths[0].read_bytes(), Plan.of(load_settings(), ("md",)), tmp_path / "out"
    paths[0].unlink()
    run_batch(read_manifest(tmp_path / "in"), out, plan, Serial())
    before = {p.name: p.read_bytes() for p in out.glob("*.md")}
    paths[0].write_bytes(newcomer)  # first by name, last by number
    outcome = run_batch(read_manifest(tmp_path / "in"), out, plan, Serial())
    after = {p.name: p.read_bytes() for p in out.glob("*.md")}
    assert (outcome.drafted, outcome.reused, len(after)) == (1, 3, 4)
    assert before.items() <= after.items()


def test_a_batch_drafted_again_is_the_same_to_the_byte(tmp_path: Path) -> None:
    paths = make_sisters(tmp_path / "in", 3)
    manifest, plan = read_manifest(tmp_path / "in"), Plan.of(load_settings(), ("md",))
    first, again = tmp_path / "first", tmp_path / "again"
    for out in (first, again):
        run_batch(manifest, out, plan, Serial())
    (again / f"{paths[1].stem}.md").unlink()
    assert run_batch(manifest, again, plan, Serial()).drafted == 1
    assert [p.read_bytes() for p in sorted(first.glob("*.md"))] == [
        p.read_bytes() for p in sorted(again.glob("*.md"))
    ]


def test_a_unit_keeps_its_number(tmp_path: Path) -> None:
    with BatchJournal(tmp_path) as journal:
        assert journal.variants(["乙", "甲"]) == {"乙": 0, "甲": 1}
    with BatchJournal(tmp_path) as journal:
        assert journal.variants(["丙", "甲"]) == {"乙": 0, "甲": 1, "丙": 2}


def test_every_sentence_is_dealt_once_and_nobody_holds_anothers() -> None:
    once = patterns().once
    for rows in patterns().principles.values():
        texts = [row.text for row in rows]
        hands = [[s for _, s in dealt(texts, seed, once)] for seed in range(50)]
        assert len(set(hands[0])) == len(hands[0]) <= sum(map(count, texts))
        assert all(set(hand) == set(hands[0]) for hand in hands)
        held = [s for hand in hands for s in hand[: len(hand) // 53]]
        assert len(held) == len(set(held))
