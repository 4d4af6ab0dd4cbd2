"""A comparison as text for a terminal, or as plain data for JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from assistant.finding import SEVERITY_NAMES, counts
from assistant.formats.audit import PART_NAMES
from assistant.text import display_width
from evals.compare import Comparison, Entry, FactRow
from evals.diff import Pair

_MEASURES: tuple[tuple[str, Callable[[Entry], str]], ...] = (
    ("字数", lambda e: str(e.measures.length)),
    ("段落", lambda e: str(e.measures.paragraphs)),
    ("小标题", lambda e: str(e.measures.headings)),
    ("句数", lambda e: str(e.measures.sentences)),
    ("平均句长", lambda e: str(e.measures.sentence_length)),
    ("待补待核", lambda e: str(e.measures.placeholders)),
    ("写到的材料", lambda e: "—" if e.measures.told is None else f"{e.measures.told}/{e.measures.facts}"),
    ("无事实文字", lambda e: percent(e.measures.without_fact)),
    ("必错", lambda e: str(counts(e.findings)["error"])),
    ("疑似", lambda e: str(counts(e.findings)["warning"])),
    ("提示", lambda e: str(counts(e.findings)["info"])),
)
MARKS = {"edited": "改", "moved": "移", "added": "增", "removed": "删"}


def percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.0f}%"


def measure_rows(entries: Sequence[Entry]) -> list[tuple[str, list[str]]]:
    """Name of the measure and its value in each draft; the shares of the parts that any draft has at the end."""
    rows = [(name, [show(e) for e in entries]) for name, show in _MEASURES]
    for part, name in PART_NAMES.items():
        if any(part in e.measures.parts for e in entries):
            rows.append((f"{name}占比", [percent(e.measures.parts.get(part, 0.0)) for e in entries]))
    return rows


def to_text(comparison: Comparison) -> str:
    names = [e.name for e in comparison.entries]
    lines = ["篇幅和结构", *_table(["", *names], [[n, *v] for n, v in measure_rows(comparison.entries)])]
    checks = [
        [SEVERITY_NAMES[r.severity], r.rule, *(str(n) if n else "·" for n in r.counts)]
        for r in comparison.checks
    ]
    lines += ["", "逐条规则（处数）", *_table(["级别", "规则", *names], checks)]
    if comparison.facts:
        lines += ["", "逐条材料"]
        lines += [line for row in comparison.facts for line in _fact(row, names)]
    for entry, pairs in zip(comparison.entries[1:], comparison.diffs, strict=True):
        lines += ["", f"文字差异：{names[0]} → {entry.name}", *_diff(pairs)]
    return "\n".join(lines) + "\n"


def _fact(row: FactRow, names: Sequence[str]) -> Iterator[str]:
    yield f"{row.id} {row.text}"
    for name, told in zip(names, row.told, strict=True):
        if not told:
            yield f"    {name}：没有写到"
        for t in told:
            lost = f"（缺 {'、'.join(t.lost)}）" if t.lost else ""
            yield f"    {name}：{t.heading or '（开头）'}｜{t.words}{lost}"


def _diff(pairs: Sequence[Pair]) -> Iterator[str]:
    """Changed sentences only: [-cut-]{+put+}, and how many stayed the same."""
    same = sum(p.change == "same" for p in pairs)
    for pair in pairs:
        if pair.change != "same":
            yield f"  {MARKS[pair.change]} " + "".join(
                {"keep": "{}", "cut": "[-{}-]", "put": "{{+{}+}}"}[r.op].format(r.text) for r in pair.runs
            )
    yield f"  另有 {same} 句相同"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(display_width(r[i]) for r in [head, *rows]) for i in range(len(head))]
    return [
        "  " + "  ".join(_pad(c, w) for c, w in zip(r, widths, strict=True)).rstrip() for r in [head, *rows]
    ]


def _pad(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))


def to_data(comparison: Comparison) -> dict[str, Any]:
    return {
        "drafts": [
            {
                "name": e.name,
                "measures": asdict(e.measures),
                "counts": counts(e.findings),
                "findings": [asdict(f) for f in e.findings],
            }
            for e in comparison.entries
        ],
        "checks": [asdict(r) for r in comparison.checks],
        "facts": [asdict(r) for r in comparison.facts],
        "diffs": [
            {"from": comparison.entries[0].name, "to": e.name, "sentences": [asdict(p) for p in pairs]}
            for e, pairs in zip(comparison.entries[1:], comparison.diffs, strict=True)
        ],
    }
