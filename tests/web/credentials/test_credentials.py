"""Credentials as a stranger reads them: judged by another program, with nothing but what is published."""

from __future__ import annotations

import json

from ledger.domain.organisations import Role
from ledger.services.inspect_settings import set_people_only
from ledger.services.organisations import add_organisation
from tests.web.api.asking import Asking, path_of
from tests.web.credentials.given import (
    fresh,
    inspected,
    settle,
    token_of,
)
from tests.web.credentials.verifier import Verifier
from tests.web.stage import Stage


def test_a_passport_verifies_with_what_its_brand_publishes(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand, private_note="canary-private")
    token = token_of(anyone, item)
    body = verifier.verify(token)
    assert body["@context"] == ["https://www.w3.org/ns/credentials/v2", "http://localhost:8000/credentials/v1"]
    assert body["type"] == ["VerifiableCredential", "ItemPassportCredential"]
    assert body["issuer"] == {"id": "did:web:localhost%3A8000:brands:maison", "name": "Maison Exemple"}
    subject = body["credentialSubject"]
    assert subject["id"] == f"http://localhost:8000/01/{item['gtin']}/21/{item['serial']}"
    assert subject["record"] == {"model_ref": "Sac Lune 25", "made_in": "FR", "colour": "black"}
    assert subject["hasOwner"] is False
    [proof] = body["evidence"]
    assert proof["signer"] == stage.brand.organisation.address
    assert len(proof["statement"]) == 66
    status = verifier.status(body)
    assert [one.entry.purpose for one in status.entries] == ["revocation", "suspension"]
    assert not status.revoked
    assert not status.suspended
    assert "canary-private" not in json.dumps(body)


def test_as_long_as_its_facts_hold_the_same_credential_is_given(stage: Stage, brand: Asking, anyone: Asking) -> None:
    item = fresh(stage, brand)
    first = token_of(anyone, item)
    fresh(stage, brand)  # the chain goes on
    settle(stage)
    assert token_of(anyone, item) == first


def test_what_is_not_final_yet_has_no_credential(stage: Stage, anyone: Asking) -> None:
    [item] = stage.register([{"private_note": "not final"}], follow=False)
    answered = anyone.ask("GET", f"/v1/items/{item.gtin}/{item.serial}/credentials/passport")
    assert answered.status_code == 409
    stage.follow()
    assert anyone.ask("GET", f"/v1/items/{item.gtin}/{item.serial}/credentials/passport").status_code == 200


def test_an_item_whose_registration_is_not_signed_is_nobodys_business(stage: Stage, anyone: Asking) -> None:
    batch = stage.prepare([{"private_note": "not signed"}])
    [item] = stage.items(batch.id)
    for name in ("", "/passport", "/untp"):
        assert anyone.ask("GET", f"/v1/items/{item.gtin}/{item.serial}/credentials{name}").status_code == 404


