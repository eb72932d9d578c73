"""Orders of courts over HTTP: what an item then shows, where, until which second, and who may say so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask, request

from ledger.domain.errors import Unavailable
from ledger.domain.organisations import Role, Scope
from ledger.services.check_items import check_items
from ledger.services.desk import orders_turns, screen_codes
from ledger.services.desk.orders import holds_on_sellers, judged_in
from ledger.services.desk.orders_turns import settle_orders
from ledger.services.desk.screen_look import decide_anew
from ledger.services.organisations import add_organisation, operator_as
from ledger.services.scan_item import scan_item
from tests.web.api.asking import Asking, path_of, registered
from tests.web.api.test_listings import listing
from tests.web.stage import Stage
from web.kept_answers import about_of

SHA = "cd" * 32


@pytest.fixture(scope="module")
def item(stage: Stage, brand: Asking) -> dict[str, Any]:
    [found] = registered(stage, brand, 1)
    return found


@pytest.fixture(scope="module")
def court(stage: Stage, app: Flask) -> Asking:
    add_organisation(stage.ledger, slug="court", name="Court", role=Role.AUTHORITY, domain="court.example")
    return Asking(app, stage.key("court", Scope.DECIDE))


def order(stage: Stage, item: dict[str, Any], seconds: int = 3_600, **more: Any) -> dict[str, Any]:
    until = datetime.fromtimestamp(stage.ledger.now() + seconds, UTC)
    return {
        "kind": "tro",
        "court": "Tribunal judiciaire de Paris",
        "number": "26/01234",
        "document": SHA,
        "territories": ["FR"],
        "until": until.isoformat(),
        "items": [{"gtin": item["gtin"], "serial": item["serial"]}],
    } | more


def lines(shown: dict[str, Any]) -> list[str]:
    return [one["headline"] for one in shown["also"] if one["key"] == "held_under_order"]


def test_an_order_shows_at_once_and_is_over_at_its_second_without_anybody(
    stage: Stage, council: Asking, anyone: Asking, platform: Asking, item: dict[str, Any]
) -> None:
    before = anyone.get(path_of(item))
    made = council.post("/v1/orders", order(stage, item), 201)
    assert made["in_force"]
    under = anyone.get(path_of(item))
    assert under["verdict"] == before["verdict"]
    [line] = lines(under)
    assert line.startswith("Held under an order of Tribunal judiciaire de Paris, until ")
    asked = {"items": [{"gtin": item["gtin"], "serial": item["serial"]}]}
    assert platform.post("/v1/checks", asked)["results"][0]["advice"] == "hold"
    ends = int(datetime.fromisoformat(made["until"]).timestamp())
    for at, held in ((ends - 1, True), (ends, False)):
        then = replace(stage.ledger, clock=lambda at=at: float(at))
        scan = scan_item(then, item["gtin"], item["serial"])
        [many] = check_items(then, [(item["gtin"], item["serial"])])
        for one in (scan, many):
            assert any(line.key == "held_under_order" for line in one.standing.lines) is held, at


def test_elsewhere_the_order_holds_nothing(stage: Stage, council: Asking, item: dict[str, Any]) -> None:
    made = council.post("/v1/orders", order(stage, item), 201)
    scan = scan_item(stage.ledger, item["gtin"], item["serial"])
    assert judged_in(scan, "FR").standing.advice == "hold"
    assert judged_in(scan, "IT").standing.advice != "hold"
    assert judged_in(scan, "IT").standing.key == scan.standing.key
    council.post(f"/v1/orders/{made['id']}/lift")


def test_a_check_is_judged_where_the_item_is_offered_and_everywhere_without_a_place(
    stage: Stage, council: Asking, platform: Asking, item: dict[str, Any]
) -> None:
    sellers = [{"platform": "bazar", "ref": "s-81"}]
    made = council.post("/v1/orders", order(stage, item, sellers=sellers), 201)
    other = item | {"serial": "OTHERONE2"}
    for one, seller in ((item, None), (other, {"ref": "s-81"})):
        asked = [
            {"gtin": one["gtin"], "serial": one["serial"], "territory": place, "seller": seller}
            for place in ("FR", "EU", "WO", None, "IT", "US")
        ]
        found = platform.post("/v1/checks", {"items": asked})["results"]
        assert ["held_under_order" in each["flags"] for each in found] == [True] * 4 + [False] * 2
    council.post(f"/v1/orders/{made['id']}/lift")


def test_a_territory_that_is_none_is_refused_so_that_no_order_is_passed_by(
    stage: Stage, platform: Asking, item: dict[str, Any]
) -> None:
    asked = {"gtin": item["gtin"], "serial": item["serial"], "territory": "XX"}
    words = "names no territory (“XX”): send a country's two letters, EU or WO."
    assert words in platform.post("/v1/checks", {"items": [asked]}, 422)["detail"]
    sold = asked | {"sold_at": "2026-01-01T00:00:00Z"}
    assert words in platform.post("/v1/releases/check", sold, 422)["detail"]
    lines = {"data": json.dumps(asked).encode(), "headers": {"Content-Type": "application/x-ndjson"}}
    found = json.loads(platform.ask("POST", "/v1/checks", **lines).data)
    assert (found["verdict"], words in found["problem"]) == ("bad_line", True)


def test_two_orders_on_an_item_end_each_alone(
    stage: Stage, council: Asking, anyone: Asking, item: dict[str, Any]
) -> None:
    first = council.post("/v1/orders", order(stage, item, court="First"), 201)
    second = council.post("/v1/orders", order(stage, item, 7_200, court="Second"), 201)
    for _ in range(2):
        lifted = council.post(f"/v1/orders/{first['id']}/lift")
        assert not lifted["in_force"]
    shown = lines(anyone.get(path_of(item)))
    assert any("Second" in line for line in shown)
    assert not any("First" in line for line in shown)
    council.post(f"/v1/orders/{second['id']}/lift")
    assert not any("Second" in line for line in lines(anyone.get(path_of(item))))


def test_an_order_on_a_code_that_nobody_registered_is_shown_too(
    stage: Stage, council: Asking, anyone: Asking, item: dict[str, Any]
) -> None:
    other = item | {"serial": "NEVERSEEN1"}
    council.post("/v1/orders", order(stage, other, court="Unregistered"), 201)
    shown = anyone.get(path_of(other))
    assert shown["verdict"] == "unknown"
    assert lines(shown)


def test_sellers_are_held_on_their_own_platform_only(
    stage: Stage, council: Asking, platform: Asking, brand: Asking, item: dict[str, Any]
) -> None:
    held = council.post("/v1/orders", order(stage, item, items=[], sellers=[{"platform": "bazar", "ref": "s-77"}]), 201)
    mine = [one["ref"] for one in platform.get("/v1/held-sellers")["items"] if one["order"] == held["id"]]
    assert mine == ["s-77"]
    brand.get("/v1/held-sellers", 403)
    other = item | {"serial": "OTHERONE1"}
    asked = [{"gtin": other["gtin"], "serial": other["serial"], "seller": {"ref": ref}} for ref in ("s-77", "s-78")]
    for_held, for_free = platform.post("/v1/checks", {"items": asked})["results"]
    assert (for_held["advice"], for_free["advice"]) == ("hold", "ask_for_proof")
    assert "held_under_order" in for_held["flags"]
    assert "held_under_order" not in for_free["flags"]
    with stage.ledger.store.read() as tx:
        bazar, maison = tx.organisations.get("bazar"), tx.organisations.get("maison")
        assert bazar is not None
        assert maison is not None
        now = stage.ledger.now()
        assert list(holds_on_sellers(tx, bazar.id, ["s-77", "s-78"], now, "FR")) == ["s-77"]
        assert not holds_on_sellers(tx, bazar.id, ["s-77"], now, "IT")
        assert not holds_on_sellers(tx, maison.id, ["s-77"], now)
    told = council.post("/v1/orders", order(stage, item, sellers=[{"platform": "maison", "ref": "x"}]), 422)
    assert "no platform of that short name" in told["detail"]


def test_what_a_held_seller_lists_is_held_where_the_order_reaches(
    stage: Stage, council: Asking, platform: Asking, item: dict[str, Any]
) -> None:
    sellers = [{"platform": "bazar", "ref": "s-79"}]
    held = council.post("/v1/orders", order(stage, item, items=[], sellers=sellers), 201)

    def decision(ref: str, territory: str) -> tuple[str, list[str]]:
        one = listing(seller={"ref": ref}, territory=territory)
        [found] = platform.post("/v1/listings/screen", {"listings": [one]})["results"]
        return found["decision"], [each["key"] for each in found["reasons"]]

    assert decision("s-79", "FR") == ("hold", ["seller.held"])
    assert decision("s-79", "IT") == ("allow", [])
    assert decision("s-80", "FR") == ("allow", [])
    council.post(f"/v1/orders/{held['id']}/lift")
    assert decision("s-79", "FR") == ("allow", [])


def decided(platform: Asking, item: dict[str, Any], territory: str | None) -> list[str]:
    one = listing(codes=[item["page"]], territory=territory, condition="new")
    [found] = platform.post("/v1/listings/screen", {"listings": [one]})["results"]
    platform.ask("DELETE", f"/v1/listings/{one['ref']}")
    return [each["key"] for each in found["reasons"]]


def test_a_listing_of_a_held_item_is_held_where_the_order_reaches_and_without_a_place(
    stage: Stage, council: Asking, platform: Asking, brand: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    held = council.post("/v1/orders", order(stage, item), 201)
    found = {place: decided(platform, item, place) for place in ("FR", "EU", None, "US")}
    assert found == {"FR": ["code.held_back"], "EU": ["code.held_back"], None: ["code.held_back"], "US": []}
    council.post(f"/v1/orders/{held['id']}/lift")
    assert decided(platform, item, None) == []


def test_an_order_that_comes_while_a_listing_is_screened_holds_it(
    stage: Stage, council: Asking, platform: Asking, brand: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    [item] = registered(stage, brand, 1)
    made = []

    def slowly(*asked: Any) -> Any:
        found = check_items(*asked)
        # It begins in a later second than the one in which the item was looked at.
        stage.ahead += 1
        made.append(council.post("/v1/orders", order(stage, item), 201)["id"])
        return found

    monkeypatch.setattr(screen_codes, "check_items", slowly)
    assert decided(platform, item, "FR") == ["code.held_back"]
    council.post(f"/v1/orders/{made[0]}/lift")


def settled(stage: Stage) -> None:
    for _ in range(100):
        if not settle_orders(stage.ledger):
            return
    raise AssertionError("the turns of orders do not come to an end")


def shown(platform: Asking, *refs: str) -> list[tuple[str, str]]:
    found = [platform.get(f"/v1/listings/{ref}") for ref in refs]
    return [(one["decision"], one["cause"]) for one in found]


def test_live_listings_follow_an_order_when_it_begins_is_lifted_and_ends_and_the_platform_is_told(
    stage: Stage, council: Asking, platform: Asking, brand: Asking
) -> None:
    [item] = registered(stage, brand, 1)
    hook = {"url": "https://receiver.example/orders", "types": ["listing.decision_changed"]}
    endpoint = platform.post("/v1/webhooks", hook, 201)["id"]
    held = [listing(seller={"ref": "s-90"}, territory=place) for place in ("FR", "IT", None)]
    shop = {"ref": "s-92"}
    with_item = [listing(codes=[item["page"]], condition="new", territory=place, seller=shop) for place in ("FR", "US")]
    gone = listing(seller={"ref": "s-90"})
    refs = [one["ref"] for one in [*held, *with_item]]
    for one in (*held, *with_item, gone):
        platform.post("/v1/listings/screen", {"listings": [one]})
    platform.ask("DELETE", f"/v1/listings/{gone['ref']}")
    settled(stage)
    before = shown(platform, *refs)
    assert before == [("allow", "screened")] * 5

    sellers = [{"platform": "bazar", "ref": "s-90"}]
    later = datetime.fromtimestamp(stage.ledger.now() + 600, UTC).isoformat()
    made = council.post("/v1/orders", order(stage, item, sellers=sellers, begins_at=later), 201)
    settled(stage)
    assert shown(platform, *refs) == before
    stage.ahead += 601
    settled(stage)
    under = shown(platform, *refs)
    assert under[:3] == [("hold", "order"), ("allow", "screened"), ("hold", "order")]
    # No node was heard from for ten minutes: of items nothing can be told, so what was decided of them stays.
    assert under[3:] == before[3:]
    stage.follow()
    stage.ahead += 61
    stage.follow()
    settled(stage)
    under = shown(platform, *refs)
    assert under[3] == ("hold", "order")
    assert under[4] == before[4]
    assert shown(platform, gone["ref"]) == [("allow", "screened")]
    council.post(f"/v1/orders/{made['id']}/lift")
    settled(stage)
    assert [one for one, _ in shown(platform, *refs)] == [one for one, _ in before]

    council.post("/v1/orders", order(stage, item, 900, items=[], sellers=sellers), 201)
    settled(stage)
    assert shown(platform, *refs)[0] == ("hold", "order")
    stage.ahead += 901
    stage.follow()
    settled(stage)
    assert shown(platform, *refs)[0] == ("allow", "order")
    with stage.ledger.store.read() as tx:
        promised = [tx.webhooks.message(one.message) for one in tx.webhooks.deliveries(endpoint, None, None, 200)]
    sent = [json.loads(one.body)["data"] for one in reversed(promised) if one is not None]
    changes = [(one["before"], one["after"]) for one in sent if one["ref"] == refs[0]]
    assert changes == [("allow", "hold"), ("hold", "allow")] * 2


def test_a_turn_that_is_cut_short_goes_on_and_tells_nothing_twice(
    stage: Stage, council: Asking, platform: Asking, item: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(stage)
    monkeypatch.setattr(orders_turns, "_AT_ONCE", 2)
    ones = [listing(seller={"ref": "s-91"}) for _ in range(5)]
    platform.post("/v1/listings/screen", {"listings": ones})
    sellers = [{"platform": "bazar", "ref": "s-91"}]
    council.post("/v1/orders", order(stage, item, items=[], sellers=sellers), 201)

    def held() -> int:
        return [one for one, _ in shown(platform, *(one["ref"] for one in ones))].count("hold")

    assert settle_orders(stage.ledger)
    assert held() == 2
    done: list[Any] = []

    def falls(*given: Any) -> Any:
        if done:
            raise Unavailable("The process was killed.")
        done.append(given)
        return decide_anew(*given)

    with monkeypatch.context() as broken:
        broken.setattr(orders_turns, "decide_anew", falls)
        with pytest.raises(Unavailable):
            settle_orders(stage.ledger)
    assert held() == 2
    settled(stage)
    assert held() == 5
    with stage.ledger.store.read() as tx:
        told = tx.desk_log.entries(0, 10_000, kinds={"screen.changed"})
        mine = tx.listings.by_refs(operator_as(stage.ledger, "bazar").organisation.id, {one["ref"] for one in ones})
    ids = [each["listing"] for entry in told for each in json.loads(entry.body)["decisions"]]
    assert [ids.count(one.id) for one in mine.values()] == [1] * 5


def test_a_turn_put_off_past_the_end_of_its_order_lets_go_what_it_held_before(
    stage: Stage, council: Asking, platform: Asking, brand: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    [item] = registered(stage, brand, 1)
    stage.follow()
    settled(stage)
    monkeypatch.setattr(orders_turns, "_AT_ONCE", 2)
    ones = [listing(seller={"ref": "s-93"}) for _ in range(2)]
    of_item = listing(codes=[item["page"]], seller={"ref": "s-94"})
    for one in (*ones, of_item):
        platform.post("/v1/listings/screen", {"listings": [one]})
    refs = [one["ref"] for one in ones]
    sellers = [{"platform": "bazar", "ref": "s-93"}]
    council.post("/v1/orders", order(stage, item, 640, sellers=sellers), 201)
    assert settle_orders(stage.ledger)
    assert [one for one, _ in shown(platform, *refs)] == ["hold", "hold"]
    # No node is heard from for ten minutes, and the order ends before the item is asked about again.
    stage.ahead += 601
    settled(stage)
    stage.ahead += 61
    stage.follow()
    settled(stage)
    assert [one for one, _ in shown(platform, *refs)] == ["allow", "allow"]


def test_an_authority_sees_and_lifts_its_own_orders_alone(
    stage: Stage, council: Asking, court: Asking, brand: Asking, item: dict[str, Any], app: Flask
) -> None:
    mine = court.post("/v1/orders", order(stage, item, court="Mine"), 201)
    other = council.post("/v1/orders", order(stage, item, court="Other"), 201)
    assert [one["id"] for one in court.get("/v1/orders")["items"]] == [mine["id"]]
    court.get(f"/v1/orders/{other['id']}", 404)
    court.post(f"/v1/orders/{other['id']}/lift", status=404)
    brand.post("/v1/orders", order(stage, item), 403)
    Asking(app, stage.key("court", Scope.LOOK_UP)).post("/v1/orders", order(stage, item), 403)
    assert council.get(f"/v1/orders/{mine['id']}")["items"] == [{"gtin": item["gtin"], "serial": item["serial"]}]
    for one in (mine, other):
        council.post(f"/v1/orders/{one['id']}/lift")


def test_what_cannot_be_an_order_is_refused_with_its_faults(
    stage: Stage, council: Asking, item: dict[str, Any]
) -> None:
    far = council.post("/v1/orders", order(stage, item, 15 * 86_400), 422)
    assert "more than 14 days ahead" in far["detail"]
    nothing = council.post("/v1/orders", order(stage, item, items=[]), 422)
    assert "Name what the order holds" in nothing["detail"]
    wrong = council.post("/v1/orders", order(stage, item, items=[{"gtin": "09521234543214", "serial": "A"}]), 422)
    assert wrong["errors"][0]["where"] == "items[0]"
    council.post("/v1/orders", order(stage, item, renews="ord_" + "0" * 26), 404)


def test_each_order_is_one_entry_of_the_log_without_a_name(stage: Stage, council: Asking, item: dict[str, Any]) -> None:
    made = council.post("/v1/orders", order(stage, item), 201)
    council.post(f"/v1/orders/{made['id']}/lift")
    with stage.ledger.store.read() as tx:
        found = tx.desk_log.entries(0, 10, subject=made["id"])
    assert [one.kind for one in found] == ["order.entered", "order.lifted"]
    assert "Tribunal" not in found[0].body
    assert item["serial"] not in found[0].body


def test_no_answer_about_a_held_item_is_given_again(
    stage: Stage, council: Asking, anyone: Asking, item: dict[str, Any]
) -> None:
    """The front desk gives kept answers until a stamp moves; an order ends without moving one."""

    def may_be_given_again(path: str) -> bool:
        with anyone.app.test_request_context(path):
            assert anyone.app.full_dispatch_request().status_code == 200
            return about_of(request.environ) is not None

    paths = (path_of(item), f"/01/{item['gtin']}/21/{item['serial']}")
    made = council.post("/v1/orders", order(stage, item, court="Short"), 201)
    assert not any(map(may_be_given_again, paths))
    for one in council.get("/v1/orders")["items"]:
        if one["in_force"]:
            council.post(f"/v1/orders/{one['id']}/lift")
    assert not council.get(f"/v1/orders/{made['id']}")["in_force"]
    assert all(map(may_be_given_again, paths))


def test_a_clock_that_was_read_before_the_order_does_not_hide_it(
    stage: Stage, council: Asking, item: dict[str, Any]
) -> None:
    """What is held is kept in the process: an order that is entered moves what it is kept by."""
    scan_item(stage.ledger, item["gtin"], item["serial"])
    made = council.post("/v1/orders", order(stage, item, court="Fresh"), 201)
    held = scan_item(stage.ledger, item["gtin"], item["serial"]).facts.holds
    assert made["id"] in [one.order for one in held]
    assert all(one.until - one.since <= timedelta(days=14) for one in held)
