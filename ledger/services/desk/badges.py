"""Badges for listings: issued while the verdict carries the tick, revoked when it changes, shown with today's truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ledger.domain.credentials import Credential, CredentialKind
from ledger.domain.desk.badges import RENEW, badge_name, fit, listing_address
from ledger.domain.errors import Conflict, Unknown
from ledger.domain.organisations import Caller, Role, Scope
from ledger.domain.said import said
from ledger.services.check_items import Asked, check_items
from ledger.services.credential_drafts import BadgeFor, Drafter
from ledger.services.credential_issue import Issued, issue_new, public_item
from ledger.services.credential_jose import read
from ledger.services.ports import Ledger, Tx
from ledger.services.scan_item import scan_item
from ledger.services.scanned import Scan

ISSUED_FOR: Final = (Role.PLATFORM, Role.BRAND)


@dataclass(frozen=True, slots=True)
class Badge:
    """An issued badge: its name, the signed text and what it says."""

    id: str
    issued: Issued


@dataclass(frozen=True, slots=True)
class BadgeToday:
    """A badge, and what the record shows of its item now. `holds` says whether the badge still tells the truth."""

    listing: str
    asked_by: str
    kept: Credential
    scan: Scan
    holds: bool


def issue_badge(ledger: Ledger, caller: Caller, asked: Asked, listing: str) -> Badge:
    """A badge for a listing; the one there is, while it holds for some hours yet.

    Raises Unknown, Invalid, Forbidden, and Conflict where the item's verdict carries no tick now.
    """
    caller.need(Scope.CHECK)
    caller.need_role(*ISSUED_FOR)
    own, address = caller.organisation, listing_address(listing)
    [scan] = check_items(ledger, [asked])
    if scan.gtin is None or scan.serial is None:
        raise Unknown(said("This code names no single item, so there is nothing to put on a badge."))
    wanted = BadgeFor(address, own.name, badge_name(own.id, address))
    with ledger.store.write() as tx:
        subject = public_item(tx, scan.gtin, scan.serial)
        drafter = Drafter(ledger, tx, subject)
        _need_tick(drafter.scan)
        draft = drafter.badge(wanted)
        for one in tx.credentials.live(subject.item.item, CredentialKind.BADGE, wanted.name):
            if one.fingerprint != draft.fingerprint:
                tx.credentials.revoke(one.id, ledger.now())
            elif one.valid_until - RENEW > ledger.now():
                return Badge(one.id, Issued(one.token, read(one.token)))
        issued = issue_new(ledger, tx, subject, draft)
    return Badge(str(issued.body["id"]).rpartition(":")[2], issued)


def badge_today(ledger: Ledger, id: str) -> BadgeToday:
    """A badge and today's truth. Raises Unknown, Unavailable."""
    with ledger.store.read() as tx:
        kept = _kept(tx, id)
    body: dict[str, Any] = read(kept.token)
    said_then = body["credentialSubject"]
    scan = scan_item(ledger, said_then["gtin"], said_then["serialNumber"])
    got = scan.standing
    same = got.tick and fit(got) and got.key.value == said_then["answer"]["verdict"]
    holds = same and kept.revoked_at is None and kept.valid_until > ledger.now()
    return BadgeToday(said_then["listing"], said_then["askedBy"], kept, scan, holds)


def _kept(tx: Tx, id: str) -> Credential:
    found = tx.credentials.get(id)
    if found is None or found.kind is not CredentialKind.BADGE:
        raise Unknown(said("There is no such badge. Scan the item’s own code instead."))
    return found


def _need_tick(scan: Scan) -> None:
    got = scan.standing
    if got.tick and not fit(got):
        raise Conflict(said("An order holds this item, so no badge is made for it."))
    if not got.tick:
        raise Conflict(
            said(
                "The record shows of this item: “%(headline)s”. A badge is for items that nothing is said against.",
                headline=got.headline,
            )
        )
