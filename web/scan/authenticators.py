"""The public page of an inspector."""

from __future__ import annotations

from flask import render_template

from ledger.domain.track_record import FEWEST
from ledger.services.inspect_card import inspector_of
from web.scan import bp
from web.scan.item import ledger_here
from web.scan.tracks import overturned_line
from web.scan_words import RESULTS


@bp.get("/authenticators/<slug>")
def authenticator(slug: str) -> str:
    """Who they are, who lets them speak, and how often they were overturned."""
    found = inspector_of(ledger_here(), slug)
    return render_template(
        "scan/authenticator.html",
        inspector=found,
        overturned=overturned_line(found.organisation.name, found.track),
        fewest=FEWEST,
        results=[(RESULTS[result], number) for result, number in sorted(found.results.items())],
    )
