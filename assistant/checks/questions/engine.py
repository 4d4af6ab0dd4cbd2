"""``ask``: every check of the brief in turn, then merging. Pure: same brief and catalogue, same questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.brief import Brief
from assistant.catalogue import Catalogue
from assistant.checks.questions import balance, figures, period, scope, wording
from assistant.checks.questions.context import Ask, Context
from assistant.checks.questions.data import Data, data
from assistant.checks.questions.kinds import by_words
from assistant.checks.questions.merge import merge
from assistant.checks.questions.unknowns import unknowns
from assistant.finding import Question

Check = Callable[[Context], Iterator[Ask]]

CHECKS: tuple[Check, ...] = (
    wording.orders,
    unknowns,
    period.topics,
    period.campaigns,
    period.dates_outside,
    figures.overlaps,
    figures.parts_and_totals,
    figures.percentages,
    figures.units,
    figures.stocks,
    figures.same_facts,
    by_words,
    balance.missing_parts,
    balance.correspondence,
    balance.depth,
    wording.variants,
    wording.foreign,
    wording.documents,
    wording.headings,
    wording.faults_in_facts,
    wording.claims,
    scope.expected,
    scope.length,
    scope.author,
    scope.frame,
)


def ask(
    brief: Brief, catalogue: Catalogue, *, limit_blocking: int = 5, words: Data | None = None
) -> tuple[Question, ...]:
    """The questions, blocking ones first; ``finding.points`` takes merged ones apart for drafting and comments."""
    ctx = Context.of(brief, catalogue, words or data())
    asks = [question for check in CHECKS for question in check(ctx)]
    return merge(asks, brief, ctx.data, limit_blocking)
