"""Who asks, and the keys with which their programs ask."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from flask import Response
from pydantic import Field

from ledger.domain.errors import Forbidden
from ledger.domain.organisations import ApiKey, Scope
from ledger.services.organisations import issue_key, revoke_key
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Flag, IdPath, In, Line, Out, moment

bp = blueprint("organisation", "Your organisation, and the keys with which your programs ask.")


class ChainOut(Out):
    """The contract that signatures are for."""

    chain_id: int
    contract: str


class MeOut(Out):
    """The organisation behind this key, and what the key may do."""

    id: str
    slug: str
    name: str
    role: str
    domain: str
    party: int | None = Field(description="Its number in the ledger; null until the ledger has given it one.")
    address: str = Field(description="The address of its signing key.")
    keeps_key: bool = Field(description="Whether the operator keeps its signing key.")
    prefixes: list[str] = Field(description="Its GS1 company prefixes.")
    programme_start: str | None
    scopes: list[str]
    chain: ChainOut | None


class KeyOut(Out):
    """A key without its secret."""

    id: str
    label: str
    last4: str
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None
    sandbox: bool = Field(description="Whether it checks the sandbox's items alone.")


class KeyListOut(Out):
    """All keys, newest first."""

    items: list[KeyOut]


class NewKeyOut(KeyOut):
    """A new key. `secret` is shown this once: only its hash is kept."""

    secret: str


class NewKey(In):
    """A key for one of your programs; give each its own, with as little as it needs."""

    label: Annotated[Line, Field(max_length=120, examples=["label printer, Lyon"])]
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope), examples=[["read", "labels"]])
    sandbox: Flag = Field(False, description="A key to try with: it checks thirty invented items, and nothing else.")


@operation(bp, "GET", "/v1/me", answers={200: MeOut})
def me() -> Response:
    """Who this key belongs to"""
    asking = caller()
    found = asking.organisation
    with here().store.read() as tx:
        prefixes, deployed = tx.organisations.prefixes(found.id), tx.meta.get("deployment")
    chain = ChainOut(chain_id=deployed["chain_id"], contract=deployed["contract"]) if deployed else None
    return answer(
        MeOut(
            id=found.id,
            slug=found.slug,
            name=found.name,
            role=found.role.value,
            domain=found.domain,
            party=found.party,
            address=found.address,
            keeps_key=found.keeps_key,
            prefixes=prefixes,
            programme_start=found.programme_start,
            scopes=sorted(asking.scopes),
            chain=chain,
        )
    )


@operation(bp, "GET", "/v1/keys", answers={200: KeyListOut}, scope=Scope.KEYS)
def list_keys() -> Response:
    """Your keys"""
    with here().store.read() as tx:
        found = tx.organisations.api_keys(caller().organisation.id)
    return answer(KeyListOut(items=[KeyOut(**_shown(one)) for one in found]))


@operation(bp, "POST", "/v1/keys", answers={201: NewKeyOut}, scope=Scope.KEYS, once=True)
def make_key(body: NewKey) -> Response:
    """Make a key

    A key never gives more than the one that makes it has.
    """
    asking = caller()
    beyond = sorted(set(body.scopes) - asking.scopes)
    if beyond:
        raise Forbidden(f"A key cannot give what it does not have: {', '.join(beyond)}. Leave that out.")
    made, secret = issue_key(here(), asking.organisation.id, body.label, body.scopes, sandbox=body.sandbox)
    return answer(NewKeyOut(**_shown(made), secret=secret), 201, location="/v1/keys")


@operation(bp, "DELETE", "/v1/keys/<id>", answers={204: None}, scope=Scope.KEYS, refuses=(404,))
def end_key(path: IdPath) -> Response:
    """End a key, at once and for good"""
    revoke_key(here(), caller().organisation.id, path.id)
    return Response(status=204)


def _shown(key: ApiKey) -> dict[str, object]:
    return {
        "id": key.id,
        "label": key.label,
        "last4": key.last4,
        "scopes": sorted(key.scopes),
        "created_at": moment(key.created_at),
        "revoked_at": None if key.revoked_at is None else moment(key.revoked_at),
        "sandbox": key.sandbox,
    }
