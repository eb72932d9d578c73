"""Badges of listings: only for what carries the tick, checked by another's program, and never truer than today."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from lxml import etree

from ledger.domain.desk.badges import LASTS, LOOKED_AT
from ledger.domain.desk.orders import OrderKind
from ledger.domain.statements import OwnerReportKind
from ledger.services.credential_status import settle_credentials
from ledger.services.desk.orders import Given, enter_order
from ledger.services.follow_chain import NODE_SEEN
from ledger.services.organisations import operator_as
from tests.web.api.asking import Asking, claimed, path_of
from tests.web.credentials.given import fresh, report, settle
from tests.web.credentials.verifier import Verifier
from tests.web.stage import GTIN, Stage

LISTING = "https://bazar.example/items/881"


@pytest.fixture(scope="module")
def platform(stage: Stage, app: Flask) -> Asking:
    return Asking(app, stage.key("bazar"))


def badge(platform: Asking, item: dict[str, Any], listing: str = LISTING, status: int = 201) -> dict[str, Any]:
    asked = {"gtin": item["gtin"], "serial": item["serial"], "listing": listing}
    found: dict[str, Any] = platform.post("/v1/badges", asked, status)
    return found


def picture(app: Flask, made: dict[str, Any]) -> str:
    response = app.test_client().get(f"/badges/{made['id']}.svg")
    assert (response.status_code, response.mimetype) == (200, "image/svg+xml")
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    root = etree.fromstring(response.data)
    return str(root.findtext("{http://www.w3.org/2000/svg}title"))


def page(app: Flask, made: dict[str, Any]) -> str:
    response = app.test_client().get(f"/badges/{made['id']}")
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


def test_a_badge_names_item_listing_verdict_and_block_and_verifies_without_us(
    stage: Stage, app: Flask, brand: Asking, anyone: Asking, platform: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    claimed(stage, anyone, item)
    made = badge(platform, item)
    body = verifier.verify(made["token"])
    assert body == made["says"]
    assert body["type"] == ["VerifiableCredential", "ListingBadgeCredential"]
    subject = body["credentialSubject"]
    assert (subject["gtin"], subject["serialNumber"]) == (item["gtin"], item["serial"])
    assert (subject["listing"], subject["askedBy"], subject["answer"]["verdict"]) == (LISTING, "Bazar", "held")
    assert subject["answer"]["asOf"]["final"]
    assert body["validUntil"] <= stage_time(stage, LASTS)
    status = verifier.status(body)
    assert (status.revoked, status.suspended) == (False, False)
    assert made["html"].startswith(f'<a href="{made["page"]}"><img src="{made["image"]}"')
    assert not {"script", "iframe", "style"} & set(made["html"].replace("<", " ").replace(">", " ").split())
    assert picture(app, made) == "Matches the brand’s records"
    shown = page(app, made)
    assert LISTING in shown
    assert "no longer holds" not in shown


def stage_time(stage: Stage, ahead: int) -> str:
    from ledger.domain.credentials import instant

    return instant(stage.ledger.now() + ahead)


def test_every_word_of_a_badge_is_in_its_contexts(stage: Stage, app: Flask, brand: Asking, platform: Asking) -> None:
    made = badge(platform, fresh(stage, brand))
    terms: set[str] = set()
    for url in made["says"]["@context"][1:]:
        terms |= set(app.test_client().get(url.removeprefix(stage.ledger.public_url)).get_json(force=True)["@context"])
    assert {*made["says"]["type"][1:], "listing", "askedBy", "answer"} <= terms


def test_the_same_badge_is_given_again_and_another_listing_has_its_own(
    stage: Stage, brand: Asking, platform: Asking
) -> None:
    item = fresh(stage, brand)
    first = badge(platform, item)
    assert badge(platform, item)["token"] == first["token"]
    assert badge(platform, item, LISTING + "2")["id"] != first["id"]
    assert badge(brand, item)["id"] != first["id"], "who asked stands on it"


def test_a_theft_is_shown_at_once_and_revokes_the_badge_when_it_is_in_a_block(
    stage: Stage, app: Flask, brand: Asking, anyone: Asking, platform: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    owner = claimed(stage, anyone, item)
    made = badge(platform, item)
    report(stage, owner, item, OwnerReportKind.STOLEN)
    assert picture(app, made) == "Careful: look at the record"
    shown = page(app, made)
    assert "Reported stolen. Don&#39;t buy" in shown
    assert "This badge no longer holds" in shown
    assert "blocked" not in shown
    refused = badge(platform, item, status=409)
    assert "Reported stolen" in refused["detail"]
    settle(stage)
    assert verifier.status(made["says"]).revoked
    report(stage, owner, item, OwnerReportKind.FOUND)
    settle(stage)
    assert verifier.status(made["says"]).revoked, "revoked is for good"
    assert not verifier.status(badge(platform, item)["says"]).revoked


def test_a_new_owner_ends_the_badge_of_the_one_before(
    stage: Stage, app: Flask, brand: Asking, anyone: Asking, platform: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    made = badge(platform, item)
    claimed(stage, anyone, item)
    settle(stage)
    assert verifier.status(made["says"]).revoked
    assert picture(app, made) == "This badge no longer holds"


def test_what_no_block_tells_is_looked_at_in_time_and_a_silent_node_ends_nothing(
    stage: Stage, brand: Asking, platform: Asking, verifier: Verifier
) -> None:
    made = badge(platform, fresh(stage, brand))
    settle_credentials(stage.ledger)
    stage.ahead += LOOKED_AT + 1
    try:
        # No node was heard from for ten minutes: the badge neither holds nor ends, and nobody works without pause.
        assert settle_credentials(stage.ledger)
        assert not settle_credentials(stage.ledger)
        assert not verifier.status(made["says"]).revoked
    finally:
        stage.ahead -= LOOKED_AT + 1
    with stage.ledger.store.write() as tx:
        tx.meta.set(NODE_SEEN, stage.ledger.now())


def test_a_badge_that_ran_out_says_so_and_is_looked_at_no_more(
    stage: Stage, app: Flask, brand: Asking, platform: Asking
) -> None:
    made = badge(platform, fresh(stage, brand))
    stage.ahead += LASTS + 1
    try:
        with stage.ledger.store.write() as tx:
            tx.meta.set(NODE_SEEN, stage.ledger.now())
        assert "This badge has run out" in page(app, made)
        assert picture(app, made) == "This badge no longer holds"
        settle_credentials(stage.ledger)
        with stage.ledger.store.read() as tx:
            kept = tx.credentials.get(made["id"])
            assert kept is not None
            assert kept.look_again_at is None
    finally:
        stage.ahead -= LASTS + 1
        with stage.ledger.store.write() as tx:
            tx.meta.set(NODE_SEEN, stage.ledger.now())


def test_only_platforms_and_brands_have_badges_made_of_items_that_there_are(
    stage: Stage, brand: Asking, inspector: Asking, platform: Asking, anyone: Asking
) -> None:
    item = fresh(stage, brand)
    badge(inspector, item, status=403)
    badge(anyone, item, status=401)
    badge(platform, {"gtin": GTIN, "serial": "NOBODY"}, status=404)
    platform.post("/v1/badges", {"code": GTIN, "listing": LISTING}, 404)
    for wrong in ("bazar.example/1", "ftp://bazar.example/1", "https://", "https://u:p@bazar.example/", "https://a b/"):
        badge(platform, item, wrong, status=422)


def test_a_badge_that_nobody_issued_is_none(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/badges/00000000-0000-4000-8000-000000000000").status_code == 404
    assert client.get("/badges/x.svg").status_code == 404


def test_another_credentials_name_is_no_badge(stage: Stage, app: Flask, brand: Asking, anyone: Asking) -> None:
    item = fresh(stage, brand)
    said = anyone.ask("GET", f"{path_of(item)}/credentials/passport?format=json")
    name = json.loads(said.data)["id"].rpartition(":")[2]
    assert app.test_client().get(f"/badges/{name}").status_code == 404


def test_an_item_that_a_court_holds_has_no_badge_and_loses_the_one_it_has(
    stage: Stage, app: Flask, brand: Asking, platform: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    made = badge(platform, item)
    until = stage.ledger.now() + 5_000
    given = Given(OrderKind.TRO, "Court", "1", "cd" * 32, ["WO"], until, items=[(item["gtin"], item["serial"])])
    enter_order(stage.ledger, operator_as(stage.ledger, "council"), given)
    assert "order" in badge(platform, item, status=409)["detail"]
    assert picture(app, made) == "This badge no longer holds"
    stage.ahead += LOOKED_AT + 1
    try:
        with stage.ledger.store.write() as tx:
            tx.meta.set(NODE_SEEN, stage.ledger.now())
        settle_credentials(stage.ledger)
    finally:
        stage.ahead -= LOOKED_AT + 1
        with stage.ledger.store.write() as tx:
            tx.meta.set(NODE_SEEN, stage.ledger.now())
    assert verifier.status(made["says"]).revoked
    asked = {"items": [{"gtin": item["gtin"], "serial": item["serial"]}]}
    [told] = platform.post("/v1/checks", asked)["results"]
    assert (told["flags"], told["advice"]) == (["held_under_order"], "hold")
