"""A draft as one HTML page that needs nothing else: no script, no font, no picture, no address.

Each traced sentence carries its sources as a tooltip and in ``data-facts``/``data-policies``; placeholders are marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from assistant.document import Block, Draft, Sentence
from assistant.formats.printable import printable
from assistant.formats.sources import FactView, source_lines
from assistant.formats.typography import Face, Typography

_CLASSES = {"recipient": "recipient", "signature": "closing", "date": "closing"}


def to_html(
    draft: Draft,
    typography: Typography,
    facts: Sequence[FactView] = (),
    policies: Mapping[str, str] | None = None,
) -> bytes:
    """UTF-8, complete from doctype to end."""
    ledger = {fact.id: fact for fact in facts}
    rows = "\n".join(_block(b, typography, ledger, policies or {}) for b in draft.document().blocks)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(printable(draft.title))}</title>\n<style>{_css(typography)}</style>\n</head>\n"
        f"<body>\n<article>\n{rows}\n</article>\n</body>\n</html>\n"
    ).encode()


def _block(block: Block, t: Typography, ledger: Mapping[str, FactView], policies: Mapping[str, str]) -> str:
    tag = {"title": "h1", "heading": f"h{block.level + 1}"}.get(block.role, "p")
    style = f' class="{_CLASSES[block.role]}"' if block.role in _CLASSES else ""
    sentences = block.sentences or (Sentence(block.text),)
    return f"<{tag}{style}>{''.join(_sentence(s, t, ledger, policies) for s in sentences)}</{tag}>"


def _sentence(s: Sentence, t: Typography, ledger: Mapping[str, FactView], policies: Mapping[str, str]) -> str:
    text = t.placeholder.sub(lambda m: f"<mark>{m[0]}</mark>", escape(printable(s.text), quote=False))
    if not (s.facts or s.policies):
        return text
    sources = escape(printable("；".join(source_lines(s, ledger, policies))))
    facts, passages = escape(" ".join(s.facts)), escape(" ".join(s.policies))
    return f'<span title="{sources}" data-facts="{facts}" data-policies="{passages}">{text}</span>'


def _css(t: Typography) -> str:
    faces = t.faces
    headings = (faces.heading1, faces.heading2, faces.heading3, faces.heading4)
    return (
        f"article{{max-width:{t.grid.characters}em;margin:2em auto;font:{faces.body.size_pt}pt/1.8 {_family(faces.body)}}}"
        f"h1{{font:{faces.title.size_pt}pt/1.6 {_family(faces.title)};text-align:center}}"
        + "".join(
            f"h{n}{{font:{f.size_pt}pt/1.8 {_family(f)};margin:0;text-indent:2em}}"
            for n, f in enumerate(headings, 2)
        )
        + "p{margin:0;text-indent:2em;text-align:justify}p.recipient{text-indent:0}"
        "p.closing{text-indent:0;text-align:right;margin-right:2em}mark{background:#ff0}"
    )


def _family(face: Face) -> str:
    return (
        ",".join(
            f'"{name}"'
            for name in (face.name, face.fallback)
            if name and name.replace("_", "").replace(" ", "").isalnum()
        )
        + ",serif"
    )
