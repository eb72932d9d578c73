"""Rows of the file a person sends, whatever program wrote it: CSV of any length, XLSX to 100,000 rows.

The content decides what a file is; its name is only for sentences. A file is read or refused as a whole
where its shape is wrong; a cell that cannot be read comes back as `UnreadableCell`, so that its row alone
is at fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO, Final

from ledger.domain.errors import Invalid
from ledger.domain.said import said
from ledger.files.columns import Header, check_header
from ledger.files.csv_rows import read_csv
from ledger.files.xlsx_rows import read_xlsx

_HEAD: Final = 4096
_SAVE_AS: Final = "Open it in your spreadsheet and save it as XLSX or as CSV UTF-8."
_REFUSED: Final[tuple[tuple[bytes, str], ...]] = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "is an old Excel file (XLS) or is locked with a password. " + _SAVE_AS,
    ),
    (b"\x09\x08", "is a very old Excel file (XLS). " + _SAVE_AS),
    (b"%PDF", "is a PDF, which has no rows and columns. Send the spreadsheet it was made from."),
    (b"{\\rtf", "is a text document. Send a spreadsheet."),
    (b"\x1f\x8b", "is packed (gzip). Unpack it and send what is inside."),
    (b"7z\xbc\xaf", "is packed (7z). Unpack it and send what is inside."),
    (b"Rar!", "is packed (RAR). Unpack it and send what is inside."),
    (b"\x89PNG", "is a picture. Send a spreadsheet."),
    (b"\xff\xd8\xff", "is a picture. Send a spreadsheet."),
    (b"\xff\xfe", "is UTF-16 text, as “Unicode text” makes it. Save it as “CSV UTF-8”."),
    (b"\xfe\xff", "is UTF-16 text, as “Unicode text” makes it. Save it as “CSV UTF-8”."),
)
_HTML: Final = (b"<!doctype html", b"<html", b"<table", b"<head", b"<body", b"<meta", b"<style", b"<div")


def read_rows(stream: BinaryIO, filename: str, names: Header = check_header) -> Iterable[tuple[int, dict[str, str]]]:
    """Row number as the person's program shows it, and the row's cells by column name, spaces at the ends
    cut. `names` reads the header; by default it is that of an import.

    `stream` is read from its present start to its end and must seek. The header is checked before this
    returns. Raises Invalid or TooLarge in a sentence that names the file, the row or the column and how to
    mend it: here for the file's kind and its header, while iterating for what stands further down.
    """
    head = stream.read(_HEAD)
    stream.seek(-len(head), 1)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return read_xlsx(stream, names)
    why = _not_a_sheet(head)
    if why:
        raise Invalid(said("“%(filename)s” %(why)s", filename=filename[-80:], why=why))
    return read_csv(stream, names)


def _not_a_sheet(head: bytes) -> str:
    for magic, why in _REFUSED:
        if head.startswith(magic):
            return why
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_HTML):
        return "is a web page with another name, as some shop systems export it. " + _SAVE_AS
    if start.startswith(b"<?xml"):
        return "is an XML file. " + _SAVE_AS
    if head.count(b"\0") > len(head) // 4:
        return "is UTF-16 text or a program's own file. Save it as “CSV UTF-8”."
    return ""
