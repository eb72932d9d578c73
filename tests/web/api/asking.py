"""Asking the API as somebody, signing what it drafts, and the way of an item from a file to its owner."""

from __future__ import annotations

import csv
import hashlib
import io
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from ledger.chain import signing
from ledger.domain.claim_codes import claim_private_key
from tests.web.stage import Stage, sheet


class Asking:
    """One caller of the API; without a secret, anyone."""

    def __init__(self, app: Flask, secret: str | None) -> None:
        self.app = app
        self.secret = secret

    def ask(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = dict(more.pop("headers", {}))
        if self.secret is not None:
            headers["Authorization"] = f"Bearer {self.secret}"
        return self.app.test_client().open(path, method=method, headers=headers, buffered=True, **more)

    def get(self, path: str, status: int = 200, **more: Any) -> Any:
        """The JSON of an answer that has to have this status."""
        return self._json(self.ask("GET", path, **more), status)

    def post(self, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        sent = {"json": body} if body is not None else {}
        return self._json(self.ask("POST", path, **sent, **more), status)

    def _json(self, response: TestResponse, status: int) -> Any:
        assert response.status_code == status, response.get_data(as_text=True)
        return response.get_json(force=True)


@dataclass(slots=True)
class Person:
    """A key, as an owner has it."""

    key: bytes

    @classmethod
    def new(cls) -> Person:
        return cls(secrets.token_bytes(32))

    @property
    def address(self) -> str:
        return signing.address_of(self.key)

    def sign(self, needed: dict[str, Any]) -> str:
        """Sign what a draft asks for, as hexadecimal text."""
        return "0x" + signing.sign(self.key, bytes.fromhex(needed["digest"][2:])).hex()


def path_of(item: dict[str, Any]) -> str:
    return f"/v1/items/{item['gtin']}/{item['serial']}"


def made(stage: Stage, brand: Asking, count: int = 3, *, on_sale: bool = True, **fields: str) -> dict[str, Any]:
    """A batch made ready from rows that nobody has sent before."""
    rows = [{"private_note": secrets.token_hex(8), **fields} for _ in range(count)]
    sent = brand.post("/v1/imports?filename=a.csv", status=201, data=sheet(rows), content_type="text/csv")
    stage.jobs()
    batch = brand.post(f"/v1/imports/{sent['id']}/confirm", {"on_sale_at_once": on_sale}, 201)
    stage.jobs()
    return batch


def with_codes(stage: Stage, brand: Asking, batch: dict[str, Any]) -> list[dict[str, Any]]:
    """Its items, each with the code on its card; the cards are confirmed, so the batch is registered."""
    cards = brand.ask("POST", f"/v1/batches/{batch['id']}/cards?format=csv")
    assert cards.status_code == 200
    sha256 = hashlib.sha256(cards.data).hexdigest()
    brand.post(f"/v1/batches/{batch['id']}/cards/confirm", {"sha256": sha256})
    codes = {row["serial"]: row["claim_code"] for row in csv.DictReader(io.StringIO(cards.data.decode("utf-8-sig")))}
    items = brand.get(f"/v1/batches/{batch['id']}/items?limit=1000")["items"]
    return [item | {"code": codes[item["serial"]]} for item in items]


def registered(stage: Stage, brand: Asking, count: int = 1, **more: Any) -> list[dict[str, Any]]:
    """Items on the chain, final, each with its code."""
    items = with_codes(stage, brand, made(stage, brand, count, **more))
    stage.follow()
    return items


def claimed(stage: Stage, anyone: Asking, item: dict[str, Any], code: str | None = None) -> Person:
    """Claim an item with its card, wait until that is final, and return its owner."""
    owner = Person.new()
    claim(anyone, item, owner, code)
    stage.follow()
    return owner


def claim(anyone: Asking, item: dict[str, Any], owner: Person, code: str | None = None, status: int = 202) -> Any:
    draft = anyone.post(path_of(item) + "/claims/draft", {"new_owner": owner.address})
    half = bytes.fromhex(draft["activation_half"][2:])
    card = Person(claim_private_key(code or item["code"], half, int(draft["item"])))
    by_card, by_owner = draft["draft"]["signatures"]
    signatures = [card.sign(by_card), owner.sign(by_owner)]
    return anyone.post(path_of(item) + "/claims", {"new_owner": owner.address, "signatures": signatures}, status)


def speak(anyone: Asking, draft: dict[str, Any], *signers: Person, status: int = 202) -> Any:
    """Sign a draft, part by part, and submit it."""
    signatures = [one.sign(needed) for one, needed in zip(signers, draft["signatures"], strict=True)]
    body = {"kind": draft["kind"], "values": draft["values"], "offer": draft["offer"], "signatures": signatures}
    return anyone.post("/v1/statements", body, status)
