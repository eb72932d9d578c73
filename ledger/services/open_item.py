"""The opening that an item's first statement carries: its proof, and its batch as it was registered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.errors import Unavailable
from ledger.domain.merkle import leaf, proof_in
from ledger.domain.openings import Opening
from ledger.domain.said import said
from ledger.services.ports import Ledger, Tx
from ledger.services.views_of_chain import Listed, path_hash_of

TREES = "trees"
"""The shelf of the batches' trees, each under its batch's id."""
_IN_PAGE: Final = 128
"""Nodes that are read at once: 4 KiB."""
_PAGES: Final = 2_048
"""Of a tree as much is held as long as many of its items are proven: 8 MiB."""


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


Proofs = Callable[[Listed], list[bytes]]


@contextmanager
def kept_proofs(ledger: Ledger) -> Iterator[Proofs]:
    """Merkle proofs out of the kept trees, each of which stays open until the block ends.

    Some forty nodes an item, whatever its batch. What is yielded raises Unavailable where a tree is gone.
    """
    with ExitStack() as trees:
        opened: dict[str, Callable[[int], bytes]] = {}

        def proof(subject: Listed) -> list[bytes]:
            batch = subject.batch
            if batch.id not in opened:
                tree = _open_tree(ledger, batch.id)
                trees.callback(os.close, tree)
                opened[batch.id] = _nodes_of(tree)
            return proof_in(opened[batch.id], batch.count, leaf_of(ledger, subject))

        yield proof


def proof_of(ledger: Ledger, subject: Listed) -> list[bytes]:
    """One item's Merkle proof. Raises Unavailable where its batch's tree is gone."""
    with kept_proofs(ledger) as proof:
        return proof(subject)


def _nodes_of(tree: int) -> Callable[[int], bytes]:
    """A tree's nodes by their place. The proofs of many items share most of what is read of the file."""

    @lru_cache(maxsize=_PAGES)
    def page(number: int) -> bytes:
        return os.pread(tree, 32 * _IN_PAGE, 32 * _IN_PAGE * number)

    def node(place: int) -> bytes:
        number, at = divmod(place, _IN_PAGE)
        return page(number)[32 * at : 32 * at + 32]

    return node


def _open_tree(ledger: Ledger, batch: str) -> int:
    try:
        return os.open(ledger.files.path(TREES, batch), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Unavailable(
            said("The proofs of batch %(id)s are not kept here. Put its tree back from a backup.", id=batch)
        ) from None


def opening_of(ledger: Ledger, tx: Tx, subject: Listed, proof: Proofs) -> Opening | None:
    """The item's opening, with what `proof` gives; None while its batch is not on the chain."""
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
        proof=proof(subject),
    )
