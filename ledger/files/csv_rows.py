"""Rows of a CSV file (RFC 4180), streamed: UTF-8 with or without a byte order mark; comma, semicolon or
tab."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from typing import BinaryIO, Final

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.said import said
from ledger.files.cells import EXTRA, unguard
from ledger.files.columns import MAX_COLUMNS, Header, check_header, is_column, tidy_name

MAX_LINE: Final = 64 * 1024
"""Bytes of one line; an item's row takes a few hundred."""
MAX_ROWS: Final = 5_000_000
_MAX_CELLS: Final = 4 * MAX_COLUMNS
_UTF8: Final = said("In your spreadsheet choose Save as and the type “CSV UTF-8”, then send that file.")


class _Lines:
    """Decoded lines of a bounded length, and the row that is being read from them."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._first = True
        self.row = 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        raw = self._stream.readline(MAX_LINE + 1)
        if not raw:
            raise StopIteration
        if len(raw) > MAX_LINE:
            raise TooLarge(
                said(
                    "Row %(row)s has a line of more than %(max_line)s bytes. Perhaps the file's lines end in "
                    "a way we do not know. %(utf8)s",
                    row=self.row,
                    max_line=MAX_LINE,
                    utf8=_UTF8,
                )
            )
        if self._first:
            self._first = False
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            near = raw[max(0, error.start - 12) : error.end + 8].decode("cp1252", "replace").strip()
            raise Invalid(
                said(
                    "Row %(row)s is not UTF-8 text: near “%(near)s” there is a letter in an older encoding "
                    "(Latin-1 or Windows). %(utf8)s",
                    row=self.row,
                    near=near,
                    utf8=_UTF8,
                )
            ) from error
        if "\0" in text:
            raise Invalid(
                said(
                    "Row %(row)s has empty bytes in it, as UTF-16 and program files do. %(utf8)s",
                    row=self.row,
                    utf8=_UTF8,
                )
            )
        return text


class CsvRows:
    """The rows below a header, numbered as a spreadsheet does, the header being row 1: read once, as cells by column
    name, or as they stand between the separators."""

    def __init__(self, header: list[str], records: Iterator[list[str]]) -> None:
        self.header = header
        self._records = records
        self._found = False

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        for number, record in self.loose():
            cells = self.cells(number, record)
            if cells is not None:
                yield number, cells

    def loose(self) -> Iterator[tuple[int, list[str]]]:
        """Every row as it stands. Raises Invalid where there were none with text, as far as `cells` was asked."""
        for number, record in enumerate(self._records, start=2):
            if number > MAX_ROWS and any(map(str.strip, record)):
                raise TooLarge(
                    said(
                        "The file has more than %(max_rows)s rows. Send it in two or more files.",
                        max_rows=f"{MAX_ROWS:,}",
                    )
                )
            yield number, record
        if not self._found:
            raise Invalid(said("The file has column names and no rows below them. Add one row for each item."))

    def cells(self, number: int, record: list[str]) -> dict[str, str] | None:
        """A row's cells by column name, spaces at the ends cut; None for a row without any text. Raises TooLarge."""
        width = len(self.header)
        cells = list(map(str.strip, record))
        if not any(cells):
            return None
        if "'" in "".join(cells):
            cells = [unguard(cell).strip() for cell in cells]
        self._found = True
        row = dict(zip(self.header, cells, strict=False))
        if len(cells) > width and any(cells[width:]):
            if len(cells) > _MAX_CELLS:
                raise TooLarge(
                    said(
                        "Row %(number)s has %(count)s cells, and the header names %(width)s columns. Check that "
                        "the file has the same separator all the way down.",
                        number=number,
                        count=len(cells),
                        width=width,
                    )
                )
            row[EXTRA] = "\t".join(cells[width:])
        return row


def read_csv(stream: BinaryIO, names: Header = check_header) -> CsvRows:
    """Checks the header at once and returns the rows.

    Rows without any text are passed over. Raises Invalid or TooLarge naming the row, at once for the header
    and while iterating for what comes later.
    """
    lines = _Lines(stream)
    first = next(lines, "")
    if not first:
        raise Invalid(said("The file is empty. Start from the template and add one row for each item."))
    if first[:4].lower() == "sep=" and len(first.rstrip("\r\n")) == 5:  # a hint Excel reads and never shows
        delimiter = first[4]
        first = next(lines, "")
    else:
        delimiter = _delimiter(first)
    records = _records(itertools.chain((first,), lines), lines, delimiter)
    return CsvRows(names(next(records, []), row=1), records)


def _records(source: Iterator[str], lines: _Lines, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Invalid(_quote_sentence(lines.row, str(error))) from error
        lines.row += 1
        yield record


def _quote_sentence(row: int, why: str) -> str:
    if "unexpected end" in why or "larger than field limit" in why:
        return (
            f'Row {row} opens a quotation mark (") that is never closed. '
            "Close it, or delete it; a quotation mark inside a quoted cell is written twice."
        )
    if "new-line" in why:
        return f"Row {row}: the lines end in a way only old programs use. {_UTF8}"
    return (
        f'Row {row} has a quotation mark (") that ends before its cell does. '
        "A quotation mark inside a quoted cell is written twice."
    )


def _delimiter(header: str) -> str:
    """The separator under which the header holds most names we know; on a tie, most cells."""

    def known(delimiter: str) -> tuple[int, int]:
        cells = header.split(delimiter)
        return sum(is_column(tidy_name(cell.strip().strip('"'))) for cell in cells), len(cells)

    return max(",;\t", key=known)
