"""Listings looked through and signals counted, on each database."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.domain.desk.listings import Condition, Listing, ListingDecision, ListingStatus, Seller
from ledger.domain.desk.signals import Act, Fact, Kind
from ledger.domain.errors import Forbidden, Unknown
from ledger.domain.organisations import Role
from ledger.services.desk import listings_read
from ledger.services.desk.listings_change import end_listing
from ledger.services.desk.listings_find_port import Order, Wanted
from ledger.services.desk.listings_read import all_listings, count_listings, decide_again, find_listings, see_listing
from ledger.services.desk.screen_listings import screen_listings
from ledger.services.desk.screen_try import try_listing
from ledger.services.organisations import add_organisation
from tests.conftest import DATABASES
from tests.support.world import World


@pytest.fixture(params=DATABASES)
def world(request: pytest.FixtureRequest, worlds: Callable[[str], World]) -> World:
    found = worlds(request.param)
    for slug in ("bazar", "marche"):
        add_organisation(found.ledger, slug=slug, name=slug, role=Role.PLATFORM, domain=f"{slug}.example")
    return found


def listing(ref: str, title: str, status: ListingStatus = ListingStatus.LIVE) -> Listing:
    url, seller = f"https://bazar.example/{ref}", Seller(f"seller-{ref}")
    return Listing(ref, url, title, "", "en", None, None, seller, (), (), Condition.USED, status)


def test_listings_are_found_in_each_order_and_counted(world: World) -> None:
    caller = world.caller("bazar")
    sent = [listing("a", "50%_Bag"), listing("b", "Another BAG"), listing("c", "Shoe")]
    screen_listings(world.ledger, caller, sent)
    end_listing(world.ledger, caller, "c")
    with world.ledger.store.write() as tx:
        tx.listings.change(tx.listings.by_refs(caller.organisation.id, {"b"})["b"].id, decision="hold")

    def refs(start: int = 0, limit: int = 10, **more: object) -> list[str]:
        wanted = Wanted(**more)  # type: ignore[arg-type]
        return [one.ref for one in find_listings(world.ledger, caller, wanted, start, limit)]

    assert refs() == ["c", "b", "a"]
    assert refs(order=Order.OLDEST) == ["a", "b", "c"]
    assert refs(order=Order.GRAVEST) == ["b", "c", "a"]
    assert refs(find="bag") == ["b", "a"]
    assert refs(find="%_B") == ["a"]
    assert refs(find="SELLER-C") == ["c"]
    assert refs(status=ListingStatus.ENDED) == ["c"]
    assert refs(decision=ListingDecision.HOLD) == ["b"]
    assert refs(1, 1) == ["b"]
    exported = all_listings(world.ledger, caller, Wanted(order=Order.GRAVEST), 2)
    assert [(one.ref, left) for one, _, left in exported] == [("b", 2), ("c", 1)]
    assert list(all_listings(world.ledger, caller, Wanted("nothing like it"), 2)) == []
    counts = count_listings(world.ledger, caller)
    assert counts == {("live", "allow"): 1, ("live", "hold"): 1, ("ended", "allow"): 1}
    assert find_listings(world.ledger, world.caller("marche"), Wanted(), 0, 10) == []
    with pytest.raises(Forbidden):
        find_listings(world.ledger, world.caller("maison"), Wanted(), 0, 10)


def test_an_export_is_of_one_moment_whatever_is_sent_and_ends_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings_read, "_PIECE", 1)
    caller = world.caller("bazar")
    screen_listings(world.ledger, caller, [listing(ref, "Bag") for ref in "abcd"])
    live = Wanted(status=ListingStatus.LIVE)
    exported = all_listings(world.ledger, caller, live, 100)
    told = [next(exported)]
    end_listing(world.ledger, caller, "d")
    end_listing(world.ledger, caller, "b")
    screen_listings(world.ledger, caller, [listing("e", "Bag")])
    told += exported
    assert [(one.ref, left) for one, _, left in told] == [("d", 3), ("c", 2), ("b", 1), ("a", 0)]
    assert [one.ref for one, _, _ in all_listings(world.ledger, caller, live, 100)] == ["e", "c", "a"]


def test_a_listing_and_its_decisions_are_its_platforms_alone(world: World) -> None:
    caller, other = world.caller("bazar"), world.caller("marche")
    first, second = (screen_listings(world.ledger, caller, [listing("a", title)])[0] for title in ("Bag", "Brown bag"))
    seen = see_listing(world.ledger, caller, first.listing)
    assert [one.id for one in seen.decisions] == sorted([first.decision_id, second.decision_id], reverse=True)
    assert seen.decided[0].id == second.decision_id
    again = decide_again(world.ledger, caller, first.listing, first.decision_id)
    assert (again.same, again.now.decision, again.cannot_tell) == (True, ListingDecision.ALLOW, [])
    for asker, id, decision in (
        (other, first.listing, first.decision_id),
        (caller, first.listing, "lsd_none"),
        (caller, "lst_none", first.decision_id),
    ):
        with pytest.raises(Unknown):
            decide_again(world.ledger, asker, id, decision)


def test_a_trial_leaves_nothing_behind_and_decides_as_if_it_were_sent(world: World) -> None:
    caller = world.caller("bazar")
    with world.ledger.store.read() as tx:
        before = tx.desk_log.head()
    tried = try_listing(world.ledger, caller, listing("a", "Bag"), [])
    with world.ledger.store.read() as tx:
        assert tx.desk_log.head() == before
    assert count_listings(world.ledger, caller) == {}
    [sent] = screen_listings(world.ledger, caller, [listing("a", "Bag")])
    assert tried.outcome == sent.outcome


def test_signals_are_counted_by_kind_and_by_what_became_of_them(world: World) -> None:
    maison, bazar, marche = (world.caller(slug).organisation.id for slug in ("maison", "bazar", "marche"))
    one, other = (Fact(maison, Kind.CLONE_ALERT, item) for item in (1, 2))
    now = world.ledger.now()
    with world.ledger.store.write() as tx:
        assert (tx.signals.told_by(maison), tx.signals.newest(bazar)) == ({}, 0)
        tx.signals.tell(bazar, [(Act.SHARED, one, "sig_1"), (Act.SHARED, other, "sig_2")], now)
        tx.signals.tell(marche, [(Act.SHARED, one, "sig_3")], now)
        tx.signals.tell(bazar, [(Act.OVER, other, "sig_2")], now)
        assert tx.signals.told_by(maison) == {Kind.CLONE_ALERT: (2, 1, 2)}
        assert (tx.signals.newest(bazar), tx.signals.newest(marche)) == (3, 1)
        assert tx.signals.asked(bazar, now // 86_400) == 0
        tx.signals.question(bazar, now // 86_400)
        assert tx.signals.asked(bazar, now // 86_400) == 1
