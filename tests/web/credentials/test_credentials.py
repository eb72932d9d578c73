"""Credentials as a stranger reads them: judged by another program, with nothing but what is published."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from openvc.proof.errors import ProofError
from openvc.status.bitstring import decode_bitstring

from ledger.chain import signing
from ledger.domain.credentials import CredentialKind
from ledger.domain.inspections import Authenticity, InspectionFacts, Method, WithdrawalReason
from ledger.domain.organisations import Role
from ledger.domain.statements import Kind, MarkKind, OwnerReportKind
from ledger.services import credential_jose
from ledger.services import record_inspection as ri
from ledger.services.credential_issue import issue
from ledger.services.credential_keys import find_issuer
from ledger.services.credential_status import settle_credentials
from ledger.services.draft_statement import draft_statement
from ledger.services.inspect_settings import set_people_only
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation
from ledger.services.submit_statement import submit_statement
from tests.web.api.asking import Asking, Person, claimed, path_of, registered
from tests.web.credentials.verifier import Verifier
from tests.web.stage import Stage

GENUINE = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND, persons=2, condition="B", points=14)


def token_of(anyone: Asking, item: dict[str, Any], name: str = "passport") -> str:
    answered = anyone.ask("GET", f"{path_of(item)}/credentials/{name}")
    assert answered.status_code == 200, answered.text
    assert answered.mimetype == "application/vc+jwt"
    return answered.text


def fresh(stage: Stage, brand: Asking, **more: str) -> dict[str, Any]:
    return registered(stage, brand, 1, **{"made_in": "FR", "colour": "black", **more})[0]


def settle(stage: Stage) -> None:
    """What the worker does after each turn of the chain."""
    stage.follow()
    settle_credentials(stage.ledger)


def inspected(stage: Stage, anyone: Asking, item: dict[str, Any]) -> tuple[str, int]:
    """An inspection that is final: its statement and its number."""
    finding = ri.inspection(item["gtin"], item["serial"], GENUINE, {"basis": "Stitching and stamp agree."})
    queued = ri.record(stage.ledger, stage.inspector, finding)
    stage.follow()
    [found] = anyone.get(f"{path_of(item)}/credentials")["inspections"]
    assert found["statement"] == "0x" + queued.hash.hex()
    return found["statement"], int(queued.statement.values["nonce"])


# What is issued


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


# What becomes of it


def test_a_new_owner_ends_the_passport_before(stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier) -> None:
    item = fresh(stage, brand)
    before = verifier.verify(token_of(anyone, item))
    claimed(stage, anyone, item)
    settle(stage)
    assert verifier.status(before).revoked
    after = verifier.verify(token_of(anyone, item))
    assert after["credentialSubject"]["hasOwner"] is True
    assert after["id"] != before["id"]
    assert not verifier.status(after).revoked


def test_a_stolen_item_is_suspended_until_it_is_found(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    owner = claimed(stage, anyone, item)
    body = verifier.verify(token_of(anyone, item))
    report(stage, owner, item, OwnerReportKind.STOLEN)
    settle(stage)
    status = verifier.status(body)
    assert (status.suspended, status.revoked) == (True, False)
    report(stage, owner, item, OwnerReportKind.FOUND)
    settle(stage)
    assert not verifier.status(body).suspended


def test_the_theft_of_an_item_suspends_what_is_issued_later_too(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    report(stage, claimed(stage, anyone, item), item, OwnerReportKind.STOLEN)
    stage.follow()
    assert verifier.status(verifier.verify(token_of(anyone, item))).suspended


def test_a_recall_of_the_batch_suspends_every_passport_of_it(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    items = registered(stage, brand, 2, made_in="FR")
    bodies = [verifier.verify(token_of(anyone, one)) for one in items]
    with stage.ledger.store.read() as tx:
        found = tx.batches.find(items[0]["gtin"], items[0]["serial"])[0]
        number = tx.batches.get(found.batch_id).number  # type: ignore[union-attr]
    mark = {"kind": int(MarkKind.RECALL_BATCH), "subject": number, "ref": bytes(32)}
    sign_and_submit(stage.ledger, stage.brand, Kind.MARK, mark)
    settle(stage)
    assert all(verifier.status(one).suspended for one in bodies)


def test_a_withdrawn_inspection_is_revoked_and_never_issued_again(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    statement, number = inspected(stage, anyone, item)
    body = verifier.verify(token_of(anyone, item, f"inspections/{statement}"))
    finding = ri.withdrawal(item["gtin"], item["serial"], number, WithdrawalReason.MISTAKE, {"why": "Another bag."})
    ri.record(stage.ledger, stage.inspector, finding)
    settle(stage)
    assert verifier.status(body).revoked
    assert anyone.ask("GET", f"{path_of(item)}/credentials/inspections/{statement}").status_code == 409


def test_the_end_of_an_item_revokes_its_passport(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    item = fresh(stage, brand)
    body = verifier.verify(token_of(anyone, item))
    sign_and_submit(
        stage.ledger,
        stage.brand,
        Kind.MARK,
        {"kind": int(MarkKind.VOID), "subject": number_of(stage, item), "ref": bytes(32)},
    )
    settle(stage)
    assert verifier.status(body).revoked
    assert anyone.ask("GET", f"{path_of(item)}/credentials/passport").status_code == 409


def test_nothing_is_looked_at_twice_without_a_reason(stage: Stage) -> None:
    settle(stage)
    assert settle_credentials(stage.ledger) is False


def test_it_is_issued_anew_before_it_expires(stage: Stage, brand: Asking, anyone: Asking) -> None:
    item = fresh(stage, brand)
    first = token_of(anyone, item)
    later = replace(stage.ledger, clock=lambda: stage.ledger.clock() + 336 * 86_400)
    assert issue(later, item["gtin"], item["serial"], CredentialKind.PASSPORT).token != first


# What is published


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
        raw = bytearray(_bytes(parts[2]))
        raw[10] ^= 1
        parts[2] = _text(bytes(raw))
    else:
        said = json.loads(_bytes(parts[part]))
        said |= {"cty": "vc", "x": 1} if part == 0 else {"validUntil": "2099-01-01T00:00:00Z"}
        parts[part] = _text(json.dumps(said).encode())
    with pytest.raises(ProofError):
        verifier.verify(".".join(parts))


def test_a_changed_list_does_not_verify(stage: Stage, anyone: Asking, verifier: Verifier) -> None:
    header, body, signature = anyone.ask("GET", "/status/maison/1").text.split(".")
    said = json.loads(_bytes(body))
    said["credentialSubject"]["encodedList"] = said["credentialSubject"]["encodedList"].replace("A", "B", 1)
    with pytest.raises(ProofError):
        verifier.verify(".".join([header, _text(json.dumps(said).encode()), signature]))


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
    reader = Asking(anyone.app, stage.key("maison", *(one for one in _scopes() if one != "keys")))
    assert reader.ask("POST", "/v1/credential-keys", json={"stolen": True}).status_code == 403


def test_after_a_change_of_keys_earlier_credentials_stay_good(
    stage: Stage, brand: Asking, anyone: Asking, verifier: Verifier
) -> None:
    token = token_of(anyone, fresh(stage, brand))
    made = brand.post("/v1/credential-keys", {"stolen": False}, 201)
    body = verifier.verify(token)
    assert not verifier.status(body).revoked
    later = token_of(anyone, fresh(stage, brand))
    assert json.loads(_bytes(later.split(".")[0]))["kid"].endswith("#" + made["kid"])


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
            assert _bytes(secret) not in tx.credentials.sealed(one["kid"])
        assert secret not in caplog.text
    assert "private" not in repr(credential_jose.new_key())


def report(stage: Stage, owner: Person, item: dict[str, Any], kind: OwnerReportKind) -> None:
    """The owner says something of their item."""
    values = {"item": number_of(stage, item), "kind": int(kind), "ref": bytes(32)}
    draft = draft_statement(stage.ledger, Kind.OWNER_REPORT, values)
    submit_statement(stage.ledger, draft.statement, [signing.sign(owner.key, draft.needed[0].digest)])


def number_of(stage: Stage, item: dict[str, Any]) -> int:
    with stage.ledger.store.read() as tx:
        return tx.batches.find(item["gtin"], item["serial"])[0].item


def private_of(stage: Stage, slug: str, kid: str) -> bytes:
    """As only the vault knows it."""
    with stage.ledger.store.read() as tx:
        issuer = find_issuer(stage.ledger, tx, slug)
        return stage.ledger.vault.open(tx.credentials.sealed(kid), f"credential key {issuer.key} {kid}")


def _scopes() -> list[Any]:
    from ledger.domain.organisations import Scope

    return list(Scope)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
