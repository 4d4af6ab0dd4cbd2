"""``zhibi``: the command line. Parses, calls the library, prints, and turns errors into one sentence and an exit code.

Exit codes: 0 clean; 1 findings at or above --fail-on; 2 the user's input or usage; 3 model or index service; 130 Ctrl-C.
"""

from __future__ import annotations

import gc
import os
import sys

from assistant import __version__
from assistant.errors import ZhibiError
from ui import direct
from ui.console import out, say
from ui.interrupt import INTERRUPTED, install

_MADE = 100_000  # values a start makes and keeps: going through them for garbage meanwhile takes a fifteenth of it


def main() -> None:
    """Entry point of the ``zhibi`` command."""
    gc.set_threshold(_MADE)
    install()
    sys.exit(run(sys.argv[1:]))


def run(argv: list[str]) -> int:
    """The exit code for these arguments; never a traceback for what a user can cause."""
    if argv in (["--version"], ["-V"]):
        out(f"zhibi {__version__}")
        return 0
    try:
        code = _dispatch(argv)
    except ZhibiError as exc:
        say(f"zhibi：{exc}")
        return exc.exit_code
    except KeyboardInterrupt:
        say(INTERRUPTED)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as exc:
        if type(exc).__module__.startswith(("typer", "click")):
            from ui.chinese import usage_sentence

            say(f"zhibi：{usage_sentence(exc)}")
            return 2
        raise
    if code == 130:  # typer turns Ctrl-C into an exit code and says nothing
        say(INTERRUPTED)
    return code if isinstance(code, int) else 0


def _dispatch(argv: list[str]) -> object:
    if argv[:1] == ["check"] and (given := direct.options(argv[1:])) is not None:
        from ui.checking import check

        return check(**given)
    from ui.tree import command

    return command().main(argv or ["--help"], prog_name="zhibi", standalone_mode=False)


if __name__ == "__main__":
    main()
