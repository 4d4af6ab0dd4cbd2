"""The one model at the door: plain data of any source -> ``Brief``, or a ``BriefError`` that says where and what to write.

Readers (YAML, spreadsheet, pasted text) hand in a ``RawSource``: nested dicts and lists of strings, and for each node its line.
"""

from __future__ import annotations

import datetime
import difflib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from assistant.brief import Brief, Item, ItemLane, Period, Register, SectionSpec, make_item
from assistant.errors import BriefError
from assistant.formats.brief_values import read_date, read_length, read_period
from assistant.formats.brief_words import plain, words
from assistant.text import is_cjk, strip_invisible

Loc = tuple[str | int, ...]
FACT_LIMIT = 2000
ITEM_LIMIT = 2000
_BREAK = re.compile(r"\s*\n\s*")
_SPACES = re.compile(r"[ \t\u3000\xa0]+")
_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,2}[.．、](?!\d)|[（(]\d{1,2}[）)])\s*"
)
_LEDGER_ID = re.compile(r"[FQPD]\d+", re.I)


@dataclass(frozen=True, slots=True)
class RawSource:
    """``lines`` maps a path of keys and indices to a line (or spreadsheet row); ``labels`` names a place where that says more."""

    path: Path
    data: dict[str, Any]
    lines: Mapping[Loc, int] = field(default_factory=dict)
    labels: Mapping[Loc, str] = field(default_factory=dict)

    def line(self, loc: Loc) -> int:
        """The line of a node, or of the nearest node around it that has one."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return self.lines.get(loc, 0)

    def label(self, loc: Loc) -> str:
        return next((self.labels[loc[:n]] for n in range(len(loc), 0, -1) if loc[:n] in self.labels), "")


def tidy(text: object) -> str:
    """One line of text: no invisible characters, line breaks joined, no closing 。 or ；. ``ValueError`` where it is no text."""
    if isinstance(text, dict | list):
        raise ValueError("这里应写一段文字，不能是列表或下一级的键（文字里有半角冒号时请给整句加引号）")
    line = strip_invisible("" if text is None else str(text))[0].strip()
    joined = _BREAK.sub(lambda m: "" if _cjk_around(line, m) else " ", line)
    return _SPACES.sub(" ", joined).strip().rstrip("。；;")


def _cjk_around(text: str, m: re.Match[str]) -> bool:
    around = text[max(m.start() - 1, 0) : m.start()] + text[m.end() : m.end() + 1]
    return any(is_cjk(c) or not c.isascii() for c in around)


def _fact_text(value: object) -> str:
    text = tidy(value)
    if not text:
        raise ValueError("这一条是空的，请写上内容或删去")
    if len(text) > FACT_LIMIT:
        raise ValueError(f"这一条有{len(text)}字，超过{FACT_LIMIT}字，请拆成几条")
    if "⟦" in text or "⟧" in text:
        raise ValueError("内容里不能有 ⟦ ⟧，这是出处标记，请改用别的括号")
    return text


def _fact(value: object) -> object:
    if isinstance(value, dict):
        known = set(RawItem.model_fields)
        if len(value) == 1 and not known & set(value):
            raise ValueError(
                f"这一条被读成了键“{next(iter(value))}”，文字里有半角冒号时请给整句加引号，或改用全角冒号"
            )
        return value
    return {"text": value}


def _listed(value: object) -> object:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError("这里应是列表，每条一行，以“- ”开头")
    return value


def _key(value: object) -> str:
    key = tidy(value)
    if _LEDGER_ID.fullmatch(key):
        raise ValueError(f"编号“{key}”与自动编号同形，请换一个，例如 talk 或“谈话”")
    return key


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = plain(tidy(value))
    if word and word not in words().truth:
        raise ValueError(f"“{word}”不是“是”或“否”，请写 true 或 false（也可写 是、否）")
    return words().truth.get(word, True)


def _heading(value: object) -> str:
    heading = _NUMBERING.sub("", tidy(value))
    if not heading:
        raise ValueError("小标题是空的，请写上文字或删去这一节")
    return heading


def _named(table: str, what: str) -> BeforeValidator:
    def read(value: object) -> str:
        word = tidy(value)
        known: dict[str, str] = getattr(words(), table)
        if table == "registers" and word and plain(word) not in known:
            raise ValueError(f"{what}“{word}”不对，请写 concise、standard 或 full（也可写 简洁、标准、完整）")
        return known.get(plain(word), word)

    return BeforeValidator(read)


def _body(value: object) -> str:
    body = tidy(value)
    if body and not body.endswith(words().bodies):
        raise ValueError(f"党组织“{body}”不对，请写{'、'.join(words().bodies[:5])}之一")
    return body


Line = Annotated[str, BeforeValidator(tidy)]


class RawItem(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    text: Annotated[str, BeforeValidator(_fact_text)]
    id: Annotated[str, BeforeValidator(_key)] = ""
    source: Line = ""
    required: Annotated[bool, BeforeValidator(_truth)] = True


ItemList = Annotated[tuple[Annotated[RawItem, BeforeValidator(_fact)], ...], BeforeValidator(_listed)]


class RawSection(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    heading: Annotated[str, BeforeValidator(_heading)]
    facts: ItemList = ()


class RawBrief(BaseModel):
    """The keys of a brief; ``period``, ``date`` and ``length`` may be written in any form an office writes them."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
    kind: Annotated[str, _named("kinds", "文种"), Field(min_length=1)]
    organization: Annotated[Line, Field(min_length=1)]
    period: Annotated[Period, BeforeValidator(lambda v: read_period(tidy(v)))]
    date: Annotated[
        datetime.date | None, BeforeValidator(lambda v: read_date(tidy(v)) if tidy(v) else None)
    ] = None
    body: Annotated[str, BeforeValidator(_body)] = ""
    title: Line = ""
    author: Line = ""
    region: Line = ""
    recipient: Line = ""
    length: Annotated[int | None, BeforeValidator(lambda v: read_length(tidy(v)) if tidy(v) else None)] = None
    register_: Annotated[str, _named("registers", "语域"), Field(alias="register")] = "standard"
    house_style: Line = ""
    sections: Annotated[tuple[RawSection, ...], BeforeValidator(_listed)] = ()
    facts: ItemList = ()
    problems: ItemList = ()
    plans: ItemList = ()


