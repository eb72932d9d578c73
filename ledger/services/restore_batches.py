"""Make the rows of batches and items again from their private manifests, to the same rows.

A manifest is believed only where it leads to the registered root: every record is hashed anew, every leaf and
the tree, and the files' name on the chain. What manifests do not hold (whether the cards were confirmed, and
the statement) stays as the row has it; for a row that is gone it follows from the registration.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ledger.domain.batches import Batch, MadeItem
from ledger.domain.chain_view import ChainEvent
from ledger.domain.errors import Conflict, Unavailable
from ledger.domain.fields import FIELDS
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import item_id, path, path_hash
from ledger.domain.merkle import Tree, leaf
from ledger.domain.records import RecordHasher
from ledger.domain.said import said
from ledger.files.sealed import read_sealed
from ledger.services.components_index import index_amendment, index_items
from ledger.services.open_item import TREES
from ledger.services.ports import Ledger, Tx
from ledger.services.write_manifest import MANIFESTS, manifest_hash

_CHUNK = 2_000
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was made anew."""

    batches: int
    items: int


def restore_batches(ledger: Ledger, on_progress: Progress | None = None) -> Restored:
    """All batches that have a private manifest here, in one transaction: all of them or, where one is damaged, none.

    Raises Conflict naming the batch whose manifest does not lead to what was registered.
    """
    names = [name for name in ledger.files.names(MANIFESTS) if len(name) == 64]
    heads = {name: head for name in names if (head := _head(ledger, name)) is not None}
    others = [name for name in names if name not in heads]
    done = items = 0
    with ledger.store.write() as tx:
        for row in _rows(tx):
            if row.ready and row.private_file not in heads:
                raise _damaged(row.id, str(row.private_file))
        registered = _registered(ledger, tx, list(heads), others)
        for private, head in sorted(heads.items(), key=lambda one: str(one[1]["id"])):
            known = tx.batches.get(head["id"])
            public, event = registered.get(private, (None, None))
            if event is None and known is not None and known.private_file == private:
                public = known.public_file
            if public is None:
                continue  # of a preparation that was begun again, or of a batch that nobody knows
            items += _restore(ledger, tx, private, public, head, known, event)
            done += 1
            if on_progress:
                on_progress(items)
    return Restored(done, items)


def _damaged(batch_id: str, private: str) -> Conflict:
    return Conflict(
        said(
            "The manifest of batch %(id)s is gone or damaged. Put the file %(private_file)s… back "
            "from a backup. Nothing was changed.",
            id=batch_id,
            private_file=private[:12],
        )
    )


def _rows(tx: Tx) -> Iterator[Batch]:
    for organisation in tx.organisations.all():
        before = None
        while page := tx.batches.page(organisation.id, before, _CHUNK):
            yield from page
            before = page[-1].id


def _registered(ledger: Ledger, tx: Tx, private: list[str], others: list[str]) -> dict[str, tuple[str, ChainEvent]]:
    """For each private manifest that is named on the chain, its public half and the registration."""
    events = {bytes(event.args["manifestHash"]): event for event in tx.chain.events_named(["BatchRegistered"])}
    found = {}
    for mine, public in itertools.product(private, others):
        # The pair is found by its name alone: which public file belongs to which private one stands nowhere else.
        event = events.get(manifest_hash(ledger, public, mine))
        if event is not None:
            found[mine] = (public, event)
    return found


def _head(ledger: Ledger, name: str) -> dict[str, Any] | None:
    """The first row of a private manifest; None for another kind of file."""
    try:
        with ledger.files.path(MANIFESTS, name).open("rb") as file:
            head = next(read_sealed(file, ledger.vault, "manifest"), None)
    except Unavailable:
        return None
    return head if isinstance(head, dict) and "sealed" in head else None


