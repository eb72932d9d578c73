"""From confirmed rows to a batch: serials, claim codes, records, leaves, tree and manifest. Nothing is public yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from ledger.domain.batches import Batch
from ledger.domain.claim_codes import claim_private_key, make_code
from ledger.domain.components import is_part
from ledger.domain.errors import Conflict, LedgerError, Unavailable, Unknown
from ledger.domain.fields import FIELDS
from ledger.domain.identity import item_id, path, path_hash
from ledger.domain.imports import Import
from ledger.domain.merkle import Tree, leaf
from ledger.domain.records import RecordHasher
from ledger.domain.said import said
from ledger.domain.serials import make_serial
from ledger.files.item_rows import Ready
from ledger.files.sealed import write_sealed
from ledger.services.components_index import index_items
from ledger.services.hand_out_cards import CARDS
from ledger.services.import_items import import_of_batch, outcomes
from ledger.services.open_item import TREES
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import PAGE, activation_half
from ledger.services.write_manifest import manifest_hash, write_manifests

Progress = Callable[[int], None]


def prepare(ledger: Ledger, batch_id: str, on_progress: Progress | None = None) -> Batch:
    """Make everything the batch needs, from the import's file. Cut short, it starts again from nothing.

    Raises Unavailable where another worker has begun the same batch since, or is at some of the same items.
    """
    secret = ledger.random(32)
    sealed = ledger.vault.seal(secret, f"batch/{batch_id}")
    with ledger.store.write() as tx:
        batch = tx.batches.get(batch_id)
        if batch is None:
            raise Unknown(said("There is no such batch."))
        if batch.ready:
            return batch
        tx.batches.drop_items(batch_id)
        # Who began last goes on: the secret kept here is theirs.
        tx.batches.change(batch_id, secret=sealed)
        source = import_of_batch(tx, batch)
    # Another worker may take this one for dead and begin anew: each writes under a name of its own.
    mine = f"{batch_id}.{sealed[:8].hex()}"
    try:
        return _prepare(ledger, batch, source, secret, sealed, mine, on_progress)
    except LedgerError as error:
        if not isinstance(error, Unavailable):
            # What is left of it would stand in the way of the next file with the same items.
            with ledger.store.write() as tx:
                _expect_ours(tx, batch_id, sealed)
                tx.batches.drop_items(batch_id)
        raise
    finally:
        # Codes that nobody can claim with, and a tree that proves nothing, where it did not come to an end.
        for shelf in (CARDS, TREES):
            ledger.files.remove(shelf, mine)


def _expect_ours(tx: Tx, batch_id: str, sealed: bytes) -> None:
    now = tx.batches.get(batch_id)
    if now is None or now.ready or now.secret != sealed:
        raise Unavailable(said("Another worker is making this batch ready."))


def _prepare(
    ledger: Ledger,
    batch: Batch,
    source: Import,
    secret: bytes,
    sealed: bytes,
    mine: str,
    on_progress: Progress | None,
) -> Batch:
    batch_id = batch.id
    maker = _Maker(ledger, batch, secret, sealed)
    with outcomes(ledger, source) as rows:
        ready = (row for row in rows if isinstance(row, Ready))
        with ledger.files.writing(CARDS, mine) as cards:
            write_sealed(cards, ledger.vault, f"cards/{batch.id}", maker.codes(ready, on_progress))
    if not maker.leaves:
        raise Conflict(said("All rows of this file have been registered meanwhile; there is nothing left to do."))
    tree = Tree(maker.leaves, ledger.keccak)
    with ledger.files.writing(TREES, mine) as file:
        file.write(tree.nodes)
    with ledger.store.read() as tx:
        _expect_ours(tx, batch_id, sealed)
    # Said here too, for whoever reads the list alone: serials of parts are private, whatever was chosen.
    batch = replace(batch, private_fields=sorted({*batch.private_fields, *maker.parts}))
    public, private = write_manifests(ledger, batch, secret, sealed, maker.leaves, on_progress)
    with ledger.store.write() as tx:
        _expect_ours(tx, batch_id, sealed)
        # While no other can write: whoever finds the batch ready finds the files that belong to it.
        for shelf in (CARDS, TREES):
            ledger.files.rename(shelf, mine, batch_id)
        tx.batches.change(
            batch_id,
            ready=True,
            count=len(maker.leaves),
            root=tree.root,
            manifest_hash=manifest_hash(ledger, public, private),
            public_file=public,
            private_file=private,
            cards_file=batch.id,
            private_fields=batch.private_fields,
        )
        if batch.on_sale_at_once:
            _activate_all(tx, batch, ledger.now())
        made = tx.batches.get(batch_id)
        assert made is not None
        return made


class _Maker:
    """Makes items from rows, chunk by chunk, and gathers what the tree and the cards need."""

    def __init__(self, ledger: Ledger, batch: Batch, secret: bytes, sealed: bytes) -> None:
        self._ledger = ledger
        self._batch = batch
        self._secret = secret
        self._sealed = sealed
        self._hasher = RecordHasher(secret, FIELDS)
        self.leaves: list[bytes] = []
        self.parts: set[str] = set()
        """The fields in which items of the batch have serials of parts."""

    def codes(self, rows: Iterator[Ready], on_progress: Progress | None) -> Iterator[list[str]]:
        """Keep the items; yield (gtin, serial, code) of each for the cards."""
        while chunk := list(islice(rows, PAGE)):
            named = self._name(chunk)
            made, codes = [], []
            for row, serial in named:
                code = make_code(self._ledger.random)
                made.append(self._item(row, serial, code))
                codes.append([row.gtin, serial, code])
            try:
                with self._ledger.store.write() as tx:
                    _expect_ours(tx, self._batch.id, self._sealed)
                    tx.batches.insert_items(made)
                    index_items(self._ledger, tx, self._batch.brand, made)
            except Conflict as taken:
                raise Unavailable(said("Some of these items are just being made ready from another file.")) from taken
            yield from codes
            if on_progress:
                on_progress(len(self.leaves))

    def _name(self, chunk: list[Ready]) -> list[tuple[Ready, str]]:
        """Give a serial to rows that left it to us, one that nobody has."""
        named = [(row, row.serial or make_serial(self._ledger.random)) for row in chunk]
        made = [(row.gtin, serial) for row, serial in named if not row.serial]
        with self._ledger.store.read() as tx:
            taken = tx.batches.existing(made, self._batch.organisation) if made else set()
        # 55 random bits: a second draw is as good as sure to be free.
        return [
            (row, make_serial(self._ledger.random) if (row.gtin, serial) in taken else serial) for row, serial in named
        ]

    def _item(self, row: Ready, serial: str, code: str) -> dict[str, Any]:
        ledger = self._ledger
        hashed = path_hash(path(row.gtin, serial), ledger.keccak)
        item = item_id(self._batch.brand, hashed, ledger.keccak)
        record = self._hasher.hash_of(item, row.fields)
        self.parts.update(name for name in row.fields if is_part(name))
        key = claim_private_key(code, activation_half(self._secret, item), item)
        claim_address = ledger.signing.address_of(key)
        self.leaves.append(leaf(hashed, record, bytes.fromhex(claim_address[2:]), ledger.keccak))
        return {
            "item": item.to_bytes(32, "big"),
            "batch_id": self._batch.id,
            "position": len(self.leaves) - 1,
            "gtin": row.gtin,
            "serial": serial,
            "record_hash": record,
            "claim_address": claim_address,
            "fields": row.fields,
        }


def _activate_all(tx: Tx, batch: Batch, at: int) -> None:
    after = -1
    while page := tx.batches.items_page(batch.id, after, PAGE):
        tx.batches.activate([item.item.to_bytes(32, "big") for item in page], batch.organisation, at)
        after = page[-1].position
