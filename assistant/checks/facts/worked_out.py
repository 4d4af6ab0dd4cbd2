"""Figures that follow from those of the facts told: a rate (479 of 486: 98.6%), what is left (7), the step between two
rates (0.44个百分点), an average (人均1万元), a share in tenths (近九成), a threshold passed (95%以上).

Such a clause says again what the facts say; whether its figure may stand is asked elsewhere (facts/untraced).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import permutations

from assistant import resources
from assistant.brief import Item
from assistant.similarity import containment
from assistant.values import Value, parse_values

_FIGURE = re.compile("[0-9０-９]|[一二三四五六七八九]成")
_TENTHS = re.compile("([一二三四五六七八九])成(?![果效立为员熟功])")
_DIGITS = "〇一二三四五六七八九"
_COUNTED = ("count", "money")
_POINTS = "百分点"
_ROUND = 5  # points by which a threshold may lie below the share it stands for
_AKIN = 0.2  # share of 绝大多数…… that stands in the facts


def worked_out(clause: str, items: Sequence[Item]) -> bool:
    """Whether the clause has a figure and all of its figures follow from those of ``items``."""
    if not (_FIGURE.search(clause) or _most().search(clause)):
        return False
    tenths = [_DIGITS.index(m[1]) for m in _TENTHS.finditer(clause)]
    values = [v for v in parse_values(clause) if v.kind in (*_COUNTED, "percent", "plain")]
    texts = "，".join(i.text for i in items)
    most = _most().search(clause) is not None and containment(clause, texts) >= _AKIN
    if not (tenths or values or most):
        return False
    known = [v for i in items for v in i.values if v.amount is not None]
    shares = list(_shares(known))
    return (
        all(_follows(v, known, shares, above=clause[v.end :].startswith("以上")) for v in values)
        and all(any(abs(share - 10 * t) < 10 for share in shares) for t in tenths)
        and (not most or any(share > 50 for share in shares))
    )


@cache
def _most() -> re.Pattern[str]:
    return re.compile(resources.read_yaml("knowledge", "claims.yaml")["most"])


def _shares(known: Sequence[Value]) -> Iterator[Decimal]:
    """Percentages told, what is left of them, and one count as a share of another."""
    for v in known:
        if v.kind == "percent" and v.amount is not None:
            yield from (v.amount, 100 - v.amount)
    for a, b in permutations((v for v in known if v.kind in _COUNTED), 2):
        if a.unit == b.unit and a.amount and b.amount and a.amount <= b.amount:
            yield 100 * a.amount / b.amount


def _follows(value: Value, known: Sequence[Value], shares: Sequence[Decimal], *, above: bool) -> bool:
    if value.amount is None:
        return False
    if value.kind == "percent":
        step = Decimal(_ROUND) if above else Decimal(1).scaleb(int(value.amount.as_tuple().exponent))
        return any(abs(share - value.amount) < step for share in shares)
    unit = "%" if value.unit == _POINTS else value.unit
    alike = [v.amount for v in known if v.unit == unit and v.amount is not None]
    return (
        value.amount in alike
        or any(value.amount in (abs(a - b), a + b) for n, a in enumerate(alike) for b in alike[n + 1 :])
        or any(v.amount and v.unit != unit and value.amount * v.amount in alike for v in known)
    )
