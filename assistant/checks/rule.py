"""A rule as its YAML says it: what it is called, how grave it is, why, when it holds, where, and its own examples.

In: one mapping of knowledge/rules/*.yaml. Out: a frozen ``Rule``; its kind's own keys stay in ``options``, read by
the kind. Every problem is noted with file and line; nothing is judged here.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from assistant import resources
from assistant.catalogue.nodes import Fields, is_mapping, is_scalar
from assistant.finding import SEVERITIES, Severity

if TYPE_CHECKING:
    import yaml

    from assistant.catalogue import Catalogue
    from assistant.checks.view import View

Level = Literal["条例", "国标", "文件", "惯例"]
LEVELS: tuple[Level, ...] = ("条例", "国标", "文件", "惯例")
GROUPS = ("structure", "wording", "facts", "leftover", "repeat", "format")
SCOPES = ("title", "heading", "heading:1", "heading:2", "heading:3", "heading:4", "opening", "body", "quote")
PARTS = ("achievements", "problems", "plans", "closing")
_COMMON = frozenset(
    ["id", "kind", "severity", "message", "why", "since", "until", "scope", "except", "titles", "genres"]
) | {"unless_genres", "good", "bad"}
_EXAMPLE = frozenset(["text", "as_of", "organization", "body", "region", "period", "kind"])


class Why(NamedTuple):
    """``authority`` names the source of the rule; a rule that rests on custom (惯例) is never an error."""

    authority: str
    level: Level


class Example(NamedTuple):
    """A short text that must fire the rule (bad) or must not (good), with what it has to be read with."""

    text: str
    as_of: date | None = None
    organization: str = ""
    body: str = ""
    region: str = ""
    period: str = ""
    kind: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """``exceptions`` are regular expressions: a hit that lies inside one of their matches is none. ``titles``: whether
    the rule also looks inside 《》. ``genres``: only texts of these genres (empty: all), ``unless_genres``: not of these. ``options``: the kind's own."""

    id: str
    kind: str
    severity: Severity
    message: str
    why: Why
    since: date | None = None
    until: date | None = None
    scope: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    titles: bool = False
    genres: tuple[str, ...] = ()
    unless_genres: tuple[str, ...] = ()
    good: tuple[Example, ...] = ()
    bad: tuple[Example, ...] = ()
    options: Any = None
    path: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    def holds(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


class Pattern(NamedTuple):
    """One expression of a rule. ``part`` narrows the rule's id; ``replacement`` is set where substituting is safe
    (\\1 works); ``after`` and ``before`` bound the dates it holds for, besides the rule's own; ``guarded``: a match
    inside a longer wording of the catalogue that is right is none; ``bodies``: only in texts of a unit with one of these party bodies."""

    rule: Rule
    regex: str
    severity: Severity
    part: str = ""
    words: Mapping[str, str] = MappingProxyType({})
    replacement: str | None = None
    after: date | None = None
    before: date | None = None
    guarded: bool = False
    bodies: tuple[str, ...] = ()

    def holds(self, on: date) -> bool:
        in_time = (self.after is None or self.after < on) and (self.before is None or on < self.before)
        return in_time and self.rule.holds(on)


class Hit(NamedTuple):
    """A finding in the making: ``start``/``end`` count characters of the whole text (-1: the text as a whole).
    ``words`` fill the message; ``fix`` replaces the span where that is safe; ``part`` narrows the rule's id."""

    start: int
    end: int
    words: Mapping[str, str] = MappingProxyType({})
    fix: str | None = None
    part: str = ""
    severity: Severity | None = None


class Kind(NamedTuple):
    """A mechanism. ``keys`` are the rule's own keys in YAML and ``words`` what its message may name besides {quote};
    it looks through the text either with ``find`` or by handing over ``patterns``."""

    read: Callable[[Fields], Any]
    keys: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    find: Callable[[Rule, View], Iterable[Hit]] | None = None
    patterns: Callable[[Rule, Catalogue], Iterable[Pattern]] | None = None


def no_options(_: Fields) -> None:
    """For kinds that have no keys of their own."""


def expression(fields: Fields, key: str, *, required: bool = False) -> str:
    """A regular expression. The shipped ones are compiled by the tests and when first needed; a user's at once, so that
    a wrong one is an error with its line."""
    if _is_shipped(str(fields.path)):
        return fields.text(key, required=required)
    return fields.pattern(key, required=required)


def wrong(fields: Fields, regex: str) -> str:
    """What is wrong with an expression of a user's file; '' where nothing is, and for the shipped ones."""
    try:
        if not _is_shipped(str(fields.path)):
            re.compile(regex)
    except re.error as exc:
        return str(exc)
    return ""


@lru_cache(maxsize=64)
def _is_shipped(path: str) -> bool:
    return Path(path).is_relative_to(resources.shipped("knowledge"))


def read_rule(node: yaml.Node, path: Any, kinds: dict[str, Kind], problems: list[Any]) -> Rule | None:
    """One rule, or None where it cannot be read; what is wrong is in ``problems``."""
    before = len(problems)
    name = _kind_name(node)
    kind = kinds.get(name)
    if kind is None:
        fields = Fields(path, node, _COMMON | _all_keys(node), problems)
        fields.choice("kind", sorted(kinds))
        return None
    fields = Fields(path, node, _COMMON | kind.keys, problems)
    rule = Rule(
        id=_id(fields),
        kind=name,
        severity=fields.choice("severity", SEVERITIES) or "info",  # type: ignore[arg-type]
        message=_message(fields, kind),
        why=_why(fields),
        since=fields.day("since"),
        until=fields.day("until"),
        scope=_scope(fields),
        exceptions=_patterns(fields, "except"),
        titles=fields.flag("titles", False),
        genres=fields.texts("genres"),
        unless_genres=fields.texts("unless_genres"),
        good=_examples(fields, "good"),
        bad=_examples(fields, "bad"),
        options=kind.read(fields),
        path=str(path),
        line=fields.line,
    )
    if rule.severity == "error" and rule.why.level == "惯例":
        fields.problem(
            "惯例不能判为 error，请改为 warning，或写明条例、国标、文件依据", fields.at("severity")
        )
    return rule if len(problems) == before else None


def _kind_name(node: yaml.Node) -> str:
    if is_mapping(node):
        for key, value in node.value:
            if key.value == "kind" and is_scalar(value):
                return str(value.value)
    return ""


def _all_keys(node: yaml.Node) -> frozenset[str]:
    pairs = node.value if is_mapping(node) else ()
    return frozenset(k.value for k, _ in pairs if is_scalar(k))


def _id(fields: Fields) -> str:
    id = fields.text("id", required=True)
    group, _, name = id.partition("/")
    if id and (group not in GROUPS or not name or not id.isascii()):
        fields.problem(f"id 应写成 组/名称（组为 {'、'.join(GROUPS)} 之一，名称用英文）", fields.at("id"))
    return id


def _message(fields: Fields, kind: Kind) -> str:
    message = fields.text("message", required=True)
    known = kind.words | {"quote"}
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(message) if name is not None}
    except ValueError:
        fields.problem("message 中的大括号不成对", fields.at("message"))
        return message
    for name in sorted(names - known):
        fields.problem(
            f"message 中不能用 {{{name}}}，可用的有 {'、'.join(sorted(known))}", fields.at("message")
        )
    return message


