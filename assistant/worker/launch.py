"""Starting a writer: a process of its own, which outlives the page that asked for it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from assistant.worker.rows import Task
from assistant.worker.store import Store

_children: list[subprocess.Popen[bytes]] = []
_lock = threading.Lock()


def launch(store: Store, owner: str, id: str, task: Task, *, resume: bool = False, api_key: str = "") -> bool:
    """True where a writer was started; False where one is at it already. The key goes by environment, never to disk."""
    run = store.claim(owner, id, task, resume=resume)
    if run is None:
        return False
    environment = dict(os.environ) | ({"ZHIBI_API_KEY": api_key} if api_key else {})
    command = [sys.executable, "-P", "-m", "assistant.worker", str(store.path.parent), id, run]
    try:
        child = subprocess.Popen(  # noqa: S603 -- this interpreter, this module, ids of our own
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError:
        store.fail(id, run, "写作进程没有启动起来，请检查内存是否够用，再点“接着写”")
        return False
    with _lock:
        _children.append(child)
    reap()
    return True


def reap() -> int:
    """Take note of writers that have ended; how many are still at work."""
    with _lock:
        _children[:] = [c for c in _children if c.poll() is None]
        return len(_children)
