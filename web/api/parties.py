"""Who may speak: accreditations, signing keys, and hashes that an organisation has dated."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from pydantic import Field

from ledger.domain.errors import Invalid
from ledger.domain.organisations import Role, Scope
from ledger.domain.statements import Kind
from ledger.services.draft_statement import draft_statement
from ledger.services.kept_keys import sign_and_submit
from ledger.services.organisations import numbered
from web.api.operation import answer, blueprint, caller, here, operation
from web.api.records import SIGNED
from web.api.shapes import Address, Bytes32, DraftOnly, In, Moment, Sha256, draft_out, taken

bp = blueprint("parties", "Who may speak in the ledger: accreditations, signing keys, and dated hashes.")

_Slug = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[A-Za-z0-9_-]+$")]


class Accreditation(In):
    """Whom you let speak of your items (the council: of everyone's)."""

    organisation: _Slug | None = Field(None, description="Its short name.", examples=["luxcheck"])
    party: int | None = Field(None, ge=1, lt=2**24, description="Or its number in the ledger.")
    draft: DraftOnly = False


class SigningKey(In):
    """A signing key of your organisation's."""

    address: Address
    draft: DraftOnly = False


class CompromisedKey(SigningKey):
    """A key that others may have had: what it signed from then on does not count."""

    since: Moment = Field(description="The time from which its statements do not count, with its offset.")
    party: int | None = Field(None, ge=0, lt=2**24, description="For the council: whose key it is.")


class Anchor(In):
    """Something to be dated: a design's files, a list, a report. Only its hash goes into the ledger."""

    hash: Bytes32 | None = None
    sha256: Sha256 | None = Field(None, description="The same as plain hexadecimal.")
    draft: DraftOnly = False


@operation(bp, "POST", "/v1/accreditations", answers=SIGNED, scope=Scope.SIGN, once=True, refuses=(404, 409))
def accredit(body: Accreditation) -> Response:
    """Accredit an authenticator or a repairer"""
    return _say(Kind.ACCREDIT, {"party": _whom(body)}, draft=body.draft)


@operation(bp, "POST", "/v1/accreditations/end", answers=SIGNED, scope=Scope.SIGN, once=True, refuses=(404, 409))
def end_accreditation(body: Accreditation) -> Response:
    """End an accreditation; what was recorded under it stays"""
    return _say(Kind.END_ACCREDITATION, {"party": _whom(body)}, draft=body.draft)


@operation(bp, "POST", "/v1/signing-keys", answers=SIGNED, scope=Scope.SIGN, once=True, refuses=(404, 409))
def add_signing_key(body: SigningKey) -> Response:
    """Add a signing key"""
    return _say(Kind.ADD_KEY, {"key": body.address}, draft=body.draft)


@operation(bp, "POST", "/v1/signing-keys/retire", answers=SIGNED, scope=Scope.SIGN, once=True, refuses=(404, 409))
def retire_signing_key(body: SigningKey) -> Response:
    """Retire a signing key; what it signed stays"""
    return _say(Kind.RETIRE_KEY, {"key": body.address}, draft=body.draft)


@operation(bp, "POST", "/v1/signing-keys/compromised", answers=SIGNED, scope=Scope.SIGN, once=True, refuses=(404, 409))
def disown_signing_key(body: CompromisedKey) -> Response:
    """Say since when a key is not to be believed"""
    party = _own_party() if body.party is None else body.party
    since = int(body.since.timestamp())
    if not 0 <= since < 1 << 40:
        raise Invalid("“since” is a time between 1970 and the far future.")
    return _say(Kind.COMPROMISED, {"party": party, "key": body.address, "since": since}, draft=body.draft)


@operation(bp, "POST", "/v1/anchors", answers=SIGNED, scope=Scope.SIGN, once=True, refuses=(409,))
def anchor(body: Anchor) -> Response:
    """Date a hash: show later that you had what it stands for"""
    if (body.hash is None) == (body.sha256 is None):
        raise Invalid("Give one of “hash” and “sha256”.")
    return _say(Kind.ANCHOR, {"hash": body.hash or f"0x{body.sha256}"}, draft=body.draft)


def _say(kind: Kind, given: dict[str, Any], *, draft: bool) -> Response:
    ledger, asking = here(), caller()
    if kind in (Kind.ACCREDIT, Kind.END_ACCREDITATION):
        asking.need_role(Role.BRAND, Role.COUNCIL)
    if draft:
        return answer(draft_out(draft_statement(ledger, kind, given, asking)))
    return taken(ledger, sign_and_submit(ledger, asking, kind, given))


def _whom(body: Accreditation) -> int:
    if (body.organisation is None) == (body.party is None):
        raise Invalid("Give one of “organisation” and “party”.")
    return body.party if body.party is not None else numbered(here(), str(body.organisation))


def _own_party() -> int:
    return numbered(here(), caller().organisation.id)
