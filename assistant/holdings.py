"""The office's knowledge put together: documents read, indexed, and turned into what a draft may lean on.

``open_library`` opens the index of the workspace; ``add_paths`` reads and indexes files; ``gather`` picks the policy
spans (quotable, dated, about the section's subject) and the masked style passages for one outline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import resources
from assistant.brief import Brief
from assistant.catalogue import Catalogue, PolicyDocument
from assistant.errors import BriefError, ZhibiError
from assistant.evidence import PolicySpan, StylePassage
from assistant.formats.read import DocumentMeta, read_document
from assistant.index import AddResult, Hit, Index, Lane, SourceMeta, Validity
from assistant.plan.assign import outline_data, theme_scores
from assistant.plan.house import HouseStyle, learn, style_rules, switched_off
from assistant.plan.types import Outline, SectionPlan
from assistant.plan.wordings import quotes_for
from assistant.settings import Settings
from assistant.text import sentences

_POOL = 40  # passages looked through for a section's policy sentences
if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

READABLE = (".txt", ".md", ".docx", ".pdf", ".doc", ".wps")


@dataclass(frozen=True, slots=True)
class Evidence:
    policies: tuple[PolicySpan, ...]
    styles: tuple[StylePassage, ...]


def index_folder(settings: Settings) -> Path:
    return settings.workspace / "index"


def wants_index(settings: Settings) -> bool:
    """The office's index is used where there is one; the embedded writer alone needs none."""
    return index_folder(settings).exists() or not settings.embedded


def open_index(settings: Settings, catalogue: Catalogue) -> Index | None:
    return open_library(settings, catalogue) if wants_index(settings) else None


def open_library(settings: Settings, catalogue: Catalogue) -> Index:
    """The workspace's index, the shipped samples in it; made on first use. With an embedding model set its vectors are
    fused in; without, nothing leaves the machine and words alone rank."""
    index = Index.open(
        index_folder(settings),
        themes=tuple(catalogue.themes.values()),
        embeddings=_embeddings(settings),
        url=settings.index_url,
        resolver=resolver(catalogue),
    )
    if not any(row.path.startswith("sample:") for row in index.list()):
        _add_samples(index)
    return index


def _embeddings(settings: Settings) -> Embeddings | None:
    if not settings.embed_model:
        return None
    from assistant.index.embeddings import RateLimited
    from assistant.models.embeddings import open_embeddings

    inner = open_embeddings(settings)
    return RateLimited(inner, settings.requests_per_minute) if inner is not None else None


def _add_samples(index: Index) -> None:
    with index.bulk():
        for path in resources.each("knowledge", "samples/*.md"):
            read = read_document(path)
            index.add(read.document, meta_of(read.meta), "precedent", f"sample:{path.name}", read.meta.sha256)


def meta_of(meta: DocumentMeta) -> SourceMeta:
    return SourceMeta(title=meta.title, organization=meta.organization, genre=meta.genre_hint)


def files_under(paths: Iterable[Path]) -> Iterator[Path]:
    """Readable files among and below the paths, in order; a path that is not there is yielded for its error."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                p
                for p in path.rglob("*")
                if p.suffix.lower() in READABLE and not p.name.startswith(("~$", "."))
            )
        else:
            yield path


def add_paths(
    index: Index, paths: Sequence[Path], lane: Lane | None, catalogue: Catalogue
) -> Iterator[tuple[Path, AddResult | ZhibiError, tuple[str, ...]]]:
    """Each file with what became of it; a bad file is reported and does not stop the others."""
    for path in files_under(paths):
        try:
            read = read_document(path)
            result = index.add(
                read.document,
                meta_of(read.meta),
                lane or guess_lane(read.meta.title, path.name, catalogue),
                path.resolve(),
                read.meta.sha256,
            )
        except ZhibiError as exc:
            yield path, exc, ()
        else:
            yield path, result, read.warnings


def guess_lane(title: str, name: str, catalogue: Catalogue) -> Lane:
    """Policy only for what is plainly a policy text, by the catalogue or its title; everything else is style, never
    quoted: an office's own summary taken for policy would be cited as an authority."""
    if resolver(catalogue)(title, None) is not None:
        return "policy"
    pattern = _rules()["policy_titles"]
    return (
        "policy"
        if any(re.search(pattern, t.strip("《》 ")) for t in (title, Path(name).stem) if t)
        else "precedent"
    )


