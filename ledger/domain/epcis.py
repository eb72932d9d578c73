"""What the chain tells of an item, as EPCIS 2.0 events (GS1 EPCIS 2.0; vocabulary of CBV 2.0).

One event of the contract becomes one EPCIS event of one item, so that its id is the same in every export. A
correction becomes two: the event that was wrong, again, with an `errorDeclaration` (EPCIS 2.0, section 7.4.1.3), and
the one that puts it right. Owners are pseudonyms that tell nothing but their number: no address of theirs is in it.

| the contract's event | EPCIS |
| --- | --- |
| BatchRegistered | ADD, commissioning, active, with the public fields as `ilmd` |
| Claimed | OBSERVE, retail_selling, retail_sold, to the first owner |
| HandedOver, RecoveryCompleted | OBSERVE, other, from one owner to the next |
| Recorded: inspection, correction | OBSERVE, inspecting, conformant, non_conformant, mismatch_instance or unknown |
| Recorded: service | OBSERVE, repairing, replacing, inspecting or other |
| OwnerReported, Marked, BatchMarked | OBSERVE, other; persistent dispositions stolen, recalled, non_sellable_other |
| Retired | DELETE, destroying, destroyed |
| the rest that a timeline shows | OBSERVE, other |
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import Flag, ItemState
from ledger.domain.epcis_hash import event_hash
from ledger.domain.epcis_links import item_link
from ledger.domain.errors import Invalid
from ledger.domain.gtins import Gtin
from ledger.domain.inspections import Authenticity, InspectionFacts, Remark, Service, WithdrawalReason, code_of
from ledger.domain.statements import MarkKind, OwnerReportKind, RecordKind

NAMESPACE: Final = "https://ns.touchmark.example/epcis/"
"""Of our own fields, wherever the ledger runs: a name, not an address, since it is part of what an id is made of."""
CONTEXT: Final[Sequence[Any]] = (
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"touchmark": NAMESPACE},
)
"""The JSON-LD context of everything that is exported."""
NAMES: Final[Mapping[str, str]] = {"touchmark": NAMESPACE}
TOLD: Final = (
    "BatchRegistered",
    "Claimed",
    "HandedOver",
    "RecoveryOpened",
    "RecoveryEnded",
    "RecoveryCompleted",
    "Recorded",
    "OwnerReported",
    "Marked",
    "BatchMarked",
    "ClaimReplaced",
    "ItemAmended",
    "BatchAmended",
    "Contested",
    "Retired",
)
"""The contract's events that become EPCIS events: what a timeline shows."""
NEED_STATES: Final = frozenset({"Claimed", "HandedOver", "RecoveryCompleted", "OwnerReported"})
"""Those that cannot be told without the item's state around them."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One event of the contract about one item, with what is needed to tell it.

    `fields` are what the record shows to everyone: of a registration or an amendment, else empty. `before` and
    `after` are the item's states around it, for those of `NEED_STATES`. `about` is the record that a correction or a
    withdrawal speaks of, as a fact of its own.
    """

    event: ChainEvent
    gtin: Gtin
    serial: str
    chain_id: int
    contract: str
    fields: Mapping[str, Any] | None = None
    before: ItemState | None = None
    after: ItemState | None = None
    about: Fact | None = None


def epcis_events(fact: Fact) -> list[dict[str, Any]]:
    """The EPCIS events of a fact, each with its hash as its id; none for a fact that no timeline shows."""
    if fact.event.name not in TOLD:
        return []
    kind = RecordKind(fact.event.args["kind"]) if fact.event.name == "Recorded" else None
    if kind is RecordKind.WITHDRAWAL and fact.about is not None:
        return [_in_error(fact, fact.about, [])]
    own = _finished(fact, _why(fact, kind))
    if kind is RecordKind.CORRECTION and fact.about is not None:
        return [_in_error(fact, fact.about, [own["eventID"]]), own]
    return [own]


