"""One thing in one listing: what a live answer restores beside others, and one listing by its reference or address."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ledger.domain.asks import AskState, Entrustment
from ledger.domain.desk.cases import Case, Decline, Ground, State
from ledger.domain.desk.listings import Condition, Listing, ListingStatus, Seller
from ledger.domain.desk.notices import Line
from ledger.domain.errors import Conflict, Forbidden, Invalid
from ledger.domain.organisations import Role
from ledger.services.desk import case_act
from ledger.services.desk.agents import authorise_agent, end_agent
from ledger.services.desk.case_act import Word
from ledger.services.desk.case_counter import ONE_LISTING, Answer, ask_for_seller, counter_for_seller
from ledger.services.desk.case_write import entries_of, seller_secret
from ledger.services.desk.cases_port import Kept, Wanted
from ledger.services.desk.cases_read import list_cases, see_by_link, see_case
from ledger.services.desk.checks_proof import ask_seller
from ledger.services.desk.listings_change import end_listing
from ledger.services.desk.notices_check import look_at
from ledger.services.desk.screen_listings import screen_listings
from ledger.services.organisations import add_organisation
from tests.conftest import DATABASES
from tests.integration.desk.casework import asked, decide, right, rows_say_what_the_log_says, send
from tests.support.world import Card, Person, World, person


@pytest.fixture
def world(request: pytest.FixtureRequest, worlds: Callable[[str], World]) -> World:
    """On SQLite, unless a test asks for each database in turn; with a marketplace in it."""
    made = worlds(getattr(request, "param", "sqlite"))
    add_organisation(made.ledger, slug="bazar", name="Bazar", role=Role.PLATFORM, domain="bazar.example")
    return made


on_both = pytest.mark.parametrize("world", DATABASES, indirect=True)


def owned(world: World, number: int) -> tuple[Card, Person]:
    card, owner = world.cards()[number], person("olga")
    world.claim(card, owner)
    world.settle()
    return card, owner


def upheld(world: World, card: Card, mark: str, *refs: str) -> list[Kept]:
    lines = [Line(platform="bazar", ref=ref, gtin=card.gtin, serial=card.serial) for ref in refs]
    found = [kept for kept, _ in send(world, asked(mark, lines=lines))]
    for kept in found:
        decide(world, kept.id, Word.UPHOLD)
    return found


def proves(world: World, card: Card, owner: Person, kept: Kept, seller: str) -> Case:
    """The owner answers anew for this seller, and the seller's counter-notice names that answer."""
    bazar = world.caller("bazar")
    ask, _ = ask_seller(world.ledger, bazar, card.gtin, card.serial, seller)
    with world.ledger.store.write() as tx:
        tx.asks.answer(ask.id, AskState.CONFIRMED, world.ledger.now(), owner.address.lower(), None)
    return counter_for_seller(world.ledger, bazar, kept.id, Answer(Ground.OWNER, "", proof=ask.id), seller)[1]


def screen(world: World, ref: str, url: str, *codes: str, status: ListingStatus = ListingStatus.LIVE) -> None:
    told = Listing(ref, url, "Sac", "", "fr", None, None, Seller("s-1"), codes, (), Condition.USED, status)
    screen_listings(world.ledger, world.caller("bazar"), [told])


@on_both
def test_one_thing_comes_back_in_one_listing_however_often_its_owner_answers(world: World) -> None:
    card, owner = owned(world, 0)
    first, second, third = upheld(world, card, right(world), "L-1", "L-2", "L-3")
    assert proves(world, card, owner, first, "s-1").state is State.RESTORED
    for kept, seller in ((second, "s-2"), (third, "s-3")):
        case = proves(world, card, owner, kept, seller)
        assert (case.state, case.is_down) == (State.COUNTERED, True)
    bazar = world.caller("bazar")
    [told] = [one for one in see_case(world.ledger, bazar, second.id).history if one.kind == "case.countered"]
    assert (told.body["beside"], told.body["proof"]) == (first.id, None)
    [hidden] = [
        one for one in see_case(world.ledger, world.caller("maison"), second.id).history if one.kind == "case.countered"
    ]
    assert "beside" not in hidden.body
    assert decide(world, third.id, Word.RESTORE).state is State.RESTORED
    rows_say_what_the_log_says(world)


