"""Our own checker: whether what the database says follows from the files, the events and the contract.

1. Items are leaves: every record is hashed anew, every leaf and tree, down to the batch's root.
2. Roots are on the chain once, with the count and the manifests that we keep.
3. Every event is there once, as the node has it.
4. Our senders' nonces are dense.
5. Item states follow from the events, and equal the contract's own.

Nothing is changed. What needs the node is "cannot tell" where none answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from ledger.domain.batches import Batch
from ledger.domain.chain_view import Block
from ledger.domain.custody import NOBODY, TIMED, ItemState, apply, opened
from ledger.domain.errors import Invalid, LedgerError, Unavailable
from ledger.domain.fields import FIELDS
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import item_id, path, path_hash
from ledger.domain.merkle import Tree, leaf
from ledger.domain.records import RecordHasher
from ledger.domain.said import said
from ledger.services.checking import Checked, attention, cannot_tell, many, ok
from ledger.services.follow_chain import QUIET
from ledger.services.open_item import TREES
from ledger.services.ports import Chain, Ledger, Tx
from ledger.services.read_batch import all_items, batch_secret
from ledger.services.views_of_chain import final_height

MOST_NAMED: Final = 5
"""Faults that a line names; it counts the rest."""
_PAGE: Final = 500
_RANGE: Final = 2_000
_RUN_REINDEX: Final = "Run `touchmark reindex`; if it comes back, tell whoever maintains this program."

Progress = Callable[[int], None]


class States(Protocol):
    """The contract's own word on an item."""

    def item_of(self, item: int, block: int) -> tuple[Any, ...]:
        """What `itemOf` answers at a block. Raises Unavailable."""
        ...


def audit(
    ledger: Ledger, chain: Chain | None, states: States | None, on_progress: Progress | None = None
) -> Iterator[Checked]:
    """Each check when it is done. `chain` and `states` are None where no node answers."""
    yield from _items_are_leaves(ledger, on_progress)
    yield _roots_are_on_the_chain(ledger)
    yield _told_once(ledger)
    yield _events_as_the_node_has_them(ledger, chain)
    yield _nonces_are_dense(ledger)
    yield _states_follow(ledger, on_progress)
    yield _states_equal_the_contracts(ledger, chain, states, on_progress)


def _batches(tx: Tx) -> Iterator[Batch]:
    for organisation in tx.organisations.all():
        before = None
        while page := tx.batches.page(organisation.id, before, _PAGE):
            yield from page
            before = page[-1].id


def _items_are_leaves(ledger: Ledger, on_progress: Progress | None) -> Iterator[Checked]:
    name = "items are leaves"
    with ledger.store.read() as tx:
        ready = [batch for batch in _batches(tx) if batch.ready]
    wrong, looked = [], 0
    for batch in ready:
        try:
            looked += _check_batch(ledger, batch, looked, on_progress)
        except LedgerError as problem:
            wrong.append(f"batch {batch.id}: {problem.detail}")
    if wrong:
        mend = "Run `touchmark reindex --from-manifests`, or put the files back from a backup."
        yield attention(name, _list(wrong), mend)
    else:
        yield ok(name, f"{many(looked, 'item')} in all lead to the roots of their batches ({len(ready):,}).")


def _check_batch(ledger: Ledger, batch: Batch, before: int, on_progress: Progress | None) -> int:
    hasher = RecordHasher(batch_secret(ledger, batch), FIELDS)
    leaves = []
    for item in all_items(ledger, batch.id):
        hashed = path_hash(path(check_gtin(item.gtin), item.serial), ledger.keccak)
        number = item_id(batch.brand, hashed, ledger.keccak)
        if number != item.item or hasher.hash_of(item.item, item.fields) != item.record_hash:
            raise Invalid(said("item %(gtin)s %(serial)s is not what was hashed.", gtin=item.gtin, serial=item.serial))
        claim = bytes.fromhex(item.claim_address[2:])
        leaves.append(leaf(hashed, item.record_hash, claim, ledger.keccak))
        if on_progress and len(leaves) % _PAGE == 0:
            on_progress(before + len(leaves))
    tree = Tree(leaves, ledger.keccak)
    if tree.root != batch.root or len(leaves) != batch.count:
        raise Invalid(said("its %(many)s do not lead to its root.", many=many(len(leaves), "item")))
    if not ledger.files.has(TREES, batch.id) or ledger.files.read(TREES, batch.id) != tree.nodes:
        raise Invalid(said("its kept tree is gone or damaged."))
    return len(leaves)


def _roots_are_on_the_chain(ledger: Ledger) -> Checked:
    name = "roots are on the chain once"
    wrong, found = [], 0
    with ledger.store.read() as tx:
        told: dict[bytes, int] = {}
        for registered in tx.chain.events_named(["BatchRegistered"]):
            root = registered.args["root"]
            told[root] = told.get(root, 0) + 1
        for batch in _batches(tx):
            events = [] if batch.number is None else tx.chain.batch_events(batch.number)
            event = next((one for one in events if one.name == "BatchRegistered"), None)
            if batch.root is None or event is None:
                continue
            found += 1
            ours = (batch.root, batch.count, batch.manifest_hash)
            if ours != (event.args["root"], event.args["count"], event.args["manifestHash"]):
                wrong.append(f"batch {batch.id} is registered with another root, count or manifest.")
            elif told[batch.root] != 1:
                wrong.append(f"the root of batch {batch.id} is registered {told[batch.root]} times.")
    return attention(name, _list(wrong), _RUN_REINDEX) if wrong else ok(name, f"{many(found, 'root')}, each once.")


