"""Claim cards: downloaded, confirmed by their SHA-256, then the codes are destroyed. Registration waits for that."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from ledger.domain.batches import Batch
from ledger.domain.errors import Conflict, Invalid
from ledger.domain.identity import digital_link
from ledger.domain.organisations import Caller, Scope
from ledger.domain.said import said
from ledger.files.claim_cards import MAX_CARDS, ClaimCard, write_claim_cards
from ledger.files.exports import write_csv
from ledger.files.sealed import read_sealed
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import own_batch
from ledger.services.register_batch import register
from ledger.services.views_of_chain import directory

CARDS = "cards"


def write_cards(ledger: Ledger, caller: Caller, id: str, kind: str, target: BinaryIO) -> str:
    """Write the claim cards (“pdf” or “csv”) and note the file's SHA-256, which `confirm_cards` asks for.

    May be repeated until the download is confirmed. Raises Conflict afterwards: the codes are gone.
    """
    caller.need(Scope.CARDS)
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller, id)
    if not batch.ready:
        raise Conflict(said("This batch is still being made ready. Its cards can be downloaded in a moment."))
    if batch.cards_done_at is not None:
        raise Conflict(
            said(
                "The cards of this batch were downloaded and confirmed, and the codes destroyed. A lost "
                "card is replaced item by item: “replace claim code”."
            )
        )
    if not ledger.files.has(CARDS, batch.id):
        raise Conflict(
            said("The codes of this batch were destroyed already. Confirm once more that you have the cards.")
        )
    digest = _Digest(target)
    with ledger.files.path(CARDS, batch.id).open("rb") as sealed:
        rows = read_sealed(sealed, ledger.vault, f"cards/{batch.id}")
        base = ledger.public_url
        lines = ((gtin, serial, code, f"{digital_link(base, gtin, serial)}#{code}") for gtin, serial, code in rows)
        if kind == "csv":
            # A digest takes bytes as a file does.
            write_csv(digest, ("gtin", "serial", "claim_code", "claim_url"), lines)  # type: ignore[arg-type]
        elif kind == "pdf" and batch.count <= MAX_CARDS:
            # A digest takes bytes as a file does.
            write_claim_cards(digest, (ClaimCard(*line) for line in lines))  # type: ignore[arg-type]
        elif kind == "pdf":
            raise Invalid(
                said(
                    "One PDF holds at most %(max_cards)s cards; this batch has more. Take the CSV instead.",
                    max_cards=f"{MAX_CARDS:,}",
                )
            )
        else:
            raise Invalid(said("Claim cards come as “pdf” or “csv”."))
    with ledger.store.write() as tx:
        tx.batches.change(id, cards_sha256=digest.hexdigest())
    return digest.hexdigest()


def confirm_cards(ledger: Ledger, caller: Caller, id: str, sha256: str) -> Batch:
    """The file is in safe hands: destroy the codes, and register where the operator keeps the brand's key.

    Raises Conflict where `sha256` is not that of the last download; repeating it changes nothing.
    """
    caller.need(Scope.CARDS)
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller, id)
        _check_prefixes(tx, caller)
    if batch.cards_done_at is None:
        if batch.cards_sha256 is None:
            raise Conflict(said("The claim cards of this batch have not been downloaded yet. Download them first."))
        if sha256.lower() != batch.cards_sha256:
            raise Conflict(
                said(
                    "That is not the SHA-256 of the cards that were downloaded last. Compare the file you "
                    "have, or download it again; nothing was destroyed."
                )
            )
        # First the codes, then the promise: a crash in between leaves a batch that is confirmed once more.
        ledger.files.remove(CARDS, batch.id)
        with ledger.store.write() as tx:
            tx.batches.change(id, cards_done_at=ledger.now(), cards_file=None)
    return register(ledger, caller, id)


def _check_prefixes(tx: Tx, caller: Caller) -> None:
    """Readers accept a GTIN from who held its prefix when the batch was registered: so first the prefix."""
    parties = directory(tx)
    for prefix in tx.organisations.prefixes(caller.organisation.id):
        if parties.holder(prefix) != caller.organisation.party:
            raise Conflict(
                said(
                    "The GS1 prefix %(prefix)s is not yet recorded as %(name)s’s, and items registered "
                    "before that would not count. Try again in a minute; nothing was destroyed.",
                    prefix=prefix,
                    name=caller.organisation.name,
                )
            )


class _Digest:
    """A file that hashes what passes through."""

    def __init__(self, target: BinaryIO) -> None:
        self._target = target
        self._digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return self._target.write(data)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()
