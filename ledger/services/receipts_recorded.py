"""Receipts of what stands in the ledger: a claim, a handover, an inspection.

Owners appear under pseudonyms: 40 bits of an HMAC over item and address, the same on every receipt of one item, so
that the buyer of one handover can be recognised as the seller of the next, and different for every item. Nobody
without the ledger's secret gets from one to an address.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any, Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.crockford import encode
from ledger.domain.errors import Conflict, Unknown
from ledger.domain.inspections import Remark
from ledger.domain.receipts import ReceiptKind, Stamp
from ledger.domain.said import said
from ledger.domain.standing_facts import AsOf
from ledger.domain.statements import RecordKind
from ledger.services.errands import item_block
from ledger.services.gather_facts import as_of
from ledger.services.ports import Ledger, Tx
from ledger.services.read_records import records_of
from ledger.services.receipts import Issued, issue
from ledger.services.scanned import Recorded
from ledger.services.views_of_chain import Listed, final_height, listed, moment

_OWNED: Final = ("Claimed", "HandedOver", "RecoveryCompleted")
_KINDS: Final = {
    "Claimed": ReceiptKind.CLAIM,
    "HandedOver": ReceiptKind.HANDOVER,
    "Recorded": ReceiptKind.INSPECTION,
}
_REMARKS: Final = {Remark.ALTERED: "altered", Remark.PARTS_REPLACED: "parts_replaced", Remark.CODE_MOVED: "code_moved"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that stands in the ledger, as a receipt tells it."""

    kind: ReceiptKind
    subject: Listed
    event: ChainEvent
    final: bool
    as_of: AsOf | None
    owner: str = ""
    """The new owner's pseudonym."""
    before: str = ""
    """The pseudonym of whoever gave it away; empty for a claim."""
    inspection: Recorded | None = None


def entry_of(ledger: Ledger, statement: bytes) -> Entry:
    """What a statement did. Raises Unknown where none of that hash stands in the ledger, or none that has a receipt."""
    with ledger.store.read() as tx:
        return _entry(ledger, tx, statement)


def recorded_receipt(ledger: Ledger, statement: bytes) -> tuple[Entry, Issued]:
    """The receipt of a claim, a handover or an inspection, by the hash of its statement. Raises Unknown."""
    with ledger.store.read() as tx:
        entry = _entry(ledger, tx, statement)
        deployed = tx.meta.get("deployment") or {}
        shown = item_block(tx, entry.subject)
    event = entry.event
    says = {
        ReceiptKind.CLAIM: entry.owner,
        ReceiptKind.HANDOVER: f"{entry.before}.{entry.owner}",
    }.get(entry.kind) or _result(entry)
    stamp = Stamp(
        number="",
        kind=entry.kind,
        gtin=shown["gtin"],
        serial=shown["serial"],
        issued_at=ledger.now(),
        block=event.block,
        final=entry.final,
        says=says,
        statement=statement.hex(),
        recorded_at=event.time,
    )
    facts: dict[str, Any] = {
        "item": {name: shown[name] for name in ("gtin", "serial", "name", "maker", "detail")},
        "statement": "0x" + statement.hex(),
        "recorded": {"block": event.block, "time": _iso(event.time), "final": entry.final},
        "as_of": None if entry.as_of is None else _block(entry.as_of),
        "ledger": {"chain_id": deployed.get("chain_id"), "contract": deployed.get("contract")},
    }
    if entry.kind is ReceiptKind.CLAIM:
        facts["claim"] = {"owner": entry.owner}
    elif entry.kind is ReceiptKind.HANDOVER:
        facts["handover"] = {"from": entry.before, "to": entry.owner}
    else:
        facts["inspection"] = _inspection(entry)
    return entry, issue(ledger, stamp, facts)


def receipt_of_statement(ledger: Ledger, id: str, organisation: str | None) -> tuple[Entry, Issued]:
    """The same by the statement's name here, for whoever may see that statement.

    An organisation's is shown to it alone, an owner's to whoever knows its name. Raises Unknown, and Conflict while
    it is not in the ledger yet.
    """
    with ledger.store.read() as tx:
        found = tx.outbox.get(id)
        if found is None or found.organisation not in (None, organisation):
            raise Unknown(said("There is no such statement here. Its address is in the answer to its submission."))
        if tx.chain.acceptance(found.hash) is None:
            raise Conflict(said("This statement is not in the ledger yet, so there is no receipt. Try in a minute."))
    return recorded_receipt(ledger, found.hash)


