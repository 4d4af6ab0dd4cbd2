"""One text as the rules see it: its lines joined, with what most rules ask for computed once.

In: a document, its profile, the day it is judged by, the catalogue. Out: offsets into ``text`` (blocks joined by line
breaks) and back to paragraphs; headings, enumerated items, sentences, quotations and titles.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple

from assistant.catalogue import Catalogue
from assistant.checks.adjacent import Adjacent, number
from assistant.checks.anchors import plain_digits
from assistant.checks.places import Places
from assistant.checks.profile import Profile
from assistant.document import Block, Document
from assistant.expressions import compiled
from assistant.text import Span, half_width, sentence_spans
from assistant.values import chinese_number

_NUMERAL = "一二三四五六七八九十百"
_ORDINAL = re.compile(
    rf"(?P<l1>[{_NUMERAL}]{{1,4}})[、．.]|[（(](?P<l2>[{_NUMERAL}]{{1,4}})[）)]、?|(?P<l3>\d{{1,2}})(?:[.．、])(?!\d)|[（(](?P<l4>\d{{1,2}})[）)]、?"
)
_ITEM = re.compile(rf"(?:(?<=[。；：，:;！？\s”）])|^)(?P<n>[{_NUMERAL}]{{1,3}})是(?![否不])", re.MULTILINE)
_ARTICLE = re.compile(rf"第[{_NUMERAL}\d]{{1,5}}[条章节编部款]")
_GARBLED_REACH = 45  # characters on each side of a tell-tale one
_GARBLED = re.compile("[\ufffd锛銆鈥鐨鍜]")  # what UTF-8 punctuation and 的、和 turn into when read as GBK
_FAR = 1 << 60
HAN = re.compile(r"[\u4e00-\u9fff]+")
_TITLE = re.compile(r"《[^《》\n]{1,80}》")
_BLANK = re.compile(r"【待[补核][^【】\n]*】")
_QUOTE = re.compile(r"“[^“”\n]{1,120}”")


class Heading(NamedTuple):
    """A heading or the heading sentence of a run-in paragraph. ``number`` 0: none printed; ``start``/``end`` bound the
    words after the ordinal, without the closing stop."""

    block: int
    level: int
    number: int
    mark: Span
    start: int
    end: int
    run_in: bool

    def text(self, view: View) -> str:
        return view.text[self.start : self.end]


class Ordinal(NamedTuple):
    """A paragraph that opens with a number; ``level`` 0 marks a break (an article, a heading without a number)."""

    level: int
    number: int
    start: int
    end: int


class Item(NamedTuple):
    """一是…… up to the next item or the end of the paragraph; ``lead`` is its first clause or sentence."""

    number: int
    start: int
    lead: Span
    end: int
    section: int


class View:
    """Built once for a check; everything is in characters of ``text``."""

    def __init__(self, document: Document, profile: Profile, as_of: date, catalogue: Catalogue) -> None:
        self.document, self.profile, self.as_of, self.catalogue = document, profile, as_of, catalogue
        self.blocks = document.blocks
        self.text = "\n".join(b.text.replace("\n", " ") for b in self.blocks)
        starts, at = [], 0
        for block in self.blocks:
            starts.append(at)
            at += len(block.text) + 1
        self.starts = starts

    @cached_property
    def adjacent(self) -> Adjacent:
        return Adjacent(self.text)

    def _places(self, spans: Sequence[Span]) -> Places:
        plain = plain_digits(self.text)
        return Places(self.adjacent if plain == self.text else Adjacent(plain), spans)

    @cached_property
    def lines(self) -> Places:
        """The paragraphs, by what stands in them."""
        return self._places([self.span(i) for i in range(len(self.blocks))])

    @cached_property
    def by_sentence(self) -> Places:
        """The sentences of running text, by what stands in them."""
        return self._places(self.sentences)

    def matches(self, regex: str) -> Iterator[re.Match[str]]:
        """Matches of an expression, each within one paragraph."""
        for start, end in self.lines.holding(regex):
            yield from compiled(regex).finditer(self.text, start, end)

    def possible(self, regex: str) -> bool:
        """Whether an expression could match in the text."""
        return self.lines.possible(regex)

    def may_hold(self, words: str) -> bool:
        """Whether these words (two characters and more) could stand in the text: both ends of them do."""
        pairs = self.adjacent.all
        return number(words[:2]) in pairs and number(words[-2:]) in pairs

    @cached_property
    def half(self) -> str:
        """``text`` with half-width digits, character for character."""
        return half_width(self.text)

    def block_at(self, offset: int) -> int:
        return max(bisect_right(self.starts, offset) - 1, 0)

    def place(self, offset: int) -> str:
        """Where it stands, for people: by line, in a .docx by paragraph."""
        number = self.block_at(offset)
        line = self.blocks[number].line
        return f"第{line}行" if line else f"第{number + 1}段"

    def span(self, block: int) -> Span:
        start = self.starts[block]
        return Span(start, start + len(self.blocks[block].text))

    def quote(self, start: int, end: int) -> str:
        return self.text[start:end]

    @cached_property
    def titles(self) -> tuple[Span, ...]:
        return tuple(Span(*m.span()) for m in _TITLE.finditer(self.text))

    @cached_property
    def blanks(self) -> tuple[Span, ...]:
        return tuple(Span(*m.span()) for m in _BLANK.finditer(self.text)) if "【待" in self.text else ()

    @cached_property
    def quotations(self) -> tuple[Span, ...]:
        return tuple(Span(*m.span()) for m in _QUOTE.finditer(self.text))

    def in_title(self, start: int, end: int) -> bool:
        """Whether the span lies inside 《》."""
        return _inside(self.titles, start, end)

    def in_blank(self, start: int, end: int) -> bool:
        """Whether the span lies inside 【待补：……】 or 【待核：……】."""
        return _inside(self.blanks, start, end)

    def in_quotation(self, start: int, end: int) -> bool:
        return _inside(self.quotations, start, end)

    @cached_property
    def prose(self) -> tuple[int, ...]:
        """Indices of the paragraphs that are running text."""
        return tuple(i for i, b in enumerate(self.blocks) if b.role == "body")

    @cached_property
    def sentences(self) -> tuple[Span, ...]:
        """Sentences of running text, in order."""
        out = []
        for i in self.prose:
            base = self.starts[i]
            out += [Span(base + s.start, base + s.end) for s in sentence_spans(self.blocks[i].text)]
        return tuple(out)

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """Runs of Chinese characters in the sentences, in order: where each begins and ends."""
        return [m.span() for start, end in self.sentences for m in HAN.finditer(self.text, start, end)]

    def sentence_at(self, offset: int) -> Span:
        """The sentence that holds this place, which must be in one."""
        return self.sentences[bisect_right(self.sentences, (offset, _FAR)) - 1]

    def run_end(self, offset: int) -> int:
        """Where the run of Chinese characters ends that holds this place, which must be in one."""
        return self.runs[bisect_right(self.runs, (offset, _FAR)) - 1][1]

    @cached_property
    def echoes(self) -> tuple[tuple[int, int], ...]:
        """For each sentence, how many of its pairs of characters stood in it before, and how often at most one stands."""
        out = []
        for span in self.sentences:
            pairs = self.adjacent.within(*span)
            again = len(pairs) - len(set(pairs))
            out.append((again, max(Counter(pairs).values()) if again > 2 else again + 1))
        return tuple(out)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        return tuple(
            _heading(i, b, self.starts[i])
            for i, b in enumerate(self.blocks)
            if b.level and b.role in ("heading", "body")
        )

    @cached_property
    def siblings(self) -> dict[tuple[int, int], list[Heading]]:
        """Numbered headings of one level under one parent."""
        out: dict[tuple[int, int], list[Heading]] = {}
        parent: dict[int, int] = {}
        for n, heading in enumerate(self.headings):
            if not heading.number:
                continue
            parent = {k: v for k, v in parent.items() if k < heading.level}
            key = (heading.level, parent.get(max(parent, default=0), -1))
            out.setdefault(key, []).append(heading)
            parent[heading.level] = n
        return out

    @cached_property
    def ordinals(self) -> tuple[Ordinal, ...]:
        """Numbers at the head of paragraphs, headings or not: a list is judged whole."""
        out: list[Ordinal] = []
        for i, block in enumerate(self.blocks):
            if block.role not in ("heading", "body", "title"):
                continue
            text, base = block.text, self.starts[i]
            m = _ORDINAL.match(text)
            if m is None:
                if _ARTICLE.match(text) or block.role in ("heading", "title"):
                    out.append(Ordinal(0, 0, base, base))
                continue
            level = next(n for n in (1, 2, 3, 4) if m[f"l{n}"])
            raw = m[f"l{level}"]
            number = int(raw) if raw.isdigit() else chinese_number(raw)
            stop = min([p for c in "。；：" if (p := text.find(c, m.end())) > 0], default=len(text))
            out.append(Ordinal(level, int(number or 0), base, base + min(stop, m.end() + 40)))
        return tuple(out)

    @cached_property
    def garbled(self) -> tuple[Span, ...]:
        """Stretches that were decoded with the wrong character set."""
        out: list[Span] = []
        for i, block in enumerate(self.blocks):
            found = [m.start() + self.starts[i] for m in _GARBLED.finditer(block.text)]
            if len(found) < 3:
                continue
            for at in found:
                if out and at - _GARBLED_REACH <= out[-1].end:
                    out[-1] = Span(out[-1].start, at + _GARBLED_REACH)
                else:
                    out.append(Span(max(at - _GARBLED_REACH, self.starts[i]), at + _GARBLED_REACH))
        return tuple(out)

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """一是…二是… in running text; ``section`` tells apart the runs of different headings."""
        out: list[Item] = []
        heads = [h.mark.start for h in self.headings]
        signs = [n + "是" for n in _NUMERAL if self.may_hold(n + "是")]
        for i in self.prose:
            if not any(sign in self.blocks[i].text for sign in signs):
                continue
            span = self.span(i)
            found = list(_ITEM.finditer(self.text, span.start, span.end))
            for k, m in enumerate(found):
                number = chinese_number(m["n"])
                if number is None:
                    continue
                end = found[k + 1].start() if k + 1 < len(found) else span.end
                lead = Span(m.end(), _lead_end(self.text, m.end(), end))
                out.append(Item(int(number), m.start(), lead, end, bisect_right(heads, m.start())))
        return tuple(out)

    @cached_property
    def _parts(self) -> dict[str, tuple[int, ...]]:
        parts: dict[str, list[int]] = {}
        for i, block in enumerate(self.blocks):
            parts.setdefault(block.part or "", []).append(i)
        return {part: tuple(blocks) for part, blocks in parts.items()}

    def part_blocks(self, part: str) -> tuple[int, ...]:
        return self._parts.get(part, ())

    def part_text(self, part: str) -> str:
        return "\n".join(self.blocks[i].text for i in self.part_blocks(part))

    def in_scope(self, scope: tuple[str, ...], start: int, end: int) -> bool:
        if not scope:
            return True
        block = self.blocks[self.block_at(start)]
        return any(self._matches(name, block, start, end) for name in scope)

    def _matches(self, name: str, block: Block, start: int, end: int) -> bool:
        if name == "quote":
            return self.in_quotation(start, end)
        if name in ("title", "body"):
            return block.role == name
        if name.startswith("heading"):
            return self._in_heading(int(name[8:] or 0), start, end)
        return block.part == name

    def _in_heading(self, level: int, start: int, end: int) -> bool:
        return any(h.mark.start <= start and end <= h.end + 1 for h in self.headings if level in (0, h.level))


def _inside(spans: tuple[Span, ...], start: int, end: int) -> bool:
    at = bisect_right(spans, (start, _FAR)) - 1
    return at >= 0 and spans[at].start < start and end < spans[at].end


def _lead_end(text: str, start: int, end: int) -> int:
    stops = [
        p
        for p in (text.find("。", start, end), text.find("；", start, end), text.find("，", start, end))
        if p >= 0
    ]
    first = min(stops, default=end)
    full = text.find("。", start, end)
    return full if 0 <= full - start <= 30 else first


def _heading(index: int, block: Block, base: int) -> Heading:
    m = _ORDINAL.match(block.text.lstrip())
    skip = len(block.text) - len(block.text.lstrip())
    number, after = 0, skip
    if m:
        raw = next(v for v in m.groups() if v)
        value = int(raw) if raw.isdigit() else chinese_number(raw)
        number, after = int(value or 0), skip + m.end()
    run_in = block.role == "body"
    end = len(block.text)
    if run_in:
        stops = [p for p in (block.text.find(c, after) for c in "。：") if p >= 0]
        end = min(stops, default=end)
    while end > after and block.text[end - 1] in "。：；， \u3000":
        end -= 1
    return Heading(
        index, block.level, number, Span(base + skip, base + after), base + after, base + end, run_in
    )