def build(source: RawSource, overrides: Mapping[str, str] | None = None) -> Brief:
    """Validate and number; ``overrides`` (header keys) replace or fill what the file says."""
    data = dict(source.data)
    for key, value in (overrides or {}).items():
        if key not in _names(RawBrief) or key in ("sections", "facts", "problems", "plans"):
            raise BriefError(f"命令行给的键“{key}”不认识{_suggest(key, _names(RawBrief))}")
        data[key] = value
    try:
        raw = RawBrief.model_validate({k: v for k, v in data.items() if v is not None})
    except ValidationError as error:
        raise _explain(source, error.errors()[0]) from error
    return _number(source, raw)


def _names(model: type[BaseModel]) -> list[str]:
    return [f.alias or name for name, f in model.model_fields.items()]


def _suggest(key: str, known: list[str]) -> str:
    lanes = {"fact": "facts", "problem": "problems", "plan": "plans"}
    chinese = (
        words().keys.get(plain(key))
        or lanes.get(words().lanes.get(plain(key), ""))
        or words().columns.get(plain(key))
    )
    near = [chinese] if chinese in known else difflib.get_close_matches(key.lower(), known, 1, 0.6)
    return f"，是否想写“{near[0]}”？" if near else f"，可用的键有：{'、'.join(known)}"


_MISSING = {
    "kind": "缺少文种，请写 kind（例如 party-building-summary，或“文种：党建工作总结”）",
    "organization": "缺少单位名称，请写 organization（例如“市民政局”，或“单位：市民政局”）",
    "period": "缺少时间段，请写 period（例如 2023-H1，或“时间：2023年上半年”）",
    "heading": "这一节没有小标题，请写 heading",
    "text": "这一条没有内容，请写 text",
}


def _explain(source: RawSource, error: ErrorDetails) -> BriefError:
    loc: Loc = tuple(p for p in error["loc"])
    name = str(loc[-1]) if loc else ""
    kind = error["type"]
    if kind == "extra_forbidden":
        model: type[BaseModel] = (
            RawBrief if len(loc) == 1 else RawSection if loc[0] == "sections" and len(loc) == 3 else RawItem
        )
        message = f"键“{name}”不认识{_suggest(name, _names(model))}"
    elif kind in ("missing", "string_too_short"):
        message = _MISSING.get(name, f"缺少“{name}”，请补上")
    elif kind == "value_error":
        message = f"{_spoken(loc)}：{error['ctx']['error']}"
    else:
        message = f"{_spoken(loc)}：写法不对，应是键和值，例如 heading: …、text: …"
    label = source.label(loc)
    return BriefError(f"{label}{message}", path=source.path, line=source.line(loc) or None)