def test_what_came_back_and_ended_or_went_down_again_or_is_long_ago_keeps_no_other_listing_down(world: World) -> None:
    mark = right(world)
    card, owner = owned(world, 1)
    first, second, third, fourth = upheld(world, card, mark, "L-1", "L-2", "L-3", "L-4")
    assert proves(world, card, owner, first, "s-1").state is State.RESTORED
    screen(world, "L-1", "https://bazar.example/1")
    end_listing(world.ledger, world.caller("bazar"), "L-1")
    assert proves(world, card, owner, second, "s-1").state is State.RESTORED
    case_act.appeal(world.ledger, world.caller("maison"), second.id, "It is not the same bag.")
    there = replace(world.caller("bazar"), person="per_9")
    assert case_act.decide_appeal(world.ledger, there, second.id, grant=True)[1].is_down
    assert proves(world, card, owner, third, "s-3").state is State.RESTORED
    assert proves(world, card, owner, fourth, "s-4").state is State.COUNTERED
    with world.ledger.store.read() as tx:
        assert json.loads(entries_of(tx, fourth.id)[-1].body)["beside"] == third.id
    world.clock.ahead += ONE_LISTING
    world.settle()
    [again] = upheld(world, card, mark, "L-5")
    assert proves(world, card, owner, again, "s-5").state is State.RESTORED


def test_one_answer_lets_one_listing_up_from_all_the_cases_that_hold_it_down(world: World) -> None:
    card, owner = owned(world, 2)
    [first] = upheld(world, card, right(world), "L-1")
    [second] = upheld(world, card, right(world, name="Exemple"), "L-1")
    bazar = world.caller("bazar")
    ask, _ = ask_seller(world.ledger, bazar, card.gtin, card.serial, "s-1")
    with world.ledger.store.write() as tx:
        tx.asks.answer(ask.id, AskState.CONFIRMED, world.ledger.now(), owner.address.lower(), None)
    for kept in (first, second):
        told = Answer(Ground.OWNER, "", proof=ask.id)
        assert counter_for_seller(world.ledger, bazar, kept.id, told, "s-1")[1].state is State.RESTORED


def test_while_an_appeal_waits_an_answer_for_a_thing_that_is_back_elsewhere_is_refused_in_a_sentence(
    world: World,
) -> None:
    card, owner = owned(world, 3)
    first, second = upheld(world, card, right(world), "L-1", "L-2")
    proves(world, card, owner, first, "s-1")
    case_act.appeal(world.ledger, world.caller("bazar"), second.id, "It is genuine.")
    with pytest.raises(Conflict, match="back in another listing already"):
        proves(world, card, owner, second, "s-2")


@on_both
def test_a_listing_is_one_by_its_reference_and_by_its_address_where_its_platform_has_told_both(world: World) -> None:
    mark, maison = right(world), world.caller("maison")
    by_url, by_ref = Line(url="https://bazar.example/item/1/?utm_source=x"), Line(platform="bazar", ref="L-1")
    [(early, _)] = send(world, asked(mark, lines=[by_url]))
    assert early.listing.startswith("url:")
    screen(world, "L-1", "http://bazar.example/item/1")
    # What was sent before the platform told us is found by the other name too.
    looked = look_at(world.ledger, maison, asked(mark, lines=[by_ref, by_url]))
    assert [(one.listing, one.before and one.before.id, one.repeats) for one in looked.lines] == [
        ("L-1", early.id, None),
        ("L-1", None, 0),
    ]
    other = right(world, name="Exemple")
    [(kept, _)] = send(world, asked(other, lines=[by_url]))
    assert (kept.listing, kept.seller) == ("L-1", "s-1")
    for one in (early, kept):
        decide(world, one.id, Word.UPHOLD)
    bazar = world.caller("bazar")
    assert {one.id for one in list_cases(world.ledger, bazar, Wanted(listings=("L-1",)), None, 9)} == {
        early.id,
        kept.id,
    }
    case_act.withdraw(world.ledger, maison, early.id)
    with world.ledger.store.read() as tx:
        [up] = [json.loads(one.body) for one in entries_of(tx, early.id) if one.kind == "listing.up"]
    assert up["still_down"], "the case by its other name holds the same listing down"


def test_a_reference_is_shown_with_the_platforms_address_and_not_with_one_that_a_notifier_made_up(
    world: World,
) -> None:
    mark = right(world)
    screen(world, "L-1", "https://bazar.example/item/1")
    screen(world, "L-2", "https://bazar.example/item/2")
    [(kept, _)] = send(world, asked(mark, lines=[Line(platform="bazar", ref="L-1")]))
    assert kept.url == "https://bazar.example/item/1"
    made_up = Line(platform="bazar", ref="L-2", url="https://bazar.example/bad")
    assert send(world, asked(mark, lines=[made_up]))[0][0].url == "https://bazar.example/item/2"
    for ref in ("L-1", "L-9"):
        wrong = Line(platform="bazar", ref=ref, url="https://bazar.example/item/2")
        with pytest.raises(Invalid, match="the address is not that of the listing"):
            send(world, asked(right(world, name=f"Exemple {ref}"), lines=[wrong]))


