"""A draft as HTML paper: every sentence with its source on hover, findings marked where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assistant.document import Paragraph, Section, Sentence
from assistant.finding import SEVERITY_NAMES, Finding
from assistant.formats.sources import FactView, source_lines
from assistant.values import lexicon
from ui.page import kit

_LANES = {"fact": "fact", "policy": "policy", "principle": ""}


def heading(section: Section) -> str:
    if not section.heading:
        return ""
    kind = "h1" if section.level <= 1 else "h2"
    return f'<p class="{kind}">{kit.text(section.number + section.heading)}</p>'


def paragraphs(
    section: Section, first: int, findings: Mapping[int, Sequence[Finding]],
    facts: Mapping[str, FactView], policies: Mapping[str, str],
) -> str:  # fmt: skip
    """``first`` is the block number of the section's first paragraph; ``findings`` by block number."""
    return "".join(
        f"<p>{''.join(_sentences(p, findings.get(first + n, ()), facts, policies))}</p>"
        for n, p in enumerate(section.paragraphs)
    )


def _sentences(
    paragraph: Paragraph, findings: Sequence[Finding], facts: Mapping[str, FactView], policies: Mapping[str, str]
) -> Iterator[str]:  # fmt: skip
    at = 0
    for sentence in paragraph.sentences:
        end = at + len(sentence.text)
        inside: list[kit.Mark] = [
            (max(f.start, at) - at, min(f.end, end) - at, f.severity, f"{SEVERITY_NAMES[f.severity]}：{f.message}")
            for f in findings
            if f.start < end and f.end > at
        ]  # fmt: skip
        yield _sentence(sentence, inside, facts, policies)
        at = end


def _sentence(
    sentence: Sentence, inside: list[kit.Mark], facts: Mapping[str, FactView], policies: Mapping[str, str]
) -> str:
    lines = list(source_lines(sentence, facts, policies))
    title = "出自　" + "\n".join(lines) if lines else "原则、要求一类的话，不报事实"
    whole = [m for m in inside if m[1] - m[0] >= len(sentence.text) - 1]  # the sentence itself is meant
    title += "".join(f"\n{m[3]}" for m in whole)
    marks = [m for m in inside if m not in whole] + list(_open(sentence.text))
    kind = f"s {_LANES[sentence.lane]}"
    body = kit.marked(sentence.text, marks)
    if whole:
        body = f'<mark class="{whole[0][2]}">{body}</mark>'
    return f'<span class="{kind}" title="{kit.text(title)}">{body}</span>'


def _open(sentence: str) -> Iterator[kit.Mark]:
    """Placeholders that stand in the text."""
    for m in lexicon().unknown.finditer(sentence):
        if m[0].startswith("【"):
            yield m.start(), m.end(), "unknown", "发出前要补上或核对"
