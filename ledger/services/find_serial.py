"""Find items by a serial alone, as people type it who do not see the GTIN."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.services.gather_facts import public_fields
from ledger.services.ports import Ledger


@dataclass(frozen=True, slots=True)
class Listing:
    """One item that carries the serial, as the public may see it."""

    gtin: str
    serial: str
    name: str


def find_serial(ledger: Ledger, serial: str) -> list[Listing]:
    """Every item with exactly this serial, at most ten; more than one where two models share it."""
    with ledger.store.read() as tx:
        found = []
        for item in tx.batches.find_serial(serial):
            batch = tx.batches.get(item.batch_id)
            private = batch.private_fields if batch else ()
            shown = public_fields(item.fields, private)
            name = ", ".join(str(shown[name]) for name in ("model_ref", "colour", "size") if shown.get(name))
            found.append(Listing(item.gtin, item.serial, name))
        return found
