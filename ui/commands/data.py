"""``zhibi rules`` and ``zhibi prompts``: the data a reviewer may want to read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.chinese import Command
from ui.chinese import app as make_app
from ui.console import out, say

rules_app = make_app("核校规则：列出、解释、检查。")
prompts_app = make_app("提示词：列出、查看、按材料展开。")


def register(parent: typer.Typer) -> None:
    parent.add_typer(rules_app, name="rules")
    parent.add_typer(prompts_app, name="prompts")


@rules_app.command("list", cls=Command, help="列出全部规则")
def rules_list() -> int:
    from assistant.checks.registry import load_rules
    from assistant.finding import SEVERITY_NAMES
    from assistant.settings import load_settings

    for rule in sorted(load_rules(load_settings().overlay).rules, key=lambda r: r.id):
        out(f"{rule.id}\t{SEVERITY_NAMES[rule.severity]}\t{rule.message}")
    return 0


@rules_app.command("explain", cls=Command, help="一条规则的依据、范围和正反例")
def rules_explain(
    id: Annotated[str, typer.Argument(metavar="RULE", help="规则编号，如 format/half-width")],
) -> int:
    from assistant.checks.registry import load_rules
    from assistant.errors import InputError
    from assistant.finding import SEVERITY_NAMES
    from assistant.settings import load_settings

    rule = next((r for r in load_rules(load_settings().overlay).rules if r.id == id), None)
    if rule is None:
        raise InputError(f"没有 {id} 这条规则，用 zhibi rules list 查看")
    out(f"{rule.id}（{SEVERITY_NAMES[rule.severity]}）：{rule.message}")
    out(f"依据：{rule.why.authority}（{rule.why.level}）")
    for name, examples in (("应报", rule.bad), ("不报", rule.good)):
        for example in examples:
            out(f"{name}：{example.text}")
    return 0


@rules_app.command("validate", cls=Command, help="检查规则文件，指出哪一行有错")
def rules_validate(
    folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="自己的数据文件夹")] = None,
) -> int:
    from assistant.checks.examples import validate as problems_of
    from assistant.settings import load_settings

    problems = problems_of(folder or load_settings().overlay)
    for p in problems:
        out(f"{p.path}:{p.line}：{p.message}")
    say(f"发现{len(problems)}处问题" if problems else "没有发现问题")
    return 2 if problems else 0


@prompts_app.command("list", cls=Command, help="列出提示词文件及其摘要")
def prompts_list() -> int:
    from assistant.prompts import load_prompt, prompt_names
    from assistant.settings import load_settings

    overlay = load_settings().overlay
    for name in prompt_names(overlay):
        prompt = load_prompt(name, overlay)
        out(f"{name}\t{prompt.digest[:12]}\t{prompt.meta.get('description', '')}")
    return 0


@prompts_app.command("show", cls=Command, help="查看一个提示词文件")
def prompts_show(name: Annotated[str, typer.Argument(metavar="NAME", help="名称，如 draft_section")]) -> int:
    from assistant.prompts import load_prompt
    from assistant.settings import load_settings

    prompt = load_prompt(name, load_settings().overlay)
    out(f"# system\n{prompt.system}\n\n# user\n{prompt.user}")
    return 0


@prompts_app.command("render", cls=Command, help="按一份材料展开：模型将看到的全部文字")
def prompts_render(
    brief: Annotated[Path, typer.Argument(metavar="BRIEF", help="材料文件")],
    section: Annotated[str, typer.Option("--section", help="提纲中的编号，如 a1")],
) -> int:
    from assistant.catalogue import load_catalogue
    from assistant.compose.chain import messages_for, text_of
    from assistant.drafting import Job, prepare
    from assistant.errors import InputError
    from assistant.formats.briefs import read_brief
    from assistant.holdings import index_folder, open_library
    from assistant.settings import load_settings

    settings = load_settings()
    catalogue = load_catalogue(settings.overlay)
    index = open_library(settings, catalogue) if index_folder(settings).exists() else None
    tasks = prepare(Job(read_brief(brief), settings, catalogue, index)).tasks
    task = next((t for t in tasks if t.plan.id == section), None)
    if task is None:
        raise InputError(f"没有编号为 {section} 的节，可写 {'、'.join(t.plan.id for t in tasks)}")
    for message in messages_for(task, catalogue, settings.overlay, slots=settings.slots):
        out(f"## {message.type}\n\n{text_of(message)}\n")  # type: ignore[arg-type]
    return 0
