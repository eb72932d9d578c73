"""Look-ups by authorities: why, of what, and in which order an officer should open the boxes.

Nothing of an owner is in an answer, and nothing that anybody could not read of the code. What is kept of a look-up
names neither the codes nor the reference in clear: only what they come to under a key of this ledger.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ledger.domain.errors import Fault, Invalid, TooLarge
from ledger.domain.said import said
from ledger.domain.standing import Standing
from ledger.domain.standing_headlines import PRECEDENCE, Advice, Key

MOST_LINES: Final = 1_000
LARGEST: Final = 2 * 1024 * 1024
"""Bytes of a manifest."""
_LONGEST: Final = 2_000
_COLUMNS: Final = ("ref", "code", "gtin", "serial")


class Purpose(StrEnum):
    """Why an authority looks something up."""

    CUSTOMS = "customs"
    POLICE = "police"
    COURT = "court"
    MARKET_SURVEILLANCE = "market_surveillance"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a manifest: a code as it was scanned or typed, or a GTIN with a serial; `ref` is its own name."""

    ref: str | None
    code: str | None
    gtin: str = ""
    serial: str = ""

    @property
    def asked(self) -> str | tuple[str, str]:
        """What to look up."""
        return self.code if self.code is not None else (self.gtin, self.serial)


_ADVICE: Final = {
    Advice.BLOCK: 4,
    Advice.HOLD: 3,
    Advice.ASK_FOR_PROOF: 2,
    Advice.NO_OPINION: 1,
    Advice.OK: 0,
}


def risk(standing: Standing) -> tuple[int, int, int]:
    """How urgent a line is, greater first: what is advised, then the gravest verdict, then how much else is grave.

    A code that nobody has a record of comes before one that only has no owner yet; it accuses nobody.
    """
    key = standing.key
    gravity = len(PRECEDENCE) - PRECEDENCE.index(key) if key in PRECEDENCE else (4 if key is Key.UNKNOWN else 0)
    return _ADVICE[standing.advice], gravity, sum(line.grave for line in standing.lines)


def risk_order(standings: Sequence[Standing]) -> list[int]:
    """The places of the lines, the riskiest first; equal ones stay in the manifest's order."""
    return sorted(range(len(standings)), key=lambda place: [-one for one in risk(standings[place])])


def read_manifest(content: bytes) -> list[Line]:
    """The lines of a CSV file (RFC 4180; UTF-8; comma, semicolon or tab) with a header: code, or gtin and serial; ref.

    Raises TooLarge beyond 1,000 lines or 2 MiB, Invalid naming every faulty line (the header is line 1).
    """
    if len(content) > LARGEST:
        raise TooLarge(said("A manifest has 2 MB at most. Send it in parts."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(said("The manifest is not UTF-8 text. Save it as “CSV UTF-8”, then send it again.")) from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [one.strip().lower() for one in next(rows, [])]
        places = _places(names)
        lines: list[Line] = []
        faults: list[Fault] = []
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            if len(lines) + len(faults) >= MOST_LINES:
                raise TooLarge(said("A manifest has 1,000 lines at most. Send it in parts."))
            line = _line(row, places)
            if isinstance(line, Line):
                lines.append(line)
            else:
                faults.append(Fault(said("line %(n)d", n=rows.line_num), line))
    except csv.Error:
        raise Invalid(said("The manifest is not a CSV file. Save it as “CSV UTF-8”, then send it again.")) from None
    if faults:
        raise Invalid(said("The manifest cannot be read: %(fault)s", fault=faults[0]), faults=faults[:100])
    if not lines:
        raise Invalid(said("The manifest has no lines below its header."))
    return lines


def _places(names: list[str]) -> dict[str, int]:
    places: dict[str, int] = {name: names.index(name) for name in _COLUMNS if name in names}
    if "code" not in places and not {"gtin", "serial"} <= set(places):
        raise Invalid(said("The manifest needs a header with “code”, or with “gtin” and “serial”."))
    return places


def _line(row: list[str], places: dict[str, int]) -> Line | str:
    cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
    if any(len(cell) > _LONGEST or not cell.isprintable() for cell in cells.values()):
        return said("holds what is no text, or more than 2,000 characters.")
    ref = cells.get("ref", "")[:120] or None
    if cells.get("code"):
        return Line(ref, cells["code"])
    if cells.get("gtin") and cells.get("serial"):
        return Line(ref, None, cells["gtin"], cells["serial"])
    return said("names no code. Fill in “code”, or “gtin” and “serial”.")
