"""Coming back from the signing page: what was signed arrives in the fragment, and a small script hands it in."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Invalid
from ledger.domain.people import ErrandState
from ledger.domain.said import said
from ledger.services.errands import begun_elsewhere, errand_of, sign_address
from ledger.services.finish_errand import finish_errand, told
from ledger.services.note_scan import note_live_answer
from web.people import bp
from web.people.visits import become, ledger_here, maybe_session, person_here, visit_here
from web.scan.looker import country_of

_LARGEST = 256 * 1024


@bp.get("/signed/<id>")
def signed(id: str) -> str | AnyResponse:
    """The page that hands in what was signed; gone by already, it leads on to what came of it."""
    ledger = ledger_here()
    if maybe_session() is None:
        raise begun_elsewhere()
    visit = visit_here()
    with ledger.store.read() as tx:
        errand = errand_of(ledger, tx, id, visit)
    if errand.state is not ErrandState.OPEN:
        return redirect(told(errand).to, 303)
    return render_template("people/signed.html", errand=errand, again=sign_address(ledger, errand))


@bp.post("/signed/<id>")
def hand_in(id: str) -> Response:
    """Take what was signed, once; the same again gives the same answer."""
    request.max_content_length = _LARGEST
    answer: Any = request.get_json(silent=True)
    if not isinstance(answer, dict):
        raise Invalid(said("What came back from the signing page cannot be read. Nothing was sent. Try again."))
    finished = finish_errand(ledger_here(), id, visit_here(), answer)
    if finished.confirmed_item is not None:
        note_live_answer(ledger_here(), finished.confirmed_item, country_of(request))
    if finished.person is not None:
        become(finished.person, by_passkey=finished.by_passkey)
    to = finished.to
    if finished.state is ErrandState.OPEN and person_here() is None:
        to = url_for("people.sign_in", then=id)
    return jsonify({"to": to})