def resolver(catalogue: Catalogue) -> Any:
    """Title and day -> whether the document is in force, by the catalogue of documents."""
    by_title = {d.title.strip("《》"): d for d in catalogue.documents}
    by_title |= {alias: d for d in catalogue.documents for alias in d.aliases}

    def resolve(title: str, on: date | None) -> Validity | None:
        document = by_title.get(title.strip("《》 "))
        if document is None:
            return None
        first = document.first_date()
        return Validity(
            _in_force(document, first, on),
            document.title,
            document.issuer,
            str(first or ""),
            document.aliases,
        )

    return resolve


def _in_force(document: PolicyDocument, first: date | None, on: date | None) -> bool:
    return on is None or first is None or first <= on


@cache
def _rules() -> dict[str, Any]:
    data: dict[str, Any] = resources.read_yaml("knowledge", "evidence.yaml")
    return data


@cache
def formulae() -> tuple[re.Pattern[str], ...]:
    """Set phrases of the genre: the same in every honest text, so no sign of copying."""
    return tuple(re.compile(p) for p in _rules()["formulae"])


def gather(brief: Brief, outline: Outline, catalogue: Catalogue, index: Index | None) -> Evidence:
    """Policy spans numbered D01… and style passages, the same for every section of the document."""
    spans = [*_statements(brief, outline, catalogue)]
    if brief.register == "full":
        spans += quotes_for(brief)
    styles: list[StylePassage] = []
    if index is not None:
        for section in outline.written:
            spans += _policy_sentences(section, brief, catalogue, index)
        styles = _styles(brief, outline, index)
    distinct = {s.text: s for s in reversed(spans)}
    kept = [s for s in spans if distinct.get(s.text) is s]
    return Evidence(tuple(_numbered(kept)), tuple(styles))


def _numbered(spans: Iterable[PolicySpan]) -> Iterator[PolicySpan]:
    for n, s in enumerate(spans, 1):
        yield PolicySpan(f"D{n:02d}", s.text, s.title, s.issuer, s.date, s.themes, s.sentence)


def _statements(brief: Brief, outline: Outline, catalogue: Catalogue) -> Iterator[PolicySpan]:
    """Fixed wordings of the catalogue in force on the document's date, by the themes of the outline, and in the full
    register by those next to them."""
    themes = ["political", "theory", *(s.theme for s in outline.written if s.theme)]
    if brief.register == "full":
        themes += [n for t in themes for n in outline_data()["near"].get(t, ())]
    for theme in dict.fromkeys(themes):
        for s in catalogue.policy_statements(brief.date, (theme,))[: 3 * _rules()["statements_per_theme"]]:
            yield PolicySpan("", s.text, s.title, s.issuer, s.date, s.themes)


def _policy_sentences(
    section: SectionPlan, brief: Brief, catalogue: Catalogue, index: Index
) -> Iterator[PolicySpan]:
    """Whole sentences of the office's policy texts on the section's own subject, in force on the document's date."""
    wanted = (
        _rules()["per_section"][brief.register] if section.part == "achievements" and section.theme else 0
    )
    if not wanted:
        return
    own = section.heading + "".join(brief.item(i).text for i in section.items)
    hits = index.search(own[:200], lane="policy", themes=(section.theme,), as_of=brief.date, limit=_POOL)
    scored = [
        (score, hit, text)
        for hit in hits
        if _datable(hit, brief.date)
        for text in sentences(hit.passage.text)
        if quotable(text, own + brief.organization)
        and (score := _on_subject(text, section.theme, own, catalogue)) > 0
    ]
    for _, hit, text in sorted(scored, key=lambda s: -s[0])[:wanted]:
        title = hit.validity.title if hit.validity and hit.validity.title else hit.passage.title
        yield PolicySpan(
            "", text.rstrip("。；"), title, hit.passage.issuer, hit.passage.date, (section.theme,), True
        )


