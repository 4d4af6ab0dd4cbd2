"""Break a long title into balanced lines: whole words, 梯形 or 菱形, no line over the width of the page.

In: the title and the typography. Out: the lines, which joined are the title again. Never drops or adds a character.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, combinations, pairwise

from assistant.formats.typography import Title, Typography, width

# Costs of a break, in squared characters of imbalance. Only their order matters: a break inside a word or a title in 《》
# is taken when nothing else fits the line.
_GOOD, _BETWEEN_WORDS, _KEPT_WHOLE, _FORBIDDEN = 0.0, 40.0, 400.0, 1e6
_MAX_CANDIDATES, _MAX_LINES = 24, 4


def title_lines(title: str, typography: Typography) -> tuple[str, ...]:
    """The fewest lines that hold the title, or one more where the breaks are clearly better."""
    capacity = typography.title_characters
    fewest = math.ceil(width(title) / capacity)
    if fewest <= 1:
        return (title,)
    if fewest > _MAX_LINES:
        return _by_width(title, capacity)
    costs = _break_costs(title, typography.title)
    layouts = [
        layout
        for count in (fewest, fewest + 1)
        if (layout := _best(title, costs, count, capacity)) is not None
    ]
    return min(layouts, key=lambda scored: scored[0])[1] if layouts else _by_width(title, capacity)


def _break_costs(title: str, rules: Title) -> dict[int, float]:
    """Cost of a line break before each character that may start a line."""
    words, good = _word_starts(title), _good_breaks(title, rules)
    costs: dict[int, float] = {}
    for i in range(1, len(title)):
        cost = _GOOD if i in good else _BETWEEN_WORDS if i in words else _KEPT_WHOLE
        if i not in good and _is_forbidden(title, i, rules):
            cost = _FORBIDDEN
        costs[i] = cost
    for inside in _inside(rules.keep_whole, title):
        costs[inside] = max(costs[inside], _KEPT_WHOLE)
    return costs


def _is_forbidden(title: str, i: int, rules: Title) -> bool:
    in_number = title[i - 1].isascii() and title[i].isascii() and (title[i - 1] + title[i]).isalnum()
    return title[i] in rules.never_starts_a_line or title[i - 1] in rules.never_ends_a_line or in_number


def _good_breaks(title: str, rules: Title) -> set[int]:
    after = {m.end() for p in rules.good_breaks_after for m in p.finditer(title)}
    before = {m.start() for p in rules.good_breaks_before for m in p.finditer(title)}
    return after | before


def _inside(patterns: Iterable[re.Pattern[str]], title: str) -> Iterable[int]:
    return (i for p in patterns for m in p.finditer(title) for i in range(m.start() + 1, m.end()))


def _word_starts(title: str) -> set[int]:
    import rjieba

    starts, at = set(), 0
    for word in rjieba.cut(title):
        starts.add(at)
        at += len(word)
    return starts


def _best(
    title: str, costs: dict[int, float], count: int, capacity: int
) -> tuple[float, tuple[str, ...]] | None:
    """The cheapest layout of ``count`` lines, or None where no set of candidate breaks fits."""
    candidates = sorted(sorted(costs, key=lambda i: (costs[i], i))[:_MAX_CANDIDATES])
    upto = (0.0, *accumulate(map(width, title)))
    best: tuple[float, tuple[int, ...]] | None = None
    for breaks in combinations(candidates, count - 1):
        edges = (0, *breaks, len(title))
        widths = [upto[b] - upto[a] for a, b in pairwise(edges)]
        if max(widths) > capacity:
            continue
        cost = sum(costs[i] for i in breaks) + _shape_cost(widths)
        if best is None or cost < best[0]:
            best = (cost, edges)
    return best and (best[0], tuple(title[a:b] for a, b in pairwise(best[1])))


def _shape_cost(widths: Sequence[float]) -> float:
    """Imbalance, and a surcharge for the shapes the standard rules out: the rectangle and the hourglass."""
    longest = max(widths)
    imbalance = sum((longest - w) ** 2 for w in widths) / len(widths)
    hourglass = any(b < min(a, c) for a, b, c in zip(widths, widths[1:], widths[2:], strict=False))
    rectangle = longest - min(widths) < 1
    return imbalance + (60 if hourglass else 0) + (15 if rectangle else 0) + 12 * len(widths)


def _by_width(title: str, capacity: int) -> tuple[str, ...]:
    """Lines filled to the width: the last resort for a title of many lines."""
    lines = [""]
    for char in title:
        if width(lines[-1] + char) > capacity:
            lines.append("")
        lines[-1] += char
    return tuple(lines)
