"""Put items on sale: from a file, or a whole batch at once."""

from __future__ import annotations

from itertools import islice
from typing import Final

from flask import redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Invalid, TooLarge
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.files.pairs import Named, read_pairs
from ledger.services.activate_items import MOST, Activation, activate
from ledger.services.read_batch import all_items, own_batch
from web.console import bp
from web.console.pages import caller_here, ledger_here, only

_LARGEST: Final = 8 * 1024 * 1024
_sells = only(Role.BRAND, scope=Scope.ACTIVATE)


@bp.get("/on-sale")
@_sells
def sale() -> str:
    """What being on sale means, and the file to send."""
    return render_template("console/sale.html", done=None, most=MOST)


@bp.post("/on-sale")
@_sells
def sale_file() -> str:
    """Put every item of the file on sale, or, where a line is wrong, none."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(said("No file was chosen. Choose a CSV with the columns gtin and serial, then send it."))
    content = file.stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise TooLarge(said("The file is larger than 8 MB. Split it and send the parts."))
    done = activate(ledger_here(), caller_here(), read_pairs(content))
    return render_template("console/sale.html", done=done, most=MOST)


@bp.post("/batches/<id>/on-sale")
@_sells
def batch_on_sale(id: str) -> AnyResponse:
    """Put a whole batch on sale."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        own_batch(tx, caller, id)
    done = Activation(0, 0)
    items = (Named(f"item {item.position + 1}", item.gtin, item.serial) for item in all_items(ledger, id))
    while chunk := list(islice(items, MOST)):
        one = activate(ledger, caller, chunk)
        done = Activation(done.activated + one.activated, done.already + one.already)
    return redirect(url_for("console.batch_page", id=id, on_sale=done.activated), 303)
