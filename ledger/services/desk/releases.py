"""Advice to a platform that holds money: release it, or hold it, with reasons and their ends; signed and logged.

The advice is a credential of the ledger (`application/vc+jwt`, VC-JOSE-COSE): whoever is shown it later, the seller or
a court, checks it with the ledger's public key (`/.well-known/did.json`) and without asking the platform.

Entry in the desk's log: `release.advised` (decision, reasons with their ends, block, what was asked for).
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ledger.domain.credentials import body_of, instant
from ledger.domain.desk.releases import Change, Inspected, Money, Release, advise
from ledger.domain.errors import Unknown
from ledger.domain.gtins import Gtin, check_gtin
from ledger.domain.identity import digital_link
from ledger.domain.inspections import Authenticity, Method
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.outbox import State
from ledger.domain.said import said
from ledger.domain.serials import check_serial
from ledger.domain.standing_facts import Hold
from ledger.domain.standing_phrases import why_not_counted
from ledger.domain.statements import statement_hash
from ledger.services.credential_keys import ledger_issuer, make_key, sign_as
from ledger.services.desk.orders import hold_of, holds_on_sellers, judged_in
from ledger.services.escrow import kept_statement
from ledger.services.gather_facts import FactReader
from ledger.services.ports import Ledger, Tx
from ledger.services.progress_of import progress_of
from ledger.services.scan_item import scan_item
from ledger.services.scanned import Scan
from ledger.services.views_of_chain import find_listed, listed, moment

_TERMS: Final = "https://www.w3.org/ns/credentials/undefined-terms/v2"
"""The context for words that no other names (VCDM 2.0, appendix B)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a platform asks: by the offer that names it, or by the item and since when it was sold (seconds)."""

    offer: str | None = None
    gtin: str = ""
    serial: str = ""
    sold_at: int = 0
    territory: str | None = None
    seller: str | None = None
    inspection: bool = False


@dataclass(frozen=True, slots=True)
class Advised:
    """The advice, what it is about, and the signed form of it."""

    id: str
    release: Release
    scan: Scan
    gtin: Gtin
    serial: str
    token: str


def check_release(ledger: Ledger, caller: Caller, asked: Question) -> Advised:
    """Advise on one payment. Raises Unknown for an offer that is not this platform's, Invalid for a bad code."""
    caller.need(Scope.CHECK)
    caller.need_role(Role.PLATFORM)
    with ledger.store.read() as snapshot:
        gtin, serial, since = _subject(snapshot, caller, asked)
        now = datetime.fromtimestamp(ledger.now(), UTC)
        tx = snapshot.gathered([(gtin, serial)], ledger.now())
        sellers = _seller_orders(snapshot, caller, asked, int(now.timestamp()))
        change: tuple[Change, datetime | None] = (Change.NONE, None)
        reader = FactReader(ledger, tx, find_listed(tx, gtin, serial), now) if tx.batches.find(gtin, serial) else None
        if reader is not None:
            scan, change = reader.scan(looks_different=False, alone=False), _change(ledger, reader, asked, since)
    if reader is None:
        scan = scan_item(ledger, gtin, serial)
    scan = judged_in(scan, asked.territory)
    inspected = _inspected(scan, since) if asked.inspection else Inspected.NOT_ASKED
    release = advise(scan.facts, scan.standing, Money(change[0], inspected, sellers, change[1]), now)
    issuer = ledger_issuer(ledger)
    make_key(ledger, issuer)
    with ledger.store.write() as tx:
        id = ledger.new_id("rel")
        token, _ = sign_as(ledger, tx, issuer, _body(ledger, id, caller, asked, release, gtin, serial, scan))
        _note(tx, id, caller, asked, release, scan, token, gtin, serial)
    return Advised(id, release, scan, gtin, serial, token)


def _subject(tx: Tx, caller: Caller, asked: Question) -> tuple[Gtin, str, int]:
    """The item, and since when what happened to it counts."""
    if asked.offer is None:
        check_serial(asked.serial)
        return check_gtin(asked.gtin), asked.serial, asked.sold_at
    escrow, offer = tx.asks.escrow(asked.offer), tx.papers.offer(asked.offer)
    if escrow is None or offer is None or escrow.organisation != caller.organisation.id:
        raise Unknown(said("There is no such handover among those that wait for you."))
    item = listed(tx, offer.item).item
    return check_gtin(item.gtin), item.serial, escrow.created_at


