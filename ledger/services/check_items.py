"""Look up many codes at once, as a marketplace does: every line has an answer, in order, even where some fail."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.domain.codes import BareSerial, Exact, ProductOnly, parse_code
from ledger.domain.errors import Invalid
from ledger.services.desk.checks_proof import Proof
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_bad_code, scan_many, scan_product, scan_unlisted
from ledger.services.scanned import Scan

Asked = str | tuple[str, str]
"""A code as it was scanned or typed, or a GTIN with a serial."""


def check_items(ledger: Ledger, asked: Sequence[Asked], proofs: Sequence[Proof | None] | None = None) -> list[Scan]:
    """What the ledger shows of each, in order. Raises Unavailable where the database does not answer.

    `proofs`, one for each where given, are what sellers have proved to whoever asks.
    """
    meant = [_meant(ledger, one) for one in asked]
    shown = proofs or [None] * len(meant)
    pairs = [(one, proof) for one, proof in zip(meant, shown, strict=True) if isinstance(one, tuple)]
    found = iter(scan_many(ledger, [pair for pair, _ in pairs], [proof for _, proof in pairs]))
    return [next(found) if isinstance(one, tuple) else one for one in meant]


def _meant(ledger: Ledger, asked: Asked) -> tuple[str, str] | Scan:
    """The item that a code names, or the answer to a code that names none."""
    if isinstance(asked, tuple):
        return asked
    try:
        code = parse_code(asked, lambda serial: _listings(ledger, serial))
    except Invalid as wrong:
        return scan_bad_code(ledger, wrong.detail)
    match code:
        case Exact():
            return code.gtin, code.serial
        case ProductOnly():
            return scan_product(ledger, code.gtin)
        case BareSerial():
            return _by_serial(ledger, code.candidates)


def _by_serial(ledger: Ledger, candidates: Sequence[str]) -> tuple[str, str] | Scan:
    for serial in candidates:
        found = _listings(ledger, serial)
        if len(found) == 1:
            return found[0]
        if found:
            return scan_bad_code(ledger, "More than one product has an item with this serial. Give its GTIN too.")
    return scan_unlisted(ledger)


def _listings(ledger: Ledger, serial: str) -> list[tuple[str, str]]:
    with ledger.store.read() as tx:
        return [(item.gtin, item.serial) for item in tx.batches.find_serial(serial)]
