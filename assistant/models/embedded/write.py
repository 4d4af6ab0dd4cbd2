"""The text of each part, with marks: achievements, problems, plans, opening, closing, and plain sentences for repair."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from typing import Any

from assistant.brief import Brief, Item, Register
from assistant.evidence import PolicySpan
from assistant.ledger import clause
from assistant.models.embedded.data import dated, kind_of, patterns
from assistant.models.embedded.grammar import dealt, draw, echoes, shuffled
from assistant.models.embedded.grammar import told as told_of
from assistant.models.embedded.layout import FactLine, ItemLayout, SectionLayout, lay_out
from assistant.models.embedded.manner import Told, begun, longest_joined, put
from assistant.models.embedded.sentences import cite, fact_sentence, marks
from assistant.models.embedded.weave import deal
from assistant.plan.outline import seed_of
from assistant.plan.types import Outline, SectionTask
from assistant.plan.units import UnitNames, leads_party_work, names_of, post_of, signs_as_party
from assistant.similarity import bigrams, containment
from assistant.text import char_count, ordinal, sentence_spans
from assistant.values import lexicon

_FREE_SHARE: dict[Register, float] = {"concise": 0.25, "standard": 0.45, "full": 0.60}
_SAME_SAYING = 0.6  # a quotation that holds most of a principle would say it twice
_SHORTEST_PROBLEM, _SHORTEST_NOUN = 8, 3  # characters a shortened problem must keep
_MOST_TOPICS = 4  # named in the opening
#: Characters for a section's head, however little it tells.
_LEAST_ROOM: dict[Register, int] = {"concise": 20, "standard": 40, "full": 40}
_OWN_BESIDE_POLICY = 2  # sentences of the writer's own at a head that quotes policy
_MANY_FACTS = 6  # a section of so many facts can carry one more sentence at its head
_SAME_AS_LEAD = 3  # pairs of characters that an aim shares with the lead just before it
_SELF = "duty-report"
_TOPIC_THEMES = ("theory", "political")


def write(task: SectionTask) -> str:
    """The reply for one section: paragraphs on lines, marks before closing punctuation."""
    writers = {
        "achievements": _achievements, "problems": _problems, "plans": _plans, "opening": _opening, "closing": _closing,
    }  # fmt: skip
    return writers[task.plan.part](task)


def plain(items: Sequence[Item], task: SectionTask) -> str:
    """One bare sentence a fact: what repair asks for."""
    return "\n".join(fact_sentence(item, task.questions) for item in items)


def _pick(options: Sequence[str], task: SectionTask) -> str:
    """One of the patterns and one of its sentences, by the brief's seed."""
    seed = seed_of(task.brief)
    return told_of(shuffled(options, seed, options[0])[0], draw(seed, *options))


def _is_self(brief: Brief) -> bool:
    return brief.kind == _SELF


def _achievements(task: SectionTask) -> str:
    layout = lay_out(task.outline, task.brief, task.variant)[task.plan.id]
    body = _items(layout, task)
    head = _principles(layout, task, sum(char_count(t.text) for t in body))
    asked = _asked_topics(task)
    if len(body) == 1 and not asked:
        return head + body[0].whole
    return put(head, [*asked, *body], task.house)


def _asked_topics(task: SectionTask) -> list[Told]:
    """Topics the period must have and no fact covers: said to be missing, once, where the reader will look for them."""
    if task.plan.id != _topic_section(task.outline):
        return []
    asked = [q for q in task.questions if q.inline.startswith("【待补") and q.anchor and not q.facts]
    free = _undealt(task)
    leads = [next((lead for lead in kind_of(q.anchor).leads if lead in free), "") for q in asked]
    told_leads = [lead if lead not in leads[:n] else "" for n, lead in enumerate(leads)]
    return [Told(lead, f"{q.anchor}，{q.inline}。") for q, lead in zip(asked, told_leads, strict=True)]


def _topic_section(outline: Outline) -> str:
    """The section on theory, else on politics, else the first of the achievements."""
    body = [s for s in outline.written if s.part == "achievements"]
    ranked = sorted(
        body, key=lambda s: _TOPIC_THEMES.index(s.theme) if s.theme in _TOPIC_THEMES else len(_TOPIC_THEMES)
    )
    return ranked[0].id if ranked else ""