def test_an_address_that_two_listings_have_names_neither(world: World) -> None:
    for ref in ("L-1", "L-2"):
        screen(world, ref, "https://bazar.example/shop")
    mark = right(world)
    lines = [
        Line(url="https://bazar.example/shop"),
        Line(platform="bazar", ref="L-1"),
        Line(platform="bazar", ref="L-2"),
    ]
    sent = send(world, asked(mark, lines=lines))
    assert len({kept.listing for kept, _ in sent}) == 3
    for kept, _ in sent:
        decide(world, kept.id, Word.UPHOLD)
    case_act.withdraw(world.ledger, world.caller("maison"), sent[1][0].id)
    with world.ledger.store.read() as tx:
        [up] = [json.loads(one.body) for one in entries_of(tx, sent[1][0].id) if one.kind == "listing.up"]
    assert not up["still_down"]
    end_listing(world.ledger, world.caller("bazar"), "L-2")
    looked = look_at(world.ledger, world.caller("maison"), asked(right(world, name="Exemple"), lines=lines[:1]))
    assert looked.lines[0].listing == "L-1", "of two, one is not on sale any more"


def test_what_rests_on_a_right_is_open_once_for_a_listing_whatever_code_is_named_beside_it(world: World) -> None:
    mark, cards = right(world), world.cards()
    lines = [Line(platform="bazar", ref="L-1", gtin=one.gtin, serial=one.serial) for one in cards[:3]]
    lines.append(Line(platform="bazar", ref="L-1"))
    [(kept, _)] = send(world, asked(mark, lines=lines))
    with pytest.raises(Conflict, match="None of these listings is new"):
        send(world, asked(mark, lines=lines[1:]))
    decide(world, kept.id, Word.DECLINE, code=Decline.GENUINE_RESALE)
    with pytest.raises(Conflict, match="None of these listings is new"):
        send(world, asked(mark, lines=lines[2:]))


def test_an_owners_trust_in_a_platform_speaks_for_one_listing_and_for_none_of_several(world: World) -> None:
    card, owner = owned(world, 4)
    bazar, now = world.caller("bazar").organisation.id, world.ledger.now()
    holder = owner.address.lower()
    with world.ledger.store.write() as tx:
        tx.asks.add_entrustment(Entrustment("ent_1", card.item, holder, bazar, now + 86_400, bytes(32), "0x", now))

    def sent(*refs: str) -> list[tuple[str, State]]:
        lines = [Line(platform="bazar", ref=ref, gtin=card.gtin, serial=card.serial) for ref in refs]
        mark = right(world, name=f"Exemple {refs[0]}")
        return [(kept.listing, case.state) for kept, case in send(world, asked(mark, lines=lines))]

    assert sent("L-1") == [("L-1", State.DECLINED)]
    assert sent("L-2", "L-3") == [("L-2", State.RECEIVED), ("L-3", State.RECEIVED)]
    screen(world, "L-4", "https://bazar.example/4", f"(01){card.gtin}(21){card.serial}")
    assert sent("L-4") == [("L-4", State.DECLINED)]
    assert sent("L-5") == [("L-5", State.RECEIVED)], "another listing is live with the code"


def test_an_authorisation_that_is_ended_while_a_notice_is_looked_at_carries_it_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_organisation(world.ledger, slug="points", name="Points", role=Role.AGENT, domain="points.example")
    mark, maison, points = right(world), world.caller("maison"), world.caller("points")
    until = datetime.fromtimestamp(world.ledger.now(), UTC).date() + timedelta(days=9)
    given = authorise_agent(world.ledger, maison, "points", until=until)
    told = asked(mark, "L-1")
    looked = look_at(world.ledger, points, told)
    monkeypatch.setattr("ledger.services.desk.notices_send.look_at", lambda *_: looked)
    end_agent(world.ledger, maison, given.authorisation.id)
    with pytest.raises(Forbidden, match="authorised"):
        send(world, told, "points")
    assert list_cases(world.ledger, maison, Wanted(), None, 9) == []


def test_an_owner_is_asked_only_while_an_answer_would_be_taken(world: World) -> None:
    card, _ = owned(world, 5)
    [kept] = upheld(world, card, right(world), "L-1")
    secret = seller_secret(world.ledger, kept.id)
    assert ask_for_seller(world.ledger, secret, None)
    case_act.withdraw(world.ledger, world.caller("maison"), kept.id)
    with pytest.raises(Conflict, match="the item’s owner is not asked"):
        ask_for_seller(world.ledger, secret, None)


def test_a_seller_whose_listing_another_case_keeps_down_is_not_told_that_it_is_back(world: World) -> None:
    card, owner = owned(world, 6)
    [first] = upheld(world, card, right(world), "L-1")
    [second] = upheld(world, card, right(world, name="Exemple"), "L-1")
    assert proves(world, card, owner, first, "s-1").state is State.RESTORED
    seen = see_by_link(world.ledger, seller_secret(world.ledger, first.id))
    assert (seen.case.is_down, seen.held_by_another) == (False, True)
    assert proves(world, card, owner, second, "s-1").state is State.RESTORED
    assert not see_by_link(world.ledger, seller_secret(world.ledger, first.id)).held_by_another
