"""Names masked before a text leaves and put back when the reply comes (--mask): 〔单位1〕, 〔人员2〕, 〔电话1〕.

What is masked: the names the brief gives and those the office lists (sure), and what the patterns of
knowledge/egress.yaml find (people after a title, units, places, phones, ID numbers; a help, not a promise). The table
of a call is numbered in order of appearance, so that the same text always gives the same tokens; it stays in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant import resources
from assistant.brief import Brief
from assistant.errors import KnowledgeError, ServiceError

KINDS = ("unit", "person", "place", "phone", "id")
_OPEN, _CLOSE = "〔", "〕"
_SHORTEST_NAME = 2


class MaskError(ServiceError):
    """A token of a masked text was lost or altered by the model."""


@dataclass(frozen=True, slots=True)
class _Rules:
    labels: dict[str, str]
    finders: tuple[tuple[str, re.Pattern[str], frozenset[str]], ...]
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Masked:
    """The texts with tokens for names. ``table`` maps token to name."""

    texts: tuple[str, ...]
    table: dict[str, str]
    labels: tuple[str, ...]

    def tokens_in(self, text: str) -> tuple[str, ...]:
        """Tokens that stand for names in a text not masked."""
        return tuple(t for t, name in self.table.items() if name in text)

    def show(self, text: str) -> str:
        """The names put back as far as they can be, for display only."""
        for token, name in self.table.items():
            text = text.replace(token, name)
        return text

    def restore(self, reply: str, keep: Iterable[str] = ()) -> str:
        """MaskError for a token that is altered or unknown, or that stands in a text of ``keep`` and not in the reply."""
        wanted = [token for text in keep for token in self.tokens_in(text)]
        lost = [t for t in dict.fromkeys(wanted) if t not in reply and self.table[t] not in reply]
        if lost:
            raise MaskError(
                f"脱敏代号 {'、'.join(lost)} 在模型回复中丢失，这一段没有采用；请重试，或不用 --mask"
            )
        restored = self.show(reply)
        strange = _token_like(self.labels).search(restored)
        if strange and strange.group() not in self._given:
            raise MaskError(
                f"模型回复中有改动过或不认识的脱敏代号“{strange.group()}”，这一段没有采用；请重试，或不用 --mask"
            )
        return restored

    @property
    def _given(self) -> str:
        """The original texts: a run in them that looks like a token is the writer's own."""
        return "\n".join(self.show(t) for t in self.texts)


@dataclass(frozen=True, slots=True)
class Mask:
    """``names``: (kind, name) known beforehand, longest first."""

    names: tuple[tuple[str, str], ...]
    overlay: Path | None = None

    def apply(self, texts: Sequence[str]) -> Masked:
        """One table for all texts of a call."""
        rules = _rules(self.overlay)
        names = _by_length([*self.names, *rules.names])
        found = _find_all(texts, rules, names)
        token_of, table, counts = {}, {}, dict.fromkeys(KINDS, 0)
        given = "\n".join(texts)
        for kind, name in found:
            counts[kind] += 1
            while (token := f"{_OPEN}{rules.labels[kind]}{counts[kind]}{_CLOSE}") in given:
                counts[kind] += 1
            token_of[name], table[token] = token, name
        masked = tuple(_replace(text, token_of) for text in texts)
        return Masked(masked, table, tuple(rules.labels[k] for k in KINDS))


def mask_for(brief: Brief, overlay: Path | None = None) -> Mask:
    """The mask of a brief: its organisation, recipient, region and author by name, all else by pattern."""
    given = (
        ("unit", brief.organization),
        ("unit", brief.recipient),
        ("place", brief.region),
        ("person", brief.author),
    )
    return Mask(_by_length([(k, n.strip()) for k, n in given if len(n.strip()) >= _SHORTEST_NAME]), overlay)


