"""Figures of one text that do not fit together: parts and total, a rate and its counts, growth and its terms, one stock told twice.

Only what can be computed from the text itself; rounding is allowed for, and where it is in doubt what belongs to what,
nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import NamedTuple

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression
from assistant.checks.view import View
from assistant.expressions import compiled
from assistant.similarity import bigrams
from assistant.text import clause_around
from assistant.values import Value, parse_values

_HUNDRED = Decimal(100)
_HALF = Decimal(1) / 2
_SOME = 20  # of fewer, parts that leave one out may be meant
_SHORT = 8  # characters of a member's name
_SHORT_RATE = 2  # characters of a rate's name, one of which may close the verb (结案, 审执结)
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_AMOUNTS = ("count", "money")


def _sentences(view: View, wanted: str) -> Iterator[tuple[int, str]]:
    """Sentences that hold ``wanted``, cut at semicolons too, each with where it begins."""
    for span in view.by_sentence.holding(wanted):
        at = span.start
        for piece in view.text[span.start : span.end].split("；"):
            if compiled(wanted).search(piece):
                yield at, piece
            at += len(piece) + 1


def _counts(text: str) -> list[Value]:
    """Amounts in figures; Chinese numerals stand in names (五次全会) as well."""
    found = (v for v in parse_values(text) if v.kind in _AMOUNTS and v.amount is not None)
    return [v for v in found if v.surface[0].isdigit()]


def _range(value: Value) -> tuple[Decimal, Decimal]:
    """The least and the greatest amount that would be written so."""
    amount, written = value.amount or Decimal(0), _DIGITS.search(value.surface)
    if written is None or "." not in written.group() or not Decimal(written.group()):
        return amount, amount
    shown = Decimal(written.group())
    half = Decimal(1).scaleb(int(shown.as_tuple().exponent)) / 2 * (amount / shown)
    return amount - half, amount + half


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f")


class _Cues(NamedTuple):
    """``short``: the share of a total that its parts may leave out at most and still be told; ``least``: and at least."""

    cue: str
    unless: str
    short: Decimal
    least: Decimal


def _read_cues(fields: Fields) -> _Cues:
    cue, unless = expression(fields, "cue", required=True), expression(fields, "skip")
    short, least = (Decimal(str(fields.number(name, 0))) for name in ("short", "least"))
    return _Cues(cue, unless, short, least)


def _parts(rule: Rule, view: View) -> Iterator[Hit]:
    """43名，其中甲20名、乙30名: parts of the total's own kind that make more than it, or all but a little of it."""
    cues: _Cues = rule.options
    for at, text in _sentences(view, cues.cue):
        m = compiled(cues.cue).search(text)
        if m is None or text.count(m.group()) > 1 or (cues.unless and compiled(cues.unless).search(text)):
            continue
        total, parts = _total_and_parts(text, m.start(), m.end())
        parts = _one_list(text, total, parts) if total else parts
        if total is None or not _listed(text, parts):
            continue
        if _apart(total, parts, cues):
            words = {"total": total.surface, "sum": _sum(_added(parts), total)}
            yield Hit(at + parts[0].start, at + parts[-1].end, words)


def _total_and_parts(text: str, start: int, end: int) -> tuple[Value | None, list[Value]]:
    """The only count before 其中 of the kind the parts are counted in, or of several the one it follows at once, where it
    lists parts; None where that leaves doubt."""
    counts = _counts(text)
    after = [v for v in counts if v.start >= end]
    for unit in dict.fromkeys(v.unit for v in reversed(after)):
        before = [v for v in counts if v.end <= start and v.unit == unit]
        parts = [v for v in after if v.unit == unit]
        if len(before) == 1 or (before and len(parts) > 1 and text[before[-1].end : start] in ("", "，")):
            alone = len(parts) == 1 and text[parts[0].end : parts[0].end + 1] in ("", "。", "；")
            return before[-1], parts if len(parts) > 1 or alone else []
    return None, []


def _one_list(text: str, total: Value, parts: list[Value]) -> list[Value]:
    """Parts joined by 、 end at the first comma where they would make more than the total with what stands after it."""
    ends = [n for n, part in enumerate(parts[:-1], 1) if text[part.end] in "，,"]
    if not ends or ends[0] < 2 or _added(parts) <= (total.amount or Decimal(0)):
        return parts
    return parts[: ends[0]]


def _apart(total: Value, parts: list[Value], cues: _Cues) -> bool:
    """More than the total, or a little less where there are several; rounding adds up where there are many."""
    whole, sum_ = total.amount or Decimal(0), _added(parts)
    if len(parts) < 2:
        return sum_ > whole and not cues.least
    many = len(parts) > 2
    low = sum(_range(v)[0] for v in parts) - _range(total)[1] if many else sum_ - whole
    high = _range(total)[0] - sum(_range(v)[1] for v in parts) if many else whole - sum_
    return (low > 0 and not cues.least) or (
        whole >= _SOME and whole * cues.least < high <= max(Decimal(1), whole * cues.short)
    )


def _added(parts: list[Value]) -> Decimal:
    return sum((v.amount or Decimal(0) for v in parts), Decimal(0))


def _listed(text: str, parts: list[Value]) -> bool:
    """Whether they stand in a row, one to a member: nothing but a name between two of them."""
    between = [text[a.end : b.start] for a, b in pairwise(parts)]
    return all(
        "，" not in g[1:] and len(g) <= (_SHORT if g.startswith("，") else 2 * _SHORT) for g in between
    )


def _sum(amount: Decimal, like: Value) -> str:
    """The amount in the unit that ``like`` is written in (万亩, 万元)."""
    written = _DIGITS.search(like.surface)
    if written is None or not like.amount or not Decimal(written.group()):
        return _plain(amount)
    scale = like.amount / Decimal(written.group())
    return _plain(amount / scale) + like.surface[written.end() :]


