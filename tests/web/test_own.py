"""Owners' pages without a browser: who sees what, what an errand does once, and what waits fourteen days."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient

from ledger.chain import signing
from ledger.domain.answers import answer_digest
from ledger.domain.claim_codes import claim_private_key
from ledger.domain.people import Passkey, Person
from ledger.services.errands import b64, unb64
from ledger.services.sessions import new_session
from tests.support import passkey as software
from tests.web.stage import GTIN, Stage, staged
from web.sealed_numbers import sealed


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("own")) as made:
        yield made


@dataclass
class Visitor:
    """A browser without a screen, and a passkey in software."""

    stage: Stage
    client: FlaskClient
    number: int

    def passkey(self, blind: bytes) -> software.Passkey:
        return software.passkey(self.number, blind)

    def token(self) -> str:
        page = self.client.get("/sign-in?again=1").get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found
        return found[1]

    def begin(self, path: str, **form: str) -> dict[str, Any]:
        """Post a form that leads to the signing page; the request it carries."""
        answer = self.client.post(path, data=form | {"csrf_token": self.token()})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        request: dict[str, Any] = json.loads(unb64(answer.headers["Location"].split("#r=")[1]))
        return request

    def hand_in(self, request: dict[str, Any], **answer: Any) -> Any:
        path = f"/signed/{request['errand']}"
        body = {"v": 1, "errand": request["errand"]} | answer
        return self.client.post(path, json=body, headers={"X-CSRFToken": self.token(), "Accept": "application/json"})


@pytest.fixture
def visitor(stage: Stage) -> Iterator[Visitor]:
    app = stage.app()
    with app.test_client() as client:
        yield Visitor(stage, client, 1001)


def known(stage: Stage, visitor: Visitor) -> Person:
    """Sign the visitor in as somebody with a passkey."""
    person = Person(stage.ledger.new_id("per"), 1)
    key = visitor.passkey(bytes(32))
    with stage.ledger.store.write() as tx:
        tx.people.add(person)
        made = Passkey(stage.ledger.new_id("pk"), person.id, b"credential-" + person.id.encode(),
                       key.public[:32], key.public[32:64], "Test", 1)  # fmt: skip
        tx.people.add_passkey(made)
        secret, _ = new_session(stage.ledger, tx, person.id)
    with visitor.client.session_transaction() as cookie:
        cookie["sid"] = secret
    return person


def claimed(stage: Stage, visitor: Visitor, person: Person) -> int:
    """An item that the visitor has claimed through the pages."""
    item, code = one_card(stage)
    request = visitor.begin(f"/items/{sealed(stage.ledger, item.item)}/claim")
    answer = claim_answer(stage, visitor, request, code)
    assert visitor.hand_in(request, **answer).status_code == 200
    stage.follow()
    return int(item.item)


def one_card(stage: Stage) -> tuple[Any, str]:
    import csv
    import io

    from ledger.services import hand_out_cards

    batch = stage.prepare([{"colour": "black", "private_note": stage.ledger.new_id("x")}])
    out = io.BytesIO()
    sha256 = hand_out_cards.write_cards(stage.ledger, stage.brand, batch.id, "csv", out)
    hand_out_cards.confirm_cards(stage.ledger, stage.brand, batch.id, sha256)
    stage.follow()
    [row] = csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig")))
    return stage.items(batch.id)[0], row["claim_code"]


def claim_answer(stage: Stage, visitor: Visitor, request: dict[str, Any], code: str) -> dict[str, Any]:
    """What the signing page answers to a claim by somebody who has a passkey."""
    from ledger.domain.statements import Kind, make, statement_hash

    key = visitor.passkey(b"\0" * 12 + stage.ledger.random(20))
    kind = Kind.CLAIM if request["act"] == "claim" else Kind.COMPLETE_RECOVERY
    statement = make(kind, request["messages"][0]["values"] | {"newOwner": key.address})
    with stage.ledger.store.read() as tx:
        digest = stage.ledger.domain(tx).digest(statement_hash(statement, signing.keccak), signing.keccak)
    half = bytes.fromhex(request["claim"]["half"][2:])
    item = int(request["messages"][0]["values"]["item"])
    by_claim_key = signing.sign(claim_private_key(code, half, item), digest)
    [known_key] = request["keys"]
    return {
        "values": {"newOwner": key.address},
        "signatures": ["0x" + by_claim_key.hex(), "0x" + key.sign(digest).hex()],
        "key": known_key | {"blind": "0x" + key.blind.hex(), "address": key.address},
    }


def test_a_claim_is_done_once_however_often_its_answer_comes(stage: Stage, visitor: Visitor) -> None:
    known(stage, visitor)
    item, code = one_card(stage)
    request = visitor.begin(f"/items/{sealed(stage.ledger, item.item)}/claim")
    answer = claim_answer(stage, visitor, request, code)
    first, again = visitor.hand_in(request, **answer), visitor.hand_in(request, **answer)
    assert first.json == again.json == {"to": f"/my/items/{item.item:064x}?new=1"}
    with stage.ledger.store.read() as tx:
        assert len([one for one in tx.outbox.of_item(item.item) if one.statement.kind == 2]) == 1
    assert visitor.client.get(f"/signed/{request['errand']}").status_code == 303


def test_an_answer_in_another_browser_finishes_nothing(stage: Stage, visitor: Visitor) -> None:
    """Somebody else's browser is made to carry a whole, rightly signed answer home."""
    known(stage, visitor)
    item, code = one_card(stage)
    request = visitor.begin(f"/items/{sealed(stage.ledger, item.item)}/claim")
    answer = claim_answer(stage, visitor, request, code)
    with stage.app().test_client() as client:
        other = Visitor(stage, client, 7)
        assert other.hand_in(request, **answer).status_code == 404
    with stage.ledger.store.read() as tx:
        assert not tx.outbox.of_item(item.item)


