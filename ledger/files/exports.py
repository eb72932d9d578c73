"""CSV files for people and their spreadsheets: UTF-8 with a byte order mark, RFC 4180, no cell a live
formula."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Final, cast

from ledger.files.cells import EXTRA, guard
from ledger.files.columns import COLUMNS
from ledger.files.item_rows import Faulty
from ledger.files.labels import Label
from ledger.files.progress import Progress, counted

_TOGETHER: Final = 500
"""Rows that are put into one text."""


def write_csv(
    target: BinaryIO,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    on_progress: Progress | None = None,
) -> str:
    """Writes header and rows and gives the file's SHA-256 in hexadecimal; None becomes an empty cell.

    Cells that a spreadsheet would take for formulas get a `'` in front (OWASP ASVS 5.0 §1.2.10); reading
    the file back through `read_rows` gives the original text.
    """
    digest = hashlib.sha256()

    def write(text: str) -> None:
        data = text.encode("utf-8")
        digest.update(data)
        target.write(data)

    write("\ufeff" + _lines([header]))
    each = counted(rows, on_progress)
    while together := list(itertools.islice(each, _TOGETHER)):
        write(_plain_lines(together) or _lines(together))
    return digest.hexdigest()


def _lines(rows: Iterable[Sequence[object]]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _cell(value: object) -> str:
    return "" if value is None else guard(str(value))


def _plain_lines(rows: list[Sequence[object]]) -> str:
    """The same, ten times as fast, of rows with nothing in them to quote or guard; "" where there is something."""
    if any(type(cell) is not str for row in rows for cell in row):
        return ""
    texts = cast("list[Sequence[str]]", rows)
    lines = "\r\n".join(map(",".join, texts)) + "\r\n"
    firsts = "".join([cell[:1] for row in texts for cell in row])
    unbroken = lines.count("\r") == lines.count("\n") == len(texts)
    unparted = lines.count(",") == sum(map(len, texts)) - len(texts)
    # The writer quotes a lone empty cell, which would be no line at all.
    plain = unbroken and unparted and '"' not in lines and firsts.isalnum() and min(map(len, texts)) > 1
    return lines if plain else ""


def write_faulty_rows(
    target: BinaryIO,
    faulty: Iterable[Faulty],
    *,
    columns: Sequence[str] = COLUMNS,
    on_progress: Progress | None = None,
) -> str:
    """Only the rows that need mending, as they were sent, with a last column `error` that says what and
    how.

    The file can be mended and sent as it is: `error` is not read. `columns` are those of the file the rows
    came from. Gives the file's SHA-256.
    """
    names = [name for name in columns if name != "error"]
    return write_csv(target, [*names, "error"], _faulty_cells(faulty, names), on_progress=on_progress)


def write_for_printing_house(target: BinaryIO, labels: Iterable[Label], *, on_progress: Progress | None = None) -> str:
    """One line a label: gtin, serial and the text that its code must carry. Gives the file's SHA-256.

    The code is made from `uri` alone, which no spreadsheet changes; a serial that begins like a formula is
    written with `'` in front.
    """
    rows = ((label.gtin, label.serial, label.uri) for label in labels)
    return write_csv(target, ("gtin", "serial", "uri"), rows, on_progress=on_progress)


def write_template_csv(target: BinaryIO) -> None:
    """The import template: the names of the columns, ready for rows."""
    write_csv(target, COLUMNS, ())


def _faulty_cells(faulty: Iterable[Faulty], names: Sequence[str]) -> Iterator[list[str]]:
    for row in faulty:
        cells = [str(row.cells.get(name, "")) for name in names]
        error = " ".join(
            f"{fault.column}: {fault.what} {fault.mend}" if fault.column else f"{fault.what} {fault.mend}"
            for fault in row.faults
        )
        extra = row.cells.get(EXTRA, "")
        yield [*cells, error, *(extra.split("\t") if extra else ())]
