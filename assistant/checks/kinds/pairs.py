"""Marks that come in pairs: one that is never closed, or closes nothing.

A quotation over several paragraphs may open each of them and close only the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule
from assistant.checks.view import View

_LIST_MARK = re.compile(r"(?:^|[。；，：、\s])(?:\d{1,3}|[a-zA-Z]|[一二三四五六七八九十①-⑳]{1,3})$")


def _read(fields: Fields) -> tuple[str, ...]:
    pairs = fields.texts("pairs", required=True)
    for pair in pairs:
        if len(pair) != 2:
            fields.problem("pairs 的每一项应是一对符号", fields.at("pairs"))
    return tuple(p for p in pairs if len(p) == 2)


def _find(rule: Rule, view: View) -> Iterator[Hit]:
    opens = {p[0]: p[1] for p in rule.options}
    closes = {p[1]: p[0] for p in rule.options}
    marks = re.compile("[" + re.escape("".join(rule.options)) + "]")
    for i, block in enumerate(view.blocks):
        stack: list[tuple[str, int]] = []
        for m in marks.finditer(block.text):
            char, at = m.group(), m.start()
            if char in opens:
                stack.append((char, at))
            else:
                yield from _close(view, i, at, char, closes[char], stack)
        for char, at in stack:
            if not _continues(view, i, at, char):
                yield _hit(view, i, at, char, f"缺少与它成对的“{opens[char]}”")


def _close(
    view: View, i: int, at: int, char: str, wanted: str, stack: list[tuple[str, int]]
) -> Iterator[Hit]:
    places = [k for k in range(len(stack) - 1, -1, -1) if stack[k][0] == wanted]
    if not places:
        if not _closes_earlier(view, i, at, char, wanted):
            yield _hit(view, i, at, char, f"前面没有与它成对的“{wanted}”")
        return
    del stack[places[0]]


def _hit(view: View, block: int, at: int, char: str, fault: str) -> Hit:
    start = view.starts[block] + at
    return Hit(start, start + 1, {"fault": fault, "around": _around(view.blocks[block].text, at)})


def _around(text: str, at: int) -> str:
    return text[max(0, at - 8) : at + 9]


def _continues(view: View, block: int, at: int, char: str) -> bool:
    """A quotation or bracket that a later paragraph closes."""
    closer = {"“": "”", "（": "）", "(": ")", "‘": "’", "《": "》"}.get(char)
    if closer is None or char == "《":
        return False
    depth = 1
    for later in view.blocks[block + 1 : block + 12]:
        for c in later.text:
            depth += c == char and not (
                char == "“"
                and later.text.lstrip().startswith("“")
                and depth >= 1
                and later.text.lstrip()[0] == c
                and depth == 1
            )
            depth -= c == closer
            if depth == 0:
                return char != "“" or view.blocks[block + 1].text.lstrip().startswith("“") or at == 0
    return False


def _closes_earlier(view: View, block: int, at: int, char: str, wanted: str) -> bool:
    """A list mark such as 1) or a quotation opened in an earlier paragraph."""
    text = view.blocks[block].text
    if char in ")）" and _LIST_MARK.search(text[:at]):
        return True
    if char == "》":
        return False
    depth = 1
    for earlier in reversed(view.blocks[max(0, block - 12) : block]):
        for c in reversed(earlier.text):
            depth += c == char
            depth -= c == wanted
            if depth == 0:
                return char != "”" or text.lstrip().startswith("“") or earlier.text.lstrip().startswith("“")
    return False


KINDS = {"pair": Kind(_read, frozenset({"pairs"}), frozenset({"fault", "around"}), find=_find)}
