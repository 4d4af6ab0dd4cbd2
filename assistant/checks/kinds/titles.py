"""Titles in 《》 against the register of documents: wrong, nearly right, or not yet published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from assistant.catalogue import Catalogue, PolicyDocument
from assistant.catalogue.nodes import Fields
from assistant.checks.memo import per_catalogue
from assistant.checks.rule import Hit, Kind, Rule, expression
from assistant.checks.view import View
from assistant.expressions import compiled
from assistant.finding import Severity
from assistant.text import clause_around, fold, occurrences

_ISSUER = re.compile(
    "^(?:中共中央办公厅国务院办公厅|中共中央国务院|中共中央办公厅|中共中央|国务院办公厅|国务院)(?=关于)"
)
_KINDS_OF_DOCUMENT = ("条例", "准则", "规定", "办法", "意见", "章程", "方案", "规则", "细则", "决定", "决议")
_LONG = 10  # a title of so many characters is not another one by chance when a single character differs
_STATE = "中华人民共和国"  # no part of what tells one law from another
_NUMERALS = set("0123456789一二三四五六七八九十")
_SMALL = set("的和与及、若干对关于工")
_REVISED = ("修订", "修正", "修改", "新版", "重新")
_BRACKET = re.compile(r"[（(](?:试行|暂行|草案|修订|修正|20\d\d年?.{0,6}|征求意见稿)[）)]$")


class _Register(NamedTuple):
    """Folded titles: right ones and wrong ones, each with its document; ``bare``: the right ones without the bracket at
    the end, each with its characters."""

    right: dict[str, PolicyDocument]
    wrong: dict[str, PolicyDocument]
    bare: tuple[tuple[str, frozenset[str], PolicyDocument], ...]


def _register(catalogue: Catalogue) -> _Register:
    documents = catalogue.documents
    right: dict[str, PolicyDocument] = {}
    wrong: dict[str, PolicyDocument] = {}
    for entry in documents:
        for name in (entry.title, *entry.aliases):
            right.setdefault(_key(name), entry)
    for entry in documents:
        for name in entry.wrong_titles:
            if _key(name) not in right:
                wrong[_key(name)] = entry
    shorn = ((_BRACKET.sub("", title), entry) for title, entry in right.items())
    return _Register(right, wrong, tuple((title, frozenset(title), entry) for title, entry in shorn))


def register_of(catalogue: Catalogue) -> _Register:
    return per_catalogue(catalogue, "titles", _register)


def _key(title: str) -> str:
    """For comparison: spaces and the comma that stands for one in running text are no difference."""
    return _ISSUER.sub("", _bare_key(title))


def _bare_key(title: str) -> str:
    return re.sub("[，、]", "", fold(title).strip("《》").replace("（", "(").replace("）", ")"))


def _wrong(rule: Rule, view: View) -> Iterator[Hit]:
    register = register_of(view.catalogue)
    for span in view.titles:
        key = _key(view.text[span.start : span.end])
        entry = register.wrong.get(key)
        if entry is not None:
            yield _hit(span.start, span.end, entry, None if entry.confidence == "high" else "warning")
        elif key not in register.right and (near := _nearest(key, register)) is not None:
            yield _hit(span.start, span.end, near, "warning")


def _hit(start: int, end: int, entry: PolicyDocument, severity: Severity | None) -> Hit:
    return Hit(start, end, {"right": entry.title, "issuer": entry.issuer}, entry.title, entry.id, severity)


def _nearest(key: str, register: _Register) -> PolicyDocument | None:
    """The document whose title is one or two characters away; a bracket at the end is no difference."""
    bare = _BRACKET.sub("", key)
    if len(bare) < 8:
        return None
    characters = set(bare)
    for other, held, entry in register.bare:
        if bare == other:
            return None
        if abs(len(bare) - len(other)) > 2 or len(characters - held) > 2:
            continue
        edits = _edits(bare, other)
        if edits and _slip(edits, len(other.removeprefix(_STATE))):
            return entry
    return None


def _edits(bare: str, other: str) -> list[tuple[str, str, str]]:
    """What makes one of the other: (kind of change, character here, character there); empty where it is more than two."""
    from rapidfuzz.distance import Levenshtein

    if Levenshtein.distance(bare, other, score_cutoff=2) > 2:
        return []
    return [
        (o.tag, bare[o.src_pos : o.src_pos + 1], other[o.dest_pos : o.dest_pos + 1])
        for o in Levenshtein.editops(bare, other)
    ]


def _slip(edits: list[tuple[str, str, str]], length: int) -> bool:
    """Whether the difference is one a hand makes, not another document: small words anywhere, otherwise one character
    of a long title; numerals never."""
    changed = [a if tag == "delete" else b if tag == "insert" else a + b for tag, a, b in edits]
    if any(c in _NUMERALS for pair in changed for c in pair):
        return False
    if all(c in _SMALL for pair in changed for c in pair):
        return True
    return len(edits) == 1 and length >= _LONG


def _too_early(rule: Rule, view: View) -> Iterator[Hit]:
    register = register_of(view.catalogue)
    for span in view.titles:
        entry = register.right.get(_key(view.text[span.start : span.end]))
        first = entry.first_date() if entry else None
        if entry and _known_from_start(entry) and first is not None and _later(first, view.as_of):
            yield Hit(span.start, span.end, {"when": f"{first.year}年{first.month}月"}, part=entry.id)


def _known_from_start(entry: PolicyDocument) -> bool:
    """Whether the first version listed is the first there was."""
    revised = entry.versions and any(w in entry.versions[0].event for w in _REVISED)
    return entry.confidence == "high" and not revised and not entry.title.startswith("《中华人民共和国")


def _later(first: date, on: date) -> bool:
    return (first.year, first.month) > (on.year, on.month)


def _bare(rule: Rule, view: View) -> Iterator[Hit]:
    """The full title of a document in running text without its 《》."""
    for title in per_catalogue(view.catalogue, "bare titles", _long_titles):
        if not view.may_hold(title):
            continue
        for at in occurrences(view.text, title):
            end = at + len(title)
            before, after = view.text[at - 1 : at], view.text[end : end + 1]
            if before != "《" and after not in ("》", "（") and not view.in_title(at, end):
                yield Hit(at, end, {"right": f"《{title}》"})
                break


def _former(rule: Rule, view: View) -> Iterator[Hit]:
    """A title given up for another one, cited as if it held; not where its sentence tells of the change."""
    told = compiled(rule.options)
    former = per_catalogue(view.catalogue, "former titles", _given_up)
    for span in view.titles:
        until, document = former.get(_bare_key(view.text[span.start : span.end]), (date.max, None))
        if document is None or view.as_of < until:
            continue
        around = clause_around(view.text, span.start, span.end)
        if not told.search(view.text, around.start, around.end):
            words = {"right": document.title, "when": f"{until.year}年{until.month}月"}
            yield Hit(span.start, span.end, words, part=document.id)


def _given_up(catalogue: Catalogue) -> dict[str, tuple[date, PolicyDocument]]:
    return {_bare_key(old.title): (old.until, d) for d in catalogue.documents for old in d.former_titles}


def _read_told(fields: Fields) -> str:
    """What in the same clause says that the title is of the past."""
    return expression(fields, "told", required=True)


def _long_titles(catalogue: Catalogue) -> tuple[str, ...]:
    titles = (d.title.strip("《》") for d in catalogue.documents)
    return tuple(t for t in titles if len(t) >= 9 and _BRACKET.sub("", t).endswith(_KINDS_OF_DOCUMENT))


def _short(rule: Rule, view: View) -> Iterator[Hit]:
    """A short title (《条例》) before any full title it could stand for, and never declared (以下简称)."""
    for span in view.titles:
        name = view.text[span.start + 1 : span.end - 1]
        if name not in rule.options:
            continue
        earlier = view.text[: span.start]
        if f"{name}》" not in earlier and f"{name}（" not in earlier and "以下简称" not in earlier[-12:]:
            yield Hit(span.start, span.end, {"name": name})
        break


def _read_short(fields: Fields) -> frozenset[str]:
    return frozenset(fields.texts("names", required=True))


def _none(_: Fields) -> None:
    return None


KINDS = {
    "title-registry": Kind(_none, words=frozenset({"right", "issuer"}), find=_wrong),
    "bare-title": Kind(_none, words=frozenset({"right"}), find=_bare),
    "short-title": Kind(_read_short, frozenset({"names"}), frozenset({"name"}), find=_short),
    "title-former": Kind(_read_told, frozenset({"told"}), frozenset({"right", "when"}), find=_former),
    "title-date": Kind(_none, words=frozenset({"when"}), find=_too_early),
}
