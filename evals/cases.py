"""Cases: a brief and what a draft of it must look like, as a YAML file that an official can write.

    name: 半年党建总结（局党组）
    brief: {…}             # 同材料文件；也可写材料文件的路径，或用 bullets: | 贴要点
    repeat:                # 可选：成批造材料
    - {lane: facts, times: 40, text: '第{n}党支部开展主题党日{m}次', fill: {n: [一, 二], m: 3..9}}
    past: [past/x.md]      # 可选：先收进知识库的过去材料；samples 为随程序的范文
    retrieve: [{query: …, expect: …}]
    expect: {must: […], must_not: […], exit: [0, 1], scores: {structure: 0.9}, …}

Out: ``Case``. Faults are an ``InputError`` with file and line.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assistant.brief import Brief
from assistant.document import Part
from assistant.errors import InputError
from assistant.formats.brief_schema import RawSource, build
from assistant.formats.brief_text import read_text
from assistant.formats.brief_yaml import read_yaml
from assistant.formats.briefs import read_brief
from evals.scoring import METRICS

FOLDER = Path(__file__).parent / "cases"


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Repeat(BaseModel):
    """``times`` bullets of one pattern; ``fill`` gives each slot a list to go round, or a span of numbers (3..40)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    lane: Literal["facts", "problems", "plans"] = "facts"
    times: int = Field(ge=1, le=1000)
    text: str
    fill: dict[str, str | tuple[str, ...]] = {}

    def bullets(self) -> Iterator[str]:
        for i in range(self.times):
            yield self.text.format_map({k: _nth(v, i) for k, v in self.fill.items()})


def _nth(values: str | tuple[str, ...], i: int) -> str:
    if isinstance(values, tuple):
        return values[i % len(values)]
    first, dots, last = values.partition("..")
    if not (dots and first.isdigit() and last.isdigit()):
        return values
    return str(int(first) + i % (int(last) - int(first) + 1))


class Retrieve(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    query: str
    expect: str


class Expect(BaseModel):
    """``facts``: ids that must be told (all required ones count anyway); ``parts``: parts that must be there; ``error``: words of the refusal (exit 2)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    must: Texts = ()
    must_not: Texts = ()
    headings: Texts = ()
    parts: Annotated[tuple[Part, ...], BeforeValidator(_listed)] = ()
    placeholders: Texts = ()
    facts: Texts = ()
    rules: Texts = ()
    no_rules: Texts = ()
    exit: Annotated[tuple[int, ...], BeforeValidator(_listed)] = (0, 1)
    error: str = ""
    at_least: int | None = None
    at_most: int | None = None
    scores: dict[str, float] = {}


class RawCase(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    about: str = ""
    brief: dict[str, Any] | str | None = None
    bullets: str | None = None
    repeat: tuple[Repeat, ...] = ()
    past: Texts = ()
    retrieve: tuple[Retrieve, ...] = ()
    expect: Expect = Expect()


@dataclass(frozen=True, slots=True)
class Case:
    """``id`` is the file's name without .yaml; ``brief()`` raises what the brief's own door raises."""

    id: str
    path: Path
    raw: RawCase
    source: RawSource = field(repr=False)

    @property
    def expect(self) -> Expect:
        return self.raw.expect

    def brief(self) -> Brief:
        if isinstance(self.raw.brief, str):
            return read_brief(self.path.parent / self.raw.brief)
        if self.raw.bullets is not None:
            return build(read_text(self.path, self.raw.bullets))
        return build(self._inline())

    def past(self) -> list[Path]:
        return [self.path.parent / name for name in self.raw.past if name != "samples"]

    def _inline(self) -> RawSource:
        """The case's own brief as a source of its own, its lines those of the case file."""
        data = dict(self.source.data["brief"])
        for repeat in self.raw.repeat:
            data[repeat.lane] = [*(data.get(repeat.lane) or []), *repeat.bullets()]
        lines = {loc[1:]: line for loc, line in self.source.lines.items() if loc[:1] == ("brief",)}
        return RawSource(self.path, data, lines)


def load_cases(folder: Path = FOLDER, only: Sequence[str] = ()) -> tuple[Case, ...]:
    """The cases of a folder by name; ``only`` are ids or beginnings of ids."""
    if not folder.is_dir():
        raise InputError("找不到案例文件夹，请核对路径", path=folder)
    paths = sorted(folder.glob("*.yaml"))
    chosen = [p for p in paths if not only or p.stem.startswith(tuple(only))]
    if not chosen:
        known = "、".join(p.stem for p in paths[:10])
        raise InputError(f"没有符合的案例，现有 {known} 等{len(paths)}个", path=folder)
    return tuple(load_case(p) for p in chosen)


def load_case(path: Path) -> Case:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InputError("案例文件读不出来，请存成 UTF-8 编码的 .yaml", path=path) from exc
    source = read_yaml(path, text)
    try:
        raw = RawCase.model_validate(source.data)
    except ValidationError as exc:
        raise _explain(source, exc) from None
    if (raw.brief is None) == (raw.bullets is None):
        raise InputError("案例要有 brief（材料）或 bullets（要点），只写一个", path=path)
    if bad := set(raw.expect.scores) - set(METRICS):
        raise InputError(f"scores 里的 {'、'.join(sorted(bad))} 不认识，可用 {'、'.join(METRICS)}", path=path)
    return Case(path.stem, path, raw, source)


def _explain(source: RawSource, exc: ValidationError) -> InputError:
    first = exc.errors(include_url=False)[0]
    loc = tuple(p for p in first["loc"])
    name = str(loc[-1]) if loc else ""
    line = source.line(loc) or None
    if first["type"] == "extra_forbidden":
        known = [*RawCase.model_fields, *Expect.model_fields]
        near = difflib.get_close_matches(name, known, 1)
        hint = f"，是否想写 {near[0]}？" if near else ""
        return InputError(f"案例里的键“{name}”不认识{hint}", path=source.path, line=line)
    where = " ".join(str(p) for p in loc)
    return InputError(f"案例里 {where} 的写法不对（{first['msg']}）", path=source.path, line=line)
