"""From confirmed rows to a batch: serials, claim codes, records, leaves, tree and manifest. Nothing is public yet."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from ledger.domain.batches import Batch
from ledger.domain.claim_codes import SECRET_BYTES
from ledger.domain.errors import Conflict, LedgerError, Unavailable, Unknown
from ledger.domain.imports import Import
from ledger.domain.merkle import Tree
from ledger.domain.said import said
from ledger.domain.serials import make_serials
from ledger.files.item_rows import Outcome, Ready
from ledger.files.sealed import Sealer
from ledger.services.components_index import index_items
from ledger.services.hand_out_cards import CARDS
from ledger.services.import_items import import_of_batch, outcomes
from ledger.services.make_pieces import Piece, PieceMaker, Recipe, Wanted, pieces
from ledger.services.open_item import TREES
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import PAGE
from ledger.services.write_manifest import ManifestWriter, manifest_hash

Progress = Callable[[int], None]

_TRANSACTIONS: Final = 15
"""In which the items of a large batch are kept. Each writes most pages of the items' indexes anew, however few items
it has, so that more of them, the larger the batch, would make the time grow with the batch's square."""
_LEAST_TOGETHER, _MOST_TOGETHER = 5, 25
"""Pieces that are kept in one transaction; all other writers wait meanwhile, a second for the most."""
_WORTH_A_PROCESS: Final = 10_000
"""Items from which on starting processes pays."""
_MOST_PROCESSES: Final = 4


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
    keeper = _Keeper(ledger, batch, secret, sealed)
    processes, together = processes_for(source.ready), together_for(source.ready)
    with ThreadPoolExecutor(1, thread_name_prefix="tree") as beside:
        with ExitStack() as stack:
            manifests = ManifestWriter(ledger, mine, stack)
            with outcomes(ledger, source) as rows, ledger.files.writing(CARDS, mine) as file:
                cards = Sealer(file, ledger.vault, f"cards/{batch.id}")
                made = pieces(keeper.recipe, keeper.wanted(rows), processes, together)
                with closing(made):
                    while some := list(islice(made, together)):
                        for piece in keeper.keep(some):
                            cards.add(piece.cards)
                            manifests.add(piece)
                        if on_progress:
                            on_progress(keeper.count)
                cards.close()
            if not keeper.count:
                raise Conflict(
                    said("All rows of this file have been registered meanwhile; there is nothing left to do.")
                )
            growing = beside.submit(_grown, ledger, keeper.take_leaves(), mine)
            with ledger.store.read() as tx:
                _expect_ours(tx, batch_id, sealed)
            # Said here too, for whoever reads the list alone: serials of parts are private, whatever was chosen.
            batch = replace(batch, private_fields=sorted({*batch.private_fields, *keeper.parts}))
            public, private = manifests.close(batch, secret, sealed, keeper.count)
        if not batch.on_sale_at_once:
            # The database has nothing to do meanwhile: no other writer waits for the tree.
            growing.result()
        with ledger.store.write() as tx:
            _expect_ours(tx, batch_id, sealed)
            if batch.on_sale_at_once:
                tx.batches.activate_batch(batch_id, batch.organisation, ledger.now())
            root = growing.result()
            # While no other can write: whoever finds the batch ready finds the files that belong to it.
            for shelf in (CARDS, TREES):
                ledger.files.rename(shelf, mine, batch_id)
            tx.batches.change(
                batch_id,
                ready=True,
                count=keeper.count,
                root=root,
                manifest_hash=manifest_hash(ledger, public, private),
                public_file=public,
                private_file=private,
                cards_file=batch.id,
                private_fields=batch.private_fields,
            )
            made_ready = tx.batches.get(batch_id)
            assert made_ready is not None
            return made_ready


def _grown(ledger: Ledger, leaves: Iterable[bytes], name: str) -> bytes:
    """Keep the tree of these leaves under a name; its root."""
    tree = Tree(leaves, ledger.keccak)
    with ledger.files.writing(TREES, name) as file:
        file.write(tree.nodes)
    return tree.root