def _undealt(task: SectionTask) -> set[str]:
    """Leads that no item has been given."""
    dealt = {i.lead for s in lay_out(task.outline, task.brief, task.variant).values() for i in s.items}
    return {lead for kind in patterns().kinds for lead in kind.leads} - dealt


def _items(layout: SectionLayout, task: SectionTask) -> list[Told]:
    """The items' texts; the time is said once a section."""
    out: list[Told] = []
    when = task.brief.period.part
    for item in layout.items:
        out.append(_item(item, task, when))
        when = "" if any(line.measured for line in item.lines) else when
    return out


def _item(layout: ItemLayout, task: SectionTask, when: str) -> Told:
    """The lead and the item's sentences; the subject once an item, short facts of a kind in one sentence."""
    out: list[str] = []
    subject_left = _is_self(task.brief)
    for line in layout.lines:
        subject = "我" if subject_left and line.kind.self_subject else ""
        aim = _aim(line, layout.lead, task)
        sentence = fact_sentence(line.item, task.questions, aim=aim, when=when, subject=subject)
        when = "" if line.measured else when
        subject_left = subject_left and not subject
        if out and not aim and _joinable(out[-1], sentence, longest_joined(task.house)):
            out[-1] = f"{out[-1].removesuffix('。')}，{sentence}"
        else:
            out.append(cite(sentence, task.policies) if aim else sentence)
    return Told(layout.lead, "".join(out))


def _aim(line: FactLine, lead: str, task: SectionTask) -> str:
    """The policy wording that goes before the fact, else the plain aim, where it does not say the same as another, nor as
    the item's lead."""
    woven = deal(task)
    quoted = woven.before.get(line.item.id, "")
    if quoted and len(bigrams(quoted) & bigrams(lead)) < _SAME_AS_LEAD:
        return quoted
    return "" if echoes(line.aim, woven.said) else line.aim


def _joinable(before: str, sentence: str, longest: int) -> bool:
    """Two short acts, or two bare figures, read better as one sentence; one with a subject of its own stays apart."""
    short = len(before) + len(sentence) <= longest
    alike = lexicon().action.match(sentence) or all(map(patterns().stated.search, (before, sentence)))
    return short and "【" not in before and bool(alike)


def _principles(layout: SectionLayout, task: SectionTask, body: int) -> str:
    """As many head sentences as the register and the length allow: policy sentences in the full register, requirements,
    and last the stance, which leads up to the facts."""
    names, register = names_of(task.brief), task.brief.register
    share = _FREE_SHARE[register]
    least = _LEAST_ROOM[register]
    room = max((body + _told_elsewhere(task)) * share / (1 - share), least)
    if task.brief.length:
        room = min(room, max(task.plan.length - body, least))
    most = 1 if register == "concise" else 2 + (len(task.items) >= _MANY_FACTS)
    said = deal(task).said
    own = [_named(p, task.brief, names) for p in layout.requirements if not echoes(p, said)]
    stance = _named(layout.stance, task.brief, names)
    whole = [_sentence(p) for p in task.policies if register == "full" and _quotable(p, task)]
    quoted = [q for q in whole if not any(containment(p, q) > _SAME_SAYING for p in [*own, stance])]
    woven = [_named(w, task.brief, names) for w in deal(task).heads.get(task.plan.id, ())]
    first = [stance, *own[:1]] if draw(seed_of(task.brief), task.plan.id) % 2 else [*own[:1], stance]
    wanted = (
        [stance, *woven, *quoted, *own[:_OWN_BESIDE_POLICY]] if register == "full" else [*first, *own[1:]]
    )
    chosen: list[str] = []
    for sentence in filter(None, wanted):
        fits = sum(map(char_count, [*chosen, sentence])) <= room
        if fits and (len(chosen) < most or register == "full"):
            chosen.append(sentence)
    ordered = sorted(chosen, key=lambda s: (s == stance, s in own, s in quoted))
    return "".join(cite(sentence, task.policies) for sentence in ordered)


def _told_elsewhere(task: SectionTask) -> int:
    """This section's part of what the problems tell, which have no head of their own."""
    if task.brief.register != "full":
        return 0
    sections = sum(s.part == "achievements" for s in task.outline.written)
    return sum(char_count(q.text) for q in task.brief.problems) // max(sections, 1)


