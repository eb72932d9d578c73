"""Which item a scanned or typed code names, for those who write about it."""

from __future__ import annotations

from flask_babel import gettext as _

from ledger.domain.codes import BareSerial, Exact, parse_code
from ledger.domain.errors import Invalid, Unknown
from ledger.services.find_serial import find_serial
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_item
from ledger.services.scanned import Scan


def identified(ledger: Ledger, typed: str) -> Scan:
    """The item a code names. Raises Invalid or Unknown that says what to do."""
    code = parse_code(typed, lambda serial: find_serial(ledger, serial))
    if isinstance(code, BareSerial):
        listings = next((found for one in code.candidates if (found := find_serial(ledger, one))), [])
        if len(listings) > 1:
            raise Invalid(_("Several models carry this serial. Type the GTIN, a space, and the serial."))
        pair = (listings[0].gtin, listings[0].serial) if listings else None
    else:
        pair = (code.gtin, code.serial) if isinstance(code, Exact) else None
        if pair is None:
            raise Invalid(_("This code names a model, not one item. Scan the item’s own code, or type its serial."))
    scan = scan_item(ledger, *pair) if pair else None
    if scan is None or scan.subject is None:
        raise Unknown(_("There is no record of this item here, so nothing can be recorded of it. Check the code."))
    return scan
