"""A draft as a Word file to GB/T 9704-2012, the same bytes for the same draft.

In: a draft and the typography. Out: .docx bytes, clean copy; the review copy builds on ``build`` and ``to_bytes``. No
author's name is written; times are taken from the draft's date. Nothing is checked or repaired here.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from assistant.document import Block, Draft
from assistant.formats.docx_runs import W, add_run, put, styled
from assistant.formats.docx_style import HEADINGS, skeleton
from assistant.formats.docx_title import title_lines
from assistant.formats.printable import printable
from assistant.formats.typography import Typography, twips, width

if TYPE_CHECKING:
    from docx.document import Document
    from docx.opc.packuri import PackURI
    from docx.shared import Length
    from docx.text.paragraph import Paragraph

_STYLES = {"recipient": "Salutation", "signature": "Signature", "date": "Date", "title": "Title"}
_DATE = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})")
_UNDATED = datetime(2000, 1, 1)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def to_docx(draft: Draft, typography: Typography) -> bytes:
    """The clean copy."""
    return to_bytes(build(draft, typography)[0])


def build(draft: Draft, typography: Typography) -> tuple[Document, list[Paragraph]]:
    """The document, and its paragraphs one for one with ``draft.document().blocks``."""
    import docx

    document = docx.Document(io.BytesIO(skeleton(typography)))
    blocks = draft.document().blocks
    paragraphs = [_paragraph(document, block, typography) for block in blocks]
    _keep_closing_with_text(blocks, paragraphs)
    _place_closing(blocks, paragraphs, typography)
    _number_pages(document, typography)
    _describe(document, draft)
    return document, paragraphs


def drafted_at(draft: Draft) -> datetime:
    """The day the draft is dated, at midnight; a fixed day where it has no date."""
    match = _DATE.search(draft.date)
    try:
        return datetime(*map(int, match.groups())) if match else _UNDATED  # type: ignore[arg-type]
    except ValueError:
        return _UNDATED


def to_bytes(document: Document) -> bytes:
    """Packed in a fixed order with fixed times."""
    parts, packed = _parts(document), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for name in sorted(parts, key=lambda n: (n != "[Content_Types].xml", n)):
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type, info.create_system = zipfile.ZIP_DEFLATED, 0
            target.writestr(info, parts[name], compresslevel=6)
    return packed.getvalue()


def _parts(document: Document) -> dict[str, bytes]:
    """What python-docx would save, by name, without packing it first."""
    from docx.opc.pkgwriter import PackageWriter

    package, members, writer = document.part.package, _Members(), cast(Any, PackageWriter)
    assert package is not None
    for part in package.parts:
        part.before_marshal()
    writer._write_content_types_stream(members, package.parts)
    writer._write_pkg_rels(members, package.rels)
    writer._write_parts(members, package.parts)
    return members.blobs


class _Members:
    """Takes parts where python-docx has a zip file."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def write(self, uri: PackURI, blob: bytes) -> None:
        self.blobs[uri.membername] = blob


def add_text(paragraph: Paragraph, text: str, typography: Typography) -> None:
    """Runs of text, the visible placeholders highlighted."""
    at = 0
    for match in typography.placeholder.finditer(text):
        _add_run(paragraph, text[at : match.start()], "")
        _add_run(paragraph, match[0], typography.placeholders.highlight)
        at = match.end()
    _add_run(paragraph, text[at:], "")


def add_paragraph(document: Document, text: str, style: str, typography: Typography) -> Paragraph:
    """A paragraph at the end of the body, in a style named by its id."""
    from docx.text.paragraph import Paragraph

    body = document._body
    p, section = styled(body._element, style), body._element.sectPr
    assert section is not None  # it is in the skeleton
    section.addprevious(p)
    paragraph = Paragraph(p, body)
    add_text(paragraph, printable(text), typography)
    return paragraph


def _paragraph(document: Document, block: Block, t: Typography) -> Paragraph:
    if block.role == "title":
        return _title(document, block.text, t)
    style = f"Heading{min(max(block.level, 1), HEADINGS)}" if block.role == "heading" else None
    return add_paragraph(document, block.text, style or _STYLES.get(block.role, "BodyText"), t)