def test_an_answer_that_is_nonsense_keeps_the_errand_open_and_nothing_else(stage: Stage, visitor: Visitor) -> None:
    known(stage, visitor)
    item, code = one_card(stage)
    request = visitor.begin(f"/items/{sealed(stage.ledger, item.item)}/claim")
    right = claim_answer(stage, visitor, request, code)
    for wrong in (
        {},
        {"signatures": "0x"},
        right | {"signatures": right["signatures"][:1]},
        right | {"signatures": list(reversed(right["signatures"]))},
        right | {"key": {}},
        right | {"key": right["key"] | {"blind": "0x" + "00" * 32}},
        right | {"key": right["key"] | {"credential": b64(b"somebody else's")}},
        right | {"values": {"newOwner": "0x" + "11" * 20}},
        {"errand": "err_another1"} | right,
    ):
        refused = visitor.hand_in(request, **wrong)
        assert 400 <= refused.status_code < 500, wrong
        assert refused.json["detail"]
    with stage.ledger.store.read() as tx:
        assert not tx.outbox.of_item(item.item)
    assert visitor.hand_in(request, **right).status_code == 200


def test_nobody_else_sees_or_uses_an_owners_pages(stage: Stage, visitor: Visitor) -> None:
    item = claimed(stage, visitor, known(stage, visitor))
    with stage.app().test_client() as client:
        stranger = Visitor(stage, client, 2002)
        pages = ("", "/handover", "/report/lost", "/entrust", "/move", "/receipt.json", "/receipt.pdf")
        for page in pages:
            assert client.get(f"/my/items/{item:064x}{page}").status_code == 303, page
        known(stage, stranger)
        for page in pages:
            assert client.get(f"/my/items/{item:064x}{page}").status_code == 404, page
        forms = {
            "handover": {"days": "7"},
            "report/lost": {"when": "2026-11-01"},
            "cancel": {},
            "entrust": {"organisation": "bazar", "days": "7"},
            "note": {"note": "mine"},
            "move": {"passkey": "pk_1"},
        }
        for path, form in forms.items():
            answer = client.post(f"/my/items/{item:064x}/{path}", data=form | {"csrf_token": stranger.token()})
            assert answer.status_code in (403, 404), path
    assert visitor.client.get(f"/my/items/{item:064x}").status_code == 200


def test_no_form_of_somebody_signed_in_works_without_its_token(stage: Stage, visitor: Visitor) -> None:
    item = claimed(stage, visitor, known(stage, visitor))
    paths = [f"/my/items/{item:064x}/{one}" for one in ("cancel", "note", "handover", "entrust", "report/lost", "move")]
    for path in [*paths, "/my/leave", "/my/account/email", "/sign-out", "/join"]:
        assert visitor.client.post(path, data={"sure": "1", "email": "a@example.com"}).status_code == 400, path


