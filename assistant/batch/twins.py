"""Twins: sentences that several units' drafts share word for word, the unit's own name aside.

Compared are sentences that tell no fact (a fact two units share is no copy); fixed wordings of the catalogue and the
genre's set phrases are exempt. ``compare`` counts by sentence, so its work grows with what is shared, not with all pairs.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from assistant.batch.rules import TwinRules, batch_rules
from assistant.brief import Brief
from assistant.catalogue import Catalogue
from assistant.document import Draft
from assistant.library import formulae
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


def narrative_of(draft: Draft, brief: Brief, catalogue: Catalogue) -> tuple[str, ...]:
    """The draft's own sentences, masked of the unit's name: those without a fact, and what stands before a fact."""
    names = names_of(brief)
    own = [n for n in (brief.organization, names.party, names.we, brief.recipient, brief.author) if n]
    out: list[str] = []
    for section in draft.sections:
        for sentence in section.sentences():
            text = sentence.text
            if sentence.facts:
                text = _before_fact(text, [brief.item(i).text for i in sentence.facts])
            for name in sorted(own, key=len, reverse=True):
                text = text.replace(name, _UNIT)
            text = _LEAD.sub("", text)
            if len(fold(text)) >= batch_rules().twins.shortest and not _fixed(text, catalogue):
                out.append(text)
    return tuple(out)


def _before_fact(text: str, facts: Sequence[str]) -> str:
    """What the writer put before the first fact's own words: an aim, a lead."""
    folded = [f[:6] for f in facts if f]
    found = [at for f in folded if (at := text.find(f)) >= 0]
    return text[: min(found)] if found else ""


def _fixed(text: str, catalogue: Catalogue) -> bool:
    """Mostly fixed wording, or a set phrase of the genre."""
    if any(p.fullmatch(text.rstrip("。")) for p in formulae()):
        return True
    rest = text
    for phrase in _phrases(catalogue):
        rest = rest.replace(phrase, "")
    whole = sum(map(is_cjk, text))
    return whole > 0 and 1 - sum(map(is_cjk, rest)) / whole >= batch_rules().twins.formulation_share


@lru_cache(maxsize=4)
def _phrases(catalogue: Catalogue) -> tuple[str, ...]:
    """Canonical texts, longest first."""
    return tuple(sorted({f.text.strip("“”《》") for f in catalogue.formulations}, key=len, reverse=True))


def compare(narratives: Iterable[tuple[str, Sequence[str]]], rules: TwinRules | None = None) -> Twins:
    """``narratives``: unit key and its sentences."""
    rules = rules or batch_rules().twins
    holders: dict[str, list[str]] = defaultdict(list)
    lengths: dict[str, int] = {}
    for key, texts in narratives:
        distinct = dict.fromkeys(texts)
        lengths[key] = len(distinct)
        for text in distinct:
            holders[text].append(key)
    common = {t: keys for t, keys in holders.items() if len(keys) > 1}
    shown = sorted(common.items(), key=lambda kv: (-len(kv[1]), kv[0]))[: rules.most_rows]
    sentences = tuple(SharedSentence(t, tuple(keys)) for t, keys in shown)
    if sum(len(k) * (len(k) - 1) // 2 for k in common.values()) > rules.most_pairs:
        return Twins((), sentences, {}, complete=False)
    pairs: Counter[tuple[str, str]] = Counter()
    for keys in common.values():
        pairs.update(combinations(sorted(keys), 2))
    twins = [Twin(a, b, n, n / max(min(lengths[a], lengths[b]), 1)) for (a, b), n in pairs.items()]
    return Twins(_above(twins, rules), sentences, _highest(twins))


def _above(twins: Iterable[Twin], rules: TwinRules) -> tuple[Twin, ...]:
    return tuple(sorted((t for t in twins if t.share > rules.share), key=lambda t: (-t.share, t.first, t.second)))


def _highest(twins: Iterable[Twin]) -> dict[str, Twin]:
    out: dict[str, Twin] = {}
    for t in sorted(twins, key=lambda t: -t.share):
        out.setdefault(t.first, t)
        out.setdefault(t.second, t)
    return out
