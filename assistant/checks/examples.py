"""The examples of a rule as its tests: every bad one must fire it, no good one may, and nothing may go untried.

Lines are read by their look alone (一、 is a heading, @title marks a title), so that a rule file needs no reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from assistant.brief import Period
from assistant.catalogue import Catalogue, load_catalogue
from assistant.catalogue.nodes import KnowledgeProblem
from assistant.checks.engine import check
from assistant.checks.kinds import KINDS
from assistant.checks.profile import Profile, unit_type
from assistant.checks.registry import RuleSet, load_rules, problems_of
from assistant.checks.rule import Example, Rule
from assistant.document import Block, Document, Part
from assistant.expressions import compiled

_MARKED = re.compile(r"@(title|heading|signature|date|recipient) ")
_LEVELS = (
    (1, re.compile(r"[一二三四五六七八九十]{1,3}、")),
    (2, re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]")),
    (3, re.compile(r"\d{1,2}[.．、](?!\d)")),
    (4, re.compile(r"[（(]\d{1,2}[）)]")),
)
_PARTS: tuple[tuple[Part, str], ...] = (
    ("problems", "问题|不足"),
    ("plans", "打算|计划|下一步"),
    ("achievements", "做法|成效|工作"),
)
_TITLE = re.compile(r"[^。，]{4,40}(?:总结|报告|总结报告|述职报告)")
_DEFAULT_DAY = date(2023, 7, 5)


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that does not do what it should."""

    rule: str
    path: str
    line: int
    message: str


def document_of(text: str) -> Document:
    """Blocks of a short text, a line each."""
    blocks: list[Block] = []
    part: Part | None = "opening"
    for number, line in enumerate(text.split("\n"), 1):
        marked = _MARKED.match(line)
        if marked:
            blocks.append(Block(line[marked.end() :], marked[1], 0, None, number))  # type: ignore[arg-type]
            continue
        level = next((n for n, pattern in _LEVELS if pattern.match(line.strip())), 0)
        if level == 1:
            part = next((p for p, words in _PARTS if re.search(words, line)), None)
        if not blocks and not level and _TITLE.fullmatch(line):
            blocks.append(Block(line, "title", 0, None, number))
        elif re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日", line):
            blocks.append(Block(line, "date", 0, None, number))
        elif re.fullmatch(r"\S{1,20}(?:局|党组|党委|党支部)", line):
            blocks.append(Block(line, "signature", 0, None, number))
        else:
            run_in = level and re.search(r"。.", line)
            blocks.append(Block(line, "body" if run_in or not level else "heading", level, part, number))
    return Document(tuple(blocks))


def profile_for(example: Example) -> Profile:
    return Profile(
        example.kind,
        example.organization,
        example.body,
        example.region,
        Period.parse(example.period) if example.period else None,
        example.as_of,
        unit_type(example.organization),
    )


def verify(rules: RuleSet, catalogue: Catalogue) -> Iterator[Failure]:
    """What is wrong with the examples of a set of rules; nothing where all is well."""
    for rule in rules:
        if rule.kind == "external":
            continue
        alone = rules.only(rule.id)
        tried: set[str] = set()
        for example in (*rule.bad, *rule.good):
            fired = _fires(alone, example, catalogue)
            wanted = example in rule.bad
            if fired != wanted:
                text = example.text.replace("\n", "⏎")
                said = "应报而未报" if wanted else "不应报而报"
                yield Failure(rule.id, rule.path, example.line or rule.line, f"例句{said}：{text}")
            tried.add(example.text)
        yield from _untried(rule, tried, partial(_fires, alone, catalogue=catalogue))


def validate(overlay: Path | None = None) -> tuple[KnowledgeProblem, ...]:
    """Everything wrong in the rule files: what cannot be read, and where that is nothing, examples that fail."""
    problems = problems_of(overlay)
    if problems:
        return problems
    failures = verify(load_rules(overlay), load_catalogue(overlay))
    return tuple(KnowledgeProblem(f.path, f.line, f"{f.rule}：{f.message}") for f in failures)


def _fires(rules: RuleSet, example: Example, catalogue: Catalogue) -> bool:
    profile = profile_for(example)
    found = check(
        document_of(example.text),
        catalogue=catalogue,
        rules=rules,
        profile=profile,
        as_of=profile.as_of or _DEFAULT_DAY,
    )
    return bool(found)


def _untried(rule: Rule, tried: set[str], fires: Callable[[Example], bool]) -> Iterator[Failure]:
    """Expressions of a pattern rule that none of its examples hold, a literal being its own; a rule with no bad
    example at all."""
    if KINDS[rule.kind].patterns is None or not isinstance(rule.options, tuple):
        if not rule.bad and rule.severity != "info":
            yield Failure(rule.id, rule.path, rule.line, "没有应报的例句（bad）")
        return
    for entry in rule.options:
        if not entry.regex or any(compiled(entry.regex).search(t) for t in tried):
            continue
        if not entry.literal or not fires(Example(entry.literal)):
            yield Failure(rule.id, rule.path, entry.line or rule.line, f"没有例句用到：{entry.regex}")
