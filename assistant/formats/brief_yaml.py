"""A YAML brief: text -> ``RawSource`` with the line of every node. Safe by construction: nodes are walked, no object is built,
aliases are refused, depth and size are bounded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from assistant.errors import BriefError
from assistant.formats.brief_schema import Loc, RawSource

_TAGS = {"str", "int", "float", "timestamp", "value", "merge", "null", "bool", "map", "seq"}
_FOLD = re.compile(
    r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])"
)  # a line break that YAML folded into a space inside Chinese
_NULL, _BOOL = "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"
_DEPTH = 12
_STAR_HELP = '以 * 或 & 开头的内容请加引号（例如 "*名党员参加培训"）；材料里不支持 YAML 的引用'


def read_yaml(path: Path, text: str) -> RawSource:
    """Raises BriefError with the line for everything YAML itself can get wrong."""
    try:
        root = _composed(path, text)
    except yaml.YAMLError as error:
        raise _syntax(path, text, error) from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise BriefError("文件嵌套太深或内容无法识别，请按“键: 值”和“- 事实”重写", path=path) from error
    if root is None:
        raise BriefError("文件是空的，请先写上文种、单位、时间段和事实", path=path)
    if not isinstance(root, yaml.MappingNode):
        message = "最外层应是“键: 值”，例如 organization: 市民政局；只有要点时请存成 .txt 或 .md"
        raise BriefError(message, path=path, line=root.start_mark.line + 1)
    lines: dict[Loc, int] = {}
    data = _walk(path, root, (), lines)
    return RawSource(path, data, lines)


def _composed(path: Path, text: str) -> yaml.Node | None:
    """Read by libyaml; what it refuses is read again in Python, which says where and why more closely."""
    try:
        _refuse_aliases(path, text, yaml.CSafeLoader)
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        _refuse_aliases(path, text, yaml.SafeLoader)
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _refuse_aliases(path: Path, text: str, loader: type[Any]) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.AliasEvent):
            raise BriefError(_STAR_HELP, path=path, line=_line(event.start_mark))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH:
            raise BriefError("这里嵌套太深，请检查括号和缩进", path=path, line=_line(event.start_mark))


def _line(mark: Any) -> int | None:
    return mark.line + 1 if mark is not None else None


def _syntax(path: Path, text: str, error: yaml.YAMLError) -> BriefError:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return BriefError("文件里有无法识别的字符，请另存为 UTF-8 编码的文本", path=path)
    problem = str(getattr(error, "problem", "") or "")
    row = text.splitlines()[mark.line] if mark.line < len(text.splitlines()) else ""
    line = mark.line + 1
    if "\t" in row[: mark.column + 1]:
        return BriefError("缩进里有制表符（Tab），请改成空格", path=path, line=line)
    if "alias" in str(getattr(error, "context", "")):
        return BriefError(_STAR_HELP, path=path, line=line)
    if "cannot start any token" in problem:
        return BriefError(
            f"“{row[mark.column : mark.column + 1]}”不能开头，请给整句加引号", path=path, line=line
        )
    if "expected a single document" in problem:
        return BriefError("文件里有第二份材料（--- 分隔），请分成两个文件", path=path, line=line)
    if "mapping values are not allowed" in problem:
        return BriefError("这一行多了半角冒号或缩进不齐，请给整句加引号或改用全角冒号", path=path, line=line)
    return BriefError(
        "这里不是合法的 YAML，请检查缩进、引号、括号是否成对、每条是否以“- ”开头", path=path, line=line
    )


def _walk(path: Path, node: yaml.Node, loc: Loc, lines: dict[Loc, int]) -> Any:
    lines[loc] = node.start_mark.line + 1
    if node.tag.startswith(("!", "tag:yaml.org,2002:python")) or node.tag.rpartition(":")[2] not in _TAGS:
        raise BriefError("不支持 ! 开头的标签，请直接写文字或给整句加引号", path=path, line=lines[loc])
    if isinstance(node, yaml.MappingNode):
        return _mapping(path, node, loc, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_walk(path, child, (*loc, i), lines) for i, child in enumerate(node.value)]
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL and node.value.lower() in ("true", "false", "yes", "no", "on", "off"):
        return node.value.lower() in ("true", "yes", "on") if loc and loc[-1] == "required" else node.value
    folded = node.end_mark.line > node.start_mark.line and getattr(node, "style", None) != "|"
    return _FOLD.sub("", node.value) if folded else node.value


def _mapping(path: Path, node: yaml.MappingNode, loc: Loc, lines: dict[Loc, int]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key_node, child in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise BriefError("键应是一个词，请检查括号和缩进", path=path, line=line)
        key = key_node.value
        if key in out:
            raise BriefError(
                f"键“{key}”写了两次（第{lines[(*loc, key)]}行已有），请合并成一处", path=path, line=line
            )
        out[key] = _walk(path, child, (*loc, key), lines)
        lines[(*loc, key)] = line
    return out
