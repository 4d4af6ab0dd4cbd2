"""The rule files: every example does what it should, every broken file is an error with its line."""

from __future__ import annotations

import re
import shutil
from array import array
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.catalogue import load_catalogue
from assistant.checks.adjacent import Adjacent
from assistant.checks.anchors import anchors, doubled, plain_digits
from assistant.checks.engine import check
from assistant.checks.examples import document_of, verify
from assistant.checks.kinds.mistyped import _Lookup
from assistant.checks.places import Places, needs
from assistant.checks.profile import Profile
from assistant.checks.registry import load_rules, problems_of
from assistant.checks.rule import GROUPS, LEVELS
from assistant.errors import KnowledgeError
from assistant.expressions import compiled
from assistant.finding import SEVERITIES
from assistant.text import Span

GOOD_RULE = """rules:
- id: wording/own
  kind: existence
  severity: warning
  message: “{quote}”不用，请改。
  why: {authority: 本单位规定, level: 惯例}
  match: [{literal: 咱们局}]
  good: [我局抓学习]
  bad: [咱们局抓学习]
"""


@pytest.fixture(scope="module")
def rules():
    return load_rules()


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def test_the_shipped_files_have_no_problems():
    assert problems_of() == ()


@pytest.mark.parametrize("rule", load_rules().rules, ids=lambda r: r.id)
def test_examples_of_each_rule(rule, rules, catalogue):
    assert [f"{f.line}：{f.message}" for f in verify(rules.only(rule.id), catalogue)] == []


def test_every_rule_names_its_authority(rules):
    assert len(rules) > 100
    for rule in rules:
        assert rule.why.authority and rule.why.level in LEVELS, rule.id
        assert rule.severity in SEVERITIES and rule.id.split("/")[0] in GROUPS
        assert rule.message.endswith(("。", "}")), rule.id
        assert rule.severity != "error" or rule.why.level != "惯例", rule.id


def test_every_formulation_example_fires_and_every_good_one_stays_silent(catalogue, rules):
    """The catalogue's own examples, through the generated rules, as of a day on which all variants hold."""
    only = rules.only("wording/canonical", "wording/char", "wording/org-term")
    missed, cried = [], []
    for entry in (*catalogue.formulations, *catalogue.char_errors, *catalogue.org_terms):
        body = (getattr(entry, "bodies", ()) or ("",))[0]
        for text, wanted in (*((t, True) for t in entry.bad), *((t, False) for t in entry.good)):
            found = check(
                document_of(text),
                catalogue=catalogue,
                rules=only,
                profile=Profile(body=body),
                as_of=date(2026, 11, 1),
            )
            mine = [f for f in found if f.rule.endswith(f".{entry.id}")]
            if wanted and not mine:
                missed.append((entry.id, text))
            if not wanted and mine:
                cried.append((entry.id, text))
    assert missed == []
    assert cried == []