def test_an_inspection_names_the_statement_that_it_repeats(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    statement, _ = inspected(stage, anyone, item)
    body = verifier.verify(token_of(anyone, item, f"inspections/{statement}"))
    assert body["issuer"]["id"] == "did:web:localhost%3A8000:authenticators:luxcheck"
    assert body["credentialSubject"]["inspection"] | {"inspectedOn": "", "recordedAt": ""} == {
        "type": "Inspection",
        "authenticity": "consistent",
        "method": "in_hand",
        "persons": 2,
        "points": 14,
        "condition": "B",
        "remarks": [],
        "inspectedBy": {"name": "Lux Check"},
        "personSigned": False,
        "inspectedOn": "",
        "recordedAt": "",
    }
    [proof] = body["evidence"]
    assert proof["type"] == ["OnChainStatement"]
    assert proof["statement"] == statement
    assert proof["signer"] == stage.inspector.organisation.address
    assert proof["operatorSigned"] is True
    assert "repeats it, signed with a key that the operator of the ledger keeps" in body["description"]


def test_an_inspection_is_found_only_by_who_knows_its_item(stage: Stage, brand: Asking, anyone: Asking) -> None:
    """A statement's hash is on the chain for everybody; an item's serial is not."""
    item, other = fresh(stage, brand), fresh(stage, brand)
    statement, _ = inspected(stage, anyone, item)
    assert anyone.ask("GET", f"{path_of(other)}/credentials/inspections/{statement}").status_code == 404


def test_whoever_lets_only_people_sign_is_quoted_by_the_ledger(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    statement, _ = inspected(stage, anyone, item)
    set_people_only(stage.ledger, stage.inspector, people_only=True)
    try:
        body = verifier.verify(token_of(anyone, item, f"inspections/{statement}"))
    finally:
        set_people_only(stage.ledger, stage.inspector, people_only=False)
    assert body["issuer"]["id"] == "did:web:localhost%3A8000"
    assert body["credentialSubject"]["inspection"]["inspectedBy"] == {"name": "Lux Check"}
    assert "signed by the ledger, because that party lets nobody else sign for it" in body["description"]


def test_a_brand_whose_key_is_its_own_is_quoted_by_the_ledger(stage: Stage) -> None:
    own = add_organisation(
        stage.ledger, slug="proud", name="Proud", role=Role.BRAND, domain="proud.example", own_address="0x" + "ab" * 20
    )
    from ledger.services.credential_keys import issuer_for

    with stage.ledger.store.read() as tx:
        assert issuer_for(stage.ledger, tx, own).did == "did:web:localhost%3A8000"


def test_a_receipt_says_what_was_answered_for_a_day(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    body = verifier.verify(token_of(anyone, item, "receipt"))
    assert body["issuer"]["id"] == "did:web:localhost%3A8000"
    answer, shown = body["credentialSubject"]["answer"], anyone.get(path_of(item))
    assert (answer["verdict"], answer["headline"]) == (shown["verdict"], shown["headline"])
    assert answer["asOf"]["block"] == shown["as_of"]["block"]
    assert answer["cannotKnow"] == shown["cannot_know"]
    assert body["validFrom"] < body["validUntil"]
    assert "credentialStatus" not in body


def test_a_receipt_is_given_for_a_code_without_a_record_too(anyone: Asking, verifier: Verifier) -> None:
    answered = anyone.ask("GET", "/v1/items/09521234543213/NOSUCHITEM/credentials/receipt")
    assert verifier.verify(answered.text)["credentialSubject"]["answer"]["verdict"] == "unknown"
    assert anyone.ask("GET", "/v1/items/09521234543214/X/credentials/receipt").status_code == 422


def test_it_comes_signed_wrapped_or_to_be_read(stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier) -> None:
    item = fresh(stage, brand)
    where = f"{path_of(item)}/credentials/passport"
    token = token_of(anyone, item)
    assert anyone.get(where + "?format=json") == verifier.verify(token)
    assert anyone.get(where, headers={"Accept": "application/json"}) == verifier.verify(token)
    wrapped = anyone.ask("GET", where + "?format=enveloped")
    assert wrapped.mimetype == "application/vc"
    assert wrapped.get_json(force=True) == {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": f"data:application/vc+jwt,{token}",
        "type": "EnvelopedVerifiableCredential",
    }
    tag = anyone.ask("GET", where).headers["ETag"]
    assert anyone.ask("GET", where, headers={"If-None-Match": tag}).status_code == 304


def test_a_serial_with_a_slash_has_credentials(stage: Stage, anyone: Asking, verifier: Verifier) -> None:
    [item] = stage.register([{"serial": "A/%2F+1"}])
    answered = anyone.ask("GET", f"/v1/items/{item.gtin}/A%2F%252F%2B1/credentials/passport")
    assert answered.status_code == 200
    body = verifier.verify(answered.text)
    assert body["credentialSubject"]["serialNumber"] == "A/%2F+1"
    assert body["credentialSubject"]["id"].endswith("/21/A%2F%252F%2B1")
