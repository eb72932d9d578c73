"""An item that its brand listed twice, put in use from the later batch: anyone can show it, and it stops."""

from __future__ import annotations

from typing import Any

from ledger.chain import signing
from ledger.domain.identity import check_gtin, path, path_hash
from ledger.domain.merkle import leaf
from ledger.domain.openings import Opening
from ledger.domain.statements import Kind, call_data, make, statement_hash
from ledger.services.kept_keys import sign_and_submit
from ledger.services.send_terms import RELAYER, sender
from tests.web.api.asking import Asking, Person, path_of, registered
from tests.web.stage import Stage


def test_an_item_in_use_from_a_later_batch_is_contested_and_stops(stage: Stage, brand: Asking, anyone: Asking) -> None:
    [item] = registered(stage, brand, 1)
    _claim_from_a_later_batch(stage, item)
    sent = anyone.post(path_of(item) + "/contest", status=202)
    assert anyone.post(path_of(item) + "/contest", status=202)["id"] == sent["id"]
    stage.follow()
    assert anyone.get(f"/v1/statements/{sent['id']}")["state"] == "final"
    assert anyone.get(path_of(item))["verdict"] == "disputed"
    assert anyone.get(path_of(item) + "/timeline")["items"][-1]["event"] == "Contested"
    offer = {"recipient": Person.new().address}
    assert anyone.post(path_of(item) + "/offers/draft", offer, 409)["type"] == "/problems/conflict"


def _claim_from_a_later_batch(stage: Stage, item: dict[str, Any]) -> None:
    """What a dishonest brand could do past this program: the same item in a second batch, with a card of its own."""
    ledger, node = stage.ledger, stage.loop.side.node
    card, owner = Person.new(), Person.new()
    hashed, record = path_hash(path(check_gtin(item["gtin"]), item["serial"]), signing.keccak), bytes(31) + b"\1"
    root = leaf(hashed, record, bytes.fromhex(card.address[2:]), signing.keccak)
    given = {"root": root, "count": 1, "manifestHash": bytes(31) + b"\2"}
    registration = sign_and_submit(ledger, stage.brand, Kind.REGISTER_BATCH, given).statement
    stage.follow()
    number = int(registration.values["batch"])
    with ledger.store.read() as tx:
        [event] = [one for one in tx.chain.batch_events(number) if one.name == "BatchRegistered"]
        relayer, domain = sender(ledger, tx, RELAYER), ledger.domain(tx)
        nonce = node.nonce(relayer.address, None)
    opening = Opening(
        batch=number,
        root=root,
        count=1,
        manifest_hash=given["manifestHash"],  # type: ignore[arg-type]
        signer=event.args["signer"],
        time=event.time,
        path_hash=hashed,
        record_hash=record,
        claim_address=card.address,
        proof=[],
    )
    claim = make(Kind.CLAIM, {"item": item["item"], "newOwner": owner.address})
    digest = domain.digest(statement_hash(claim, signing.keccak), signing.keccak)
    signatures = [signing.sign(one.key, digest) for one in (card, owner)]
    data = node.bundle_data([(int(Kind.CLAIM), call_data(claim), ledger.encode_opening(opening), signatures)])
    _, raw = node.sign_transaction(relayer.key, nonce=nonce, data=data, gas=2_000_000, fee=node.fee())
    assert node.send([raw]) == [True]
    stage.follow()