def _by_length(names: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Longest first, so that 市局 inside 市局机关 is not taken alone."""
    return tuple(sorted(dict.fromkeys(names), key=lambda n: (-len(n[1]), n)))


def _replace(text: str, token_of: dict[str, str]) -> str:
    if not token_of:
        return text
    pattern = "|".join(re.escape(n) for n in sorted(token_of, key=lambda n: (-len(n), n)))
    return re.sub(pattern, lambda m: token_of[m.group()], text)


def _find_all(texts: Sequence[str], rules: _Rules, names: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(kind, name) in order of first appearance; given names first where both see the same place."""
    found: dict[str, tuple[int, int, str]] = {}
    for number, text in enumerate(texts):
        rest = text
        for kind, name in names:
            if (at := rest.find(name)) >= 0:
                found.setdefault(name, (number, at, kind))
                rest = rest.replace(name, "\0" * len(name))
        for kind, finder, never in rules.finders:
            for m in finder.finditer(rest):
                name = m["name"]
                if name not in never and "\0" not in name and len(name) >= _SHORTEST_NAME:
                    found.setdefault(name, (number, m.start("name"), kind))
            rest = finder.sub(lambda m, never=never: _blank(m, never), rest)  # type: ignore[misc]
    return [(kind, name) for name, (_, _, kind) in sorted(found.items(), key=lambda f: f[1][:2])]


def _blank(m: re.Match[str], never: frozenset[str]) -> str:
    """The match with its name made unreadable for later finders."""
    if m["name"] in never:
        return m.group()
    start, end = m.start("name") - m.start(), m.end("name") - m.start()
    return m.group()[:start] + "\0" * (end - start) + m.group()[end:]


@cache
def _token_like(labels: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(
        rf"[〔\[［【(（「『{{<《〈]\s*(?:{'|'.join(labels)})\s*[0-9０-９一二三四五六七八九十]*\s*[〕\]］】)）」』}}>》〉]"
    )


@cache
def _rules(overlay: Path | None) -> _Rules:
    path = resources.find("knowledge", "egress.yaml", overlay)
    shipped = resources.find("knowledge", "egress.yaml")
    try:
        data = {**_masking(shipped), **_masking(path)}
        names = tuple((k, str(n)) for k in KINDS for n in (data["names"].get(k) or ()))
        return _Rules({k: data["labels"][k] for k in KINDS}, tuple(_finders(data)), names)
    except (yaml.YAMLError, re.error, AttributeError, KeyError, TypeError, UnicodeDecodeError) as exc:
        raise KnowledgeError(f"脱敏规则读不懂：{exc}", path=path) from None


def _masking(path: Path) -> dict[str, Any]:
    return dict((yaml.safe_load(path.read_text("utf-8")) or {}).get("masking") or {})


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


def _finders(data: dict[str, Any]) -> Iterable[tuple[str, re.Pattern[str], frozenset[str]]]:
    """Surest first: a number before a name, a unit before a place inside it."""
    han = f"(?![{data['not_inside']}])[\u4e00-\u9fff]"
    before, suffixes = data["place_before"], _any(data["place_suffixes"])
    proper = rf"(?:(?<=[{before}])|^)(?![{data['not_first']}]|{han}{{0,3}}(?:{_any(data['not_containing'])}))(?:{han}){{2,4}}?"
    yield "id", _named("|".join(data["ids"])), frozenset()
    yield "phone", _named("|".join(data["phones"])), frozenset()
    yield "unit", _named(_unit(data, han, proper)), frozenset(data["unit_not"])
    yield "person", re.compile(_after_title(data, han)), frozenset(data["name_not"])
    yield "person", re.compile(_before_comrade(data, han)), frozenset(data["name_not"])
    place = rf"{_any(data['provinces'])}|{proper}(?:{suffixes})"
    yield "place", _named(place), frozenset(data["place_not"])


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(f"(?P<name>{pattern})", re.MULTILINE)


def _unit(data: dict[str, Any], han: str, proper: str) -> str:
    anchor = f"[{data['unit_anchor']}]"
    start = rf"(?:(?:{_any(data['provinces'])})|{proper}(?={anchor}))?"
    return rf"{start}{anchor}(?:{_any(data['unit_compounds'])}|(?:{han}){{1,12}}?)(?:{_any(data['unit_suffixes'])})(?!员)"


def _after_title(data: dict[str, Any], han: str) -> str:
    stop = _any(data["name_stop"])
    given = rf"(?!{stop}){han}(?:(?!{stop}){han})?"
    return rf"(?:{_any(data['titles'])})(?P<name>(?!{_any(data['name_not'])})[{data['surnames']}]{given})"


def _before_comrade(data: dict[str, Any], han: str) -> str:
    return rf"(?:(?<=[{data['place_before']}])|^)(?P<name>[{data['surnames']}]{han}{{1,2}})(?=同志)"
