"""Headings in parallel form: of sections by theme, and of measures in the plans part (knowledge/writer/plans.yaml)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import product
from typing import Any

from assistant import resources
from assistant.catalogue import Theme
from assistant.expressions import compiled
from assistant.plan.assign import Group, outline_data
from assistant.plan.house import HouseStyle
from assistant.similarity import bigrams
from assistant.values import lexicon

_COUNT = re.compile(r"[\d*＊每]")


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = resources.read_yaml("knowledge", "writer/plans.yaml")
    return data


@cache
def _clause_end() -> re.Pattern[str]:
    """A 、 ends a clause only before another verb: 建立快递小哥、网络主播联系名册 is one."""
    return re.compile(f"[，。；：]|、(?={'|'.join(map(re.escape, _data()['verbs']))})")


def heading_pool(group: Group, theme: Theme, unit: str) -> Sequence[str]:
    """The headings a group may have: its own, the kind of unit's, or the theme's."""
    own: Sequence[str] = outline_data()["headings"].get(unit, {}).get(theme.id, ())
    return group.pool or own or theme.headings


def borne_out(heading: str, facts: str) -> bool:
    """Whether what the heading names stands in the facts under it: no 招商引资 over the figures of a tax office."""
    rows = outline_data()["named"]
    return all(
        compiled(row["fact"]).search(facts) for row in rows if compiled(row["heading"]).search(heading)
    )


def pick_section_headings(
    options: Sequence[Sequence[str]], seed: int, house: HouseStyle | None = None
) -> tuple[str, ...]:
    """One heading of each pool, so that lengths differ least and no two begin alike; ``seed`` breaks ties between
    briefs. The office's own form and length come first."""
    pools = [_rotated(_as_used(pool, house), seed + i)[:4] for i, pool in enumerate(options)]
    if len(pools) > 6:
        return _greedy(pools)
    return min(product(*pools), key=_unevenness)


def _as_used(pool: Sequence[str], house: HouseStyle | None) -> Sequence[str]:
    """The headings in the form the office uses, those nearest to its length."""
    if house is None or not house.heading:
        return pool
    if house.heading == "single":
        forms = [clause for h in pool for clause in h.split("，")]
    else:
        forms = [h.replace("，", "：") for h in pool] if house.heading == "colon" else list(pool)
    off = {
        h: abs(len(h) - house.heading_length)
        + (abs(_first(h) - house.heading_first) if house.heading_first else 0)
        for h in forms
    }
    return [h for h in dict.fromkeys(forms) if off[h] == min(off.values())]


def _first(heading: str) -> int:
    return len(re.split("[，：]", heading)[0])


def _rotated(options: Sequence[str], by: int) -> tuple[str, ...]:
    k = by % len(options)
    return tuple(options[k:]) + tuple(options[:k])


def _unevenness(chosen: Sequence[str]) -> tuple[int, int]:
    starts = [h[:2] for h in chosen]
    lengths = [len(h) for h in chosen]
    return len(starts) - len(set(starts)), max(lengths) - min(lengths)


def _greedy(pools: Sequence[Sequence[str]]) -> tuple[str, ...]:
    chosen: list[str] = []
    for pool in pools:
        chosen.append(min(pool, key=lambda h: _unevenness([*chosen, h])))
    return tuple(chosen)


def measure_heading(plan_text: str, theme: str, used: set[str], seed: int, problem: str = "") -> str:
    """A short verb-object heading for a measure: its own words where they are of the wanted length, else what its words
    or the problem's are about, else one for its theme that fits it, else a general one; no two begin alike."""
    taken, wanted = {u[:2] for u in used}, _data()["heading"]["wanted"]
    own = _own_clause(plan_text)
    themed = _fitting(_data()["by_theme"].get(theme, ()), plan_text, seed)
    candidates = [
        *(h for h in own[:1] if len(h) == wanted), *_about(plan_text, seed), *_about(problem, seed),
        *(h for h in own if len(h) == wanted), *themed, *own, *_inner_action(plan_text),
    ]  # fmt: skip
    for candidate in candidates:
        if candidate not in used and candidate[:2] not in taken and candidate != plan_text.rstrip("。"):
            return candidate
    spare = _rotated(_data()["fallback"], seed)
    rest = [h for h in spare if h not in used and h[:2] not in taken] or [h for h in spare if h not in used]
    return max(rest or spare, key=lambda h: len(bigrams(h) & bigrams(plan_text)))


def _about(text: str, seed: int) -> list[str]:
    """Headings by the words of a plan or a problem: 报送统计信息不及时 -> 规范信息报送."""
    rows = [row["headings"] for row in _data()["by_word"] if text and compiled(row["match"]).search(text)]
    return [h for headings in rows for h in _rotated(headings, seed)]


def _fitting(options: Sequence[str], text: str, seed: int) -> list[str]:
    """Headings whose object the text names, the closest first."""
    fit = [h for h in (_rotated(options, seed) if options else ()) if h[-2:] in text]
    return sorted(fit, key=lambda h: -len(bigrams(h) & bigrams(text)))


def _inner_action(text: str) -> list[str]:
    """A verb with its object inside the first clauses: 2025年在3条重点河道设立党员责任岗 -> 设立党员责任岗."""
    limits, found = _data()["heading"], []
    for clause in _clause_end().split(text)[:2]:
        for m in lexicon().action.finditer(clause):
            if clause[: m.start()].endswith(limits["inner_not_after"]):
                continue
            phrase = _COUNT.split(clause[m.start() :], maxsplit=1)[0]
            if limits["shortest"] < len(phrase) <= limits["longest"] and phrase.isalpha():
                found.append(phrase)
    return found[:1]


def _own_clause(text: str) -> list[str]:
    """The first clause as it stands, then with other verbs that go with its object: 强化作风建设 -> 改进作风建设."""
    data = _data()
    clause = _clause_end().split(text, maxsplit=1)[0]
    for prefix in sorted(data["strip_prefix"], key=len, reverse=True):
        clause = clause.removeprefix(prefix)
    verb = next((v for v in data["verbs"] if clause.startswith(v)), "")
    limits = data["heading"]
    if not verb or not limits["shortest"] <= len(clause) <= limits["longest"] or not clause.isalpha():
        return []
    noun = clause[len(verb) :]
    others: list[str] = next(
        (verbs for tail, verbs in data["verbs_by_object"].items() if noun.endswith(tail)), []
    )
    return [clause, *(v + noun for v in others if v != verb)]
