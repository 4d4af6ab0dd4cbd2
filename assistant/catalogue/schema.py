"""What each kind of entry may hold, and how it becomes a value. Problems go to ``Fields``; a broken entry is None."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

from assistant.catalogue.nodes import Fields
from assistant.catalogue.types import (
    CampaignWindow,
    CharError,
    Confidence,
    FormerTitle,
    Formulation,
    Milestone,
    OrderRule,
    OrgTerm,
    PeriodRule,
    PeriodTopic,
    PolicyDocument,
    Quote,
    Source,
    Theme,
    Variant,
    Version,
)
from assistant.finding import SEVERITIES, Severity

CONFIDENCE: tuple[str, ...] = get_args(Confidence)
OFF = "off"
_WRONG = ("literal", "regex", "fix", "severity", "replacement", "after")
_EXAMPLES = ("good", "bad")


@dataclass(frozen=True, slots=True)
class Kind:
    """One list of a data file: its key, the keys of its entries, and the function that builds one."""

    name: str
    keys: frozenset[str]
    build: Callable[[Fields], Any]


def _severity(f: Fields) -> Severity:
    return cast(Severity, f.choice("severity", SEVERITIES) or "info")


def _confidence(f: Fields) -> Confidence:
    return cast(Confidence, f.choice("confidence", CONFIDENCE, "high"))


def _literal_or_regex(f: Fields) -> str:
    if ("literal" in f) == ("regex" in f):
        f.problem("literal（照字面）和 regex（正则）要写一个，也只写一个")
        return ""
    return (
        re.escape(f.text("literal", required=True)) if "literal" in f else f.pattern("regex", required=True)
    )


def _sources(f: Fields) -> tuple[Source, ...]:
    return tuple(
        Source(s.text("title", required=True), s.text("issuer", required=True), s.text("date"))
        for s in f.mappings("sources", ("title", "issuer", "date"))
    )


def _variants(f: Fields) -> tuple[Variant, ...]:
    return tuple(
        Variant(
            regex=_literal_or_regex(v),
            fix=v.text("fix", required=True),
            severity=_severity(v),
            applies_after=v.day("after"),
            replacement=v.text("replacement") or None,
        )
        for v in f.mappings("variants", _WRONG)
    )


def _quotes(f: Fields, sources: tuple[Source, ...]) -> tuple[Quote, ...]:
    out = []
    for q in f.mappings("quotes", ("text", "source")):
        title = q.text("source")
        source = next((s for s in sources if s.title == title or not title), None)
        if source is None:
            q.problem(f"source“{title}”不在本条的 sources 里", q.at("source"))
            continue
        out.append(Quote(q.text("text", required=True), source))
    return tuple(out)


def formulation(f: Fields) -> Formulation:
    sources = _sources(f)
    entry = Formulation(
        id=f.text("id", required=True),
        text=f.text("text", required=True),
        category=f.text("category", required=True),
        members=f.texts("members"),
        ordered=f.flag("ordered", True),
        aliases=f.texts("aliases"),
        introduced=f.day("introduced"),
        deprecated=f.day("deprecated"),
        superseded_by=f.text("superseded_by"),
        preferred=f.texts("preferred"),
        accepted=f.texts("accepted"),
        avoid=f.texts("avoid"),
        variants=_variants(f),
        sources=sources,
        themes=f.texts("themes"),
        region=f.text("region"),
        note=f.text("note"),
        confidence=_confidence(f),
        verified=f.flag("verified", False),
        good=f.texts("good"),
        bad=f.texts("bad"),
        quotes=_quotes(f, sources),
        introduced_text=f.text("introduced_text"),
        deprecated_text=f.text("deprecated_text"),
    )
    _check_formulation(entry, f)
    return entry


def _check_formulation(entry: Formulation, f: Fields) -> None:
    if entry.introduced and entry.deprecated and entry.introduced > entry.deprecated:
        f.problem(
            f"introduced（{entry.introduced}）晚于 deprecated（{entry.deprecated}）", f.at("introduced")
        )
    strict = any(v.severity == "error" for v in entry.variants)
    if strict and not (entry.verified and entry.confidence == "high"):
        f.problem(
            "severity: error 只能用于 confidence: high 且 verified: true 的条目，请降为 warning",
            f.at("variants"),
        )
    if strict and not entry.sources:
        f.problem("severity: error 的条目必须写明出处 sources", f.at("variants"))
    if entry.quotes and not entry.citable:
        f.problem("quotes 只能用于已核（verified: true）且写明 sources 的条目", f.at("quotes"))


def document(f: Fields) -> PolicyDocument:
    versions = tuple(
        Version(v.text("date", required=True), v.text("event", required=True), v.day("effective"))
        for v in f.mappings("versions", ("date", "event", "effective"), required=True)
    )
    for version in versions:
        if not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2])(-([0-2]\d|3[01]))?)?", version.date):
            f.problem(f"日期 {version.date} 不对，请写成 2023、2023-06 或 2023-06-30", f.at("versions"))
    title = f.text("title", required=True)
    if title and not (title.startswith("《") and title.endswith("》")):
        f.problem("title 要带书名号《》", f.at("title"))
    return PolicyDocument(
        id=f.text("id", required=True),
        title=title,
        issuer=f.text("issuer"),
        group=f.text("group"),
        versions=versions,
        aliases=f.texts("aliases"),
        wrong_titles=f.texts("wrong_titles"),
        number=f.text("number"),
        status=f.text("status"),
        note=f.text("note"),
        themes=f.texts("themes"),
        confidence=_confidence(f),
        verified=f.flag("verified", False),
        former_titles=_former_titles(f),
    )


def _former_titles(f: Fields) -> tuple[FormerTitle, ...]:
    out = []
    for t in f.mappings("former_titles", ("title", "until")):
        until = t.day("until", required=True)
        if until is not None:
            out.append(FormerTitle(t.text("title", required=True), until))
    return tuple(out)


def order(f: Fields) -> OrderRule:
    entry = OrderRule(
        id=f.text("id", required=True),
        scope=f.text("scope", required=True),
        sequence=f.texts("sequence", required=True),
        rule=f.text("rule", required=True),
        severity=_severity(f),
        confidence=_confidence(f),
    )
    if len(entry.sequence) < 2 or len(set(entry.sequence)) != len(entry.sequence):
        f.problem("sequence 至少两项，且不得重复", f.at("sequence"))
    return entry


def milestone(f: Fields) -> Milestone | None:
    earliest = f.day("earliest", required=True)
    pattern = _literal_or_regex(f)
    if earliest is None:
        return None
    return Milestone(
        id=f.text("id", required=True),
        name=f.text("name", required=True),
        earliest=earliest,
        pattern=pattern,
        detail=f.text("detail"),
        confidence=_confidence(f),
        good=f.texts("good"),
        bad=f.texts("bad"),
    )


def window(f: Fields) -> CampaignWindow | None:
    start, end = f.day("start", required=True), f.day("end", required=True)
    if start is None or end is None:
        return None
    if start > end:
        f.problem(f"start（{start}）晚于 end（{end}）", f.at("start"))
    return CampaignWindow(
        name=f.text("name", required=True),
        start=start,
        end=end,
        short=f.texts("short"),
        units=f.text("units"),
        batch=int(f.number("batch", 0)),
        note=f.text("note"),
        id=f.text("id", required=True),
    )


def period(f: Fields) -> PeriodRule | None:
    start, end = f.day("start", required=True), f.day("end", required=True)
    if start is None or end is None:
        return None
    if start > end:
        f.problem(f"start（{start}）晚于 end（{end}）", f.at("start"))
    topics = (*_topics(f, "must"), *_topics(f, "should"))
    return PeriodRule(
        start=start,
        end=end,
        label=f.text("label", required=True),
        must=tuple(t.any for t in topics if t.must),
        should=tuple(t.any for t in topics if not t.must),
        forbidden=f.texts("forbidden"),
        caution=f.texts("caution"),
        id=f.text("id", required=True),
        topics=topics,
    )


def _topics(f: Fields, key: str) -> tuple[PeriodTopic, ...]:
    return tuple(
        PeriodTopic(t.texts("any", required=True), key == "must", t.day("since"))
        for t in f.mappings(key, ("any", "since"))
    )


def char_error(f: Fields) -> CharError:
    return CharError(
        regex=_literal_or_regex(f),
        right=f.text("right", required=True),
        severity=_severity(f),
        replacement=f.text("replacement") or None,
        id=f.text("id", required=True),
        good=f.texts("good"),
        bad=f.texts("bad"),
    )


def org_term(f: Fields) -> OrgTerm:
    return OrgTerm(
        id=f.text("id", required=True),
        regex=_literal_or_regex(f),
        fix=f.text("fix", required=True),
        rule=f.text("rule", required=True),
        severity=_severity(f),
        bodies=f.texts("bodies"),
        good=f.texts("good"),
        bad=f.texts("bad"),
    )


def theme(f: Fields) -> Theme:
    lexicon: list[tuple[str, float]] = []
    for word, weight, node in f.pairs("lexicon"):
        try:
            lexicon.append((word, float(weight)))
        except ValueError:
            f.problem(f"lexicon 中 {word} 的权重应是数字", node)
    if not lexicon:
        f.problem("lexicon 不能为空", f.at("lexicon"))
    return Theme(
        id=f.text("id", required=True),
        name=f.text("name", required=True),
        lexicon=tuple(lexicon),
        headings=f.texts("headings", required=True),
        order=int(f.number("order", 0)),
    )


def _kind(name: str, keys: str, build: Callable[[Fields], Any], *more: str) -> Kind:
    return Kind(name, frozenset((*keys.split(), *more)), build)


KINDS: Mapping[str, Kind] = {
    k.name: k
    for k in (
        _kind(
            "formulations",
            "id text category members ordered aliases introduced introduced_text deprecated deprecated_text "
            "superseded_by preferred accepted avoid variants sources themes region note confidence verified quotes",
            formulation,
            *_EXAMPLES,
        ),
        _kind(
            "documents",
            "id title issuer group versions aliases wrong_titles former_titles number status note themes confidence verified",
            document,
        ),
        _kind("orders", "id scope sequence rule severity confidence", order),
        _kind("milestones", "id name earliest literal regex detail confidence", milestone, *_EXAMPLES),
        _kind("windows", "id name start end short units batch note", window),
        _kind("periods", "id start end label must should forbidden caution", period),
        _kind("char_errors", "id literal regex right severity replacement", char_error, *_EXAMPLES),
        _kind("org_terms", "id literal regex fix rule severity bodies", org_term, *_EXAMPLES),
        _kind("themes", "id name order lexicon headings", theme),
    )
}
