"""Issue credentials: the one that is in force as long as what it says still holds, else a new one.

Who asks does not matter and cannot choose the issuer: a passport is its brand's, an inspection its inspector's, and
both say only what anybody may read of the item anyhow.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.domain.credential_subjects import RECEIPT_NOTE, Thing, receipt_subject
from ledger.domain.credentials import (
    CONTEXT_PATH,
    DAY,
    RENEW,
    Credential,
    CredentialKind,
    body_of,
)
from ledger.domain.errors import Conflict, Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import digital_link
from ledger.domain.said import said
from ledger.domain.serials import check_serial
from ledger.domain.status_lists import FULL, REVOCATION, SUSPENSION, entry, free_position
from ledger.services.credential_drafts import Draft, Drafter
from ledger.services.credential_jose import read
from ledger.services.credential_keys import ledger_issuer, make_key, sign_as
from ledger.services.ports import Ledger, Tx
from ledger.services.scan_item import scan_item
from ledger.services.views_of_chain import Listed, find_listed


@dataclass(frozen=True, slots=True)
class Issued:
    """A signed credential and what it says."""

    token: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OfInspection:
    """One inspection of an item that a credential can be had for; the statement is 0x text."""

    statement: str
    by: str
    on: str


def issue(ledger: Ledger, gtin: str, serial: str, kind: CredentialKind, statement: bytes | None = None) -> Issued:
    """The credential of an item. Raises Unknown, Invalid, and Conflict where nothing can be said (any more)."""
    if kind is CredentialKind.RECEIPT:
        return issue_receipt(ledger, gtin, serial)
    with ledger.store.read() as tx:
        _, _, found = _in_force(ledger, tx, gtin, serial, kind, statement)
    if found is not None:
        return Issued(found.token, read(found.token))
    with ledger.store.write() as tx:
        # Looked at again: somebody else may have asked for the same a moment ago.
        subject, draft, found = _in_force(ledger, tx, gtin, serial, kind, statement)
        if found is not None:
            return Issued(found.token, read(found.token))
        for earlier in tx.credentials.live(subject.item.item, kind, statement):
            if earlier.fingerprint != draft.fingerprint:
                tx.credentials.revoke(earlier.id, ledger.now())
        return issue_new(ledger, tx, subject, draft)


def issue_receipt(ledger: Ledger, gtin: str, serial: str) -> Issued:
    """What the ledger says of a code now, signed by the ledger, for a day. Any code gets one. Raises Invalid."""
    checked = check_gtin(gtin)
    check_serial(serial)
    got = scan_item(ledger, checked, serial).standing
    thing = Thing(digital_link(ledger.public_url, checked, serial), checked, serial)
    issuer, now = ledger_issuer(ledger), ledger.now()
    body = body_of(
        contexts=(ledger.public_url + CONTEXT_PATH,),
        types=("VerifiableCredential", "ReceiptCredential"),
        id=f"urn:uuid:{_name(ledger)}",
        issuer=issuer,
        valid=(now, now + DAY),
        subject=receipt_subject(thing, got),
        description=RECEIPT_NOTE,
    )
    make_key(ledger, issuer)
    with ledger.store.read() as tx:
        token, _ = sign_as(ledger, tx, issuer, body)
    return Issued(token, body)


def inspections_of(ledger: Ledger, gtin: str, serial: str) -> list[OfInspection]:
    """The inspections of an item that credentials can be had for. Raises Unknown, Invalid."""
    with ledger.store.read() as tx:
        found = Drafter(ledger, tx, public_item(tx, gtin, serial)).inspections()
    return [
        OfInspection("0x" + event.statement.hex(), one.by, one.on.isoformat())
        for event, one in found
        if event.statement is not None
    ]


def public_item(tx: Tx, gtin: str, serial: str) -> Listed:
    """The item, unless its registration is not signed yet: until then it is nobody's business but its brand's."""
    found = find_listed(tx, gtin, serial)
    if found.batch.statement is None:
        raise Unknown(said("There is no item of that GTIN and serial in this ledger. Check the last characters."))
    return found


def _in_force(
    ledger: Ledger, tx: Tx, gtin: str, serial: str, kind: CredentialKind, statement: bytes | None
) -> tuple[Listed, Draft, Credential | None]:
    """The newest one that says what is, if it is good for a while yet. Raises Conflict where it is over for good."""
    subject = public_item(tx, gtin, serial)
    draft = Drafter(ledger, tx, subject).draft(kind, statement)
    if draft.hold.over:
        raise Conflict(
            said("What this would say does not hold any more, so nothing is issued. Look at the item’s page for why.")
        )
    for one in tx.credentials.live(subject.item.item, kind, draft.statement):
        if one.fingerprint == draft.fingerprint and one.valid_until - RENEW > ledger.now():
            return subject, draft, one
    return subject, draft, None


def issue_new(ledger: Ledger, tx: Tx, subject: Listed, draft: Draft) -> Issued:
    """Sign a draft, give it its places in the status lists and keep it, in a transaction that writes."""
    now, issuer = ledger.now(), draft.issuer
    pair, used = tx.credentials.newest_pair(issuer.key)
    pair += used >= FULL
    position = free_position(ledger.random, lambda place: tx.credentials.taken(issuer.key, pair, place))
    name = _name(ledger)
    body = body_of(
        contexts=draft.contexts,
        types=draft.types,
        id=f"urn:uuid:{name}",
        issuer=issuer,
        valid=(now, now + draft.lasts),
        subject=draft.subject,
        status=_status(ledger, draft, pair, position),
        **draft.more,
    )
    token, kid = sign_as(ledger, tx, issuer, body)
    tx.credentials.add(
        Credential(
            id=name,
            issuer=issuer.key,
            kid=kid,
            kind=draft.kind,
            item=subject.item.item,
            fingerprint=draft.fingerprint,
            pair=pair,
            position=position,
            token=token,
            issued_at=now,
            valid_until=now + draft.lasts,
            batch=subject.batch.number,
            party=draft.party,
            statement=draft.statement,
            suspended_at=now if draft.hold.doubtful else None,
            unsettled=draft.hold.unsettled,
            look_again_at=draft.hold.look_again_at,
        )
    )
    return Issued(token, body)


def _status(ledger: Ledger, draft: Draft, pair: int, position: int) -> object:
    """The entries of `credentialStatus`: revoked or not, and suspended or not.

    UNTP 0.7.0 takes one entry only, with a number for a place. What it says of a product stays true of a stolen one, so
    it is the entry for revocation.
    """
    slug = draft.issuer.slug
    entries = [entry(ledger.public_url, slug, pair, position, one) for one in (REVOCATION, SUSPENSION)]
    if draft.kind is CredentialKind.UNTP:
        return {**entries[0], "statusListIndex": position}
    return entries


def _name(ledger: Ledger) -> str:
    return str(uuid.UUID(bytes=ledger.random(16), version=4))
