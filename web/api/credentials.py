"""Verifiable credentials of items, for wallets, customs and shops; and the keys that they are signed with."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final, Literal

from flask import Response, request
from pydantic import Field

from ledger.domain.credentials import CredentialKey, CredentialKind, enveloped
from ledger.domain.organisations import Scope
from ledger.services.credential_issue import Issued, inspections_of, issue
from ledger.services.credential_keys import change_key, own_keys
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.shapes import Bytes32, Flag, In, ItemPath, Out, maybe_moment, moment
from web.scan_json import api_path

bp = blueprint(
    "credentials",
    "What the record says, as W3C Verifiable Credentials 2.0: signed, and readable by programs of others.",
)

_JWT: Final = "application/vc+jwt"
_OBJECT: Final = {"schema": {"type": "object"}}
_SIGNED: Final[dict[str, Any]] = {
    "description": "The credential: signed (vc+jwt), as it reads, or signed and wrapped as a JSON object.",
    "content": {
        _JWT: {"schema": {"type": "string"}},
        "application/vc": _OBJECT,
        "application/json": _OBJECT,
    },
}


class FormQuery(In):
    """In which form the credential is wanted."""

    format: Literal["jwt", "json", "enveloped"] | None = Field(
        None,
        description="jwt (signed; what is sent without asking), json (what it says, unsigned), enveloped (signed, "
        "in a JSON object). Without it the Accept header decides.",
    )


class InspectionPath(ItemPath):
    """One inspection of an item, by the hash of its statement on the chain."""

    statement: Bytes32


class InspectionLink(Out):
    """An inspection that a credential can be had for."""

    statement: str
    by: str
    on: str
    href: str


class CredentialsOut(Out):
    """Where the credentials of an item are."""

    passport: str
    untp: str = Field(description="The Digital Product Passport of the UN Transparency Protocol.")
    receipt: str
    inspections: list[InspectionLink]


class CredentialKeyOut(Out):
    """A key that credentials are signed with; its private half never leaves the ledger's vault."""

    kid: str
    public: dict[str, str]
    created_at: datetime
    retired_at: datetime | None
    stolen_at: datetime | None


class CredentialKeysOut(Out):
    """All of them, the newest first."""

    items: list[CredentialKeyOut]


class KeyChange(In):
    """Why there is to be a new key."""

    stolen: Flag = Field(False, description="Whether somebody else may have the old one: all that it signed then ends.")


@operation(bp, "GET", "/v1/items/<gtin>/<path:serial>/credentials", answers={200: CredentialsOut}, anyone=True,
           refuses=(404, 409))  # fmt: skip
def get_credentials(path: ItemPath) -> Response:
    """Which credentials there are of an item"""
    ledger = here()
    found = inspections_of(ledger, path.gtin, path.serial)
    base = f"{ledger.public_url}{api_path(path.gtin, path.serial)}/credentials"
    links = [
        InspectionLink(statement=one.statement, by=one.by, on=one.on, href=f"{base}/inspections/{one.statement}")
        for one in found
    ]
    return answer(
        CredentialsOut(passport=f"{base}/passport", untp=f"{base}/untp", receipt=f"{base}/receipt", inspections=links)
    )


@operation(bp, "GET", "/v1/items/<gtin>/<path:serial>/credentials/passport", answers={200: _SIGNED}, anyone=True,
           refuses=(404, 409))  # fmt: skip
def get_passport_credential(path: ItemPath, query: FormQuery) -> Response:
    """The brand's passport of an item

    It ends with the next owner or the next description, and is suspended while the record warns of the item.
    """
    return _in_form(issue(here(), path.gtin, path.serial, CredentialKind.PASSPORT), query)


@operation(bp, "GET", "/v1/items/<gtin>/<path:serial>/credentials/untp", answers={200: _SIGNED}, anyone=True,
           refuses=(404, 409))  # fmt: skip
def get_untp_passport(path: ItemPath, query: FormQuery) -> Response:
    """The Digital Product Passport of the UN Transparency Protocol, 0.7.0

    Needs a record that says where the item was made.
    """
    return _in_form(issue(here(), path.gtin, path.serial, CredentialKind.UNTP), query)


@operation(bp, "GET", "/v1/items/<gtin>/<path:serial>/credentials/receipt", answers={200: _SIGNED}, anyone=True)
def get_receipt_credential(path: ItemPath, query: FormQuery) -> Response:
    """What the ledger says of a code now, signed, for a day"""
    return _in_form(issue(here(), path.gtin, path.serial, CredentialKind.RECEIPT), query, kept=False)


@operation(bp, "GET", "/v1/items/<gtin>/<path:serial>/credentials/inspections/<statement>", answers={200: _SIGNED},
           anyone=True, refuses=(404, 409))  # fmt: skip
def get_inspection_credential(path: InspectionPath, query: FormQuery) -> Response:
    """One inspection of an item

    It is revoked once its inspector has withdrawn or corrected it.
    """
    statement = bytes.fromhex(path.statement[2:])
    return _in_form(issue(here(), path.gtin, path.serial, CredentialKind.INSPECTION, statement), query)


@operation(bp, "GET", "/v1/credential-keys", answers={200: CredentialKeysOut}, scope=Scope.KEYS)
def list_credential_keys() -> Response:
    """The keys that sign your credentials"""
    return answer(CredentialKeysOut(items=[_key(one) for one in own_keys(here(), caller())]))


@operation(bp, "POST", "/v1/credential-keys", answers={201: CredentialKeyOut}, scope=Scope.KEYS, once=True)
def change_credential_key(body: KeyChange) -> Response:
    """Sign your credentials with a new key

    Earlier credentials stay good, unless the old key was stolen.
    """
    return answer(_key(change_key(here(), caller(), stolen=body.stolen)), 201)


def _in_form(found: Issued, query: FormQuery, *, kept: bool = True) -> Response:
    wanted = query.format or _accepted()
    if wanted == "jwt":
        response = Response(found.token, mimetype=_JWT)
    elif wanted == "enveloped":
        response = Response(json.dumps(enveloped(found.token)), mimetype="application/vc")
    else:
        response = Response(json.dumps(found.body, ensure_ascii=False, indent=1), mimetype="application/json")
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-cache" if kept else "no-store"
    if kept:
        response.add_etag()
        response.make_conditional(request)
    return response


def _accepted() -> str:
    best = request.accept_mimetypes.best_match([_JWT, "application/vc", "application/json"], _JWT)
    return {"application/vc": "enveloped", "application/json": "json"}.get(best, "jwt")


def _key(one: CredentialKey) -> CredentialKeyOut:
    return CredentialKeyOut(
        kid=one.kid,
        public=dict(one.public),
        created_at=moment(one.created_at),
        retired_at=maybe_moment(one.retired_at),
        stolen_at=maybe_moment(one.stolen_at),
    )
