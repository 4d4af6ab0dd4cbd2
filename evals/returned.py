"""The way back: a reviewer's edited copy held against the draft, its marks carried over, checked again.

In: the edited file as ``read_reviewed`` gave it, the draft's audit, the brief. Out: ``Returned``: what changed sentence by
sentence, what the checks say now, figures the edit changed although the ledger still says otherwise, the fate of proposals, and
wording that might become the office's own rule once a person confirms it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.brief import Brief
from assistant.checking import check_document
from assistant.checks.facts import align
from assistant.document import Block, Document, Sentence
from assistant.finding import Finding
from assistant.formats.read_reviewed import Reviewed
from assistant.settings import Settings
from assistant.text import fold, is_cjk
from assistant.values import Value, parse_values
from evals.audits import Audited
from evals.diff import Pair, Place, Run, diff

_FIGURES = ("count", "money", "percent", "date", "year", "title", "number", "plain")
_WORDS = (2, 14)  # characters of a wording that may become a rule


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words the reviewer put in the place of others, how often."""

    old: str
    new: str
    times: int


@dataclass(frozen=True, slots=True)
class Returned:
    """``document`` is the edited text with fact ids; ``accepted`` and ``rejected`` are proposals of the draft's findings."""

    document: Document
    pairs: tuple[Pair, ...]
    findings: tuple[Finding, ...]
    reviewed: Reviewed
    accepted: tuple[Finding, ...]
    rejected: tuple[Finding, ...]
    candidates: tuple[Candidate, ...]

    @property
    def changed(self) -> tuple[Pair, ...]:
        return tuple(p for p in self.pairs if p.change != "same")


def take_back(reviewed: Reviewed, audited: Audited, brief: Brief, settings: Settings) -> Returned:
    pairs = _within(diff(audited.document, reviewed.document), reviewed.document)
    traced = carry_over(audited.document, reviewed.document, pairs, brief)
    figures = tuple(_figures(pairs, traced, brief))
    spots = {(f.paragraph, f.start) for f in figures}
    again = check_document(traced, settings, brief=brief)
    others = [
        f for f in again if not (f.rule.startswith("facts/untraced") and (f.paragraph, f.start) in spots)
    ]
    proposed = [f for f in audited.findings if f.fix is not None and f.quote]
    text = fold(reviewed.document.text)
    accepted = tuple(f for f in proposed if fold(f.quote) not in text)
    return Returned(
        traced, pairs, tuple(sorted((*figures, *others), key=lambda f: (f.paragraph, f.start, f.rule))), reviewed,
        accepted, tuple(f for f in proposed if f not in accepted), tuple(_candidates(pairs)),
    )  # fmt: skip


def _within(pairs: Sequence[Pair], edited: Document) -> tuple[Pair, ...]:
    """Without what the audit never held: recipient, signature and date."""
    outside = {i for i, b in enumerate(edited.blocks) if b.role in ("recipient", "signature", "date")}
    return tuple(p for p in pairs if p.right is None or p.right.block not in outside)


def carry_over(draft: Document, edited: Document, pairs: Sequence[Pair], brief: Brief) -> Document:
    """The edited text, each sentence with the ids of the draft's sentence it came from; new ones by their wording."""
    source = {p.right: p.left for p in pairs if p.left is not None and p.right is not None}
    guessed = align(edited, brief)
    blocks = [
        replace(block, sentences=tuple(_sentences(number, guess, source, draft)))
        if guess.sentences
        else block
        for number, (block, guess) in enumerate(zip(edited.blocks, guessed.blocks, strict=True))
    ]
    return replace(edited, blocks=tuple(blocks))


def _sentences(number: int, guess: Block, source: dict[Place, Place], draft: Document) -> Iterator[Sentence]:
    at = 0
    for sentence in guess.sentences:
        end = at + len(sentence.text)
        came_from = [old for new, old in source.items() if new.block == number and at <= new.start < end]
        marks = [s for old in came_from for s in _marked(draft.blocks[old.block], old)]
        facts = tuple(
            dict.fromkeys([i for s in marks for i in s.facts] + ([] if marks else list(sentence.facts)))
        )
        policies = tuple(dict.fromkeys(i for s in marks for i in s.policies))
        yield Sentence(sentence.text, facts, policies)
        at = end


def _marked(block: Block, place: Place) -> Iterator[Sentence]:
    at = 0
    for sentence in block.sentences:
        end = at + len(sentence.text)
        if at < place.end and place.start < end:
            yield sentence
        at = end


def _figures(pairs: Sequence[Pair], traced: Document, brief: Brief) -> Iterator[Finding]:
    """Figures that stand in the edited sentence, not in the draft's, and not in the ledger's facts of that sentence."""
    for pair in pairs:
        if pair.left is None or pair.right is None or pair.change == "same":
            continue
        before = parse_values(pair.left.text)
        facts = _facts_at(traced, pair.right)
        ledger = {v.key for i in brief.ledger if i.id in facts for v in i.values}
        for value in parse_values(pair.right.text):
            new = value.key not in {v.key for v in before}
            if value.kind in _FIGURES and new and value.key not in ledger:
                yield _changed(value, before, pair.right, facts)


def _facts_at(document: Document, place: Place) -> tuple[str, ...]:
    return tuple(dict.fromkeys(i for s in _marked(document.blocks[place.block], place) for i in s.facts))


def _changed(value: Value, before: Sequence[Value], place: Place, facts: tuple[str, ...]) -> Finding:
    was = next((v.surface for v in before if v.kind == value.kind and v.unit == value.unit), "")
    where = f"材料 {'、'.join(facts)} " if facts else "材料"
    what = f"改稿把“{was}”改成了“{value.surface}”" if was else f"改稿添了“{value.surface}”"
    message = f"{what}，{where}里没有这个数，确有依据请先改材料再核，没有就改回"
    start = place.start + value.start
    return Finding(
        "review/figure-changed", "error", message, place.block, start, place.start + value.end, value.surface, None, facts
    )  # fmt: skip


def _candidates(pairs: Sequence[Pair]) -> Iterator[Candidate]:
    """Wording put in the place of other wording: no figures, no placeholders; the most frequent first."""
    counted: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        for a, b in zip(pair.runs, pair.runs[1:], strict=False):
            if a.op == "cut" and b.op == "put" and _is_wording(a) and _is_wording(b):
                counted[a.text, b.text] += 1
    for (old, new), times in sorted(counted.items(), key=lambda c: (-c[1], c[0])):
        yield Candidate(old, new, times)


def _is_wording(run: Run) -> bool:
    return _WORDS[0] <= len(run.text) <= _WORDS[1] and all(is_cjk(c) or c in "、“”" for c in run.text)
