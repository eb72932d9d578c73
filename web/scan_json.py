"""A scan as JSON: one form for the API, for a saved check, and for whoever asks a code's address for JSON.

Nothing about an owner is in it: not who, only that there is one, and since when.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from ledger.domain.identity import check_gtin, path
from ledger.domain.inspections import Remark, Service, WithdrawalReason
from ledger.domain.platform_results import platform_result
from ledger.domain.standing_facts import AsOf, Facts, Undone
from ledger.domain.standing_headlines import Key
from ledger.domain.statements import MarkKind, OwnerReportKind, RecordKind
from ledger.services.ports import Ledger
from ledger.services.scanned import Recorded, Scan, TimelineEntry


class Part(BaseModel):
    """A part of an answer: exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AsOfOut(Part):
    """The block whose state the answer rests on."""

    block: int
    time: datetime
    final: bool = Field(description="Whether that block can no longer be lost.")


class AlsoOut(Part):
    """Something else that is true of the item, under the verdict."""

    key: str
    headline: str
    words: str
    grave: bool = Field(description="Whether it is bad news.")


class CheckOut(Part):
    """One line of what was checked."""

    name: str
    found: str = Field(description="ok, attention or cannot_tell; “cannot tell” is never “no”.")
    words: str
    when: datetime | None


class BrandOut(Part):
    """Whose code it is."""

    name: str
    domain: str | None
    registers_since: date | None


class RegistrationOut(Part):
    """How far the brand's registration has come."""

    progress: str = Field(description="queued, sent, accepted, final or refused.")
    recorded_at: datetime | None


class RecordOut(Part):
    """What the brand says of the item: the fields that it shows to everyone."""

    fields: dict[str, Any]
    amended: bool = Field(description="Whether the brand has changed the description; the earlier ones are listed.")
    earlier: list[dict[str, Any]]
    parts: list[str] = Field(description="The parts whose serials are on record. The serials themselves are private.")


class PlatformOut(Part):
    """The outcome of an authentication as platforms name it."""

    status: str = Field(examples=["PASSED_WITH_EXCEPTION"])
    reason: str | None = Field(examples=["CUSTOMIZED"])


class EntryOut(Part):
    """One inspection, service, withdrawal or correction."""

    kind: str
    by: str
    on: date
    recorded_at: datetime
    final: bool
    number: str = Field(description="The record's number among its organisation's, which a later one may be about.")
    about: str | None = Field(description="The number of the record that this one withdraws or corrects.")
    authenticity: str | None
    condition: str | None
    method: str | None
    persons: int | None
    points: int | None
    remarks: list[str]
    part: str | None = Field(description="The part that a service replaced, where it names one.")
    done: str | None = Field(description="What a service did, or why a record was withdrawn.")
    undone: str = Field(description="no, waiting or final: whether a later record withdraws or corrects it.")
    operator_signed: bool = Field(description="Whether the operator of this ledger keeps the key that signed it.")
    person_signed: bool = Field(description="Whether a person signed it with their own passkey, as far as we know.")
    platform_result: PlatformOut | None = Field(description="An inspection that stands, in eBay's public words.")
    report: dict[str, Any] | None
    evidence: list[str]


class LinksOut(Part):
    """Where to go from here."""

    page: str
    item: str | None
    timeline: str | None


class ScanOut(Part):
    """What the ledger shows of a code, and what a buyer may conclude from it."""

    verdict: str = Field(examples=["held"])
    tick: bool = Field(description="Whether the last final block supports a tick.")
    headline: str
    sentences: list[str]
    next_step: str
    advice: str = Field(description="ok, ask_for_proof, hold, block or no_opinion.", examples=["ask_for_proof"])
    also: list[AlsoOut]
    checks: list[CheckOut]
    cannot_know: list[str]
    gtin: str | None
    serial: str | None
    brand: BrandOut | None
    record: RecordOut | None
    registration: RegistrationOut | None
    on_sale: bool | None
    owned: bool | None = Field(description="Whether it has an owner, as of the newest block we hold; never who.")
    entries: list[EntryOut] = Field(description="Inspections and services, oldest first; those under way last.")
    earlier_entries: int = Field(description="How many older ones are left out; `entries=all` asks for those too.")
    head: str | None = Field(description="The item's head on the chain, for whoever checks it themselves.")
    chain_id: int | None
    contract: str | None
    as_of: AsOfOut | None
    checked_at: datetime
    links: LinksOut


class TimelineEntryOut(Part):
    """One thing that happened to an item or its batch."""

    at: datetime
    event: str = Field(description="The contract's name for it.", examples=["Claimed"])
    block: int
    final: bool
    details: dict[str, str | int]


_REMARKS: Final = {
    Remark.ALTERED: "altered",
    Remark.PARTS_REPLACED: "parts_replaced",
    Remark.CODE_MOVED: "code_moved",
}


def scan_json(ledger: Ledger, scan: Scan) -> dict[str, Any]:
    """The scan as plain JSON values."""
    return scan_out(ledger, scan).model_dump(mode="json")


