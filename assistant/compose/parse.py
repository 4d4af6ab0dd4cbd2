"""From a reply to sections: total, any text gives sections and findings, never an exception.

Marks ⟦F04⟧ stand before a sentence's closing punctuation (or just after it) and bind the sentence to ledger and
policy ids; ids that do not exist are dropped and reported.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from assistant.document import Paragraph, Section, Sentence
from assistant.plan.types import SectionPlan, ordinal
from assistant.text import CLOSERS, SENTENCE_END, strip_invisible

MARK = re.compile(r"⟦\s*([A-Za-z]\s*\d{1,4})\s*⟧")
_LOOSE = re.compile(r"[\[［〚〖]{1,2}\s*([FQPD]\d{1,3})\s*[\]］〛〗]{1,2}")
_BROKEN = re.compile(r"[⟦⟧]")
_THINK = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
_MARKDOWN = re.compile(r"^\s{0,3}(?:#{1,6}\s+|[-*+]\s+|>\s+)|\*\*|__|`")
_SUBHEAD = re.compile(r"^（[一二三四五六七八九十]+）\s*(?P<heading>[^。；！？]{2,40})[。：]?$")
_TOP_HEAD = re.compile(r"^[一二三四五六七八九十]+、[^。；！？]{2,40}$")


@dataclass(frozen=True, slots=True)
class Parsed:
    """``bad_marks``: ids the reply used that nobody gave it."""

    sections: tuple[Section, ...]
    bad_marks: tuple[str, ...] = ()


def parse_reply(reply: str, plan: SectionPlan, known: Collection[str]) -> Parsed:
    """The section (and, for plans, its subsections) a reply holds; ``known`` are the ids it may use."""
    bad: list[str] = []
    main: list[Paragraph] = []
    subs: list[tuple[str, list[Paragraph]]] = []
    for line in _lines(reply, plan):
        head = _SUBHEAD.match(MARK.sub("", line)) if plan.subheads else None
        if head:
            subs.append((head["heading"].strip(), []))
        elif paragraph := _paragraph(line, known, bad):
            (subs[-1][1] if subs else main).append(paragraph)
    section = Section(plan.id, plan.part, plan.level, plan.number, plan.heading, tuple(main), plan.items)
    return Parsed((section, *_subsections(plan, subs)), tuple(dict.fromkeys(bad)))


def _lines(reply: str, plan: SectionPlan) -> Iterable[str]:
    text = _FENCE.sub("", _THINK.sub("", strip_invisible(reply.replace("\r", "\n"))[0]))
    for raw in text.split("\n"):
        line = _LOOSE.sub(lambda m: f"⟦{m[1]}⟧", _MARKDOWN.sub("", raw)).strip()
        bare = MARK.sub("", line).rstrip("。：:")
        if bare and bare not in (plan.heading, plan.number + plan.heading) and not _TOP_HEAD.match(bare):
            yield line


def _subsections(plan: SectionPlan, subs: list[tuple[str, list[Paragraph]]]) -> list[Section]:
    """The planned headings, in order, where the reply kept their number; otherwise the reply's own."""
    same = len(subs) == len(plan.subheads)
    return [
        Section(
            f"{plan.id}.{n}", plan.part, 2, f"（{ordinal(n)}）", plan.subheads[n - 1].heading if same else heading,
            tuple(paragraphs), plan.subheads[n - 1].items if same else (),
        )
        for n, (heading, paragraphs) in enumerate(subs, 1)
    ]  # fmt: skip


def _paragraph(line: str, known: Collection[str], bad: list[str]) -> Paragraph | None:
    found: list[Sentence] = []
    for piece in _pieces(line):
        ids = [re.sub(r"\s", "", m).upper() for m in MARK.findall(piece)]
        text = _BROKEN.sub("", MARK.sub("", piece)).strip()
        bad += [i for i in ids if i not in known]
        good = tuple(dict.fromkeys(i for i in ids if i in known))
        sentence = Sentence(
            text, tuple(i for i in good if i[0] != "D"), tuple(i for i in good if i[0] == "D")
        )
        if text:
            found.append(sentence)
        elif found and good:  # marks after the stop belong to the sentence before
            last = found[-1]
            found[-1] = replace(
                last,
                facts=_joined(last.facts, sentence.facts),
                policies=_joined(last.policies, sentence.policies),
            )
    return Paragraph(tuple(found)) if found else None


def _joined(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a + b))


def _pieces(line: str) -> Iterable[str]:
    """Sentences with their marks; marks that stand alone after a stop come as a piece of their own."""
    start, i = 0, 0
    depth = 0
    while i < len(line):
        depth += (line[i] in "【《") - (line[i] in "】》" and depth > 0)
        if line[i] in SENTENCE_END and depth == 0:
            i += 1
            while i < len(line) and line[i] in SENTENCE_END + CLOSERS.replace("】", "").replace("》", ""):
                i += 1
            yield line[start:i]
            start = i
            m = re.compile(rf"(?:\s*{MARK.pattern})+").match(line, i)
            if m:
                yield m.group()
                start = i = m.end()
        else:
            i += 1
    if line[start:].strip():
        yield line[start:]
