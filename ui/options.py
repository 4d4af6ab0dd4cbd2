"""Values of options as typed, into what the library takes."""

from __future__ import annotations

from datetime import date


def parse_date(text: str | None) -> date | None:
    from assistant.errors import InputError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"日期 {text} 不对，请写成 2023-07-05 的样子") from None


def severity(name: str) -> str:
    from assistant.errors import InputError
    from assistant.finding import SEVERITIES

    if name not in SEVERITIES:
        raise InputError(f"--fail-on 只能是 {'、'.join(SEVERITIES)}，不能是 {name}")
    return name
