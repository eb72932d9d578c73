"""Look up many codes at once, as a marketplace does: every line has an answer, in order, even where some fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ledger.domain.batches import Item
from ledger.domain.codes import BareSerial, Exact, ProductOnly, parse_code
from ledger.domain.errors import Invalid
from ledger.services.desk.checks_proof import Proof
from ledger.services.ports import Ledger
from ledger.services.scan_item import Meant, scan_many
from ledger.services.scanned import Scan

Asked = str | tuple[str, str]
"""A code as it was scanned or typed, or a GTIN with a serial."""


def check_items(ledger: Ledger, asked: Sequence[Asked], proofs: Sequence[Proof | None] | None = None) -> list[Scan]:
    """What the ledger shows of each, in order. Raises Unavailable where the database does not answer.

    `proofs`, one for each where given, are what sellers have proved to whoever asks.
    """
    serials = _Serials()
    for one in asked:
        _meant(one, serials.want)
    serials.read(ledger)
    return scan_many(ledger, [_meant(one, serials.known) for one in asked], proofs)


class _Serials:
    """Which items have a serial that was typed alone: asked for once, for all codes of a request."""

    def __init__(self) -> None:
        self._wanted: dict[str, None] = {}
        self._found: Mapping[str, Sequence[Item]] = {}

    def want(self, serial: str) -> Sequence[Item]:
        """Note that this will be asked."""
        self._wanted[serial] = None
        return ()

    def read(self, ledger: Ledger) -> None:
        """Ask the database for all that are wanted."""
        if self._wanted:
            with ledger.store.read() as tx:
                self._found = tx.batches.find_serials(self._wanted)

    def known(self, serial: str) -> Sequence[Item]:
        """The items with it."""
        return self._found.get(serial, ())


def _meant(asked: Asked, items_of: Callable[[str], Sequence[Item]]) -> Meant:
    """What a code names, or why it names nothing."""
    if isinstance(asked, tuple):
        return asked
    try:
        code = parse_code(asked, items_of)
    except Invalid as wrong:
        return wrong
    match code:
        case Exact():
            return code.gtin, code.serial
        case ProductOnly():
            return code
        case BareSerial():
            return _by_serial(code.candidates, items_of)


def _by_serial(serials: Sequence[str], items_of: Callable[[str], Sequence[Item]]) -> Meant:
    for serial in serials:
        found = items_of(serial)
        if len(found) == 1:
            return found[0].gtin, found[0].serial
        if found:
            return Invalid("More than one product has an item with this serial. Give its GTIN too.")
    return None
