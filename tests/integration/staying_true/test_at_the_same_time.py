"""Many at the same moment, on both databases: numbers are never shared, nothing is taken twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.chain import signing
from ledger.domain.claim_codes import claim_private_key
from ledger.domain.errors import BadSignature, LedgerError, TooMany
from ledger.domain.outbox import State
from ledger.domain.statements import Kind
from ledger.services import claim_item, hand_over, import_items
from ledger.services.draft_statement import draft_statement
from ledger.services.submit_statement import submit_statement
from tests.support.world import World, person

MANY = 50


def test_statements_of_one_organisation_never_share_a_nonce(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        queued = list(pool.map(lambda n: world.say("maison", Kind.ANCHOR, hash=bytes([n]) * 32), range(1, 25)))
    assert len({one.statement.nonce for one in queued}) == len(queued)
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)


def test_the_same_statement_fifty_times_is_one_row(world: World) -> None:
    card, owner = world.cards()[0], person("ada")
    world.claim(card, owner)
    world.settle()
    draft = draft_statement(world.ledger, Kind.CANCEL, {"item": card.item})
    signature = signing.sign(owner.key, draft.needed[0].digest)
    with ThreadPoolExecutor(MANY) as pool:
        rows = list(pool.map(lambda _: submit_statement(world.ledger, draft.statement, [signature]), range(MANY)))
    assert len({one.id for one in rows}) == 1
    with world.ledger.store.read() as tx:
        assert [one.hash for one in tx.outbox.of_item(card.item)] == [draft.hash]


def test_of_two_drafts_with_one_number_the_second_is_told(world: World) -> None:
    caller = world.caller("maison")
    drafts = [draft_statement(world.ledger, Kind.ANCHOR, {"hash": bytes([n]) * 32}, caller) for n in (1, 2)]
    assert drafts[0].statement.nonce == drafts[1].statement.nonce
    with world.ledger.store.read() as tx:
        keystore = tx.organisations.keystore(caller.organisation.id)
    key = world.ledger.vault.open_key(keystore or {})

    def submit(number: int) -> str:
        draft = drafts[number]
        try:
            submit_statement(world.ledger, draft.statement, [signing.sign(key, draft.needed[0].digest)])
        except LedgerError as refused:
            return refused.detail
        return ""

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(submit, (0, 1)))
    assert told[0] == ""
    assert "taken by another statement" in told[1]


def test_of_fifty_claims_with_one_code_exactly_one_wins(world: World) -> None:
    card = world.cards()[0]
    people = [person(f"claimer {n}") for n in range(MANY)]
    with ThreadPoolExecutor(10) as pool:
        queued = list(pool.map(lambda who: world.claim(card, who), people))
    world.settle()
    states = Counter(world.progress(one).state for one in queued)
    assert states == {State.FINAL: 1, State.REFUSED: MANY - 1}
    with world.ledger.store.read() as tx:
        state = tx.chain.state(card.item)
    winner = next(who for who, one in zip(people, queued, strict=True) if world.progress(one).state is State.FINAL)
    assert state is not None
    assert (state.holder, state.owners) == (winner.address, 1)


def test_fifty_guesses_at_once_are_five_tries(world: World) -> None:
    card, owner = world.cards()[0], person("ada")
    world.claim(card, owner)
    world.settle()
    offer = world.offer(card, owner, person("ben").address, code="271828")

    def guess(_: int) -> type[Exception]:
        with pytest.raises((BadSignature, TooMany)) as told:
            hand_over.release_offer(world.ledger, offer, "314159")
        return told.type

    with ThreadPoolExecutor(25) as pool:
        answers = Counter(pool.map(guess, range(MANY)))
    assert answers == {BadSignature: 5, TooMany: MANY - 5}


def test_fifty_wrong_claim_codes_at_once_are_counted_without_an_error(world: World) -> None:
    card, owner = world.cards()[0], person("ada")
    draft = claim_item.draft_claim(world.ledger, card.gtin, card.serial, owner.address)
    wrong = claim_private_key("0000000000000000" + "0", draft.activation_half, draft.item)
    digests = [needed.digest for needed in draft.draft.needed]

    def guess(_: int) -> type[Exception]:
        with pytest.raises((BadSignature, TooMany)) as told:
            claim_item.submit_claim(
                world.ledger,
                card.gtin,
                card.serial,
                owner.address,
                signing.sign(wrong, digests[0]),
                signing.sign(owner.key, digests[1]),
            )
        return told.type

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(guess, range(20)))
    with pytest.raises(TooMany) as told:
        world.claim(card, owner)
    assert 0 < told.value.retry_after <= claim_item.PAUSE
    world.clock.ahead += claim_item.PAUSE + 1
    world.claim(card, owner)


def test_a_file_sent_and_confirmed_many_times_at_once_is_one_batch(world: World) -> None:
    import io

    caller = world.caller("maison")
    text = b"gtin;serial;model_ref\n09521234543213;;Sac 77\n"
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: import_items.upload(world.ledger, caller, "a.csv", io.BytesIO(text)), range(8)))
    assert len({one.id for one in sent}) == 1
    import_items.check_import(world.ledger, sent[0].id)
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: import_items.confirm(world.ledger, caller, sent[0].id), range(8)))
    assert len({one.id for one in batches}) == 1
