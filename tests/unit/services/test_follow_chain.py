"""Following a chain that changes its mind: our copy is always one that was true, and in the end the newest."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from ledger.chain.signing import keccak
from ledger.domain.errors import Unavailable
from ledger.services.follow_chain import HALTED, Halted, follow, raise_final, shared_height
from ledger.services.ports import Chain, Ledger
from ledger.services.views_of_chain import final_height
from ledger.storage.engine import Store
from ledger.storage.tables import metadata
from tests.support.copies import copy_of
from tests.support.fake_chain import FakeChain

CARD, ADA, BEN = ("0x" + byte * 20 for byte in ("c1", "a1", "b1"))


def ledger_on(path: Path) -> Ledger:
    store = Store(f"sqlite:///{path}")
    metadata.create_all(store.engine)
    with store.write() as tx:
        tx.meta.set("deployment", {"block": 0})
    none = cast(Any, None)
    return Ledger(store, none, none, none, keccak, lambda: 5_000.0, lambda n: bytes(n), none, none, "http://x")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = ledger_on(tmp_path / "copy.db")
    yield made
    made.store.engine.dispose()  # type: ignore[attr-defined]


def as_chain(chain: FakeChain) -> Chain:
    return cast(Chain, chain)


def opened(item: int) -> tuple[str, dict[str, Any]]:
    return "ItemOpened", {"item": item, "batch": 1 << 32 | 1, "pathHash": bytes(32), "recordHash": bytes(32),
                          "claimAddress": CARD}  # fmt: skip


def claimed(item: int, statement: bytes, owner: str = ADA) -> tuple[str, dict[str, Any]]:
    return "Claimed", {"item": item, "statement": statement, "newOwner": owner}


def follow_all(ledger: Ledger, chain: FakeChain) -> None:
    while follow(ledger, as_chain(chain)):
        pass


def final_of(ledger: Ledger) -> int:
    with ledger.store.read() as tx:
        return final_height(tx)


def test_blocks_are_stored_with_the_states_that_follow_from_them(ledger: Ledger) -> None:
    chain = FakeChain()
    chain.mine(opened(1), claimed(1, b"a" * 32))
    chain.mine()
    chain.mine(("Cancelled", {"item": 1, "statement": b"b" * 32, "owner": ADA, "sequence": 1}))
    follow_all(ledger, chain)
    with ledger.store.read() as tx:
        assert tx.chain.tip() == chain.tip()
        assert [tx.chain.state(1, at) and tx.chain.state(1, at).sequence for at in range(4)] == [None, 1, 1, 2]  # type: ignore[union-attr]
        assert tx.chain.acceptance(b"b" * 32).block == 3  # type: ignore[union-attr]


def test_events_that_only_repeat_are_not_kept(ledger: Ledger) -> None:
    chain = FakeChain()
    chain.mine(opened(1), ("Transfer", {"tokenId": 1}), claimed(1, b"a" * 32), ("Locked", {"tokenId": 1}))
    follow_all(ledger, chain)
    with ledger.store.read() as tx:
        assert tx.chain.count() == 2


def test_a_block_that_is_gone_takes_everything_along(ledger: Ledger) -> None:
    chain = FakeChain()
    chain.mine(opened(1))
    chain.mine(claimed(1, b"a" * 32))
    follow_all(ledger, chain)
    chain.undo(1)
    chain.mine(claimed(1, b"b" * 32, BEN))
    follow_all(ledger, chain)
    with ledger.store.read() as tx:
        assert tx.chain.acceptance(b"a" * 32) is None
        assert tx.chain.state(1).holder == BEN  # type: ignore[union-attr]
        assert tx.chain.count() == 2


def test_the_final_height_only_rises_and_never_above_what_we_hold(ledger: Ledger) -> None:
    chain = FakeChain()
    for _ in range(5):
        chain.mine()
    follow_all(ledger, chain)
    for said, known in ((2, 2), (None, 2), (1, 2), (99, 5), (3, 5)):
        raise_final(ledger, said)
        assert final_of(ledger) == known


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_what_was_final_and_changed_halts_us_for_good(ledger: Ledger, depth: int) -> None:
    chain = FakeChain()
    for _ in range(5):
        chain.mine()
    follow_all(ledger, chain)
    raise_final(ledger, 4)
    chain.undo(depth)
    for _ in range(depth + 1):
        chain.mine(opened(9))
    with pytest.raises(Halted, match="Block 4 was final here"):
        follow_all(ledger, chain)
    before = copy_of(ledger)
    with pytest.raises(Halted):
        follow(ledger, as_chain(chain))
    assert copy_of(ledger) == before
    with ledger.store.read() as tx:
        assert "Block 4" in tx.meta.get(HALTED)
        assert tx.chain.state(9) is None


def test_an_event_on_an_item_that_was_never_opened_is_not_swallowed(ledger: Ledger) -> None:
    chain = FakeChain()
    follow_all(ledger, chain)
    chain.mine(claimed(1, b"a" * 32))
    with pytest.raises(Halted, match="never opened"):
        follow(ledger, as_chain(chain))
    with ledger.store.read() as tx:
        assert tx.chain.tip().number == 0  # type: ignore[union-attr]


def test_a_silent_chain_changes_nothing(ledger: Ledger) -> None:
    chain = FakeChain()
    chain.mine(opened(1))
    follow_all(ledger, chain)
    before = copy_of(ledger)
    chain.mine(opened(2))
    chain.silent = True
    with pytest.raises(Unavailable):
        follow(ledger, as_chain(chain))
    assert copy_of(ledger) == before


def test_a_first_look_reads_history_whole_and_goes_on_block_by_block(ledger: Ledger) -> None:
    chain = FakeChain()
    for item in range(1, 30):
        chain.mine(opened(item)) if item % 3 else chain.mine()
    chain.final = 20
    follow_all(ledger, chain)
    with ledger.store.read() as tx:
        assert tx.chain.tip() == chain.tip()
        assert all((tx.chain.state(item) is not None) is bool(item % 3) for item in range(1, 30))


def test_a_final_height_counts_only_for_the_very_blocks_we_hold(ledger: Ledger) -> None:
    chain = FakeChain()
    for _ in range(5):
        chain.mine()
    follow_all(ledger, chain)
    chain.final = 4
    assert shared_height(ledger, as_chain(chain)) == 4
    chain.undo(2)
    chain.mine()
    chain.mine()
    assert shared_height(ledger, as_chain(chain)) is None
    chain.final = None
    assert shared_height(ledger, as_chain(chain)) is None


@pytest.mark.parametrize("seed", range(12))
def test_after_any_changes_of_mind_our_copy_is_that_of_who_came_last(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    chain, ledger = FakeChain(), ledger_on(tmp_path / "a.db")
    made = 0
    for _ in range(60):
        what = rng.random()
        if what < 0.5:
            made += 1
            known = rng.randint(1, 4)
            on_chain = {e.args["item"] for b in chain.blocks for e in chain._events[b.hash]}
            name = b"%032d" % made
            chain.mine(claimed(known, name, rng.choice([ADA, BEN])) if known in on_chain else opened(known))
        elif what < 0.65 and len(chain.blocks) - final_of(ledger) > 2:
            chain.undo(rng.randint(1, len(chain.blocks) - final_of(ledger) - 2))
        elif what < 0.7:
            chain.silent = not chain.silent
        else:
            try:
                follow(ledger, as_chain(chain))
                raise_final(ledger, len(chain.blocks) - 6)
            except Unavailable:
                assert chain.silent
        with ledger.store.read() as tx:
            tip, final = tx.chain.tip(), final_height(tx)
        assert tip is None or final <= tip.number
    chain.silent = False
    follow_all(ledger, chain)
    fresh = ledger_on(tmp_path / "b.db")
    with ledger.store.read() as old, fresh.store.write() as new:
        new.meta.set("final_height", final_height(old))
    follow_all(fresh, chain)
    assert copy_of(ledger) == copy_of(fresh)
    for one in (ledger, fresh):
        one.store.engine.dispose()  # type: ignore[attr-defined]
