"""A blind review: drafts of unknown origin in mixed order, a score sheet, a key; and what the filled sheets say.

In: files, a folder, a seed. Out: copies that say nothing of their origin (plain GB/T .docx made anew from the text alone, so
that neither file name, properties nor layout give it away), 评分表.xlsx and key.json. ``read_scores`` joins sheets and key.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from assistant.document import Document
from assistant.errors import InputError
from assistant.formats.atomic import write_all
from assistant.formats.read import read_document

SHEET, KEY = "评分表.xlsx", "key.json"
QUESTIONS = ("事实准确", "结构完整", "提法规范", "文字通顺", "可直接用")
LOW, HIGH = 1, 10
_HEAD = ("稿件", *QUESTIONS, "总体（1—10）", "意见")
_READABLE = (".docx", ".txt", ".md")


@dataclass(frozen=True, slots=True)
class Preference:
    """How often the first draft was marked above the second, below, and the same."""

    first: str
    second: str
    above: int
    below: int
    same: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """``means`` of the overall mark by source; ``questions`` the same by question; ``agreement``: of pairs that two reviewers both
    ordered, the share they ordered alike (None with one reviewer)."""

    reviewers: int
    means: dict[str, float]
    questions: dict[str, dict[str, float]]
    preferences: tuple[Preference, ...]
    agreement: float | None


def make_pack(drafts: Sequence[Path], folder: Path, seed: int = 0) -> list[Path]:
    """The files written, the key last. InputError for fewer than two drafts."""
    paths = list(_files(drafts))
    if len(paths) < 2:
        raise InputError("盲评要有两份以上的稿子")
    order = list(paths)
    random.Random(seed).shuffle(order)  # noqa: S311  mixing, not secrecy
    names = [f"稿{chr(ord('A') + i)}" if len(order) <= 26 else f"稿{i + 1:02d}" for i in range(len(order))]
    copies = [
        (folder / f"{n}.docx", _plain_docx(read_document(p).document))
        for n, p in zip(names, order, strict=True)
    ]
    key = {"seed": seed, "drafts": {n: str(p) for n, p in zip(names, order, strict=True)}}
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise InputError(f"文件夹建不了（{exc.strerror}），请换一个", path=folder) from exc
    data = (json.dumps(key, ensure_ascii=False, indent=2) + "\n").encode()
    return write_all([*copies, (folder / SHEET, _sheet(names)), (folder / KEY, data)])


def _files(drafts: Iterable[Path]) -> Iterable[Path]:
    for path in drafts:
        if path.is_dir():
            yield from sorted(
                p for p in path.iterdir() if p.suffix.lower() in _READABLE and ".review." not in p.name
            )
        else:
            yield path


def _plain_docx(document: Document) -> bytes:
    """The text alone in one layout: no properties, comments or fonts of the original."""
    import docx

    word = docx.Document()
    word.core_properties.author = word.core_properties.title = word.core_properties.comments = ""
    for block in document.blocks:
        if block.role == "title":
            word.add_heading(block.text, 0)
        elif block.role == "heading":
            word.add_heading(block.text, min(max(block.level, 1), 4))
        else:
            word.add_paragraph(block.text)
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _sheet(names: Sequence[str]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "评分"
    sheet.append(["评分人", ""])
    sheet.append(list(_HEAD))
    for name in names:
        sheet.append([name])
    for cell in sheet[2]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True)
    marks = DataValidation(
        type="whole", operator="between", formula1=str(LOW), formula2=str(HIGH), allow_blank=True
    )
    marks.error, marks.errorTitle = f"请填{LOW}到{HIGH}的整数", "分数不对"
    sheet.add_data_validation(marks)
    marks.add(f"B3:{chr(ord('B') + len(QUESTIONS))}{len(names) + 2}")
    for column, width in zip("ABCDEFGH", (10, 12, 12, 12, 12, 12, 14, 40), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "B3"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read_scores(folder: Path, sheets: Sequence[Path]) -> Verdict:
    """InputError where the key or a sheet cannot be read, a mark is no whole number from 1 to 10, or nothing is filled in."""
    key = _key(folder)
    filled = [{key[name]: marks for name, marks in _marks(path, key).items()} for path in sheets]
    overall = [
        {source: marks[-1] for source, marks in one.items() if marks[-1] is not None} for one in filled
    ]
    if not any(overall):
        raise InputError("评分表的“总体”一栏都没有填，请填好再收", path=sheets[0] if sheets else folder)
    sources = list(key.values())
    means = {s: _mean([o[s] for o in overall if s in o]) for s in sources}
    questions = {
        q: {s: _mean([m for one in filled if s in one and (m := one[s][i]) is not None]) for s in sources}
        for i, q in enumerate(QUESTIONS)
    }
    return Verdict(
        len(sheets), means, questions, tuple(_preference(a, b, overall) for a, b in combinations(sources, 2)),
        agreement(overall),
    )  # fmt: skip


def _key(folder: Path) -> dict[str, str]:
    try:
        drafts: dict[str, str] = json.loads((folder / KEY).read_text("utf-8"))["drafts"]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise InputError("找不到或读不出盲评的答案 key.json，请指明盲评包文件夹", path=folder) from exc
    return drafts


def _marks(path: Path, key: dict[str, str]) -> dict[str, list[float | None]]:
    import zipfile

    from openpyxl import load_workbook

    try:
        sheet = load_workbook(io.BytesIO(path.read_bytes()), data_only=True).worksheets[0]
        rows = list(sheet.iter_rows(min_row=3, max_col=len(_HEAD), values_only=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, IndexError) as exc:
        raise InputError("评分表读不出来，请用盲评包里的 .xlsx 填写", path=path) from exc
    out = {}
    for number, row in enumerate(rows, 3):
        name = str(row[0] or "").strip()
        if name in key:
            out[name] = [_mark(v, path, number) for v in row[1 : len(QUESTIONS) + 2]]
    return out


def _mark(value: Any, path: Path, row: int) -> float | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        mark = float(value)
    except (TypeError, ValueError):
        mark = -1.0
    if not LOW <= mark <= HIGH:
        raise InputError(f"分数“{value}”不对，请填{LOW}到{HIGH}的数", path=path, line=row)
    return mark


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 2) if values else 0.0


def _preference(a: str, b: str, overall: Sequence[dict[str, float]]) -> Preference:
    both = [(o[a], o[b]) for o in overall if a in o and b in o]
    return Preference(
        a, b, sum(x > y for x, y in both), sum(x < y for x, y in both), sum(x == y for x, y in both)
    )


def agreement(orders: Sequence[dict[str, float]]) -> float | None:
    """Over all pairs of markers and of things both told apart: the share where they order them alike."""
    alike = total = 0
    for p, q in combinations(orders, 2):
        for a, b in combinations(sorted(set(p) & set(q)), 2):
            x, y = p[a] - p[b], q[a] - q[b]
            if x and y:
                total += 1
                alike += (x > 0) == (y > 0)
    return round(alike / total, 3) if total else None


def verdict_text(v: Verdict) -> str:
    lines = [f"收到 {v.reviewers} 份评分表"]
    for source, mean in sorted(v.means.items(), key=lambda m: -m[1]):
        parts = "、".join(f"{q}{by[source]:g}" for q, by in v.questions.items() if by[source])
        lines.append(f"  {mean:5.2f}  {source}" + (f"（{parts}）" if parts else ""))
    for p in v.preferences:
        lines.append(f"  {p.first} 对 {p.second}：高{p.above}、低{p.below}、平{p.same}")
    lines.append(
        "评的人意见一致率：" + ("只有一人或分不出高低" if v.agreement is None else f"{v.agreement:.0%}")
    )
    return "\n".join(lines) + "\n"
