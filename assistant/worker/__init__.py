"""Drafting outside the page: a journal of work in SQLite, and one process for each piece of writing.

The page only asks and looks: ``Store`` keeps every draft in progress, ``launch`` starts the writer, which goes on when
the page is reloaded or closed, can be stopped, and takes up again where it was.
"""

from assistant.worker.desk import Desk, open_desk
from assistant.worker.launch import launch, reap
from assistant.worker.rows import STORE_FILE, Reply, Task, Work
from assistant.worker.store import Store

__all__ = ["STORE_FILE", "Desk", "Reply", "Store", "Task", "Work", "launch", "open_desk", "reap"]
