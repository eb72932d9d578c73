"""The lines of a notice out of a sheet, CSV or XLSX, as a rights-holder's own program wrote it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import BinaryIO, Final

from ledger.domain.desk.notices import MOST_LINES, Line
from ledger.domain.errors import Fault, Invalid, TooLarge
from ledger.domain.said import said
from ledger.files.sheets import read_rows

COLUMNS: Final = ("url", "platform", "listing", "code", "gtin", "serial", "sold_as")
MOST_BYTES: Final = 4 * 1024 * 1024


def lines_of_sheet(stream: BinaryIO, filename: str) -> tuple[list[Line], dict[int, str]]:
    """The lines, and the codes that are given as they were scanned, by line.

    Raises TooLarge beyond 300 lines or 4 MB, Invalid naming the row and what is wrong with it.
    """
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise TooLarge(said("The sheet has more than 4 MB. Send its lines alone."))
    lines: list[Line] = []
    codes: dict[int, str] = {}
    for number, row in read_rows(io.BytesIO(content), filename, _header):
        if len(lines) == MOST_LINES:
            raise TooLarge(said("A sheet has at most %(n)d lines. Send the rest in another notice.", n=MOST_LINES))
        cells = {name: row.get(name, "").strip() or None for name in COLUMNS}
        if (cells["gtin"] is None) != (cells["serial"] is None):
            fault = Fault(said("row %(n)d", n=number), said("has only one of gtin and serial."), said("Give both."))
            raise Invalid(str(fault), faults=[fault])
        if cells["code"] is not None and cells["gtin"] is None:
            codes[len(lines)] = cells["code"]
        names = ("url", "platform", "gtin", "serial", "sold_as")
        lines.append(Line(ref=cells["listing"], **{name: cells[name] for name in names}))
    if not lines:
        raise Invalid(said("The sheet has no lines. Give one listing a line."))
    return lines, codes


def _header(cells: Sequence[str], *, row: int) -> list[str]:
    names = [cell.strip().casefold() for cell in cells]
    while names and not names[-1]:
        names.pop()
    wrong = next((name for name in names if name not in COLUMNS), None)
    if wrong is not None or len(set(names)) < len(names):
        fault = Fault(
            said("row %(n)d", n=row),
            said("does not name the columns of a notice."),
            said("They are %(names)s, each once.", names=", ".join(COLUMNS)),
        )
        raise Invalid(str(fault), faults=[fault])
    return names
