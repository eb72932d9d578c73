"""Custody: the state of one item as the contract holds it, and the rules for changing it.

`apply` folds the contract's events into the state, so that our copy can be thrown away and made
again; `touchmark audit` and the tests compare it with the contract's own storage. The `why_not_…`
functions state the contract's rules a second time, only so that a person hears a sentence before a
statement is sent: the contract is the law.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntFlag
from typing import Final

from ledger.domain.chain_view import ChainEvent
from ledger.domain.said import said
from ledger.domain.statements import Keccak, MarkKind, OwnerReportKind

NOBODY: Final = "0x" + "0" * 40
RECOVERY_NOTICE: Final = 14 * 86_400
"""Seconds between the opening of a recovery and its completion."""


class Flag(IntFlag):
    """The bits of an item's flags in the contract's slot."""

    CLAIMED = 1 << 0
    LOST = 1 << 1
    STOLEN = 1 << 2
    BRAND_THEFT = 1 << 3
    BRAND_DISPUTE = 1 << 4
    COUNCIL_THEFT = 1 << 5
    COUNCIL_DISPUTE = 1 << 6
    REGISTERED_TWICE = 1 << 7
    VOID = 1 << 8
    RETIRED = 1 << 9
    RECALLED = 1 << 10
    RECOVERY_OPEN = 1 << 11
    RECOVERED = 1 << 12
    OWNER_ENDED_RECOVERY = 1 << 13
    AMENDED = 1 << 14


class BatchFlag(IntFlag):
    """The bits of a batch's own flags."""

    RECALLED = 1
    VOID = 2
    AMENDED = 4


NO_FLAG: Final = Flag(0)
TIMED: Final = (
    Flag.BRAND_THEFT,
    Flag.BRAND_DISPUTE,
    Flag.COUNCIL_THEFT,
    Flag.COUNCIL_DISPUTE,
    Flag.REGISTERED_TWICE,
)
"""Locks that are in force only until their time."""

_MARKS: Final[Mapping[int, tuple[Flag, Flag, bool]]] = {
    MarkKind.THEFT: (Flag.BRAND_THEFT, Flag.COUNCIL_THEFT, True),
    MarkKind.SETTLE_THEFT: (Flag.BRAND_THEFT, Flag.COUNCIL_THEFT, False),
    MarkKind.DISPUTE: (Flag.BRAND_DISPUTE, Flag.COUNCIL_DISPUTE, True),
    MarkKind.SETTLE_DISPUTE: (Flag.BRAND_DISPUTE, Flag.COUNCIL_DISPUTE, False),
    MarkKind.RECALL: (Flag.RECALLED, Flag.RECALLED, True),
    MarkKind.LIFT_RECALL: (Flag.RECALLED, Flag.RECALLED, False),
    MarkKind.VOID: (Flag.VOID, Flag.VOID, True),
    MarkKind.LIFT_VOID: (Flag.VOID, Flag.VOID, False),
    MarkKind.RENEW_TWICE: (Flag.REGISTERED_TWICE, Flag.REGISTERED_TWICE, True),
    MarkKind.CLEAR_TWICE: (Flag.REGISTERED_TWICE, Flag.REGISTERED_TWICE, False),
}
"""Each mark's flag when a brand sets it, when the council does, and whether it sets or clears."""


@dataclass(frozen=True, slots=True)
class ItemState:
    """One item as of a block. `holder` is the claim address until claimed, the owner after."""

    item: int
    batch: int
    holder: str
    head: bytes
    sequence: int = 0
    flags: Flag = NO_FLAG
    until: Mapping[Flag, int] = field(default_factory=dict)
    """End of each timed lock, in seconds since 1970."""
    owner_since: int | None = None
    owners: int = 0
    recovery_due: int | None = None
    recovery_address: str | None = None
    record_hash: bytes = b""
    """The record hash it was opened with; amendments are events of their own."""

    @property
    def claimed(self) -> bool:
        """Whether it has an owner."""
        return Flag.CLAIMED in self.flags

    def in_force(self, now: int) -> Flag:
        """The flags that count at `now` (seconds since 1970): timed ones only until their time."""
        lapsed = Flag(0)
        for flag in TIMED:
            if flag in self.flags and now >= self.until.get(flag, 0):
                lapsed |= flag
        return self.flags & ~lapsed

    def why_stopped(self, now: int) -> str:
        """Why it cannot be claimed or change hands at `now`; empty when it can."""
        flags = self.in_force(now)
        for flag, why in _STOPS:
            if flag in flags:
                return why
        return ""


def why_not_recovered(state: ItemState, now: int) -> str:
    """Why an open recovery cannot be completed at `now`; empty when it can. The owner’s own reports stop none."""
    flags = state.in_force(now) & _STOP_RECOVERY
    return next((why for flag, why in _STOPS if flag in flags), "")


_STOP_RECOVERY: Final = Flag.BRAND_DISPUTE | Flag.COUNCIL_DISPUTE | Flag.REGISTERED_TWICE | Flag.RETIRED
_STOPS: Final = (
    (Flag.STOLEN, said("its owner has reported it stolen")),
    (Flag.BRAND_THEFT, said("the brand has reported it stolen")),
    (Flag.COUNCIL_THEFT, said("it has been reported stolen")),
    (Flag.LOST, said("its owner has reported it lost")),
    (Flag.BRAND_DISPUTE, said("its ownership is in dispute")),
    (Flag.COUNCIL_DISPUTE, said("its ownership is in dispute")),
    (Flag.REGISTERED_TWICE, said("it was registered twice and that is not settled")),
    (Flag.VOID, said("the brand has withdrawn it")),
    (Flag.RETIRED, said("it is no longer in circulation")),
)


