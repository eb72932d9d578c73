"""Rows of a CSV file that say what a row further up said, but for their serial and what is free text.

Most rows of a brand's file are such: its products are few. Found as they stand between the separators, they take half
the time of a look at each cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final

from ledger.domain.components import is_part
from ledger.domain.errors import Invalid
from ledger.domain.fields import FIELDS, Value
from ledger.domain.gtins import Gtin
from ledger.domain.serials import check_serial

_MOST_KEPT: Final = 5_000
PLAIN: Final = {field.name: field.longest for field in FIELDS.values() if field.kind == "text"}
"""The columns of free text, and how long each may be."""


class RowsAlike:
    """What was right is learned; a row that is like it is given back checked, and any other is not known."""

    def __init__(self, header: Sequence[str]) -> None:
        self._width = len(header)
        self._serial = header.index("serial") if "serial" in header else None
        self._free = [(place, name, PLAIN[name]) for place, name in enumerate(header) if name in PLAIN]
        told = [place for place, name in enumerate(header) if name not in PLAIN and name != "serial"]
        # A part is in one item only, so that no two rows with parts are alike.
        self._told: itemgetter[Any] | None = None if any(map(is_part, header)) else itemgetter(*told)
        self._known: dict[object, tuple[Gtin, dict[str, Value], list[str]]] = {}

    def learn(self, record: Sequence[str], gtin: Gtin, fields: dict[str, Value]) -> None:
        """A row that was checked cell by cell and is right, and what came of it."""
        if self._told is not None and len(record) == self._width and len(self._known) < _MOST_KEPT:
            lists = [name for name, value in fields.items() if isinstance(value, list)]
            self._known[self._told(record)] = gtin, fields.copy(), lists

    def find(self, record: Sequence[str]) -> tuple[Gtin, str, dict[str, Value]] | None:
        """The GTIN, serial and canonical fields of a row that is right; None for one to be checked cell by cell."""
        if self._told is None or len(record) != self._width:
            return None
        known = self._known.get(self._told(record))
        if known is None:
            return None
        gtin, like, lists = known
        fields = like.copy()
        for place, name, longest in self._free:
            text = record[place]
            if text:
                if name not in fields or not is_plain(text, longest) or text[0] == "'":
                    return None
                fields[name] = text
            elif name in fields:
                return None
        serial = "" if self._serial is None else record[self._serial]
        if serial:
            try:
                check_serial(serial)
            except Invalid:
                return None
            if serial[0] == "'":
                return None
        for name in lists:
            # Of its own, as everything that a row has.
            fields[name] = list(like[name])  # type: ignore[arg-type] # these are lists
        return gtin, serial, fields


def is_plain(text: str, longest: int) -> bool:
    """Whether a text is its own canonical value, seen at a glance."""
    return len(text) <= longest and text.isascii() and text.isprintable() and text == text.strip()
