"""A draft kept whole as JSON, so that it can be scored again without drafting again."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from assistant.document import Draft
from assistant.errors import InputError
from assistant.evidence import PolicySpan


@cache
def _adapter() -> Any:
    return TypeAdapter(Draft)


def dump(draft: Draft) -> bytes:
    """UTF-8; the same draft gives the same bytes."""
    data: bytes = _adapter().dump_json(draft, indent=1)
    return data + b"\n"


def load(path: Path) -> Draft:
    """InputError where the file is not there or holds no draft."""
    try:
        draft: Draft = _adapter().validate_json(path.read_bytes())
    except (OSError, ValueError) as exc:
        raise InputError("存下的稿子读不出来，请重新跑一次评测", path=path) from exc
    return draft


def policies_of(draft: Draft) -> dict[str, PolicySpan]:
    """The wording a draft cites, as its trace kept it: ``wording（title）``."""
    out = {}
    for id, source in draft.trace.passages:
        text, _, title = source.rpartition("（")
        out[id] = PolicySpan(id, text or source, title.removesuffix("）") if text else "")
    return out