BROKEN = {
    "not yaml": ("rules:\n- id: [wording/x\n", 3, "YAML"),
    "unknown key": (GOOD_RULE.replace("  why:", "  wyh: x\n  why:"), 6, "wyh"),
    "unknown kind": (GOOD_RULE.replace("existence", "existance"), 3, "existance"),
    "bad severity": (GOOD_RULE.replace("severity: warning", "severity: fatal"), 4, "fatal"),
    "bad pattern": (GOOD_RULE.replace("{literal: 咱们局}", "{regex: '咱们(局'}"), 7, "正则"),
    "pattern matches nothing": (GOOD_RULE.replace("{literal: 咱们局}", "{regex: '咱*'}"), 7, "空文字"),
    "no message": (GOOD_RULE.replace("  message: “{quote}”不用，请改。\n", ""), 2, "message"),
    "unknown word": (GOOD_RULE.replace("{quote}", "{qoute}"), 5, "qoute"),
    "unbalanced brace": (GOOD_RULE.replace("{quote}", "{quote"), 5, "大括号"),
    "no reason": (GOOD_RULE.replace("  why: {authority: 本单位规定, level: 惯例}\n", ""), 2, "why"),
    "custom is no error": (GOOD_RULE.replace("severity: warning", "severity: error"), 4, "惯例"),
    "bad id": (GOOD_RULE.replace("wording/own", "own"), 2, "id"),
    "bad date": (GOOD_RULE.replace("  why:", "  since: 2023-02-30\n  why:"), 6, "2023-02-30"),
    "bad scope": (GOOD_RULE.replace("  why:", "  scope: [footer]\n  why:"), 6, "footer"),
    "twice": (GOOD_RULE + GOOD_RULE.split("\n", 1)[1], 10, "两次"),
    "key twice": (GOOD_RULE.replace("  why:", "  severity: info\n  why:"), 6, "两次"),
    "a list": ("- a\n- b\n", 1, "键"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_an_error_with_its_line(tmp_path: Path, name: str):
    text, line, words = BROKEN[name]
    folder = tmp_path / "knowledge" / "rules"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text(text, "utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_rules(tmp_path)
    assert words in caught.value.message
    assert caught.value.path is not None and caught.value.path.endswith("own.yaml")
    assert caught.value.line == line


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path):
    folder = tmp_path / "knowledge" / "rules"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_bytes(b"\xff\xfe\x00rules")
    with pytest.raises(KnowledgeError):
        load_rules(tmp_path)


def test_a_users_folder_adds_rules_and_replaces_ours_by_id(tmp_path: Path, catalogue):
    folder = tmp_path / "knowledge" / "rules"
    folder.mkdir(parents=True)
    (folder / "own.yaml").write_text(GOOD_RULE, "utf-8")
    ours = load_rules()
    theirs = load_rules(tmp_path)
    assert len(theirs) == len(ours) + 1 and theirs.digest != ours.digest
    found = check(document_of("咱们局抓学习。"), catalogue=catalogue, rules=theirs, as_of=date(2023, 7, 5))
    assert [f.rule for f in found] == ["wording/own"]
    softer = GOOD_RULE.replace("wording/own", "format/pairs").replace("severity: warning", "severity: info")
    (folder / "zz-own.yaml").write_text(softer, "utf-8")
    replaced = load_rules(tmp_path).get("format/pairs")
    assert replaced is not None and replaced.severity == "info"


def test_a_file_of_the_same_name_takes_the_place_of_ours(tmp_path: Path):
    folder = tmp_path / "knowledge" / "rules"
    folder.mkdir(parents=True)
    (folder / "repeat.yaml").write_text("rules: []\n", "utf-8")
    assert not any(r.id.startswith("repeat/") for r in load_rules(tmp_path))


@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_bytes_as_a_rule_file_are_rules_or_one_error(tmp_path_factory, data: bytes):
    root = tmp_path_factory.mktemp("fuzz")
    folder = root / "knowledge" / "rules"
    folder.mkdir(parents=True)
    (folder / "fuzz.yaml").write_bytes(data)
    try:
        assert len(load_rules(root)) >= len(load_rules())
    except KnowledgeError as exc:
        assert exc.message and exc.path is not None
    finally:
        shutil.rmtree(root)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, len(GOOD_RULE)), junk=st.text(max_size=12))
def test_a_damaged_rule_is_a_rule_or_one_error(tmp_path_factory, cut: int, junk: str):
    root = tmp_path_factory.mktemp("fuzz")
    folder = root / "knowledge" / "rules"
    folder.mkdir(parents=True)
    (folder / "fuzz.yaml").write_text(
        GOOD_RULE[:cut] + junk + GOOD_RULE[cut:], "utf-8", errors="surrogatepass"
    )
    try:
        load_rules(root)
    except KnowledgeError as exc:
        assert exc.message
    finally:
        shutil.rmtree(root)


def _expressions() -> list[str]:
    catalogue = load_catalogue()
    return [p.regex for p in load_rules().patterns(catalogue)]


def _lines(text: str) -> Places:
    ends = [m.start() for m in re.finditer("$", text, re.MULTILINE)]
    return Places(
        Adjacent(plain_digits(text)), [Span(*p) for p in zip([0, *(e + 1 for e in ends)], ends, strict=False)]
    )


def _lines_of_matches(regex: str, lines: Places, text: str) -> set[Span]:
    """The lines that a match stands on, by running the expression on every line."""
    every = ((span, compiled(regex).finditer(text, *span)) for span in lines.spans)
    return {span for span, found in every if any(m.group() for m in found)}


def test_expressions_run_wherever_they_match(catalogue, rules):
    """What matches in all examples as one text stands on lines the scanner does not leave out."""
    examples = [e.text for r in rules for e in (*r.bad, *r.good)]
    examples += [t for f in (*catalogue.formulations, *catalogue.char_errors) for t in (*f.bad, *f.good)]
    text = "\n".join(examples)
    lines, every = _lines(text), _expressions()
    for regex, spans in zip(every, lines.each_holding([needs(r) for r in every]), strict=True):
        starts = {span.start for span in spans}
        for m in compiled(regex).finditer(text):
            if m.group() and "\n" not in m.group():
                assert text.rfind("\n", 0, m.start()) + 1 in starts, (regex, m.group())


