"""One bad statement among good ones; what is refused for good, and what is tried again."""

from __future__ import annotations

from typing import Any

import pytest
import rlp

from ledger.chain import signing
from ledger.domain.outbox import Queued, State
from ledger.domain.standing_headlines import Key
from ledger.domain.statements import Kind, Statement, statement_hash
from ledger.services.contest_item import contest
from ledger.services.draft_statement import draft_statement
from ledger.services.progress_of import PATIENCE
from ledger.services.scan_item import scan_item
from ledger.services.send_bundles import TRANSACTION_GAS
from ledger.services.submit_many import Signed, submit_many
from ledger.services.submit_statement import submit_statement
from tests.support.same_as_contract import expect_same_as_contract, expect_tick_supported
from tests.support.world import World, person

ADA = person("ada")


def smuggle(world: World, statement: Statement, *signatures: bytes) -> Queued:
    """Into the outbox past all checks, as if the rules had changed between the check and the block."""
    queued = Queued(
        id=world.ledger.new_id("st"),
        statement=statement,
        hash=statement_hash(statement, signing.keccak),
        signatures=signatures,
        created_at=world.ledger.now(),
        signer="0x" + "00" * 20,
    )
    with world.ledger.store.write() as tx:
        tx.outbox.add(queued)
    return queued


def anchor(world: World, number: int, **more: Any) -> tuple[Statement, bytes]:
    caller = world.caller("maison")
    draft = draft_statement(world.ledger, Kind.ANCHOR, {"hash": bytes([number]) * 32, **more}, caller)
    with world.ledger.store.read() as tx:
        key = world.ledger.vault.open_key(tx.organisations.keystore(caller.organisation.id) or {})
    return draft.statement, signing.sign(key, draft.needed[0].digest)


def test_a_bad_statement_takes_none_of_its_neighbours_along(world: World) -> None:
    good = [world.say("maison", Kind.ANCHOR, hash=bytes([n]) * 32) for n in (1, 2)]
    statement, _ = anchor(world, 3)
    bad = smuggle(world, statement, b"\x1b" * 65)
    good += [world.say("luxcheck", Kind.ANCHOR, hash=bytes([n]) * 32) for n in (4, 5)]
    world.settle()
    for one in good:
        world.expect(one, State.FINAL)
    world.expect(bad, State.QUEUED, "not in force")
    with world.ledger.store.read() as tx:
        carriers = tx.outbox.carriers_of([bad.id])[bad.id]
        companions = [len(tx.outbox.carried_by(transaction.hash)) for transaction, _ in carriers]
    assert companions[0] == 5
    assert set(companions[1:]) == {1}, "what was refused once travels alone"


def test_a_bundle_is_as_large_as_its_gas_allows_and_all_of_it_is_accepted(sqlite_world: World) -> None:
    world = sqlite_world
    first, _ = anchor(world, 0)
    numbers = range(int(first.nonce or 0), int(first.nonce or 0) + 280)
    given = [Signed(statement, (by,)) for statement, by in (anchor(world, n % 250, nonce=n) for n in numbers)]
    queued = [one for one in submit_many(world.ledger, given) if isinstance(one, Queued)]
    assert len(queued) == len(given)
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    with world.ledger.store.read() as tx:
        carriers = tx.outbox.carriers_of([one.id for one in queued])
        sent = {transaction.hash: transaction for [(transaction, _)] in carriers.values()}
        sizes = sorted(len(tx.outbox.carried_by(hash)) for hash in sent)
    gas = [int.from_bytes(rlp.decode(one.raw[1:])[4], "big") for one in sent.values()]
    assert len(sizes) == 2
    assert sizes[1] >= 250
    assert 0.9 * TRANSACTION_GAS < max(gas) <= TRANSACTION_GAS


def test_a_statement_that_is_refused_again_and_again_is_given_up_after_a_day(sqlite_world: World) -> None:
    world = sqlite_world
    statement, _ = anchor(world, 3)
    bad = smuggle(world, statement, b"\x1b" * 65)
    world.settle()
    world.expect(bad, State.QUEUED)
    world.clock.ahead += PATIENCE
    world.settle()
    world.expect(bad, State.REFUSED, "not in force")
    with world.ledger.store.read() as tx:
        tries = len(tx.outbox.carriers_of([bad.id])[bad.id])
    world.clock.ahead += PATIENCE
    world.settle()
    with world.ledger.store.read() as tx:
        assert len(tx.outbox.carriers_of([bad.id])[bad.id]) == tries


