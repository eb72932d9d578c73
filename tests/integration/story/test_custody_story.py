"""An item's life among its owners, each statement from its draft to a final block, on both databases."""

from __future__ import annotations

import pytest

from ledger.chain import signing
from ledger.domain.custody import RECOVERY_NOTICE, Flag, ItemState
from ledger.domain.errors import BadSignature, Conflict, TooMany, Unknown
from ledger.domain.outbox import Queued, State
from ledger.domain.standing_headlines import Key
from ledger.domain.statements import Kind, OwnerReportKind
from ledger.services import hand_over
from ledger.services.draft_statement import draft_statement
from ledger.services.kept_keys import signing_keys
from ledger.services.scan_item import scan_item
from ledger.services.submit_statement import submit_statement
from tests.support.same_as_contract import expect_same_as_contract, expect_tick_supported
from tests.support.world import Card, World, person

ADA, BEN, CEM = person("ada"), person("ben"), person("cem")


def state_of(world: World, card: Card) -> ItemState:
    with world.ledger.store.read() as tx:
        state = tx.chain.state(card.item)
    assert state is not None
    return state


def verdict(world: World, card: Card) -> Key:
    return scan_item(world.ledger, card.gtin, card.serial).standing.key


def accepted(world: World, *queued: Queued) -> None:
    world.settle()
    for one in queued:
        world.expect(one, State.FINAL)
    expect_same_as_contract(world, world.cards())


def owned(world: World) -> Card:
    card = world.cards()[0]
    accepted(world, world.claim(card, ADA))
    return card


def test_a_claim_is_pending_until_its_block_is_final(world: World) -> None:
    card = world.cards()[0]
    assert verdict(world, card) is Key.UNCLAIMED
    queued = world.claim(card, ADA)
    assert verdict(world, card) is Key.PENDING
    world.expect(queued, State.QUEUED)
    accepted(world, queued)
    assert verdict(world, card) is Key.HELD
    assert expect_tick_supported(world, card).standing.tick
    assert state_of(world, card).holder == ADA.address


def test_a_handover_takes_both_signatures_and_no_more(world: World) -> None:
    card = owned(world)
    offer = world.offer(card, ADA, BEN.address)
    assert verdict(world, card) is Key.IN_TRANSFER
    accepted(world, world.accept(offer, BEN))
    state = state_of(world, card)
    assert (state.holder, state.owners, state.sequence) == (BEN.address, 2, 2)
    assert verdict(world, card) is Key.HELD


def test_a_handover_by_link_takes_the_links_key_and_the_six_digits(world: World) -> None:
    card, link = owned(world), person("link")
    offer = world.offer(card, ADA, link.address, code="271828")
    assert verdict(world, card) is Key.HELD, "an offer that nobody was shown moves nothing"
    with pytest.raises(BadSignature, match="4 tries"):
        hand_over.release_offer(world.ledger, offer, "000000")
    accepted(world, world.accept(offer, BEN, code="271828", link=link))
    assert state_of(world, card).holder == BEN.address


def test_five_wrong_digits_end_an_offer(world: World) -> None:
    offer = world.offer(owned(world), ADA, BEN.address, code="271828")
    for _ in range(5):
        with pytest.raises(BadSignature):
            hand_over.release_offer(world.ledger, offer, "314159")
    with pytest.raises(TooMany):
        hand_over.release_offer(world.ledger, offer, "271828")
    with pytest.raises(Unknown):
        hand_over.release_offer(world.ledger, "off_none", "271828")


def test_cancelling_ends_an_open_offer(world: World) -> None:
    card = owned(world)
    offer = world.offer(card, ADA, BEN.address)
    accepted(world, world.own(ADA, Kind.CANCEL, card))
    with pytest.raises(Conflict, match="sequence"):
        world.accept(offer, BEN)