def test_few_expressions_run_on_every_text():
    every = _expressions()
    without = [r for r in every if not anchors(r)]
    assert len(without) < 10, without


@pytest.mark.parametrize(
    ("regex", "wanted"),
    [
        ("调研研究", ["调研", "研究", "研研"]),
        ("(?:促进|推进)[^，]{0,3}力度", ["力度", "促进|推进"]),
        ("甲?乙丙", ["乙丙"]),
        ("甲|乙丙", ["乙丙|甲"]),
        ("(?<!全面)从严治党(?!向)", ["严治", "从严", "治党"]),
        (".*", []),
        ("[0-9]+", ["0|1|2|3|4|5|6|7|8|9"]),
        ("(?:甲|.)乙", ["乙"]),
        (r"\.甲", [".甲"]),
        ("甲{2}乙丙", ["乙丙", "甲乙", "甲甲"]),
        ("(?<=[甲乙])丙(?=丁)", ["丙丁", "乙丙|甲丙"]),
        ("(?:(?<=甲)|^)乙丙", ["乙丙"]),
        ("丙(?:(?<=丙)|甲)乙", ["丙乙|丙甲", "丙乙|甲乙"]),
        ("(?:(?<=[甲，])甲){2}", ["甲甲"]),
        ("(?:甲|乙)[丙丁]", ["乙丁|乙丙|甲丁|甲丙"]),
        ("甲[^，]乙", ["乙", "甲"]),
        ("甲\n乙", []),
        ("(?i)甲", []),
        ("(?>甲)", []),
        ("[甲", []),
        ("甲)", []),
        (r"\x41甲", []),
    ],
)
def test_anchors(regex: str, wanted: list[str]):
    assert sorted("|".join(sorted(clause)) for clause in anchors(regex)) == sorted(wanted)


_PIECES = [
    "甲",
    "乙丙",
    "[甲乙]",
    r"\d",
    "甲?",
    "(?:甲|乙)",
    "(?:丙丁)?",
    "甲+",
    "[^，]{0,2}",
    "|",
    "(?!丁)",
    "(?=丙)",
    "(?<=甲)",
]
_PIECES += [
    "(?<![乙丙])",
    "(?:(?<=甲)|^)",
    "(?:(?<=[甲乙])丙)+",
    "(?:甲(?=乙)|丁)",
    "(?:丙){2}",
    r"([甲乙]{2})\1",
    "1",
]


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(st.sampled_from(_PIECES), max_size=6),
    text=st.text(alphabet="甲乙丙丁，1３\n😀", max_size=14),
)
def test_no_line_with_a_match_is_left_out(parts: list[str], text: str):
    regex = "".join(parts)
    try:
        re.compile(regex)
    except re.error:
        return
    lines = _lines(text)
    matched = _lines_of_matches(regex, lines, text)
    assert matched <= set(*lines.each_holding([needs(regex)]))
    assert matched <= set(lines.holding(regex))


@pytest.mark.parametrize(
    ("regex", "apart"),
    [
        (r"([甲-丁]{2})\1", 2),
        (r"(?<!丙)([甲-丁]{2})([甲-丁]{3})\1\2(?![、，])", 5),
        (r"([甲-丁]{2})([甲-丁]{3})\2\1", 0),
        (r"([甲-丁]{2})\1|丙", 0),
        (r"([甲-丁]{1,2})\1", 0),
        ("([甲-丁]{2})", 0),
    ],
)
def test_what_is_said_again_at_once(regex: str, apart: int):
    assert doubled(regex) == apart


@given(text=st.text(alphabet="甲乙丙😀", max_size=20), apart=st.integers(1, 5))
def test_pairs_that_stand_again(text: str, apart: int):
    counted = text.replace("😀", "\ufffd")
    pairs = range(len(text) - apart - 1)
    wanted = [i for i in pairs if counted[i : i + 2] == counted[i + apart : i + apart + 2]]
    assert Adjacent(text).repeats(apart) == wanted


@given(suspects=st.sets(st.integers(0, 60)), pairs=st.frozensets(st.integers(0, 60)))
def test_suspect_pairs_are_the_same_for_the_first_text_and_the_next(
    suspects: set[int], pairs: frozenset[int]
):
    lookup = _Lookup(array("I", sorted(suspects)).tobytes())
    assert lookup.among(pairs) == lookup.among(pairs) == suspects & pairs


def test_the_page_lists_every_rule(root, rules):
    page = (root / "docs/checks.md").read_text("utf-8")
    assert [r.id for r in rules if f"| {r.id} | {r.severity} |" not in page] == []
