"""Audit: batches, items and marks of parts are what the sealed manifests say, and lead to their roots.

1. Both manifests of a batch are there, and are what their names say; the names make the one on the chain.
2. The batch's row is what the private manifest's head says.
3. Every row of the manifest is hashed anew: number, record, leaf; the item's row must be exactly that, in its place.
4. Every serial of a part in a record or a later description has its mark, and there is no other mark.
5. The leaves make the kept tree, byte for byte, and its root is the batch's.
6. Claim codes are there as long as their cards are not confirmed, whole, and not a day longer.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ledger.domain.components import PREFIX, is_part
from ledger.domain.errors import Invalid, LedgerError
from ledger.domain.fields import FIELDS
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import item_id, path, path_hash
from ledger.domain.merkle import Tree, leaf
from ledger.domain.records import RecordHasher
from ledger.files.sealed import read_sealed
from ledger.services.audit_findings import FROM_BACKUP, Findings, Progress, differences, pages
from ledger.services.audits_port import Row, sorted_json
from ledger.services.checking import Checked, many
from ledger.services.components_index import mark_of
from ledger.services.hand_out_cards import CARDS
from ledger.services.open_item import TREES
from ledger.services.ports import Ledger
from ledger.services.write_manifest import MANIFESTS, manifest_hash

_CHUNK: Final = 2_000
_MOST_OF_A_BATCH: Final = 5
_HIGHEST: Final = (1 << 31) - 1
_ONLY_WHEN_READY: Final = (
    "number",
    "root",
    "manifest_hash",
    "public_file",
    "private_file",
    "cards_file",
    "cards_sha256",
    "cards_done_at",
    "statement",
)


def items_are_leaves(ledger: Ledger, on_progress: Progress | None) -> Checked:
    """Every batch that is ready, from its private manifest up to its root."""
    found = Findings("items are leaves", FROM_BACKUP)
    with ledger.store.read() as tx:
        found.note_all(f"batch {lost} is gone, and an import made it" for lost in tx.audits.lost_batches())
    looked = ready = 0
    for page in pages(ledger, "batches", ("id",)):
        for row in page:
            if not row["ready"]:
                found.note_all(
                    f"batch {row['id']} has its {name} and is not called ready"
                    for name in _ONLY_WHEN_READY
                    if row[name] is not None
                )
                continue
            ready += 1
            try:
                looked += _Batch(ledger, row, found, looked, on_progress).check()
            except (LedgerError, LookupError, ValueError, TypeError) as problem:
                with ledger.store.read():
                    pass  # a database that is away is no damage: Unavailable goes on from here
                found.note(f"batch {row['id']}: {problem}")
    return found.line(f"{many(looked, 'item')} in all lead to the roots of their batches ({ready:,}).")


class _Batch:
    """One batch under the lens."""

    def __init__(self, ledger: Ledger, row: Row, found: Findings, before: int, on_progress: Progress | None) -> None:
        self._ledger = ledger
        self._row = row
        self._id: str = row["id"]
        self._found = found
        self._before = before
        self._tell = on_progress or (lambda _: None)
        self._leaves: list[bytes] = []
        self._named_items = 0

    def check(self) -> int:
        """How many items were looked at. Raises Unavailable or Unknown where a file is gone or cannot be read."""
        ledger, row = self._ledger, self._row
        if manifest_hash(ledger, row["public_file"], row["private_file"]) != row["manifest_hash"]:
            self._note("the names of its manifests do not make its manifest_hash")
        self._cards()
        with ledger.files.path(MANIFESTS, row["private_file"]).open("rb") as file:
            manifest = read_sealed(file, ledger.vault, "manifest")
            self._head(next(manifest))
            self._items(manifest)
        with ledger.store.read() as tx:
            count = tx.audits.count_items(self._id)
        if count != len(self._leaves):
            self._note(f"{count:,} items hang off it, and its manifest has {len(self._leaves):,}")
            with ledger.store.read() as tx:
                beyond = [
                    *tx.audits.item_rows(self._id, len(self._leaves), _HIGHEST, _MOST_OF_A_BATCH),
                    *tx.audits.item_rows(self._id, -_HIGHEST, -1, _MOST_OF_A_BATCH),
                ]
            self._found.note_all(differences([], beyond, ("item",), self._named))
        if self._named_items > _MOST_OF_A_BATCH:
            self._note(f"{self._named_items:,} differences in items and parts")
        tree = Tree(self._leaves, ledger.keccak)
        if (tree.root, len(self._leaves)) != (row["root"], row["count"]):
            self._note(f"its {many(len(self._leaves), 'item')} do not lead to its root and count")
        if not ledger.files.has(TREES, self._id) or ledger.files.read(TREES, self._id) != tree.nodes:
            self._note("its kept tree is gone or damaged")
        return len(self._leaves)

    def _note(self, words: str) -> None:
        self._found.note(f"batch {self._id}: {words}")

    def _note_items(self, faults: Iterator[str]) -> None:
        """The first few of a batch: another batch's faults have to be named too."""
        for words in faults:
            self._named_items += 1
            if self._named_items <= _MOST_OF_A_BATCH:
                self._found.note(words)

    def _head(self, head: Mapping[str, Any]) -> None:
        names = ("id", "organisation", "brand", "name", "count", "created_at")
        wanted: Row = {name: head[name] for name in names} | {
            "secret": bytes.fromhex(head["sealed"]),
            "on_sale_at_once": head["on_sale_at_once"],
            "private_fields": sorted_json(list(head["private_fields"])),
        }
        differing = [name for name in wanted if wanted[name] != self._row[name]]
        if differing:
            self._note(f"different from its manifest in {', '.join(differing)}")
        if self._ledger.vault.open(bytes.fromhex(head["sealed"]), f"batch/{head['id']}").hex() != head["secret"]:
            self._note("its manifest holds two secrets")
        self._secret, self._brand = bytes.fromhex(head["secret"]), int(head["brand"])

    def _cards(self) -> None:
        row, waiting = self._row, self._row["cards_done_at"] is None
        if row["cards_file"] != (self._id if waiting else None):
            self._note("cards_file and cards_done_at contradict each other")
        if waiting and row["number"] is not None:
            self._note("it has a number, and its cards were not confirmed")
        # A crash while cards are confirmed destroys the codes first: then they are confirmed once more.
        if self._ledger.files.has(CARDS, self._id):
            if not waiting:
                self._note("its claim codes are still there")
            with self._ledger.files.path(CARDS, self._id).open("rb") as file:
                codes = sum(1 for _ in read_sealed(file, self._ledger.vault, f"cards/{self._id}"))
            if codes != row["count"]:
                self._note(f"it has {codes:,} claim codes and a count of {row['count']:,}")

    def _items(self, manifest: Iterator[Any]) -> None:
        hasher = RecordHasher(self._secret, FIELDS)
        with self._ledger.store.read() as tx:
            amended: dict[int, list[Any]] = {}
            for one in tx.batches.amendments_of(self._id):
                amended.setdefault(one.item, []).append(one)
        while chunk := list(itertools.islice(manifest, _CHUNK)):
            first = len(self._leaves)
            rows, marks = [], []
            for gtin, serial, claim_address, fields in chunk:
                item, row = self._item(hasher, gtin, serial, claim_address, fields)
                rows.append(row)
                marks += self._marks(item, fields, row["record_hash"])
                for one in amended.get(item, ()):
                    marks += self._marks(item, one.fields, one.record_hash)
            last = len(self._leaves) - 1
            with self._ledger.store.read() as tx:
                kept, kept_marks = (read(self._id, first, last) for read in (tx.audits.item_rows, tx.audits.mark_rows))
            if kept != rows:
                self._note_items(differences(rows, kept, ("item",), self._named))
            self._note_items(differences(marks, kept_marks, ("item", "record", "part"), self._part))
            self._tell(self._before + len(self._leaves))

    def _item(self, hasher: RecordHasher, gtin: str, serial: str, claim: str, fields: Any) -> tuple[int, Row]:
        keccak = self._ledger.keccak
        try:
            hashed = path_hash(path(check_gtin(gtin), serial), keccak)
            item = item_id(self._brand, hashed, keccak)
            record = hasher.hash_of(item, fields)
        except Invalid as wrong:
            raise Invalid(f"item {gtin} {serial} of its manifest cannot be hashed: {wrong.detail}") from wrong
        self._leaves.append(leaf(hashed, record, bytes.fromhex(claim[2:]), keccak))
        return item, {
            "item": item.to_bytes(32, "big"),
            "batch_id": self._id,
            "position": len(self._leaves) - 1,
            "gtin": gtin,
            "serial": serial,
            "record_hash": record,
            "claim_address": claim,
            "fields": sorted_json(fields),
        }

    def _marks(self, item: int, fields: Mapping[str, Any], record: bytes) -> list[Row]:
        named = [(name.removeprefix(PREFIX), str(value)) for name, value in fields.items() if is_part(name)]
        return [
            {
                "item": item.to_bytes(32, "big"),
                "record": record,
                "part": part,
                "mark": mark_of(self._ledger, self._brand, part, serial),
            }
            for part, serial in named
        ]

    def _named(self, row: Row) -> str:
        return f"item {row['gtin']} {row['serial']} of batch {self._id}"

    def _part(self, row: Row) -> str:
        return f"the mark of the {row['part']} of item {row['item'].hex()}"
