"""The chain's events in words a buyer understands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ledger.domain.fields import FIELDS
from ledger.domain.inspections import Authenticity, Service
from ledger.domain.parties import COUNCIL
from ledger.domain.statements import MarkKind, OwnerReportKind, RecordKind
from ledger.files.countries import countries
from ledger.services.scanned import Recorded, Scan, TimelineEntry
from web.scan_view import Event

_CHANGES: Final = 4
"""Fields of a changed description that are spelled out."""
_OWNER: Final = {
    OwnerReportKind.LOST: "Reported lost by its owner",
    OwnerReportKind.STOLEN: "Reported stolen by its owner",
    OwnerReportKind.FOUND: "Found again, says its owner",
}
_MARKS: Final = {
    MarkKind.THEFT: "{who} reported it stolen",
    MarkKind.DISPUTE: "{who} says that its ownership is in dispute",
    MarkKind.SETTLE_THEFT: "{who} took back its report of theft",
    MarkKind.SETTLE_DISPUTE: "{who} says that the dispute is settled",
    MarkKind.RECALL: "{who} recalled it",
    MarkKind.LIFT_RECALL: "{who} ended the recall",
    MarkKind.VOID: "{who} withdrew its record",
    MarkKind.LIFT_VOID: "{who} put its record in force again",
    MarkKind.RECALL_BATCH: "{who} recalled the whole batch",
    MarkKind.LIFT_BATCH_RECALL: "{who} ended the recall of the batch",
    MarkKind.VOID_BATCH: "{who} withdrew the whole batch",
    MarkKind.LIFT_BATCH_VOID: "{who} put the batch in force again",
    MarkKind.RENEW_TWICE: "The double registration is still being looked into",
    MarkKind.CLEAR_TWICE: "The double registration was settled",
}
_OPINIONS: Final = {
    Authenticity.CONSISTENT: "consistent with genuine",
    Authenticity.NOT_GENUINE: "not genuine",
    Authenticity.INCONCLUSIVE: "inconclusive",
    Authenticity.NOT_SUPPORTED: "not judged",
}
SERVICES: Final = {
    Service.REPAIR: "Repaired",
    Service.PART_REPLACED: "A part was replaced",
    Service.CARE: "Cared for",
    Service.REFINISHED: "Refinished",
    Service.CHECKED: "Checked",
}


def timeline(scan: Scan) -> tuple[Event, ...]:
    """What happened to the item, oldest first, each in a sentence with its day."""
    told = sorted([*_made(scan), *_on_sale(scan), *_from_chain(scan)], key=lambda one: one[0])
    return tuple(Event(at.date(), words) for at, words in told)


def service_words(one: Recorded) -> str:
    """What a service did, and by whom."""
    did = SERVICES.get(Service(one.code), "Serviced") if one.code in set(Service) else "Serviced"
    return f"{did} by {one.by}"


def _made(scan: Scan) -> Iterator[tuple[datetime, str]]:
    fields = scan.public_fields or {}
    if fields.get("made_on"):
        country = countries().get(str(fields.get("made_in", "")))
        made = datetime.fromisoformat(fields["made_on"]).replace(tzinfo=UTC)
        yield made, f"Made in {country}" if country else "Made"


def _on_sale(scan: Scan) -> Iterator[tuple[datetime, str]]:
    if scan.on_sale_at is not None:
        yield scan.on_sale_at, "Put on sale"


def _from_chain(scan: Scan) -> Iterator[tuple[datetime, str]]:
    brand = scan.facts.brand.name if scan.facts.brand else "The brand"
    owners = 0
    for entry in scan.timeline:
        if entry.name in ("Claimed", "HandedOver", "RecoveryCompleted"):
            owners += 1
        words = _WORDS.get(entry.name, _untold)(scan, brand, owners, entry)
        if words:
            yield entry.at, words if entry.final else f"{words} (waiting for confirmation)"


def _recorded(scan: Scan, _brand: str, _owners: int, entry: TimelineEntry) -> str:
    for one in scan.records:
        if one.nonce == entry.args["nonce"] and one.recorded_at == entry.at and one.kind == entry.args["kind"]:
            return _record_words(one)
    return ""


def _record_words(one: Recorded) -> str:
    if one.kind is RecordKind.SERVICE:
        return service_words(one)
    if one.kind is RecordKind.WITHDRAWAL:
        return f"{one.by} took back what it had recorded; the earlier entry stays in view"
    opinion = _OPINIONS[one.facts.authenticity] if one.facts else "see below"
    verb = "Inspected" if one.kind is RecordKind.INSPECTION else "Earlier inspection corrected"
    return f"{verb} by {one.by}: {opinion}"


def _untold(_scan: Scan, _brand: str, _owners: int, _entry: TimelineEntry) -> str:
    # Openings and withdrawn offers tell a buyer nothing.
    return ""


def _said(words: str) -> Callable[[Scan, str, int, TimelineEntry], str]:
    return lambda _scan, brand, owners, _entry: words.format(brand=brand, owners=owners)


def _marked(_scan: Scan, brand: str, _owners: int, entry: TimelineEntry) -> str:
    who = "The council" if entry.args["party"] == COUNCIL else brand
    return _MARKS[MarkKind(entry.args["kind"])].format(who=who)


def _owner_reported(_scan: Scan, _brand: str, _owners: int, entry: TimelineEntry) -> str:
    return _OWNER[OwnerReportKind(entry.args["kind"])]


def _amended(scan: Scan, brand: str, _owners: int, entry: TimelineEntry) -> str:
    """That the description changed and, for one item, what it was before: nothing that was once shown is lost."""
    said = f"{brand} changed the description; the earlier one stays on record"
    told = [one for one in scan.timeline if one.name == "ItemAmended"]
    # One that was made by another program is not kept here in words.
    if entry.name != "ItemAmended" or scan.public_fields is None or len(told) != len(scan.earlier_fields):
        return said
    place = next(number for number, one in enumerate(told) if one is entry)
    shown = [*scan.earlier_fields, scan.public_fields]
    before, after = shown[place], shown[place + 1]
    changed = [name for name in FIELDS if before.get(name) != after.get(name)]
    was = "; ".join(f"{name.replace('_', ' ')} was {_value(before.get(name))}" for name in changed[:_CHANGES])
    return f"{said}: {was}" if was else said


def _value(value: Any) -> str:
    if value is None:
        return "not given"
    return f"“{', '.join(value) if isinstance(value, list) else value}”"


_WORDS: Final[Mapping[str, Callable[[Any, str, int, TimelineEntry], str]]] = {
    "BatchRegistered": _said("Registered by {brand}"),
    "Claimed": _said("First owner"),
    "HandedOver": _said("Handed over to a new owner, number {owners}"),
    "RecoveryOpened": _said("Someone asked to have it given back; public notice began"),
    "RecoveryEnded": _said("The request to have it given back ended"),
    "RecoveryCompleted": _said("Given back after public notice, to owner number {owners}"),
    "ClaimReplaced": _said("{brand} replaced its claim card"),
    "Retired": _said("Taken out of circulation"),
    "Contested": _said("Found to be registered twice"),
    "ItemAmended": _amended,
    "BatchAmended": _amended,
    "Recorded": _recorded,
    "OwnerReported": _owner_reported,
    "Marked": _marked,
    "BatchMarked": _marked,
}
