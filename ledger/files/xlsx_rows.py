"""Rows of an XLSX workbook (ISO/IEC 29500) through calamine, after the workbook was found safe to open.

calamine trusts the archive's sizes, lays a sheet out as one dense table and shows error cells as empty
ones. So:

1. the archive's table of contents is checked (`zip_guard`);
2. each part that calamine will read is unpacked once, within bounds, into a plain archive of our own making;
3. on the way the sheet's XML is looked through (`xlsx_scan`);
4. calamine reads our archive.
"""

from __future__ import annotations

import datetime
import posixpath
import tempfile
import zipfile
from array import array
from collections.abc import Iterator
from typing import IO, BinaryIO, Final
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.said import said
from ledger.files.cells import EXTRA, UnreadableCell, unguard
from ledger.files.columns import Header, check_header
from ledger.files.xlsx_scan import OddCells, scan_sheet, text_lengths
from ledger.files.zip_guard import open_checked, read_entry

ITEMS_SHEET: Final = "Items"
_MAX_PART: Final = 2 * 1024 * 1024
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_COPIED: Final = ("[Content_Types].xml", "_rels/.rels", _RELATIONS, _WORKBOOK, "xl/styles.xml")
_STRINGS: Final = "xl/sharedStrings.xml"
_KEPT_DIGITS: Final = 10**15
_RESAVE: Final = said("Open it in your spreadsheet, save it again as XLSX or as CSV UTF-8, and send that.")

_Value = int | float | str | bool | datetime.time | datetime.date | datetime.datetime | datetime.timedelta


def read_xlsx(stream: BinaryIO, named: Header = check_header) -> Iterator[tuple[int, dict[str, str]]]:
    """Checks the workbook and its header at once and returns the rows of its sheet “Items”, else its first
    visible one.

    Numbers come as digits, dates as YYYY-MM-DD. Rows without any text are passed over. Raises as
    `read_rows` does.
    """
    odd: OddCells = {}
    with open_checked(stream) as archive, tempfile.TemporaryFile() as plain:
        name, path = _choose_sheet(archive)
        _copy_parts(archive, path, plain, odd)
        plain.seek(0)
        try:
            with CalamineWorkbook.from_filelike(plain) as workbook:
                sheet = workbook.get_sheet_by_name(name)
        except (CalamineError, ValueError, OSError) as error:
            raise Invalid(said("The workbook cannot be read: it is damaged. %(resave)s", resave=_RESAVE)) from error
    rows = _numbered(sheet)
    for number, header in rows:
        if any(header):
            names = named([str(cell) for cell in header], row=number)
            return _rows(rows, names, odd)
    raise Invalid(
        said("The sheet “%(name)s” is empty. Start from the template and add one row for each item.", name=name[:40])
    )


def _rows(
    rows: Iterator[tuple[int, list[_Value]]], header: list[str], odd: OddCells
) -> Iterator[tuple[int, dict[str, str]]]:
    width = len(header)
    odd_rows = {row for row, _ in odd}
    found = False
    for number, values in rows:
        cells = [value.strip() if type(value) is str and value[:1] != "'" else _text(value) for value in values]
        if number in odd_rows:
            cells += [""] * (width - len(cells))
            for column in range(len(cells)):
                cells[column] = odd.get((number, column + 1), cells[column])
        elif not any(cells):
            continue
        found = True
        row = dict(zip(header, cells, strict=False))
        if any(cells[width:]):
            row[EXTRA] = "\t".join(cells[width:])
        yield number, row
    if not found:
        raise Invalid(said("The sheet has column names and no rows below them. Add one row for each item."))


def _numbered(sheet: CalamineSheet) -> Iterator[tuple[int, list[_Value]]]:
    """Every row from column A on, with its number in the spreadsheet."""
    return enumerate(sheet.to_python(skip_empty_area=False), start=1)


def _text(value: _Value) -> str:
    if isinstance(value, str):
        return unguard(value).strip()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        if abs(value) >= _KEPT_DIGITS:
            return UnreadableCell(
                f"{value:.0f}",
                "the spreadsheet kept only the first 15 digits of this number.",
                "Set the cell's format to Text and type the number again.",
            )
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    return str(value) if isinstance(value, datetime.timedelta) else value.isoformat()


def _choose_sheet(archive: zipfile.ZipFile) -> tuple[str, str]:
    """Name and path of the sheet “Items”, else of the first one that is not hidden."""
    if archive.NameToInfo.get("mimetype") and "content.xml" in archive.NameToInfo:
        raise Invalid(said("The file is an OpenDocument sheet (ODS). Save it as XLSX or as CSV UTF-8."))
    if _WORKBOOK not in archive.NameToInfo or _RELATIONS not in archive.NameToInfo:
        raise Invalid(said("The file is an archive and not an XLSX workbook. Send the spreadsheet itself, unpacked."))
    targets = {relation.get("Id", ""): relation.get("Target", "") for relation in _xml(archive, _RELATIONS)}
    sheets = [
        (sheet.get("name", ""), targets.get(sheet.get(_RELATION, ""), ""))
        for sheet in _xml(archive, _WORKBOOK).iter(f"{_MAIN}sheet")
        if sheet.get("state", "visible") == "visible"
    ]
    sheets.sort(key=lambda sheet: sheet[0] != ITEMS_SHEET)
    for name, target in sheets:
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if path in archive.NameToInfo and path.startswith("xl/worksheets/"):
            return name, path
    raise Invalid(said("The workbook has no sheet with rows that can be seen. %(resave)s", resave=_RESAVE))


def _copy_parts(archive: zipfile.ZipFile, sheet: str, target: IO[bytes], odd: OddCells) -> None:
    lengths: array[int] = array("L")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as plain:
        for name in _COPIED:
            if name in archive.NameToInfo:
                plain.writestr(name, _small(archive, name))
        if _STRINGS in archive.NameToInfo:
            with plain.open(_STRINGS, "w", force_zip64=True) as part:
                part.writelines(text_lengths(read_entry(archive, _STRINGS), lengths))
        with plain.open(sheet, "w", force_zip64=True) as part:
            part.writelines(scan_sheet(read_entry(archive, sheet), lengths, odd))


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    parts = bytearray()
    for piece in read_entry(archive, name):
        parts += piece
        if len(parts) > _MAX_PART:
            raise TooLarge(
                said(
                    "The workbook's part “%(name)s” is larger than any program makes it. %(resave)s",
                    name=name,
                    resave=_RESAVE,
                )
            )
    if b"<!" in parts or b"\0" in parts:  # no DTD, so no entities either
        raise Invalid(said("The workbook holds declarations no spreadsheet program writes. %(resave)s", resave=_RESAVE))
    return bytes(parts)


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(_small(archive, name))  # noqa: S314 declarations were refused in _small
    except ElementTree.ParseError as error:
        raise Invalid(said("The workbook is damaged. %(resave)s", resave=_RESAVE)) from error
