"""Lists of items that exist already: a CSV with the columns `gtin` and `serial`, or `code`; others are passed over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from ledger.domain.codes import Exact, parse_code
from ledger.domain.errors import Fault, Invalid
from ledger.domain.said import said
from ledger.files.cells import unguard


@dataclass(frozen=True, slots=True)
class Named:
    """One item of a list, and where it stands there, as the person who sent it counts: “row 3”."""

    where: str
    gtin: str
    serial: str


def read_pairs(content: bytes) -> Iterator[Named]:
    """The item of every row, in UTF-8, parted by commas, semicolons or tabs.

    Raises Invalid naming the missing column or the row.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(said("The file is not text in UTF-8. Save it as “CSV UTF-8” and send it again.")) from None
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = [cell.strip().casefold() for cell in next(reader, [])]
        wanted = ("code",) if "code" in names and "serial" not in names else ("gtin", "serial")
        missing = [name for name in wanted if name not in names]
        if missing:
            faults = [Fault(said("row 1"), said("has no column “%(name)s”.", name=name)) for name in missing]
            what = f"The first row has no column “{missing[0]}”. It has to name the columns gtin and serial, or code."
            raise Invalid(what, faults=faults)
        places = [names.index(name) for name in wanted]
        for number, row in enumerate(reader, start=2):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) <= max(places):
                raise Invalid(
                    said(
                        "Row %(number)s has too few cells; it needs %(names)s.",
                        number=number,
                        names=" and ".join(wanted),
                    )
                )
            cells = [unguard(row[place].strip()) for place in places]
            yield Named(f"row {number}", *cells) if len(cells) == 2 else named_by_code(f"row {number}", cells[0])
    except csv.Error as error:
        raise Invalid(
            said("The file is not a CSV that can be read (%(error)s). Save it anew and send it again.", error=error)
        ) from None


def named_by_code(where: str, code: str) -> Named:
    """The item whose code was scanned. Raises Invalid for what is no code of one item."""
    try:
        meant = parse_code(code)
    except Invalid as wrong:
        raise Invalid(
            said("%(where)s: %(detail)s", where=where, detail=wrong.detail), faults=[Fault(where, wrong.detail)]
        ) from None
    if not isinstance(meant, Exact):
        fault = Fault(
            where, said("names a product or a bare serial, not one item."), said("Give the link in the item’s code.")
        )
        raise Invalid(str(fault), faults=[fault])
    return Named(where, meant.gtin, meant.serial)
