"""Small readings of our copy of the chain that several use cases share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.domain.batches import Batch, Item
from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import BatchFlag, ItemState
from ledger.domain.errors import Unknown
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import path, path_hash
from ledger.domain.parties import EVENTS, Directory
from ledger.domain.said import said
from ledger.domain.statements import MarkKind
from ledger.services.ports import Ledger, Tx


def directory(tx: Tx) -> Directory:
    """Parties, keys, accreditations and prefixes as of our newest block."""
    return tx.shared("directory", lambda: Directory(tx.chain.events_named(EVENTS)))


def final_height(tx: Tx) -> int:
    """The height up to which blocks can no longer be lost; -1 before there is one."""
    return int(tx.meta.get("final_height", -1))


def block_time(ledger: Ledger, tx: Tx) -> int:
    """The time the contract would see now: never behind our newest block."""
    tip = tx.chain.tip()
    return max(ledger.now(), tip.time if tip else 0)


@dataclass(frozen=True, slots=True)
class Listed:
    """An item with its batch and, once it was touched, its newest state."""

    item: Item
    batch: Batch
    state: ItemState | None

    @property
    def holder(self) -> str:
        """The claim address until claimed, the owner after."""
        return self.state.holder if self.state else self.item.claim_address

    @property
    def sequence(self) -> int:
        """The owner's sequence."""
        return self.state.sequence if self.state else 0

    @property
    def claimed(self) -> bool:
        """Whether it has an owner."""
        return self.state is not None and self.state.claimed


def listed(tx: Tx, item_id: int) -> Listed:
    """An item by number. Raises Unknown where no ready batch lists it."""
    item = tx.batches.item(item_id)
    if item is None:
        raise Unknown(said("There is no item of that number in this ledger. Look it up by its GTIN and serial."))
    batch = tx.batches.get(item.batch_id)
    assert batch is not None  # a foreign key
    return Listed(item, batch, tx.chain.state(item_id))


def find_listed(tx: Tx, gtin: str, serial: str) -> Listed:
    """An item by GTIN and serial. Raises Invalid for a wrong GTIN, Unknown where there is none.

    Where two brands list one GTIN, the one that holds its GS1 prefix is meant.
    """
    checked = check_gtin(gtin)
    found = tx.batches.find(checked, serial)
    if not found:
        raise Unknown(
            said(
                "There is no item %(checked)s with serial %(serial)s in this ledger. Check the last characters.",
                checked=checked,
                serial=serial,
            )
        )
    if len(found) > 1:
        holder = tx.organisations.prefix_holder(checked)
        ours = [one for one in found if holder and listed(tx, one.item).batch.organisation == holder.id]
        found = ours or found
    return listed(tx, found[0].item)


def batch_flags(tx: Tx, number: int | None) -> BatchFlag:
    """A batch's own flags as of our newest block; none for a batch without a number."""
    return fold_batch_flags([] if number is None else tx.chain.batch_events(number))


def fold_batch_flags(events: Iterable[ChainEvent], at: int | None = None) -> BatchFlag:
    """A batch's own flags after its events, as of a block (None: all of them)."""
    flags = BatchFlag(0)
    for event in events:
        if at is not None and event.block > at:
            break
        if event.name == "BatchMarked":
            set_, cleared = _BATCH_MARKS[MarkKind(event.args["kind"])]
            flags = (flags | set_) & ~cleared
        elif event.name == "BatchAmended":
            flags |= BatchFlag.AMENDED
    return flags


_NONE = BatchFlag(0)
_BATCH_MARKS = {
    MarkKind.RECALL_BATCH: (BatchFlag.RECALLED, _NONE),
    MarkKind.LIFT_BATCH_RECALL: (_NONE, BatchFlag.RECALLED),
    MarkKind.VOID_BATCH: (BatchFlag.VOID, _NONE),
    MarkKind.LIFT_BATCH_VOID: (_NONE, BatchFlag.VOID),
}


def path_hash_of(ledger: Ledger, item: Item) -> bytes:
    """The hash of an item's canonical GS1 Digital Link path."""
    return path_hash(path(check_gtin(item.gtin), item.serial), ledger.keccak)


def moment(seconds: int) -> datetime:
    """A time of the chain or of ours, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
