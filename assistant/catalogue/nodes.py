"""YAML nodes into values, every problem noted with its file and line.

``read_nodes`` parses a file without guessing types: each scalar stays text, so a date is a date because the schema says
so. ``Fields`` reads one mapping; a problem is added to the list given and the field's default comes back.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard, cast

if TYPE_CHECKING:
    import yaml  # the package is imported where a file is read: a start from compiled data does without it

_TAGS = {"ScalarNode": "str", "SequenceNode": "seq", "MappingNode": "map"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class KnowledgeProblem:
    """Something wrong in a data file; ``line`` counts from 1 (0: the file as a whole)."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}：{self.message}" if self.line else f"{self.path}：{self.message}"


Problems = list[KnowledgeProblem]


def is_scalar(node: yaml.Node) -> TypeGuard[yaml.ScalarNode]:
    return getattr(node, "id", "") == "scalar"


def is_sequence(node: yaml.Node) -> TypeGuard[yaml.SequenceNode]:
    return getattr(node, "id", "") == "sequence"


def is_mapping(node: yaml.Node) -> TypeGuard[yaml.MappingNode]:
    return getattr(node, "id", "") == "mapping"


@cache
def _loader() -> Any:
    import yaml

    parser: Any = getattr(getattr(yaml, "cyaml", None), "CParser", None)
    if parser is None:
        return yaml.BaseLoader

    class Fast(parser):  # type: ignore[misc]
        """libyaml's parser without tag resolution: every scalar is text, and no Python is called to find that out."""

        def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
            return _TAGS[kind.__name__]

        def descend_resolver(self, parent: object, index: object) -> None:
            """No path resolvers."""

        def ascend_resolver(self) -> None:
            """No path resolvers."""

    return Fast


def read_nodes(path: Path, raw: bytes, problems: Problems) -> yaml.Node | None:
    """The root node of a file; None (with a problem noted) where it is no YAML, and for an empty file."""
    import yaml

    try:
        return yaml.compose(raw.decode("utf-8"), _loader())
    except UnicodeDecodeError:
        problems.append(KnowledgeProblem(str(path), 0, "文件不是 UTF-8 编码，请另存为 UTF-8"))
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line = mark.line + 1 if mark else 0
        problems.append(
            KnowledgeProblem(str(path), line, f"不是有效的 YAML，请检查缩进、冒号和引号（{exc.problem}）")
        )
    except (yaml.YAMLError, RecursionError):
        problems.append(KnowledgeProblem(str(path), 0, "不是有效的 YAML，请检查是否含有控制字符或嵌套过深"))
    return None


class Fields:
    """One mapping of a file. ``allowed`` are the keys it may have; a key unknown or given twice is a problem."""

    def __init__(self, path: Path, node: yaml.Node, allowed: Collection[str], problems: Problems) -> None:
        self.path, self.node, self.problems = path, node, problems
        self._values: dict[str, yaml.Node] = {}
        if not is_mapping(node):
            self.problem("这里应是“键: 值”的形式")
            return
        for key, value in node.value:
            name = key.value if is_scalar(key) else "?"
            if name not in allowed:
                self.problem(f"没有 {name} 这个键{_suggest(name, allowed)}", key)
            elif name in self._values:
                self.problem(f"键 {name} 写了两次，请删去一个", key)
            else:
                self._values[name] = value

    @property
    def line(self) -> int:
        return cast(int, self.node.start_mark.line) + 1

    def problem(self, message: str, node: yaml.Node | None = None) -> None:
        at = node if node is not None else self.node
        self.problems.append(KnowledgeProblem(str(self.path), at.start_mark.line + 1, message))

    def at(self, key: str) -> yaml.Node:
        """The node of a key, for a problem about it; the mapping itself where the key is absent."""
        return self._values.get(key, self.node)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        node = self._values.get(key)
        if node is None:
            if required:
                self.problem(f"缺少 {key}")
            return default
        if not is_scalar(node):
            self.problem(f"{key} 应是一段文字，不是列表", node)
            return default
        if required and not node.value:
            self.problem(f"{key} 不能为空", node)
        return cast(str, node.value)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        out = []
        for node in self.items(key, required=required):
            if is_scalar(node) and node.value:
                out.append(node.value)
            else:
                self.problem(f"{key} 的每一项应是一段文字", node)
        return tuple(out)

    def items(self, key: str, *, required: bool = False) -> tuple[yaml.Node, ...]:
        node = self._values.get(key)
        if node is None:
            if required:
                self.problem(f"缺少 {key}")
            return ()
        if not is_sequence(node):
            self.problem(f"{key} 应是列表", node)
            return ()
        if required and not node.value:
            self.problem(f"{key} 不能为空", node)
        return tuple(node.value)

    def mappings(self, key: str, allowed: Collection[str], *, required: bool = False) -> Iterator[Fields]:
        for node in self.items(key, required=required):
            yield Fields(self.path, node, allowed, self.problems)

    def pairs(self, key: str) -> Iterator[tuple[str, str, yaml.Node]]:
        """The entries of a mapping of texts, in order, each with its node."""
        node = self._values.get(key)
        if node is None:
            return
        if not is_mapping(node):
            self.problem(f"{key} 应是“键: 值”的形式", node)
            return
        for name, value in node.value:
            if is_scalar(name) and is_scalar(value):
                yield name.value, value.value, value
            else:
                self.problem(f"{key} 的每一项应是“键: 文字”", name)

    def day(self, key: str, *, required: bool = False) -> date | None:
        text = self.text(key, required=required)
        if not text:
            return None
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        self.problem(f"{key} 的日期 {text} 不对，请写成 2023-06-30 这样的真实日期", self.at(key))
        return None

    def flag(self, key: str, default: bool) -> bool:
        text = self.text(key)
        if text and text not in _FLAGS:
            self.problem(f"{key} 只能是 true 或 false", self.at(key))
        return _FLAGS.get(text, default)

    def choice(self, key: str, choices: Collection[str], default: str = "") -> str:
        text = self.text(key, default, required=not default)
        if text and text not in choices:
            self.problem(f"{key} 只能是 {'、'.join(choices)} 之一，不能是 {text}", self.at(key))
            return default
        return text

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """Exactly ``count`` numbers, ascending."""
        values = [_number(v) for v in self.texts(key, required=True)]
        good = [v for v in values if v is not None]
        if len(good) == count == len(values) and good == sorted(good) and good[0] >= 0:
            return tuple(good)
        self.problem(f"{key} 应是由小到大的 {count} 个数", self.at(key))
        return (0.0,) * count

    def number(self, key: str, default: float) -> float:
        text = self.text(key)
        value = _number(text) if text else default
        if value is None or value < 0:
            self.problem(f"{key} 应是不小于 0 的数", self.at(key))
            return default
        return value

    def pattern(self, key: str, *, required: bool = False) -> str:
        """A regular expression that compiles and does not match the empty text."""
        text = self.text(key, required=required)
        try:
            if text and re.compile(text).match(""):
                self.problem(f"{key} 的正则能匹配空文字，会处处报错，请改写", self.at(key))
        except re.error as exc:
            self.problem(f"{key} 的正则写得不对：{exc}", self.at(key))
            return ""
        return text


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None


def _suggest(name: str, allowed: Collection[str]) -> str:
    close = difflib.get_close_matches(name, list(allowed), 1)
    if close:
        return f"，是不是 {close[0]}"
    return f"，可用的有 {'、'.join(sorted(allowed))}"
