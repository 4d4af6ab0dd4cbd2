"""What came back from a reviewer, as text or plain data; and confirmed wording as a rule file of the office's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from assistant.checks.examples import validate
from assistant.errors import InputError
from assistant.finding import SEVERITY_NAMES, counts
from assistant.formats.atomic import write_all
from evals.compare_text import MARKS
from evals.returned import Candidate, Returned

RULES = "knowledge/rules/house.yaml"
_HEAD = "# 本单位审稿时确认的写法。\n"


def to_text(back: Returned) -> str:
    lines = list(_changes(back))
    lines += [
        f"改稿核校：必错{counts(back.findings)['error']}、疑似{counts(back.findings)['warning']}、提示{counts(back.findings)['info']}"
    ]
    for f in back.findings:
        if f.severity != "info" and f.rule != "format/mask":
            lines.append(f"  {SEVERITY_NAMES[f.severity]} {f.rule}：{f.message}")
    lines += [f"批注 {len(back.reviewed.remarks)} 条"]
    lines += [f"  {r.author}（“{r.quote[:30]}”）：{r.text}" for r in back.reviewed.remarks]
    if back.candidates:
        lines += ["可记为本单位写法的改动（用 --keep 编号 确认后记下）："]
        lines += [f"  {n}. “{c.old}”改为“{c.new}”，{c.times}处" for n, c in enumerate(back.candidates, 1)]
    return "\n".join(lines) + "\n"


def _changes(back: Returned) -> Iterator[str]:
    yield f"改动 {len(back.changed)} 句，未动 {len(back.pairs) - len(back.changed)} 句；尚未接受或拒绝的修订 {len(back.reviewed.pending)} 处"
    for pair in back.changed:
        words = {"keep": "{}", "cut": "[-{}-]", "put": "{{+{}+}}"}
        yield f"  {MARKS[pair.change]} " + "".join(words[r.op].format(r.text) for r in pair.runs)
    if back.accepted or back.rejected:
        yield f"核校建议：采纳 {len(back.accepted)} 处，未采纳 {len(back.rejected)} 处"


def to_data(back: Returned) -> dict[str, Any]:
    return {
        "changes": [asdict(p) for p in back.changed],
        "findings": [asdict(f) for f in back.findings],
        "counts": counts(back.findings),
        "pending": [asdict(c) for c in back.reviewed.pending],
        "remarks": [asdict(r) for r in back.reviewed.remarks],
        "accepted": [asdict(f) for f in back.accepted],
        "rejected": [asdict(f) for f in back.rejected],
        "candidates": [asdict(c) for c in back.candidates],
    }


def keep(candidates: Sequence[Candidate], numbers: Sequence[int], overlay: Path, source: str) -> Path:
    """The confirmed ones added to the overlay's own rule file, each wording once; InputError where a number is none of
    theirs, or where the rules would not hold: then the file stays as it was."""
    if bad := [n for n in numbers if not 1 <= n <= len(candidates)]:
        raise InputError(f"--keep 的编号 {'、'.join(map(str, bad))} 不在列出的改动里")
    path = overlay / RULES
    before = path.read_bytes() if path.exists() else None
    rules = _kept(path, before)
    known = {(swap["regex"], swap["right"]) for rule in rules for swap in rule.get("swap", ())}
    for candidate in (candidates[n - 1] for n in dict.fromkeys(numbers)):
        if (re.escape(candidate.new), candidate.old) in known:
            raise InputError(
                f"以前记的是“{candidate.new}”改为“{candidate.old}”，正好相反，请先定下用哪个", path=path
            )
        if (re.escape(candidate.old), candidate.new) not in known:
            rules.append(_rule(candidate, _next_number(rules), source))
    text = yaml.safe_dump({"rules": rules}, allow_unicode=True, sort_keys=False, width=1000)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_all([(path, (_HEAD + text).encode())])
    if problems := [p for p in validate(overlay) if p.path == str(path)]:
        _put_back(path, before)
        raise InputError(f"记下的规则有误，没有记：{problems[0].message}", path=path)
    return path


def _kept(path: Path, data: bytes | None) -> list[dict[str, Any]]:
    try:
        return list(yaml.safe_load(data)["rules"]) if data else []
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError) as exc:
        raise InputError("这个规则文件读不出来，请先改好再记", path=path) from exc


def _next_number(rules: Sequence[dict[str, Any]]) -> int:
    """After the highest in the file: a rule that a person struck out does not give its number to another."""
    numbers = [m[1] for r in rules if (m := re.fullmatch(r"wording/house-(\d+)", str(r.get("id"))))]
    return max(map(int, numbers), default=0) + 1


def _put_back(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink()
    else:
        write_all([(path, data)])


def _rule(candidate: Candidate, number: int, source: str) -> dict[str, Any]:
    return {
        "id": f"wording/house-{number}",
        "kind": "substitution",
        "severity": "info",
        "message": "“{quote}”本单位通常写作“{right}”，请核对。",
        "why": {"authority": f"本单位审稿确认（{source}）", "level": "惯例"},
        "swap": [{"regex": re.escape(candidate.old), "right": candidate.new}],
        "good": [candidate.new],
        "bad": [candidate.old],
    }
