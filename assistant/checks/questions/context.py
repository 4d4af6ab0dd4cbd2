"""What every check of the brief works with: the brief, the catalogue, the wording, and ``say`` to put a question."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.brief import Brief, Item
from assistant.catalogue import Catalogue, Genre
from assistant.catalogue.templates import own_name
from assistant.checks.questions.data import Data, Wording
from assistant.text import ordinal


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a question stands in the text: right after ``anchor`` in the sentence of fact ``fact`` (empty: in no fact's)."""

    fact: str
    anchor: str
    inline: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to ask, before merging."""

    rule: str
    group: str
    text: str
    weight: int
    blocking: bool
    facts: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Context:
    brief: Brief
    catalogue: Catalogue
    data: Data
    slots: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, brief: Brief, catalogue: Catalogue, data: Data) -> Context:
        genre = catalogue.genres.get(brief.kind)
        person = genre.person if genre else "unit"
        unit = "您" if person == "self" else _own(brief.organization, data)
        slots = {
            "unit": unit, "period": brief.period.label, "part": brief.period.part, "next": brief.period.next_label,
            "year": str(brief.period.start.year), "body": brief.body or "党组织", "organization": brief.organization,
            "kind": genre.name if genre else "这种材料",
        }  # fmt: skip
        return cls(brief, catalogue, data, slots)

    @property
    def genre(self) -> Genre | None:
        return self.catalogue.genres.get(self.brief.kind)

    @property
    def is_self(self) -> bool:
        return self.genre is not None and self.genre.person == "self"

    @property
    def is_party(self) -> bool:
        """Whether the text is a party report, or a party officer's own: those must speak of political study."""
        table, brief = self.data.tables["period"], self.brief
        if brief.kind not in table["party_kinds"]:
            return False
        return (
            not self.is_self or bool(brief.body) or re.search(table["party_author"], brief.author) is not None
        )

    @property
    def facts_text(self) -> str:
        return "\n".join(i.text for i in self.brief.facts)

    def say(
        self, name: str, /, *, facts: Iterable[Item] = (), at: Iterable[tuple[str, str]] = (), **slots: object
    ) -> Ask:
        """The question ``name`` of the file; ``at`` are (fact id, anchor) pairs where its inline stands."""
        return self.put(name, self.data.texts[name], facts, at, slots)

    def put(
        self,
        rule: str,
        wording: Wording,
        facts: Iterable[Item],
        at: Iterable[tuple[str, str]],
        slots: dict[str, object],
    ) -> Ask:
        known = {**self.slots, **{k: _inside(wording.text, k, str(v)) for k, v in slots.items()}}
        group = self.data.groups[wording.group]
        inline = wording.inline.format_map(known) if wording.inline else ""
        places = [("", wording.anchor.format_map(known))] if wording.anchor else at
        return Ask(
            f"ask/{rule}",
            wording.group,
            wording.text.format_map(known),
            group.weight if wording.weight is None else wording.weight,
            group.blocking if wording.blocking is None else wording.blocking,
            tuple(i.id for i in facts),
            tuple(Mark(fact, anchor, inline) for fact, anchor in places if inline and anchor),
        )


def _own(organization: str, data: Data) -> str:
    """本局, 本镇; 本单位 where the text is written in the name of a party organisation."""
    if re.search(data.tables["scope"]["party_org"], organization):
        return "本单位"
    return own_name(organization).replace("我", "本", 1)


def _inside(template: str, slot: str, value: str) -> str:
    """Quotation marks within quotation marks become single ones."""
    return value.translate(_SINGLE) if f"“{{{slot}}}”" in template else value


_SINGLE = str.maketrans("“”", "‘’")


def quoted(texts: Iterable[str], most: int = 4) -> str:
    """“甲”“乙”等: several quotations in a row."""
    items = list(dict.fromkeys(texts))
    return "".join(f"“{t.translate(_SINGLE)}”" for t in items[:most]) + ("等" if len(items) > most else "")


def clip(text: str, most: int = 24) -> str:
    """A fact short enough to quote."""
    return text if len(text) <= most else text[: most - 1] + "…"


def how_many(number: int) -> str:
    """The count: 两个."""
    return "两" if number == 2 else ordinal(number)
