"""Values both ways: each value of a sentence comes from a fact it cites, each value of a fact stands in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

from assistant import resources
from assistant.brief import Item
from assistant.checks.facts.context import FactContext, Place
from assistant.finding import Finding, Fix
from assistant.similarity import bigrams
from assistant.text import fold
from assistant.values import Value, lexicon, parse_values

_OPEN = re.compile(r"【待[补核][^】]*】")
_SHORTEST_NOUN = 2
_FIGURES = ("count", "money", "percent", "plain")


def readable(text: str) -> str:
    """The sentence with its open blanks rubbed out, offsets kept: what stands in 【】 is no claim."""
    return _OPEN.sub(lambda m: "　" * len(m.group()), text)


def trace_values(place: Place, context: FactContext) -> Iterator[Finding]:
    """Values with no source, taken from a fact that is not cited, or bound to another noun than in the fact."""
    cited = [v for item in context.items(place.sentence) for v in item.values]
    for value in parse_values(readable(place.sentence.text)):
        if value.kind in ("title", "number"):
            yield from _title(value, place, context)
        elif value.kind in ("year", "date"):
            yield from _date(value, place, context, cited)
        else:
            yield from _figure(value, place, context, cited)


def _title(value: Value, place: Place, context: FactContext) -> Iterator[Finding]:
    ledger = fold("".join(i.text for i in context.brief.ledger) + context.brief.title)
    if fold(value.surface) in ledger or fold(value.surface) in fold(context.policy_text(place.sentence)):
        return
    if value.surface in context.titles:
        return
    message = f"{value.surface}不在材料里，请核对是否确有此文件，或删去"
    yield place.finding("facts/untraced-title", "error", message, value.start, value.end)


def _date(value: Value, place: Place, context: FactContext, cited: list[Value]) -> Iterator[Finding]:
    brief = context.brief
    texts = fold(
        "".join(i.text for i in context.items(place.sentence))
        + context.policy_text(place.sentence)
        + brief.title
    )
    if fold(value.surface) in texts or value.key in {v.key for v in cited}:
        return
    years = {brief.period.start.year, brief.period.end.year, brief.period.end.year + 1, brief.date.year}
    own = value.kind == "year" and value.amount is not None and int(value.amount) in years
    own = own or value.surface == f"{brief.date.year}年{brief.date.month}月{brief.date.day}日"
    if (
        own
        or value.surface in (brief.period.label, brief.period.next_label)
        or _period_part(value.surface, context)
    ):
        return
    message = f"时间“{value.surface}”不在所引材料里，请核对或删去"
    yield place.finding("facts/untraced-date", "error", message, value.start, value.end)


def _period_part(surface: str, context: FactContext) -> bool:
    return surface.removeprefix(f"{context.brief.period.start.year}年") == context.brief.period.part


def _figure(value: Value, place: Place, context: FactContext, cited: list[Value]) -> Iterator[Finding]:
    same = [v for v in cited if v.key == value.key]
    if same:
        yield from _bound(value, same, cited, place)
        yield from _grouped(value, same, place)
        return
    if value.kind == "plain" and value.surface in context.policy_text(place.sentence):
        return  # a policy's other figures are no figures of ours
    if not place.sentence.facts and _announces(place.sentence.text, value):
        return
    owners = [i.id for i in context.brief.ledger if any(v.key == value.key for v in i.values)]
    if owners and not place.sentence.facts:
        message = f"“{value.surface}”像是材料 {owners[0]} 的数，句子没有标出处，请补标或删去"
    elif near := _same_noun(value, cited):
        message = f"“{value.surface}”与材料不符，材料是“{near.surface}”，请改回"
    else:
        message = f"“{value.surface}”在所引材料里查不到，请改成材料里的数或删去"
    yield place.finding("facts/untraced", "error", message, value.start, value.end)


def _grouped(value: Value, same: Sequence[Value], place: Place) -> Iterator[Finding]:
    """1,260户 for the brief's 1260户: the same figure, but not as the office writes it."""
    if "," in value.surface and not any("," in v.surface for v in same):
        plain = value.surface.replace(",", "")
        message = f"数字写法与材料不同，材料写作“{same[0].surface}”，请去掉逗号"
        found = place.finding("facts/figure-form", "info", message, value.start, value.end)
        yield replace(found, fix=Fix(found.start, found.end, plain))


def _announces(text: str, value: Value) -> bool:
    """重点抓好三件事。 counts what the text is going to say, not what was done."""
    return any(m.start() <= value.start < m.end() for m in _own_count().finditer(text))


@cache
def _own_count() -> re.Pattern[str]:
    return re.compile(resources.read_yaml("knowledge", "claims.yaml")["own_count"])


