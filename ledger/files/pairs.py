"""Lists of items that exist already: a CSV with the columns `gtin` and `serial`, others passed over."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ledger.domain.errors import Fault, Invalid
from ledger.files.cells import unguard


def read_pairs(content: bytes) -> Iterator[tuple[str, str]]:
    """GTIN and serial of every row, in UTF-8, parted by commas, semicolons or tabs.

    Raises Invalid naming the missing column or the row.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("The file is not text in UTF-8. Save it as “CSV UTF-8” and send it again.") from None
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = [cell.strip().casefold() for cell in next(reader, [])]
        missing = [name for name in ("gtin", "serial") if name not in names]
        if missing:
            faults = [Fault("row 1", f"has no column “{name}”.") for name in missing]
            raise Invalid("The first row has to name the columns gtin and serial.", faults=faults)
        gtin, serial = names.index("gtin"), names.index("serial")
        for number, row in enumerate(reader, start=2):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) <= max(gtin, serial):
                raise Invalid(f"Row {number} has too few cells; it needs a GTIN and a serial.")
            yield unguard(row[gtin].strip()), unguard(row[serial].strip())
    except csv.Error as error:
        raise Invalid(f"The file is not a CSV that can be read ({error}). Save it anew and send it again.") from None
