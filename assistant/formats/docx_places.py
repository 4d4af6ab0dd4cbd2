"""From characters of a document as it was read to characters of the Word paragraphs it was read from.

In: the blocks of ``read_document`` and an opened python-docx document of the same file. Out: a ``Places`` that maps a block's
span to a paragraph's. Automatic numbers that no run holds, dropped white space, hidden runs and paragraphs split at a line
break are bridged by matching the characters; what has no counterpart maps to nothing.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rapidfuzz.distance import Indel

from assistant.document import Block
from assistant.errors import DocumentError
from assistant.formats.docx_comments import paragraph_text

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WINDOW = 40  # paragraphs ahead among which a block's own is looked for
_LONGEST_NUMBER = 24  # characters of an automatic number before the text
_ALIKE = 0.6
_DROPPED = {_W + "del", _W + "moveFrom"}


@dataclass(frozen=True, slots=True)
class Spot:
    """``start`` and ``end`` count characters of ``paragraph_text(paragraph)``; an empty span is the whole paragraph."""

    paragraph: Paragraph
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Places:
    """``rows`` hold, for each block, its paragraph and the paragraph offset of each of its characters (-1: none)."""

    rows: tuple[tuple[Paragraph | None, tuple[int, ...]], ...]

    def spot(self, block: int, start: int, end: int) -> Spot | None:
        """Where the span stands; the whole paragraph where none of its characters do; None for a block unknown."""
        if not 0 <= block < len(self.rows):
            return None
        paragraph, offsets = self.rows[block]
        if paragraph is None:
            return None
        held = [o for o in offsets[start:end] if o >= 0]
        return Spot(paragraph, held[0], held[-1] + 1) if held else Spot(paragraph, 0, 0)

    def exact(self, block: int, start: int, end: int) -> Spot | None:
        """The same, only where every character has its own and no other stands between them."""
        spot = self.spot(block, start, end)
        if spot is None or end <= start or spot.end - spot.start != end - start:
            return None
        offsets = self.rows[block][1][start:end]
        return spot if len(offsets) == end - start and -1 not in offsets else None

    def first(self) -> Paragraph | None:
        return next((p for p, _ in self.rows if p is not None), None)


def open_docx(path: Path) -> Document:
    """With python-docx; a ``DocumentError`` says what to do where that cannot be."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    if path.suffix.lower() != ".docx":
        raise DocumentError("只有 .docx 能加批注，请先在 Word 或 WPS 里另存为 .docx", path=path)
    try:
        return docx.Document(str(path))
    except FileNotFoundError as exc:
        raise DocumentError("找不到这个文件，请核对路径", path=path) from exc
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as exc:
        raise DocumentError("这个文件打不开，请用 Word 或 WPS 打开后另存为 .docx 再试", path=path) from exc


def places(document: Document, blocks: Sequence[Block]) -> Places:
    """Blocks matched to paragraphs in order, each paragraph for one block or several neighbouring ones."""
    held = list(_held(document))
    paragraphs, texts, boxed = [h[0] for h in held], [h[1] for h in held], [h[2] for h in held]
    at, used = 0, 0
    rows: list[tuple[Paragraph | None, tuple[int, ...]]] = []
    for block in blocks:
        found = _find(block.text, texts, at, used)
        if found is None:
            rows.append((None, ()))
            continue
        if found != at:
            at, used = found, 0
        offsets = _offsets(block.text, texts[at], used)
        used = max(offsets, default=used - 1) + 1
        rows.append((paragraphs[at], () if boxed[at] else offsets))
    return Places(tuple(rows))


def _held(document: Document) -> Iterator[tuple[Paragraph, str, bool]]:
    """Paragraphs of the body and its tables in reading order with their text; the text of a text box, where Word allows
    no comments, goes with the paragraph that holds the box (True)."""
    from docx.text.paragraph import Paragraph

    for p in _walk(document.element.body):
        paragraph = Paragraph(p, document._body)
        if (text := paragraph_text(paragraph)).strip():
            yield paragraph, text, False
        for inner in p.iter(_W + "txbxContent"):
            for boxed in inner.iter(_W + "p"):
                if (text := paragraph_text(Paragraph(boxed, document._body))).strip():
                    yield paragraph, text, True


def _walk(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == _W + "p":
            yield child
        elif child.tag not in _DROPPED and isinstance(child.tag, str):
            yield from _walk(child)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _find(text: str, texts: Sequence[str], at: int, used: int) -> int | None:
    """The paragraph that holds the block: word for word first (its automatic number aside), else the one most alike."""
    wanted = _squeezed(text)
    ahead = range(at, min(at + _WINDOW, len(texts)))
    for skip in range(min(_LONGEST_NUMBER, max(len(wanted) // 2, 1))):
        for i in ahead:
            rest = texts[i][used:] if i == at else texts[i]
            if wanted[skip:] in _squeezed(rest):
                return i
    alike = [(Indel.normalized_similarity(text, texts[i][used:] if i == at else texts[i]), -i) for i in ahead]
    best = max(alike, default=(0.0, 0))
    return -best[1] if best[0] >= _ALIKE else None


def _offsets(text: str, raw: str, used: int) -> tuple[int, ...]:
    """For each character of the block the offset of its own in the paragraph, from ``used`` on."""
    out = [-1] * len(text)
    for op in Indel.opcodes(text, raw[used:]):
        if op.tag == "equal":
            for i in range(op.src_end - op.src_start):
                out[op.src_start + i] = used + op.dest_start + i
    return tuple(out)