def _title(document: Document, text: str, t: Typography) -> Paragraph:
    """Lines broken by hand in one paragraph; what its wider lines leave of a body line stands above, so that the body keeps to
    the lines of the page."""
    first, *rest = title_lines(printable(text), t)
    paragraph = add_paragraph(document, first, "Title", t)
    height = (1 + len(rest)) * t.title.line_pitch_pt
    paragraph.paragraph_format.space_before = _points(-height % t.grid.line_pitch_pt)
    for line in rest:
        paragraph.add_run().add_break()
        add_text(paragraph, line, t)
    return paragraph


def _add_run(paragraph: Paragraph, text: str, highlight: str) -> None:
    if not text:
        return
    run = add_run(paragraph._p, text)
    properties = run.makeelement(W + "rPr")
    run.insert(0, properties)
    put(properties, "rFonts", hint="eastAsia")
    if highlight:
        put(properties, "highlight", val=highlight)


def _keep_closing_with_text(blocks: tuple[Block, ...], paragraphs: list[Paragraph]) -> None:
    """No page that holds the signature alone: the last paragraph of text stays with it."""
    for i, block in enumerate(blocks[1:], 1):
        if block.role in ("signature", "date") and blocks[i - 1].role == "body":
            paragraphs[i - 1].paragraph_format.keep_with_next = True


def _place_closing(blocks: tuple[Block, ...], paragraphs: list[Paragraph], t: Typography) -> None:
    """Without a seal: the signature ends two characters from the right, the date starts two characters right of it; where the
    date is the longer, the date ends two characters from the right and the signature starts two characters left of it."""
    closing = {b.role: (p, printable(b.text)) for b, p in zip(blocks, paragraphs, strict=True)}
    lines = [closing[role] for role in ("signature", "date") if role in closing]
    if not lines:
        return
    margin, shift = (n * t.character_pt for n in (t.closing.right_indent_chars, t.closing.date_shift_chars))
    anchor = max(lines, key=lambda line: _line_pt(line[1], t))
    start = t.line_pt - margin - _line_pt(anchor[1], t)
    for line in lines:
        if line is anchor:
            _indent(line[0], right=margin)
        else:
            _indent(line[0], left=start + shift if line is lines[-1] else start - shift)
    lines[0][0].paragraph_format.space_before = _points(t.closing.blank_lines_before * t.grid.line_pitch_pt)


def _indent(paragraph: Paragraph, *, left: float | None = None, right: float = 0.0) -> None:
    """Set to the right margin, or from the left one."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    if left is None:
        paragraph.alignment, paragraph.paragraph_format.right_indent = (
            WD_ALIGN_PARAGRAPH.RIGHT,
            _points(right),
        )
    else:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
        paragraph.paragraph_format.left_indent = _points(max(0.0, left))


def _points(value: float) -> Length:
    from docx.shared import Twips

    return Twips(twips(value))


def _line_pt(text: str, t: Typography) -> float:
    return width(text) * t.faces.body.size_pt + len(text) * t.grid.character_spacing_pt


def _number_pages(document: Document, t: Typography) -> None:
    """— 1 — outside: right on odd pages, left on even ones."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    section = document.sections[0]
    indent = _points(t.page_number.side_indent_chars * t.faces.page_number.size_pt)
    for footer, odd in ((section.footer, True), (section.even_page_footer, False)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if odd else WD_ALIGN_PARAGRAPH.LEFT
        if odd:
            paragraph.paragraph_format.right_indent = indent
        else:
            paragraph.paragraph_format.left_indent = indent
        _add_run(paragraph, f"{t.page_number.dash} ", "")
        _add_page_field(paragraph)
        _add_run(paragraph, f" {t.page_number.dash}", "")


def _add_page_field(paragraph: Paragraph) -> None:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    for kind in ("begin", "PAGE", "separate", "1", "end"):
        run = paragraph.add_run("1" if kind == "1" else None)
        if kind == "PAGE":
            code = OxmlElement("w:instrText")
            code.text = kind
            run._r.append(code)
        elif kind != "1":
            run._r.append(OxmlElement("w:fldChar", {qn("w:fldCharType"): kind}))


def _describe(document: Document, draft: Draft) -> None:
    properties = document.core_properties
    when = drafted_at(draft)
    properties.title = printable(draft.title)[:255]
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.language = "zh-CN"
    properties.revision = 1
    properties.created = properties.modified = when
