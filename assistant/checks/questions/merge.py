"""From single questions to the list a person reads: related ones together, the gravest first, few of them blocking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from assistant.brief import Brief
from assistant.checks.questions.context import Ask, Mark, how_many
from assistant.checks.questions.data import Data
from assistant.finding import Question

_BY_FACT = "fact"
_LONGEST = 250
_MOST_DETAILS = 3
_ONE_MARK_FOR = 2
_ALWAYS = 2

Cluster = list[Ask]


def merge(asks: Sequence[Ask], brief: Brief, data: Data, limit_blocking: int) -> tuple[Question, ...]:
    kept = _no_lonely(_fewer_marks(asks, len(brief.ledger)), data)
    clusters = [*_by_group(kept), *_neighbours(_by_fact(kept), brief)]
    clusters.sort(key=_weight, reverse=True)
    grave = [c for c in clusters if any(a.blocking for a in c)][:limit_blocking]
    out = [_question(c, data, blocking=True) for c in grave]
    return tuple(out + [_question(c, data, blocking=False) for c in clusters if c not in grave])


def _weight(cluster: Cluster) -> int:
    """The gravest part decides; among blocking clusters a part that does not block does not count."""
    return max(a.weight + (1000 if a.blocking else 0) for a in cluster)


def _fewer_marks(asks: Sequence[Ask], items: int) -> list[Ask]:
    """At most one mark for two bullets: the lightest go first; never two at one place. Marks for a topic that no bullet
    covers stand in no bullet's sentence and are not counted."""
    room, seen, kept = max(items // _ONE_MARK_FOR, _ALWAYS), list[Mark](), {}
    for ask in sorted(asks, key=lambda a: -a.weight):
        marks: list[Mark] = []
        for mark in ask.marks:
            if (room or not mark.fact) and not any(_same_place(mark, other) for other in seen):
                seen.append(mark)
                marks.append(mark)
                room -= bool(mark.fact)
        kept[id(ask)] = replace(ask, marks=tuple(marks))
    return [kept[id(a)] for a in asks]


def _same_place(one: Mark, two: Mark) -> bool:
    return one.fact == two.fact and (one.anchor.endswith(two.anchor) or two.anchor.endswith(one.anchor))


def _no_lonely(asks: Sequence[Ask], data: Data) -> list[Ask]:
    """The only question of a group with a lead goes to the other questions about its fact."""
    sizes = Counter(a.group for a in asks)
    return [
        replace(a, group=_BY_FACT) if data.groups[a.group].lead and sizes[a.group] == 1 and a.facts else a
        for a in asks
    ]


def _by_group(asks: Iterable[Ask]) -> list[Cluster]:
    """One cluster a group, cut where it grows too long to read."""
    grouped = sorted((a for a in asks if a.group != _BY_FACT), key=lambda a: a.group)
    out: list[Cluster] = []
    for _, group in groupby(grouped, key=lambda a: a.group):
        out += _cut(sorted(group, key=lambda a: -a.weight))
    return out


def _cut(asks: Sequence[Ask]) -> list[Cluster]:
    out: list[Cluster] = [[]]
    for ask in asks:
        if out[-1] and sum(len(a.text) for a in out[-1]) + len(ask.text) > _LONGEST:
            out.append([])
        out[-1].append(ask)
    return out


def _by_fact(asks: Iterable[Ask]) -> list[Cluster]:
    found: dict[str, Cluster] = {}
    for ask in asks:
        if ask.group == _BY_FACT:
            found.setdefault(ask.facts[0] if ask.facts else "", []).append(ask)
    return list(found.values())


def _neighbours(clusters: list[Cluster], brief: Brief) -> list[Cluster]:
    """Small clusters of one section (or, without sections, next to each other) become one."""
    order = {item.id: n for n, item in enumerate(brief.ledger)}
    section = {fact: n for n, s in enumerate(brief.sections) for fact in s.facts}
    out: list[Cluster] = []
    for cluster in sorted(clusters, key=lambda c: order.get(c[0].facts[0], 0)):
        last = out[-1] if out else None
        if last and _joins(last, cluster, section):
            last.extend(cluster)
        else:
            out.append(list(cluster))
    return out


def _joins(one: Cluster, two: Cluster, section: dict[str, int]) -> bool:
    if any(a.blocking for a in one + two) or len(one) + len(two) > _MOST_DETAILS:
        return False
    return section.get(one[0].facts[0], -1) == section.get(two[0].facts[0], -1)


def _question(cluster: Cluster, data: Data, *, blocking: bool) -> Question:
    ordered = sorted(cluster, key=lambda a: -a.weight) if cluster[0].group != _BY_FACT else cluster
    parts = tuple(q for a in ordered for q in _points(a, blocking))
    if len(parts) == 1:
        return parts[0]
    facts = tuple(dict.fromkeys(f for a in ordered for f in a.facts))
    rule = ordered[0].rule if len(ordered) == 1 else f"ask/{ordered[0].group}"
    return Question(rule, _text(ordered, data), blocking, facts, parts=parts)


def _points(ask: Ask, blocking: bool) -> list[Question]:
    if not ask.marks:
        return [Question(ask.rule, ask.text, blocking, ask.facts)]
    return [
        Question(ask.rule, ask.text, blocking, (m.fact,) if m.fact else (), m.anchor, m.inline)
        for m in ask.marks
    ]


def _text(asks: Sequence[Ask], data: Data) -> str:
    """Sentences in a row; where the group has a lead, one sentence with semicolons."""
    texts = list(dict.fromkeys(a.text for a in asks))
    lead = data.groups[asks[0].group].lead
    if not lead or len(texts) == 1:
        return "".join(texts)
    body = "；".join(t.rstrip("？。") for t in texts[:-1])
    about = len({a.facts[0] for a in asks if a.facts})
    return lead.format(n=how_many(about)) + body + "；" + texts[-1]
