"""The house style: how the office's own summaries are built, learned as counts and kinds.

In: documents. Out: a ``HouseStyle`` (no word, figure or name of theirs), a note on it for the writer, and what a draft
does otherwise. Forms and wordings are in knowledge/house_style.yaml.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import mean, median, quantiles
from typing import Any, Literal

from assistant import resources
from assistant.document import Block, Document
from assistant.finding import Finding
from assistant.text import SENTENCE_END, char_count, ordinal, sentences

HeadingForm = Literal["", "two", "colon", "single"]
RunForm = Literal["", "paragraphs", "inline", "none"]
_NUMBER = re.compile(
    r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d{1,2}[.．、]|（\d{1,2}）)\s*"
)
_LEAD = re.compile(r"[一二三四五六七八九十]是")
_FIRST = re.compile(r"(?:^|(?<=[。；：]))一是")
_NEXT = re.compile(r"([。；，])二是")
_TOPIC = re.compile(r"^[一二三四五六七八九十]+是[^，。；：]{2,14}。")
_BLANK = re.compile(r"【待[^】]*】")


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """Habits of the office; empty or 0 where the summaries do not agree. ``opening`` is an id of the data file;
    half of the sentences are of ``shorter`` to ``longer`` characters; ``run_mark`` is an id of the data file's marks (empty:
    一是); ``plain`` is the percentage without a figure."""

    documents: int
    heading: HeadingForm = ""
    heading_first: int = 0
    heading_length: int = 0
    heading_stop: bool = False
    opening: str = ""
    sentence: int = 0
    shorter: int = 0
    longer: int = 0
    run: RunForm = ""
    run_items: int = 0
    run_lead: bool = False
    run_stop: str = ""
    run_mark: str = ""
    plain: int = 0


@cache
def style_rules() -> dict[str, Any]:
    data: dict[str, Any] = resources.read_yaml("knowledge", "house_style.yaml")
    return data


def switched_off(value: str) -> bool:
    return value.strip().lower() in style_rules()["switched_off"]


def learn(documents: Sequence[Document]) -> HouseStyle | None:
    """The habits most of the summaries share; None where there is too little text to speak of any."""
    rules = style_rules()
    lengths = [char_count(s) for d in documents for s in _sentences(d)]
    if len(lengths) < rules["sentences"]:
        return None
    quarters = quantiles(lengths)
    plain = [not re.search(r"\d", s) for d in documents for s in _sentences(d)]
    return HouseStyle(
        len(documents),
        **_heading_habit([h for d in documents for h in _headings(d)]),
        opening=_habit([o for d in documents if (o := _opening(d)) is not None]),
        sentence=round(mean(lengths)),
        shorter=round(quarters[0]),
        longer=round(quarters[2]),
        **_run_habit([r for d in documents for r in _runs(d)], sum(map(_told, documents))),
        plain=round(100 * sum(plain) / len(plain)),
    )


def _habit(seen: Sequence[str]) -> str:
    """What is seen in the share of cases that makes a habit, else nothing."""
    kind, n = Counter(seen).most_common(1)[0] if seen else ("", 0)
    return kind if n >= style_rules()["share"] * len(seen) else ""


def _sentences(document: Document) -> list[str]:
    return [s for b in document.blocks if b.role == "body" for s in sentences(_BLANK.sub("", b.text))]


@dataclass(frozen=True, slots=True)
class _Heading:
    form: HeadingForm
    first: int
    length: int
    stop: bool


def _headings(document: Document) -> Iterator[_Heading]:
    """Headings of what was done that stand right above text, or open its paragraph."""
    blocks = document.blocks
    for block, below in zip(blocks, (*blocks[1:], None), strict=True):
        if block.part != "achievements" or not block.level:
            continue
        if block.role == "body":
            yield _heading(sentences(block.text)[0], stop=True)
        elif block.role == "heading" and below is not None and below.role == "body" and not below.level:
            yield _heading(block.text, stop=block.text.endswith("。"))


def _heading(text: str, *, stop: bool) -> _Heading:
    bare = _NUMBER.sub("", text).rstrip(SENTENCE_END)
    first = re.split(r"[，：—]", bare)[0]
    form: HeadingForm = "colon" if "：" in bare else "two" if "，" in bare else "single"
    return _Heading(form, char_count(first), char_count(bare), stop)


def _heading_habit(found: Sequence[_Heading]) -> dict[str, Any]:
    if len(found) < style_rules()["headings"]:
        return {}
    form = _habit([h.form for h in found])
    first = _habit([str(h.first) for h in found]) if form in ("two", "colon") else ""
    return {
        "heading": form, "heading_first": int(first or 0), "heading_length": round(median(h.length for h in found)),
        "heading_stop": sum(h.stop for h in found) * 2 > len(found),
    }  # fmt: skip


def _opening(document: Document) -> str | None:
    """The kind of the first sentence; '' for one of no kind, None where there is no opening."""
    first = next((b for b in document.blocks if b.role in ("body", "heading")), None)
    if first is None or first.role != "body" or first.level:
        return None
    for row in style_rules()["openings"]:
        if re.search(row["regex"], first.text):
            return str(row["id"])
    return ""


@dataclass(frozen=True, slots=True)
class _Run:
    """One 一是/二是 run: its form, number of items, whether they open with a topic sentence, what parts them."""

    form: RunForm
    items: int
    lead: bool
    stop: str
    mark: str = ""


def run_mark(mark: str, n: int) -> str:
    """What item n begins with: 一是, 第二，, （3）."""
    form: str = next(row["form"] for row in style_rules()["marks"] if row["id"] == mark)
    return form.format(n=n, cn=ordinal(n))


@cache
def _marks() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["id"], re.compile(row["regex"])) for row in style_rules()["marks"])


def _numbered(document: Document) -> Iterator[_Run]:
    """Runs of paragraphs that are numbered with anything but 一是."""
    held: list[str] = []
    last = ""
    for block in (*document.blocks, Block("")):
        told = block.part == "achievements" and char_count(block.text) >= style_rules()["shortest_item"]
        mark, rest = _mark_of(block.text) if told else ("", "")
        if not mark or mark != last or block.text.startswith(run_mark(mark, 1)):
            if len(held) > 1:
                yield _Run("paragraphs", len(held), _topics(held), "", last)
            held = []
        held += [rest] if mark else []
        last = mark


def _mark_of(text: str) -> tuple[str, str]:
    found = ((mark, m.end()) for mark, regex in _marks() if mark and (m := regex.match(text)))
    mark, end = next(found, ("", 0))
    return mark, text[end:]


def _topics(texts: Sequence[str]) -> bool:
    return sum(re.match(r"[^，。；：]{2,14}。", t) is not None for t in texts) * 2 > len(texts)


def _told(document: Document) -> int:
    return sum(b.part == "achievements" and b.role == "body" for b in document.blocks)


def _runs(document: Document) -> Iterator[_Run]:
    yield from _numbered(document)
    yield from _called(document)


def _called(document: Document) -> Iterator[_Run]:
    """一是 runs, in paragraphs of their own or inside one."""
    held: list[Block] = []
    for block in (*document.blocks, Block("")):
        if block.part == "achievements" and block.role == "body" and _LEAD.match(block.text):
            if block.text.startswith("一是"):
                yield from _paragraph_run(held)
                held = []
            inline = _NEXT.search(block.text)
            if not inline:
                held.append(block)
                continue
        yield from _paragraph_run(held)
        held = []
        if block.part == "achievements" and block.role == "body" and _FIRST.search(block.text):
            yield from _inline_run(block.text)


def _paragraph_run(held: Sequence[Block]) -> Iterator[_Run]:
    if len(held) > 1:
        leads = sum(_TOPIC.match(b.text) is not None for b in held)
        yield _Run("paragraphs", len(held), leads * 2 > len(held), "")


def _inline_run(text: str) -> Iterator[_Run]:
    if parting := _NEXT.search(text):
        leads = [
            m.start() for m in _LEAD.finditer(text) if m.start() == 0 or text[m.start() - 1] in "。；：，"
        ]
        topic = sum(_TOPIC.match(text[at:]) is not None for at in leads)
        yield _Run("inline", len(leads), topic * 2 > len(leads), parting[1])


def _run_habit(found: Sequence[_Run], paragraphs: int) -> dict[str, Any]:
    rules = style_rules()
    if not found and paragraphs >= rules["headings"] * 2:
        return {"run": "none"}
    form, _, mark = _habit([f"{r.form}/{r.mark}" for r in found]).partition("/")
    if not form or len(found) < rules["runs"]:
        return {}
    own = [r for r in found if (r.form, r.mark) == (form, mark)]
    stop = _habit([r.stop for r in own])
    return {
        "run": form, "run_items": round(median(r.items for r in own)),
        "run_lead": sum(r.lead for r in own) * 2 > len(own), "run_stop": stop if stop in "。；" else "", "run_mark": mark,
    }  # fmt: skip


def note(style: HouseStyle | None) -> str:
    """The habits a writer of sections can follow, as one line of Chinese; empty where there are none."""
    if style is None:
        return ""
    parts = [_say_opening(style), _say_run(style), *_say_sentences(style)]
    return "；".join(p for p in parts if p) + "。"


def _say_opening(style: HouseStyle) -> str:
    say = next((str(r["say"]) for r in style_rules()["openings"] if r["id"] == style.opening), "")
    return str(style_rules()["notes"]["opening"]).format(say=say) if say else ""


def _say_run(style: HouseStyle) -> str:
    words = style_rules()["notes"]
    if not style.run:
        return ""
    first, second = (run_mark(style.run_mark, n) for n in (1, 2))
    text = str(words["run"][style.run]).format(items=style.run_items, first=first, second=second)
    text += words["run_lead"] if style.run_lead else ""
    return text + str(words["run_stop"].get(style.run_stop, ""))


def _say_sentences(style: HouseStyle) -> Iterator[str]:
    words = style_rules()["notes"]
    yield str(words["sentence"]).format(mean=style.sentence, low=style.shorter, high=style.longer)
    if style.plain <= style_rules()["plain"]:
        yield str(words["plain"]).format(plain=style.plain)


def departures(draft: Document, style: HouseStyle | None) -> tuple[Finding, ...]:
    """One hint that names what the draft does otherwise than the office is used to."""
    if style is None:
        return ()
    what = "；".join(_differences(draft, style))
    if not what:
        return ()
    message = str(style_rules()["differs"]["message"]).format(documents=style.documents, what=what)
    return (Finding("structure/house-style", "info", message),)


def _differences(draft: Document, style: HouseStyle) -> Iterator[str]:
    words = style_rules()["differs"]
    forms = [h.form for h in _headings(draft)]
    if style.heading and forms and forms.count(style.heading) * 2 < len(forms):
        yield words["otherwise"].format(habit=_say_heading(style))
    if style.run and _run_form(draft) != (style.run, style.run_mark):
        yield words["otherwise"].format(habit=_say_run(style))
    if style.opening and _opening(draft) not in (None, style.opening):
        yield words["otherwise"].format(habit=_say_opening(style))
    lengths = [char_count(s) for s in _sentences(draft)]
    got = mean(lengths) if lengths else 0.0
    if got and max(got / style.sentence, style.sentence / got) > words["sentence"]:
        yield words["sentences"].format(mean=style.sentence, got=round(got))


def _say_heading(style: HouseStyle) -> str:
    words = style_rules()["differs"]
    text: str = words["heading"][style.heading]
    text += words["first"].format(first=style.heading_first) if style.heading_first else ""
    text += words["length"].format(length=style.heading_length)
    return text + (str(words["stop"]) if style.heading_stop else "")


def _run_form(draft: Document) -> tuple[str, str]:
    forms: Iterable[tuple[str, str]] = [(r.form, r.mark) for r in _runs(draft)]
    return Counter(forms).most_common(1)[0][0] if forms else ("none", "")
