"""Who is at the page, with which settings, and what is kept between two runs of the script."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from assistant.brief import Brief
from assistant.catalogue import Catalogue, load_catalogue
from assistant.index import Index
from assistant.plan import Outline, make_outline
from assistant.settings import Settings, load_settings
from assistant.worker import Store, Work
from assistant.worker.desk import brief_of

LOCAL = "local"
OWN_FOLDER = "own"  # the office's own data beside the index, where no overlay is configured
SAVED = ("model", "base_url", "allow_hosts", "mask")


def login_configured() -> bool:
    """Whether secrets name an OpenID provider; without one only this machine has the page."""
    try:
        st.secrets.load_if_toml_exists()
        return "auth" in st.secrets
    except Exception:
        return False


def owner() -> str:
    """The key of the person's rows: a digest of the login, or one name for this machine."""
    if not login_configured():
        return LOCAL
    user = st.user.to_dict()
    name = f"{user.get('iss', '')}\0{user.get('sub') or user.get('email') or ''}"
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def base_settings() -> Settings:
    """Environment and zhibi.toml alone."""
    return _settings(_sources(), ())


def _sources() -> tuple[object, ...]:
    """What settings are read from, as it is now: a run asks for them a hundred times."""
    file = Path("zhibi.toml")
    stat = file.stat() if file.exists() else None
    told = sorted((k, v) for k, v in os.environ.items() if k.startswith(("ZHIBI_", "OPENAI_")))
    return str(Path.cwd()), stat and (stat.st_mtime_ns, stat.st_size), tuple(told)


@lru_cache(maxsize=32)
def _settings(sources: tuple[object, ...], given: tuple[tuple[str, Any], ...]) -> Settings:
    return load_settings(**dict(given))


@st.cache_resource(show_spinner=False)
def _store(workspace: Path) -> Store:
    return Store(workspace)


def store() -> Store:
    return _store(base_settings().workspace)


def chosen() -> dict[str, Any]:
    """What the person set on the settings page; with login the office's zhibi.toml alone decides."""
    if login_configured():
        return {}
    return {k: v for k, v in store().preferences(owner()).items() if k in SAVED}


def own_folder() -> Path:
    base = base_settings()
    return base.overlay or base.workspace / OWN_FOLDER


def overrides() -> dict[str, Any]:
    """What a writer must be told besides environment and zhibi.toml; holds no key."""
    folder = own_folder()
    return chosen() | ({"overlay": str(folder)} if folder.is_dir() else {})


def settings() -> Settings:
    given = overrides()
    if api_key():
        return load_settings(**given, api_key=api_key())
    return _settings(_sources(), tuple(sorted(given.items())))


def api_key() -> str:
    """Typed on the settings page, for this session only; never on disk."""
    return str(st.session_state.get("api-key") or "")


def catalogue() -> Catalogue:
    return load_catalogue(settings().overlay)


@st.cache_resource(show_spinner="正在打开知识库……", max_entries=2)
def _library(workspace: Path, overlay: Path | None, url: str, digest: str) -> Index:
    from assistant.holdings import open_library

    return open_library(load_settings(workspace=workspace, overlay=overlay), load_catalogue(overlay))


def holdings() -> Index:
    now = settings()
    return _library(now.workspace, now.overlay, now.index_url, catalogue().digest)


def holdings_if_any() -> Index | None:
    from assistant.holdings import wants_index

    return holdings() if wants_index(settings()) else None


def brief(work: Work) -> Brief:
    """The work's brief, read once for as long as its material and outline stay the same. Raises BriefError."""
    return _brief(
        work.source_name, work.source, tuple(sorted(work.form.items())), work.sections, tuple(sorted(work.headings.items())),
        work,
    )  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=60)
def _brief(
    name: str, source: bytes, form: tuple[tuple[str, str], ...], sections: Any, headings: Any, _work: Work
) -> Brief:
    return brief_of(_work)


def outline(brief: Brief) -> Outline:
    held = holdings_if_any()
    return _outline(brief.digest, catalogue().digest, held.digest if held else "", brief, held)


@st.cache_resource(show_spinner=False, max_entries=60)
def _outline(digest: str, knowledge: str, held: str, _brief: Brief, _held: Index | None) -> Outline:
    from assistant.holdings import house_style

    return make_outline(_brief, catalogue(), house_style(_brief, _held, settings().house_style))


def begin_with(key: str, value: Any) -> str:
    """What a widget shows first; from then on it is the person's. Returns the key."""
    if key not in st.session_state:
        st.session_state[key] = value
    return key


def current(kind: str = "draft") -> Work | None:
    """The work named in the address, so that a reload finds it again."""
    id = st.query_params.get(kind) or st.session_state.get(kind)
    work = store().get(owner(), id) if id else None
    if work is None or work.kind != kind:
        st.query_params.pop(kind, None)
        st.session_state.pop(kind, None)
        return None
    point_to(work.id, kind)
    return work


def point_to(id: str, kind: str = "draft") -> None:
    st.session_state[kind] = id
    if st.query_params.get(kind) != id:
        st.query_params[kind] = id


def saved(work: Work, **changes: Any) -> Work:
    """The work with what the person changed, on disk when this returns."""
    store().save(owner(), work.id, **changes)
    return store().get(owner(), work.id) or work


def go(kind: str, id: str) -> None:
    """To another page, with this work on it."""
    st.session_state[kind] = id
    st.session_state.pop("stage", None)
    st.switch_page(st.session_state["pages"][kind])


def leave(kind: str = "draft") -> None:
    st.session_state.pop(kind, None)
    st.query_params.pop(kind, None)


def distinct(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Id -> a name no other id has: the browser sends names back, not ids."""
    out: dict[str, str] = {}
    for id, name in names:
        same = sum(n == name or n.startswith(f"{name}（第") for n in out.values())
        out[id] = f"{name}（第{same + 1}份）" if same else name
    return out


def names_of(works: Iterable[Work]) -> dict[str, str]:
    """The person's works as lists show them."""
    return distinct(
        (w.id, f"{w.title or '还没有标题'}　{datetime.fromtimestamp(w.created):%m-%d %H:%M}") for w in works
    )


def choose_work(kind: str, new_label: str, list_label: str) -> Work | None:
    """The person's works in the side bar, newest first."""
    here = current(kind)
    works = store().mine(owner(), kind)
    names = names_of(works)
    ids = list(names)
    with st.sidebar:
        if st.button(new_label, key=f"{kind}-new", width="stretch", icon=":material/add:"):
            point_to(store().create(owner(), kind), kind)
            st.session_state.pop("stage", None)
            st.rerun()
        if ids:
            picked = st.selectbox(
                list_label,
                ids,
                index=ids.index(here.id) if here else None,
                format_func=lambda i: names[i],
                placeholder="打开以前的",
                key=f"{kind}-pick-{here.id if here else ''}-{names[here.id] if here else ''}",
            )
            if picked and (here is None or picked != here.id):
                point_to(picked, kind)
                st.session_state.pop("stage", None)
                st.rerun()
    return here
