"""``make_outline``: the genre's or the brief's outline, filled: opening, achievements, problems, plans, closing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from assistant.answers import fit
from assistant.brief import Brief, Item
from assistant.catalogue import Catalogue, Genre, GenrePart, Theme
from assistant.document import Part
from assistant.errors import BriefError
from assistant.plan.assign import Group, assign_by_theme, assign_to_sections, best_theme, outline_data
from assistant.plan.headings import borne_out, heading_pool, measure_heading, pick_section_headings
from assistant.plan.house import HouseStyle
from assistant.plan.types import Outline, SectionPlan, SubHead
from assistant.plan.units import leads_party_work, names_of, post_of, signs_as_party, suits
from assistant.similarity import containment
from assistant.text import ordinal, strip_invisible

_SURE = 2  # a link the text will state needs more than one shared word
_SAME_PLACE = 2  # shared words that the same place in both lists is worth
_SAME_PART = 0.6
_PER_FACT = {"concise": 95, "standard": 125, "full": 190}


def seed_of(brief: Brief) -> int:
    """Stable for a brief, different between briefs: what the embedded writer varies by."""
    return int.from_bytes(hashlib.sha256((brief.digest or brief.organization).encode()).digest()[:6], "big")


def make_outline(brief: Brief, catalogue: Catalogue, house: HouseStyle | None = None) -> Outline:
    """Headings that nobody gave are in the form the office uses (``house``). Raises BriefError for a kind no genre file
    describes."""
    if brief.kind not in catalogue.genres:
        known = "、".join(f"{g.id}（{g.name}）" for g in catalogue.genres.values())
        raise BriefError(f"文种 kind: {brief.kind} 不认识，可写：{known}", path=brief.path or None)
    genre = catalogue.genres[brief.kind]
    sections: list[SectionPlan] = [SectionPlan("opening", "opening", 0, "", "")]
    level1 = 0
    for part in genre.parts:
        made = _part(part, brief, genre, catalogue, level1 + 1, house)
        if made:
            level1 += 1
            sections += made
    sections.append(SectionPlan("closing", "closing", 0, "", ""))
    return Outline(
        _title(brief, genre),
        brief.recipient,
        _with_lengths(sections, brief, genre),
        _signature(brief),
        f"{brief.date.year}年{brief.date.month}月{brief.date.day}日",
    )


def _fill(template: str, brief: Brief) -> str:
    """{period} 2023年上半年, {part} 上半年, {next} 下半年, {year} 2023, {organization}, {author}, {we} 我局, {party} 局党组."""
    names = names_of(brief)
    return template.format(
        period=brief.period.label, part=brief.period.part, period_part=brief.period.part, next=brief.period.next_label,
        year=brief.period.start.year, organization=brief.organization, author=brief.author, body=brief.body,
        we=names.we, party=names.party,
    )  # fmt: skip


def _title(brief: Brief, genre: Genre) -> str:
    if brief.title:
        return brief.title
    party = f"party-{brief.period.shape}" if leads_party_work(brief.author) else ""
    return _fill(
        genre.titles.get(party)
        or genre.titles.get(brief.period.shape)
        or genre.titles.get("default")
        or next(iter(genre.titles.values())),
        brief,
    )


def _signature(brief: Brief) -> str:
    if brief.author:
        name = "　【待补：姓名】" if post_of(brief.author) else ""
        return f"{brief.organization}{'' if name else '　'}{brief.author}{name}"
    return (
        f"中共{brief.organization}{brief.body}"
        if brief.body and signs_as_party(brief)
        else brief.organization
    )


def _part(
    part: GenrePart, brief: Brief, genre: Genre, catalogue: Catalogue, number: int, house: HouseStyle | None
) -> list[SectionPlan]:
    if part.part == "achievements":
        return _achievements(part, brief, genre, catalogue, number, house)
    builders = {"problems": _problems, "plans": _plans}
    return builders[part.part](part, brief, genre, catalogue, number) if part.part in builders else []


def _head(part: GenrePart, brief: Brief, number: int) -> SectionPlan:
    heading = _given(part.part, brief) or _fill(
        part.headings[seed_of(brief) % len(part.headings)] if not brief.sections else part.headings[0], brief
    )
    return SectionPlan(part.part, part.part, 1, f"{ordinal(number)}、", heading)


def _given(key: str, brief: Brief) -> str:
    """The heading the person wrote for a part or a measure (by its first item); empty where none."""
    return plain_heading(dict(brief.headings).get(key, ""))


def _achievements(
    part: GenrePart, brief: Brief, genre: Genre, catalogue: Catalogue, number: int, house: HouseStyle | None
) -> list[SectionPlan]:
    if not brief.facts:
        return []
    themes = genre_themes(genre, catalogue)
    groups = _groups(brief, part, themes)
    head = _head(part, brief, number)
    if len(groups) == 1 and not groups[0].heading:
        return [replace(head, items=groups[0].items, theme=groups[0].theme)]
    headings = _headings(groups, catalogue, brief, house)
    subs = [
        SectionPlan(f"a{n}", "achievements", 2, f"（{ordinal(n)}）", heading, g.items, g.theme)
        for n, (g, heading) in enumerate(zip(groups, headings, strict=True), 1)
    ]
    return [head, *subs]


def genre_themes(genre: Genre, catalogue: Catalogue) -> list[Theme]:
    ids = genre.themes or tuple(catalogue.themes)
    return [catalogue.themes[i] for i in ids if i in catalogue.themes]


def _groups(brief: Brief, part: GenrePart, themes: Sequence[Theme]) -> list[Group]:
    """The brief's own sections; a single one named like the part itself (履职情况) is the part, not a section of it."""
    specs = [s for s in brief.sections if s.facts or len(brief.sections) > 1]
    if len(specs) >= 2 or (specs and not _names_part(specs[0].heading, part)):
        return [g for g in assign_to_sections(brief.facts, specs, themes) if g.items]
    return assign_by_theme(brief.facts, themes, _most_sections(len(brief.facts)), names_of(brief).kind)


