"""Every error the library raises on purpose.

    ZhibiError
    ├── InputError          the user's input or usage is wrong          exit code 2
    │   ├── BriefError      a brief cannot be read or does not make sense
    │   ├── DocumentError   a document cannot be read or written
    │   └── KnowledgeError  a file of knowledge/ or prompts/ is wrong
    └── ServiceError        a model or index service did not answer     exit code 3
        └── EgressRefusedError  the text may not leave this machine         exit code 2

Messages are one Chinese sentence for the user; ``place`` says where, as ``path:line``.
"""

from __future__ import annotations

from pathlib import Path


class ZhibiError(Exception):
    """Base of all deliberate errors; ``str()`` is what the user reads."""

    exit_code = 2

    def __init__(self, message: str, *, path: Path | str | None = None, line: int | None = None) -> None:
        self.message = message
        self.path = str(path) if path is not None else None
        self.line = line
        super().__init__(f"{self.place}：{message}" if self.place else message)

    @property
    def place(self) -> str:
        if self.path is None:
            return ""
        return f"{self.path}:{self.line}" if self.line else self.path


class InputError(ZhibiError):
    """The user's input or usage is wrong."""


class BriefError(InputError):
    """A brief cannot be read or does not make sense."""


class DocumentError(InputError):
    """A document cannot be read or written."""


class KnowledgeError(InputError):
    """A data file (formulation, genre, rule, prompt) is wrong."""


class ServiceError(ZhibiError):
    """A model or index service did not answer; what was done is kept."""

    exit_code = 3


class EgressRefusedError(ServiceError):
    """The text carries a mark that forbids sending it to this endpoint."""

    exit_code = 2