def _quotable(policy: PolicySpan, task: SectionTask) -> bool:
    """A whole sentence of a policy text about this section's subject; short fixed terms are no sentences."""
    return policy.sentence and task.plan.theme in policy.themes


def _sentence(policy: PolicySpan) -> str:
    return policy.text.rstrip("。；，") + "。"


def _named(text: str, brief: Brief, names: UnitNames) -> str:
    if _is_self(brief):
        return text.format(party="我", we="我")
    return text.format(party=names.party or names.we, we=names.we)


def _problems(task: SectionTask) -> str:
    brief, frame = task.brief, patterns().frame
    self_ = _is_self(brief)
    several = "" if len(task.items) > 1 else "_one"
    intro = _pick(frame["problem_intros"][("self" if self_ else "unit") + several], task).format(
        we=names_of(brief).we, topic=_topic(brief), period=brief.period.label
    )
    ask = frame["evidence_asks"]
    doubts = [q for q in task.questions if q.inline.startswith("【待核")]
    causes = [
        ask["cause"][(seed_of(brief) + n) % len(ask["cause"])] if self_ else ""
        for n in range(len(task.items))
    ]
    before = deal(task).before
    whole = [
        cite(f"{before.get(i.id, '')}{clause(i, doubts)}{marks([i.id])}。", task.policies) for i in task.items
    ]
    told = [f"{ordinal(n)}是{text}" for n, text in enumerate(whole, 1)]
    lines = [line + cause for line, cause in zip(told, causes, strict=True)]
    bare = [] if self_ else _without_examples(task)
    if len(bare) > 1:
        lines.append(_pick(ask["all"], task))
    elif bare:
        lines[task.items.index(bare[0])] += _pick(ask["one"], task)
    if len(task.items) == 1:
        return f"{intro}{frame['only_problem']}{lines[0].removeprefix('一是')}"
    return "\n".join([intro, *lines])


def _without_examples(task: SectionTask) -> list[Item]:
    """Problems stated without an instance: no figure, and a question that asks for one."""
    asked = {i for q in task.questions if q.inline.startswith("【待补") for i in q.facts}
    return [
        i for i in task.items if i.id in asked and not any(v.kind in ("count", "percent") for v in i.values)
    ]


def _topic(brief: Brief) -> str:
    return "党建工作" if "party" in brief.kind or (brief.body and _is_self(brief)) else "工作"


def _plans(task: SectionTask) -> str:
    brief, frame = task.brief, patterns().frame
    key = "self" if _is_self(brief) else "unit" if brief.problems else "no_problem"
    intro = _pick(frame["plan_intros"][key], task).format(**_words(task))
    lines = [cite(intro, task.policies)]
    by_id = {i.id: i for i in task.items}
    for n, sub in enumerate(task.plan.subheads, 1):
        lines.append(f"（{ordinal(n)}）{sub.heading}")
        items = [by_id[i] for i in sub.items]
        lines.append(_followed(_measure(items, task, n), sub.items[0], task))
    return "\n".join(lines)


def _followed(measure: str, first: str, task: SectionTask) -> str:
    """The measure with the requirements that go with it, as far as the register's share without a fact allows."""
    share = _FREE_SHARE[task.brief.register]
    room = char_count(measure) * share / (1 - share)
    out: list[str] = []
    for text in deal(task).after.get(first, ()):
        if sum(map(char_count, [*out, text])) <= room:
            out.append(_named(text, task.brief, names_of(task.brief)))
    return measure + "".join(cite(sentence, task.policies) for sentence in out)


def _measure(items: Sequence[Item], task: SectionTask, position: int) -> str:
    """A plan with the problems it answers, or a problem nobody planned for, which stays an open blank."""
    problems = [i for i in items if i.lane == "problem"]
    plans = [i for i in items if i.lane == "plan"]
    wanted = "、".join(clause(p, task.questions) for p in plans)
    key = "both" if plans and problems else "plan" if plans else "problem"
    forms = shuffled(patterns().frame["plan_sentences"][key], seed_of(task.brief), key)
    options = [f for f in forms if f[:1] not in patterns().frame["once_ahead"] or f[:1] != wanted[:1]]
    sentence: str = options[position % len(options)].format(**_problem_nouns(problems), plan=wanted)
    return sentence + marks([i.id for i in [*plans, *problems]]) + "。"


