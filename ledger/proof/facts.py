"""What a checked passport says, in plain members: for programs, for the command's last lines, for the page."""

from __future__ import annotations

from typing import Any

from ledger.domain.custody import BatchFlag, Flag
from ledger.proof.coherent import Reading
from ledger.proof.shapes import ShownField
from ledger.proof.trust import TrustedLedger


def facts_of(reading: Reading, ledger: TrustedLedger | None, at: int | None, batch: BatchFlag) -> dict[str, Any]:
    """The facts; `at` is the time of the block that shows them, None where none does."""
    passport, state = reading.passport, reading.state
    party = None if ledger is None else ledger.party(passport.item.brand)
    record = next((one.record for one in reversed(passport.statements) if one.record), passport.record)
    flags = Flag(0) if state is None else state.flags if at is None else state.in_force(at)
    return {
        "brand": {"number": passport.item.brand, "name": None if party is None else party.name},
        "gtin": passport.item.gtin,
        "serial": passport.item.serial,
        "registeredAt": passport.batch.time,
        "asOf": at,
        "claimed": bool(state and state.claimed),
        "holder": state.holder if state and state.claimed else None,
        "owners": 0 if state is None else state.owners,
        "flags": [one.name.lower() for one in Flag if one in flags and one is not Flag.CLAIMED and one.name],
        "batchFlags": [one.name.lower() for one in BatchFlag if one in batch and one.name],
        "record": {one.name: one.value for one in record.fields if isinstance(one, ShownField)},
        "withheld": sum(not isinstance(one, ShownField) for one in record.fields),
        "statements": [
            {"kind": said.kind, "time": said.time, "party": told.statement.party}
            for said, told in zip(passport.statements, reading.told, strict=False)
        ],
        "signatures": {"rechecked": reading.rechecked, "all": reading.signatures},
    }
