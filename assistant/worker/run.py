"""The writer's process: one piece of work from the journal, written, checked, and put back as a version; or a batch."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from assistant import drafting
from assistant.catalogue import load_catalogue
from assistant.document import Draft
from assistant.errors import InputError, ZhibiError
from assistant.formats.stored import dump, load
from assistant.holdings import open_index
from assistant.plan.types import SectionTask
from assistant.settings import load_settings
from assistant.worker import batches
from assistant.worker.desk import Desk, brief_of, open_desk
from assistant.worker.edits import root, with_sections
from assistant.worker.rows import Work
from assistant.worker.store import Store

_BEAT = 0.5


def work_on(workspace: Path, id: str, run: str) -> int:
    """0 where done; every failure is told in the journal."""
    store = Store(workspace)
    work = store.held(id, run)
    if work is None:
        return 0
    ending = batches.interrupt if work.kind == "batch" else None
    threading.Thread(target=_watch, args=(store, id, run, ending), daemon=True).start()
    try:
        store.tell(id, run, "running", "准备", 0, 1)
        if work.kind == "batch":
            whole = batches.write_units(store, work, workspace)
            store.tell(id, run, "done" if whole else "stopped")
            return 0
        draft, note = _write(store, work, workspace)
        store.add_version(id, note, dump(draft), run=run)
        store.tell(id, run, "done", "", 1, 1)
    except KeyboardInterrupt:
        store.tell(id, run, "stopped")
    except ZhibiError as error:
        store.fail(id, run, str(error))
        return error.exit_code
    except Exception as error:
        store.fail(id, run, f"程序出错（{_place(error)}），已写好的部分还在，可以点“接着写”再试")
        return 1
    return 0


def _watch(store: Store, id: str, run: str, ending: Callable[[], None] | None) -> None:
    """Signs of life; and the end, at once, where the person or another writer wants it. SQLite loses nothing by it."""
    pause = threading.Event()
    while True:
        try:
            wanted = store.beat(id, run)
        except Exception:
            wanted = True  # a locked journal is no reason to stop
        if not wanted:
            if ending is not None:
                ending()
            store.tell(id, run, "stopped")
            os._exit(0)
        pause.wait(_BEAT)


def _place(error: Exception) -> str:
    """Kind of error and line of our code: never the text at hand."""
    frames = traceback.extract_tb(error.__traceback__)
    return type(error).__name__ + (
        f"，{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    )


def _write(store: Store, work: Work, workspace: Path) -> tuple[Draft, str]:
    settings = load_settings(**dict(work.task.settings), workspace=workspace)
    brief = brief_of(work)
    catalogue = load_catalogue(settings.overlay)

    def progress(what: str, done: int, total: int) -> None:
        store.tell(work.id, work.run, "running", what, done, total)

    from assistant.worker.recorder import Recorder

    index = open_index(settings, catalogue)
    try:
        salt = work.task.instruction and f"{work.task.section}\0{work.task.instruction}"
        model = Recorder(
            inner=drafting.open_model(settings, brief), store=store, work=work.id, run=work.run, salt=salt
        )
        desk = open_desk(brief, settings, index, progress=progress)
        old = store.draft(work.owner, work.id, work.head) if work.head else None
        if work.task.section:
            if old is None:
                raise InputError("还没有成稿，不能单独重写一节")
            return _one_section(desk, load(old), work, model)
        draft = drafting.draft(desk.job, model)
        if old is not None and work.locked:
            draft = desk.checked(with_sections(draft, load(old), {root(i) for i in work.locked}))
        return draft, "起草"
    finally:
        if index is not None:
            index.close()


def _one_section(desk: Desk, old: Draft, work: Work, model: object) -> tuple[Draft, str]:
    """The section written again, repaired within itself; everything else stays word for word."""
    from assistant.compose.chain import composed_of, messages_for, parse_for, text_of
    from assistant.revise import Reviser, revise

    id = root(work.task.section)
    task = next((t for t in desk.prepared.tasks if t.plan.id == id), None)
    if task is None:
        raise InputError("提纲里已经没有这一节，请重新起草全文")
    task = _in_view(task, old)
    desk.job.progress(task.plan.heading or "这一节", 0, 1)
    settings = desk.job.settings
    messages = messages_for(task, desk.job.catalogue, settings.overlay, slots=settings.slots)
    if work.task.instruction:
        messages[
            -1
        ].content = f"{messages[-1].content}\n对这一节的另外要求（不得因此添加材料之外的事）：{_line(work.task.instruction)}"
    reply = model.invoke(messages)  # type: ignore[attr-defined]
    composed = composed_of(parse_for(task, text_of(reply)), reply)
    fresh = replace(old, sections=composed.sections)
    whole = with_sections(old, fresh, {id})
    reviser = Reviser(model, desk.check, {id: task}, settings.overlay, settings.repair_rounds)  # type: ignore[arg-type]
    revised = revise(desk.checked(whole), reviser)
    kept = with_sections(whole, revised, {id})
    return desk.checked(replace(kept, trace=revised.trace)), f"重写：{task.plan.heading or '开头结尾'}"


def _line(text: str) -> str:
    from assistant.compose.render import safe

    return safe(text)[:500]


def _in_view(task: SectionTask, old: Draft) -> SectionTask:
    """Opening, problems and closing see the body as it stands."""
    if task.plan.part not in drafting.AFTER_BODY:
        return task
    body = [s for s in old.sections if s.heading and s.part not in drafting.AFTER_BODY]
    return replace(task, body_view=drafting.body_view(body))
