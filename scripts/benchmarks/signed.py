"""Statements signed beforehand, as the programs of labs and shops hand them in: a client's own work is not measured."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.chain import signing
from ledger.domain.batches import Item
from ledger.domain.claim_codes import claim_private_key
from ledger.domain.inspections import Authenticity, InspectionFacts, Method
from ledger.domain.organisations import Organisation, Role
from ledger.domain.statements import Domain, Kind, make, struct_hash, to_json, type_name
from ledger.services import hand_out_cards, import_items
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import add_organisation
from ledger.services.read_batch import activation_half, batch_secret
from ledger.services.submit_many import Signed
from ledger.worker import run_jobs_once
from scripts.benchmarks.house import House, rows

IN_ONE: Final = 400
"""Statements in one request."""
_FACTS: Final = InspectionFacts(Authenticity.CONSISTENT, Method.IN_HAND).pack()


@dataclass(frozen=True, slots=True)
class Carded:
    """An item with the key that the code on its card makes."""

    item: Item
    claim_key: bytes


def carded(opened: House, count: int) -> list[Carded]:
    """A registered batch with its cards, as whoever sells the items has them."""
    ledger, brand = opened.ledger, opened.brand
    sent = import_items.upload(ledger, brand, "items.csv", rows(count))
    assert run_jobs_once(ledger)
    batch = import_items.confirm(ledger, brand, sent.id, on_sale_at_once=True)
    assert run_jobs_once(ledger)
    cards = io.BytesIO()
    hand_out_cards.write_cards(ledger, brand, batch.id, "csv", cards)
    batch = hand_out_cards.confirm_cards(ledger, brand, batch.id, hashlib.sha256(cards.getvalue()).hexdigest())
    opened.settle()
    codes = {
        row["serial"]: row["claim_code"] for row in csv.DictReader(io.StringIO(cards.getvalue().decode("utf-8-sig")))
    }
    secret = batch_secret(ledger, batch)
    with ledger.store.read() as tx:
        items = tx.batches.items_page(batch.id, -1, count)
    return [
        Carded(one, claim_private_key(codes[one.serial], activation_half(secret, one.item), one.item)) for one in items
    ]


def laboratory(opened: House) -> Organisation:
    """An authenticator that the brand has accredited."""
    add_organisation(opened.ledger, slug="lab", name="Lab", role=Role.AUTHENTICATOR, domain="lab.example", prefixes=[])
    opened.settle()
    with opened.ledger.store.read() as tx:
        lab = tx.organisations.get("lab")
    assert lab is not None
    sign_and_submit(opened.ledger, opened.brand, Kind.ACCREDIT, {"party": lab.party})
    opened.settle()
    return lab


class Pen:
    """Signs for one contract."""

    def __init__(self, opened: House) -> None:
        self._opened = opened
        with opened.ledger.store.read() as tx:
            self._domain: Domain = opened.ledger.domain(tx)

    def key_of(self, organisation: Organisation) -> bytes:
        """A key that the operator keeps, here in the hands of a program."""
        with self._opened.ledger.store.read() as tx:
            return self._opened.ledger.vault.open_key(tx.organisations.keystore(organisation.id) or {})

    def signed(self, lab: Organisation, items: Sequence[Item], count: int, first: int) -> list[Signed]:
        """That many inspections, item after item and round again, from the number `first` on."""
        key, brand, now = self.key_of(lab), self._opened.brand.organisation.party, self._opened.ledger.now()
        found = []
        for place in range(count):
            values = {
                "item": items[place % len(items)].item,
                "party": lab.party,
                "accreditor": brand,
                "kind": 1,
                "facts": _FACTS,
                "about": 0,
                "report": secrets.token_bytes(32),
                "date": now - 60,
                "nonce": first + place,
            }
            found.append(self._signed(Kind.RECORD, values, [key]))
        return found

    def inspections(self, lab: Organisation, items: Sequence[Item], count: int, first: int) -> list[dict[str, Any]]:
        """The same as they are submitted."""
        return [_submission(one) for one in self.signed(lab, items, count, first)]

    def claims(self, items: Sequence[Carded], owners: Sequence[bytes]) -> list[dict[str, Any]]:
        """Each item claimed by its owner."""
        return [
            _submission(
                self._signed(
                    Kind.CLAIM, {"item": one.item.item, "newOwner": signing.address_of(owner)}, [one.claim_key, owner]
                )
            )
            for one, owner in zip(items, owners, strict=True)
        ]

    def handovers(
        self, items: Sequence[Carded], owners: Sequence[bytes], buyers: Sequence[bytes]
    ) -> list[dict[str, Any]]:
        """Each item handed on, the owner's offer and the buyer's acceptance signed."""
        with self._opened.ledger.store.read() as tx:
            states = tx.chain.states([one.item.item for one in items])
        found = []
        for one, owner, buyer in zip(items, owners, buyers, strict=True):
            state, to = states[one.item.item], signing.address_of(buyer)
            offer = make(
                Kind.OFFER,
                {
                    "item": one.item.item,
                    "recipient": to,
                    "expiry": self._opened.ledger.now() + 86_400,
                    "sequence": state.sequence,
                    "ref": bytes(32),
                },
            )
            hash = struct_hash(Kind.OFFER, offer.values, signing.keccak)
            by_owner = signing.sign(owner, self._domain.digest(hash, signing.keccak))
            values = {"offer": hash, "newOwner": to, "head": state.head}
            found.append(_submission(self._signed(Kind.ACCEPT, values, [buyer], offer.values, [by_owner])))
        return found

    def _signed(
        self, kind: Kind, values: Any, keys: Sequence[bytes], offer: Any = None, before: Sequence[bytes] = ()
    ) -> Signed:
        statement = make(kind, values, offer)
        digest = self._domain.digest(struct_hash(kind, statement.values, signing.keccak), signing.keccak)
        return Signed(statement, (*before, *(signing.sign(key, digest) for key in keys)))


def _submission(one: Signed) -> dict[str, Any]:
    statement = one.statement
    told: dict[str, Any] = {
        "kind": type_name(statement.kind),
        "values": to_json(statement.values),
        "signatures": ["0x" + signature.hex() for signature in one.signatures],
    }
    return told if statement.offer is None else told | {"offer": to_json(statement.offer)}


def requests(statements: Sequence[dict[str, Any]]) -> list[bytes]:
    """The bodies of the requests that hand them in."""
    return [
        json.dumps({"statements": statements[at : at + IN_ONE]}).encode() for at in range(0, len(statements), IN_ONE)
    ]


def database(folder: Path) -> Path:
    """The file that a house keeps its tables in."""
    (file,) = folder.glob("*.db")
    return file
