"""Reports: the same findings for a terminal, a program, an editor, a build server and a browser."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.checks.reports import FORMATS, report
from assistant.document import Block, Document
from assistant.errors import InputError
from assistant.finding import Finding, Fix


@dataclass(frozen=True)
class Checked:
    path: Path
    document: Document
    findings: tuple[Finding, ...]


DOCUMENT = Document(
    (
        Block("某局工作总结", "title", 0, None, 1),
        Block("开展学习2次,认真总结<经验>。", "body", 0, "achievements", 3),
    )
)
FINDINGS = (
    Finding("structure/frame", "warning", "全文没有落款，成稿前请补上。"),
    Finding("format/half-width", "error", "“,”是半角标点，请改为“，”。", 1, 6, 7, ",", Fix(6, 7, "，")),
    Finding("repeat/word", "info", "“学习”又用了一次。", 1, 2, 4, "学习", None, ("F01",)),
)
RESULT = Checked(Path("稿 子.txt"), DOCUMENT, FINDINGS)
CLEAN = Checked(Path("b.txt"), DOCUMENT, ())


def test_text():
    assert report([RESULT, CLEAN], "text").split("\n") == [
        "稿 子.txt：疑似：全文没有落款，成稿前请补上。 [structure/frame]",
        "稿 子.txt:3:7：必错：“,”是半角标点，请改为“，”。 [format/half-width]",
        "    开展学习2次,认真总结<经验>。",
        "               ^",
        "稿 子.txt:3:3：提示：“学习”又用了一次。 [repeat/word]",
        "    开展学习2次,认真总结<经验>。",
        "        ^^^^",
        "稿 子.txt：必错1处，疑似1处，提示1处",
        "b.txt：没有发现问题",
    ]


def test_json():
    data = json.loads(report([RESULT], "json"))
    assert data["version"] == 1
    (file,) = data["files"]
    assert file["path"] == "稿 子.txt" and file["counts"] == {"error": 1, "warning": 1, "info": 1}
    assert file["findings"][1] == {
        "rule": "format/half-width",
        "severity": "error",
        "message": "“,”是半角标点，请改为“，”。",
        "paragraph": 1,
        "line": 3,
        "start": 6,
        "end": 7,
        "quote": ",",
        "fix": {"start": 6, "end": 7, "text": "，"},
        "facts": [],
        "fingerprint": FINDINGS[1].fingerprint,
    }
    assert file["findings"][0]["paragraph"] == -1 and file["findings"][0]["fix"] is None


def test_sarif():
    data = json.loads(report([RESULT], "sarif"))
    assert data["version"] == "2.1.0"
    (run,) = data["runs"]
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    whole, half, hint = run["results"]
    assert [r["level"] for r in run["results"]] == ["warning", "error", "note"]
    assert all(rules[r["ruleIndex"]] == r["ruleId"] for r in run["results"])
    place = half["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "%E7%A8%BF%20%E5%AD%90.txt"
    assert place["region"] == {"startLine": 3, "startColumn": 7, "endColumn": 8, "snippet": {"text": ","}}
    assert "region" not in whole["locations"][0]["physicalLocation"]
    change = half["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change == {
        "deletedRegion": {"startLine": 3, "startColumn": 7, "endColumn": 8},
        "insertedContent": {"text": "，"},
    }
    assert hint["partialFingerprints"] == {"zhibi/v1": FINDINGS[2].fingerprint}


def test_junit():
    root = ET.fromstring(report([RESULT, CLEAN], "junit"))
    first, second = root.findall("testsuite")
    assert (first.get("tests"), first.get("failures"), first.get("skipped")) == ("3", "2", "1")
    assert [f.get("type") for f in first.iter("failure")] == ["warning", "error"]
    assert second.get("failures") == "0" and len(second.findall("testcase")) == 1


def test_html_is_one_page_that_runs_nothing():
    evil = Checked(Path("<a>.txt"), Document((Block("<script>alert(1)</script>", "body"),)), ())
    page = report([RESULT, evil], "html")
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")
    assert "<script" not in page and "&lt;script&gt;" in page and "&lt;a&gt;.txt" in page
    assert "http" not in page
    assert '<mark class="error" title="“,”是半角标点，请改为“，”。">,</mark>' in page


def test_an_unknown_format_is_an_error():
    with pytest.raises(InputError, match="pdf"):
        report([RESULT], "pdf")


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=40),
    start=st.integers(0, 40),
    length=st.integers(0, 10),
    message=st.text(max_size=20),
)
def test_any_text_makes_a_report(text: str, start: int, length: int, message: str):
    start = min(start, len(text))
    end = min(start + length, len(text))
    finding = Finding("wording/x", "warning", message, 0, start, end, text[start:end])
    result = Checked(Path("a.txt"), Document((Block(text),)), (finding, finding))
    for format in FORMATS:
        out = report([result], format)
        if format in ("json", "sarif"):
            assert json.loads(out)
        elif format == "junit":
            assert ET.fromstring(out.encode("utf-8")) is not None
        else:
            assert out.encode("utf-8")