def _names_part(heading: str, part: GenrePart) -> bool:
    return any(containment(heading, h) >= _SAME_PART for h in part.headings)


def _most_sections(facts: int) -> int:
    return 1 if facts <= 3 else min(7, max(2, round(facts / 3)))


def _headings(
    groups: Sequence[Group], catalogue: Catalogue, brief: Brief, house: HouseStyle | None
) -> list[str]:
    unit = names_of(brief).kind
    pools = []
    for group in (g for g in groups if not g.heading):
        every = heading_pool(group, catalogue.themes[group.theme], unit)
        suiting = [h for h in every if suits(h, brief)] or every
        facts = "".join(brief.item(i).text for i in group.items)
        named = [h for h in suiting if borne_out(h, facts)]
        pools.append(named or _naming_nothing(group.theme, unit) or suiting)
    found = iter(pick_section_headings(pools, seed_of(brief), house) if pools else ())
    return [plain_heading(g.heading) or next(found) for g in groups]


def _naming_nothing(theme: str, unit: str) -> list[str]:
    """Headings for facts that bear out none of the theme's."""
    spare = outline_data()["unnamed"]
    found: list[str] = spare.get(unit, {}).get(theme) or spare["any"].get(theme, [])
    return found


def plain_heading(text: str) -> str:
    """A given heading without what a reply would read as marks, tags or invisible characters."""
    return re.sub(r"⟦[^⟧]*⟧|<[^>]*>|[⟦⟧`#*]", "", strip_invisible(text)[0]).strip()


def _problems(
    part: GenrePart, brief: Brief, genre: Genre, catalogue: Catalogue, number: int
) -> list[SectionPlan]:
    if not brief.problems:
        return []
    return [replace(_head(part, brief, number), items=tuple(q.id for q in brief.problems))]


