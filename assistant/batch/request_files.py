"""JSONL files of requests, written line by line and moved into place at the end; each within the services' limits."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from assistant.errors import DocumentError

MOST_REQUESTS = 50_000
MOST_BYTES = 190_000_000


class RequestFiles:
    """A request is written once, whoever asks for it again. Nothing stays under its own name unless ``finish`` is reached."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.requests = 0
        self._seen: set[str] = set()
        self._staged: list[Path] = []
        self._stream: IO[bytes] | None = None
        self._lines = self._size = 0

    def __enter__(self) -> RequestFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None
    ) -> None:
        self._close()
        for staged in self._staged:
            with suppress(OSError):
                staged.unlink(missing_ok=True)

    def add(self, line: dict[str, Any]) -> None:
        """Raises DocumentError where it cannot be written."""
        if line["custom_id"] in self._seen:
            return
        self._seen.add(line["custom_id"])
        data = (json.dumps(line, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
        try:
            if self._lines >= MOST_REQUESTS or self._size + len(data) > MOST_BYTES:
                self._close()
            if self._stream is None:
                self._open()
            assert self._stream is not None
            self._stream.write(data)
        except OSError as exc:
            raise self._unwritable(exc) from exc
        self._lines += 1
        self._size += len(data)
        self.requests += 1

    def finish(self) -> tuple[Path, ...]:
        """The files under their names; the second and later ones are numbered."""
        self._close()
        names = [
            self.path if n == 1 else self.path.with_stem(f"{self.path.stem}-{n}")
            for n in range(1, len(self._staged) + 1)
        ]
        try:
            for staged, name in zip(self._staged, names, strict=True):
                staged.replace(name)
        except OSError as exc:
            raise self._unwritable(exc) from exc
        self._staged = []
        return tuple(names)

    def _open(self) -> None:
        staged = self.path.with_name(f".{secrets.token_hex(8)}.tmp")
        self._stream = staged.open("xb")
        self._staged.append(staged)
        self._lines = self._size = 0

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            self._stream = None

    def _unwritable(self, exc: OSError) -> DocumentError:
        return DocumentError(f"写不了请求文件（{exc.strerror}），请换一个可以写入的位置", path=self.path)
