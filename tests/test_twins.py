"""Sister units that did the same things: their drafts may not read alike."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from assistant import drafting
from assistant.batch.twins import compare, narrative_of
from assistant.catalogue import load_catalogue
from assistant.formats.briefs import read_brief
from assistant.settings import load_settings
from benchmarks.batch_data import make_sisters

_UNITS = 16


def test_sister_units_share_few_sentences(tmp_path: Path) -> None:
    """At most a tenth of the sentences of the shorter draft stand in any other; and of the sentences that tell no fact
    two drafts share none, but for one pair in ten."""
    catalogue, settings = load_catalogue(), load_settings()
    told = []
    for path in make_sisters(tmp_path, _UNITS):
        brief = read_brief(path)
        narrative = narrative_of(drafting.draft(drafting.Job(brief, settings, catalogue)), brief, catalogue)
        told.append((brief.organization, narrative.own, narrative.told))
    highest = compare(told).highest or {}
    assert max((t.share for t in highest.values()), default=0) <= 0.10
    assert min(len(own) for _, own, _ in told) >= 5
    alike = sum(bool(set(a) & set(b)) for (_, a, _), (_, b, _) in combinations(told, 2))
    assert alike <= _UNITS * (_UNITS - 1) / 20
