"""Every fact to exactly one section: the writer's own hint, then the theme lexicon, then likeness of wording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import add
from typing import Any

from assistant import resources
from assistant.brief import Item, SectionSpec
from assistant.catalogue import Theme
from assistant.expressions import compiled
from assistant.similarity import cosine

_FEWEST = 2  # facts that make a section
_LARGEST = 6  # facts of one section
_GENERAL = "business"
_NEAR = 3.0  # what being the first neighbour is worth, in points of the lexicon
_SURE_SCORE = 4.0
_HEADING_WEIGHT = 3  # the heading says what a section is about more than any one fact does


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that go under one heading; ``heading`` is empty where the planner has to find one, among ``pool`` where
    the facts are of several small themes, else among the theme's."""

    theme: str
    items: tuple[str, ...]
    heading: str = ""
    pool: tuple[str, ...] = ()


def theme_scores(text: str, themes: Sequence[Theme]) -> dict[str, float]:
    """Weight of the lexicon terms that stand in ``text``, by theme; themes without any are left out."""
    lexicon, standing = _by_beginning(tuple(themes)), set(map(add, text, text[1:]))
    scores: dict[str, float] = {}
    for beginning in lexicon.keys() & {*standing, *text}:
        for theme, term, weight in lexicon[beginning]:
            if times := text.count(term):
                scores[theme] = scores.get(theme, 0) + weight * times
    return {t.id: scores[t.id] for t in themes if scores.get(t.id, 0) > 0}


@lru_cache(maxsize=8)
def _by_beginning(themes: tuple[Theme, ...]) -> dict[str, list[tuple[str, str, float]]]:
    """Theme, term and weight by the term's first two characters: few of them stand in any one text."""
    found: dict[str, list[tuple[str, str, float]]] = {}
    for theme in themes:
        for term, weight in theme.lexicon:
            found.setdefault(term[:2], []).append((theme.id, term, weight))
    return found


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


def assign_by_theme(facts: Sequence[Item], themes: Sequence[Theme], most: int, unit: str = "") -> list[Group]:
    """Facts grouped by theme into at most ``most`` groups of two or more (one, of party work), in the genre's order of
    themes; ``unit`` is the kind of unit, whose own business takes the facts that name no theme."""
    scores = {f.id: _unit_scores(f.text, themes, unit) for f in facts}
    order = {t.id: n for n, t in enumerate(themes)}
    fallback = _main_theme(unit, order)
    where = {
        f.id: max(scores[f.id], key=lambda t: scores[f.id][t]) if scores[f.id] else fallback for f in facts
    }
    named, texts = dict(where), {f.id: f.text for f in facts}
    _gather_small(where)
    while True:
        members = {
            t: [f for f in where if where[f] == t] for t in sorted(set(where.values()), key=order.__getitem__)
        }
        worth = {t: len(m) + _only_party_work(t, members, texts) for t, m in members.items()}
        small = min(members, key=lambda t: (worth[t], -order[t]))
        if len(members) == 1 or (len(members) <= most and worth[small] >= _FEWEST):
            break
        sizes = {t: len(m) for t, m in members.items() if t != small}
        for fact in members[small]:
            where[fact] = _next_best(scores[fact], small, sizes, fallback)
    groups: list[Group] = []
    for t in sorted(members, key=lambda t: order[t]):
        made = _group(t, members[t], [named[f] for f in members[t]], unit)
        again = made.pool and any(made.pool == g.pool for g in groups)
        groups.append(Group(t, tuple(members[t])) if again else made)
    return [part for g in groups for part in _facets(g, texts, most - len(groups))]


def _only_party_work(theme: str, members: Mapping[str, Sequence[str]], texts: Mapping[str, str]) -> bool:
    """The one fact that speaks of party work in a report on the unit's work keeps a section of its own, as such reports
    have one."""
    fact, *more = members[theme]
    others = party_themes() & (members.keys() - {theme})
    said = compiled(outline_data()["party_words"]).search(texts[fact]) is not None
    return theme in party_themes() and said and not more and not others


