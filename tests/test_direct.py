"""The short way of ``zhibi check`` reads what typer reads, and leaves the rest to it."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import pytest

from ui import checking, direct
from ui.commands import check as command
from ui.tree import HOMES, commands


def declared() -> dict[str, tuple[str, type]]:
    """Each option of the command as typer knows it: its parameter and the type of its value."""
    hints = get_type_hints(command.check)
    out = {}
    for option in commands("check")["check"].params:
        kinds = [k for k in get_args(hints[option.name]) or (hints[option.name],) if k is not type(None)]
        out.update(
            {spelling: (option.name, kinds[0]) for spelling in option.opts if spelling.startswith("-")}
        )
    return out


def test_every_option_is_read_as_declared() -> None:
    options = declared()
    read = set(direct.PATHS) | set(direct.TEXTS) | set(direct.FLAGS)
    assert {s for s in set(options) - read if options[s][1] is not int} == set()
    for table, kind in ((direct.PATHS, Path), (direct.TEXTS, str), (direct.FLAGS, bool)):
        assert table == {spelling: options[spelling][0] for spelling in table}
        assert {options[spelling][1] for spelling in table} == {kind}


def test_command_and_work_have_the_same_parameters_and_defaults() -> None:
    one, other = (inspect.signature(f).parameters for f in (command.check, checking.check))
    assert list(one) == list(other)
    assert [p.default for p in one.values()] == [p.default for p in other.values()]
    assert get_origin(get_args(get_type_hints(command.check, include_extras=True)["files"])[0]) is list


def test_options_and_files_in_any_order() -> None:
    words = ["a.txt", "--as-of=2024-01-05", "--fix", "-o", "x.docx", "b.txt", "--brief", "c.yaml"]
    assert direct.options(words) == {
        "files": [Path("a.txt"), Path("b.txt")],
        "as_of": "2024-01-05",
        "fix": True,
        "output": Path("x.docx"),
        "brief": Path("c.yaml"),
    }


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--fix"],
        ["--help"],
        ["a", "--help"],
        ["a", "--form", "json"],
        ["a", "--format"],
        ["a", "--format="],
        ["a", "--format", "--fix"],
        ["a", "--fix=1"],
        ["a", "-oX"],
        ["--", "a"],
        ["-"],
    ],
)
def test_anything_else_is_left_to_typer(words: list[str]) -> None:
    assert direct.options(words) is None


def test_every_command_is_registered_where_the_tree_says() -> None:
    for home in set(HOMES.values()):
        assert set(commands(home)) == {name for name, place in HOMES.items() if place == home}
