"""The desk of a draft, opened while the person still reads, so that a change is checked as soon as it is made."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from assistant.brief import Brief
from assistant.document import Draft
from assistant.formats.stored import dump, load
from assistant.index import Index
from assistant.settings import Settings
from assistant.worker import Desk, Work, open_desk
from ui.page import session

_pool = ThreadPoolExecutor(1, "zhibi-desk")


def warm(work: Work, brief: Brief, draft: Draft) -> None:
    """Returns at once."""
    _opened(*_key(work, brief), brief, draft)


def keep(id: str, note: str, change: Callable[[Draft, Brief], Draft]) -> None:
    """The change made in the draft as it stands, checked again, and kept as a version."""
    store, me = session.store(), session.owner()
    work = store.get(me, id)
    text = store.draft(me, id, work.head) if work is not None else None
    if work is None or text is None or work.busy:
        return
    brief = session.brief(work)
    draft = change(load(text), brief)
    store.add_version(id, note, dump(_desk(work, brief, draft).checked(draft)), owner=me)


def _desk(work: Work, brief: Brief, draft: Draft) -> Desk:
    key = _key(work, brief)
    try:
        return _opened(*key, brief, draft).result()
    except Exception:
        _opened.clear(*key)  # what went wrong once is tried again
        raise


def _key(work: Work, brief: Brief) -> tuple[str, str, str, str]:
    return work.id, brief.digest, session.catalogue().digest, session.settings().model


@st.cache_resource(show_spinner=False, max_entries=16)
def _opened(work: str, digest: str, knowledge: str, model: str, _brief: Brief, _draft: Draft) -> Future[Desk]:
    return _pool.submit(_open, _brief, _draft, session.settings(), session.holdings_if_any())


def _open(brief: Brief, draft: Draft, settings: Settings, index: Index | None) -> Desk:
    """One check is run for nothing: patterns are compiled and caches filled by it."""
    desk = open_desk(brief, settings, index)
    desk.checked(draft)
    return desk
