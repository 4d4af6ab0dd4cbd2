"""Derived facts computed again: a total against the terms that its source names (what ``zhibi rollup`` writes).

The source reads as the templates in knowledge/batch.yaml say: 合计：甲校3次+乙校2次=5次. A total that disagrees with its
terms, or a text that tells another total than its source, is an error: it can only be mended in the brief.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache

from assistant import resources
from assistant.brief import Item
from assistant.finding import Finding
from assistant.values import Value, parse_values

_RULE = "facts/derived-total"


def recheck(items: Iterable[Item]) -> Iterator[Finding]:
    """Of the items whose source is a sum; the others are passed over."""
    for item in items:
        m = next((found for p in _sources() if (found := p.fullmatch(item.source))), None)
        if m is not None and (message := _wrong(item, **m.groupdict())):
            yield Finding(_RULE, "error", message, quote=item.text, facts=(item.id,))


@cache
def _sources() -> tuple[re.Pattern[str], ...]:
    """The templates of a source as expressions; the one with what is missing first, it is the narrower."""
    texts = resources.read_yaml("knowledge", "batch.yaml")["rollup"]["texts"]
    return tuple(_pattern(texts[name]) for name in ("unknown", "source"))


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.*)", re.escape(template)))


def _wrong(item: Item, terms: str, total: str, missing: str = "") -> str:
    """What is wrong, in one sentence; empty where it adds up."""
    if missing and not item.unknowns:
        return f"材料 {item.id} 的合计还缺{missing}的数，不能写成定数，请补齐各项后重新汇总"
    sum_ = _figure(total)
    if sum_ is None or sum_.amount is None:
        return "" if missing else f"材料 {item.id} 的来源里看不出合计数“{total}”，请重新汇总"
    added = Decimal(0)
    for term in terms.split("+") if parse_values(terms) else ():
        value = _figure(term)
        if value is None or value.amount is None or (value.kind, value.unit) != (sum_.kind, sum_.unit):
            return f"材料 {item.id} 的来源里“{term}”与合计“{total}”不是同一单位的数，不能相加，请重新汇总"
        added += value.amount
    if added != sum_.amount:
        right = format(added.normalize(), "f")
        return f"材料 {item.id} 的合计“{total}”与各项相加的结果（{right}{sum_.unit}）不符，请重新汇总"
    if not missing and not item.unknowns and sum_.key not in {v.key for v in item.values}:
        return f"材料 {item.id} 写的“{item.text}”与来源中的合计“{total}”不一致，请重新汇总"
    return ""


def _figure(term: str) -> Value | None:
    """The figure a term ends with: the unit's name may hold others (第二中学6次)."""
    return next((v for v in parse_values(term) if v.end == len(term)), None)
