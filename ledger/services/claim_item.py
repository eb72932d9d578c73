"""Claim an item: the card's code and the activation half make the claim key, which signs beside the new owner.

The code never comes here: whoever claims derives the key where they are, from the half that a draft hands out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.domain.errors import BadSignature, Conflict, TooMany
from ledger.domain.outbox import Queued
from ledger.domain.said import said
from ledger.domain.statements import Kind, Statement, make, statement_hash
from ledger.services.draft_statement import Draft, draft_in
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import activation_half, batch_secret
from ledger.services.submit_statement import Also, queue, submit_statement
from ledger.services.views_of_chain import find_listed, listed

TRIES = 5
PAUSE = 3600


@dataclass(frozen=True, slots=True)
class ClaimDraft:
    """What a claimer needs beside the card's code."""

    draft: Draft
    item: int
    activation_half: bytes


def draft_claim(ledger: Ledger, gtin: str, serial: str, new_owner: str) -> ClaimDraft:
    """The claim to sign, and the activation half once the item is on sale.

    Raises Conflict where it is not on sale, has an owner, or is stopped; TooMany after five wrong codes.
    """
    with ledger.store.read() as tx:
        subject = find_listed(tx, gtin, serial)
        _check_tries(ledger, tx.papers.tries(tries_of(subject.item.item)))
        if subject.claimed:
            raise Conflict(said("This item already has an owner. If that surprises you, ask the brand before you pay."))
        if tx.batches.on_sale_at(subject.item.item) is None:
            raise Conflict(said("The brand has not put this item on sale yet, so it cannot be claimed. Ask the brand."))
        why = subject.state.why_stopped(ledger.now()) if subject.state else ""
        if why:
            raise Conflict(said("This item cannot be claimed now, because %(why)s.", why=why))
        draft = draft_in(ledger, tx, Kind.CLAIM, {"item": subject.item.item, "newOwner": new_owner})
        half = activation_half(batch_secret(ledger, subject.batch), subject.item.item)
        return ClaimDraft(draft, subject.item.item, half)


def submit_claim(
    ledger: Ledger,
    gtin: str,
    serial: str,
    new_owner: str,
    claim_signature: bytes,
    owner_signature: bytes,
    also: Also | None = None,
) -> Queued:
    """Queue a claim. A wrong claim key counts: five in an hour, then a pause, kept by item and not by person.

    What `also` keeps stands or falls with it.
    """
    with ledger.store.read() as tx:
        subject = find_listed(tx, gtin, serial)
        _check_tries(ledger, tx.papers.tries(tries_of(subject.item.item)))
        digest = draft_in(ledger, tx, Kind.CLAIM, {"item": subject.item.item, "newOwner": new_owner}).needed[0].digest
        holder = subject.holder
    try:
        right = ledger.signing.signer_of(digest, claim_signature) == holder
    except BadSignature:
        right = False
    if not right and not subject.claimed:
        _count_try(ledger, subject.item.item)
        raise _wrong_code()
    statement: Statement = make(Kind.CLAIM, {"item": subject.item.item, "newOwner": new_owner})
    return submit_statement(ledger, statement, [claim_signature, owner_signature], also=also)


def queue_claim(
    ledger: Ledger,
    tx: Tx,
    statement: Statement,
    signatures: Sequence[bytes],
    *,
    organisation: str | None = None,
    hash: bytes | None = None,
) -> Queued:
    """The same for a whole claim, in a transaction that keeps more: a wrong code counts there too."""
    item = int(statement.values["item"])
    subject = listed(tx, item)
    tries = tx.papers.tries(tries_of(item))
    _check_tries(ledger, tries)
    hash = statement_hash(statement, ledger.keccak) if hash is None else hash
    if not subject.claimed and not _by_card(ledger, tx, hash, signatures, subject.holder):
        _note_try(ledger, tx, item, tries)
        raise _wrong_code()
    return queue(ledger, tx, statement, signatures, organisation=organisation, hash=hash)


def _by_card(ledger: Ledger, tx: Tx, hash: bytes, signatures: Sequence[bytes], holder: str) -> bool:
    digest = ledger.domain(tx).digest(hash, ledger.keccak)
    try:
        return bool(signatures) and ledger.signing.signer_of(digest, signatures[0]) == holder
    except BadSignature:
        return False


def _wrong_code() -> BadSignature:
    return BadSignature(
        said(
            "That claim code is not this item’s. Compare it with the card, and the serial on the "
            "card with the item’s. After %(tries)s wrong codes there is a pause of an hour.",
            tries=TRIES,
        )
    )


def tries_of(item: int) -> str:
    """The name under which wrong codes for an item are counted."""
    return f"claim:{item:064x}"


def _check_tries(ledger: Ledger, tries: tuple[int, int]) -> None:
    count, since = tries
    left = since + PAUSE - ledger.now()
    if count >= TRIES and left > 0:
        raise TooMany(
            said(
                "There were %(tries)s wrong claim codes for this item. Wait %(max)s minutes, then try "
                "again with the card in hand.",
                tries=TRIES,
                max=max(1, left // 60),
            ),
            retry_after=left,
        )


def _count_try(ledger: Ledger, item: int) -> None:
    with ledger.store.write() as tx:
        tries = tx.papers.tries(tries_of(item))
        # Of many at once, those behind the fifth hear what they would have heard one after the other.
        _check_tries(ledger, tries)
        _note_try(ledger, tx, item, tries)


def _note_try(ledger: Ledger, tx: Tx, item: int, tries: tuple[int, int]) -> None:
    count, since = tries
    if ledger.now() - since >= PAUSE:
        count, since = 0, ledger.now()
    tx.papers.set_tries(tries_of(item), count + 1, ledger.now() if count + 1 == TRIES else since)