def _plans(
    part: GenrePart, brief: Brief, genre: Genre, catalogue: Catalogue, number: int
) -> list[SectionPlan]:
    if not brief.plans:
        return []
    themes = genre_themes(genre, catalogue)
    answered = match_problems(brief.plans, brief.problems)
    subheads: list[SubHead] = []
    used: set[str] = set()
    for n, plan in enumerate(brief.plans):
        problem = "".join(brief.item(q).text for q in answered[plan.id])
        heading = _given(plan.id, brief) or measure_heading(
            plan.text, best_theme(plan.text, themes), used, seed_of(brief) + n, problem
        )
        used.add(heading)
        subheads.append(SubHead(heading, (plan.id, *answered[plan.id])))
    done = {q for ids in answered.values() for q in ids}
    for left in brief.problems:
        if left.id not in done:
            heading = _given(left.id, brief) or measure_heading("", "", used, seed_of(brief), left.text)
            used.add(heading)
            subheads.append(SubHead(heading, (left.id,)))
    items = tuple(i for s in subheads for i in s.items)
    return [replace(_head(part, brief, number), items=items, subheads=tuple(subheads))]


def match_problems(plans: Sequence[Item], problems: Sequence[Item]) -> dict[str, tuple[str, ...]]:
    """Which problems each plan answers, the surest pairs first; another plan is preferred to one that answers a problem
    already, and the same place in both lists counts, as plans are mostly listed in the order of the problems."""
    places = list(product(range(len(problems)), range(len(plans))))
    shared = {(q, p): fit(problems[q].text, plans[p].text) for q, p in places}
    worth = {(q, p): shared[q, p] + _SAME_PLACE * (q == p) for q, p in places if shared[q, p]}
    found: dict[int, int] = {}
    while True:
        taken = set(found.values())
        pairs = [(w - (p in taken), -abs(q - p), -q, -p) for (q, p), w in worth.items() if q not in found]
        best = max(pairs, default=(0, 0, 0, 0))
        if best[0] < _SURE:
            break
        found[-best[2]] = -best[3]
    for q, p in _leftovers(found, shared, len(problems), len(plans)):
        found.setdefault(q, p)
    by_plan = {
        plan.id: [problems[q].id for q in sorted(found) if found[q] == p] for p, plan in enumerate(plans)
    }
    return {plan: tuple(ids) for plan, ids in by_plan.items()}


def _leftovers(
    found: Mapping[int, int], shared: Mapping[tuple[int, int], int], problems: int, plans: int
) -> Iterator[tuple[int, int]]:
    """Problems without a plan beside plans without a problem: one word in common is enough, and none is needed for the
    last pair of two lists that go side by side."""
    free = [p for p in range(plans) if p not in found.values()]
    for q in (q for q in range(problems) if q not in found):
        if near := [p for p in free if shared[q, p]]:
            nearest = max(near, key=lambda p: shared[q, p])
            free.remove(nearest)
            yield q, nearest
        elif (
            free == [q] and problems == plans == len(found) + 1 > 1 and all(q == p for q, p in found.items())
        ):
            yield q, q


def _with_lengths(sections: Sequence[SectionPlan], brief: Brief, genre: Genre) -> tuple[SectionPlan, ...]:
    """Characters for each written section: the part's share of the asked length, split by facts; else by the facts alone."""
    shares: dict[Part, float] = {p.part: sum(p.share) / 2 for p in genre.parts}
    counts: dict[Part, int] = {}
    for s in sections:
        counts[s.part] = counts.get(s.part, 0) + max(len(s.items), 1 if s.written else 0)
    out: list[SectionPlan] = []
    index = 0
    for s in sections:
        length = 0
        if s.written:
            own = max(len(s.items), 1)
            total = brief.length * shares.get(s.part, 0.05) if brief.length else 0
            length = round(total * own / max(counts[s.part], 1)) or own * _PER_FACT[brief.register]
        out.append(replace(s, length=length, index=index))
        index += s.written
    return tuple(out)
