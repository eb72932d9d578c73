"""Checks the rows of an import file one by one: ready, needing mending, or registered already.

Nothing is kept and nothing is written: a dry run and the real thing read the same stream.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from ledger.domain.characters import shown
from ledger.domain.components import is_part, meant
from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.fields import FIELDS, Value, canonical_value
from ledger.domain.gtins import Gtin, check_gtin
from ledger.domain.imports import RowFault
from ledger.domain.said import said
from ledger.domain.serials import check_serial
from ledger.files.cells import EXTRA, UnreadableCell
from ledger.files.columns import HINTS, REQUIRED, hint
from ledger.files.countries import check_country
from ledger.files.csv_rows import CsvRows
from ledger.files.rows_alike import PLAIN, RowsAlike, is_plain

MAX_ITEMS: Final = 5_000_000
_CHUNK: Final = 500
"""Rows between two questions to the ledger; the first wrong row is known after this many."""
_MAX_CACHE: Final = 5_000
_SHOWN: Final = 80
_OLDEST_YEAR: Final = 1800
_SHORTENED: Final = re.compile(r"\d(?:[.,]\d+)?[Ee]\+?\d{1,3}")
_DAY_MONTH_YEAR: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


class Ready(NamedTuple):
    """A row that can be registered: `serial` empty where we make one, `fields` canonical, no blanks."""

    row_number: int
    gtin: Gtin
    serial: str
    fields: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Known:
    """A row whose item the ledger already has."""

    row_number: int
    gtin: Gtin
    serial: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """A row that needs mending: every fault in it, and its cells as they were sent."""

    row_number: int
    faults: tuple[RowFault, ...]
    cells: Mapping[str, str]


Outcome = Ready | Known | Faulty
Pair = tuple[Gtin, str]


def check_rows(
    rows: Iterable[tuple[int, Mapping[str, str]]],
    *,
    existing: Callable[[list[Pair]], Collection[Pair]],
    gtin_allowed: Callable[[Gtin], bool],
    today: date | None = None,
    max_items: int = MAX_ITEMS,
) -> Iterator[Outcome]:
    """One outcome for each row, in the order of the file, a few hundred rows behind the reading.

    `existing` says which of some hundred pairs of GTIN and serial the ledger has; `gtin_allowed` whether
    the GTIN lies in the brand's GS1 prefixes; with `today`, a later date of making is a fault. Raises
    TooLarge beyond `max_items` rows, and whatever `rows` raises.
    """
    check = _RowChecker(gtin_allowed, today)
    waiting: list[Ready | Faulty] = []
    outcomes = check.csv(rows) if isinstance(rows, CsvRows) else (check.row(*row) for row in rows)
    for count, outcome in enumerate(outcomes, start=1):
        if count > max_items:
            raise TooLarge(
                said(
                    "The file has more than %(max_items)s items. Send it in two or more files.",
                    max_items=f"{max_items:,}",
                )
            )
        waiting.append(outcome)
        if len(waiting) == _CHUNK:
            yield from _known_apart(waiting, existing)
            waiting = []
    yield from _known_apart(waiting, existing)


def _known_apart(
    outcomes: list[Ready | Faulty], existing: Callable[[list[Pair]], Collection[Pair]]
) -> Iterator[Outcome]:
    pairs = [(row.gtin, row.serial) for row in outcomes if isinstance(row, Ready) and row.serial]
    known = existing(pairs) if pairs else ()
    if not known:
        yield from outcomes
        return
    for row in outcomes:
        if isinstance(row, Ready) and (row.gtin, row.serial) in known:
            yield Known(row.row_number, row.gtin, row.serial)
        else:
            yield row


class _TroubleError(Exception):
    """What is wrong with a cell, and how to mend it where the column's hint does not say it all."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend


