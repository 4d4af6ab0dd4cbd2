"""Texts and queries for the retrieval benchmarks: read from a folder beside the checkout, cut as the product cuts.

Nothing is random but what the seed fixes. The folder is ``ZHIBI_SHARED`` or ``../shared``.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from assistant.document import Block, Document
from assistant.index import Index, Lane, SourceMeta
from assistant.text import sentences

SHARED = Path(os.environ.get("ZHIBI_SHARED", Path(__file__).resolve().parents[2] / "shared"))
CORPUS = SHARED / "corpus"
SEED = 20231123
_TOP = re.compile(r"[一二三四五六七八九十]+、.{2,30}$")
_SECOND = re.compile(r"[（(][一二三四五六七八九十]+[）)].{2,30}$")
_CHAPTER = re.compile(r"第[一二三四五六七八九十]+[章节]\s*.{1,30}$")


@dataclass(frozen=True)
class Query:
    """``targets`` are indexes into the list of texts."""

    text: str
    targets: frozenset[int]


def require() -> None:
    if not CORPUS.is_dir():
        sys.exit(f"没有找到语料 {CORPUS}（可用 ZHIBI_SHARED 指定），不能测量检索")


def document(text: str, path: str) -> Document:
    """A rough reader for plain text: enough for headings, so that the benchmark depends on no format reader."""
    blocks = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines()))):
        if number == 0 and len(line) < 60:
            blocks.append(Block(line, "title"))
        elif _TOP.match(line) or _CHAPTER.match(line):
            blocks.append(Block(line, "heading", 1))
        elif _SECOND.match(line):
            blocks.append(Block(line, "heading", 2))
        else:
            blocks.append(Block(line))
    return Document(tuple(blocks), path)


def stard() -> tuple[list[tuple[str, str]], list[Query]]:
    """Articles as (name, text), and the questions with the articles judged relevant."""
    folder = CORPUS / "stard"
    rows = [json.loads(line) for line in (folder / "corpus.jsonl").open(encoding="utf-8")]
    place = {row["docid"]: i for i, row in enumerate(rows)}
    judged: dict[str, set[int]] = {}
    for line in (folder / "qrels.tsv").open(encoding="utf-8"):
        query, article, _ = line.split()
        judged.setdefault(query, set()).add(place[article])
    asked = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]
    queries = [Query(q["query"], frozenset(judged[q["qid"]])) for q in asked if q["qid"] in judged]
    return [(r["name"], r["text"]) for r in rows], queries


def brief_sections() -> Iterator[tuple[str, list[str]]]:
    """Heading and facts of every section of the briefs."""
    for path in sorted((SHARED / "briefs").glob("*.yaml")):
        for section in yaml.safe_load(path.read_text("utf-8")).get("sections") or []:
            yield (
                section["heading"],
                [f if isinstance(f, str) else f["text"] for f in section.get("facts") or []],
            )


def files() -> Iterator[tuple[Path, Lane]]:
    for folder, lane in (("summaries", "precedent"), ("policy", "policy"), ("reports", "precedent")):
        for path in sorted((CORPUS / folder).glob("*.txt")):
            yield path, lane


def fill(index: Index, count: int) -> int:
    """Real documents first, then statute articles, then documents of shuffled real sentences, up to ``count``
    passages; all in one transaction. Returns how many passages there are."""
    total = 0
    with index.bulk():
        for doc, lane in _stream():
            total += index.add(doc, SourceMeta(), lane, doc.path, doc.path).passages
            if total >= count:
                break
    index.sync()
    return total


def _stream() -> Iterator[tuple[Document, Lane]]:
    pool: list[str] = []
    for path, lane in files():
        text = path.read_text("utf-8", "replace")
        pool += [s for s in sentences(text) if 20 <= len(s) <= 120]
        yield document(text, str(path.relative_to(CORPUS))), lane
    laws: dict[str, list[str]] = {}
    for name, text in stard()[0]:
        law, _, article = name.rpartition("第")
        laws.setdefault(law or name, []).append(f"第{article} {text}".replace("\n", ""))
    for law, articles in laws.items():
        yield Document((Block(law, "title"), *map(Block, articles)), f"stard/{law}"), "policy"
    chance = random.Random(SEED)
    for n in range(10**6):
        paragraphs = ["".join(chance.choices(pool, k=5)) for _ in range(30)]
        yield document("\n".join([f"样稿{n}", *paragraphs]), f"shuffled/{n}"), "precedent"


# -- known items


_DROPPED = re.compile(r"[的了着过和与及并在对于以为将把被等也都还]|进一步|切实|不断|深入|全面|积极|认真|扎实")
_SWAPS = (
    ("开展", "组织"), ("加强", "强化"), ("推进", "推动"), ("完善", "健全"), ("提高", "提升"), ("落实", "执行"),
    ("建设", "建立"), ("发展", "进步"), ("重点", "关键"), ("问题", "不足"), ("工作", "任务"), ("坚持", "秉持"),
    ("实施", "施行"), ("确保", "保证"), ("支持", "扶持"), ("促进", "助推"), ("应当", "要"), ("规定", "要求"),
)  # fmt: skip


def known_items(texts: list[str], chosen: list[int]) -> dict[str, list[Query]]:
    """For each chosen passage one query of each form, made by rule from one of its sentences."""
    import rjieba

    chance = random.Random(SEED)
    out: dict[str, list[Query]] = {"关键词": [], "乱序关键词": [], "事实条目": [], "改写": []}
    for i in chosen:
        long = [s for s in sentences(texts[i]) if len(s) >= 20] or [texts[i]]
        sentence = chance.choice(long)
        words = [w for w in rjieba.cut(sentence) if len(w) > 1 and w[0] > "\u4e00"]
        picked = sorted(chance.sample(range(len(words)), min(5, len(words)))) if words else []
        keywords = [words[p] for p in picked] or [sentence[:10]]
        shuffled = chance.sample(keywords, len(keywords))
        clauses = [c for c in re.split("[，；：。！？、]", sentence) if len(c) > 3] or [sentence]
        bullet = "，".join(clauses[chance.randrange(len(clauses)) :][:2])
        forms = (" ".join(keywords), " ".join(shuffled), bullet[:40], _paraphrase(clauses, chance))
        for form, text in zip(out, forms, strict=True):
            out[form].append(Query(text, frozenset({i})))
    return out


def _paraphrase(clauses: list[str], chance: random.Random) -> str:
    kept = chance.sample(clauses, max(1, len(clauses) * 2 // 3))
    text = "，".join(_DROPPED.sub("", c) for c in kept)
    for word, other in _SWAPS:
        text = text.replace(word, other)
    return text
