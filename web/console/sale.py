"""Put items on sale: from a file, or a whole batch at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from flask import redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.errors import Fault, Invalid, TooLarge
from ledger.domain.organisations import Role, Scope
from ledger.files.cells import unguard
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
        raise Invalid("No file was chosen. Choose a CSV with the columns gtin and serial, then send it.")
    content = file.stream.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise TooLarge("The file is larger than 8 MB. Split it and send the parts.")
    done = activate(ledger_here(), caller_here(), list(read_pairs(content)))
    return render_template("console/sale.html", done=done, most=MOST)


@bp.post("/batches/<id>/on-sale")
@_sells
def batch_on_sale(id: str) -> AnyResponse:
    """Put a whole batch on sale."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        own_batch(tx, caller, id)
    done = Activation(0, 0)
    pairs = ((item.gtin, item.serial) for item in all_items(ledger, id))
    while chunk := [pair for _, pair in zip(range(MOST), pairs, strict=False)]:
        one = activate(ledger, caller, chunk)
        done = Activation(done.activated + one.activated, done.already + one.already)
    return redirect(url_for("console.batch_page", id=id, on_sale=done.activated), 303)


def read_pairs(content: bytes) -> Iterator[tuple[str, str]]:
    """GTIN and serial of every line of a CSV with these two columns, in UTF-8, parted by commas or semicolons.

    Raises Invalid that says which line is wrong.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("The file is not text in UTF-8. Save it as “CSV UTF-8” and send it again.") from None
    head, _, _ = text.partition("\n")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        names = [cell.strip().casefold() for cell in next(reader, [])]
        missing = [name for name in ("gtin", "serial") if name not in names]
        if missing:
            raise Invalid(
                f"The first line has no column “{missing[0]}”. It should name the columns gtin and serial.",
                faults=[Fault("line 1", f"no column “{name}”.") for name in missing],
            )
        gtin, serial = names.index("gtin"), names.index("serial")
        for number, row in enumerate(reader, start=2):
            if not any(cell.strip() for cell in row):
                continue
            if len(row) <= max(gtin, serial):
                raise Invalid(f"Line {number} has too few cells; it needs a GTIN and a serial.")
            yield unguard(row[gtin].strip()), unguard(row[serial].strip())
    except csv.Error as error:
        raise Invalid(f"The file is not a CSV that can be read ({error}). Save it anew and send it again.") from None
