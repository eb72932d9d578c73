"""A request that is sent twice takes effect once, and is answered twice alike."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask

from ledger.domain.errors import Unavailable
from tests.web.api.asking import Asking, made, path_of, registered
from tests.web.stage import Stage
from web.api import organisations

KEY = {"label": "till", "scopes": ["read"]}


def under(key: str) -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": f'"{key}"'}}


def test_the_first_answer_is_given_again(brand: Asking) -> None:
    first = brand.ask("POST", "/v1/keys", json=KEY, **under("again"))
    second = brand.ask("POST", "/v1/keys", json=KEY, **under("again"))
    assert (first.status_code, first.data) == (second.status_code, second.data) == (201, first.data)
    assert first.headers["Location"] == second.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    labels = [one["id"] for one in brand.get("/v1/keys")["items"]]
    assert labels.count(first.get_json()["id"]) == 1


def test_the_same_key_for_something_else_is_refused(brand: Asking) -> None:
    brand.post("/v1/keys", KEY, 201, **under("one use"))
    refused = brand.post("/v1/keys", KEY | {"label": "other"}, 422, **under("one use"))
    assert refused["type"] == "/problems/idempotency-key-reused"
    assert brand.post("/v1/anchors", {"sha256": "ab" * 32}, 422, **under("one use"))["type"] == refused["type"]


@pytest.mark.parametrize(
    "header", ["two words", "", '""', "x" * 256, '"' + "x" * 256 + '"', '"ä"', '"open', "?1", '"a";b']
)
def test_a_malformed_key_is_refused(brand: Asking, header: str) -> None:
    refused = brand.post("/v1/keys", KEY, 400, headers={"Idempotency-Key": header.encode().decode("latin-1")})
    assert refused["type"] == "/problems/bad-idempotency-key"


def test_a_key_is_the_same_without_its_quotes(brand: Asking) -> None:
    first, second = (
        brand.ask("POST", "/v1/keys", json=KEY, headers={"Idempotency-Key": header})
        for header in ("8e03978e-40d5", '"8e03978e-40d5"')
    )
    assert (first.status_code, first.data) == (second.status_code, second.data) == (201, first.data)
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_key_belongs_to_its_organisation(brand: Asking, rival: Asking) -> None:
    ours = brand.post("/v1/keys", KEY, 201, **under("shared name"))
    theirs = rival.post("/v1/keys", KEY, 201, **under("shared name"))
    assert ours["id"] != theirs["id"]


def test_fifty_at_once_have_one_effect(stage: Stage, brand: Asking) -> None:
    batch = made(stage, brand, 1)
    before = len(brand.get("/v1/keys")["items"])
    answers: list[tuple[int, bytes]] = []

    def send() -> None:
        response = brand.ask("POST", "/v1/keys", json=KEY | {"label": batch["id"]}, **under("fifty"))
        answers.append((response.status_code, response.data))

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = {status for status, _ in answers}
    assert statuses <= {201, 409}
    assert len({body for status, body in answers if status == 201}) == 1
    assert len(brand.get("/v1/keys")["items"]) == before + 1
    assert brand.ask("POST", "/v1/keys", json=KEY | {"label": batch["id"]}, **under("fifty")).status_code == 201


def test_a_secret_in_a_kept_answer_is_sealed(stage: Stage, brand: Asking) -> None:
    [item] = registered(stage, brand, 1)
    first = brand.post(path_of(item) + "/replace-code", {}, 202, **under("secret"))
    assert brand.post(path_of(item) + "/replace-code", {}, 202, **under("secret")) == first
    with stage.ledger.store.read() as tx:
        kept = tx.papers.remembered(brand.get("/v1/me")["id"], "secret")
    assert kept is not None
    assert kept.body is not None
    assert first["claim_code"] not in bytes.fromhex(kept.body).decode("latin-1")


def test_a_refusal_is_kept_and_one_that_may_pass_is_not(stage: Stage, brand: Asking) -> None:
    wrong = {"fields": {"colour": "noir"}}
    [item] = registered(stage, brand, 1)
    brand.post(path_of(item) + "/amendments", wrong, 422, **under("wrong"))
    again = brand.ask("POST", path_of(item) + "/amendments", json=wrong, **under("wrong"))
    assert again.headers["Idempotency-Replayed"] == "true"
    batch = made(stage, brand, 1)
    mark = {"mark": "recall"}
    brand.post(f"/v1/batches/{batch['id']}/marks", mark, 409, **under("early"))
    later = brand.ask("POST", f"/v1/batches/{batch['id']}/marks", json=mark, **under("early"))
    assert later.status_code == 409
    assert "Idempotency-Replayed" not in later.headers


def test_what_broke_on_our_side_is_not_done_a_second_time(
    app: Flask, brand: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def breaks(*_: Any, **_more: Any) -> Any:
        tries.append(1)
        raise ZeroDivisionError

    monkeypatch.setattr(organisations, "issue_key", breaks)
    for _ in range(2):
        assert brand.post("/v1/keys", KEY, 500, **under("broken"))["type"] == "/problems/our-fault"
    assert len(tries) == 1


def test_an_outage_frees_the_key(brand: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **_more: Any) -> Any:
        raise Unavailable("The database does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(organisations, "issue_key", away)
        brand.post("/v1/keys", KEY, 503, **under("outage"))
    assert brand.post("/v1/keys", KEY, 201, **under("outage"))["secret"].startswith("tm_")


def test_a_request_cut_short_is_never_begun_again(stage: Stage, brand: Asking) -> None:
    owner = brand.get("/v1/me")["id"]
    brand.post("/v1/keys", KEY, 201, **under("cut short"))
    with stage.ledger.store.write() as tx:
        kept = tx.papers.remembered(owner, "cut short")
        assert kept is not None
        tx.papers.forget(owner, "cut short")
        tx.papers.remember(owner, "cut short", kept.fingerprint, stage.ledger.now())
    assert brand.post("/v1/keys", KEY, 409, **under("cut short"))["type"] == "/problems/conflict"


def test_a_key_is_free_again_after_a_day(stage: Stage, brand: Asking) -> None:
    owner = brand.get("/v1/me")["id"]
    first = brand.post("/v1/keys", KEY, 201, **under("yesterday"))
    with stage.ledger.store.write() as tx:
        kept = tx.papers.remembered(owner, "yesterday")
        assert kept is not None
        tx.papers.forget(owner, "yesterday")
        tx.papers.remember(owner, "yesterday", kept.fingerprint, stage.ledger.now() - 86_401)
    assert brand.post("/v1/keys", KEY, 201, **under("yesterday"))["id"] != first["id"]
