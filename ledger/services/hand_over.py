"""Hand an item over: the owner's signed offer is kept here, and goes out together with the acceptance."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

from ledger.domain.errors import BadSignature, Conflict, Invalid, TooMany, Unknown
from ledger.domain.outbox import Queued
from ledger.domain.papers import StoredOffer
from ledger.domain.said import said
from ledger.domain.signers import only_the_chain_can_tell
from ledger.domain.statements import Kind, make, struct_hash, to_json
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.keep_reference import keep_reference
from ledger.services.ports import Ledger, Tx
from ledger.services.submit_statement import Also, submit_statement
from ledger.services.tag_handover import need_tap
from ledger.services.views_of_chain import block_time, find_listed, listed

WEEK = 7 * 86_400
LONGEST = 90 * 86_400
TRIES = 5


def draft_offer(
    ledger: Ledger,
    gtin: str,
    serial: str,
    recipient: str,
    expiry: int | None = None,
    words: Mapping[str, str | None] | None = None,
) -> Draft:
    """The offer for the owner to sign; it ends in a week unless `expiry` (seconds since 1970) says otherwise.

    `words` (a price, a reason) are kept here, named by a salted hash. Raises Conflict where it cannot be handed over.
    """
    with ledger.store.write() if words else ledger.store.read() as tx:
        subject = find_listed(tx, gtin, serial)
        if not subject.claimed or subject.state is None:
            raise Conflict(said("This item has no owner yet, so nobody can hand it over."))
        why = subject.state.why_stopped(ledger.now())
        if why:
            raise Conflict(said("This item cannot be handed over now, because %(why)s.", why=why))
        values = {
            "item": subject.item.item,
            "recipient": recipient,
            "expiry": expiry if expiry is not None else ledger.now() + WEEK,
        }
        if words:
            values["ref"] = keep_reference(ledger, tx, words)
        return draft_in(ledger, tx, Kind.OFFER, values)


def submit_offer(
    ledger: Ledger,
    values: Mapping[str, Any],
    signature: bytes,
    code: str | None = None,
    also: Callable[[Tx, StoredOffer], None] | None = None,
) -> StoredOffer:
    """Keep a signed offer until it is accepted, cancelled or over. `code` (six digits) has to be told to see it.

    Raises BadSignature where the present owner has not signed it, Conflict where it is for an earlier state.
    """
    offer = make(Kind.OFFER, values)
    if code is not None and not (code.isascii() and code.isdigit() and len(code) == 6):
        raise Invalid(said("The code of an offer is six digits."))
    hash = struct_hash(Kind.OFFER, offer.values, ledger.keccak)
    with ledger.store.write() as tx:
        subject = listed(tx, int(offer.values["item"]))
        digest = ledger.domain(tx).digest(hash, ledger.keccak)
        signer = ledger.signing.signer_of(digest, signature) or ledger.signing.claimed_wallet(signature)
        if not subject.claimed or signer != subject.holder:
            raise BadSignature(said("This offer is not signed by the item’s present owner."))
        known = tx.papers.offer_by_hash(hash)
        if known is not None:
            kept = bytes.fromhex(known.signature[2:])
            if kept == signature or not only_the_chain_can_tell(kept):
                if also is not None:
                    also(tx, known)
                return known
            if only_the_chain_can_tell(signature):
                raise Conflict(
                    said("Another offer with exactly these terms is kept already. Draft it again with another expiry.")
                )
            # What only the chain can vouch for gives way to a signature that is known to be the owner's.
            tx.papers.drop_offer(known.id)
        if offer.values["sequence"] != subject.sequence:
            raise Conflict(said("The owner has made another statement since this offer was drafted. Draft it again."))
        now = block_time(ledger, tx)
        if not now < int(offer.values["expiry"]) <= now + LONGEST:
            raise Invalid(said("An offer ends in the future, 90 days from now at the latest."))
        stored = StoredOffer(
            id=ledger.new_id("off"),
            hash=hash,
            item=subject.item.item,
            values=to_json(offer.values),
            signature="0x" + signature.hex(),
            code_hash=None if code is None else _code_hash(ledger, hash, code),
            tries=0,
            created_at=ledger.now(),
            expires_at=int(offer.values["expiry"]),
            released_at=None if code is not None else ledger.now(),
        )
        tx.papers.add_offer(stored)
        if also is not None:
            also(tx, stored)
        return stored


def release_offer(ledger: Ledger, id: str, code: str | None = None) -> StoredOffer:
    """The offer, for whoever knows its name and its six digits; five wrong tries and it is dead.

    Raises Unknown, BadSignature (wrong digits) or TooMany.
    """
    right = True
    with ledger.store.write() as tx:
        offer = tx.papers.offer(id)
        if offer is None:
            raise Unknown(said("There is no such offer. Ask the owner for the link again."))
        if offer.code_hash is not None:
            if offer.tries >= TRIES:
                raise TooMany(
                    said("Five wrong codes: this offer is dead. Ask the owner for a new one."), retry_after=86_400
                )
            right = hmac.compare_digest(_code_hash(ledger, offer.hash, code or ""), offer.code_hash)
            if right:
                tx.papers.change_offer(id, released_at=offer.released_at or ledger.now())
            else:
                tx.papers.change_offer(id, tries=offer.tries + 1)
    if not right:
        left = TRIES - offer.tries - 1
        raise BadSignature(said("Those are not the six digits of this offer. %(left)s tries are left.", left=left))
    return offer


def draft_acceptance(ledger: Ledger, id: str, new_owner: str, code: str | None = None) -> Draft:
    """The acceptance for the new owner to sign, for the item's record as it stands now."""
    offer = release_offer(ledger, id, code)
    with ledger.store.read() as tx:
        return draft_in(ledger, tx, Kind.ACCEPT, {"offer": offer.values, "newOwner": new_owner})


def submit_acceptance(
    ledger: Ledger,
    id: str,
    new_owner: str,
    head: str,
    signatures: list[bytes],
    code: str | None = None,
    also: Also | None = None,
) -> Queued:
    """Queue the handover: the owner's kept signature, then the new owner's (and the link key's where it names one).

    Raises Conflict while a platform has to release it first.
    """
    offer = release_offer(ledger, id, code)
    with ledger.store.read() as tx:
        escrow = tx.asks.escrow(id)
        need_tap(tx, id, ledger.now())
    if escrow is not None and escrow.released_at is None:
        raise Conflict(said("A platform holds this handover. Accept it on the page behind its link."))
    values = {"offer": "0x" + offer.hash.hex(), "newOwner": new_owner, "head": head}
    statement = make(Kind.ACCEPT, values, offer.values)
    return submit_statement(ledger, statement, [bytes.fromhex(offer.signature[2:]), *signatures], also=also)


def _code_hash(ledger: Ledger, offer: bytes, code: str) -> bytes:
    # Six digits alone would be guessed from the database; the vault's key is not in it.
    return hmac.digest(ledger.vault.derive("offer codes"), offer + code.encode(), hashlib.sha256)
