"""The judge over a run's kept drafts: marks case by case, pairs against another run, and how far it agrees with the checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.brief import Brief
from assistant.catalogue import load_catalogue
from assistant.document import Draft
from assistant.errors import InputError
from assistant.models.endpoint import open_endpoint
from assistant.models.masking import mask_for
from assistant.models.structured import BadAnswerError
from assistant.settings import Settings
from evals.cases import Case
from evals.judge import Judge, Opinion, PairOpinion, agreement, deterministic
from evals.rows import Run

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Judgement:
    """By case id; ``unjudged`` says why a case has no opinion. ``agreement``: with the mean of the deterministic scores, over
    pairs of cases both tell apart; ``with_people``: the same with marks that a reviewer gave."""

    opinions: dict[str, Opinion]
    pairs: dict[str, PairOpinion]
    agreement: float | None
    unjudged: dict[str, str] = field(default_factory=dict)
    with_people: float | None = None


def judge_run(
    cases: Sequence[Case], run: Run, drafts: Mapping[str, Draft], settings: Settings, *,
    against: Mapping[str, Draft] | None = None, model: BaseChatModel | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Judgement:  # fmt: skip
    """InputError where no model is set; ServiceError where it cannot be reached. An answer that is no data leaves its case
    unjudged and goes on."""
    chosen = [c for c in cases if c.id in drafts]
    done = Judgement({}, {}, None)
    for number, case in enumerate(chosen, 1):
        try:
            _judge_case(done, case, drafts[case.id], (against or {}).get(case.id), settings, model)
        except BadAnswerError as exc:
            done.unjudged[case.id] = exc.message
        progress(case.raw.name, number, len(chosen))
    return replace(done, agreement=agreement(_overall(done), deterministic(run)))


def held_against(done: Judgement, marks: Mapping[str, float]) -> Judgement:
    """With its agreement with a reviewer's marks."""
    return replace(done, with_people=agreement(_overall(done), marks))


def _overall(done: Judgement) -> dict[str, float]:
    return {case: float(o.overall) for case, o in done.opinions.items()}


def _judge_case(
    done: Judgement, case: Case, draft: Draft, other: Draft | None, settings: Settings, model: BaseChatModel | None
) -> None:  # fmt: skip
    brief = case.brief()
    judge = Judge(model or _model(settings, brief), load_catalogue(settings.overlay), settings.overlay)
    criteria = judge.criteria(brief)
    done.opinions[case.id] = judge.mark(brief, draft.document(), criteria)
    if other is not None:
        done.pairs[case.id] = judge.prefer(brief, draft.document(), other.document(), criteria)


def read_marks(path: Path) -> dict[str, float]:
    """A reviewer's marks, a YAML file of case id: mark from 1 to 10; InputError where it is none."""
    import yaml

    try:
        data = yaml.safe_load(path.read_text("utf-8"))
        marks = {str(case): float(mark) for case, mark in data.items()}
    except FileNotFoundError as exc:
        raise InputError("找不到这份评分，请核对路径", path=path) from exc
    except (OSError, ValueError, TypeError, AttributeError, yaml.YAMLError) as exc:
        raise InputError("评分要一行一个案例，写“案例编号: 分数”，如 duty-few-facts: 7", path=path) from exc
    if bad := [case for case, mark in marks.items() if not 1 <= mark <= 10]:
        raise InputError(f"{'、'.join(bad)}的分数不在 1 到 10 之间", path=path)
    return marks


def to_data(done: Judgement, run: Run) -> dict[str, Any]:
    return {"run": run.id, **asdict(done)}


def _model(settings: Settings, brief: Brief) -> BaseChatModel:
    mask = mask_for(brief, settings.overlay) if settings.mask else None
    return open_endpoint(settings, "judge", mask=mask)


def judgement_text(done: Judgement, run: Run, *, marked: bool = False) -> str:
    """``marked``: a reviewer's marks were given."""
    lines = [f"模型评审 {run.id}（只供参考）"]
    for case, opinion in done.opinions.items():
        lines.append(f"  {opinion.overall:2d}  {case}")
        lines += [f"        {score:2d}  {criterion}：{reason}" for criterion, score, reason in opinion.marks]
    lines += [f"   —  {case}：{why}" for case, why in done.unjudged.items()]
    if done.pairs:
        wins = [p.better for p in done.pairs.values()]
        swayed = sum(p.swayed for p in done.pairs.values())
        lines.append(
            f"两两比较：本次好 {wins.count(0)}、对方好 {wins.count(1)}、分不出 {wins.count(None)}（其中换了次序就改口 {swayed}）"
        )
    lines.append(f"与规则打分次序一致：{_share(done.agreement)}")
    if marked:
        lines.append(f"与评的人打分次序一致：{_share(done.with_people)}")
    return "\n".join(lines) + "\n"


def _share(agreed: float | None) -> str:
    return "案例太少或分不出高低" if agreed is None else f"{agreed:.0%}"
