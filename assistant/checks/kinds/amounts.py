"""Two or three figures that stand side by side and do not fit: a change told the wrong way round, a total after its parts.

In: expressions whose groups name the figures, and the words for up and down. Only what one clause chain says itself is
reckoned; rounding is allowed for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression
from assistant.checks.view import View
from assistant.expressions import compiled

_HUNDRED = Decimal(100)
_NEAR = 80  # characters on each side of a cue that one telling takes up
_NEARLY = 20  # a twentieth of the total left out is an error of sum, more may be meant


@dataclass(frozen=True, slots=True)
class _Form:
    """``cue``: words every match holds, near which alone it is looked for; ``partial``: the parts may leave some out,
    and then make more than the total, or all but a very little."""

    cue: str
    regex: str
    partial: bool


def _read_forms(fields: Fields) -> tuple[_Form, ...]:
    return tuple(
        _Form(
            expression(f, "cue", required=True),
            expression(f, "regex", required=True),
            f.flag("partial", False),
        )
        for f in fields.mappings("forms", {"cue", "regex", "partial"}, required=True)
    )


def _matches(form: _Form, text: str) -> Iterator[re.Match[str]]:
    done = 0
    for cue in compiled(form.cue).finditer(text):
        if cue.start() < done:
            continue
        for m in compiled(form.regex).finditer(text, max(done, cue.start() - _NEAR), cue.end() + _NEAR):
            done = m.end()
            yield m


def _read_changes(fields: Fields) -> tuple[tuple[_Form, ...], tuple[str, ...]]:
    """How a change is told, with the groups was, now, unit and way, and by and measure where the text reckons it itself;
    and the words for a rise."""
    return _read_forms(fields), fields.texts("up", required=True)


def _changes(rule: Rule, view: View) -> Iterator[Hit]:
    """1260件，去年同期1380件，同比增长12%: the change has a direction and a size of its own."""
    forms, up = rule.options
    for form in forms:
        for m in _matches(form, view.half):
            right = _right(m, up)
            if right:
                terms = f"{m['was']}{m['unit']}、{m['now']}{m['unit']}"
                yield Hit(m.start("way"), m.end(), {"right": right, "terms": terms})


def _right(m: re.Match[str], up: tuple[str, ...]) -> str:
    """What the change is, where the text says otherwise; '' where it is right or cannot be reckoned."""
    was, now, said = Decimal(m["was"]), Decimal(m["now"]), m.groupdict()
    rising = any(word in m["way"] for word in up)
    if was == now or not was:
        return ""
    points = m["unit"] in ("%", "个百分点")
    change = abs(now - was) if points else abs(now - was) / was * _HUNDRED
    told = f"{'上升' if now > was else '下降'}{_shown(change)}{'个百分点' if points else '%'}"
    if rising != (now > was):
        return told
    if not said.get("by"):
        return ""
    if points and said["measure"] == "%":
        return told
    by = Decimal(said["by"])
    slack = Decimal(1).scaleb(int(by.as_tuple().exponent)) + (0 if points else _loose(m, was))
    return "" if abs(change - by) <= slack else told


def _loose(m: re.Match[str], was: Decimal) -> Decimal:
    """What rounding of the two figures themselves may do to a percentage."""
    least = min(int(Decimal(m[name]).as_tuple().exponent) for name in ("was", "now"))
    return Decimal(1).scaleb(least) / was * _HUNDRED


def _shown(amount: Decimal) -> str:
    return format(amount.quantize(Decimal("0.1"), ROUND_HALF_UP).normalize(), "f")


def _sums(rule: Rule, view: View) -> Iterator[Hit]:
    """金牌14枚、银牌9枚，奖牌总数达到38枚; 隐患183处，整改181处，其余3处: the parts make another total."""
    for form in rule.options:
        for m in _matches(form, view.half):
            parts = [Decimal(n) for n in re.findall(rf"(\d+(?:\.\d+)?)(?={m['unit']})", m["parts"])]
            if len(parts) > 1 and _off(sum(parts, Decimal(0)), Decimal(m["whole"]), form.partial):
                yield Hit(m.start(), m.end(), {"sum": f"{sum(parts):f}", "total": m["whole"] + m["unit"]})


def _off(parts: Decimal, whole: Decimal, partial: bool) -> bool:
    return parts > whole or (parts < whole and (not partial or whole - parts <= whole / _NEARLY))


KINDS = {
    "change-off": Kind(
        _read_changes, frozenset({"forms", "up"}), frozenset({"right", "terms"}), find=_changes
    ),
    "sum-off": Kind(_read_forms, frozenset({"forms"}), frozenset({"sum", "total"}), find=_sums),
}
