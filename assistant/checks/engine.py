"""One text against a set of rules: every pattern in one pass, then the mechanisms that look at the whole.

In: a document, the catalogue, the rules. Out: findings in reading order. Pure and single-threaded; the same input
gives the same findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from assistant.catalogue import Catalogue
from assistant.checks.kinds.catalogue_wording import right_forms
from assistant.checks.memo import per_catalogue
from assistant.checks.profile import Profile, infer_profile
from assistant.checks.registry import KINDS, RuleSet
from assistant.checks.rule import Hit, Pattern, Rule
from assistant.checks.view import View
from assistant.document import Document
from assistant.expressions import compiled
from assistant.finding import SEVERITIES, Finding, Fix, Severity

_AROUND = 60  # characters on each side in which an exception may stand
_QUOTE_LIMIT = 60
_INNER = str.maketrans("“”", "‘’")  # quotation marks within quotation marks
_GARBLED = "format/garbled"
_FAMILIES = {
    "wording": "words",
    "leftover": "words",
    "repeat": "repeat",
}  # groups that see one fault from several sides


def check(
    document: Document,
    *,
    catalogue: Catalogue,
    rules: RuleSet,
    profile: Profile | None = None,
    as_of: date | None = None,
) -> tuple[Finding, ...]:
    """Findings sorted by paragraph, then place. Without a profile the text's own is inferred; without a day the
    wording is judged by the text's date, the end of its period, or today."""
    profile = profile if profile is not None else infer_profile(document)
    day = as_of or profile.as_of or date.today()
    view = View(document, profile, day, catalogue)
    found = [*_by_pattern(view, rules), *_by_mechanism(view, rules)]
    return tuple(sorted(_distinct((f for f in found if _readable(f, view)), _families(rules)), key=_order))


def _readable(finding: Finding, view: View) -> bool:
    """Nothing is said of a stretch that is garbled but that it is."""
    if finding.rule == _GARBLED or finding.paragraph < 0 or not view.garbled:
        return True
    start, end = view.starts[finding.paragraph] + finding.start, view.starts[finding.paragraph] + finding.end
    return not any(s.start < end and start < s.end for s in view.garbled)


def _order(finding: Finding) -> tuple[int, int, int, str]:
    return finding.paragraph, finding.start, finding.end, finding.rule


def _by_pattern(view: View, rules: RuleSet) -> Iterator[Finding]:
    def wanted(pattern: Pattern) -> bool:
        return pattern.holds(view.as_of) and _applies(pattern.rule, view) and _for_body(pattern, view)

    for pattern, match in rules.scanner(view.catalogue).matches(view.text, view.lines, wanted):
        start, end = match.span()
        if not _stands(pattern.rule, view, start, end) or _protected(pattern, view, start, end):
            continue
        words = {k: _expand(v, match) for k, v in pattern.words.items()}
        fix = _expand(pattern.replacement, match) if pattern.replacement is not None else None
        yield _finding(pattern.rule, Hit(start, end, words, fix, pattern.part, pattern.severity), view)


def _by_mechanism(view: View, rules: RuleSet) -> Iterator[Finding]:
    for rule in rules.rules:
        find = KINDS[rule.kind].find
        if find is None or not rule.holds(view.as_of) or not _applies(rule, view):
            continue
        for hit in find(rule, view):
            if hit.start < 0 or _stands(rule, view, hit.start, hit.end):
                yield _finding(rule, hit, view)


def _applies(rule: Rule, view: View) -> bool:
    kind = view.profile.kind
    return (not rule.genres or kind in rule.genres) and kind not in rule.unless_genres


def _stands(rule: Rule, view: View, start: int, end: int) -> bool:
    if view.in_blank(start, end) or (not rule.titles and view.in_title(start, end)):
        return False
    return view.in_scope(rule.scope, start, end) and not _excepted(rule, view.text, start, end)


def _excepted(rule: Rule, text: str, start: int, end: int) -> bool:
    low, high = max(0, start - _AROUND), min(len(text), end + _AROUND)
    for regex in rule.exceptions:
        for m in compiled(regex).finditer(text, low, high):
            if m.start() <= start and end <= m.end():
                return True
    return False


def _for_body(pattern: Pattern, view: View) -> bool:
    return not pattern.bodies or view.profile.body in pattern.bodies


def _protected(pattern: Pattern, view: View, start: int, end: int) -> bool:
    """Whether the match lies inside a longer wording that is right."""
    if not pattern.guarded:
        return False
    quote = view.text[start:end]
    for longer in per_catalogue(view.catalogue, "right", right_forms):
        if quote in longer and quote != longer:
            at = view.text.find(longer, max(0, end - len(longer)), start + len(longer))
            if 0 <= at <= start and end <= at + len(longer):
                return True
    return False


def _expand(template: str, match: re.Match[str]) -> str:
    return match.expand(template) if "\\" in template else template


def _finding(rule: Rule, hit: Hit, view: View) -> Finding:
    id = f"{rule.id}.{hit.part}" if hit.part else rule.id
    severity: Severity = _lower(rule.severity, hit.severity)
    if hit.start < 0:
        return Finding(id, severity, rule.message.format(quote="", **hit.words))
    block = view.block_at(hit.start)
    base, text = view.starts[block], view.blocks[block].text
    start, end = hit.start - base, min(hit.end - base, len(text))
    quote = text[start:end]
    shown = quote if len(quote) <= _QUOTE_LIMIT else quote[:_QUOTE_LIMIT] + "…"
    if len(quote) > 1 and "“{quote}”" in rule.message:
        shown = shown.translate(_INNER)
    fix = Fix(start, end, hit.fix) if hit.fix is not None else None
    return Finding(id, severity, rule.message.format(quote=shown, **hit.words), block, start, end, quote, fix)


def _lower(cap: Severity, own: Severity | None) -> Severity:
    """The graver a single entry says it is, never above its rule."""
    if own is None:
        return cap
    return max(cap, own, key=SEVERITIES.index)


def _families(rules: RuleSet) -> dict[str, str]:
    """Rules that see one fault from several sides, by what they have in common. Those that compare two places of the
    text stand each for itself."""
    return {
        rule.id: family
        for rule in rules
        if (family := _FAMILIES.get(rule.id.partition("/")[0])) and "place" not in KINDS[rule.kind].words
    }


def _distinct(found: Iterable[Finding], families: dict[str, str]) -> list[Finding]:
    """One finding a place and fault: of findings that say the same of the same characters the gravest stays, then the
    one that can be mended, the one with a source of its own, the longest."""
    kept: dict[tuple[int, str], list[Finding]] = {}
    for finding in sorted(found, key=_weight):
        rule = finding.rule.partition(".")[0]
        family = finding.message if finding.paragraph < 0 else families.get(rule, rule)
        held = kept.setdefault((finding.paragraph, family), [])
        if not any(_same_fault(finding, other) for other in held):
            held.append(finding)
    return [f for held in kept.values() for f in held]


def _weight(finding: Finding) -> tuple[int, bool, bool, int, str]:
    grave = SEVERITIES.index(finding.severity)
    return grave, finding.fix is None, "." not in finding.rule, finding.start - finding.end, finding.rule


def _same_fault(one: Finding, other: Finding) -> bool:
    """One inside the other and not a mere word of it; of one rule, any overlap."""
    low, high = max(one.start, other.start), min(one.end, other.end)
    short, long = sorted((one.end - one.start, other.end - other.start))
    inside = high - low == short and short * 3 >= long
    return inside or (low < high and one.rule.partition(".")[0] == other.rule.partition(".")[0])
