"""Workbooks for the tests: real ones by openpyxl, and ones that no honest program would write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

from openpyxl import Workbook


def workbook(*rows: Sequence[object], title: str = "Items") -> io.BytesIO:
    """A workbook of one sheet with these rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def rewritten(book: io.BytesIO, part: str, change: Callable[[bytes], bytes]) -> io.BytesIO:
    """The workbook with one part changed, or added where it has none."""
    out = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(entry.filename, change(data) if entry.filename == part else data)
        if part not in old.namelist():
            new.writestr(part, change(b""))
    out.seek(0)
    return out


def with_cells(book: io.BytesIO, xml: bytes) -> io.BytesIO:
    """The workbook with this XML at the end of its first sheet's rows."""
    return rewritten(
        book, "xl/worksheets/sheet1.xml", lambda data: data.replace(b"</sheetData>", xml + b"</sheetData>")
    )