def owner_name(fact: Fact, number: int) -> str:
    """The pseudonym of an item's owner by number: the same in every event of the item, and in no other item's.

    A UUID of version 8 (RFC 9562), made of ledger, item and number alone: it leads to nobody.
    """
    told = f"touchmark/epcis/owner/1\n{fact.chain_id}\n{fact.contract}\n{item_link(fact.gtin, fact.serial)}\n{number}"
    digest = bytearray(hashlib.sha256(told.encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def document(events: Sequence[Mapping[str, Any]], at: int, origins: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """Events as an EPCISDocument made at a time (seconds since 1970).

    `origins` say who told which of them by capture. They stand in the header: within an event they would change its
    hash, and with it its id.
    """
    told = {"epcisHeader": {"touchmark:told": list(origins)}} if origins else {}
    return head(at) | told | {"epcisBody": {"eventList": list(events)}}


def head(at: int) -> dict[str, Any]:
    """What an EPCISDocument begins with."""
    return {"@context": list(CONTEXT), "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": stamp(at)}


def query_document(events: Sequence[Mapping[str, Any]], at: int) -> dict[str, Any]:
    """Events as the answer to a query (EPCIS 2.0, section 8.2.7)."""
    results = {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": list(events)}}
    return head(at) | {"type": "EPCISQueryDocument", "epcisBody": {"queryResults": results}}


def standing_alone(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event outside of a document, with its own context."""
    return {"@context": list(CONTEXT), **event}


def stamp(seconds: int) -> str:
    """A moment as EPCIS writes it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _finished(fact: Fact, why: Mapping[str, Any]) -> dict[str, Any]:
    event = fact.event
    made = {
        "type": "ObjectEvent",
        "eventTime": stamp(_when(event)),
        "eventTimeZoneOffset": "+00:00",
        "epcList": [item_link(fact.gtin, fact.serial)],
        "action": "OBSERVE",
        "bizStep": "other",
        **why,
        **_proof(fact),
    }
    return {"eventID": event_hash(made, NAMES), **made, "recordTime": stamp(event.time)}


def _in_error(fact: Fact, wrong: Fact, corrective: Sequence[str]) -> dict[str, Any]:
    """The wrong event as it was, with the declaration that it is. Its id stays: the declaration is no part of it."""
    declared: dict[str, Any] = {"declarationTime": stamp(fact.event.time), "reason": "incorrect_data"}
    withdrawal = RecordKind(fact.event.args["kind"]) is RecordKind.WITHDRAWAL
    if withdrawal and code_of(fact.event.args["facts"]) == WithdrawalReason.WRONG_ITEM:
        declared["reason"] = "did_not_occur"
    if corrective:
        declared["correctiveEventIDs"] = list(corrective)
    again = epcis_events(wrong)[-1] | {"recordTime": stamp(fact.event.time)}
    return again | {"errorDeclaration": declared}


def _when(event: ChainEvent) -> int:
    """When it happened: the day that a record names, if it can be believed, else the time of its block."""
    named = event.args.get("date", 0) if event.name == "Recorded" else 0
    return int(named) if 0 < named <= event.time else event.time


def _proof(fact: Fact) -> dict[str, Any]:
    """Where the statement stands, for whoever checks it; nothing of an owner."""
    event, args = fact.event, fact.event.args
    told: dict[str, Any] = {
        "touchmark:fact": event.name,
        "touchmark:chain": fact.chain_id,
        "touchmark:contract": fact.contract,
        "touchmark:block": event.block,
        "touchmark:transaction": _hex(event.transaction),
        "touchmark:logIndex": event.log_index,
    }
    if event.statement is not None:
        told["touchmark:statement"] = _hex(event.statement)
    if event.name == "BatchRegistered":
        told["touchmark:party"] = int(args["batch"]) >> 32
    elif "party" in args:
        told["touchmark:party"] = args["party"]
    if "signer" in args:
        told["touchmark:signer"] = args["signer"]
    return told


def _why(fact: Fact, kind: RecordKind | None) -> dict[str, Any]:
    match fact.event.name:
        case "BatchRegistered":
            more = {"ilmd": _fields(fact.fields)} if fact.fields else {}
            return {"action": "ADD", "bizStep": "commissioning", "disposition": "active", **more}
        case "Claimed" | "HandedOver" | "RecoveryCompleted":
            return _new_owner(fact)
        case "Recorded":
            return _recorded(fact, kind)
        case "OwnerReported":
            return _reported(fact)
        case "Marked" | "BatchMarked":
            return _marked(fact)
        case "Retired":
            return {"action": "DELETE", "bizStep": "destroying", "disposition": "destroyed"}
        case "ItemAmended" if fact.fields:
            return {"touchmark:description": _fields(fact.fields)}
    return {}


def _new_owner(fact: Fact) -> dict[str, Any]:
    number = fact.after.owners if fact.after is not None else 1
    told: dict[str, Any] = {}
    if fact.event.name == "Claimed":
        told = {"bizStep": "retail_selling", "disposition": "retail_sold"}
    if number > 1:
        told["sourceList"] = [{"type": "owning_party", "source": owner_name(fact, number - 1)}]
    told["destinationList"] = [{"type": "owning_party", "destination": owner_name(fact, number)}]
    return told


def _recorded(fact: Fact, kind: RecordKind | None) -> dict[str, Any]:
    args = fact.event.args
    told: dict[str, Any] = {"touchmark:number": str(args["nonce"]), "touchmark:report": _hex(args["report"])}
    if kind in (RecordKind.CORRECTION, RecordKind.WITHDRAWAL):
        told["touchmark:about"] = str(args["about"])
    if kind is RecordKind.WITHDRAWAL:
        return told
    return (_service(fact) if kind is RecordKind.SERVICE else _inspection(fact)) | told


_FOUND: Final = {Authenticity.CONSISTENT: "conformant", Authenticity.NOT_GENUINE: "non_conformant"}


def _inspection(fact: Fact) -> dict[str, Any]:
    told: dict[str, Any] = {"bizStep": "inspecting"}
    try:
        found = InspectionFacts.unpack(fact.event.args["facts"])
    except Invalid:
        return told | {"disposition": "unknown"}
    told["disposition"] = _FOUND.get(found.authenticity, "unknown")
    if Remark.CODE_MOVED in found.remarks:
        told["disposition"] = "mismatch_instance"
    told |= {
        "touchmark:authenticity": found.authenticity.name.lower(),
        "touchmark:method": found.method.name.lower(),
        "touchmark:persons": found.persons,
    }
    return told | ({"touchmark:condition": found.condition} if found.condition else {})


_DONE: Final[Mapping[int, str]] = {
    Service.REPAIR: "repairing",
    Service.REFINISHED: "repairing",
    Service.PART_REPLACED: "replacing",
    Service.CHECKED: "inspecting",
}


def _service(fact: Fact) -> dict[str, Any]:
    code = code_of(fact.event.args["facts"])
    told = {"bizStep": _DONE.get(code, "other")}
    return told | ({"touchmark:service": Service(code).name.lower()} if code in tuple(Service) else {})


def _reported(fact: Fact) -> dict[str, Any]:
    kind = OwnerReportKind(fact.event.args["kind"])
    # The bare word “stolen” is one of the standard's own, and the hash's reference takes it for that here too.
    told: dict[str, Any] = {"touchmark:report": f"reported_{kind.name.lower()}"}
    if kind is OwnerReportKind.STOLEN:
        told["persistentDisposition"] = {"set": ["stolen"]}
    elif kind is OwnerReportKind.FOUND and fact.before is not None and Flag.STOLEN in fact.before.flags:
        told["persistentDisposition"] = {"unset": ["stolen"]}
    return told


_LASTING: Final[Mapping[MarkKind, tuple[str, str]]] = {
    MarkKind.THEFT: ("set", "stolen"),
    MarkKind.SETTLE_THEFT: ("unset", "stolen"),
    MarkKind.RECALL: ("set", "recalled"),
    MarkKind.LIFT_RECALL: ("unset", "recalled"),
    MarkKind.RECALL_BATCH: ("set", "recalled"),
    MarkKind.LIFT_BATCH_RECALL: ("unset", "recalled"),
    MarkKind.VOID: ("set", "non_sellable_other"),
    MarkKind.LIFT_VOID: ("unset", "non_sellable_other"),
    MarkKind.VOID_BATCH: ("set", "non_sellable_other"),
    MarkKind.LIFT_BATCH_VOID: ("unset", "non_sellable_other"),
}
"""What stays true of an item until it is taken back; disputes have no word in CBV 2.0."""


def _marked(fact: Fact) -> dict[str, Any]:
    args = fact.event.args
    mark = MarkKind(args["kind"])
    told: dict[str, Any] = {"touchmark:mark": mark.name.lower()}
    if args.get("until"):
        told["touchmark:until"] = stamp(min(args["until"], _LAST))
    if mark in _LASTING:
        way, what = _LASTING[mark]
        told["persistentDisposition"] = {way: [what]}
    return told


_LAST: Final = 253_402_300_799
"""The last second that a date of four digits can tell."""


def _fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {f"touchmark:{name}": value for name, value in fields.items()}


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
