"""Changes of watched items are told: each once, to whoever watches, and “cannot tell” never."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ledger.domain.desk.orders import OrderKind
from ledger.domain.desk.watches import EVERY, LONGEST
from ledger.domain.errors import Conflict, Forbidden, Invalid, Unknown
from ledger.domain.organisations import Role
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind
from ledger.domain.webhooks import EventType, Message
from ledger.services.desk import watch_items
from ledger.services.desk.orders import Given, enter_order
from ledger.services.desk.watch_items import Wanted, add_watches, end_watch, own_watches
from ledger.services.desk.watch_notice import WatchKeeper, call_watches, look_at_due
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.organisations import add_organisation
from ledger.services.reindex import reindex
from ledger.services.webhook_endpoints import add_endpoint
from tests.conftest import DATABASES
from tests.support.world import Card, World, person


@pytest.fixture
def world(request: pytest.FixtureRequest, worlds: Callable[[str], World]) -> World:
    """On SQLite, unless a test asks for each database in turn."""
    return worlds(getattr(request, "param", "sqlite"))


on_both = pytest.mark.parametrize("world", DATABASES, indirect=True)


@pytest.fixture
def card(world: World) -> Card:
    add_organisation(world.ledger, slug="bazar", name="Bazar", role=Role.PLATFORM, domain="bazar.example")
    add_endpoint(world.ledger, world.caller("bazar"), "https://bazar.example/hooks", [EventType.ITEM_VERDICT_CHANGED])
    return world.cards()[0]


def watch(world: World, card: Card, ref: str = "L-1", **more: Any) -> None:
    add_watches(world.ledger, world.caller("bazar"), [Wanted((card.gtin, card.serial), ref)], **more)


def notice(world: World) -> None:
    keeper = WatchKeeper(world.ledger)
    while keeper.turn():
        pass


def told(world: World, slug: str = "bazar") -> list[dict[str, Any]]:
    """The bodies for one organisation, oldest first."""
    with world.ledger.store.read() as tx:
        [endpoint] = tx.webhooks.endpoints(world.caller(slug).organisation.id)
        found = [tx.webhooks.message(one.message) for one in tx.webhooks.deliveries(endpoint.id, None, None, 100)]
    return [json.loads(one.body)["data"] for one in reversed(found) if isinstance(one, Message)]


def changes(world: World) -> list[tuple[str, str]]:
    return [(one["before"], one["after"]) for one in told(world)]


@on_both
def test_a_theft_is_told_when_it_is_signed_and_its_end_when_that_is_final(world: World, card: Card) -> None:
    anna = person("anna")
    world.claim(card, anna)
    world.settle()
    watch(world, card)
    notice(world)
    assert told(world) == []
    world.own(anna, Kind.OWNER_REPORT, card, kind=OwnerReportKind.STOLEN, ref=bytes(32))
    notice(world)
    assert changes(world) == [("held", "reported_stolen")]
    [first] = told(world)
    assert (first["ref"], first["advice"], first["item"]["serial"]) == ("L-1", "block", card.serial)
    assert first["as_of"]["final"]
    assert anna.address[2:] not in json.dumps(first).lower()
    world.settle()
    notice(world)
    world.own(anna, Kind.OWNER_REPORT, card, kind=OwnerReportKind.FOUND, ref=bytes(32))
    notice(world)
    assert len(told(world)) == 1, "its end counts once it is final"
    world.settle()
    notice(world)
    assert changes(world) == [("held", "reported_stolen"), ("reported_stolen", "held")]


def test_a_recall_of_the_whole_batch_reaches_the_watch_of_one_item(world: World, card: Card) -> None:
    watch(world, card)
    notice(world)
    with world.ledger.store.read() as tx:
        batch = tx.batches.get(tx.batches.find(card.gtin, card.serial)[0].batch_id)
    assert batch is not None
    world.say("maison", Kind.MARK, subject=batch.number, kind=int(MarkKind.RECALL_BATCH))
    notice(world)
    assert changes(world) == [("unclaimed", "recalled")]


@on_both
def test_noticing_again_from_nothing_tells_nothing_twice(world: World, card: Card) -> None:
    watch(world, card)
    watch(world, card, "L-2")
    notice(world)
    world.claim(card, person("anna"))
    world.settle()
    for _ in range(3):
        notice(world)
    reindex(world.ledger, world.side().node, None)
    with world.ledger.store.write() as tx:
        tx.meta.remove("watches_called")
    notice(world)
    assert changes(world) == [("unclaimed", "held")] * 2
    assert {one["ref"] for one in told(world)} == {"L-1", "L-2"}


def test_a_node_that_is_away_is_not_told_as_a_change_and_what_happened_meanwhile_is(world: World, card: Card) -> None:
    watch(world, card)
    notice(world)
    world.clock.ahead += EVERY + 120
    notice(world)
    assert told(world) == []
    [one] = own_watches(world.ledger, world.caller("bazar"), None, 10)
    assert one.look_at < world.ledger.now() + EVERY, "it is looked at again soon"
    with world.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, world.ledger.now())
    world.say("maison", Kind.MARK, subject=card.item, kind=int(MarkKind.RECALL))
    notice(world)
    assert changes(world) == [("unclaimed", "recalled")]


def test_a_call_that_comes_during_a_look_is_not_lost(world: World, card: Card) -> None:
    watch(world, card)
    notice(world)
    with world.ledger.store.write() as tx:
        [seen] = tx.watches.page(world.caller("bazar").organisation.id, None, 10)
        assert tx.watches.call(-1, world.ledger.now()) >= 1
        tx.watches.looked(seen, world.ledger.now() + EVERY, seen.item, seen.batch)
        assert [one.id for one in tx.watches.due(world.ledger.now(), 10)] == [seen.id]


def test_a_watch_ends_with_its_time_and_says_nothing_after(world: World, card: Card) -> None:
    watch(world, card, until=world.ledger.now() + 60)
    notice(world)
    world.clock.ahead += 61
    world.say("maison", Kind.MARK, subject=card.item, kind=int(MarkKind.RECALL))
    with world.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, world.ledger.now())
    call_watches(world.ledger)
    look_at_due(world.ledger)
    assert told(world) == []
    assert own_watches(world.ledger, world.caller("bazar"), None, 10) == []


def test_a_code_that_nobody_has_registered_yet_is_told_once_it_is(world: World, card: Card) -> None:
    add_watches(world.ledger, world.caller("bazar"), [Wanted((card.gtin, "SERIAL-TO-COME"), "L-9")])
    notice(world)
    world.register("maison", [f"{card.gtin};SERIAL-TO-COME;Sac;black"], on_sale_at_once=True)
    world.settle()
    notice(world)
    assert changes(world) == [("unknown", "unclaimed")]
    assert told(world)[0]["item"]["serial"] == "SERIAL-TO-COME"


@on_both
def test_only_the_same_code_and_ref_is_the_same_watch_and_asking_again_prolongs_it(world: World, card: Card) -> None:
    caller, now = world.caller("bazar"), world.ledger.now()
    wanted = [Wanted((card.gtin, card.serial), ref) for ref in ("a", "b", "a")]
    first = add_watches(world.ledger, caller, wanted, now + 100)
    assert [one.id for one in first] == [first[0].id, first[1].id, first[0].id]
    again = add_watches(world.ledger, caller, wanted[:1], now + 5_000)
    assert (again[0].id, again[0].until) == (first[0].id, now + 5_000)
    assert len(own_watches(world.ledger, caller, None, 10)) == 2


def test_bad_watches_are_refused_with_their_places_and_nothing_is_kept(
    world: World, card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, caller = world.ledger, world.caller("bazar")
    good = Wanted((card.gtin, card.serial), "L-1")
    with pytest.raises(Invalid) as refused:
        add_watches(ledger, caller, [good, Wanted("nonsense ☃", "L-2"), Wanted(card.gtin, "L-3")])
    assert [one.where for one in refused.value.faults] == ["items[1]", "items[2]"]
    for until in (ledger.now(), ledger.now() + LONGEST + 5):
        with pytest.raises(Invalid, match="90 days"):
            add_watches(ledger, caller, [good], until)
    for slug in ("luxcheck", "atelier"):
        with pytest.raises(Forbidden):
            add_watches(ledger, world.caller(slug), [good])
    monkeypatch.setattr(watch_items, "MOST", 1)
    with pytest.raises(Conflict):
        add_watches(ledger, caller, [good, Wanted((card.gtin, card.serial), "L-2")])
    assert own_watches(ledger, caller, None, 10) == []


def test_another_organisations_watch_does_not_exist_for_you(world: World, card: Card) -> None:
    watch(world, card)
    [one] = own_watches(world.ledger, world.caller("bazar"), None, 10)
    assert own_watches(world.ledger, world.caller("maison"), None, 10) == []
    with pytest.raises(Unknown):
        end_watch(world.ledger, world.caller("maison"), one.id)
    end_watch(world.ledger, world.caller("bazar"), one.id)
    assert own_watches(world.ledger, world.caller("bazar"), None, 10) == []


def test_an_order_of_a_court_is_told_and_its_end_to_the_second(world: World, card: Card) -> None:
    watch(world, card)
    notice(world)
    ends = world.ledger.now() + 50
    given = Given(OrderKind.TRO, "Court", "1", "cd" * 32, ["WO"], ends, items=[(card.gtin, card.serial)])
    enter_order(world.ledger, world.caller("council"), given)
    notice(world)
    [first] = told(world)
    assert (first["before"], first["after"], first["advice"]) == ("unclaimed", "unclaimed", "hold")
    [kept] = own_watches(world.ledger, world.caller("bazar"), None, 10)
    assert kept.look_at == ends
    world.clock.ahead += 51
    with world.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, world.ledger.now())
    notice(world)
    assert [one["advice"] for one in told(world)] == ["hold", "ask_for_proof"]


def test_a_keeper_that_goes_on_calls_once_a_second_at_most_and_forgets_nothing(world: World, card: Card) -> None:
    keeper = WatchKeeper(world.ledger)
    assert not keeper.turn(), "nobody watches"
    watch(world, card)
    keeper.turn()
    world.say("maison", Kind.MARK, subject=card.item, kind=int(MarkKind.RECALL))
    for _ in range(3):
        world.clock.ahead += 1
        keeper.turn()
    assert changes(world) == [("unclaimed", "recalled")]
