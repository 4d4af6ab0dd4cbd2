"""Two runs of the same cases compared in pairs: what passed and now fails, what scored and now scores less.

In: a baseline and a run. Out: ``Delta`` with the regressions that close the gate and the gains. Means alone never decide:
one check that passed and now fails is a regression however good the rest has become.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evals.rows import Row, Run
from evals.scoring import METRIC_NAMES, METRICS, scoring


@dataclass(frozen=True, slots=True)
class Step:
    """``case`` is empty where the mean of all cases moved; ``why`` is one Chinese sentence."""

    case: str
    check: str
    why: str


@dataclass(frozen=True, slots=True)
class Delta:
    regressions: tuple[Step, ...]
    gains: tuple[Step, ...]
    only_before: tuple[str, ...]
    only_now: tuple[str, ...]
    means: dict[str, tuple[float | None, float | None]]

    @property
    def closed(self) -> bool:
        return bool(self.regressions)


def compare_runs(before: Run, now: Run, *, partial: bool = False) -> Delta:
    """``partial``: the run holds only some of the cases on purpose, so that missing ones are no regression."""
    pairs = [(b, n) for b in before.rows if (n := now.row(b.case)) is not None]
    gone = tuple(b.case for b in before.rows if now.row(b.case) is None)
    new = tuple(n.case for n in now.rows if before.row(n.case) is None)
    lost = [] if partial else [Step(c, "case", "基线里有这个案例，这次没有跑") for c in gone]
    worse = [*lost, *_fell(pairs), *_dropped(pairs, 1), *_means_fell(pairs)]
    better = [*_rose(pairs), *_dropped(pairs, -1)]
    return Delta(tuple(worse), tuple(better), gone, new, _means(pairs))


def _fell(pairs: list[tuple[Row, Row]]) -> Iterator[Step]:
    for before, now in pairs:
        if now.outcome == "crashed":
            yield Step(now.case, "runs", f"程序出错：{now.error}")
            continue
        checks = {c.name: c for c in now.checks}
        for check in before.checks:
            after = checks.get(check.name)
            if check.passed and after is not None and not after.passed:
                yield Step(now.case, check.name, after.detail)
            elif check.passed and after is None and _still_asked(check.name, before, now):
                yield Step(now.case, check.name, "原来通过的一项这次没有检查到")


def _still_asked(name: str, before: Row, now: Row) -> bool:
    """A check gone with the brief's own change is no regression; one gone though the brief is the same is."""
    return before.digest == now.digest and name.startswith("score/")


def _rose(pairs: list[tuple[Row, Row]]) -> Iterator[Step]:
    for before, now in pairs:
        failed = {c.name for c in before.checks if not c.passed}
        yield from (
            Step(now.case, c.name, "原来不过，现在通过") for c in now.checks if c.passed and c.name in failed
        )


def _dropped(pairs: list[tuple[Row, Row]], sign: int) -> Iterator[Step]:
    """Scores of single cases that fell (sign 1) or rose (sign -1) by more than the gate allows."""
    for before, now in pairs:
        for metric in METRICS:
            was, new = _value(before, metric), _value(now, metric)
            if was is not None and new is not None and sign * (was - new) > scoring().gate.case_drop:
                verb = "降到" if sign > 0 else "升到"
                note = now.scores[metric].note
                yield Step(
                    now.case, f"score/{metric}", f"{METRIC_NAMES[metric]}从{was:.2f}{verb}{new:.2f}" + (f"（{note}）" if note else "")
                )  # fmt: skip


def _value(row: Row, metric: str) -> float | None:
    return row.scores[metric].value if metric in row.scores else None


def _means(pairs: list[tuple[Row, Row]]) -> dict[str, tuple[float | None, float | None]]:
    """Means over the cases where both runs judged the metric, so that the pairing is honest."""
    out: dict[str, tuple[float | None, float | None]] = {}
    for metric in METRICS:
        both = [
            (b, n)
            for x, y in pairs
            if (b := _value(x, metric)) is not None and (n := _value(y, metric)) is not None
        ]
        n = len(both)
        out[metric] = (sum(b for b, _ in both) / n, sum(v for _, v in both) / n) if n else (None, None)
    return out


def _means_fell(pairs: list[tuple[Row, Row]]) -> Iterator[Step]:
    for metric, (was, new) in _means(pairs).items():
        if was is not None and new is not None and was - new > scoring().gate.mean_drop:
            yield Step("", f"mean/{metric}", f"{METRIC_NAMES[metric]}平均从{was:.3f}降到{new:.3f}")