def _same_noun(value: Value, cited: Iterable[Value]) -> Value | None:
    alike = [v for v in cited if v.kind in _FIGURES and v.unit == value.unit]
    return max(alike, key=lambda v: _shared(v.head, value.head), default=None)


def _shared(a: str, b: str) -> int:
    return len(bigrams(a) & bigrams(b))


def _bound(value: Value, same: list[Value], cited: list[Value], place: Place) -> Iterator[Finding]:
    """43名党员 / 3名预备党员 must not swap: the noun must fit this figure at least as well as any other of its unit."""
    own = max(_noun_fit(value.head, v.head) for v in same)
    rivals = [v for v in cited if v.unit == value.unit and v.key != value.key]
    rival = max(rivals, key=lambda v: _noun_fit(value.head, v.head), default=None)
    if rival and value.head and _noun_fit(value.head, rival.head) > own + 0.34:
        message = f"“{value.surface}”与“{rival.head}”不对应，材料中“{rival.head}”是“{rival.surface}”，请核对"
        yield place.finding("facts/swapped", "error", message, value.start, value.end)


def _noun(head: str) -> str:
    """The head without the verb before it: 发展预备党员 -> 预备党员."""
    m = lexicon().action.match(head)
    return head[m.end() :] if m and len(head) - m.end() >= _SHORTEST_NOUN else head


def _noun_fit(a: str, b: str) -> float:
    """How well two head nouns agree, 0 to 1: exact, else shared bigrams over the larger."""
    a, b = _noun(a), _noun(b)
    if a == b:
        return 1.0
    x, y = bigrams(a), bigrams(b)
    return len(x & y) / max(len(x), len(y)) if x and y else 0.0


def lost_values(item: Item, told: list[Place]) -> Iterator[Finding]:
    """Values and unknowns of a fact that its sentences do not carry."""
    text = "".join(p.sentence.text for p in told)
    keys = {v.key for v in parse_values(readable(text))}
    folded = fold(text)
    for value in item.values:
        if value.key not in keys and fold(value.surface) not in folded:
            message = f"材料 {item.id} 的“{value.surface}”没有写进来，请补上"
            yield told[0].whole("facts/value-lost", "error", message)
    if len(_OPEN.findall(text)) < len(item.unknowns):
        message = f"材料 {item.id} 有 {len(item.unknowns)} 处未知，正文应保留【待补：……】，不能略去或填数"
        yield told[0].whole("facts/unknown-lost", "error", message)


_SHARED = 3  # bigrams that a sentence and a fact it cites have in common at the least


def false_source(place: Place, context: FactContext) -> Iterator[Finding]:
    """A mark on a sentence that tells nothing of that fact lends it a source it does not have."""
    text = place.sentence.text
    keys = {v.key for v in parse_values(readable(text))}
    for item in context.items(place.sentence):
        needed = min(_SHARED, len(bigrams(item.text)))
        if _shared(item.text, text) < needed and not any(v.key in keys for v in item.values):
            yield place.whole(
                "facts/false-source", "error", f"标了 {item.id} 却没有写它的内容，请改写或删去：{item.text}"
            )


def placeholders(place: Place, context: FactContext) -> Iterator[Finding]:
    """A blank asks; a figure in it that the material does not have is a claim in disguise."""
    for m in _OPEN.finditer(place.sentence.text):
        if m.group() in context.asked:
            continue
        figures = (v for v in parse_values(m.group()[4:-1]) if v.kind in ("count", "money", "percent"))
        said = [
            v for v in figures if v.amount is not None and (v.amount >= _SPOKEN or v.surface[0].isdigit())
        ]
        if len(m.group()) > _LONGEST_BLANK or any(not context.holds(v) for v in said):
            message = f"{m.group()}里写了材料没有的内容，请只写明缺什么"
            yield place.finding("facts/placeholder", "error", message, m.start(), m.end())


_LONGEST_BLANK = 60
_SPOKEN = 10  # 一人次, 两个: a way of asking; from here on a figure


def reordered(place: Place, context: FactContext) -> Iterator[Finding]:
    """由27.4%降至25.1%: two figures of one unit that nothing but their order tells apart."""
    here = parse_values(readable(place.sentence.text))
    for item in context.items(place.sentence):
        own = [v for v in item.values if v.kind in _FIGURES]
        for a, b in pairwise(own):
            x, y = _only(a, here), _only(b, here)
            if a.unit != b.unit or a.key == b.key or x is None or y is None or x.start < y.start:
                continue
            if _noun_fit(x.head, a.head) <= _noun_fit(x.head, b.head):
                message = f"“{a.surface}”和“{b.surface}”的次序与材料相反，请照材料写"
                yield place.finding("facts/swapped", "error", message, y.start, x.end)


def _only(value: Value, here: Iterable[Value]) -> Value | None:
    same = [v for v in here if v.key == value.key]
    return same[0] if len(same) == 1 else None
