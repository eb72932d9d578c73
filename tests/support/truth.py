"""The invariant, asked of the node itself: no verdict shows a tick that the last final block does not support.

`untruths` compares what a scan shows with what the contract answers at the final block; `fresh_index` compares our
copy with one that was never fooled; `audit_finds` runs the ledger's own checker over all of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from ledger.bootstrap import ChainSide
from ledger.chain.node import Node
from ledger.chain.rpc import RpcRefused
from ledger.cli.audit import NodeStates
from ledger.domain.chain_view import ChainEvent
from ledger.domain.custody import TIMED, BatchFlag, Flag, ItemState, apply, opened
from ledger.domain.merkle import leaf
from ledger.domain.standing_headlines import TICKS
from ledger.services.audit import audit
from ledger.services.checking import Checked, Found
from ledger.services.follow_chain import follow
from ledger.services.ports import Ledger
from ledger.services.scan_item import scan_item
from ledger.services.views_of_chain import final_height, fold_batch_flags
from ledger.storage.engine import Store
from ledger.storage.migrate import upgrade
from tests.support.copies import copy_of

NODE_MAY_BE_SILENT = 60
"""Seconds without a word of the node after which nothing is confirmed any more."""
_STOPS = Flag.LOST | Flag.STOLEN | Flag.VOID | Flag.RETIRED | Flag.RECALLED | Flag.RECOVERY_OPEN


def untruths(ledger: Ledger, node: Node, gtin: str, serial: str) -> list[str]:
    """What a scan of this item claims and the node's last final block does not bear out, in words."""
    scan = scan_item(ledger, gtin, serial)
    shown, now = scan.standing, ledger.now()
    if shown.tick and shown.key not in TICKS:
        return [f"a tick for {shown.key}"]
    if not shown.tick:
        return []
    with ledger.store.read() as tx:
        seen, height = tx.meta.get("node_seen"), final_height(tx)
        item = tx.batches.find(gtin, serial)[0]
        ours, batch = tx.chain.block(height), tx.batches.get(item.batch_id)
    wrong = []
    if seen is None or now - seen > NODE_MAY_BE_SILENT:
        wrong.append("a tick, though the node was not heard")
    header = node.client.block(height)
    if ours is None or header is None or header.hash != ours.hash:
        return [*wrong, f"a tick that rests on block {height}, which the node does not have"]
    at = header.hash
    number = None if batch is None else batch.number
    if number is None:
        return [*wrong, "a tick for a batch without a number"]
    try:
        there = _asked(node, item.item, number, at)
    except RpcRefused:
        # A node that came back with a save knows the state from there on only; what was said, it knows.
        there = _told(ledger, node, item.item, number, height)
    if not there.registered:
        return [*wrong, "a tick for a batch that is not registered"]
    flags, of_batch = there.flags, there.of_batch
    if flags & _STOPS:
        wrong.append(f"a tick in spite of {flags & _STOPS!r}")
    wrong += [
        f"a tick in spite of {flag!r} until {until}"
        for flag, until in there.until.items()
        if flag in flags and until > now
    ]
    claimed = Flag.CLAIMED in flags
    if BatchFlag.RECALLED in of_batch or (BatchFlag.VOID in of_batch and not claimed):
        wrong.append(f"a tick in spite of {of_batch!r} of its batch")
    if scan.facts.final is None or scan.facts.final.claimed is not claimed:
        wrong.append(f"it is shown as {'without' if claimed else 'with'} an owner")
    if claimed and scan.subject is not None and scan.subject.claimed and scan.subject.holder != there.holder:
        wrong.append("a tick for an owner who is not the final one")
    return wrong


@dataclass(frozen=True, slots=True)
class _There:
    """An item and its batch on the node, as of a block."""

    registered: bool
    holder: str | None
    flags: Flag
    until: Mapping[Flag, int]
    of_batch: BatchFlag


def _asked(node: Node, item: int, batch: int, at: bytes) -> _There:
    """By the contract's own views."""
    call = node.client.call
    registered = call("batchOf", batch, block=at) != bytes(32)
    holder, _, _, flags, _, locks, _ = call("itemOf", item, block=at)
    until = dict(zip(TIMED, locks[: len(TIMED)], strict=True))
    return _There(registered, holder, Flag(flags), until, BatchFlag(call("batchFlagsOf", batch, block=at)))


def _told(ledger: Ledger, node: Node, item: int, batch: int, height: int) -> _There:
    """By the contract's events up to there."""
    state: ItemState | None = None
    of_batch: list[ChainEvent] = []
    for _, events in node.history(0, height):
        for event in events:
            if event.item is None and event.args.get("batch") == batch:
                of_batch.append(event)
            elif event.item == item and event.name == "ItemOpened":
                args, claim = event.args, bytes.fromhex(event.args["claimAddress"][2:])
                state = opened(event, leaf(args["pathHash"], args["recordHash"], claim, ledger.keccak), ledger.keccak)
            elif event.item == item and state is not None:
                state = apply(state, event, ledger.keccak)
    registered = any(event.name == "BatchRegistered" for event in of_batch)
    if state is None:
        return _There(registered, None, Flag(0), {}, fold_batch_flags(of_batch))
    return _There(registered, state.holder, state.flags, state.until, fold_batch_flags(of_batch))


def expect_truth(ledger: Ledger, node: Node, items: Iterable[tuple[str, str]]) -> None:
    """Fails with everything that is untrue of these items, as (gtin, serial)."""
    found = {f"{gtin} {serial}": wrong for gtin, serial in items if (wrong := untruths(ledger, node, gtin, serial))}
    assert found == {}


def fresh_index(ledger: Ledger, node: Any) -> dict[str, tuple[int, int]]:
    """Tables of our copy that differ from one made anew: how many rows only we have, and how many only it has."""
    made = _made_anew(ledger, node)
    return {
        name: (len(set(rows) - set(made[name])), len(set(made[name]) - set(rows)))
        for name, rows in copy_of(ledger).items()
        if rows != made[name]
    }


def audit_finds(ledger: Ledger, side: ChainSide) -> list[Checked]:
    """What the audit finds to be wrong, or cannot tell."""
    return [line for line in audit(ledger, side.node, NodeStates(side)) if line.found is not Found.OK]


def _made_anew(ledger: Ledger, node: Any) -> dict[str, list[Any]]:
    folder = Path(mkdtemp(prefix="fresh-index-"))
    try:
        shutil.copy(_empty(), folder / "fresh.db")
        store = Store(f"sqlite:///{folder / 'fresh.db'}")
        with ledger.store.read() as tx:
            known = {key: tx.meta.get(key) for key in ("deployment", "final_height")}
        with store.write() as tx:
            for key, value in known.items():
                if value is not None:
                    tx.meta.set(key, value)
        fresh = replace(ledger, store=store)
        while follow(fresh, _FinalAsHere(node, known["final_height"])):
            pass
        made = copy_of(fresh)
        store.close()
        return made
    finally:
        shutil.rmtree(folder)


class _FinalAsHere:
    """The node, in whose eyes no more is final than in ours: how far that is decides which empty blocks are kept."""

    def __init__(self, node: Any, final: int | None) -> None:
        self._node = node
        self._final = final

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)

    def final_height(self) -> int | None:
        """As far as we say."""
        return self._final


@cache
def _empty() -> Path:
    """A database with all tables and nothing in them, made once a process."""
    path = Path(mkdtemp(prefix="empty-index-")) / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path
