"""Many signed statements in one request: each with a result of its own, each checked as if it came alone."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from flask import Flask

from ledger.chain import signing
from ledger.domain.claim_codes import claim_private_key
from ledger.domain.organisations import Scope
from ledger.services import submit_many as submit_many_module
from ledger.services.claim_item import TRIES
from ledger.services.submit_many import MOST
from tests.web.api.asking import Asking, Person, claimed, path_of, registered
from tests.web.stage import Stage
from web.limits import Pace


def drafted(stage: Stage, slug: str, asking: Asking, **fields: Any) -> dict[str, Any]:
    """An anchor of that organisation, signed with its kept key, as a program with a key of its own would."""
    asked = {"kind": "Anchor", "fields": {"hash": "0x" + secrets.token_hex(32), **fields}}
    return signed(stage, slug, asking.post("/v1/statements/draft", asked))


def signed(stage: Stage, slug: str, draft: dict[str, Any]) -> dict[str, Any]:
    with stage.ledger.store.read() as tx:
        organisation = tx.organisations.get(slug)
        assert organisation is not None
        key = stage.ledger.vault.open_key(tx.organisations.keystore(organisation.id) or {})
    digest = bytes.fromhex(draft["signatures"][0]["digest"][2:])
    signatures = ["0x" + signing.sign(key, digest).hex()]
    return {"kind": draft["kind"], "values": draft["values"], "signatures": signatures}


def in_order(stage: Stage, brand: Asking, count: int) -> list[dict[str, Any]]:
    first = drafted(stage, "maison", brand)
    start = int(first["values"]["nonce"])
    return [first, *(drafted(stage, "maison", brand, nonce=start + more) for more in range(1, count))]


def test_each_statement_has_its_result_and_reaches_the_chain(stage: Stage, brand: Asking) -> None:
    found = brand.post("/v1/statements/bulk", {"statements": in_order(stage, brand, 3)}, 202)
    assert (found["taken"], found["refused"]) == (3, 0)
    stage.follow()
    for one in found["results"]:
        kept = brand.get(f"/v1/statements/{one['id']}")
        assert (kept["state"], kept["hash"]) == ("final", one["hash"])


def test_a_bad_statement_keeps_out_no_other_and_hears_why(stage: Stage, brand: Asking) -> None:
    first, second, third, fourth = in_order(stage, brand, 4)
    second["signatures"] = ["0x" + "11" * 64 + "1b"]
    third["values"] = third["values"] | {"hash": "nonsense"}
    offer = {"kind": "Offer", "values": {}, "signatures": []}
    unknown = {"kind": "Nonsense", "values": {}, "signatures": []}
    found = brand.post("/v1/statements/bulk", {"statements": [first, second, third, offer, unknown, fourth]}, 202)
    kinds = [one["problem"]["type"] if one["problem"] else None for one in found["results"]]
    assert kinds == [None, "/problems/bad-signature", *["/problems/invalid"] * 3, None]
    assert (found["taken"], found["refused"]) == (2, 4)
    assert "/v1/offers" in found["results"][3]["problem"]["detail"]
    assert all((one["id"] is None) == (one["problem"] is not None) for one in found["results"])


def test_of_two_statements_with_one_number_in_one_request_the_second_is_told(stage: Stage, brand: Asking) -> None:
    first = drafted(stage, "maison", brand)
    second = drafted(stage, "maison", brand, nonce=first["values"]["nonce"])
    found = brand.post("/v1/statements/bulk", {"statements": [first, second]}, 202)["results"]
    assert found[0]["problem"] is None
    assert found[1]["problem"]["type"] == "/problems/conflict"


def test_the_same_statement_again_is_the_first_row(stage: Stage, brand: Asking) -> None:
    one = drafted(stage, "maison", brand)
    found = brand.post("/v1/statements/bulk", {"statements": [one, one]}, 202)["results"]
    again = brand.post("/v1/statements/bulk", {"statements": [one]}, 202)["results"]
    alone = brand.post("/v1/statements", one, 202)
    assert {row["id"] for row in (*found, *again)} == {alone["id"]}


def test_a_request_that_is_sent_twice_is_answered_twice_alike(stage: Stage, brand: Asking) -> None:
    body = {"statements": [drafted(stage, "maison", brand)]}
    header = {"headers": {"Idempotency-Key": f'"{secrets.token_hex(8)}"'}}
    first = brand.ask("POST", "/v1/statements/bulk", json=body, **header)
    second = brand.ask("POST", "/v1/statements/bulk", json=body, **header)
    assert (first.status_code, first.data) == (second.status_code, second.data) == (202, first.data)
    assert second.headers["Idempotency-Replayed"] == "true"


def test_what_one_signed_cannot_be_handed_in_as_anothers(stage: Stage, brand: Asking, rival: Asking) -> None:
    ours = drafted(stage, "maison", brand)
    with stage.ledger.store.read() as tx:
        theirs = tx.organisations.get("rival")
    assert theirs is not None
    stolen = ours | {"values": ours["values"] | {"party": theirs.party}}
    [found] = rival.post("/v1/statements/bulk", {"statements": [stolen]}, 202)["results"]
    assert found["problem"]["type"] == "/problems/bad-signature"


def test_claims_and_handovers_go_in_bulk_too(stage: Stage, brand: Asking, anyone: Asking) -> None:
    items = registered(stage, brand, 2)
    owners = [Person.new(), claimed(stage, anyone, items[1])]
    buyer = Person.new()
    offer = anyone.post(path_of(items[1]) + "/offers/draft", {"recipient": buyer.address})
    by_owner = owners[1].sign(offer["signatures"][0])
    accept = {"kind": "Accept", "fields": {"newOwner": buyer.address}, "offer": offer["values"]}
    draft = anyone.post("/v1/statements/draft", accept)
    acceptance = {
        "kind": "Accept",
        "values": draft["values"],
        "offer": draft["offer"],
        "signatures": [by_owner, buyer.sign(draft["signatures"][1])],
    }
    body = {"statements": [claim_of(anyone, items[0], owners[0], items[0]["code"]), acceptance]}
    found = brand.post("/v1/statements/bulk", body, 202)
    assert found["refused"] == 0, found
    stage.follow()
    assert [anyone.get(path_of(item))["verdict"] for item in items] == ["held", "held"]


def test_wrong_claim_codes_in_bulk_are_counted_as_ever(stage: Stage, brand: Asking, anyone: Asking) -> None:
    wrong, right = registered(stage, brand, 2)
    claims = [claim_of(anyone, wrong, Person.new(), right["code"]) for _ in range(6)]
    found = brand.post("/v1/statements/bulk", {"statements": claims}, 202)["results"]
    kinds = [one["problem"]["type"] for one in found]
    assert kinds == ["/problems/bad-signature"] * 5 + ["/problems/too-many"]
    anyone.post(path_of(wrong) + "/claims/draft", {"new_owner": Person.new().address}, 429)


def test_no_more_than_the_stated_number_and_at_least_one(brand: Asking, stage: Stage) -> None:
    one = drafted(stage, "maison", brand)
    brand.post("/v1/statements/bulk", {"statements": []}, 422)
    brand.post("/v1/statements/bulk", {"statements": [one] * (MOST + 1)}, 422)


def test_statements_count_one_by_one_against_the_limit(stage: Stage, brand: Asking) -> None:
    hurried = Asking(stage.app(pace=Pace(items=3)), stage.key("maison", Scope.SIGN))
    statements = in_order(stage, brand, 4)
    found = hurried.ask("POST", "/v1/statements/bulk", json={"statements": statements})
    assert found.status_code == 429
    assert int(found.headers["Retry-After"]) > 0
    assert hurried.post("/v1/statements/bulk", {"statements": statements[:3]}, 202)["taken"] == 3


@pytest.mark.parametrize("scope", [Scope.READ, Scope.CHECK])
def test_a_key_that_may_not_sign_submits_nothing(stage: Stage, app: Flask, brand: Asking, scope: Scope) -> None:
    weak = Asking(app, stage.key("maison", scope))
    weak.post("/v1/statements/bulk", {"statements": [drafted(stage, "maison", brand)]}, 403)


def claim_of(anyone: Asking, item: dict[str, Any], owner: Person, code: str) -> dict[str, Any]:
    draft = anyone.post(path_of(item) + "/claims/draft", {"new_owner": owner.address})
    half = bytes.fromhex(draft["activation_half"][2:])
    card = Person(claim_private_key(code, half, int(draft["item"])))
    by_card, by_owner = draft["draft"]["signatures"]
    signatures = [card.sign(by_card), owner.sign(by_owner)]
    return {"kind": "Claim", "values": draft["draft"]["values"], "signatures": signatures}


def test_what_others_kept_while_the_rules_were_asked_is_seen(
    stage: Stage, brand: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules are asked before our turn to write; what was free then may be taken by our turn."""
    first, second, third = in_order(stage, brand, 3)
    rival_of_second = drafted(stage, "maison", brand, nonce=second["values"]["nonce"])
    answered = submit_many_module._early
    between: list[dict[str, Any]] = []

    def early(*given: Any) -> Any:
        found = answered(*given)
        if not between:
            between.append({})
            between[0] = brand.post("/v1/statements/bulk", {"statements": [first, rival_of_second]}, 202)
        return found

    monkeypatch.setattr(submit_many_module, "_early", early)
    found = brand.post("/v1/statements/bulk", {"statements": [first, second, third]}, 202)["results"]
    assert found[0]["id"] == between[0]["results"][0]["id"]
    assert found[1]["problem"]["type"] == "/problems/conflict"
    assert found[2]["problem"] is None


def test_a_code_that_was_tried_too_often_meanwhile_is_not_taken(
    stage: Stage, brand: Asking, anyone: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    [item] = registered(stage, brand, 1)
    claim = claim_of(anyone, item, Person.new(), item["code"])
    answered = submit_many_module._early

    def early(*given: Any) -> Any:
        found = answered(*given)
        with stage.ledger.store.write() as tx:
            tx.papers.set_tries(f"claim:{int(claim['values']['item']):064x}", TRIES, stage.ledger.now())
        return found

    monkeypatch.setattr(submit_many_module, "_early", early)
    [told] = brand.post("/v1/statements/bulk", {"statements": [claim]}, 202)["results"]
    assert told["problem"]["type"] == "/problems/too-many"