def test_what_has_its_number_behind_it_is_refused_for_good(world: World) -> None:
    first, second = anchor(world, 1), anchor(world, 2)
    assert first[0].nonce == second[0].nonce
    queued = [smuggle(world, statement, signature) for statement, signature in (first, second)]
    world.settle()
    assert sorted(world.progress(one).state for one in queued) == [State.FINAL, State.REFUSED]
    loser = next(one for one in queued if world.progress(one).state is State.REFUSED)
    world.expect(loser, State.REFUSED, "used its number")
    with world.ledger.store.read() as tx:
        assert len(tx.outbox.carriers_of([loser.id])[loser.id]) == 1, "and is not sent again"


def test_what_only_waits_for_something_is_tried_again_and_accepted(world: World) -> None:
    card = world.cards()[0]
    claim = world.claim(card, ADA)
    with world.ledger.store.write() as tx:
        tx.outbox.look_again([claim.id], world.ledger.now() + 3)
    world.say("maison", Kind.MARK, subject=card.item, kind=2)
    world.loop.turn()
    world.clock.ahead += 4
    world.loop.turn()
    world.expect(claim, State.QUEUED, "stops it for now")
    world.say("maison", Kind.MARK, subject=card.item, kind=4)
    world.settle()
    world.expect(claim, State.FINAL)
    expect_same_as_contract(world, [card])


def test_an_accreditation_asked_for_twice_does_not_come_back_after_its_end(world: World) -> None:
    caller, party = world.caller("maison"), world.party("atelier")
    first = world.say("maison", Kind.ACCREDIT, party=party)
    draft = draft_statement(world.ledger, Kind.ACCREDIT, {"party": party}, caller)
    with world.ledger.store.read() as tx:
        key = world.ledger.vault.open_key(tx.organisations.keystore(caller.organisation.id) or {})
    second = submit_statement(world.ledger, draft.statement, [signing.sign(key, draft.needed[0].digest)])
    world.settle()
    assert sorted(world.progress(one).state for one in (first, second)) == [State.FINAL, State.REFUSED]
    ended = world.say("maison", Kind.END_ACCREDITATION, party=party)
    world.settle()
    world.expect(ended, State.FINAL)
    for _ in range(3):
        world.clock.ahead += 7_200
        world.settle()
    interval = world.loop.side.node.client.call("accreditationOf", world.party("maison"), party)
    assert interval[1] > 0, "it has ended and stays ended"


def test_a_statement_that_came_by_anothers_transaction_is_accepted_too(sqlite_world: World) -> None:
    world = sqlite_world
    statement, signature = anchor(world, 9)
    relay(world, (int(statement.kind), words_of(statement), b"", [signature]))
    queued = smuggle(world, statement, signature)
    world.loop.turn()
    world.settle()
    world.expect(queued, State.FINAL)


def words_of(statement: Statement) -> bytes:
    from ledger.domain.statements import call_data

    return call_data(statement)


def relay(world: World, call: tuple[int, bytes, bytes, list[bytes]]) -> None:
    """By somebody else's transaction."""
    node, other = world.side().node, person("relayer")
    world.rpc.call("anvil_setBalance", other.address, hex(10**20))
    data = node.client.encode_call("submit", call)
    _, raw = node.sign_transaction(
        other.key, nonce=node.nonce(other.address, None), data=data, gas=900_000, fee=node.fee()
    )
    assert node.send([raw]) == [True]
    world.rpc.call("evm_mine")


def test_registrations_out_of_order_wait_for_their_turn(sqlite_world: World) -> None:
    world = sqlite_world
    caller = world.caller("maison")
    drafts = [
        draft_statement(
            world.ledger,
            Kind.REGISTER_BATCH,
            {"batch": world.party("maison") << 32 | number, "root": bytes([number]) * 32, "count": 1,
             "manifestHash": bytes(32)},
            caller,
        )
        for number in (3, 2)
    ]  # fmt: skip
    with world.ledger.store.read() as tx:
        key = world.ledger.vault.open_key(tx.organisations.keystore(caller.organisation.id) or {})
    queued = []
    for draft in drafts:
        queued.append(smuggle(world, draft.statement, signing.sign(key, draft.needed[0].digest)))
        world.loop.turn()
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)


