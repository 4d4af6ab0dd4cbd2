"""The review copy: the clean copy with Word comments, and an appendix of questions and of where each fact went.

In: a draft, its ledger and the wording of its policy passages. Out: .docx bytes. Three voices comment: findings (核校), sources of
sentences (来源), questions to the writer (待问). The text itself is the clean copy's, character for character.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from assistant.document import Block, Draft
from assistant.finding import SEVERITIES, SEVERITY_NAMES, Finding, Question, points
from assistant.formats.audit import placed_in
from assistant.formats.docx_comments import Author, anchor_comment
from assistant.formats.docx_title import title_lines
from assistant.formats.docx_write import add_paragraph, add_text, build, drafted_at, to_bytes
from assistant.formats.printable import printable, printable_span
from assistant.formats.sources import FactView, source_lines
from assistant.formats.typography import Typography, mm_twips
from assistant.text import occurrences

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.table import CT_Row
    from docx.text.paragraph import Paragraph

CHECKER = Author("执笔·核校", "核")
TRACER = Author("执笔·来源", "源")
ASKER = Author("执笔·待问", "问")
UNUSED = "未用"
_COLUMNS = (("编号", 15), ("材料原文", 81), ("写入位置", 60))  # widths in mm, 156 in all


@dataclass(frozen=True, slots=True)
class Note:
    """A comment to be: on ``blocks[block].text[start:end]``, the whole block where the span is empty."""

    block: int
    start: int
    end: int
    text: str
    author: Author


def to_review_docx(
    draft: Draft,
    typography: Typography,
    facts: Sequence[FactView] = (),
    policies: Mapping[str, str] | None = None,
) -> bytes:
    document, paragraphs = build(draft, typography)
    _comment(document, paragraphs, draft, typography, facts, policies or {})
    return to_bytes(document)


def to_both(
    draft: Draft,
    typography: Typography,
    facts: Sequence[FactView] = (),
    policies: Mapping[str, str] | None = None,
) -> tuple[bytes, bytes]:
    """The clean copy and the review copy of one document: the paragraphs, which take most of the time, are made once."""
    document, paragraphs = build(draft, typography)
    clean = to_bytes(document)
    _comment(document, paragraphs, draft, typography, facts, policies or {})
    return clean, to_bytes(document)


def _comment(
    document: Document,
    paragraphs: Sequence[Paragraph],
    draft: Draft,
    typography: Typography,
    facts: Sequence[FactView],
    policies: Mapping[str, str],
) -> None:
    """Comments in the text, the questions and the facts behind it."""
    blocks, when = draft.document().blocks, drafted_at(draft)
    for note in notes(draft, facts, policies):
        start, end = _offsets(blocks[note.block], note, typography)
        anchor_comment(document, paragraphs[note.block], start, end, note.text, note.author, when=when)
    _append_questions(document, draft, typography)
    _append_facts(document, draft, facts, typography)


def notes(draft: Draft, facts: Sequence[FactView], policies: Mapping[str, str]) -> tuple[Note, ...]:
    """Every comment in reading order: at one place findings first, worst first, then questions, then sources."""
    blocks = draft.document().blocks
    found = sorted(draft.findings, key=lambda f: SEVERITIES.index(f.severity))
    made = [
        *(_of_finding(finding, blocks) for finding in found),
        *(note for question in points(draft.questions) for note in _of_question(question, blocks)),
        *_of_sources(blocks, {fact.id: fact for fact in facts}, policies),
    ]
    return tuple(sorted(made, key=lambda n: n.block))


def _of_finding(finding: Finding, blocks: Sequence[Block]) -> Note:
    text = f"{SEVERITY_NAMES[finding.severity]}：{finding.message}（规则 {finding.rule}）"
    if finding.fix is not None:
        text += f"\n建议改为：“{finding.fix.text}”" if finding.fix.text else "\n建议删去"
    if not 0 <= finding.paragraph < len(blocks):
        return Note(0, 0, 0, text, CHECKER)
    return Note(finding.paragraph, finding.start, finding.end, text, CHECKER)


def _of_question(question: Question, blocks: Sequence[Block]) -> Iterator[Note]:
    """On each placeholder that stands in a sentence of the question's facts; on the first one where none does."""
    places = list(_inline_places(question.inline, blocks)) if question.inline else []
    cited = [place for place in places if set(place[3]) & set(question.facts)]
    label = "签发前必答" if question.blocking else "可补充"
    for block, start, end, _ in cited or places[:1]:
        yield Note(block, start, end, f"{label}：{question.text}", ASKER)