def _on_subject(text: str, theme: str, own: str, catalogue: Catalogue) -> float:
    """The theme's score in the sentence where it leads all other themes and speaks of what the section speaks of, else 0:
    words on another subject are a false source."""
    limits = _rules()["theme_score"]
    terms = [term for term, _ in catalogue.themes[theme].lexicon if term in text]
    if len(terms) < limits["terms"] or not any(term in own for term in terms):
        return 0.0
    scores = theme_scores(text, tuple(catalogue.themes.values()))
    score = scores.pop(theme, 0.0)
    return score if score >= limits["least"] and score > max(scores.values(), default=0.0) else 0.0


def _datable(hit: Hit, on: date) -> bool:
    """In force on the day for all we know: a text of unknown date is not quoted."""
    if hit.validity is not None:
        return hit.validity.in_force
    return bool(hit.passage.date) and hit.passage.date <= on.isoformat()


def quotable(text: str, own: str) -> bool:
    """A sentence that can stand as a principle: of fair length, normative, about no meeting, clause, figure
    or field that ``own`` (the unit's and the section's text) does not speak of."""
    rules = _rules()
    limits = rules["sentence"]
    return (
        limits["shortest"] <= len(text) <= limits["longest"]
        and text.endswith("。")
        and any(re.search(p, text) for p in rules["normative"])
        and not any(re.search(p, text) for p in rules["never"])
        and not any(word in text and word not in own for word in rules["elsewhere"])
    )


def _styles(brief: Brief, outline: Outline, index: Index) -> list[StylePassage]:
    query = "".join(s.heading for s in outline.sections)
    hits = index.search(
        query,
        lane="precedent",
        genre=None,
        period=brief.period.label,
        organization=brief.organization,
        limit=_rules()["styles"],
    )
    return [
        StylePassage(h.passage.masked, h.passage.part, h.passage.source) for h in hits if h.passage.masked
    ]


def house_style(brief: Brief, index: Index | None, default: str = "") -> HouseStyle | None:
    """How the office's own summaries are built: those of the folder the brief (or ``default``, the setting) names, else
    those in the index. A brief that came without a file, as on the page, names no folder of this machine."""
    wanted = brief.house_style or default
    if switched_off(wanted):
        return None
    if wanted and (brief.path or not brief.house_style):
        return _of_folder(_folder(brief, wanted))
    return _of_index(index, tuple(_own_summaries(brief, index))) if index is not None else None


def _folder(brief: Brief, wanted: str) -> Path:
    folder = Path(brief.path).parent / Path(wanted).expanduser() if brief.house_style else Path(wanted)
    if not folder.exists():
        raise BriefError(
            f"house_style 指的“{wanted}”不存在，请写放着过去总结的文件夹，或写 off 不用",
            path=brief.path or None,
        )
    return folder


def _of_folder(folder: Path) -> HouseStyle | None:
    read = []
    for path in list(files_under([folder]))[: style_rules()["documents"]]:
        try:
            read.append(read_document(path).document)
        except ZhibiError:
            continue  # one bad file does not hide the habits of the others
    return learn(read)


@lru_cache(maxsize=8)
def _of_index(index: Index, ids: tuple[str, ...]) -> HouseStyle | None:
    return learn([d for id in ids if (d := index.document(id)) is not None])


def _own_summaries(brief: Brief, index: Index) -> Iterator[str]:
    """Past summaries the office has added, of this unit and genre where there are any, the latest first."""
    rows = [r for r in index.list() if r.lane == "precedent" and not r.path.startswith("sample:")]
    rows = [r for r in rows if r.meta.organization == brief.organization] or rows
    rows = [r for r in rows if r.meta.genre == brief.kind] or rows
    latest = sorted(rows, key=lambda r: (r.meta.period, r.id), reverse=True)
    yield from (r.id for r in latest[: style_rules()["documents"]])
