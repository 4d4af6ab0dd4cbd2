"""A reviewer's edited .docx: the text as it stands with every change accepted, the changes still pending, the comments.

In: a path. Out: ``Reviewed``. Comments that zhibi itself wrote (执笔·…) are not the reviewer's and are left out, as is the appendix
of zhibi's review copy. Raises ``DocumentError`` for a file that is no sound .docx.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant.document import Block, Document
from assistant.errors import DocumentError
from assistant.formats.docx_places import open_docx
from assistant.formats.read import read_document

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

OWN = "执笔·"  # how the names of zhibi's own authors begin
APPENDIX = ("待问清单", "事实去向")  # headings of the appendix of the review copy
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SEEN = (_W + "t", _W + "delText", _W + "tab", _W + "br", _W + "drawing")
_KINDS: dict[str, Literal["put", "cut"]] = {
    _W + "ins": "put",
    _W + "moveTo": "put",
    _W + "del": "cut",
    _W + "moveFrom": "cut",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A change that nobody has accepted or rejected yet: text put in or cut out, by whom."""

    kind: Literal["put", "cut"]
    text: str
    author: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A reviewer's comment and the words it stands on."""

    author: str
    text: str
    quote: str


@dataclass(frozen=True, slots=True)
class Reviewed:
    document: Document
    pending: tuple[Change, ...]
    remarks: tuple[Remark, ...]
    warnings: tuple[str, ...] = ()

    @property
    def own_pending(self) -> tuple[Change, ...]:
        """Changes that zhibi proposed and the reviewer left open."""
        return tuple(c for c in self.pending if c.author.startswith(OWN))


def read_reviewed(path: Path) -> Reviewed:
    """The text counts insertions as accepted and deletions as done: what the reviewer wants it to say."""
    if path.suffix.lower() != ".docx":
        raise DocumentError("改回来的稿子要是 .docx，批注和修订才读得出来", path=path)
    read = read_document(path)
    word = open_docx(path)
    blocks = _without_appendix(read.document.blocks)
    kept = tuple(w for w in read.warnings if not w.startswith("有") or "隐藏" in w)
    return Reviewed(
        replace(read.document, blocks=blocks),
        tuple(_pending(word.element.body)),
        tuple(_remarks(word)),
        kept,
    )


def _without_appendix(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    first = next((i for i, b in enumerate(blocks) if b.text in APPENDIX), len(blocks))
    return blocks[:first]


def _pending(body: Any) -> Iterator[Change]:
    """Pieces of one kind and author that stand side by side are one change."""
    last: Any = None
    held: Change | None = None
    for element in body.iter(*_KINDS):
        text = "".join(t.text or "" for t in element.iter(_W + "t", _W + "delText"))
        if not text:
            continue
        change = Change(_KINDS[element.tag], text, element.get(_W + "author", ""))
        if held and _beside(last, element) and (held.kind, held.author) == (change.kind, change.author):
            held = replace(held, text=held.text + text)
        else:
            if held:
                yield held
            held = change
        last = element
    if held:
        yield held


def _beside(first: Any, second: Any) -> bool:
    """Nothing that a reader sees stands between them; marks of comments and bookmarks do not count."""
    at = first.getnext()
    while at is not None and at is not second and next(at.iter(*_SEEN), None) is None:
        at = at.getnext()
    return at is second


def _remarks(word: WordDocument) -> Iterator[Remark]:
    for comment in word.comments:
        if not comment.author.startswith(OWN) and comment.text.strip():
            yield Remark(comment.author, comment.text.strip(), _quote(word.element.body, comment.comment_id))


def _quote(body: Any, id: int) -> str:
    inside, text = False, ""
    for element in body.iter():
        if element.tag == _W + "commentRangeStart" and element.get(_W + "id") == str(id):
            inside = True
        elif element.tag == _W + "commentRangeEnd" and element.get(_W + "id") == str(id):
            return text
        elif inside and element.tag == _W + "t":
            text += element.text or ""
    return text
