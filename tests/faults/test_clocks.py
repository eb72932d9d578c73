"""The server's clock or the worker's is an hour off: what counts is the chain's time, and the order of blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.chain_loop import ChainLoop
from ledger.domain.errors import LedgerError
from ledger.domain.outbox import Queued, State
from ledger.domain.statements import Kind, OwnerReportKind
from ledger.services.scan_item import scan_item
from ledger.worker import Lease
from tests.support.faults_after import audit
from tests.support.faults_table import LONG, figure
from tests.support.faults_truth import unsupported_ticks
from tests.support.same_as_contract import expect_same_as_contract
from tests.support.world import World, person

HOUR = 3_600
ADA, BEN = person("ada"), person("ben")
SKEWS = {
    "server ahead": (HOUR, 0),
    "server behind": (-HOUR, 0),
    "worker ahead": (0, HOUR),
    "worker behind": (0, -HOUR),
    "both, apart": (HOUR, -HOUR),
}
IN_GATE = ("both, apart",)


def skewed(world: World, server: int, worker: int) -> None:
    """From now on the server's clock is off, and so is the worker's."""
    world.clock.ahead += server
    ledger = replace(world.ledger, clock=lambda: world.clock() - server + worker)
    world._loop = ChainLoop(ledger, world.side())


def chain_time(world: World) -> int:
    block = world.rpc.call("eth_getBlockByNumber", "latest", False)
    return int(block["timestamp"], 16)


def later(world: World) -> int:
    """Twenty minutes from now, by the server's clock and by the chain's."""
    return max(chain_time(world), world.ledger.now()) + 1_200


@pytest.mark.parametrize("skew", SKEWS if LONG else IN_GATE)
def test_an_hour_off_signature_windows_hold_and_order_is_by_block(worlds: Callable[[str], World], skew: str) -> None:
    world = worlds("sqlite")
    cards = world.cards()
    skewed(world, *SKEWS[skew])
    said: list[Queued] = []
    for card in cards[:3]:
        said.append(world.claim(card, ADA))
    world.settle()
    # An offer that is good for twenty minutes by either time, taken up in time.
    in_time = world.offer(cards[0], ADA, BEN.address, expiry=later(world))
    said.append(world.accept(in_time, BEN))
    world.settle()
    # One that is over by the chain's time, whatever our clocks say.
    end = later(world)
    late = world.offer(cards[1], ADA, BEN.address, expiry=end)
    world.rpc.call("evm_increaseTime", end - chain_time(world) + 60)
    world.rpc.call("evm_mine")
    world.loop.turn()
    with pytest.raises(LedgerError, match=r"expired|over|ended"):
        world.accept(late, BEN)
    said.append(world.own(ADA, Kind.OWNER_REPORT, cards[2], kind=int(OwnerReportKind.STOLEN)))
    world.settle()
    for one in said:
        world.expect(one, State.FINAL)
    with world.ledger.store.read() as tx:
        assert tx.chain.state(cards[1].item).holder == ADA.address  # type: ignore[union-attr]
    for card in cards[:3]:
        told = [(line.block, line.at) for line in scan_item(world.ledger, card.gtin, card.serial).timeline]
        assert told == sorted(told), "in the order of blocks, with their own times"
    assert not scan_item(world.ledger, cards[2].gtin, cards[2].serial).standing.tick
    _, wrong = unsupported_ticks(world.ledger, world.loop.side.node, cards)
    assert not wrong, wrong
    expect_same_as_contract(world, cards)
    audit(world)
    figure("clock skew", f"{skew} by an hour: windows hold by the chain's time, order by block", statements=len(said))


def test_two_workers_an_hour_apart_do_nothing_twice(sqlite_world: World) -> None:
    world = sqlite_world
    fast = replace(world.ledger, clock=lambda: world.clock() + HOUR)
    queued = []
    pairs = [(one, Lease(one)) for one in (world.ledger, fast)]
    workers = [(ChainLoop(ledger, world.side(), lease.holds), lease) for ledger, lease in pairs]
    for number in range(6):
        queued.append(world.say("maison", Kind.ANCHOR, hash=bytes([number + 1]) * 32))
        for loop, lease in workers:
            if lease.hold():
                loop.turn()
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    audit(world)