def _told_once(ledger: Ledger) -> Checked:
    name = "every statement counts once"
    with ledger.store.read() as tx:
        twice, stray, count = tx.audits.told_twice(), tx.audits.stray_versions(), tx.chain.count()
    if twice:
        return attention(name, _list([f"0x{one.hex()} stands in two events." for one in twice]), _RUN_REINDEX)
    if stray:
        return attention(name, f"{many(stray, 'state')} of items follow from no event.", _RUN_REINDEX)
    return ok(name, f"{many(count, 'event')}, no statement in two of them.")


def _events_as_the_node_has_them(ledger: Ledger, chain: Chain | None) -> Checked:
    name = "every event is there once"
    if chain is None:
        return cannot_tell(name, "No node answers, so the events were not compared.")
    with ledger.store.read() as tx:
        first, last = tx.meta.get("deployment")["block"], final_height(tx)
    compared = wrong = 0
    try:
        while first <= last:
            until = min(first + _RANGE - 1, last)
            theirs = [
                (event.block, event.log_index, event.name, event.transaction, event.args)
                for _, events in chain.history(first, until)
                for event in events
                if event.name not in QUIET
            ]
            with ledger.store.read() as tx:
                told = tx.audits.told_in(first, until)
            ours = [(event.block, event.log_index, event.name, event.transaction, event.args) for event in told]
            compared += len(theirs)
            wrong += abs(len(ours) - len(theirs)) or sum(a != b for a, b in zip(ours, theirs, strict=True))
            first = until + 1
    except Unavailable as away:
        return cannot_tell(name, f"The node stopped answering: {away.detail}")
    if wrong:
        return attention(name, f"Not as the node has them: {many(wrong, 'event')}.", _RUN_REINDEX)
    return ok(name, f"{many(compared, 'final event')}, as the node has them.")


def _nonces_are_dense(ledger: Ledger) -> Checked:
    name = "our senders’ nonces are dense"
    with ledger.store.read() as tx:
        used = tx.audits.nonces()
    gaps = [
        f"{sender} has {count} nonces from {low} to {high}."
        for sender, (low, high, count) in used.items()
        if count != high - low + 1
    ]
    if gaps:
        return attention(name, _list(gaps), "The worker cannot pass a gap: see what was sent by another program.")
    return ok(name, f"{many(sum(n for _, _, n in used.values()), 'transaction')} of {many(len(used), 'sender')}.")


def _touched(ledger: Ledger) -> Iterator[int]:
    after = 0
    while True:
        with ledger.store.read() as tx:
            page = tx.audits.touched(after, _PAGE)
        if not page:
            return
        yield from page
        after = page[-1]


def _states_follow(ledger: Ledger, on_progress: Progress | None) -> Checked:
    name = "item states follow from the events"
    wrong, looked = [], 0
    for item in _touched(ledger):
        with ledger.store.read() as tx:
            told, kept = tx.audits.told_of(item), tx.audits.versions(item)
        state: ItemState | None = None
        folded = []
        for event in told:
            if event.name == "ItemOpened":
                args = event.args
                claim = bytes.fromhex(args["claimAddress"][2:])
                state = opened(event, leaf(args["pathHash"], args["recordHash"], claim, ledger.keccak), ledger.keccak)
            elif state is not None:
                state = apply(state, event, ledger.keccak)
            folded.append(((event.block, event.log_index), state))
        if folded != kept:
            wrong.append(f"item {item:064x}")
        looked += 1
        if on_progress and looked % _PAGE == 0:
            on_progress(looked)
    if wrong:
        return attention(name, _list(wrong), _RUN_REINDEX)
    return ok(name, f"{many(looked, 'item')}, every state of each.")


def _states_equal_the_contracts(
    ledger: Ledger, chain: Chain | None, states: States | None, on_progress: Progress | None
) -> Checked:
    name = "item states equal the contract’s"
    if chain is None or states is None:
        return cannot_tell(name, "No node answers, so the contract was not asked.")
    with ledger.store.read() as tx:
        tip = tx.chain.tip()
    wrong, looked = [], 0
    try:
        if tip is None or not _same(chain.block(tip.number), tip):
            return cannot_tell(name, "Our copy and the node differ at our newest block; the worker has to catch up.")
        for item in _touched(ledger):
            with ledger.store.read() as tx:
                state = tx.chain.state(item, tip.number)
            if state is not None and not _equal(state, states.item_of(item, tip.number)):
                wrong.append(f"item {item:064x}")
            looked += 1
            if on_progress and looked % _PAGE == 0:
                on_progress(looked)
    except Unavailable as away:
        return cannot_tell(name, f"The node stopped answering: {away.detail}")
    if wrong:
        return attention(name, _list(wrong), _RUN_REINDEX)
    return ok(name, f"{many(looked, 'item')} as of block {tip.number}.")


def _same(theirs: Block | None, ours: Block) -> bool:
    return theirs is not None and theirs.hash == ours.hash


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


def _list(wrong: list[str]) -> str:
    more = len(wrong) - MOST_NAMED
    return "; ".join(wrong[:MOST_NAMED]) + (f"; and {more:,} more" if more > 0 else "")
