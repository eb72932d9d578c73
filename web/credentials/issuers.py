"""Who issues credentials, with which keys, and what became of them."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Response, current_app, request

from ledger.domain.credential_context import context
from ledger.domain.credentials import CONTEXT_PATH, LEDGER_SLUG
from ledger.services.credential_keys import issuer_document
from ledger.services.credential_status import status_list
from ledger.services.ports import Ledger
from web.credentials import bp

_MINUTE: Final = "public, max-age=60"


def ledger_here() -> Ledger:
    """The ledger of the present application."""
    found: Ledger = current_app.extensions["ledger"]
    return found


@bp.get("/.well-known/did.json")
@bp.get("/did.json")
def ledger_did() -> Response:
    """The DID document of the ledger itself; the second address is for a ledger below a path of its host."""
    return _document(issuer_document(ledger_here(), LEDGER_SLUG))


@bp.get("/brands/<slug>/did.json")
def brand_did(slug: str) -> Response:
    """The DID document of a brand (did:web Method Specification, 3.2)."""
    return _document(issuer_document(ledger_here(), slug, "brands"))


@bp.get("/authenticators/<slug>/did.json")
def authenticator_did(slug: str) -> Response:
    """The DID document of an authenticator or a repairer."""
    return _document(issuer_document(ledger_here(), slug, "authenticators"))


@bp.get("/status/<issuer>/<int:number>")
def credential_status(issuer: str, number: int) -> Response:
    """A status list, whole: no address asks about one credential."""
    response = Response(status_list(ledger_here(), issuer, min(number, 2**31)), mimetype="application/vc+jwt")
    response.headers["Cache-Control"] = _MINUTE
    return response


@bp.get(CONTEXT_PATH)
def credential_context() -> Response:
    """The words of our credentials, and what each means."""
    response = as_json(context(ledger_here().public_url), "application/ld+json")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.add_etag()
    response.make_conditional(request)
    return response


def as_json(body: dict[str, Any], media_type: str) -> Response:
    """JSON of a media type of its own."""
    return Response(json.dumps(body, ensure_ascii=False, indent=1), mimetype=media_type)


def _document(body: dict[str, Any]) -> Response:
    response = as_json(body, "application/did+json")
    response.headers["Cache-Control"] = _MINUTE
    return response