def owner_receipts(ledger: Ledger, item: int, address: str) -> list[tuple[ReceiptKind, bytes]]:
    """The statements by which an address took an item, or gave it away, newest first: as (kind, hash)."""
    found: list[tuple[ReceiptKind, bytes]] = []
    with ledger.store.read() as tx:
        holder = None
        for event in tx.chain.item_events_named(item, _OWNED):
            taker = event.args["newOwner"]
            if address in (holder, taker) and event.name in _KINDS and event.statement is not None:
                found.append((_KINDS[event.name], event.statement))
            holder = taker
    return found[::-1]


def pseudonym(ledger: Ledger, item: int, address: str) -> str:
    """What an owner of an item is called on its receipts: eight characters of Crockford's base 32."""
    key = ledger.vault.derive("receipt pseudonyms")
    return encode(hmac.digest(key, item.to_bytes(32) + address.lower().encode(), hashlib.sha256)[:5])


def _entry(ledger: Ledger, tx: Tx, statement: bytes) -> Entry:
    accepted = tx.chain.acceptance(statement)
    events = [] if accepted is None else tx.chain.transaction_events(accepted.transaction)
    event = next((one for one in events if one.statement == statement and one.name in _KINDS), None)
    if event is None or event.item is None or tx.batches.item(event.item) is None:
        raise _no_such()
    final = final_height(tx)
    subject, kind = listed(tx, event.item), _KINDS[event.name]
    entry = Entry(kind, subject, event, event.block <= final, as_of(tx))
    if kind is ReceiptKind.INSPECTION:
        if event.args["kind"] not in (RecordKind.INSPECTION, RecordKind.CORRECTION):
            raise _no_such()
        records, _ = records_of(tx, event.item, [], final)
        ours = [one for one in records if (one.party, one.nonce) == (event.args["party"], event.args["nonce"])]
        if not ours or ours[0].facts is None:
            raise _no_such()
        return replace(entry, inspection=ours[0])
    owner = pseudonym(ledger, event.item, event.args["newOwner"])
    if kind is ReceiptKind.CLAIM:
        return replace(entry, owner=owner)
    place = event.block, event.log_index
    earlier = [one for one in tx.chain.item_events_named(event.item, _OWNED) if (one.block, one.log_index) < place]
    before = pseudonym(ledger, event.item, earlier[-1].args["newOwner"]) if earlier else ""
    return replace(entry, owner=owner, before=before)


def _inspection(entry: Entry) -> dict[str, Any]:
    one, args = entry.inspection, entry.event.args
    assert one is not None
    assert one.facts is not None
    return {
        "by": one.by,
        "inspector": one.inspector or None,
        "place": one.place or None,
        "on": one.on.isoformat(),
        "result": one.facts.authenticity.name.lower(),
        "condition": one.facts.condition,
        "method": one.facts.method.name.lower(),
        "persons": one.facts.persons,
        "points": one.facts.points,
        "remarks": [name for remark, name in _REMARKS.items() if remark in one.facts.remarks],
        "number": str(one.nonce),
        "corrects": str(one.about) if one.kind is RecordKind.CORRECTION else None,
        "report": None if one.report is None else dict(one.report),
        "report_hash": "0x" + bytes(args["report"]).hex(),
        "evidence": list(one.evidence),
        "operator_signed": one.operator_signed,
        "person_signed": one.by_person,
    }


def _result(entry: Entry) -> str:
    assert entry.inspection is not None
    assert entry.inspection.facts is not None
    return entry.inspection.facts.authenticity.name.lower()


def _block(found: AsOf) -> dict[str, Any]:
    return {"block": found.block, "time": _iso(int(found.time.timestamp())), "final": found.final}


def _iso(seconds: int) -> str:
    return moment(seconds).isoformat().replace("+00:00", "Z")


def _no_such() -> Unknown:
    return Unknown(
        said("Nothing of that name in this ledger has a receipt. Claims, handovers and inspections have one.")
    )
