"""Typer in Chinese: panel titles, usage line, the help option, and usage errors as one sentence."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

_TITLES = {
    "OPTIONS_PANEL_TITLE": "选项", "COMMANDS_PANEL_TITLE": "命令", "ARGUMENTS_PANEL_TITLE": "参数",
    "ERRORS_PANEL_TITLE": "出错", "DEFAULT_STRING": "[默认：{}]", "REQUIRED_LONG_STRING": "[必填]",
    "ENVVAR_STRING": "[环境变量：{}]",
}  # fmt: skip


def _chinese_titles() -> None:
    """Only when help is drawn: rich takes half a second that no other command should wait for."""
    from typer import rich_utils

    for name, text in _TITLES.items():
        setattr(rich_utils, name, text)


class Command(TyperCommand):
    def get_help_option(self, ctx: Any) -> Any:
        return _in_chinese(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _chinese_titles()
        super().format_help(ctx, formatter)

    def get_usage(self, ctx: Any) -> str:
        return _usage(super().get_usage(ctx))


class Group(TyperGroup):
    def get_help_option(self, ctx: Any) -> Any:
        return _in_chinese(super().get_help_option(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _chinese_titles()
        super().format_help(ctx, formatter)

    def get_usage(self, ctx: Any) -> str:
        return _usage(super().get_usage(ctx))


def _in_chinese(option: Any) -> Any:
    if option is not None:
        option.help = "显示本说明"
    return option


def _usage(text: str) -> str:
    for english, chinese in (
        ("Usage: ", "用法： "),
        ("[OPTIONS]", "[选项]"),
        ("COMMAND [ARGS]...", "命令 [参数]…"),
    ):
        text = text.replace(english, chinese)
    return text


def app(help: str) -> typer.Typer:
    """A group whose help is Chinese and whose crashes are ours to report."""
    return typer.Typer(
        help=help, cls=Group, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )


def usage_sentence(error: Any) -> str:
    """What a usage error means, in Chinese, with what to write instead."""
    name = type(error).__name__
    param = getattr(error, "param", None)
    option = (
        getattr(error, "option_name", "") or getattr(param, "metavar", "") or getattr(param, "name", "") or ""
    )
    if name == "NoSuchOption":
        near = "、".join(getattr(error, "possibilities", None) or [])
        return f"没有 {option} 这个选项" + (f"，是不是 {near}？" if near else "，加 --help 看有哪些")
    if name == "MissingParameter":
        return f"缺少 {option}，加 --help 看用法"
    if name == "BadParameter":
        return f"{option} 的值不对：{getattr(error, 'message', error)}"
    text = str(getattr(error, "message", error))
    if text.startswith("No such command"):
        return f"没有{text.removeprefix('No such command').rstrip('.')} 这个命令，加 --help 看有哪些"
    return f"用法不对：{text}，加 --help 看用法"
