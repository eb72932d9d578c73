"""What is published, and what nobody else can do: change a credential, or issue in another's name."""

from __future__ import annotations

import json

import pytest
from openvc.proof.errors import ProofError
from openvc.status.bitstring import decode_bitstring

from ledger.services import credential_jose
from tests.web.api.asking import Asking, registered
from tests.web.credentials.given import (
    fresh,
    private_of,
    raw,
    scopes_of,
    text_of,
    token_of,
)
from tests.web.credentials.verifier import Verifier
from tests.web.stage import Stage


def test_a_list_holds_the_least_number_of_places_and_no_address_asks_about_one(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    places = set()
    for one in registered(stage, brand, 3):
        body = verifier.verify(token_of(anyone, one))
        [revocation, suspension] = body["credentialStatus"]
        assert revocation["statusListIndex"] == suspension["statusListIndex"]
        places.add(int(revocation["statusListIndex"]))
        url = revocation["statusListCredential"]
        found = verifier.list_at(url, body)
    assert found["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    subject = found["credentialSubject"]
    assert (subject["type"], subject["statusPurpose"]) == ("BitstringStatusList", "revocation")
    assert subject["encodedList"].startswith("u")
    assert len(decode_bitstring(subject["encodedList"])) * 8 == 131_072
    assert len(places) == 3
    assert max(places) - min(places) > 100, "places that follow one another would tell who asked when"
    for wrong in ("/status/maison/0", "/status/maison/99", "/status/nobody/1", "/status/rival/1", "/status/bazar/1"):
        assert anyone.ask("GET", wrong).status_code == 404, wrong


def test_other_sites_may_read_what_is_published(anyone: Asking) -> None:
    for path in ("/.well-known/did.json", "/brands/maison/did.json", "/status/maison/1", "/credentials/v1"):
        answered = anyone.ask("GET", path)
        assert answered.status_code == 200, path
        assert answered.headers["Access-Control-Allow-Origin"] == "*"
        assert answered.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in answered.headers


def test_a_document_stands_only_where_its_did_says(anyone: Asking) -> None:
    assert anyone.ask("GET", "/authenticators/maison/did.json").status_code == 404
    assert anyone.ask("GET", "/brands/luxcheck/did.json").status_code == 404
    assert anyone.ask("GET", "/brands/_ledger/did.json").status_code == 404
    assert anyone.ask("GET", "/brands/bazar/did.json").status_code == 404
    assert anyone.get("/authenticators/luxcheck/did.json")["id"] == "did:web:localhost%3A8000:authenticators:luxcheck"


def test_an_issuer_without_a_key_publishes_none(anyone: Asking) -> None:
    found = anyone.get("/brands/rival/did.json")
    assert found["verificationMethod"] == found["assertionMethod"] == []


# Who else might


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_changed_credential_does_not_verify(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier, part: int
) -> None:
    parts = token_of(anyone, fresh(stage, brand)).split(".")
    if part == 2:
        signature = bytearray(raw(parts[2]))
        signature[10] ^= 1
        parts[2] = text_of(bytes(signature))
    else:
        said = json.loads(raw(parts[part]))
        said |= {"cty": "vc", "x": 1} if part == 0 else {"validUntil": "2099-01-01T00:00:00Z"}
        parts[part] = text_of(json.dumps(said).encode())
    with pytest.raises(ProofError):
        verifier.verify(".".join(parts))


def test_a_changed_list_does_not_verify(stage: Stage, anyone: Asking, verifier: Verifier) -> None:
    header, body, signature = anyone.ask("GET", "/status/maison/1").text.split(".")
    said = json.loads(raw(body))
    said["credentialSubject"]["encodedList"] = said["credentialSubject"]["encodedList"].replace("A", "B", 1)
    with pytest.raises(ProofError):
        verifier.verify(".".join([header, text_of(json.dumps(said).encode()), signature]))


def test_another_brand_cannot_issue_in_its_name(
    stage: Stage, brand: Asking, rival: Asking, anyone: Asking, verifier: Verifier
) -> None:
    body = verifier.verify(token_of(anyone, fresh(stage, brand)))
    made = rival.post("/v1/credential-keys", {"stolen": False}, 201)
    assert made["kid"] not in json.dumps(anyone.get("/brands/maison/did.json"))
    forged = credential_jose.sign(
        private_of(stage, "rival", made["kid"]), f"{body['issuer']['id']}#{made['kid']}", body
    )
    with pytest.raises(AssertionError, match="not published"):
        verifier.verify(forged)
    under_its_own_name = credential_jose.sign(
        private_of(stage, "rival", made["kid"]), f"did:web:localhost%3A8000:brands:rival#{made['kid']}", body
    )
    with pytest.raises(AssertionError, match="somebody else's key"):
        verifier.verify(under_its_own_name)


def test_whoever_asks_the_issuer_is_the_items_brand(
    stage: Stage, brand: Asking, rival: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    assert verifier.verify(token_of(rival, item))["issuer"]["name"] == "Maison Exemple"


def test_keys_are_managed_by_their_organisation_alone(
    stage: Stage, brand: Asking, anyone: Asking, inspector: Asking
) -> None:
    mine = {one["kid"] for one in brand.get("/v1/credential-keys")["items"]}
    assert mine.isdisjoint(one["kid"] for one in inspector.get("/v1/credential-keys")["items"])
    assert anyone.ask("GET", "/v1/credential-keys").status_code == 401
    reader = Asking(anyone.app, stage.key("maison", *(one for one in scopes_of() if one != "keys")))
    assert reader.ask("POST", "/v1/credential-keys", json={"stolen": True}).status_code == 403


def test_after_a_change_of_keys_earlier_credentials_stay_good(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    token = token_of(anyone, fresh(stage, brand))
    made = brand.post("/v1/credential-keys", {"stolen": False}, 201)
    body = verifier.verify(token)
    assert not verifier.status(body).revoked
    later = token_of(anyone, fresh(stage, brand))
    assert json.loads(raw(later.split(".")[0]))["kid"].endswith("#" + made["kid"])


def test_what_a_stolen_key_signed_ends(stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier) -> None:
    item = fresh(stage, brand)
    token = token_of(anyone, item)
    body = verifier.verify(token)
    brand.post("/v1/credential-keys", {"stolen": True}, 201)
    with pytest.raises(AssertionError, match="not published"):
        verifier.verify(token)
    assert verifier.status(body).revoked
    again = verifier.verify(token_of(anyone, item))
    assert not verifier.status(again).revoked


def test_no_answer_and_no_table_shows_a_private_key(
    stage: Stage, brand: Asking, anyone: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    token_of(anyone, fresh(stage, brand))
    shown = brand.ask("GET", "/v1/credential-keys").text + anyone.ask("GET", "/brands/maison/did.json").text
    for one in brand.get("/v1/credential-keys")["items"]:
        assert set(one["public"]) == {"kty", "crv", "x", "y"}
        private = private_of(stage, "maison", one["kid"])
        secret = json.loads(json.dumps(credential_jose.ECKey.import_key(private).as_dict(private=True)))["d"]
        assert secret not in shown
        with stage.ledger.store.read() as tx:
            assert private not in tx.credentials.sealed(one["kid"])
            assert raw(secret) not in tx.credentials.sealed(one["kid"])
        assert secret not in caplog.text
    assert "private" not in repr(credential_jose.new_key())