def test_an_item_listed_in_two_batches_shows_no_tick_and_is_contested(world: World) -> None:
    """An insider lists an item again, under a claim address of their own, and opens it from there."""
    from ledger.chain.node import encode_opening
    from ledger.domain.claim_codes import claim_private_key
    from ledger.domain.merkle import Tree, leaf
    from ledger.domain.openings import Opening
    from ledger.services.views_of_chain import find_listed, path_hash_of

    assert claim_private_key
    card, insider = world.cards()[0], person("insider")
    with world.ledger.store.read() as tx:
        path = path_hash_of(world.ledger, find_listed(tx, card.gtin, card.serial).item)
    entry = leaf(path, b"\x05" * 32, bytes.fromhex(insider.address[2:]), signing.keccak)
    tree = Tree([entry], signing.keccak)
    second = world.say("maison", Kind.REGISTER_BATCH, root=tree.root, count=1, manifestHash=bytes(32))
    world.settle()
    world.expect(second, State.FINAL)
    with world.ledger.store.read() as tx:
        registered = next(e for e in tx.chain.events_named(("BatchRegistered",)) if e.args["root"] == tree.root)
    args = registered.args
    opening = Opening(
        args["batch"], tree.root, 1, bytes(32), args["signer"], registered.time, path, b"\x05" * 32, insider.address, []
    )
    with pytest.raises(Exception, match="nothing to contest"):
        contest(world.ledger, card.gtin, card.serial)
    draft = draft_statement(world.ledger, Kind.CLAIM, {"item": card.item, "newOwner": insider.address})
    signature = signing.sign(insider.key, draft.needed[0].digest)
    relay(world, (int(Kind.CLAIM), words_of(draft.statement), encode_opening(opening), [signature, signature]))
    world.settle()
    assert not expect_tick_supported(world, card).standing.tick
    assert scan_item(world.ledger, card.gtin, card.serial).standing.key is Key.DISPUTED
    queued = contest(world.ledger, card.gtin, card.serial)
    assert contest(world.ledger, card.gtin, card.serial).id == queued.id
    world.settle()
    world.expect(queued, State.FINAL)
    expect_same_as_contract(world, [card])
    cleared = world.say("council", Kind.MARK, subject=card.item, kind=14)
    world.settle()
    world.expect(cleared, State.FINAL)
    assert not expect_tick_supported(world, card).standing.tick, "the earlier batch still wins"


def test_a_contest_without_its_proof_is_refused(sqlite_world: World) -> None:
    world, card = sqlite_world, sqlite_world.cards()[0]
    from ledger.domain.statements import make

    statement = make(Kind.CONTEST, {"item": card.item, "batch": 1, "leaf": b"\x01" * 32})
    with pytest.raises(Exception, match="earlier batch"):
        submit_statement(world.ledger, statement, [])
    assert scan_item(world.ledger, card.gtin, card.serial).standing.key is Key.UNCLAIMED


def test_another_batch_under_our_number_gives_our_items_no_tick(sqlite_world: World) -> None:
    """The brand's key registers something else under the number that our batch was promised."""
    world = sqlite_world
    caller, number = world.caller("maison"), world.party("maison") << 32 | 2
    draft = draft_statement(
        world.ledger, Kind.REGISTER_BATCH, {"root": b"\x09" * 32, "count": 1, "manifestHash": bytes(32)}, caller
    )
    assert draft.statement.batch == number
    _, cards = world.register("maison", ["09521234543213;;Sac 50;red"], on_sale_at_once=True)
    with world.ledger.store.read() as tx:
        key = world.ledger.vault.open_key(tx.organisations.keystore(caller.organisation.id) or {})
    other = signing.sign(key, draft.needed[0].digest)
    relay(world, (int(Kind.REGISTER_BATCH), words_of(draft.statement), b"", [other]))
    world.settle()
    shown = scan_item(world.ledger, cards[0]["gtin"], cards[0]["serial"])
    assert not shown.standing.tick
    assert shown.standing.key is Key.UNKNOWN
