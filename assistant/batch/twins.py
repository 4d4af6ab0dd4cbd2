"""Twins: sentences that several units' drafts share word for word, the unit's own name aside.

Compared are sentences that tell no fact (a fact two units share is no copy); fixed wordings of the catalogue, the
genre's set phrases and transitions are exempt. The share is of all the shorter draft's sentences. ``compare`` counts by sentence, so its work grows with what is shared, not with all pairs.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.batch.rules import TwinRules, batch_rules
from assistant.brief import Brief
from assistant.catalogue import Catalogue
from assistant.document import Draft
from assistant.holdings import formulae
from assistant.plan.units import names_of
from assistant.text import fold, is_cjk

_LEAD = re.compile(r"^(?:[一二三四五六七八九十]+是)")
_UNIT = "□"


@dataclass(frozen=True, slots=True)
class Twin:
    """Two units and how much of the shorter one's narrative stands in the other."""

    first: str
    second: str
    shared: int
    share: float


@dataclass(frozen=True, slots=True)
class SharedSentence:
    text: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Twins:
    """``highest`` by unit; ``pairs`` above the threshold, most alike first; ``complete`` False where pairs were too many."""

    pairs: tuple[Twin, ...] = ()
    sentences: tuple[SharedSentence, ...] = ()
    highest: Mapping[str, Twin] | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Narrative:
    """``own``: sentences that tell no fact, masked of the unit's name; ``told``: how many sentences tell one."""

    own: tuple[str, ...] = ()
    told: int = 0


def narrative_of(draft: Draft, brief: Brief, catalogue: Catalogue) -> Narrative:
    """The draft's prose without what all units must write alike: blanks, transitions, fixed wording."""
    names = names_of(brief)
    masks = sorted(
        filter(None, (brief.organization, names.party, names.we, brief.author)), key=len, reverse=True
    )
    own: list[str] = []
    told = 0
    for sentence in (s for section in draft.sections for s in section.sentences()):
        text = _LEAD.sub("", sentence.text)
        if sentence.facts:
            told += 1
            continue
        for name in masks:
            text = text.replace(name, _UNIT)
        if len(fold(text)) >= batch_rules().twins.shortest and not _fixed(text, catalogue):
            own.append(text)
    return Narrative(tuple(own), told)


def _fixed(text: str, catalogue: Catalogue) -> bool:
    """Mostly fixed wording, or a set phrase of the genre."""
    if "【待" in text or any(p.search(text) for p in batch_rules().twins.transitions):
        return True
    if any(p.fullmatch(text.rstrip("。")) for p in formulae()):
        return True
    rest = text
    for phrase in _phrases(catalogue):
        rest = rest.replace(phrase, "")
    whole = sum(map(is_cjk, text))
    return whole > 0 and 1 - sum(map(is_cjk, rest)) / whole >= batch_rules().twins.formulation_share


_PHRASES: dict[str, tuple[str, ...]] = {}


def _phrases(catalogue: Catalogue) -> tuple[str, ...]:
    """Canonical texts, longest first; kept by the catalogue's digest."""
    if catalogue.digest not in _PHRASES:
        texts = {f.text.strip("“”《》") for f in catalogue.formulations}
        _PHRASES[catalogue.digest] = tuple(sorted(texts, key=len, reverse=True))
    return _PHRASES[catalogue.digest]


def compare(narratives: Iterable[tuple[str, Sequence[str], int]], rules: TwinRules | None = None) -> Twins:
    """``narratives``: unit key, its own sentences, and how many more tell facts (they count, and are never shared)."""
    rules = rules or batch_rules().twins
    holders: dict[str, list[str]] = defaultdict(list)
    lengths: dict[str, int] = {}
    for key, texts, told in narratives:
        distinct = dict.fromkeys(texts)
        lengths[key] = len(distinct) + told
        for text in distinct:
            holders[text].append(key)
    common = {t: keys for t, keys in holders.items() if len(keys) > 1}
    shown = sorted(common.items(), key=lambda kv: (-len(kv[1]), kv[0]))[: rules.most_rows]
    sentences = tuple(SharedSentence(t, tuple(keys)) for t, keys in shown)
    if sum(len(k) * (len(k) - 1) // 2 for k in common.values()) > rules.most_pairs:
        return Twins((), sentences, {}, complete=False)
    above: list[Twin] = []
    highest: dict[str, tuple[tuple[float, int, str, str], Twin]] = {}
    for first_text, twin in _pairs(list(common.values()), lengths):
        if twin.share > rules.share:
            above.append(twin)
        rank = (-twin.share, first_text, twin.first, twin.second)
        for unit in (twin.first, twin.second):
            if unit not in highest or rank < highest[unit][0]:
                highest[unit] = (rank, twin)
    above.sort(key=lambda t: (-t.share, t.first, t.second))
    return Twins(tuple(above), sentences, {unit: twin for unit, (_, twin) in highest.items()})


def _pairs(holders: Sequence[Sequence[str]], lengths: Mapping[str, int]) -> Iterator[tuple[int, Twin]]:
    """Each pair of units that share a sentence, with the number of the first they share; one unit after another, so that
    millions of pairs are never held at once. ``holders``: of each shared sentence the units that have it."""
    sentences: dict[str, list[int]] = defaultdict(list)
    ordered = [sorted(keys) for keys in holders]
    for n, keys in enumerate(ordered):
        for key in keys:
            sentences[key].append(n)
    for a in sorted(sentences):
        shared: dict[str, list[int]] = defaultdict(list)
        for n in sentences[a]:
            for b in ordered[n][bisect_right(ordered[n], a) :]:
                shared[b].append(n)
        for b, numbers in shared.items():
            share = len(numbers) / max(min(lengths[a], lengths[b]), 1)
            yield numbers[0], Twin(a, b, len(numbers), share)
