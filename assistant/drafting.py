"""The whole road: Brief -> outline, evidence, sections, checks, repair -> Draft. The composition root of the library."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.brief import Brief
from assistant.catalogue import Catalogue
from assistant.checks.engine import check
from assistant.checks.facts import FactContext, check_facts
from assistant.checks.profile import profile_of
from assistant.checks.questions import ask
from assistant.checks.registry import load_rules
from assistant.compose import Composed, compose_all
from assistant.document import Draft, Section, Trace
from assistant.evidence import PolicySpan
from assistant.finding import Finding, Question, points
from assistant.holdings import Evidence, gather, house_style
from assistant.index import Index
from assistant.leaks import find_leaks
from assistant.models.limits import Rank
from assistant.overall import overall
from assistant.plan import Outline, SectionTask, make_outline
from assistant.plan.house import HouseStyle
from assistant.prompts import load_prompt, prompt_names
from assistant.revise import Reviser, revise
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from assistant.models.gateway import Gateway

Progress = Callable[[str, int, int], None]
_SEEN = 160  # characters of each section
AFTER_BODY = ("opening", "problems", "closing")
"""What is written with the achievements and plans in view: opening, closing, and the turn from achievements to problems."""

TO_ASK, TO_END = (0,), (1,)
"""Ranks of a turn: what leads to requests goes before what ends a draft, so that the endpoint always has work."""


@dataclass(frozen=True, slots=True)
class Job:
    """One brief with everything its draft depends on. ``progress`` is told (what, done, total); ``variant`` is its number
    in a batch; ``turn`` is held, at the rank given, where the draft computes for long and waits for nobody."""

    brief: Brief
    settings: Settings
    catalogue: Catalogue
    index: Index | None = None
    progress: Progress = field(default=lambda what, done, total: None)
    variant: int | None = None
    turn: Callable[[Rank], AbstractContextManager[Any]] = field(default=lambda rank: nullcontext())


def open_model(settings: Settings, brief: Brief, beside: Gateway | None = None) -> BaseChatModel:
    """The embedded writer, or the endpoint the settings name: one interface. ``beside``: an endpoint that is open, whose
    connections and journal are used."""
    from assistant.models import egress

    egress.silence_telemetry()
    if settings.embedded:
        from assistant.models.embedded.model import EmbeddedWriter

        return EmbeddedWriter()
    from assistant.models.endpoint import open_endpoint
    from assistant.models.masking import mask_for

    mask = mask_for(brief, settings.overlay) if settings.mask else None
    if beside is not None:
        return beside.beside(mask)
    return open_endpoint(settings, "draft", mask=mask)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Before a word is written: what would be asked, in which order, on what evidence."""

    brief: Brief
    outline: Outline
    questions: tuple[Question, ...]
    evidence: Evidence
    house: HouseStyle | None
    tasks: tuple[SectionTask, ...]


def prepare(job: Job) -> Prepared:
    house = house_style(job.brief, job.index, job.settings.house_style)
    outline = make_outline(job.brief, job.catalogue, house)
    questions = ask(job.brief, job.catalogue)
    single = points(questions)
    evidence = gather(job.brief, outline, job.catalogue, job.index)
    tasks = tuple(
        SectionTask(
            s,
            outline,
            job.brief,
            tuple(job.brief.item(i) for i in s.items),
            single,
            evidence.policies,
            evidence.styles,
            house=house,
            variant=job.variant,
        )
        for s in outline.written
    )
    return Prepared(job.brief, outline, questions, evidence, house, tasks)


def draft(job: Job, model: BaseChatModel | None = None) -> Draft:
    """A checked and repaired draft; raises ZhibiError where the brief, the data or the endpoint will not do. A model
    opened here is closed here."""
    with job.turn(TO_ASK):
        prepared = prepare(job)
    writer = model or open_model(job.settings, job.brief)
    try:
        return _written(job, prepared, writer)
    finally:
        if model is None and (close := getattr(writer, "close", None)):
            close()


def _written(job: Job, prepared: Prepared, model: BaseChatModel) -> Draft:
    composed = _compose(job, prepared, model)
    whole = _assembled(job, prepared, composed)
    tasks = {t.plan.id: t for t in prepared.tasks}
    reviser = Reviser(model, checker(job, prepared), tasks, job.settings.overlay, job.settings.repair_rounds)
    job.progress("核校", 0, 1)
    done = revise(whole, reviser)
    job.progress("核校", 1, 1)
    usage = _usage(composed.values(), model)
    done = replace(done, trace=replace(done.trace, usage=usage, cost=_cost(usage, job.settings)))
    return done.with_findings((*done.findings, *_reply_findings(composed), *last_findings(done, prepared)))


def _compose(job: Job, prepared: Prepared, model: BaseChatModel) -> dict[str, Composed]:
    """Body sections at once, then what leans on them, with the body in view."""
    body = [t for t in prepared.tasks if t.plan.part not in AFTER_BODY]
    after = [t for t in prepared.tasks if t.plan.part in AFTER_BODY]
    total, finished = len(prepared.tasks), 0

    def done(task: SectionTask, _: Composed) -> None:
        nonlocal finished
        finished += 1
        job.progress(
            task.plan.heading or ("开头" if task.plan.part == "opening" else "结尾"), finished, total
        )

    # threads gain nothing where none waits
    at_once = 1 if job.settings.embedded else job.settings.concurrency
    more = {
        "overlay": job.settings.overlay, "concurrency": at_once, "done": done,
        "slots": job.settings.slots,
    }  # fmt: skip
    results = compose_all(body, model, job.catalogue, **more)  # type: ignore[arg-type]
    view = _view(prepared.outline, results)
    seen = [replace(t, body_view=view) for t in after]
    return results | compose_all(seen, model, job.catalogue, **more)  # type: ignore[arg-type]