def scan_out(ledger: Ledger, scan: Scan, newest: int | None = None) -> ScanOut:
    """The scan as the API describes it, with the newest entries alone where a number is given."""
    facts, got = scan.facts, scan.standing
    # Before its registration is signed, an item is nobody's business but its brand's.
    recorded = scan.subject is not None and got.key is not Key.UNKNOWN
    told = scan.records[max(0, len(scan.records) - newest) :] if newest is not None else scan.records
    return ScanOut(
        verdict=got.key.value,
        tick=got.tick,
        headline=got.headline,
        sentences=list(got.sentences),
        next_step=got.next_step,
        advice=got.advice.value,
        also=[AlsoOut(key=str(x.key), headline=x.headline, words=x.words, grave=x.grave) for x in got.lines],
        checks=[CheckOut(name=x.name, found=x.found.value, words=x.words, when=x.when) for x in got.checked],
        cannot_know=list(got.cannot_know),
        gtin=scan.gtin,
        serial=scan.serial,
        brand=_brand(facts),
        record=_record(scan) if recorded else None,
        registration=_registration(facts),
        on_sale=facts.on_sale if recorded else None,
        owned=scan.subject.claimed if recorded and scan.subject else None,
        entries=[_entry(one) for one in told] if recorded else [],
        earlier_entries=scan.left_out + len(scan.records) - len(told) if recorded else 0,
        head=scan.head,
        chain_id=scan.chain_id,
        contract=scan.contract,
        as_of=as_of_out(got.as_of),
        checked_at=got.at,
        links=_links(ledger, scan, recorded=recorded),
    )


def as_of_out(as_of: AsOf | None) -> AsOfOut | None:
    """The block an answer rests on; None where we hold none."""
    return None if as_of is None else AsOfOut(block=as_of.block, time=as_of.time, final=as_of.final)


def page_address(ledger: Ledger, gtin: str | None, serial: str | None) -> str:
    """The address of the page that says the same to a person."""
    if gtin is None:
        return ledger.public_url + "/check"
    return ledger.public_url + (f"/01/{gtin}" if serial is None else path(check_gtin(gtin), serial))


def timeline_entry_out(entry: TimelineEntry) -> TimelineEntryOut:
    """An event with the details that concern everyone; addresses of owners are left out."""
    return TimelineEntryOut(
        at=entry.at, event=entry.name, block=entry.block, final=entry.final, details=_details(entry.name, entry.args)
    )


def _details(event: str, args: Mapping[str, Any]) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    if event in ("Marked", "BatchMarked"):
        found = {"mark": MarkKind(args["kind"]).name.lower(), "party": args["party"]}
    elif event == "OwnerReported":
        found = {"report": OwnerReportKind(args["kind"]).name.lower()}
    elif event == "Recorded":
        found = {"record": RecordKind(args["kind"]).name.lower(), "party": args["party"], "number": str(args["nonce"])}
    elif event in ("ItemAmended", "BatchAmended", "ClaimReplaced", "Retired", "RecoveryOpened"):
        found = {"party": args["party"]}
    elif event == "BatchRegistered":
        found = {"batch": str(args["batch"]), "items": args["count"]}
    elif event == "ItemOpened":
        found = {"batch": str(args["batch"]), "record": "0x" + args["recordHash"].hex()}
    if isinstance(args.get("statement"), bytes):
        found["statement"] = "0x" + args["statement"].hex()
    return found


def _brand(facts: Facts) -> BrandOut | None:
    brand = facts.brand
    if brand is None:
        return None
    return BrandOut(name=brand.name, domain=brand.domain, registers_since=brand.registers_since)


def _registration(facts: Facts) -> RegistrationOut | None:
    found = facts.registration
    if found is None:
        return None
    return RegistrationOut(progress=found.progress.value, recorded_at=found.recorded_at)


def _record(scan: Scan) -> RecordOut | None:
    if scan.public_fields is None:
        return None
    earlier = [dict(fields) for fields in scan.earlier_fields]
    return RecordOut(fields=dict(scan.public_fields), amended=scan.amended, earlier=earlier, parts=list(scan.parts))


def _for_platforms(one: Recorded) -> PlatformOut | None:
    if one.facts is None or one.undone is not Undone.NO:
        return None
    found = platform_result(one.facts if one.final else None)
    return PlatformOut(status=found.status, reason=found.reason)


def _entry(one: Recorded) -> EntryOut:
    facts = one.facts
    codes = {RecordKind.SERVICE: Service, RecordKind.WITHDRAWAL: WithdrawalReason}.get(one.kind)
    done = codes(one.code).name.lower() if codes and one.code in [each.value for each in codes] else None
    return EntryOut(
        kind=one.kind.name.lower(),
        by=one.by,
        on=one.on,
        recorded_at=one.recorded_at,
        final=one.final,
        number=str(one.nonce),
        about=str(one.about) if one.kind in (RecordKind.WITHDRAWAL, RecordKind.CORRECTION) else None,
        authenticity=facts.authenticity.name.lower() if facts else None,
        condition=facts.condition if facts else None,
        method=facts.method.name.lower() if facts else None,
        persons=facts.persons if facts else None,
        points=facts.points if facts else None,
        remarks=[name for remark, name in _REMARKS.items() if facts and remark in facts.remarks],
        part=one.part or None,
        done=done,
        undone={Undone.NO: "no", Undone.WAITING: "waiting", Undone.FINAL: "final"}[one.undone],
        operator_signed=one.operator_signed,
        person_signed=one.by_person,
        platform_result=_for_platforms(one),
        report=None if one.report is None else dict(one.report),
        evidence=list(one.evidence),
    )


def _links(ledger: Ledger, scan: Scan, *, recorded: bool) -> LinksOut:
    page = page_address(ledger, scan.gtin, scan.serial)
    if not recorded or scan.gtin is None or scan.serial is None:
        return LinksOut(page=page, item=None, timeline=None)
    item = ledger.public_url + api_path(scan.gtin, scan.serial)
    return LinksOut(page=page, item=item, timeline=item + "/timeline")


def api_path(gtin: str, serial: str) -> str:
    """The path of an item in the API."""
    _, _, gtin, _, encoded = path(check_gtin(gtin), serial).split("/")
    return f"/v1/items/{gtin}/{encoded}"
