"""What this resolver can do, for programs (GS1-Conformant Resolver Standard 1.2, 3)."""

from __future__ import annotations

from flask import Response, jsonify

from ledger.domain.link_types import GS1, OUR_PREFIX
from web.resolver import bp
from web.resolver.links import vocabulary
from web.resolver.linkset import CONTEXT
from web.scan.item import ledger_here


@bp.get("/.well-known/gs1resolver")
def description() -> Response:
    """The resolver description file."""
    ledger = ledger_here()
    return jsonify(
        name="Touchmark",
        resolverRoot=ledger.public_url,
        supportedPrimaryKeys=["01"],
        supportedLinkType=[
            {"namespace": GS1, "prefix": "gs1:"},
            {"namespace": vocabulary(ledger), "prefix": OUR_PREFIX},
        ],
        linkTypeDefaultCanBeLinkset=False,
        jsonLdContextLocation=CONTEXT,
    )
