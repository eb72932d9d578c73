"""What the chain says is told when it is final: once, to the right ones, and never what was taken back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.domain.inspections import Authenticity, InspectionFacts, Method
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind, RecordKind
from ledger.domain.watching import Alert
from ledger.domain.webhooks import Message
from ledger.services.follow_chain import follow
from ledger.services.reindex import reindex
from ledger.services.tell_alerts import tell_alerts
from ledger.services.tell_webhooks import tell_final
from ledger.services.views_of_chain import final_height
from ledger.services.webhook_endpoints import add_endpoint
from tests.support.sending import send
from tests.support.world import Card, Person, World, person


@pytest.fixture
def card(world: World) -> Card:
    # What was before is longer ago than clocks may differ.
    world.travel(3_600)
    world.settle()
    tell(world)
    for slug in ("maison", "luxcheck", "rival"):
        add_endpoint(world.ledger, world.caller(slug), f"https://{slug}.example/hooks")
    return world.cards()[0]


def tell(world: World) -> None:
    while tell_final(world.ledger):
        pass


def told(world: World, slug: str) -> list[dict[str, Any]]:
    """The bodies for one organisation, oldest first."""
    with world.ledger.store.read() as tx:
        [endpoint] = tx.webhooks.endpoints(world.caller(slug).organisation.id)
        found = [tx.webhooks.message(one.message) for one in tx.webhooks.deliveries(endpoint.id, None, None, 100)]
    return [json.loads(one.body) for one in reversed(found) if isinstance(one, Message)]


def types(world: World, slug: str) -> list[str]:
    return [one["type"] for one in told(world, slug)]


def test_a_claim_is_told_to_the_brand_when_it_is_final_and_not_before(world: World, card: Card) -> None:
    world.claim(card, person("anna"))
    loop = world.loop
    follow(world.ledger, loop.side.node)
    send(world.ledger, loop.side.node)
    assert loop.side.miner is not None
    loop.side.miner.mine()
    follow(world.ledger, loop.side.node)
    with world.ledger.store.read() as tx:
        tip = tx.chain.tip()
        assert tip is not None
        assert tip.number > final_height(tx), "accepted, not yet final"
        assert tx.chain.item_events_named(card.item, ["Claimed"])
    tell(world)
    assert types(world, "maison") == []
    world.restart_worker()
    world.settle()
    tell(world)
    assert types(world, "maison") == ["item.registered", "item.claimed"]
    assert types(world, "rival") == types(world, "luxcheck") == []


def test_a_body_names_the_item_and_the_entry_and_nobody(world: World, card: Card) -> None:
    anna = person("anna")
    world.claim(card, anna)
    world.settle()
    tell(world)
    claimed = told(world, "maison")[-1]
    data = claimed["data"]
    assert (data["item"]["gtin"], data["item"]["serial"]) == (card.gtin, card.serial)
    assert data["item"]["link"].endswith(f"/01/{card.gtin}/21/{card.serial}")
    assert int(data["item"]["id"], 16) == card.item
    assert claimed["timestamp"] == data["entry"]["time"]
    assert data["batch"].startswith("bat_")
    assert anna.address[2:] not in json.dumps(claimed).lower()


def test_what_a_reorganisation_takes_back_was_never_said(world: World, card: Card) -> None:
    world.claim(card, person("anna"))
    loop = world.loop
    follow(world.ledger, loop.side.node)
    send(world.ledger, loop.side.node)
    assert loop.side.miner is not None
    snapshot = world.rpc.call("evm_snapshot")
    loop.side.miner.mine()
    follow(world.ledger, loop.side.node)
    tell(world)
    world.rpc.call("evm_revert", snapshot)
    world.rpc.call("evm_mine")
    follow(world.ledger, loop.side.node)
    tell(world)
    assert types(world, "maison") == []
    world.settle()
    tell(world)
    assert types(world, "maison").count("item.claimed") == 1


def test_telling_again_after_the_copy_was_made_anew_adds_nothing(world: World, card: Card) -> None:
    world.claim(card, person("anna"))
    world.settle()
    tell(world)
    before = told(world, "maison")
    reindex(world.ledger, world.side().node, None)
    tell(world)
    with world.ledger.store.write() as tx:
        tx.meta.remove("webhooks_told")
    tell(world)
    assert told(world, "maison") == before


def test_another_chain_is_told_from_its_beginning(world: World, card: Card) -> None:
    world.claim(card, person("anna"))
    world.settle()
    tell(world)
    with world.ledger.store.write() as tx:
        tx.meta.set("webhooks_told", tx.meta.get("webhooks_told") | {"hash": "00" * 32, "upto": None})
        tx.connection.exec_driver_sql("DELETE FROM webhook_messages")  # type: ignore[attr-defined]
    tell(world)
    assert types(world, "maison")[-1] == "item.claimed"


def test_an_inspection_is_told_to_the_brand_and_to_whoever_recorded_it(world: World, card: Card) -> None:
    facts = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND).pack()
    world.say(
        "luxcheck", Kind.RECORD, item=card.item, accreditor=world.party("maison"), kind=int(RecordKind.INSPECTION),
        facts=facts, about=0, report=b"\0" * 32, date=world.ledger.now() - 60,
    )  # fmt: skip
    world.settle()
    tell(world)
    [of_brand] = [one for one in told(world, "maison") if one["type"] == "item.inspected"]
    [of_inspector] = told(world, "luxcheck")
    assert of_inspector["type"] == "item.inspected"
    assert of_brand["data"]["authenticity"] == of_inspector["data"]["authenticity"] == "consistent"
    assert of_brand["data"]["by"] == of_inspector["data"]["by"] == "luxcheck"
    assert "batch" not in of_inspector["data"], "the name of a batch is its brand's own affair"
    assert types(world, "rival") == []


def test_reports_marks_handovers_and_retirement_have_their_words(world: World, card: Card) -> None:
    anna, ben = person("anna"), Person(b"\7" * 32)
    world.claim(card, anna)
    world.settle()
    world.own(anna, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.STOLEN))
    world.settle()
    world.own(anna, Kind.OWNER_REPORT, card, kind=int(OwnerReportKind.FOUND))
    world.settle()
    world.accept(world.offer(card, anna, ben.address), ben)
    world.settle()
    world.say("maison", Kind.MARK, subject=card.item, kind=int(MarkKind.RECALL))
    world.settle()
    tell(world)
    found = [(one["type"], one["data"]["what"]) for one in told(world, "maison")]
    # Before them stands the batch, unless the endpoint is younger than what it tells of by too much.
    assert found[-5:] == [
        ("item.claimed", None),
        ("item.reported", "stolen"),
        ("item.reported", "found"),
        ("item.handed_over", None),
        ("item.marked", "recall"),
    ]


def test_a_registered_batch_is_told_whole(world: World, card: Card) -> None:
    batch, _ = world.register("maison", ["09521234543213;;Sac 9;black"])
    world.settle()
    tell(world)
    [body] = told(world, "maison")
    assert body["type"] == "batch.registered"
    assert body["data"]["batch"] == batch
    assert body["data"]["count"] == 1


def test_where_nobody_listens_all_that_is_final_counts_as_told_at_once(world: World) -> None:
    first, second = world.cards()[:2]
    world.claim(first, person("anna"))
    world.settle()
    assert [tell_final(world.ledger), tell_final(world.ledger)] == [True, False]
    add_endpoint(world.ledger, world.caller("maison"), "https://maison.example/hooks")
    world.claim(second, person("anna"))
    world.settle()
    tell(world)
    assert [(one["type"], one["data"]["item"]["serial"]) for one in told(world, "maison")] == [
        ("item.registered", second.serial),
        ("item.claimed", second.serial),
    ]


def test_an_endpoint_hears_nothing_of_what_was_long_before_it(world: World) -> None:
    world.claim(world.cards()[0], person("anna"))
    world.settle()
    world.clock.ahead += 3_600
    add_endpoint(world.ledger, world.caller("maison"), "https://maison.example/hooks")
    tell(world)
    assert types(world, "maison") == []


def test_a_suspicion_is_told_once_to_the_brand_and_one_that_may_be_nothing_is_not(world: World, card: Card) -> None:
    ledger, brand = world.ledger, world.caller("maison").organisation.id
    other = world.cards()[1]
    maybe = Alert(ledger.new_id("alt"), card.item, brand, card.gtin, False, 1_700_000_000, 1_700_000_000)
    sure = Alert(ledger.new_id("alt"), other.item, brand, other.gtin, True, 1_700_000_000, 1_700_000_000)
    with ledger.store.write() as tx:
        tx.scans.keep_alert(maybe)
        tx.scans.keep_alert(sure)
    assert [tell_alerts(ledger), tell_alerts(ledger)] == [1, 0]
    [body] = told(world, "maison")
    assert body["type"] == "alert.clone_suspected"
    assert body["data"]["alert"] == sure.id
    assert body["data"]["item"]["serial"] == other.serial
    assert body["data"]["since"] == "2023-11-14T22:13:20Z"
    with ledger.store.write() as tx:
        tx.scans.keep_alert(replace(maybe, suspected=True))
    assert tell_alerts(ledger) == 1
    assert types(world, "rival") == []
