"""The opening that an item's first statement carries: its proof, and its batch as it was registered."""

from __future__ import annotations

from ledger.domain.chain_view import ChainEvent
from ledger.domain.errors import Unavailable
from ledger.domain.merkle import leaf, proof_in
from ledger.domain.openings import Opening
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import Listed, path_hash_of

TREES = "trees"
"""The shelf of the batches' trees, each under its batch's id."""


def registration_event(tx: Tx, number: int | None) -> ChainEvent | None:
    """The event of a batch's registration, None while no block of ours has it.

    None, too, where something else than our batch was registered under its number: then it lists none of our items.
    """
    if number is None:
        return None
    ours = tx.batches.by_number(number)
    for event in tx.chain.batch_events(number):
        if event.name == "BatchRegistered":
            same = ours is None or (event.args["root"], event.args["count"]) == (ours.root, ours.count)
            return event if same else None
    return None


def leaf_of(ledger: Ledger, subject: Listed) -> bytes:
    """The item's leaf in its batch's tree."""
    item = subject.item
    return leaf(path_hash_of(ledger, item), item.record_hash, bytes.fromhex(item.claim_address[2:]), ledger.keccak)


def proof_of(ledger: Ledger, subject: Listed) -> list[bytes]:
    """The item's Merkle proof, read out of the kept tree: some forty reads of 32 bytes, whatever the batch."""
    path = ledger.files.path(TREES, subject.batch.id)
    if not path.exists():
        raise Unavailable(
            said("The proofs of batch %(id)s are not kept here. Put its tree back from a backup.", id=subject.batch.id)
        )
    # Some forty places far apart: reading ahead of each would be read for nothing.
    with path.open("rb", buffering=0) as tree:

        def node(place: int) -> bytes:
            tree.seek(32 * place)
            return tree.read(32)

        return proof_in(node, subject.batch.count, leaf_of(ledger, subject))


def opening_of(ledger: Ledger, tx: Tx, subject: Listed) -> Opening | None:
    """The item's opening; None while its batch is not on the chain."""
    event = registration_event(tx, subject.batch.number)
    if event is None:
        return None
    args, item = event.args, subject.item
    return Opening(
        batch=args["batch"],
        root=args["root"],
        count=args["count"],
        manifest_hash=args["manifestHash"],
        signer=args["signer"],
        time=event.time,
        path_hash=path_hash_of(ledger, item),
        record_hash=item.record_hash,
        claim_address=item.claim_address,
        proof=proof_of(ledger, subject),
    )