def _change(ledger: Ledger, reader: FactReader, asked: Question, since: int) -> tuple[Change, datetime | None]:
    """How far the handover is that the money is for, and when its offer runs out."""
    tx, now = reader.tx, int(reader.now.timestamp())
    if asked.offer is None:
        told = [one for one in reader.events if one.name in ("HandedOver", "Claimed") and one.time >= since]
        if told:
            return (Change.FINAL if told[-1].block <= reader.final else Change.UNDER_WAY), None
        return (Change.UNDER_WAY if reader.queued else Change.NONE), None
    escrow, offer = tx.asks.escrow(asked.offer), tx.papers.offer(asked.offer)
    assert escrow is not None
    assert offer is not None
    for event in reader.events:
        if event.name == "HandedOver" and event.args["offer"] == offer.hash:
            return (Change.FINAL if event.block <= reader.final else Change.UNDER_WAY), None
    if escrow.refused_at is not None:
        return Change.REFUSED, None
    if escrow.released_at is not None and escrow.accepted is not None:
        statement, _ = kept_statement(tx, asked.offer, escrow.accepted)
        queued = tx.outbox.by_hash(statement_hash(statement, ledger.keccak))
        refused = queued is not None and progress_of(ledger, tx, [queued])[queued.id].state is State.REFUSED
        return (Change.FAILED if refused else Change.UNDER_WAY), None
    if offer.expires_at <= now:
        return Change.OVER, None
    return (Change.OFFERED if escrow.accepted is None else Change.KEPT), moment(offer.expires_at)


def _inspected(scan: Scan, since: int) -> Inspected:
    """What the newest inspection in hand since the sale says, of those that count and are final."""
    counting = [
        one
        for one in scan.facts.inspections
        if one.final
        and one.method is Method.IN_HAND
        and one.recorded_at.timestamp() >= since
        and why_not_counted(one) is None
    ]
    if not counting:
        return Inspected.NONE
    newest = max(counting, key=lambda one: one.recorded_at)
    return Inspected.PASSED if newest.result is Authenticity.CONSISTENT else Inspected.FAILED


def _seller_orders(tx: Tx, caller: Caller, asked: Question, now: int) -> tuple[Hold, ...]:
    if asked.seller is None:
        return ()
    found = holds_on_sellers(tx, caller.organisation.id, [asked.seller], now, asked.territory).get(asked.seller, [])
    return tuple(map(hold_of, found))


def _holds(release: Release) -> list[dict[str, str]]:
    return [{"reason": one.why.value, "until": instant(one.until)} for one in release.holds]


def _body(
    ledger: Ledger,
    id: str,
    caller: Caller,
    asked: Question,
    release: Release,
    gtin: Gtin,
    serial: str,
    scan: Scan,
) -> dict[str, Any]:
    as_of = scan.standing.as_of
    subject: dict[str, Any] = {
        "id": digital_link(ledger.public_url, gtin, serial),
        "gtin": gtin,
        "serialNumber": serial,
        "releaseAdvice": {
            "name": id,
            "for": caller.organisation.name,
            "offer": asked.offer,
            "territory": asked.territory,
            "decision": release.decision.value,
            "holds": _holds(release),
            "asOf": None if as_of is None else {"block": as_of.block, "final": as_of.final},
        },
    }
    return body_of(
        contexts=(_TERMS,),
        types=("VerifiableCredential", "ReleaseAdviceCredential"),
        id=f"urn:uuid:{uuid.UUID(bytes=ledger.random(16), version=4)}",
        issuer=ledger_issuer(ledger),
        valid=(int(release.at.timestamp()), int(release.valid_until.timestamp())),
        subject=subject,
    )


def _note(
    tx: Tx,
    id: str,
    caller: Caller,
    asked: Question,
    release: Release,
    scan: Scan,
    token: str,
    gtin: Gtin,
    serial: str,
) -> None:
    as_of = scan.standing.as_of
    body = {
        "decision": release.decision.value,
        "holds": _holds(release),
        "item": hashlib.sha256(f"{gtin}/{serial}".encode()).hexdigest(),
        "offer": asked.offer,
        "territory": asked.territory,
        "inspection": asked.inspection,
        "verdict": scan.standing.key.value,
        "block": None if as_of is None else as_of.block,
        "final": as_of is not None and as_of.final,
        "signed": hashlib.sha256(token.encode()).hexdigest(),
    }
    tx.desk_log.append("release.advised", caller.organisation.id, id, body, int(release.at.timestamp()))