def _facets(group: Group, texts: Mapping[str, str], room: int) -> list[Group]:
    """A group too large for one section, by the sides of its theme; what belongs to none of them keeps its heading."""
    rows = (
        outline_data()["facets"].get(group.theme, [])
        if len(group.items) > _LARGEST and not group.pool
        else []
    )
    rest = list(group.items)
    parts: list[Group] = []
    for row in rows:
        items = tuple(i for i in rest if compiled(row["match"]).search(texts[i]))
        if len(parts) < room and len(items) >= _FEWEST and len(rest) - len(items) >= _FEWEST:
            parts.append(Group(group.theme, items, pool=tuple(row["headings"])))
            rest = [i for i in rest if i not in items]
    pool = group.pool or tuple(outline_data()["facet_rest"].get(group.theme, ()))
    return [*parts, Group(group.theme, tuple(rest), pool=pool)] if parts else [group]


def _unit_scores(text: str, themes: Sequence[Theme], unit: str) -> dict[str, float]:
    """Theme scores, with the words that mean another theme in this kind of unit."""
    scores = theme_scores(text, themes)
    known = {t.id for t in themes}
    for theme, words in outline_data()["lexicon"].get(unit, {}).items():
        bonus = sum(weight for term, weight in words.items() if term in text)
        if bonus and theme in known:
            scores[theme] = scores.get(theme, 0.0) + bonus
    return scores


def _gather_small(where: dict[str, str]) -> None:
    """Facts that stand alone in their themes, with no neighbour to join, go together where the themes are of one circle."""
    _pair_singles(where)
    counts = Counter(where.values())
    lonely = {
        f: t
        for f, t in where.items()
        if counts[t] == 1 and not any(counts[n] >= _FEWEST for n in outline_data()["near"].get(t, []))
    }
    for circle in outline_data()["circles"]:
        alone = {f: t for f, t in lonely.items() if t in circle["themes"]}
        if len(alone) >= _FEWEST:
            target = min(alone.values(), key=circle["themes"].index)
            where.update(dict.fromkeys(alone, target))


def _pair_singles(where: dict[str, str]) -> None:
    """Two facts that stand alone make a section where the theme of one is the first neighbour of the other's."""
    for fact, theme in list(where.items()):
        counts = Counter(where.values())
        first = outline_data()["near"].get(theme, [""])[0]
        if counts[theme] == counts[first] == 1:
            where[fact] = first


def _group(theme: str, items: Sequence[str], named: Sequence[str], unit: str) -> Group:
    """Under the circle's own heading, and about what the circle has in common, where the facts are of several themes, not
    next to each other, and the group's own has not most of them."""
    counts = Counter(named)
    if counts[theme] * 2 > len(named) or all(_adjacent(theme, other) for other in counts if other != theme):
        return Group(theme, tuple(items))
    circle = next((c for c in outline_data()["circles"] if theme in c["themes"]), None)
    if circle is None:
        return Group(theme, tuple(items))
    headings = circle.get("units", {}).get(unit, circle["headings"])
    return Group(circle["about"], tuple(items), pool=tuple(headings))


def _adjacent(one: str, other: str) -> bool:
    near = outline_data()["near"]
    return other in near.get(one, [])[:2] or one in near.get(other, [])[:2]


@cache
def outline_data() -> dict[str, Any]:
    """knowledge/writer/outline.yaml: neighbours of themes, the main theme and the headings of kinds of units."""
    data: dict[str, Any] = resources.read_yaml("knowledge", "writer/outline.yaml")
    return data


def party_themes() -> frozenset[str]:
    """The themes of party work: the first circle's."""
    return frozenset(outline_data()["circles"][0]["themes"])


def _main_theme(unit: str, order: Mapping[str, int]) -> str:
    return next((t for t in (outline_data()["main"].get(unit, ""), _GENERAL) if t in order), list(order)[-1])


def _next_best(scores: Mapping[str, float], out: str, sizes: Mapping[str, int], fallback: str) -> str:
    """Where a fact of a dissolved group goes: to what it names besides, to a neighbour, or to the general group, and
    where that is gone, to the largest."""
    near = outline_data()["near"].get(out, [])
    ranks = {t: _NEAR - n / 2 for n, t in enumerate(near)}
    worth = {t: min(scores.get(t, 0.0), _SURE_SCORE) + ranks.get(t, 0.0) for t in sizes}
    best = max(sizes, key=lambda t: (worth[t], sizes[t]))
    return best if worth[best] > 0 or out == fallback or fallback not in sizes else fallback
