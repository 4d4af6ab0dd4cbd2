"""A character of a word typed twice: 服服务 for 服务.

In: characters that may well stand twice. A doubled one is told where the sentence has a word that begins with the second
and no word holds the first; one at the end of a word may begin the next (安全|全链条) and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.catalogue.nodes import Fields
from assistant.checks.rule import Hit, Kind, Rule
from assistant.checks.segments import words_within
from assistant.checks.view import View

_TWICE = re.compile(r"([\u4e00-\u9fff])\1")


def _read(fields: Fields) -> frozenset[str]:
    return frozenset(fields.text("never", required=True))


def _stutter(rule: Rule, view: View) -> Iterator[Hit]:
    for m in _TWICE.finditer(view.text):
        at = m.start()
        if m[1] in rule.options or view.text[at - 1 : at] == m[1] or view.text[at + 2 : at + 3] == m[1]:
            continue
        *before, one, two = [(0, 0), (0, 0), *words_within(view.text, max(0, at - 1), at + 2)]
        if one == (at, at + 1) and two[1] > at + 2 and not _short(before[-1], view.text):
            yield Hit(at, two[1], {"right": view.text[slice(*two)]})


def _short(word: tuple[int, int], text: str) -> bool:
    """A single character, which may make a word the dictionary lacks with the next one (徽学|学术)."""
    return word[1] - word[0] == 1 and "\u4e00" <= text[word[0]] <= "\u9fff"


KINDS = {"stutter": Kind(_read, frozenset({"never"}), frozenset({"right"}), find=_stutter)}