def processes_for(items: int) -> int:
    """How many processes make the pieces of a batch of that size: one a core, few enough to leave memory alone."""
    return min(_MOST_PROCESSES, len(os.sched_getaffinity(0))) if items >= _WORTH_A_PROCESS else 1


def together_for(items: int) -> int:
    """How many pieces of a batch of that size are kept in one transaction."""
    return min(max(_LEAST_TOGETHER, items // (_TRANSACTIONS * PAGE)), _MOST_TOGETHER)


class _Keeper:
    """Asks for pieces, and keeps what was made: items in the database, leaves for the tree."""

    def __init__(self, ledger: Ledger, batch: Batch, secret: bytes, sealed: bytes) -> None:
        self._ledger = ledger
        self._batch = batch
        self._sealed = sealed
        private = frozenset(batch.private_fields)
        self.recipe = Recipe(batch.brand, secret, private, ledger.keccak, ledger.signing.address_of)
        self._leaves: list[bytes] = []
        self.count = 0
        self.parts: set[str] = set()
        """The fields in which items of the batch have serials of parts."""

    def wanted(self, rows: Iterable[Outcome]) -> Iterator[Wanted]:
        """The rows that are ready, in pieces; those that left the serial to us are given one."""
        ready = (row for row in rows if isinstance(row, Ready))
        random = self._ledger.random
        while chunk := list(islice(ready, PAGE)):
            new = iter(make_serials(random, sum(not row.serial for row in chunk)))
            named = [(row.gtin, row.serial or next(new), row.fields) for row in chunk]
            ours = frozenset(place for place, row in enumerate(chunk) if not row.serial)
            yield Wanted.of(named, random(SECRET_BYTES * len(chunk)), ours)

    def keep(self, made: list[tuple[Wanted, Piece]]) -> list[Piece]:
        """Keep the items of some pieces, all or none; gives back the pieces that were kept."""
        try:
            self._insert([piece for _, piece in made])
        except Conflict as taken:
            made = self._with_other_serials(made, taken)
            self._insert([piece for _, piece in made])
        for _, piece in made:
            self._leaves.append(piece.leaves)
            self.parts |= piece.parts
            self.count += piece.count
        return [piece for _, piece in made]

    def take_leaves(self) -> Iterator[bytes]:
        """Every leaf in order; they are not kept here any more, because the tree has them."""
        self._leaves.reverse()
        while self._leaves:
            piece = self._leaves.pop()
            yield from (piece[place : place + 32] for place in range(0, len(piece), 32))

    def _insert(self, made: list[Piece]) -> None:
        # All are unpacked before others are kept waiting.
        items = [item for piece in made for item in piece.made]
        with self._ledger.store.write() as tx:
            _expect_ours(tx, self._batch.id, self._sealed)
            tx.batches.insert_made(self._batch.id, self.count, items)
            for piece in made:
                if piece.parts:
                    index_items(self._ledger, tx, self._batch.brand, _with_fields(piece))

    def _with_other_serials(self, made: list[tuple[Wanted, Piece]], taken: Conflict) -> list[tuple[Wanted, Piece]]:
        """The same pieces, where serials of our making turned out to be taken; 55 random bits make that rare.

        Raises Unavailable where it was not our making: then the items are just being made ready elsewhere.
        """
        maker, again = PieceMaker(self.recipe), False
        mended = []
        for wanted, piece in made:
            rows = wanted.rows
            ours = [rows[place][:2] for place in wanted.ours]
            with self._ledger.store.read() as tx:
                found = tx.batches.existing(ours, self._batch.organisation) if ours else set()
            if found:
                again = True
                new = iter(make_serials(self._ledger.random, len(rows)))
                rows = [(row[0], next(new), row[2]) if row[:2] in found else row for row in rows]
                wanted = Wanted.of(rows, wanted.secrets, wanted.ours)
                piece = maker.make(wanted)
            mended.append((wanted, piece))
        if not again:
            raise Unavailable(said("Some of these items are just being made ready from another file.")) from taken
        return mended


def _with_fields(piece: Piece) -> Iterator[dict[str, Any]]:
    for item, _, _, record_hash, _, fields in piece.made:
        yield {"item": item, "record_hash": record_hash, "fields": json.loads(fields)}