def _view(outline: Outline, composed: Mapping[str, Composed]) -> tuple[str, ...]:
    done = [s for plan in outline.written if plan.id in composed for s in composed[plan.id].sections]
    return body_view(done)


def body_view(sections: Iterable[Section]) -> tuple[str, ...]:
    """The beginnings of the sections written so far, for what is written with them in view."""
    return tuple(f"{s.number}{s.heading}：{s.text[:_SEEN]}" for s in sections if s.paragraphs)


def _assembled(job: Job, prepared: Prepared, composed: Mapping[str, Composed]) -> Draft:
    outline = prepared.outline
    sections: list[Section] = []
    for plan in outline.sections:
        if plan.id in composed:
            sections += composed[plan.id].sections
        else:
            sections.append(Section(plan.id, plan.part, plan.level, plan.number, plan.heading))
    shown = tuple(s for s in sections if s.heading or s.paragraphs)
    trace = Trace(
        job.brief.digest, job.settings.model, _prompt_digests(job.settings), _knowledge_digest(job),
        {}, (), tuple((p.id, f"{p.text}（{p.title}）") for p in _cited(prepared.evidence.policies, shown)),
    )  # fmt: skip
    return Draft(
        outline.title,
        outline.recipient,
        shown,
        outline.signature,
        outline.date,
        (),
        prepared.questions,
        trace,
    )


def _cited(policies: Sequence[PolicySpan], sections: Iterable[Section]) -> list[PolicySpan]:
    used = {i for s in sections for sentence in s.sentences() for i in sentence.policies}
    return [p for p in policies if p.id in used]


def _prompt_digests(settings: Settings) -> dict[str, str]:
    return {name: load_prompt(name, settings.overlay).digest for name in prompt_names(settings.overlay)}


def _knowledge_digest(job: Job) -> str:
    return f"{job.catalogue.digest}" + (f"+{job.index.digest}" if job.index is not None else "")


def _usage(composed: Iterable[Composed], model: BaseChatModel) -> dict[str, int]:
    """Tokens and requests of drafting and repair; for an endpoint what its meter counted."""
    meter = getattr(model, "meter", None)
    if meter is not None:
        total = meter.total
        return {
            "input_tokens": total.input,
            "cached_tokens": total.cached,
            "output_tokens": total.output,
            "requests": total.requests,
            "replayed": total.replayed,
        }
    usage: dict[str, int] = {}
    for one in composed:
        for key, count in one.usage:
            usage[key] = usage.get(key, 0) + count
    return usage


def _cost(usage: Mapping[str, int], settings: Settings) -> str:
    """By the user's price table; empty where it has no price for the model."""
    from assistant.models.tokens import Usage, cost

    used = Usage(usage.get("input_tokens", 0), usage.get("output_tokens", 0), usage.get("cached_tokens", 0))
    money = None if settings.embedded else cost(used, settings.model, settings.prices)
    return "" if money is None else f"{money:.4f}"


def checker(job: Job, prepared: Prepared) -> Callable[[Draft], tuple[Finding, ...]]:
    """Text rules and fact checks of a draft of this brief, as of its date."""
    policies = {p.id: p for p in prepared.evidence.policies}
    context = FactContext(
        job.brief,
        policies,
        frozenset(d.title for d in job.catalogue.documents),
        tuple(s.text for s in prepared.evidence.styles),
        points(prepared.questions),
    )
    rules, profile = load_rules(job.settings.overlay), profile_of(job.brief)
    own = "".join(p.text for p in prepared.evidence.policies)

    def run(whole: Draft) -> tuple[Finding, ...]:
        with job.turn(TO_END):
            return judged(whole)

    def judged(whole: Draft) -> tuple[Finding, ...]:
        document = whole.document()
        text = check(document, catalogue=job.catalogue, rules=rules, profile=profile, as_of=job.brief.date)
        leaks = (
            find_leaks(document, job.index, job.catalogue, job.brief, own) if job.index is not None else ()
        )
        return tuple(
            sorted((*text, *check_facts(document, context), *leaks), key=lambda f: (f.paragraph, f.start))
        )

    return run


def _reply_findings(composed: Mapping[str, Composed]) -> list[Finding]:
    found = [
        Finding(
            "facts/unknown-mark",
            "warning",
            f"模型标了不存在的编号 {'、'.join(c.bad_marks)}，已去掉，请核对所在段落",
        )
        for c in composed.values()
        if c.bad_marks
    ]
    return found + [
        Finding("structure/truncated", "error", "模型的回复没有写完就断了，请加大 max_tokens 后重写这一节")
        for c in composed.values()
        if c.truncated
    ]


def last_findings(done: Draft, prepared: Prepared) -> tuple[Finding, ...]:
    """What is said of the finished draft as a whole."""
    return overall(done, prepared.brief, prepared.outline, prepared.questions, prepared.house)
