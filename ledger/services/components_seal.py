"""The serial of a part that a service puts in: kept sealed, and proven by a commitment in the service's report.

The statement's facts name the part in plain; its report carries the salted leaf of the new serial, made as a record's
field is (`domain/records.py`), so that who has salt and serial can show it, and nobody else can guess it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ledger.domain.components import PREFIX
from ledger.domain.errors import Forbidden
from ledger.domain.fields import jcs
from ledger.domain.organisations import Caller, Role
from ledger.domain.records import field_leaf
from ledger.domain.said import said
from ledger.services.components_history import need_checker
from ledger.services.components_index import mark_of
from ledger.services.components_port import NewPart
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import find_listed

_BOUND = "part/"


@dataclass(frozen=True, slots=True)
class SealedPart:
    """A new part's serial, sealed: what the report names, and what is kept."""

    part: str
    serial: str
    commitment: bytes
    salt: bytes


def seal_part(ledger: Ledger, part: str, serial: str) -> SealedPart:
    """A fresh salt and the commitment over it."""
    salt = ledger.random(32)
    return SealedPart(part, serial, field_leaf(salt, PREFIX + part, jcs(serial)), salt)


def keep_part(ledger: Ledger, tx: Tx, caller: Caller, gtin: str, serial: str, new: SealedPart, report: bytes) -> None:
    """Keep a new part with the service that puts it in, in the same transaction. `report` is its commitment."""
    caller.need_role(Role.REPAIRER, Role.BRAND)
    subject = find_listed(tx, gtin, serial)
    need_checker(ledger, tx, caller, subject)
    plain = json.dumps({"part": new.part, "serial": new.serial, "salt": new.salt.hex()}).encode()
    tx.components.add_new_part(
        NewPart(
            report=report,
            item=subject.item.item,
            part=new.part,
            mark=mark_of(ledger, subject.batch.brand, new.part, new.serial),
            commitment=new.commitment,
            sealed=ledger.vault.seal(plain, _BOUND + report.hex()),
            organisation=caller.organisation.id,
            created_at=ledger.now(),
        )
    )


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """What shows a new part's serial to somebody: with it `commitment` can be made again."""

    part: str
    serial: str
    salt: bytes
    commitment: bytes


def open_part(ledger: Ledger, caller: Caller, gtin: str, serial: str, report: bytes) -> OpenedPart | None:
    """The serial that a service recorded, and its salt, for the item's brand and for whoever recorded it alone.

    None where no serial was told. Raises Unknown, Forbidden.
    """
    with ledger.store.read() as tx:
        subject = find_listed(tx, gtin, serial)
        need_checker(ledger, tx, caller, subject)
        found = next((one for one in tx.components.new_parts(subject.item.item) if one.report == report), None)
    if found is None:
        return None
    if caller.organisation.id not in (found.organisation, subject.batch.organisation):
        raise Forbidden(said("Only the item’s brand and whoever recorded the service may open what it sealed."))
    plain = json.loads(ledger.vault.open(found.sealed, _BOUND + report.hex()))
    return OpenedPart(plain["part"], plain["serial"], bytes.fromhex(plain["salt"]), found.commitment)