def _problem_nouns(problems: Sequence[Item]) -> dict[str, str]:
    """The problems as a noun phrase: 理论学习不深、讨论偏少的问题; 执行难仍然存在 -> 执行难的问题."""
    words = patterns().frame["problem_words"]
    longest = 34 if len(problems) == 1 else 12  # several in one sentence: each by its first clause
    named = "、".join(_short_problem(clause(p, ()), longest) for p in problems)
    tail = "" if re.search(words["nouns"], named) else words["tail"]
    return {"problem": named + tail, "situation": re.sub(words["nouns"], "", named) + words["situation"]}


def _short_problem(text: str, longest: int) -> str:
    """A problem as a noun phrase: long ones by their first clause, clauses set off as in a list."""
    words = patterns().frame["problem_words"]
    clauses = text.split("，")
    plain = [c for c in clauses if not re.search(words["figures"], c)] or clauses
    named = "，".join(plain)
    kept = plain[0] if len(named) > longest and len(plain[0]) >= _SHORTEST_PROBLEM else named
    bare = re.sub(words["strip"], "", re.sub(words["about"], "", kept))
    return re.sub(words["inner"], "、", bare if len(bare) >= _SHORTEST_NOUN else kept)


def _words(task: SectionTask) -> dict[str, Any]:
    brief, names, frame = task.brief, names_of(task.brief), patterns().frame
    spirit = dated(frame["spirit"], brief.date) or "上级会议"
    subject = names.party if signs_as_party(brief) else names.we
    return {
        "when": _when(brief), "unit": _unit(brief), "organization": brief.organization, "we": names.we,
        "party": names.party or names.we, "subject": subject, "spirit": spirit,
        "upholds": dated(frame["upholds"], brief.date), "period": brief.period.label, "next": brief.period.next_label,
        "year": brief.period.start.year, "recipient": brief.recipient, "duty": post_of(brief.author) or "岗位",
    }  # fmt: skip


def _when(brief: Brief) -> str:
    return {
        "year": brief.period.label,
        "half": brief.period.part if brief.period.start.month > 1 else "今年以来",
    }.get(brief.period.shape, brief.period.label)


def _unit(brief: Brief) -> str:
    return brief.organization + brief.body


def _topics(task: SectionTask) -> list[str]:
    """What the achievements sections are about, in every choice of words of their headings' themes, no verb twice."""
    frame, brief = patterns().frame, task.brief
    words: dict[str, list[str]] = {
        **frame["topic_words"], **frame["unit_topics"].get(names_of(brief).kind, {}),
    }  # fmt: skip
    themes = list(dict.fromkeys(s.theme for s in task.outline.written if s.theme in words))
    kept = sorted(shuffled(themes, seed_of(brief), "topics")[:_MOST_TOPICS], key=themes.index)
    chosen = [
        list({w[:2]: w for w in reversed(c)}.values())[::-1] for c in product(*(words[t] for t in kept))
    ]
    most = max(map(len, chosen))
    return ["、".join(c) or frame["no_topic"] for c in chosen if len(c) == most]


def _opening(task: SectionTask) -> str:
    frame, brief = patterns().frame, task.brief
    cards = list(dealt(frame["openings"].get(brief.kind) or frame["openings"]["work-summary"], _turn(task)))
    topics = _topics(task)
    topic = topics[(_turn(task) + _turn(task) // len(cards)) % len(topics)]
    text = begun(cards[0][1], brief, task.house).format(**_words(task), topics=topic)
    text += _named(deal(task).opening, brief, names_of(brief))
    cited = "".join(cite(text[span.start : span.end], task.policies) for span in sentence_spans(text))
    return cited + _announce(task)


def _turn(task: SectionTask) -> int:
    return seed_of(task.brief) if task.variant is None else task.variant


def _announce(task: SectionTask) -> str:
    frame, brief = patterns().frame["announce"], task.brief
    kind = "party-duty" if _is_self(brief) and leads_party_work(brief.author) else brief.kind
    options = frame.get(kind, frame["work-summary"]) if brief.plans or _is_self(brief) else frame["none"]
    return _pick(options, task).format(**_words(task))


def _closing(task: SectionTask) -> str:
    frame, brief = patterns().frame["closings"], task.brief
    if _is_self(brief):
        return _pick(frame["self"], task)
    if not brief.plans:
        return ""
    return _pick(frame["unit" if brief.recipient else "unit_alone"], task).format(**_words(task))
