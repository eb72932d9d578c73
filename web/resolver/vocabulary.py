"""What our own link types mean, at the addresses that name them: a page for people, JSON-LD for programs."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, render_template, request

from ledger.domain.errors import Unknown
from ledger.domain.link_types import GS1, OURS
from ledger.domain.said import said
from web.resolver import bp
from web.resolver.links import vocabulary
from web.resolver.linkset import HTML, JSON, JSON_LD
from web.scan.item import ledger_here


@bp.get("/voc/", defaults={"name": ""})
@bp.get("/voc/<name>")
def meaning(name: str) -> Response:
    """What one type means, or each. Raises Unknown for a name that is none of ours."""
    told = {one: words for one, words in OURS.items() if name in ("", one)}
    if not told:
        raise Unknown(said("There is no link type of this name."))
    own = vocabulary(ledger_here())
    form = request.accept_mimetypes.best_match([HTML, JSON_LD, JSON], HTML)
    if form == HTML:
        response = Response(render_template("resolver/vocabulary.html", told=told, own=own), mimetype=HTML)
    else:
        response = Response(json.dumps(_json_ld(told, own)), mimetype=form)
    response.vary.update(("Accept", "Accept-Language"))
    return response


def _json_ld(told: dict[str, Any], own: str) -> dict[str, Any]:
    return {
        "@context": {
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "rdfs:subPropertyOf": {"@type": "@id"},
        },
        "@graph": [
            {
                "@id": own + name,
                "@type": "rdf:Property",
                "rdfs:label": title,
                "rdfs:comment": means,
                "rdfs:subPropertyOf": GS1 + "linkType",
            }
            for name, (title, means) in told.items()
        ],
    }
