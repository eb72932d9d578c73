"""What verifiers and wallets fetch by themselves: DID documents, status lists, our context, certificates' metadata.

All of it is public and may be read from any site (CORS): a verifier in a browser asks from another host.
"""

from __future__ import annotations

from flask import Blueprint, Response

bp = Blueprint("credentials", __name__)


@bp.after_request
def _for_every_site(response: Response) -> Response:
    """These answers are for programs on other hosts, and hold nothing that depends on who asks."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


# The routes hang themselves on the blueprint.
import web.credentials.issuers
import web.credentials.tokens