def test_bad_news_counts_from_the_queue_on_and_until_its_end_is_final(world: World) -> None:
    card = owned(world)
    stolen = world.own(ADA, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.STOLEN))
    assert verdict(world, card) is Key.REPORTED_STOLEN
    accepted(world, stolen)
    with pytest.raises(Conflict, match="stolen"):
        world.offer(card, ADA, BEN.address)
    found = world.own(ADA, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.FOUND))
    assert verdict(world, card) is Key.REPORTED_STOLEN
    accepted(world, found)
    assert verdict(world, card) is Key.HELD
    accepted(world, world.own(ADA, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.LOST)))
    assert verdict(world, card) is Key.REPORTED_LOST


def test_an_owned_item_is_retired_by_brand_and_owner_together(world: World) -> None:
    card = owned(world)
    caller = world.caller("maison")
    draft = draft_statement(world.ledger, Kind.RETIRE, {"item": card.item}, caller)
    with world.ledger.store.read() as tx:
        brand = signing_keys(world.ledger, tx, caller)[0]
    by_brand, by_owner = (needed.digest for needed in draft.needed)
    with pytest.raises(BadSignature, match="takes 2"):
        submit_statement(world.ledger, draft.statement, [signing.sign(brand, by_brand)])
    signatures = [signing.sign(brand, by_brand), signing.sign(ADA.key, by_owner)]
    accepted(world, submit_statement(world.ledger, draft.statement, signatures))
    assert verdict(world, card) is Key.RETIRED


def test_an_unclaimed_item_is_retired_by_its_brand_alone(world: World) -> None:
    card = world.cards()[1]
    accepted(world, world.say("maison", Kind.RETIRE, item=card.item))
    with pytest.raises(Conflict, match="no longer in circulation"):
        world.claim(card, ADA)


def test_a_new_card_replaces_a_lost_one_before_the_first_claim(world: World) -> None:
    card, lost = world.cards()[2], world.cards()[2]
    new = person("new card")
    accepted(world, world.say("maison", Kind.REPLACE_CLAIM, item=card.item, claimAddress=new.address))
    with pytest.raises(BadSignature, match="claim code"):
        world.claim(lost, ADA)
    draft = draft_statement(world.ledger, Kind.CLAIM, {"item": card.item, "newOwner": ADA.address})
    signatures = [signing.sign(who.key, need.digest) for who, need in zip((new, ADA), draft.needed, strict=True)]
    accepted(world, submit_statement(world.ledger, draft.statement, signatures))


def recover(world: World, card: Card, by: str = "maison") -> Queued:
    return world.say(by, Kind.REPLACE_CLAIM, item=card.item, claimAddress=person("recovery").address)


def complete(world: World, card: Card) -> Queued:
    draft = draft_statement(world.ledger, Kind.COMPLETE_RECOVERY, {"item": card.item, "newOwner": CEM.address})
    signers = (person("recovery"), CEM)
    signatures = [signing.sign(who.key, need.digest) for who, need in zip(signers, draft.needed, strict=True)]
    return submit_statement(world.ledger, draft.statement, signatures)


def test_a_recovery_takes_fourteen_days_and_two_signatures(world: World) -> None:
    card = owned(world)
    opened = recover(world, card)
    assert verdict(world, card) is Key.DISPUTED
    accepted(world, opened)
    with pytest.raises(Conflict, match="still has time"):
        complete(world, card)
    world.travel(RECOVERY_NOTICE + 60)
    world.settle()
    accepted(world, complete(world, card))
    state = state_of(world, card)
    assert (state.holder, state.owners) == (CEM.address, 2)
    assert Flag.RECOVERED in state.flags
    assert verdict(world, card) is Key.HELD


def test_an_owner_who_answers_ends_a_recovery_and_the_next_owner_has_refused_nothing(world: World) -> None:
    card = owned(world)
    accepted(world, recover(world, card))
    accepted(world, world.own(ADA, Kind.CANCEL, card))
    assert Flag.OWNER_ENDED_RECOVERY in state_of(world, card).flags
    with pytest.raises(Exception, match="only the council"):
        recover(world, card)
    accepted(world, recover(world, card, by="council"))
    offer = world.offer(card, ADA, BEN.address)
    accepted(world, world.accept(offer, BEN))
    state = state_of(world, card)
    assert state.recovery_due is None
    assert Flag.OWNER_ENDED_RECOVERY not in state.flags
    accepted(world, recover(world, card))