def next_head(head: bytes, statement: bytes, signer: str, time: int, keccak: Keccak) -> bytes:
    """The head after a statement: keccak256(abi.encode(head, struct hash, signer, block time))."""
    return keccak(head + statement + _word(signer) + time.to_bytes(32, "big"))


def opened(event: ChainEvent, leaf: bytes, keccak: Keccak) -> ItemState:
    """The state an item has on its first touch (event ItemOpened); `leaf` is its leaf in the batch."""
    args = event.args
    batch = int(args["batch"])
    return ItemState(
        item=int(args["item"]),
        batch=batch,
        holder=str(args["claimAddress"]),
        head=keccak(batch.to_bytes(32, "big") + leaf),
        record_hash=args["recordHash"],
    )


def apply(state: ItemState, event: ChainEvent, keccak: Keccak) -> ItemState:
    """The state after one event on the item; the events that only announce leave it as it was."""
    args = event.args
    if event.name == "RecoveryEnded":
        flags = (state.flags & ~Flag.RECOVERY_OPEN) | Flag.OWNER_ENDED_RECOVERY
        return replace(state, flags=flags, recovery_due=None, recovery_address=None)
    if event.statement is None or event.name not in _CHANGES:
        return state
    signer = str(args.get("signer") or args.get("newOwner") or args.get("owner") or NOBODY)
    head = next_head(state.head, event.statement, signer, event.time, keccak)
    return _CHANGES[event.name](_headed(state, head), event)


def _headed(state: ItemState, head: bytes) -> ItemState:
    """The state under another head: `replace` asks for the fields each time, and this is done for every event."""
    return ItemState(
        state.item,
        state.batch,
        state.holder,
        head,
        state.sequence,
        state.flags,
        state.until,
        state.owner_since,
        state.owners,
        state.recovery_due,
        state.recovery_address,
        state.record_hash,
    )


def _new_owner(state: ItemState, event: ChainEvent) -> ItemState:
    return replace(
        state,
        holder=str(event.args["newOwner"]),
        flags=state.flags | Flag.CLAIMED,
        sequence=state.sequence + 1,
        owner_since=event.time,
        owners=state.owners + 1,
    )


def _handed_over(state: ItemState, event: ChainEvent) -> ItemState:
    # The next owner has refused nothing yet.
    return _new_owner(replace(state, flags=state.flags & ~Flag.OWNER_ENDED_RECOVERY), event)


def _recovered(state: ItemState, event: ChainEvent) -> ItemState:
    flags = (state.flags & ~Flag.RECOVERY_OPEN & ~Flag.OWNER_ENDED_RECOVERY) | Flag.RECOVERED
    return replace(_new_owner(state, event), flags=flags, recovery_due=None, recovery_address=None)


def _owner_spoke(state: ItemState, _event: ChainEvent) -> ItemState:
    return replace(state, sequence=state.sequence + 1)


def _owner_reported(state: ItemState, event: ChainEvent) -> ItemState:
    kind = OwnerReportKind(event.args["kind"])
    flags = state.flags
    if kind is OwnerReportKind.FOUND:
        flags &= ~(Flag.LOST | Flag.STOLEN)
    else:
        flags |= Flag.LOST if kind is OwnerReportKind.LOST else Flag.STOLEN
    return replace(state, flags=flags, sequence=state.sequence + 1)


def _marked(state: ItemState, event: ChainEvent) -> ItemState:
    brands, councils, sets = _MARKS[event.args["kind"]]
    flag = councils if event.args["party"] == 0 else brands
    until = {kept: time for kept, time in state.until.items() if kept is not flag}
    if sets and flag in TIMED:
        until[flag] = event.args["until"]
    return replace(state, flags=state.flags | flag if sets else state.flags & ~flag, until=until)


def _retired(state: ItemState, _event: ChainEvent) -> ItemState:
    sequence = state.sequence + 1 if state.claimed else state.sequence
    return replace(state, flags=state.flags | Flag.RETIRED, sequence=sequence)


def _contested(state: ItemState, event: ChainEvent) -> ItemState:
    until = {**state.until, Flag.REGISTERED_TWICE: event.args["until"]}
    return replace(state, flags=state.flags | Flag.REGISTERED_TWICE, until=until)


_CHANGES: Final[Mapping[str, Callable[[ItemState, ChainEvent], ItemState]]] = {
    "Claimed": _new_owner,
    "HandedOver": _handed_over,
    "Cancelled": _owner_spoke,
    "Recorded": lambda state, _: state,
    "OwnerReported": _owner_reported,
    "Marked": _marked,
    "Retired": _retired,
    "ClaimReplaced": lambda state, event: replace(state, holder=str(event.args["claimAddress"])),
    "RecoveryOpened": lambda state, event: replace(
        state,
        flags=state.flags | Flag.RECOVERY_OPEN,
        recovery_due=event.args["due"],
        recovery_address=event.args["claimAddress"],
    ),
    "RecoveryCompleted": _recovered,
    "ItemAmended": lambda state, _: replace(state, flags=state.flags | Flag.AMENDED),
    "Contested": _contested,
}


def _word(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")
