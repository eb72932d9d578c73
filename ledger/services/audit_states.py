"""Audit: item states follow from the events, every one of them, and the newest equal the contract's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import NOBODY, TIMED, ItemState, apply, opened
from ledger.domain.errors import LedgerError
from ledger.domain.merkle import leaf
from ledger.services.audit_findings import PAGE, RUN_REINDEX, Findings, Progress, States, differences
from ledger.services.audits_port import Row
from ledger.services.checking import Checked, cannot_tell, many
from ledger.services.ports import Chain, Ledger

_VERSION = ("item", "block", "log_index")


def touched(ledger: Ledger) -> Iterator[list[int]]:
    """Items with events or states, some hundreds at once."""
    after = 0
    while True:
        with ledger.store.read() as tx:
            page = tx.audits.touched(after, PAGE)
        if not page:
            return
        yield page
        after = page[-1]


def states_follow(ledger: Ledger, on_progress: Progress | None) -> Checked:
    """Folds the events of every item anew; each state must be the row that is kept."""
    found = Findings("item states follow from the events", RUN_REINDEX)
    looked = 0
    for page in touched(ledger):
        with ledger.store.read() as tx:
            told = tx.audits.told_between(page[0], page[-1])
            kept = tx.audits.version_rows(page[0], page[-1])
            try:
                expected = tx.audits.rows_of_states(_folded(ledger, told))
            except (LookupError, ValueError, TypeError) as problem:
                found.note(f"the events of items {page[0]:064x} to {page[-1]:064x} make no sense ({problem})")
                continue
        if expected != kept:
            found.note_all(differences(expected, kept, _VERSION, _state))
        looked += len(page)
        if on_progress:
            on_progress(looked)
    return found.line(f"{many(looked, 'item')}, every state of each.")


def _folded(ledger: Ledger, told: Iterable[ChainEvent]) -> Iterator[tuple[ItemState, int, int]]:
    state: ItemState | None = None
    for event in told:
        if event.name == "ItemOpened":
            args = event.args
            claim = bytes.fromhex(args["claimAddress"][2:])
            state = opened(event, leaf(args["pathHash"], args["recordHash"], claim, ledger.keccak), ledger.keccak)
        elif state is None or state.item != event.item:
            raise ValueError(f"event {event.log_index} of block {event.block} is of an item that was never opened")
        else:
            state = apply(state, event, ledger.keccak)
        yield state, event.block, event.log_index


def states_equal_the_contracts(
    ledger: Ledger, chain: Chain | None, states: States | None, on_progress: Progress | None
) -> Checked:
    """Asks the contract for every touched item, as of our newest block."""
    found = Findings("item states equal the contract’s", RUN_REINDEX)
    if chain is None or states is None:
        return cannot_tell(found.name, "No node answers, so the contract was not asked.")
    with ledger.store.read() as tx:
        tip = tx.chain.tip()
    looked = 0
    try:
        theirs = None if tip is None else chain.block(tip.number)
        if tip is None or theirs is None or theirs.hash != tip.hash:
            return cannot_tell(found.name, "Our copy and the node differ at our newest block; the worker catches up.")
        for page in touched(ledger):
            answers = states.items_of(page, tip.number)
            with ledger.store.read() as tx:
                for item, answer in zip(page, answers, strict=True):
                    state = tx.chain.state(item, tip.number)
                    if state is not None and not _equal(state, answer):
                        found.note(f"item {item:064x}")
            looked += len(page)
            if on_progress:
                on_progress(looked)
    except LedgerError as away:
        if found.any:
            return found.line("")
        return cannot_tell(found.name, f"The node stopped answering: {away.detail}")
    return found.line(f"{many(looked, 'item')} as of block {tip.number}.")


def _equal(state: ItemState, theirs: tuple[Any, ...]) -> bool:
    holder, batch, sequence, flags, head, locks, recovery = theirs
    ours = (state.holder, state.batch, state.sequence, int(state.flags), state.head)
    until = tuple(state.until.get(flag, 0) for flag in TIMED)
    open_recovery = (state.recovery_address or NOBODY, state.recovery_due or 0)
    return (
        ours == (holder.lower(), batch, sequence, flags, head)
        and until == tuple(locks[: len(TIMED)])
        and open_recovery == (recovery[0].lower(), recovery[1])
    )


def _state(row: Row) -> str:
    return f"the state of item {row['item'].hex()} after event {row['log_index']} of block {row['block']}"
