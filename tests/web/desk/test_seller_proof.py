"""A seller's proof from end to end: the platform asks, the owner signs with a passkey, the check says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from ledger.chain import signing
from ledger.domain.answers import answer_digest
from ledger.services.errands import unb64
from tests.web.api.asking import Asking
from tests.web.stage import Stage, staged
from tests.web.test_own import Visitor, claimed, known
from web.sealed_numbers import sealed


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("proof")) as made:
        yield made


@pytest.fixture(scope="module")
def owner(stage: Stage) -> Iterator[tuple[Visitor, dict[str, str]]]:
    """Somebody signed in who has claimed an item, and what names it."""
    with stage.app().test_client() as client:
        visitor = Visitor(stage, client, 1002)
        number = claimed(stage, visitor, known(stage, visitor))
        with stage.ledger.store.read() as tx:
            item = tx.batches.item(number)
        assert item is not None
        yield visitor, {"gtin": item.gtin, "serial": item.serial}


@pytest.fixture(scope="module")
def platform(stage: Stage, owner: tuple[Visitor, dict[str, str]]) -> Asking:
    return Asking(stage.apps[0], stage.key("bazar"))


def sign(stage: Stage, owner: Visitor, path: str) -> None:
    """What the signing page does with the owner's passkey."""
    request = owner.begin(path)
    [message] = request["messages"]
    [key] = request["keys"]
    own = owner.passkey(bytes.fromhex(key["blind"][2:]))
    with stage.ledger.store.read() as tx:
        digest = answer_digest("Possession", message["values"], stage.ledger.domain(tx), signing.keccak)
    answered = owner.hand_in(request, signatures=["0x" + own.sign(digest).hex()], key=key)
    assert answered.status_code == 200


def told(who: Asking, item: dict[str, str], seller: str, proof: str | None = None) -> dict[str, Any]:
    asked = {**item, "seller": {"ref": seller, "proof": proof}}
    [found] = who.post("/v1/checks", {"items": [asked]})["results"]
    return dict(found)


def test_an_owner_who_signed_the_platforms_words_is_its_confirmed_seller(
    stage: Stage, owner: tuple[Visitor, dict[str, str]], platform: Asking
) -> None:
    visitor, item = owner
    assert told(platform, item, "s-77")["flags"] == ["owner_not_seller"]
    proof = platform.post("/v1/proofs", {**item, "seller": "s-77"}, 201)
    path = proof["link"].removeprefix(stage.ledger.public_url)
    request: dict[str, Any] = json.loads(
        unb64(visitor.client.post(path, data={"csrf_token": visitor.token()}).headers["Location"].split("#r=")[1])
    )
    assert request["messages"][0]["values"]["words"] == proof["words"]
    assert proof["words"].endswith("· Bazar"), "what is signed names the platform"
    sign(stage, visitor, path)
    found = told(platform, item, "s-77", proof["id"])
    assert (found["verdict"], found["advice"], found["flags"]) == ("owner_confirmed", "ok", [])
    assert told(platform, item, "s-78", proof["id"])["flags"] == ["owner_not_seller"]


def test_what_a_buyer_was_answered_is_no_sellers_proof(
    stage: Stage, owner: tuple[Visitor, dict[str, str]], platform: Asking
) -> None:
    """Relay: somebody asks the owner as a buyer, and shows the platform the answer as their own."""
    visitor, item = owner
    with stage.ledger.store.read() as tx:
        number = tx.batches.find(item["gtin"], item["serial"])[0].item
    relaying: FlaskClient = stage.app().test_client()
    asked = relaying.post(f"/items/{sealed(stage.ledger, number)}/ask").headers["Location"]
    link = re.search(r'value="http://[^/]+(/prove/[^"]+)"', relaying.get(asked).get_data(as_text=True))
    assert link
    sign(stage, visitor, link[1])
    assert "just confirmed" in relaying.get(asked).get_data(as_text=True)
    stolen_proof = asked.rsplit("/", 1)[-1]
    found = told(platform, item, "s-thief", stolen_proof)
    assert (found["verdict"], found["flags"]) == ("held", ["owner_not_seller"])