class _RowChecker:
    """Remembers what repeats down a file: values already checked, and the row each serial was first seen
    in."""

    def __init__(self, gtin_allowed: Callable[[Gtin], bool], today: date | None) -> None:
        self._gtin_allowed = gtin_allowed
        self._today = today
        # By GTIN, which a file has few of: a pair for each of a million rows would take twice the memory.
        self._first_row: dict[str, dict[str, int]] = {}
        self._first_part: dict[tuple[str, str], int] = {}
        repeating = ("gtin", *(name for name in FIELDS if not is_part(name)))
        self._seen: dict[str, dict[str, Value]] = {name: {} for name in repeating}
        self._wrong: dict[str, dict[str, _TroubleError]] = {name: {} for name in repeating}

    def csv(self, rows: CsvRows) -> Iterator[Ready | Faulty]:
        """The rows of a CSV file: those that are like one before at a glance."""
        alike = RowsAlike(rows.header)
        for number, record in rows.loose():
            found = alike.find(record)
            if found is not None:
                gtin, serial, fields = found
                if not serial or self._first_row.setdefault(gtin, {}).setdefault(serial, number) == number:
                    yield Ready(number, gtin, serial, fields)
                    continue
            cells = rows.cells(number, record)
            if cells is not None:
                outcome = self.row(number, cells)
                if isinstance(outcome, Ready):
                    alike.learn(record, outcome.gtin, outcome.fields)
                yield outcome

    def row(self, number: int, cells: Mapping[str, str]) -> Ready | Faulty:
        faults: list[RowFault] = []
        fields: dict[str, Value] = {}
        columns = self._seen
        for name, text in cells.items():
            if type(text) is not str:
                assert isinstance(text, UnreadableCell)
                faults.append(RowFault(number, name, _shown(text), text.what, text.mend))
            elif text:
                # Most cells say what a row further up said.
                seen = columns.get(name)
                value = None if seen is None else seen.get(text)
                if value is None:
                    self._cell(number, name, text, fields, faults)
                else:
                    fields[name] = list(value) if type(value) is list else value
        # These are the item's identity, not its record.
        gtin, serial = str(fields.pop("gtin", "")), str(fields.pop("serial", ""))
        for name in REQUIRED:
            if not cells.get(name) and not isinstance(cells.get(name), UnreadableCell):
                what = "the cell is empty, and every item needs one."
                faults.append(RowFault(number, name, "", what, HINTS[name]))
        if gtin and serial:
            first = self._first_row.setdefault(gtin, {}).setdefault(serial, number)
            if first != number:
                faults.append(_twice(number, serial, first))
        if faults:
            return Faulty(number, tuple(faults), cells)
        return Ready(number, Gtin(gtin), serial, fields)

    def _cell(self, number: int, name: str, text: str, fields: dict[str, Value], faults: list[RowFault]) -> None:
        """A cell that says something for the first time."""
        if is_plain(text, PLAIN.get(name, 0)):
            # Its own canonical value, and the column that rarely repeats: not worth a place among those seen.
            fields[name] = text
        elif name == "serial":
            try:
                fields[name] = check_serial(text)
            except Invalid as error:
                faults.append(_fault(number, name, text, _TroubleError(error.detail)))
        elif name in self._seen:
            value = self._value(name, text)
            if isinstance(value, _TroubleError):
                faults.append(_fault(number, name, text, value))
            elif value is not None:
                fields[name] = list(value) if type(value) is list else value
        elif is_part(name):
            self._part(number, name, text, fields, faults)
        elif name == EXTRA:
            faults.append(_too_wide(number, text))

    def _part(self, number: int, name: str, text: str, fields: dict[str, Value], faults: list[RowFault]) -> None:
        """A part's serial: no two items of a file have the same, however it is spelt."""
        try:
            serial = str(canonical_value(name, text))
        except Invalid as error:
            faults.append(_fault(number, name, text, _TroubleError(error.detail)))
            return
        first = self._first_part.setdefault((name, meant(serial)), number)
        if first != number:
            faults.append(_part_twice(number, name, text, first))
        fields[name] = serial

    def _value(self, name: str, text: str) -> Value | _TroubleError:
        value: Value | _TroubleError | None = self._wrong[name].get(text)
        if value is not None:
            return value
        try:
            value = self._gtin(text) if name == "gtin" else self._field(name, text)
        except _TroubleError as trouble:
            value = trouble
        except Invalid as error:
            value = _TroubleError(error.detail)
        if isinstance(value, _TroubleError):
            if len(self._wrong[name]) < _MAX_CACHE:
                self._wrong[name][text] = value
        elif len(self._seen[name]) < _MAX_CACHE:
            self._seen[name][text] = value
        return value

    def _gtin(self, text: str) -> Gtin:
        gtin = _read_gtin(text)
        if not self._gtin_allowed(gtin):
            raise _TroubleError(
                f"the GTIN {gtin} is not in the number ranges granted to you.",
                "Compare every digit; if it is yours, have its GS1 prefix added to your organisation.",
            )
        return gtin

    def _field(self, name: str, text: str) -> Value:
        if name == "made_in":
            return check_country(text)
        if name == "made_on":
            return self._day(text)
        return canonical_value(name, text)

    def _day(self, text: str) -> Value:
        swapped = _DAY_MONTH_YEAR.fullmatch(text)
        if swapped:
            one_way = max(int(swapped[1]), int(swapped[2])) > 12
            why = "is not written year-month-day" if one_way else "can be read in two ways"
            raise _TroubleError(f"the date {shown(text)} {why}.", _suggest_day(swapped))
        value = canonical_value("made_on", text)
        day = date.fromisoformat(str(value))
        if self._today and day > self._today:
            raise _TroubleError(f"the date {day} is still to come.", "Write the day on which the item was made.")
        if day.year < _OLDEST_YEAR:
            raise _TroubleError(f"the year {day.year} is too long ago.", "Write the day on which the item was made.")
        return value


