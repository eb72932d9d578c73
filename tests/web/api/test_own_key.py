"""A brand that keeps its own signing key: the server drafts, the brand signs, anyone brings it."""

from __future__ import annotations

import pytest
from flask import Flask

from ledger.domain.organisations import Role
from ledger.services.organisations import add_organisation
from tests.web.api.asking import Asking, Person, made, path_of, speak, with_codes
from tests.web.stage import Stage

OWN_GTIN = "09521880000016"


@pytest.fixture(scope="module")
def key() -> Person:
    return Person.new()


@pytest.fixture(scope="module")
def atelier(stage: Stage, app: Flask, key: Person) -> Asking:
    add_organisation(
        stage.ledger,
        slug="atelier",
        name="Atelier",
        role=Role.BRAND,
        domain="atelier.example",
        prefixes=["952188"],
        own_address=key.address,
    )
    stage.follow()
    return Asking(app, stage.key("atelier"))


def test_the_registration_is_signed_by_the_brand_itself(
    stage: Stage, atelier: Asking, anyone: Asking, key: Person
) -> None:
    assert not atelier.get("/v1/me")["keeps_key"]
    batch = made(stage, atelier, 2, gtin=OWN_GTIN)
    at = f"/v1/batches/{batch['id']}"
    assert atelier.post(at + "/registration/draft", status=409)["type"] == "/problems/conflict"
    items = with_codes(stage, atelier, batch)
    assert atelier.get(at)["state"] == "waiting_for_signature"
    draft = atelier.post(at + "/registration/draft")
    [needed] = draft["signatures"]
    assert needed["typed_data"]["primaryType"] == "RegisterBatch"
    body = {"values": draft["values"], "signatures": [key.sign(needed)]}
    other = {**draft["values"], "count": draft["values"]["count"] + 1}
    assert "count" in atelier.post(at + "/registration", {**body, "values": other}, 422)["detail"]
    atelier.post(at + "/registration", {**body, "signatures": [Person.new().sign(needed)]}, 422)
    first = atelier.post(at + "/registration", body, 202)
    assert atelier.post(at + "/registration", body, 202)["id"] == first["id"]
    stage.follow()
    assert atelier.get(at)["state"] == "final"
    shown = anyone.get(path_of(items[0]))
    assert (shown["verdict"], shown["brand"]["name"]) == ("unclaimed", "Atelier")


def test_what_would_need_a_kept_key_says_to_draft_instead(stage: Stage, atelier: Asking, key: Person) -> None:
    batch = made(stage, atelier, 1, gtin=OWN_GTIN)
    [item] = with_codes(stage, atelier, batch)
    draft = atelier.post(f"/v1/batches/{batch['id']}/registration/draft")
    signed = {"values": draft["values"], "signatures": [key.sign(draft["signatures"][0])]}
    atelier.post(f"/v1/batches/{batch['id']}/registration", signed, 202)
    stage.follow()
    refused = atelier.post(path_of(item) + "/marks", {"mark": "recall"}, 403)
    assert "Draft the statement" in refused["detail"]
    speak(atelier, atelier.post(path_of(item) + "/marks", {"mark": "recall", "draft": True}), key)
    new = atelier.post(path_of(item) + "/replace-code", {"draft": True})
    speak(atelier, new["draft"], key)
    fields = {"fields": {"model_ref": "Another"}, "draft": True}
    speak(atelier, atelier.post(path_of(item) + "/amendments", fields), key)
    stage.follow()
    shown = atelier.get(path_of(item))
    assert shown["verdict"] == "recalled"
    assert shown["record"]["fields"] == {"model_ref": "Another"}
    assert [one["state"] for one in atelier.get("/v1/statements")["items"][:3]] == ["final"] * 3