def test_a_recovery_can_be_ended_with_the_new_card_only_after_its_notice(
    stage: Stage, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledger.services.replace_claim import replace_claim

    item = claimed(stage, visitor, known(stage, visitor))
    with stage.ledger.store.read() as tx:
        serial = tx.batches.item(item).serial
    replaced = replace_claim(stage.ledger, stage.brand, GTIN, serial, {"reason": "The phone was lost."})
    stage.follow()
    early = visitor.client.post(f"/items/{sealed(stage.ledger, item)}/recover", data={"csrf_token": visitor.token()})
    assert early.status_code == 409
    assert "still has time to answer" in early.get_data(as_text=True)
    page = visitor.client.get(f"/items/{sealed(stage.ledger, item)}/recover").get_data(as_text=True)
    assert "to object" in page
    stage.pass_days(15)
    request = visitor.begin(f"/items/{sealed(stage.ledger, item)}/recover")
    answer = claim_answer(stage, visitor, request, replaced.code)
    assert visitor.hand_in(request, **answer).status_code == 200
    stage.follow()
    with stage.ledger.store.read() as tx:
        state = tx.chain.state(item)
        assert state is not None
        assert state.holder == answer["values"]["newOwner"]


def test_a_replayed_proof_answers_no_second_question(stage: Stage, visitor: Visitor) -> None:
    """Replay: what the owner signed for one buyer's words is handed in for another's."""
    item = claimed(stage, visitor, known(stage, visitor))
    buyers = [stage.app().test_client() for _ in range(2)]
    asked = [buyer.post(f"/items/{sealed(stage.ledger, item)}/ask").headers["Location"] for buyer in buyers]
    links = [
        re.search(r'value="http://[^/]+(/prove/[^"]+)"', buyer.get(path).get_data(as_text=True))
        for buyer, path in zip(buyers, asked, strict=True)
    ]
    requests = [visitor.begin(found[1]) for found in links if found]
    [message] = requests[0]["messages"]
    [key] = requests[0]["keys"]
    own = visitor.passkey(bytes.fromhex(key["blind"][2:]))
    with stage.ledger.store.read() as tx:
        digest = answer_digest("Possession", message["values"], stage.ledger.domain(tx), signing.keccak)
    signature = "0x" + own.sign(digest).hex()
    assert visitor.hand_in(requests[0], signatures=[signature], key=key).status_code == 200
    refused = visitor.hand_in(requests[1], signatures=[signature], key=key)
    assert refused.status_code == 422
    assert "just confirmed" in buyers[0].get(asked[0]).get_data(as_text=True)
    assert "just confirmed" not in buyers[1].get(asked[1]).get_data(as_text=True)


def test_a_data_download_names_what_is_kept_and_leaving_takes_it_away(stage: Stage, visitor: Visitor) -> None:
    person = known(stage, visitor)
    item = claimed(stage, visitor, person)
    visitor.client.post(
        f"/my/items/{item:064x}/note",
        data={"note": "CANARY-NOTE", "bought_on": "2026-11-01", "csrf_token": visitor.token()},
    )
    data = visitor.client.get("/my/data.json").get_data(as_text=True)
    assert "CANARY-NOTE" in data
    assert f"{item:064x}" in data
    answer = visitor.client.post("/my/leave", data={"sure": "1", "csrf_token": visitor.token()})
    assert answer.status_code == 200
    with stage.ledger.store.read() as tx:
        assert tx.people.get(person.id) is None
        assert not tx.people.holdings(person.id)
        assert tx.chain.state(item).claimed
    assert visitor.client.get("/my").status_code == 303


def test_a_number_off_the_chain_opens_no_page_that_would_tell_a_serial(stage: Stage, visitor: Visitor) -> None:
    item = claimed(stage, visitor, known(stage, visitor))
    for part in ("show/record", "continue", "recover", "tell/found_it"):
        for address in (
            f"{item:064x}",
            f"{item:064x}-{'0' * 16}",
            sealed(stage.ledger, item + 1)[:64] + "-" + "f" * 16,
        ):
            assert visitor.client.get(f"/items/{address}/{part}").status_code == 404
    with stage.ledger.store.read() as tx:
        statement = tx.chain.item_events_named(item, ("Claimed",))[-1].statement
    assert statement is not None
    assert visitor.client.get(f"/receipts/of/{statement.hex()}.json").status_code == 404
    named = int.from_bytes(statement, "big")
    assert visitor.client.get(f"/receipts/of/{sealed(stage.ledger, named)}.json").status_code == 200
