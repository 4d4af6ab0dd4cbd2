"""An empty Word package made to GB/T 9704-2012: page, styles, settings and font table, and nothing else.

In: the typography. Out: the bytes of a .docx that python-docx opens in place of its own template, so that no theme font,
unused style, thumbnail or author of that template reaches a user's file.
"""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import quoteattr

from assistant.formats.typography import Face, Typography, mm_twips, twips

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"

HEADINGS = 4


def skeleton(typography: Typography) -> bytes:
    """A package with an empty body and every style the writers use."""
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relationships(
            ("officeDocument", "word/document.xml"), ("extended-properties", "docProps/app.xml")
        ),
        "docProps/app.xml": _app(),
        "word/document.xml": f"<w:document {_W} {_R}><w:body>{_section(typography)}</w:body></w:document>",
        "word/_rels/document.xml.rels": _relationships(
            ("styles", "styles.xml"), ("settings", "settings.xml"), ("fontTable", "fontTable.xml")
        ),
        "word/styles.xml": _styles(typography),
        "word/settings.xml": _settings(),
        "word/fontTable.xml": _font_table(typography),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, _HEAD + text)
    return buffer.getvalue()


def run_fonts(face: Face, latin: str | None) -> str:
    """All four scripts named outright: a missing one would fall back to the theme. The hint keeps “”…— Chinese."""
    western, chinese = quoteattr(latin or face.name), quoteattr(face.name)
    return f'<w:rFonts w:hint="eastAsia" w:ascii={western} w:hAnsi={western} w:eastAsia={chinese} w:cs={western}/>'


def _content_types() -> str:
    overrides = {
        "/word/document.xml": f"{_TYPE}.document.main+xml",
        "/word/styles.xml": f"{_TYPE}.styles+xml",
        "/word/settings.xml": f"{_TYPE}.settings+xml",
        "/word/fontTable.xml": f"{_TYPE}.fontTable+xml",
        "/docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    }
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{n}" ContentType="{t}"/>' for n, t in overrides.items())
        + "</Types>"
    )


