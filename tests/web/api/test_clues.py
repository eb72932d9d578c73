"""Clues through the API: sent by anybody, read by their sender and their brand, answered by the brand alone."""

from __future__ import annotations

import json

from tests.web.api.asking import Asking, registered
from tests.web.stage import Stage


def test_anybody_asks_and_reads_the_answer_by_its_id(
    stage: Stage, anyone: Asking, brand: Asking, rival: Asking, platform: Asking
) -> None:
    (item,) = registered(stage, brand)
    body = {"code": f"(01){item['gtin']}(21){item['serial']}", "text": "Is this yours?", "where": "https://a.example/1"}
    sent = anyone.post("/v1/clues", body, 201)
    assert sent["answer"] is None
    (shown,) = [one for one in brand.get("/v1/clues?open=true")["items"] if one["id"] == sent["id"]]
    assert (shown["text"], shown["from_card"]) == ("Is this yours?", False)
    assert sent["id"] not in json.dumps(rival.get("/v1/clues"))
    platform.get("/v1/clues", 403)
    rival.post(f"/v1/clues/{sent['id']}/answer", {"answer": "fake"}, 404)
    platform.post(f"/v1/clues/{sent['id']}/answer", {"answer": "fake"}, 403)
    brand.post(f"/v1/clues/{sent['id']}/answer", {"answer": "genuine"})
    brand.post(f"/v1/clues/{sent['id']}/answer", {"answer": "genuine"}, 409)
    assert anyone.get(f"/v1/clues/{sent['id']}")["answer"] == "genuine"
    brand.post(f"/v1/clues/{sent['id']}/answer", {"answer": "fake"})
    with stage.ledger.store.read() as tx:
        log = [(one.kind, json.loads(one.body)) for one in tx.desk_log.entries(0, 1_000, subject=sent["id"])]
    assert [kind for kind, _ in log] == ["clue.received", "clue.answered", "clue.answered"]
    assert [body.get("first") for _, body in log] == [None, True, False]
    assert "yours" not in json.dumps(log)


def test_a_code_of_a_model_reaches_the_brand_that_holds_its_prefix(anyone: Asking, brand: Asking) -> None:
    sent = anyone.post("/v1/clues", {"code": "(01)09521234543213(21)NEVERMADE", "text": "Found this"}, 201)
    (shown,) = [one for one in brand.get("/v1/clues")["items"] if one["id"] == sent["id"]]
    assert shown["item"] is None


def test_a_code_of_nobody_here_is_refused(anyone: Asking) -> None:
    anyone.post("/v1/clues", {"code": "(01)04006381333931(21)X1", "text": "Found this"}, 422)
    anyone.post("/v1/clues", {"code": "nonsense!", "text": "Found this"}, 422)


def test_the_same_key_sends_a_clue_once(anyone: Asking, brand: Asking) -> None:
    body = {"code": "(01)09521234543213(21)NEVERMADE", "text": "Only once"}
    ids = {anyone.post("/v1/clues", body, 201, headers={"Idempotency-Key": '"clue-once-1"'})["id"] for _ in range(2)}
    assert len(ids) == 1
