"""Problems and plans: is each problem answered, does a plan answer one, does it promise anything."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.answers import answers, fit
from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule, expression, no_options
from assistant.checks.view import View
from assistant.expressions import compiled
from assistant.text import Span


def _problem_spans(view: View) -> list[Span]:
    """Each problem by its heading sentence or lead: items first, then headings of the part."""
    blocks = set(view.part_blocks("problems"))
    items = [i.lead for i in view.items if view.block_at(i.start) in blocks]
    heads = [Span(h.start, h.end) for h in view.headings if h.block in blocks and h.level > 1]
    return heads if len(heads) >= 2 else items


def _plan_spans(view: View) -> list[Span]:
    blocks = set(view.part_blocks("plans"))
    heads = [h for h in view.headings if h.block in blocks and h.level > 1]
    if len(heads) >= 2:
        ends = [h.mark.start for h in heads[1:]] + [view.span(max(blocks)).end]
        return [Span(h.start, e) for h, e in zip(heads, ends, strict=True)]
    return [Span(i.lead.start, i.end) for i in view.items if view.block_at(i.start) in blocks]


def _read_answers(fields: Fields) -> int:
    """How well the text under a plan's heading must fit a problem that the heading itself does not take up."""
    return int(fields.number("least", 1))


def _unanswered(rule: Rule, view: View) -> Iterator[Hit]:
    """A problem that no plan answers, as planning and asking judge it."""
    plans = [view.text[s.start : s.end] for s in _plan_spans(view)] or [view.part_text("plans")]
    if not "".join(plans):
        return
    for span in _problem_spans(view):
        problem = view.text[span.start : span.end]
        if not any(answers(problem, _first(p)) or fit(problem, p) >= rule.options for p in plans):
            yield Hit(span.start, span.end)


def _unasked(_: Rule, view: View) -> Iterator[Hit]:
    """A plan whose heading takes up no problem."""
    problems = [view.text[s.start : s.end] for s in _problem_spans(view)]
    if not problems:
        return
    problems.append(view.part_text("problems"))
    for span in _plan_spans(view):
        text = view.text[span.start : span.end]
        if not any(answers(p, _first(text)) for p in problems):
            yield Hit(span.start, span.start + len(re.split(r"[。；\n]", text, maxsplit=1)[0]))


def _first(text: str) -> str:
    """The first sentence: a heading on a line of its own with the sentence below it."""
    return re.split("[。；]", text, maxsplit=1)[0]


def _read_vague(fields: Fields) -> str:
    """What makes a plan concrete."""
    return expression(fields, "concrete", required=True)


def _vague(rule: Rule, view: View) -> Iterator[Hit]:
    """Plans without a date, a figure, a name or a means: told once, at the first."""
    concrete = compiled(rule.options)
    vague = [s for s in _plan_spans(view) if not concrete.search(view.text, s.start, s.end)]
    if vague:
        first = view.text[vague[0].start : vague[0].end]
        more = f"等{len(vague)}条" if len(vague) > 1 else ""
        end = vague[0].start + len(re.split(r"[。；\n]", first, maxsplit=1)[0])
        yield Hit(vague[0].start, end, {"more": more})


KINDS = {
    "unanswered": Kind(_read_answers, frozenset({"least"}), find=_unanswered),
    "unasked": Kind(no_options, find=_unasked),
    "vague-plan": Kind(_read_vague, frozenset({"concrete"}), frozenset({"more"}), find=_vague),
}
