"""Every fact to exactly one section: the writer's own hint, then the theme lexicon, then likeness of wording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.brief import Item, SectionSpec
from assistant.catalogue import Theme
from assistant.similarity import cosine

_HEADING_WEIGHT = 3  # the heading says what a section is about more than any one fact does


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that go under one heading; ``heading`` is empty where the planner has to find one."""

    theme: str
    items: tuple[str, ...]
    heading: str = ""


def theme_scores(text: str, themes: Sequence[Theme]) -> dict[str, float]:
    """Weight of the lexicon terms that stand in ``text``, by theme; themes without any are left out."""
    scores = {t.id: sum(weight * text.count(term) for term, weight in t.lexicon) for t in themes}
    return {k: v for k, v in scores.items() if v > 0}


def best_theme(text: str, themes: Sequence[Theme], fallback: str = "") -> str:
    scores = theme_scores(text, themes)
    return max(scores, key=lambda k: scores[k]) if scores else fallback


def assign_to_sections(
    facts: Sequence[Item], specs: Sequence[SectionSpec], themes: Sequence[Theme]
) -> list[Group]:
    """The brief's sections with their facts, and each unassigned fact added to the likeliest of them."""
    texts = {f.id: f.text for f in facts}
    groups = [[*spec.facts] for spec in specs]
    placed = {f for spec in specs for f in spec.facts}
    section_text = [spec.heading * _HEADING_WEIGHT + "".join(texts[f] for f in spec.facts) for spec in specs]
    section_theme = [theme_scores(text, themes) for text in section_text]
    for fact in facts:
        if fact.id not in placed:
            scores = theme_scores(fact.text, themes)
            likeness = [
                cosine(fact.text, text) + sum(min(scores.get(t, 0), w) for t, w in weights.items())
                for text, weights in zip(section_text, section_theme, strict=True)
            ]
            groups[likeness.index(max(likeness))].append(fact.id)
    return [
        Group(_theme_of(spec.heading, "".join(texts[i] for i in ids), themes), tuple(ids), spec.heading)
        for spec, ids in zip(specs, groups, strict=True)
    ]


def _theme_of(heading: str, body: str, themes: Sequence[Theme]) -> str:
    """What the heading says it is about; the facts decide between its themes, or where it has none."""
    named, told = theme_scores(heading, themes), theme_scores(body, themes)
    scores = {t: _HEADING_WEIGHT * w + told.get(t, 0.0) for t, w in named.items()} or told
    return max(scores, key=lambda t: scores[t]) if scores else ""


def assign_by_theme(facts: Sequence[Item], themes: Sequence[Theme], most: int) -> list[Group]:
    """Facts grouped by theme into at most ``most`` groups of two or more, in the genre's order of themes."""
    scores = {f.id: theme_scores(f.text, themes) for f in facts}
    order = {t.id: n for n, t in enumerate(themes)}
    fallback = _fallback(themes)
    where = {
        f.id: max(scores[f.id], key=lambda t: scores[f.id][t]) if scores[f.id] else fallback for f in facts
    }
    while True:
        members = {
            t: [f for f in where if where[f] == t] for t in sorted(set(where.values()), key=order.__getitem__)
        }
        small = min(members, key=lambda t: (len(members[t]), -order[t]))
        if len(members) == 1 or (len(members) <= most and len(members[small]) >= 2):
            break
        sizes = {t: len(m) for t, m in members.items()}
        _move(members[small], small, [t for t in members if t != small], where, scores, sizes, fallback)
    return [Group(t, tuple(members[t])) for t in sorted(members, key=lambda t: order[t])]


def _fallback(themes: Sequence[Theme]) -> str:
    ids = [t.id for t in themes]
    return "business" if "business" in ids else ids[-1]


def _move(
    facts: list[str], out: str, into: list[str], where: dict[str, str], scores: dict[str, dict[str, float]],
    sizes: dict[str, int], fallback: str,
) -> None:  # fmt: skip
    """Dissolve group ``out``: each fact to the next best group still there; one that fits none to the general group,
    or where that is the one dissolved, to the largest."""
    for fact in facts:
        best = max(into, key=lambda t: (scores[fact].get(t, 0.0), sizes[t]))
        fits = scores[fact].get(best, 0.0) > 0 or out == fallback
        where[fact] = best if fits else fallback