def _relationships(*pairs: tuple[str, str]) -> str:
    rows = (
        f'<Relationship Id="rId{i}" Type="{_REL}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(pairs, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE_REL}">{"".join(rows)}</Relationships>'


def _app() -> str:
    space = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
    return f'<Properties xmlns="{space}"><Application>执笔</Application></Properties>'


def _section(t: Typography) -> str:
    page = t.page
    return (
        "<w:sectPr>"
        f'<w:pgSz w:w="{mm_twips(page.width_mm)}" w:h="{mm_twips(page.height_mm)}"/>'
        f'<w:pgMar w:top="{mm_twips(page.top_mm)}" w:right="{mm_twips(page.right_mm)}"'
        f' w:bottom="{mm_twips(page.bottom_mm)}" w:left="{mm_twips(page.left_mm)}" w:header="851"'
        f' w:footer="{mm_twips(t.page_number.footer_distance_mm)}" w:gutter="0"/>'
        f'<w:cols w:space="425"/><w:docGrid w:type="lines" w:linePitch="{twips(t.grid.line_pitch_pt)}"/></w:sectPr>'
    )


def _settings() -> str:
    compat = "".join(
        f'<w:compatSetting w:name="{name}" w:uri="http://schemas.microsoft.com/office/word" w:val="{value}"/>'
        for name, value in (
            ("compatibilityMode", 15),
            ("overrideTableStyleFontSizeAndJustification", 1),
            ("enableOpenTypeFeatures", 1),
            ("doNotFlipMirrorIndents", 1),
        )
    )
    return (
        f'<w:settings {_W}><w:zoom w:percent="100"/><w:defaultTabStop w:val="420"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="doNotCompress"/>'
        "<w:compat><w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/>"
        f"<w:ulTrailSpace/><w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>{compat}</w:compat>"
        '<w:themeFontLang w:val="zh-CN" w:eastAsia="zh-CN"/>'
        '<w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


def _font_table(t: Typography) -> str:
    rows = (
        f"<w:font w:name={quoteattr(name)}>"
        + (f"<w:altName w:val={quoteattr(fallback)}/>" if fallback else "")
        + '<w:charset w:val="86"/></w:font>'
        for name, fallback in t.fonts().items()
    )
    return f"<w:fonts {_W}>{''.join(rows)}</w:fonts>"


def _styles(t: Typography) -> str:
    faces, body = t.faces, t.faces.body
    pitch = _exactly(t.grid.line_pitch_pt)
    indent = _first_line(t)
    headings = (faces.heading1, faces.heading2, faces.heading3, faces.heading4)
    return (
        f"<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>{run_fonts(body, t.latin)}"
        f'{_size(body.size_pt)}<w:lang w:val="zh-CN" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        "<w:pPrDefault/></w:docDefaults>"
        + _style("Normal", "Normal", _plain(t) + pitch + '<w:jc w:val="both"/>', _text(t, body), base="")
        + _style("Title", "Title", _title(t), _text(t, faces.title, spacing=0), after="BodyText")
        + _style("Salutation", "Salutation", '<w:jc w:val="left"/>', "", after="BodyText")
        + _style("BodyText", "Body Text", indent, "")
        + "".join(
            _style(
                f"Heading{n}",
                f"heading {n}",
                f'<w:keepNext/>{indent}<w:outlineLvl w:val="{n - 1}"/>',
                _text(t, face),
                after="BodyText",
            )
            for n, face in enumerate(headings, 1)
        )
        + _style("Signature", "Signature", '<w:keepNext/><w:jc w:val="right"/>', "")
        + _style("Date", "Date", '<w:jc w:val="right"/>', "")
        + _style(
            "Footer", "footer", _exactly(t.page_number.line_pitch_pt), _text(t, faces.page_number, spacing=0)
        )
        + _review_styles(t)
        + "</w:styles>"
    )


def _plain(t: Typography) -> str:
    """Every line counts on the page: no widow control, no extra space beside Latin letters and digits."""
    hanging = int(t.grid.hanging_punctuation)
    return (
        f'<w:widowControl w:val="0"/><w:overflowPunct w:val="{hanging}"/>'
        '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
    )


def _review_styles(t: Typography) -> str:
    comment, table = t.faces.comment, t.faces.table
    single = '<w:snapToGrid w:val="0"/><w:spacing w:before="20" w:after="20" w:line="264" w:lineRule="auto"/><w:jc w:val="left"/>'
    border = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    cells = '<w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>'
    return (
        _style("TableText", "表格文字", single, _text(t, table, spacing=0))
        + _style("CommentText", "annotation text", single, _text(t, comment, spacing=0))
        + '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
        '<w:style w:type="character" w:styleId="CommentReference"><w:name w:val="annotation reference"/>'
        f'<w:basedOn w:val="DefaultParagraphFont"/><w:rPr>{_size(comment.size_pt)}</w:rPr></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>'
        '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
        f"<w:tblPr><w:tblBorders>{border}</w:tblBorders><w:tblCellMar>{cells}</w:tblCellMar></w:tblPr></w:style>"
    )


def _style(id: str, name: str, paragraph: str, run: str, *, base: str = "Normal", after: str = "") -> str:
    default = "" if base else ' w:default="1"'
    custom = "" if name.isascii() else ' w:customStyle="1"'
    based_on = f'<w:basedOn w:val="{base}"/>' if base else ""
    following = f'<w:next w:val="{after}"/>' if after else ""
    return (
        f'<w:style w:type="paragraph"{default}{custom} w:styleId="{id}"><w:name w:val="{name}"/>{based_on}{following}'
        f"<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _title(t: Typography) -> str:
    blank = twips(t.title.blank_lines_after * t.grid.line_pitch_pt)
    pitch = _exactly(t.title.line_pitch_pt, after=blank)
    return f'<w:keepNext/><w:snapToGrid w:val="0"/>{pitch}<w:jc w:val="center"/>'


def _exactly(points: float, *, after: int = 0) -> str:
    return f'<w:spacing w:before="0" w:after="{after}" w:line="{twips(points)}" w:lineRule="exact"/>'


def _first_line(t: Typography) -> str:
    chars = t.body.first_line_indent_chars
    return f'<w:ind w:firstLineChars="{round(chars * 100)}" w:firstLine="{twips(chars * t.character_pt)}"/>'


def _text(t: Typography, face: Face, spacing: float | None = None) -> str:
    """Font, size and character spacing; black, upright and not bold, whatever the style it stands in."""
    pitch = t.grid.character_spacing_pt if spacing is None else spacing
    return f'{run_fonts(face, t.latin)}<w:spacing w:val="{twips(pitch)}"/>{_size(face.size_pt)}'


def _size(points: float) -> str:
    half_points = round(points * 2)
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
