"""What the tests of credentials do again and again."""

from __future__ import annotations

import base64
from typing import Any

from ledger.chain import signing
from ledger.domain.inspections import Authenticity, InspectionFacts, Method
from ledger.domain.statements import Kind, OwnerReportKind
from ledger.services import record_inspection as ri
from ledger.services.credential_keys import find_issuer
from ledger.services.credential_status import settle_credentials
from ledger.services.draft_statement import draft_statement
from ledger.services.submit_statement import submit_statement
from tests.web.api.asking import Asking, Person, path_of, registered
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


def scopes_of() -> list[Any]:
    from ledger.domain.organisations import Scope

    return list(Scope)


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