def _inline_places(inline: str, blocks: Sequence[Block]) -> Iterator[tuple[int, int, int, tuple[str, ...]]]:
    """Block, start, end and the facts of the sentence, for each place where the placeholder stands."""
    for i, block in enumerate(blocks):
        for at in occurrences(block.text, inline):
            yield i, at, at + len(inline), _facts_at(block, at)


def _facts_at(block: Block, offset: int) -> tuple[str, ...]:
    at = 0
    for sentence in block.sentences:
        at += len(sentence.text)
        if offset < at:
            return sentence.facts
    return ()


def _of_sources(
    blocks: Sequence[Block], ledger: Mapping[str, FactView], policies: Mapping[str, str]
) -> Iterator[Note]:
    """One comment for a run of neighbouring sentences with the same sources."""
    for i, block in enumerate(blocks):
        at = 0
        for _, group in groupby(block.sentences, key=lambda s: (s.facts, s.policies)):
            run = list(group)
            end = at + sum(len(s.text) for s in run)
            lines = "\n".join(source_lines(run[0], ledger, policies))
            if lines and end > at:
                yield Note(i, at, end, lines, TRACER)
            at = end


def _offsets(block: Block, note: Note, typography: Typography) -> tuple[int, int]:
    """Where the note's span stands in the Word paragraph: the title there has line breaks that the block has not."""
    start, end = printable_span(block.text, note.start, note.end)
    if block.role != "title" or start == end:
        return start, end
    breaks, at = [], 0
    for line in title_lines(printable(block.text), typography)[:-1]:
        at += len(line)
        breaks.append(at)
    return start + sum(b <= start for b in breaks), end + sum(b < end for b in breaks)


def _append_questions(document: Document, draft: Draft, t: Typography) -> None:
    heading = add_paragraph(document, "待问清单", "Heading1", t)
    heading.paragraph_format.page_break_before = True
    if not draft.questions:
        add_paragraph(document, "没有需要起草人回答的问题。", "BodyText", t)
    for blocking, label in ((True, "签发前必答"), (False, "可补充")):
        asked = [question for question in draft.questions if question.blocking is blocking]
        if asked:
            add_paragraph(document, label, "Heading2", t)
        for number, question in enumerate(asked, 1):
            add_paragraph(document, f"{number}. {question.text}", "BodyText", t)


def _append_facts(document: Document, draft: Draft, facts: Sequence[FactView], t: Typography) -> None:
    if not facts:
        return
    add_paragraph(document, "事实去向", "Heading1", t)
    rows = [tuple(name for name, _ in _COLUMNS)]
    rows += [(f.id, f.text, "；".join(placed_in(draft, f.id)) or UNUSED) for f in facts]
    _add_table(document, rows, t)
    add_paragraph(document, "", "TableText", t)  # Word wants a paragraph after the last table


def _add_table(document: Document, rows: Sequence[tuple[str, ...]], t: Typography) -> None:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement
    from docx.shared import Twips
    from docx.text.paragraph import Paragraph

    table = document.add_table(1, len(_COLUMNS))
    table._tbl.tblPr.get_or_add_tblStyle().val = "TableGrid"
    table.autofit = False
    for column, (_, millimetres) in zip(table.columns, _COLUMNS, strict=True):
        column.width = Twips(mm_twips(millimetres))
    first = table._tbl.tr_lst[0]
    _empty_row(first)
    for row in (first, *(deepcopy(first) for _ in rows[1:])):
        table._tbl.append(row)
    for row, texts in zip(table._tbl.tr_lst, rows, strict=True):
        for p, text in zip((cell.p_lst[0] for cell in row.tc_lst), texts, strict=True):
            add_text(Paragraph(p, document), printable(text), t)
    first.get_or_add_trPr().append(OxmlElement("w:tblHeader", {qn("w:val"): "true"}))


def _empty_row(row: CT_Row) -> None:
    """All that the rows have in common: made once, since each look for an element's place in a row takes its time."""
    from docx.oxml.parser import OxmlElement
    from docx.shared import Twips

    row.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, (_, millimetres) in zip(row.tc_lst, _COLUMNS, strict=True):
        cell.width = Twips(mm_twips(millimetres))
        cell.p_lst[0].get_or_add_pPr().get_or_add_pStyle().val = "TableText"
