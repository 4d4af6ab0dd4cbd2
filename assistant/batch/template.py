"""A blank manifest for the offices to fill in: one row a fact, with the header values above and a page of advice."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from assistant import resources


def template_sheet() -> bytes:
    """.xlsx bytes; texts are in knowledge/batch.yaml."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    data: dict[str, Any] = resources.read_yaml("knowledge", "batch.yaml")["template"]
    book = Workbook()
    for n, (title, rows) in enumerate(data["sheets"].items()):
        sheet = book.active if n == 0 else book.create_sheet(title)
        assert sheet is not None
        sheet.title = title
        for row in rows:
            sheet.append([None if v == "" else v for v in row])
        for letter, width in zip("ABCDEFG", data["widths"][title], strict=False):
            sheet.column_dimensions[letter].width = width
        for cell in sheet[data["bold"].get(title, 1)]:
            cell.font = Font(bold=True)
        for row_cells in sheet.iter_rows():
            for cell in row_cells:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