def _read_gtin(text: str) -> Gtin:
    """The GTIN, with the zeros that a spreadsheet cut from its front put back.

    Zeros in front change neither a GTIN's meaning nor its check digit (GS1 General Specifications, 3.3.2 and
    7.9), so that the right check digit shows there was nothing else missing.
    """
    if _SHORTENED.fullmatch(text):
        raise _TroubleError(
            f"the spreadsheet has shortened this number to {shown(text)}, and digits are lost.",
            "Set the column's format to Text, type or paste the GTIN again, and save.",
        )
    digits = text.removesuffix(".0")
    if digits.isascii() and digits.isdigit() and len(digits) in (7, 9, 10, 11):
        try:
            return check_gtin(digits.zfill(14))
        except Invalid:
            return check_gtin(text)
    return check_gtin(digits)


def _suggest_day(swapped: re.Match[str]) -> str:
    first, second, year = int(swapped[1]), int(swapped[2]), swapped[3]
    if first > 12 >= second:
        return f"Write {year}-{second:02}-{first:02}."
    if second > 12 >= first:
        return f"Write {year}-{first:02}-{second:02}."
    return f"Write {year}-{second:02}-{first:02} or {year}-{first:02}-{second:02}, whichever you mean."


def _fault(number: int, name: str, text: str, trouble: _TroubleError) -> RowFault:
    return RowFault(number, name, _shown(text), trouble.what, trouble.mend or hint(name))


def _too_wide(number: int, text: str) -> RowFault:
    return RowFault(
        number,
        "",
        _shown(text),
        "there are more cells than columns with a name.",
        'Put a value that holds the separator in quotation marks ("), or delete what stands to the right.',
    )


def _twice(number: int, serial: str, first: int) -> RowFault:
    return RowFault(
        number,
        "serial",
        _shown(serial),
        f"row {first} has the same GTIN and serial.",
        "Delete one of the two rows, or give this item its own serial.",
    )


def _part_twice(number: int, name: str, text: str, first: int) -> RowFault:
    return RowFault(
        number,
        name,
        _shown(text),
        f"row {first} has the same serial for this part.",
        "One part is in one item only: compare both items, and mend the row that is wrong.",
    )


def _shown(text: str) -> str:
    """The cell as far as a table can show it: bounded, nothing invisible in it."""
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in cut)
