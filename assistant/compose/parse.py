"""From a reply to sections: total, any text gives sections and findings, never an exception.

Marks ⟦F04⟧ stand before a sentence's closing punctuation (or just after it) and bind the sentence to ledger and
policy ids; ids that do not exist are dropped and reported. Headings are the plan's own, whatever the reply writes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from assistant.compose.slots import fill_slots
from assistant.document import Paragraph, Section, Sentence
from assistant.plan.types import SectionPlan
from assistant.similarity import cosine
from assistant.text import CLOSERS, SENTENCE_END, ordinal, strip_invisible

_ID = r"[A-Za-z]\s*\d{1,4}"
MARK = re.compile(rf"⟦\s*({_ID}(?:\s*[、,，;；和/\s-]?\s*{_ID})*)\s*⟧")
_ONE = re.compile(r"([A-Za-z])\s*0*(\d{1,4})")
_LOOSE = re.compile(
    r"[\[［〚〖【（(]{1,2}\s*([FQPD]\d{1,3}(?:\s*[、,，]\s*[FQPD]\d{1,3})*)\s*[\]］〛〗】）)]{1,2}"
)
_STRAY = re.compile(r"⟦[^⟧\n。！？；，]{0,20}⟧|⟦[A-Za-z]?\s?\d{0,4}(?=$|[。！？；，])|[⟦⟧]")
_THINK = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"^\s*(?:```|~~~).*$", re.MULTILINE)
_LAYOUT = re.compile(r"</?(?:br|p|b|i|u|strong|em)\s*/?>", re.IGNORECASE)
_MARKDOWN = re.compile(r"^\s{0,3}(?:#{1,6}\s+|[-*+•]\s+|>\s+)|\*\*|__|`")
_SUBHEAD = re.compile(r"^（[一二三四五六七八九十]+）\s*(?P<heading>[^。；！？]{2,40})[。：]?$")
_TOP_HEAD = re.compile(r"^[一二三四五六七八九十]+、[^。；！？]{2,40}$")
_CHATTER = re.compile(
    r"^(?:好的|当然|没问题|明白|收到|以下(?:是|为)|下面(?:是|为)|根据(?:您|你)|希望(?:对您|以上)|如(?:需|果您)|（?(?:约|共|全文)?字数|注[:：]|说明[:：]|备注[:：])"
)
_ALIKE = 0.5


@dataclass(frozen=True, slots=True)
class Parsed:
    """``bad_marks``: ids and slots the reply used that nobody gave it."""

    sections: tuple[Section, ...]
    bad_marks: tuple[str, ...] = ()


def parse_reply(
    reply: str, plan: SectionPlan, known: Collection[str], slots: Mapping[str, str] | None = None
) -> Parsed:
    """The section (and, for plans, its subsections) a reply holds; ``known`` are the ids it may use."""
    text, bad_slots = fill_slots(_cleaned(reply), slots or {})
    bad = list(bad_slots)
    places: list[list[Paragraph]] = [[] for _ in range(len(plan.subheads) + 1)]
    lines = list(_lines(text, plan))
    heads = _heads(lines, plan)
    at = 0
    for n, line in enumerate(lines):
        if n in heads:
            at = heads[n] if heads[n] >= 0 else at
        elif paragraph := _paragraph(line, known, bad):
            places[at if heads else _place(paragraph, plan)].append(paragraph)
    section = Section(plan.id, plan.part, plan.level, plan.number, plan.heading, tuple(places[0]), plan.items)
    return Parsed((section, *_subsections(plan, places[1:])), tuple(dict.fromkeys(bad)))


def _cleaned(reply: str) -> str:
    text = strip_invisible(reply.replace("\r", "\n"))[0]
    return _LAYOUT.sub("", _FENCE.sub("", _THINK.sub("", text)))


def _lines(text: str, plan: SectionPlan) -> Iterator[str]:
    for raw in text.split("\n"):
        line = _LOOSE.sub(lambda m: f"⟦{m[1]}⟧", _MARKDOWN.sub("", raw)).strip()
        bare = MARK.sub("", line).rstrip("。：:")
        if not plan.subheads and _SUBHEAD.match(line):
            continue  # a heading nobody planned
        chatter = _CHATTER.match(bare) is not None and bare == line.rstrip("。：:")
        if (
            bare
            and not chatter
            and bare not in (plan.heading, plan.number + plan.heading)
            and not _TOP_HEAD.match(bare)
        ):
            yield from _head_apart(line, plan)


def _head_apart(line: str, plan: SectionPlan) -> Iterable[str]:
    """A planned subheading that the reply wrote on one line with its text."""
    for sub in plan.subheads:
        if m := re.match(rf"（[一二三四五六七八九十]+）\s*{re.escape(sub.heading)}[。：:\s]*(?=\S)", line):
            return m.group().rstrip("。：: "), line[m.end() :]
    return (line,)


def _heads(lines: list[str], plan: SectionPlan) -> dict[int, int]:
    """Line number -> number of the planned subheading from 1 (-1: a heading nobody planned, left out)."""
    if not plan.subheads:
        return {}
    found = {
        n: m["heading"].strip() for n, line in enumerate(lines) if (m := _SUBHEAD.match(MARK.sub("", line)))
    }
    if len(found) == len(plan.subheads):
        return {n: i for i, n in enumerate(found, 1)}
    out: dict[int, int] = {}
    for n, heading in found.items():
        fit = [cosine(heading, s.heading) for s in plan.subheads]
        out[n] = fit.index(max(fit)) + 1 if max(fit) >= _ALIKE else -1
    return out


def _place(paragraph: Paragraph, plan: SectionPlan) -> int:
    """Where a paragraph belongs when the reply wrote no headings: under the items it tells."""
    told = {i for s in paragraph.sentences for i in s.facts}
    fit = [len(told & set(sub.items)) for sub in plan.subheads]
    best = max(fit, default=0)
    return fit.index(best) + 1 if best else 0


def _subsections(plan: SectionPlan, places: list[list[Paragraph]]) -> list[Section]:
    """The planned headings in their order; the reply's own wording of them is not used."""
    return [
        Section(
            f"{plan.id}.{n}", plan.part, 2, f"（{ordinal(n)}）", sub.heading, tuple(paragraphs), sub.items
        )
        for n, (sub, paragraphs) in enumerate(zip(plan.subheads, places, strict=True), 1)
    ]


