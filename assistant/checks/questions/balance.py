"""Problems and plans: is each problem answered, has it a cause and an example, does a plan answer nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answers import answers
from assistant.brief import Item
from assistant.checks.questions.context import Ask, Context, clip, how_many, quoted
from assistant.expressions import compiled
from assistant.text import CLAUSE_END, ordinal


def missing_parts(ctx: Context) -> Iterator[Ask]:
    wanted = {p.part for p in ctx.genre.parts if p.required} if ctx.genre else set()
    if not ctx.brief.problems and "problems" in wanted:
        yield ctx.say("no_problems")
    if not ctx.brief.plans and "plans" in wanted:
        yield ctx.say("no_plans")


def correspondence(ctx: Context) -> Iterator[Ask]:
    """Problems that no plan answers; plans that answer none, where several do not."""
    problems, plans = ctx.brief.problems, ctx.brief.plans
    if not problems or not plans:
        return
    left = [(n, p) for n, p in enumerate(problems, 1) if not any(answers(p.text, q.text) for q in plans)]
    if len(left) == 1:
        number, item = left[0]
        quote = clip(item.text, 20)
        yield ctx.say("problem_unanswered", facts=[item], ordinal=f"第{ordinal(number)}个问题", quote=quote)
    elif left:
        which = f"第{'、'.join(ordinal(n) for n, _ in left)}个问题"
        quotes = quoted((clip(i.text, 14) for _, i in left), 3)
        yield ctx.say("problems_unanswered", facts=[i for _, i in left], ordinal=which, quote=quotes)
    standing = compiled(ctx.data.tables["plan_standing"])
    free = [q for q in plans if not standing.search(q.text)]
    idle = [q for q in free if not any(answers(p.text, q.text) for p in problems)]
    if len(idle) > 1 and left:
        yield ctx.say("plans_unasked", facts=idle, quote=quoted((clip(i.text, 16) for i in idle), 3))


def depth(ctx: Context) -> Iterator[Ask]:
    """A person's report names causes; a unit's problems need an example."""
    problems = ctx.brief.problems
    if ctx.is_self:
        bare = [p for p in problems if not compiled(ctx.data.tables["cause_words"]).search(p.text)]
        if bare:
            yield ctx.say("causes", facts=bare, at=_ends(bare), count=_count(bare, problems))
        return
    bare = [p for p in problems if not compiled(ctx.data.tables["concrete"]).search(p.text)]
    if bare:
        yield ctx.say("examples", facts=bare, at=_ends(bare), count=_count(bare, problems, "各"))


def _count(some: Sequence[Item], every: Sequence[Item], each: str = "") -> str:
    if len(every) == 1:
        return "所列问题"
    if len(some) == len(every):
        return f"{how_many(len(every))}个问题{each}"
    numbers = "、".join(ordinal(n) for n, p in enumerate(every, 1) if p in some)
    return f"第{numbers}个问题{each if len(some) > 1 else ''}"


def _ends(items: Sequence[Item]) -> list[tuple[str, str]]:
    """The mark stands at the end of the bullet: after its last clause, or as much as stands only once in it."""
    out = []
    for item in items:
        start = len(item.text) - 1
        while start and item.text[start - 1] not in CLAUSE_END:
            start -= 1
        while start and item.text.find(item.text[start:]) != start:
            start -= 1
        out.append((item.id, item.text[start:]))
    return out