def _spoken(loc: Loc) -> str:
    """facts 第3条 / sections 第2节 facts 第1条 / period."""
    parts = [
        f"第{p + 1}{'节' if i and loc[i - 1] == 'sections' else '条'}" if isinstance(p, int) else str(p)
        for i, p in enumerate(loc)
    ]
    return " ".join(parts) or "整个文件"


def _number(source: RawSource, raw: RawBrief) -> Brief:
    facts, sections = _facts(source, raw)
    brief = Brief(
        kind=raw.kind, organization=raw.organization, period=raw.period, date=raw.date or raw.period.end, body=raw.body,
        title=raw.title, author=raw.author, region=raw.region, recipient=raw.recipient.rstrip("：:"), length=raw.length,
        register=_register(raw.register_), house_style=raw.house_style, sections=sections, facts=facts,
        problems=_items(source, "problem", raw.problems, "problems"), plans=_items(source, "plan", raw.plans, "plans"),
        path=str(source.path),
    )  # fmt: skip
    _check(source, brief)
    return replace(brief, digest=digest(brief))


def _register(word: str) -> Register:
    return "concise" if word == "concise" else "full" if word == "full" else "standard"


def _facts(source: RawSource, raw: RawBrief) -> tuple[tuple[Item, ...], tuple[SectionSpec, ...]]:
    facts: list[Item] = []
    sections = []
    for number, section in enumerate(raw.sections):
        items = [
            _item(source, "fact", len(facts) + i + 1, f, ("sections", number, "facts", i))
            for i, f in enumerate(section.facts)
        ]
        sections.append(SectionSpec(section.heading, tuple(i.id for i in items)))
        facts += items
    facts += [_item(source, "fact", len(facts) + i + 1, f, ("facts", i)) for i, f in enumerate(raw.facts)]
    return tuple(facts), tuple(sections)


def _items(source: RawSource, lane: ItemLane, raw: tuple[RawItem, ...], key: str) -> tuple[Item, ...]:
    return tuple(_item(source, lane, i + 1, item, (key, i)) for i, item in enumerate(raw))


def _item(source: RawSource, lane: ItemLane, number: int, raw: RawItem, loc: Loc) -> Item:
    return make_item(
        lane, number, raw.text, key=raw.id, source=raw.source, required=raw.required, line=source.line(loc)
    )


def _check(source: RawSource, brief: Brief) -> None:
    """What no single key shows: no facts, too many, an id given twice, a date before the period."""
    if not brief.facts:
        raise BriefError("没有一条事实，请在 facts 下或各小标题下逐条列出做了什么", path=source.path)
    if len(brief.ledger) > ITEM_LIMIT:
        raise BriefError(f"共有{len(brief.ledger)}条，超过{ITEM_LIMIT}条，请分成几份材料", path=source.path)
    if brief.date < brief.period.start:
        line = source.line(("date",)) or None
        raise BriefError(
            f"成文日期{brief.date}早于{brief.period.label}的第一天，请核对 date 或 period",
            path=source.path,
            line=line,
        )
    seen: dict[str, Item] = {}
    for item in brief.ledger:
        if item.key and item.key in seen:
            first = f"第{seen[item.key].line}行" if seen[item.key].line else seen[item.key].id
            raise BriefError(
                f"编号“{item.key}”用了两次（{first}已用），请换一个", path=source.path, line=item.line or None
            )
        seen[item.key] = item


def digest(brief: Brief) -> str:
    """sha256 of the content in canonical form: layout, comments and file format do not count."""
    return hashlib.sha256(
        json.dumps(dict(_canonical(brief)), ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()


def _canonical(brief: Brief) -> Iterator[tuple[str, Any]]:
    for name in (
        "kind",
        "organization",
        "body",
        "title",
        "author",
        "region",
        "recipient",
        "length",
        "register",
        "house_style",
    ):
        yield name, getattr(brief, name)
    yield "period", [brief.period.start.isoformat(), brief.period.end.isoformat()]
    yield "date", brief.date.isoformat()
    yield "sections", [[s.heading, list(s.facts)] for s in brief.sections]
    if brief.headings:
        yield "headings", [list(pair) for pair in brief.headings]
    yield "items", [[i.id, i.text, i.key, i.source, i.required] for i in brief.ledger]