def _restore(
    ledger: Ledger,
    tx: Tx,
    private: str,
    public: str,
    head: dict[str, Any],
    row: Batch | None,
    event: ChainEvent | None,
) -> int:
    maker = _Maker(ledger, head)
    amended = tx.batches.amendments_of(head["id"])
    tx.batches.drop_items(head["id"])
    named = manifest_hash(ledger, public, private)
    if row is None:
        # Items hang off their batch, so it has to be there first; its root follows below.
        tx.batches.add(_new_row(tx, head, event))
    place = 0
    try:
        for chunk in maker.chunks(private):
            tx.batches.insert_made(head["id"], place, [made for made, _ in chunk])
            index_items(ledger, tx, head["brand"], [_described(*one) for one in chunk])
            place += len(chunk)
    except Unavailable as error:
        raise _damaged(head["id"], private) from error
    tree = Tree(maker.leaves, ledger.keccak)
    expected = event.args["root"] if event is not None else row.root if row is not None else tree.root
    if tree.root != expected or len(maker.leaves) != head["count"]:
        raise Conflict(
            said(
                "The manifest of batch %(head)s does not lead to what was registered. Put the file "
                "%(private)s… back from a backup. Nothing was changed.",
                head=head["id"],
                private=private[:12],
            )
        )
    for one in amended:
        tx.batches.add_amendment(one)
        index_amendment(ledger, tx, head["brand"], one)
    with ledger.files.writing(TREES, head["id"]) as file:
        file.write(tree.nodes)
    tx.batches.change(
        head["id"],
        organisation=head["organisation"],
        brand=head["brand"],
        number=event.args["batch"] if event is not None else row.number if row is not None else None,
        name=head["name"],
        root=tree.root,
        count=len(maker.leaves),
        manifest_hash=named,
        public_file=public,
        private_file=private,
        secret=bytes.fromhex(head["sealed"]),
        on_sale_at_once=head["on_sale_at_once"],
        private_fields=head["private_fields"],
        ready=True,
        created_at=head["created_at"],
    )
    return len(maker.leaves)


def _new_row(tx: Tx, head: dict[str, Any], event: ChainEvent | None) -> Batch:
    queued = None if event is None or event.statement is None else tx.outbox.by_hash(event.statement)
    return Batch(
        id=head["id"],
        organisation=head["organisation"],
        brand=head["brand"],
        name=head["name"],
        count=head["count"],
        on_sale_at_once=head["on_sale_at_once"],
        ready=False,
        created_at=head["created_at"],
        cards_done_at=None if event is None else event.time,
        statement=None if queued is None else queued.id,
    )


class _Maker:
    """Makes the rows of items from a private manifest, and gathers their leaves."""

    def __init__(self, ledger: Ledger, head: dict[str, Any]) -> None:
        self._ledger = ledger
        self._head = head
        self._hasher = RecordHasher(bytes.fromhex(head["secret"]), FIELDS)
        self.leaves: list[bytes] = []

    def chunks(self, private: str) -> Iterator[list[tuple[MadeItem, dict[str, Any]]]]:
        """The items with their fields, some thousands at once."""
        with self._ledger.files.path(MANIFESTS, private).open("rb") as file:
            rows = read_sealed(file, self._ledger.vault, "manifest")
            next(rows)
            while chunk := [self._item(*row) for row in itertools.islice(rows, _CHUNK)]:
                yield chunk

    def _item(
        self, gtin: str, serial: str, claim_address: str, fields: dict[str, Any]
    ) -> tuple[MadeItem, dict[str, Any]]:
        keccak = self._ledger.keccak
        hashed = path_hash(path(check_gtin(gtin), serial), keccak)
        item = item_id(self._head["brand"], hashed, keccak)
        record = self._hasher.hash_of(item, fields)
        self.leaves.append(leaf(hashed, record, bytes.fromhex(claim_address[2:]), keccak))
        # Spelt as when the batch was made, so that the row is the same to the byte.
        told = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
        return (item.to_bytes(32, "big"), gtin, serial, record, claim_address, told), fields


def _described(made: MadeItem, fields: dict[str, Any]) -> dict[str, Any]:
    return {"item": made[0], "record_hash": made[3], "fields": fields}
