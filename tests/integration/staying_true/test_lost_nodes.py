"""A node that is killed, reset, swapped, away, slow or talking nonsense."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ledger.bootstrap import ChainSide
from ledger.chain.local_node import LocalNode
from ledger.chain.node import LocalMiner, Node
from ledger.chain.rpc import Rpc, WrongChain
from ledger.chain_loop import ChainLoop
from ledger.domain.errors import Unavailable
from ledger.domain.outbox import State
from ledger.domain.standing_headlines import Key
from ledger.domain.statements import Kind, OwnerReportKind
from ledger.services.follow_chain import HALTED, Halted
from ledger.services.scan_item import scan_item
from ledger.storage import tables
from tests.support.bad_proxy import MODES, BadProxy, bad_proxy
from tests.support.same_as_contract import expect_same_as_contract, expect_tick_supported
from tests.support.world import PATIENCE, World, person

ADA = person("ada")


class NeverSaving(LocalMiner):
    """A disk that takes nothing more."""

    def save(self, dumped: Callable[[], None] = lambda: None) -> int:
        raise Unavailable("The disk is full.")


def contents(world: World) -> dict[str, list[Any]]:
    with world.ledger.store.read() as tx:
        connection = tx.connection  # type: ignore[attr-defined]
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in (tables.blocks, tables.events, tables.item_versions, tables.statements)
        }


def test_a_killed_node_loses_only_what_was_never_called_final(world: World) -> None:
    cards = world.cards()
    side = world.side()
    miner = NeverSaving(world.rpc, world.settings.data / "node" / "saves")
    loop = ChainLoop(world.ledger, ChainSide(side.node, miner))
    queued = [world.claim(card, ADA) for card in cards[:3]]
    for _ in range(2):
        with pytest.raises(Unavailable, match="disk"):
            loop.turn()
    for one, card in zip(queued, cards, strict=False):
        world.expect(one, State.ACCEPTED)
        assert not expect_tick_supported(world, card).standing.tick
    with world.ledger.store.read() as tx:
        high = tx.chain.tip()
    world.kill_node()
    with pytest.raises(Unavailable):
        loop.turn()
    world.node.stop()
    world.node.start()
    with Rpc(world.node.url) as rpc:
        assert int(rpc.call("eth_blockNumber"), 16) < high.number  # type: ignore[union-attr]
    world.restart_worker()
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    expect_same_as_contract(world, cards)
    with world.ledger.store.read() as tx:
        told = tx.chain.events_named(("Claimed",))
    assert sorted(event.args["item"] for event in told) == sorted(card.item for card in cards[:3])


def test_a_node_that_was_reset_halts_us_and_nothing_is_written(world: World, tmp_path: Path) -> None:
    card = world.cards()[0]
    world.claim(card, ADA)
    world.settle()
    before = contents(world)
    port = int(world.node.url.rpartition(":")[2])
    chain_id = world.node.chain_id
    world.node.stop()
    other = tmp_path / "other"
    (other / "node").mkdir(parents=True)
    (other / "node" / "chain.json").write_text(json.dumps({"chain_id": chain_id, "begun": False}))
    with LocalNode(other, port=port):
        for _ in range(2):
            with pytest.raises(Halted, match="was final here"):
                world.loop.turn()
    assert contents(world) == before
    with world.ledger.store.read() as tx:
        assert "reindex" in tx.meta.get(HALTED)
    assert scan_item(world.ledger, card.gtin, card.serial).standing.key is Key.HELD
    world.clock.ahead += 61
    assert scan_item(world.ledger, card.gtin, card.serial).standing.key is Key.UNAVAILABLE


def test_a_node_of_another_chain_is_unavailable_and_nothing_is_written(sqlite_world: World, tmp_path: Path) -> None:
    world = sqlite_world
    world.claim(world.cards()[0], ADA)
    before = contents(world)
    with LocalNode(tmp_path / "other") as other, Rpc(other.url) as rpc:
        deployed = world.side().node
        node = Node(rpc, deployed.chain_id, deployed.client.address)
        with pytest.raises(WrongChain):
            ChainLoop(world.ledger, ChainSide(node, None)).turn()
    assert contents(world) == before


@pytest.fixture
def proxy(sqlite_world: World) -> Iterator[BadProxy]:
    with bad_proxy(sqlite_world.node.url) as made:
        yield made


def loop_through(world: World, proxy: BadProxy) -> tuple[ChainLoop, Rpc]:
    rpc = Rpc(proxy.url, timeout=0.4)
    deployed = world.side().node
    node = Node(rpc, deployed.chain_id, deployed.client.address)
    return ChainLoop(world.ledger, ChainSide(node, LocalMiner(rpc, world.settings.data / "node" / "saves"))), rpc


@pytest.mark.parametrize("mode", MODES)
def test_a_node_that_misbehaves_is_unavailable_in_time_and_loses_nothing(
    sqlite_world: World, proxy: BadProxy, mode: str
) -> None:
    world = sqlite_world
    loop, rpc = loop_through(world, proxy)
    loop.turn()
    queued = world.claim(world.cards()[0], ADA)
    proxy.misbehave(mode)
    with pytest.raises(Unavailable):
        loop.turn()
    world.expect(queued, State.QUEUED)
    proxy.misbehave("")
    rpc.timeout = PATIENCE
    # How soon it is saved, and so final, is a matter of the disk.
    until = time.monotonic() + PATIENCE
    while world.progress(queued).state is not State.FINAL and time.monotonic() < until:
        loop.turn()
        time.sleep(0.05)
    world.expect(queued, State.FINAL)
    rpc.close()


def test_after_a_minute_without_a_node_nothing_is_confirmed_and_bad_news_stays(
    sqlite_world: World, proxy: BadProxy
) -> None:
    world = sqlite_world
    good, bad = world.cards()[:2]
    world.claim(bad, ADA)
    world.settle()
    world.own(ADA, Kind.OWNER_REPORT, bad, kind=int(OwnerReportKind.STOLEN))
    world.settle()
    loop, rpc = loop_through(world, proxy)
    loop.turn()
    assert scan_item(world.ledger, good.gtin, good.serial).standing.tick
    proxy.misbehave("hang")
    for waited, tick in ((30, True), (31, False)):
        world.clock.ahead += waited
        with pytest.raises(Unavailable):
            loop.turn()
        assert scan_item(world.ledger, good.gtin, good.serial).standing.tick is tick
    assert scan_item(world.ledger, good.gtin, good.serial).standing.key is Key.UNAVAILABLE
    shown = scan_item(world.ledger, bad.gtin, bad.serial).standing
    assert shown.key is Key.REPORTED_STOLEN
    assert Key.UNAVAILABLE in {line.key for line in shown.lines}
    proxy.misbehave("")
    loop.turn()
    assert scan_item(world.ledger, good.gtin, good.serial).standing.tick
    rpc.close()
