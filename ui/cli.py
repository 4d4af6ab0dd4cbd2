"""``zhibi``: the command line. Parses, calls the library, prints, and turns errors into one sentence and an exit code.

Exit codes: 0 clean; 1 findings at or above --fail-on; 2 the user's input or usage; 3 model or index service; 130 Ctrl-C.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

import ui.commands.batch as batch
import ui.commands.brief as brief
import ui.commands.check as check
import ui.commands.compare as compare
import ui.commands.data as data
import ui.commands.doctor as doctor
import ui.commands.draft as draft
import ui.commands.evals as evals
import ui.commands.knowledge as knowledge
import ui.commands.page as page
import ui.commands.review as review
from assistant import __version__
from assistant.errors import ZhibiError
from ui.chinese import app as make_app
from ui.chinese import usage_sentence
from ui.console import out, say

app = make_app("执笔：机关工作总结、党建总结、述职报告的起草与核校。默认不联网，内置写手随装随用。")
draft.register(app)
check.register(app)
batch.register(app)
brief.register(app)
compare.register(app)
review.register(app)
page.register(app)
app.add_typer(evals.app, name="eval")
app.add_typer(knowledge.app, name="knowledge")
app.add_typer(data.rules_app, name="rules")
app.add_typer(data.prompts_app, name="prompts")
doctor.register(app)


@app.callback(invoke_without_command=True)
def _root() -> None: ...


_INTERRUPTED = "zhibi：已中断，没有留下写了一半的文件"
_PATIENCE = (
    2.0  # seconds for an orderly end after Ctrl-C; a thread waiting for a model would hold it for minutes
)


def main() -> None:
    """Entry point of the ``zhibi`` command."""
    signal.signal(signal.SIGINT, _interrupted)
    sys.exit(run(sys.argv[1:]))


def _interrupted(_signal: int, _frame: object) -> None:
    """An orderly end, and a hard one soon after: outputs are moved into place whole, so there is nothing to lose."""
    timer = threading.Timer(_PATIENCE, _end_now)
    timer.daemon = True
    timer.start()
    raise KeyboardInterrupt


def _end_now() -> None:
    say(_INTERRUPTED)
    sys.stderr.flush()
    os._exit(130)


def run(argv: list[str]) -> int:
    """The exit code for these arguments; never a traceback for what a user can cause."""
    import typer

    if argv in (["--version"], ["-V"]):
        out(f"zhibi {__version__}")
        return 0
    try:
        code = typer.main.get_command(app).main(argv or ["--help"], prog_name="zhibi", standalone_mode=False)
    except ZhibiError as exc:
        say(f"zhibi：{exc}")
        return exc.exit_code
    except KeyboardInterrupt:
        say(_INTERRUPTED)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as exc:
        if type(exc).__module__.startswith(("typer", "click")):
            say(f"zhibi：{usage_sentence(exc)}")
            return 2
        raise
    if code == 130:  # typer turns Ctrl-C into an exit code and says nothing
        say(_INTERRUPTED)
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()
