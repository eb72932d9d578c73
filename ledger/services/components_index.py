"""The look-up from a part to its item: made with the batch, with each later description, and again by a restore."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ledger.domain.batches import Amendment
from ledger.domain.components import PREFIX, is_part, part_mark
from ledger.services.components_port import PartMark
from ledger.services.ports import Ledger, Tx

_KEY = "parts"


def mark_of(ledger: Ledger, brand: int, part: str, serial: str) -> bytes:
    """The mark of a part of a brand's item: 32 bytes that say nothing without the vault's key."""
    return part_mark(ledger.vault.derive(_KEY), brand, part, serial)


def index_items(ledger: Ledger, tx: Tx, brand: int, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep the marks of new items, given as rows of the table `items`."""
    key = ledger.vault.derive(_KEY)
    tx.components.add_marks(
        [
            mark
            for row in rows
            for mark in _marks(key, brand, int.from_bytes(row["item"], "big"), row["fields"], row["record_hash"])
        ]
    )


def index_amendment(ledger: Ledger, tx: Tx, brand: int, one: Amendment) -> None:
    """Keep the marks of an item's later description. Whether the chain has it is asked when it is looked up."""
    tx.components.add_marks(_marks(ledger.vault.derive(_KEY), brand, one.item, one.fields, one.record_hash))


def _marks(key: bytes, brand: int, item: int, fields: Mapping[str, Any], record: bytes) -> list[PartMark]:
    named = [(name.removeprefix(PREFIX), str(value)) for name, value in fields.items() if is_part(name)]
    return [PartMark(item, part, part_mark(key, brand, part, serial), record) for part, serial in named]
