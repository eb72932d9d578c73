"""Rights and agents over HTTP: stated, checked, ended; and what nobody else may."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask

from ledger.domain.organisations import Role, Scope
from ledger.services.organisations import add_organisation
from tests.web.api.asking import Asking
from tests.web.stage import Stage

MARK = {
    "kind": "mark",
    "name": "Étoile Vaste",
    "number": "018 555 001",
    "office": "EUIPO",
    "classes": ["18", "25"],
    "territories": ["EU"],
    "expires_on": "2031-03-31",
}


@pytest.fixture(scope="module")
def agent(stage: Stage, app: Flask) -> Asking:
    add_organisation(stage.ledger, slug="protect", name="Protect", role=Role.AGENT, domain="protect.example")
    return Asking(app, stage.key("protect"))


@pytest.fixture(scope="module")
def right(brand: Asking) -> dict[str, Any]:
    found: dict[str, Any] = brand.post("/v1/rights", MARK, 201)
    return found


def test_a_stated_right_counts_at_once_and_says_that_nobody_has_checked_it(
    brand: Asking, right: dict[str, Any], rival: Asking
) -> None:
    assert (right["state"], right["in_force"], right["checked_at"]) == ("stated", True, None)
    assert brand.get(f"/v1/rights/{right['id']}") == right
    assert right in brand.get("/v1/rights")["items"]
    rival.get(f"/v1/rights/{right['id']}", 404)
    assert rival.ask("PATCH", f"/v1/rights/{right['id']}", json={"withdraw": True}).status_code == 404


def test_the_same_registration_and_the_same_word_for_the_same_goods_are_refused(
    brand: Asking, rival: Asking, right: dict[str, Any]
) -> None:
    again = brand.post("/v1/rights", MARK | {"number": "018555001"}, 409)
    assert "stated the registration 018555001 of EUIPO already" in again["detail"]
    stolen = rival.post("/v1/rights", MARK, 409)
    assert "stated here by somebody else" in stolen["detail"]
    other = {"name": "etoile vaste".replace("e", "É", 1), "number": "4711", "office": "INPI", "territories": ["FR"]}
    clash = rival.post("/v1/rights", MARK | other, 409)
    assert "same word for the same goods in FR" in clash["detail"]
    beyond = rival.post("/v1/rights", MARK | {"number": "99", "name": "Autre", "territories": ["EU", "US"]}, 422)
    assert "not good in US" in beyond["detail"]


def test_every_wrong_field_is_named(brand: Asking) -> None:
    wrong = MARK | {"number": "?", "classes": ["46"], "territories": ["XX"], "from_day": "2032-01-01"}
    told = brand.post("/v1/rights", wrong, 422)
    assert [one["where"] for one in told["errors"]] == ["number", "classes", "territories", "expires_on"]


def test_only_the_council_compares_with_the_register_and_a_change_undoes_it(
    brand: Asking, council: Asking, rival: Asking, right: dict[str, Any]
) -> None:
    path = f"/v1/rights/{right['id']}"
    brand.post(f"{path}/comparison", {"agrees": True}, 403)
    assert right["id"] in [one["id"] for one in council.get("/v1/rights")["items"]]
    council.post(f"{path}/comparison", {"agrees": True, "changed_at": "2020-01-01T00:00:00Z"}, 409)
    checked = council.post(f"{path}/comparison", {"agrees": True, "changed_at": right["changed_at"]})
    assert checked["state"] == "checked"
    assert checked["checked_at"] is not None
    changed = brand.ask("PATCH", path, json={"expires_on": "2041-03-31"}).get_json()
    assert (changed["state"], changed["expires_on"], changed["checked_at"]) == ("stated", "2041-03-31", None)
    assert changed["classes"] == right["classes"]


def test_a_document_is_kept_by_its_bytes_and_what_is_none_is_refused(brand: Asking, right: dict[str, Any]) -> None:
    path = f"/v1/rights/{right['id']}/document"
    kept = brand.ask("POST", path, data=io.BytesIO(b"%PDF-1.7 certificate"), content_type="application/pdf")
    assert len(kept.get_json()["document"]) == 64
    assert brand.ask("POST", path, data=b"<html>", content_type="application/pdf").status_code == 422


def test_an_agent_sees_what_it_was_given_until_that_ends(
    brand: Asking, rival: Asking, agent: Asking, right: dict[str, Any]
) -> None:
    assert agent.get("/v1/rights")["items"] == []
    agent.get(f"/v1/rights/{right['id']}", 404)
    given = {"agent": "protect", "rights": [right["id"]], "territories": ["FR"], "until": "2028-12-31"}
    rival.post("/v1/agents", given, 404)
    made = brand.post("/v1/agents", given, 201)
    assert made["in_force"]
    assert [one["id"] for one in agent.get("/v1/rights")["items"]] == [right["id"]]
    assert agent.get("/v1/agents")["items"][0]["owner"] == "Maison Exemple"
    assert rival.get("/v1/agents")["items"] == []
    assert rival.ask("DELETE", f"/v1/agents/{made['id']}").status_code == 404
    agent.post("/v1/rights", MARK | {"number": "77"}, 403)
    for _ in range(2):
        assert brand.ask("DELETE", f"/v1/agents/{made['id']}").status_code == 204
    assert agent.get("/v1/rights")["items"] == []
    assert not brand.get("/v1/agents")["items"][0]["in_force"]


def test_an_authorisation_has_an_end_that_is_not_over_and_not_far(brand: Asking, agent: Asking) -> None:
    over = brand.post("/v1/agents", {"agent": "protect", "until": "2020-01-01"}, 422)
    assert "is over already" in over["detail"]
    far = brand.post("/v1/agents", {"agent": "protect", "until": "2099-01-01"}, 422)
    assert "more than three years ahead" in far["detail"]
    brand.post("/v1/agents", {"agent": "bazar", "until": "2027-01-01"}, 404)


def test_what_was_done_under_an_authorisation_is_counted_for_the_brand(
    stage: Stage, brand: Asking, agent: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = brand.post("/v1/agents", {"agent": "protect", "until": "2027-06-30"}, 201)
    with stage.ledger.store.write() as tx:
        acting = tx.organisations.get("protect")
        assert acting is not None
        now = stage.ledger.now()
        for number in range(3):
            tx.desk_log.append("listing.screened", acting.id, f"case_{number}", {}, now)
            tx.desk_log.append("case.received", acting.id, f"case_{number}", {"authorisation": made["id"]}, now)
        tx.desk_log.append("case.received", stage.brand.organisation.id, "case_9", {"authorisation": made["id"]}, now)
    told = brand.get("/v1/agents")["items"][0]
    assert (told["acts"], told["all_counted"]) == ({"case.received": 3}, True)
    # Entries of others, and of other kinds, take nothing of what is counted at once; where that is cut it is said.
    monkeypatch.setattr("ledger.services.desk.agents._PAGE", 3)
    monkeypatch.setattr("ledger.services.desk.agents._MOST_ENTRIES", 3)
    told = brand.get("/v1/agents")["items"][0]
    assert (told["acts"], told["all_counted"]) == ({"case.received": 3}, False)


def test_withdrawn_is_withdrawn_once_and_frees_the_registration(brand: Asking, stage: Stage) -> None:
    made = brand.post("/v1/rights", MARK | {"name": "Passé", "number": "5150"}, 201)
    path = f"/v1/rights/{made['id']}"
    for _ in range(2):
        assert brand.ask("PATCH", path, json={"withdraw": True}).get_json()["state"] == "withdrawn"
    assert brand.ask("PATCH", path, json={"name": "Encore"}).status_code == 409
    brand.post("/v1/rights", MARK | {"name": "Passé", "number": "5150"}, 201)
    with stage.ledger.store.read() as tx:
        kinds = [entry.kind for entry in tx.desk_log.entries(0, 100, subject=made["id"])]
    assert kinds == ["right.stated", "right.withdrawn"]


def test_rights_need_the_scope(stage: Stage, app: Flask) -> None:
    Asking(app, stage.key("maison", Scope.READ)).get("/v1/rights", 403)
    Asking(app, stage.key("bazar")).get("/v1/rights", 403)
