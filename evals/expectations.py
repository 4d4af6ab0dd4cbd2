"""What a case asks for, checked on a draft: one named pass or fail each, the same name in every run."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.brief import Brief
from assistant.document import Document, Draft
from assistant.errors import DocumentError
from assistant.finding import Finding
from assistant.formats import typography
from assistant.formats.audit import PART_NAMES
from assistant.formats.docx_write import to_docx
from assistant.formats.read_docx import extract_docx
from assistant.text import fold
from evals.cases import Case, Expect
from evals.scores import body_length
from evals.scoring import METRIC_NAMES, Score, scoring


@dataclass(frozen=True, slots=True)
class Check:
    """``detail`` says in Chinese what was wanted and what came; empty where it passed."""

    name: str
    passed: bool
    detail: str = ""


def check_draft(
    case: Case, brief: Brief, draft: Draft, findings: Sequence[Finding], scored: dict[str, Score]
) -> Iterator[Check]:
    """Every expectation of the case, the floors of the scores, and that the Word file says what the draft says."""
    document, expect = draft.document(), case.expect
    yield from _texts(expect, document)
    yield from _facts(expect, document)
    yield from _rules(expect, findings)
    yield from _length(expect, document)
    yield from _floors(expect, scored)
    yield _word_file(draft)


def refused(expect: Expect, message: str) -> Check:
    """An input that must be refused is refused with the words wanted."""
    said = expect.error in message
    return Check("refusal", said, "" if said else f"拒绝时应提到“{expect.error}”，实际是：{message}")


def exit_check(expect: Expect, code: int) -> Check:
    wanted = "或".join(map(str, expect.exit))
    good = code in expect.exit
    return Check("exit", good, "" if good else f"退出码应为{wanted}，实际{code}")


def _texts(expect: Expect, document: Document) -> Iterator[Check]:
    text = fold(document.text)
    headings = [fold(b.text) for b in document.blocks if b.role == "heading"]
    for wanted in expect.must:
        yield _check(f"must/{wanted}", fold(wanted) in text, f"应有“{wanted}”，没有写到")
    for banned in expect.must_not:
        yield _check(f"must_not/{banned}", fold(banned) not in text, f"不应有“{banned}”，却写了")
    for wanted in expect.headings:
        yield _check(f"heading/{wanted}", any(fold(wanted) in h for h in headings), f"没有小标题“{wanted}”")
    for part in expect.parts:
        there = any(b.part == part and b.role == "body" for b in document.blocks)
        yield _check(f"part/{part}", there, f"缺少“{PART_NAMES[part]}”部分")
    for wanted in expect.placeholders:
        blanks = [piece.partition("】")[0] for piece in text.split("【待")[1:]]
        found = any(fold(wanted) in blank for blank in blanks)
        yield _check(f"placeholder/{wanted}", found, f"应留【待补】或【待核】“{wanted}”，没有留")


def _facts(expect: Expect, document: Document) -> Iterator[Check]:
    told = {id for b in document.blocks for s in b.sentences for id in s.facts}
    for id in expect.facts:
        yield _check(f"fact/{id}", id in told, f"材料 {id} 没有写进来")


def _rules(expect: Expect, findings: Sequence[Finding]) -> Iterator[Check]:
    fired = {f.rule for f in findings}
    for rule in expect.rules:
        hit = any(f.startswith(rule) for f in fired)
        yield _check(f"rule/{rule}", hit, f"规则 {rule} 应当报出，没有报")
    for rule in expect.no_rules:
        hits = [f.quote or f.message for f in findings if f.rule.startswith(rule)]
        yield _check(f"no_rule/{rule}", not hits, f"规则 {rule} 不应报出，报了：{'；'.join(hits[:3])}")


def _length(expect: Expect, document: Document) -> Iterator[Check]:
    got = body_length(document)
    if expect.at_least is not None:
        yield _check("at_least", got >= expect.at_least, f"至少{expect.at_least}字，只有{got}字")
    if expect.at_most is not None:
        yield _check("at_most", got <= expect.at_most, f"至多{expect.at_most}字，写了{got}字")


def _floors(expect: Expect, scored: dict[str, Score]) -> Iterator[Check]:
    for metric, floor in (scoring().floors | expect.scores).items():
        score = scored.get(metric, Score(None))
        if score.value is not None:
            detail = f"{METRIC_NAMES[metric]}{score.value:.2f}，应不低于{floor}（{score.note}）"
            yield _check(f"score/{metric}", score.value >= floor, detail)


def _word_file(draft: Draft) -> Check:
    """The exported file read back holds the draft's text, character for character."""
    buffer = io.BytesIO(to_docx(draft, typography.load()))
    try:
        lines = extract_docx(buffer.getvalue(), "x.docx").lines
    except DocumentError as exc:
        return Check("word_file", False, f"导出的 Word 读不回来：{exc}")
    got, want = (
        fold("".join(line.text for line in lines)),
        fold("".join(b.text for b in draft.document().blocks)),
    )
    return _check("word_file", got == want, "导出的 Word 与成稿文字不一致")


def _check(name: str, passed: bool, detail: str) -> Check:
    return Check(name, passed, "" if passed else detail)
