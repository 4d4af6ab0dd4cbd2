"""The judge over a run's kept drafts: marks case by case, pairs against another run, and how far it agrees with the checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.brief import Brief
from assistant.catalogue import load_catalogue
from assistant.document import Draft
from assistant.models.endpoint import open_endpoint
from assistant.models.masking import mask_for
from assistant.settings import Settings
from evals.cases import Case
from evals.judge import Judge, Opinion, PairOpinion, agreement, deterministic
from evals.rows import Run

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """By case id. ``agreement``: with the mean of the deterministic scores, over pairs of cases both tell apart."""

    opinions: dict[str, Opinion]
    pairs: dict[str, PairOpinion]
    agreement: float | None


def judge_run(
    cases: Sequence[Case], run: Run, drafts: Mapping[str, Draft], settings: Settings, *,
    against: Mapping[str, Draft] | None = None, model: BaseChatModel | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Judgement:  # fmt: skip
    """InputError where no model is set; ServiceError where it cannot be reached or answers no data."""
    chosen = [c for c in cases if c.id in drafts]
    opinions, pairs = {}, {}
    for number, case in enumerate(chosen, 1):
        brief = case.brief()
        judge = Judge(model or _model(settings, brief), load_catalogue(settings.overlay), settings.overlay)
        criteria = judge.criteria(brief)
        opinions[case.id] = judge.mark(brief, drafts[case.id].document(), criteria)
        if against and case.id in against:
            pairs[case.id] = judge.prefer(
                brief, drafts[case.id].document(), against[case.id].document(), criteria
            )
        progress(case.raw.name, number, len(chosen))
    marks = {case: float(o.overall) for case, o in opinions.items()}
    return Judgement(opinions, pairs, agreement(marks, deterministic(run)))


def _model(settings: Settings, brief: Brief) -> BaseChatModel:
    mask = mask_for(brief, settings.overlay) if settings.mask else None
    return open_endpoint(settings, "judge", mask=mask)


def judgement_text(done: Judgement, run: Run) -> str:
    lines = [f"模型评审 {run.id}（只供参考）"]
    for case, opinion in done.opinions.items():
        lines.append(f"  {opinion.overall:2d}  {case}")
        lines += [f"        {score:2d}  {criterion}：{reason}" for criterion, score, reason in opinion.marks]
    if done.pairs:
        wins = [p.better for p in done.pairs.values()]
        swayed = sum(p.swayed for p in done.pairs.values())
        lines.append(
            f"两两比较：本次好 {wins.count(0)}、对方好 {wins.count(1)}、分不出 {wins.count(None)}（其中换了次序就改口 {swayed}）"
        )
    agreed = "案例太少或分不出高低" if done.agreement is None else f"{done.agreement:.0%}"
    lines.append(f"与规则打分次序一致：{agreed}")
    return "\n".join(lines) + "\n"