def _rates(rule: Rule, view: View) -> Iterator[Hit]:
    """排查21个，完成整改19个，整改率95%: the two counts just before a rate of the same clause chain."""
    cues: _Cues = rule.options
    for at, text in _sentences(view, cues.cue):
        values = parse_values(text)
        for percent in (v for v in values if v.kind == "percent" and v.unit == "%" and v.amount is not None):
            before = [v for v in values if v.end <= percent.start][-2:]
            if len(before) < 2 or any(v.kind != "count" or not v.amount for v in before):
                continue
            whole, part = before
            between = text[part.end : percent.start]
            rate = re.fullmatch(cues.cue, between)
            if whole.unit != part.unit or rate is None or _unfit(cues, text, whole, percent):
                continue
            told = text[whole.end : part.start]
            if not (_done(rate["did"], told) if rate["did"] else "其中" in told):
                continue
            ratio = (part.amount or Decimal(0)) / (whole.amount or Decimal(1)) * _HUNDRED
            low, high = _range(percent)
            slack = (high - low) / 2 or _HALF
            if ratio <= _HUNDRED and abs(ratio - (percent.amount or Decimal(0))) > slack * 2:
                yield Hit(at + percent.start, at + percent.end, _ratio_words(part, whole, ratio))


def _done(rate: str, told: str) -> bool:
    """Whether the part is what the rate is of: 整改率 of what was 整改, 结案率 of what was 审执结 and written no longer."""
    if bigrams(rate) & bigrams(told):
        return True
    return len(rate) == _SHORT_RATE and told.rstrip()[-1:] in rate


def _unfit(cues: _Cues, text: str, whole: Value, percent: Value) -> bool:
    """Whether the words say that the two counts are not part and whole."""
    around = clause_around(text, whole.start, whole.end)
    return bool(cues.unless and compiled(cues.unless).search(text, around.start, percent.end))


def _ratio_words(part: Value, whole: Value, ratio: Decimal) -> dict[str, str]:
    right = _plain(ratio.quantize(Decimal("0.1"), ROUND_HALF_UP)) + "%"
    return {"terms": f"{part.surface}÷{whole.surface}", "right": right}


def _growth(rule: Rule, view: View) -> Iterator[Hit]:
    """12.6万元，比上年增加2.1万元，增长25%: the three must agree."""
    cues: _Cues = rule.options
    for at, text in _sentences(view, cues.cue):
        for m in compiled(cues.cue).finditer(text):
            values = [v for v in parse_values(text) if v.amount and (v.kind in _AMOUNTS or v.unit == "%")]
            inside = [v for v in values if m.start() <= v.start and v.end <= m.end()]
            if [v.kind == "percent" for v in inside] != [False, False, True]:
                continue
            now, change, percent = inside
            if now.unit == change.unit and (
                hit := _disagree(now, change, percent, "下降" in m.group() or "减少" in m.group())
            ):
                yield Hit(
                    at + percent.start,
                    at + percent.end,
                    {"right": hit, "terms": f"{now.surface}、{change.surface}"},
                )


def _disagree(now: Value, change: Value, percent: Value, down: bool) -> str:
    """The right percentage where no rounding makes the three agree; '' where they do."""
    sign = -1 if down else 1
    rates = [c / base * _HUNDRED for n in _range(now) for c in _range(change) if (base := n - sign * c) > 0]
    if not rates:
        return ""
    shown = _range(percent)
    slack = (shown[1] - shown[0]) / 2 or _HALF
    amount = percent.amount or Decimal(0)
    if min(rates) - slack * 2 <= amount <= max(rates) + slack * 2:
        return ""
    return _plain((sum(rates, Decimal(0)) / len(rates)).quantize(Decimal("0.1"))) + "%"


def _stock(rule: Rule, view: View) -> Iterator[Hit]:
    """全局87名党员 here and 全局88名党员 there."""
    cues: _Cues = rule.options
    first: dict[str, re.Match[str]] = {}
    for m in compiled(cues.cue).finditer(view.half):
        around = clause_around(view.half, m.start(), m.end())
        if cues.unless and compiled(cues.unless).search(view.half, around.start, around.end):
            continue
        head, count = _of_stock(m)
        other = first.setdefault(head, m)
        if _of_stock(other)[1] != count:
            yield Hit(m.start(), m.end(), {"other": other.group(), "place": view.place(other.start())})


def _of_stock(m: re.Match[str]) -> tuple[str, str]:
    """What is counted and how many: the groups head and n, or those of another form, head2 and n2."""
    found = m.groupdict()
    return found.get("head") or found["head2"] or "", found.get("n") or found["n2"] or ""


def _over(rule: Rule, view: View) -> Iterator[Hit]:
    """12个问题，已整改13个."""
    for m in compiled(rule.options.cue).finditer(view.half):
        if int(m["m"]) > int(m["n"]):
            yield Hit(m.start("m"), m.end("m") + len(m["u"]), {"total": m["n"] + m["u"]})


_KEYS = frozenset({"cue", "skip"})
KINDS = {
    "parts-total": Kind(_read_cues, _KEYS | {"short", "least"}, frozenset({"total", "sum"}), find=_parts),
    "rate-off": Kind(_read_cues, _KEYS, frozenset({"terms", "right"}), find=_rates),
    "growth-off": Kind(_read_cues, _KEYS, frozenset({"terms", "right"}), find=_growth),
    "part-over": Kind(_read_cues, _KEYS, frozenset({"total"}), find=_over),
    "stock-drift": Kind(_read_cues, _KEYS, frozenset({"other", "place"}), find=_stock),
}