def _why(fields: Fields) -> Why:
    if "why" not in fields:
        fields.problem("缺少 why（依据）")
        return Why("", "惯例")
    inner = Fields(fields.path, fields.at("why"), {"authority", "level"}, fields.problems)
    level = inner.choice("level", LEVELS)
    return Why(inner.text("authority", required=True), level or "惯例")  # type: ignore[arg-type]


def _scope(fields: Fields) -> tuple[str, ...]:
    scopes = fields.texts("scope")
    for name in scopes:
        if name not in SCOPES + PARTS:
            fields.problem(f"scope 中没有 {name}，可用的有 {'、'.join(SCOPES + PARTS)}", fields.at("scope"))
    return scopes


def _patterns(fields: Fields, key: str) -> tuple[str, ...]:
    out = []
    for node in fields.items(key):
        regex = str(node.value) if is_scalar(node) else "("
        if message := wrong(fields, regex):
            fields.problem(f"{key} 的正则写得不对：{message}", node)
        out.append(regex)
    return tuple(out)


def _examples(fields: Fields, key: str) -> tuple[Example, ...]:
    out = []
    for node in fields.items(key):
        line = node.start_mark.line + 1
        if is_scalar(node):
            out.append(Example(str(node.value), line=line))
            continue
        inner = Fields(fields.path, node, _EXAMPLE, fields.problems)
        rest = {k: inner.text(k) for k in ("organization", "body", "region", "period", "kind")}
        out.append(Example(inner.text("text", required=True), inner.day("as_of"), **rest, line=line))
    return tuple(out)
