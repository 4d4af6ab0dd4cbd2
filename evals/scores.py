"""Scores of a draft: 0 to 1 each, unscored where nothing can be judged. Deterministic; no model, no reference text.

In: the brief, the draft's document (sentences carry ids) and every finding about it. Out: a ``Score`` a metric.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.brief import Brief, Item
from assistant.document import Document, Trace
from assistant.finding import Finding
from assistant.overall import most_without_fact, without_fact
from assistant.text import char_count
from evals.scoring import Group, Score, scoring

_UNTOLD = ("facts/missing", "facts/not-told")
_SLOT_FAULTS = ("facts/untraced", "facts/swapped", "facts/value-lost", "facts/unknown-lost")
_FIGURES = ("count", "money", "percent", "date", "title", "number")
_FRAME = ("title", "recipient", "signature", "date")


def scores(brief: Brief, document: Document, findings: Sequence[Finding]) -> dict[str, Score]:
    """Every metric that the text alone decides."""
    length = body_length(document)
    by_group = {name: _by_findings(group, findings, length) for name, group in scoring().groups.items()}
    return by_group | {
        "coverage": _coverage(brief, document, findings),
        "slots": _slots(brief, findings),
        "claims": _claims(findings, length),
        "substance": _substance(brief, document),
        "length": length_score(brief, length),
    }


def body_length(document: Document) -> int:
    return sum(char_count(b.text) for b in document.blocks if b.role not in _FRAME)


def _by_findings(group: Group, findings: Iterable[Finding], length: int) -> Score:
    """1 less the weights of the findings, per 1,000 characters or over the whole document."""
    counted = [
        f for f in findings if f.rule.startswith(group.rules) and not f.rule.startswith(scoring().ignored)
    ]
    weight = {"error": group.error, "warning": group.warning, "info": group.info}
    off = sum(weight[f.severity] for f in counted)
    if group.per == 1000:
        off = off * 1000 / max(length, 1000)
    return Score(round(max(0.0, 1 - off), 4), f"{len(counted)}处" if counted else "")


def _required(brief: Brief) -> list[Item]:
    return [i for i in brief.ledger if i.required]


def _coverage(brief: Brief, document: Document, findings: Iterable[Finding]) -> Score:
    """Share of the required bullets told; a problem counts where the problems part tells it, not where a plan answers it."""
    wanted = _required(brief)
    if not wanted:
        return Score(None, "没有必写的材料")
    untold = {id for f in findings if f.rule in _UNTOLD for id in f.facts}
    untold |= _only_answered(brief, document)
    missing = [i.id for i in wanted if i.id in untold]
    return Score(
        round(1 - len(missing) / len(wanted), 4), f"没有写到 {'、'.join(missing)}" if missing else ""
    )


def _only_answered(brief: Brief, document: Document) -> set[str]:
    """Problems that no sentence outside the plans tells, in a text whose parts are known."""
    if not any(b.part == "plans" for b in document.blocks):
        return set()
    told = {id for b in document.blocks if b.part != "plans" for s in b.sentences for id in s.facts}
    return {i.id for i in brief.problems} - told


def _slots(brief: Brief, findings: Iterable[Finding]) -> Score:
    """1 less the slot error rate: figures lost, changed, swapped or made up, over the figures of the brief."""
    slots = sum(v.kind in _FIGURES for i in brief.ledger for v in i.values)
    slots += sum(len(i.unknowns) for i in brief.ledger)
    faults = [f for f in findings if f.rule.startswith(_SLOT_FAULTS)]
    if not slots and not faults:
        return Score(None, "材料里没有数字、名称、日期")
    rate = len(faults) / max(slots, 1)
    return Score(round(max(0.0, 1 - rate), 4), f"{slots}个数字、名称、日期错{len(faults)}个")


def _claims(findings: Iterable[Finding], length: int) -> Score:
    count = sum(f.rule.startswith("facts/claim") for f in findings)
    density = count * 1000 / length if length else 0.0
    value = max(0.0, 1 - density / scoring().claims_worst)
    return Score(round(value, 4), f"每千字{density:.2f}处无据表述")


def _substance(brief: Brief, document: Document) -> Score:
    """1 up to the register's limit of text without a fact, then falling to 0 at no fact at all."""
    limit, share = most_without_fact(brief), without_fact(document)
    if share is None or limit is None:
        return Score(None, "材料太少，不评")
    value = 1.0 if share <= limit else max(0.0, 1 - (share - limit) / (1 - limit))
    return Score(round(value, 4), f"无事实文字{share * 100:.0f}%，上限{limit * 100:.0f}%")


def first_pass(brief: Brief, trace: Trace) -> Score:
    """What the writer got right before repair: 1 less the errors that repair had to mend, over the bullets of the brief."""
    mended = sum(max(0, r.before - r.after) for r in trace.repairs if r.accepted)
    value = max(0.0, 1 - mended / max(len(brief.ledger), 1))
    return Score(round(value, 4), f"初稿的错误由核校改掉{mended}处" if mended else "")


def length_score(brief: Brief, got: int) -> Score:
    """1−(got/asked−1)/3 over and 1−(asked/got−1)/2 under, where facts and register carry the length asked."""
    asked = brief.length
    if not asked or not got:
        return Score(None, "没有要求字数")
    carries = len(brief.ledger) * scoring().carries[brief.register]
    if got < asked and carries < asked:
        return Score(None, f"材料只撑得起约{carries}字，要求{asked}字")
    if got > asked and sum(char_count(i.text) for i in brief.ledger) > asked * scoring().facts_alone:
        return Score(None, "材料本身已近要求字数")
    value = 1 - (got / asked - 1) / 3 if got > asked else 1 - (asked / got - 1) / 2
    return Score(round(max(0.0, value), 4), f"要求{asked}字，写了{got}字")