def _paragraph(line: str, known: Collection[str], bad: list[str]) -> Paragraph | None:
    found: list[Sentence] = []
    for piece in _pieces(line):
        ids = list(_ids(piece))
        bad += [i for i in ids if i not in known]
        bad += [m.group()[1:-1] for m in _STRAY.finditer(MARK.sub("", piece)) if len(m.group()) > 1]
        text = _STRAY.sub("", MARK.sub("", piece)).strip()
        good = tuple(dict.fromkeys(i for i in ids if i in known))
        facts, policies = tuple(i for i in good if i[0] != "D"), tuple(i for i in good if i[0] == "D")
        if text.strip(SENTENCE_END + CLOSERS + "，；、"):
            found.append(Sentence(text, facts, policies))
        elif found and good:  # marks after the stop belong to the sentence before
            last = found[-1]
            found[-1] = replace(
                last, facts=_joined(last.facts, facts), policies=_joined(last.policies, policies)
            )
    return Paragraph(tuple(found)) if found else None


def _ids(piece: str) -> Iterator[str]:
    """F1, f01 and F001 are F01."""
    for m in MARK.finditer(piece):
        for one in _ONE.finditer(m[1]):
            yield f"{one[1].upper()}{int(one[2]):02d}"


def _joined(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a + b))


_PAIRS = {"【": "】", "《": "》"}
_AFTER_STOP = SENTENCE_END + CLOSERS.replace("】", "").replace("》", "")
_MARKS = re.compile(rf"(?:\s*{MARK.pattern})+")


def _pieces(line: str) -> Iterable[str]:
    """Sentences with their marks; marks that stand alone after a stop come as a piece of their own."""
    start = i = 0
    while i < len(line):
        close = line.find(_PAIRS[line[i]], i) if line[i] in _PAIRS else -1
        if close > 0:
            i = close + 1  # a stop inside 【】 or 《》 ends nothing
        elif line[i] in SENTENCE_END:
            while i < len(line) and line[i] in _AFTER_STOP:
                i += 1
            yield line[start:i]
            start = i
            if m := _MARKS.match(line, i):
                yield m.group()
                start = i = m.end()
        else:
            i += 1
    if line[start:].strip():
        yield line[start:]
