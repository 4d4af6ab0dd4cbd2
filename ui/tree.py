"""The tree of commands: a command's module is imported when the command is asked for, all of them only for --help."""

from __future__ import annotations

import difflib
from functools import cache
from importlib import import_module
from typing import Any

import typer

from assistant.errors import InputError
from ui.chinese import Group
from ui.chinese import app as make_app

# Each command and the module of ui.commands that registers it, in the order of the help page.
HOMES = {
    "draft": "draft",
    "ask": "draft",
    "check": "check",
    "batch": "batch",
    "brief": "brief",
    "rollup": "brief",
    "follow": "brief",
    "compare": "compare",
    "review-import": "review",
    "review-pack": "review",
    "review-score": "review",
    "ui": "page",
    "doctor": "doctor",
    "eval": "evals",
    "knowledge": "knowledge",
    "rules": "data",
    "prompts": "data",
}


class _Late(Group):
    def list_commands(self, ctx: Any) -> list[str]:
        return list(HOMES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in HOMES:
            return commands(HOMES[cmd_name])[cmd_name]
        if near := difflib.get_close_matches(cmd_name, HOMES, 1):
            raise InputError(f"没有 {cmd_name} 这个命令，是不是 {near[0]}？")
        return None


@cache
def commands(home: str) -> dict[str, Any]:
    """The commands of one module, by name."""
    part = make_app("")
    import_module(f"ui.commands.{home}").register(part)
    return dict(typer.main.get_group(part).commands)


def command() -> Any:
    """The whole tree, to be run."""
    app = make_app("执笔：机关工作总结、党建总结、述职报告的起草与核校。默认不联网，内置写手随装随用。")
    app.info.cls = _Late
    app.callback(invoke_without_command=True)(lambda: None)
    return typer.main.get_command(app)
