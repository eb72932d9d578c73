"""Whether our copy says what the contract's own storage says."""

from __future__ import annotations

from ledger.domain.custody import NOBODY, TIMED, BatchFlag, Flag
from ledger.services.scan_item import scan_item
from ledger.services.scanned import Scan
from ledger.services.views_of_chain import batch_flags, final_height
from tests.support.world import Card, World


def expect_same_as_contract(world: World, cards: list[Card]) -> None:
    """Fails where our newest state of an item differs from the contract's at that very block."""
    client = world.loop.side.node.client
    with world.ledger.store.read() as tx:
        tip = tx.chain.tip()
        assert tip is not None
        for card in cards:
            state = tx.chain.state(card.item)
            holder, batch, sequence, flags, head, locks, recovery = client.call("itemOf", card.item, block=tip.hash)
            if state is None:
                assert (int(holder, 16), batch, head) == (0, 0, bytes(32))
                continue
            assert (state.holder, state.batch, state.sequence) == (holder, batch, sequence)
            assert Flag(flags) == state.flags
            assert state.head == head
            assert tuple(locks[:5]) == tuple(state.until.get(flag, 0) for flag in TIMED)
            assert recovery[:2] == (state.recovery_address or NOBODY, state.recovery_due or 0)
        for number in {state.batch for card in cards if (state := tx.chain.state(card.item)) is not None}:
            assert BatchFlag(client.call("batchFlagsOf", number, block=tip.hash)) == batch_flags(tx, number)


def expect_tick_supported(world: World, card: Card) -> Scan:
    """Fails where a scan shows a tick that the last final block, asked on the node itself, does not bear out."""
    scan = scan_item(world.ledger, card.gtin, card.serial)
    if not scan.standing.tick:
        return scan
    client = world.loop.side.node.client
    with world.ledger.store.read() as tx:
        height = final_height(tx)
        block = tx.chain.block(height)
        number = tx.batches.get(tx.batches.item(card.item).batch_id).number  # type: ignore[union-attr]
    assert block is not None
    header = client.block(height)
    assert header is not None
    assert header.hash == block.hash, "a tick rests on a block that the node does not have"
    assert client.call("batchOf", number, block=block.hash) != bytes(32), "a tick for a batch that is not registered"
    holder, _, _, flags, _, locks, _ = client.call("itemOf", card.item, block=block.hash)
    stops = Flag.LOST | Flag.STOLEN | Flag.VOID | Flag.RETIRED | Flag.RECALLED | Flag.RECOVERY_OPEN
    assert not Flag(flags) & stops, "a tick in spite of bad news"
    assert not any(Flag(flags) & flag and until > world.clock() for flag, until in zip(TIMED, locks[:5], strict=True))
    assert client.call("batchFlagsOf", number, block=block.hash) & int(BatchFlag.RECALLED) == 0
    assert (Flag.CLAIMED in Flag(flags)) is scan.facts.final.claimed  # type: ignore[union-attr]
    if scan.subject is not None and scan.subject.claimed:
        assert scan.subject.holder == holder, "a tick for an owner that is not the final one"
    return scan
