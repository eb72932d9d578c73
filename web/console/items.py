"""A brand's items: looked through, exported, and one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask import Response, redirect, render_template, request, url_for
from werkzeug import Response as AnyResponse

from ledger.domain.batches import Item
from ledger.domain.errors import Unknown
from ledger.domain.fields import FIELDS
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import digital_link
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.domain.standing_dates import day
from ledger.files.exports import write_csv
from ledger.files.pairs import Named
from ledger.services.activate_items import activate
from ledger.services.make_labels import item_code
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import own_batch
from ledger.services.scan_item import scan_item
from web.console import bp
from web.console.pages import CSV, caller_here, download, ledger_here, only, when
from web.console.watch_words import display_words
from web.scan.history import timeline

_PAGE: Final = 50
_CHUNK: Final = 1_000
_ITEM: Final = re.compile(r"[0-9a-f]{64}")
_CURSOR: Final = re.compile(r"[0-9a-f]{64}.{1,20}", re.DOTALL)


@bp.get("/items")
@only(Role.BRAND)
def items() -> str:
    """Items by serial or, inside a batch, in its order; those whose serial begins so."""
    ledger, asked = ledger_here(), request.args
    starts, batch_id = asked.get("serial", "").strip()[:20], asked.get("batch", "")
    by = "position" if batch_id and not starts and asked.get("sort") == "position" else "serial"
    after = asked.get("after", "")
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller_here(), batch_id) if batch_id else None
        if by == "position" and batch is not None:
            found = tx.batches.items_page(batch.id, int(after) if after.isdigit() else -1, _PAGE + 1)
        else:
            found = _by_serial(tx, batch_id, starts, after, _PAGE + 1)
        on_sale = tx.batches.on_sale([one.item for one in found])
        owned = {one.item for one in found if (state := tx.chain.state(one.item)) is not None and state.claimed}
    rows = found[:_PAGE]
    more = None
    if len(found) > _PAGE:
        more = str(rows[-1].position) if by == "position" else _cursor(rows[-1])
    now = ledger.now()
    return render_template(
        "console/items.html",
        rows=[(one, on_sale.get(one.item) and when(on_sale[one.item], now), one.item in owned) for one in rows],
        batch=batch,
        starts=starts,
        by=by,
        more=more,
        after=after,
    )


@bp.get("/items.csv")
@only(Role.BRAND)
def items_csv() -> Response:
    """The items that the list shows, all pages of them, with every field, private ones included."""
    ledger, batch_id = ledger_here(), request.args.get("batch", "")
    starts = request.args.get("serial", "").strip()[:20]
    if batch_id:
        with ledger.store.read() as tx:
            own_batch(tx, caller_here(), batch_id)
    header = ("gtin", "serial", "link", "on_sale_since", *FIELDS)
    return download("items.csv", CSV, lambda file: write_csv(file, header, _rows(ledger, batch_id, starts)))


def _rows(ledger: Ledger, batch_id: str, starts: str) -> Iterator[Sequence[object]]:
    after, own = "", caller_here().organisation.id
    while True:
        with ledger.store.read() as tx:
            page = tx.batches.own_items(own, batch_id=batch_id or None, starts=starts, after=after, limit=_CHUNK)
            on_sale = tx.batches.on_sale([one.item for one in page])
        if not page:
            return
        for one in page:
            link = digital_link(ledger.public_url, check_gtin(one.gtin), one.serial)
            since = when(on_sale[one.item], ledger.now()) if one.item in on_sale else None
            yield (one.gtin, one.serial, link, since, *(_cell(one.fields.get(name)) for name in FIELDS))
        after = _cursor(page[-1])


@bp.get("/items/<name>")
@only(Role.BRAND)
def item_page(name: str) -> str:
    """One item: what the public sees, what only you see, its code, and what happened to it."""
    ledger, caller = ledger_here(), caller_here()
    with ledger.store.read() as tx:
        item = own_item(tx, name)
        batch = own_batch(tx, caller, item.batch_id)
        on_sale = tx.batches.on_sale([item.item]).get(item.item)
        display = tx.scans.display(item.item)
    scan = scan_item(ledger, item.gtin, item.serial)
    return render_template(
        "console/item.html",
        item=item,
        name=name,
        batch=batch,
        fields=[
            (field, _cell(item.fields.get(field.name)), field.name in batch.private_fields) for field in FIELDS.values()
        ],
        on_sale=on_sale and when(on_sale, ledger.now()),
        display=display_words(display),
        scan=scan,
        timeline=[(day(event.when), event.words) for event in timeline(scan)],
        link=digital_link(ledger.public_url, check_gtin(item.gtin), item.serial),
        may_sell=Scope.ACTIVATE in caller.scopes,
        may_print=Scope.LABELS in caller.scopes,
    )


@bp.get("/items/<name>/code.<kind>")
@only(Role.BRAND, scope=Scope.LABELS)
def item_symbol(name: str, kind: str) -> Response:
    """The item's QR symbol, read back before it is sent."""
    if kind not in ("svg", "png"):
        raise Unknown(said("A code comes as SVG or PNG."))
    ledger = ledger_here()
    with ledger.store.read() as tx:
        item = own_item(tx, name)
    media_type = "image/svg+xml" if kind == "svg" else "image/png"
    response = Response(item_code(ledger, item.gtin, item.serial, kind), mimetype=media_type)
    if request.args.get("save"):
        response.headers.set("Content-Disposition", "attachment", filename=f"code-{item.serial[-4:]}.{kind}")
    return response


@bp.post("/items/<name>/on-sale")
@only(Role.BRAND, scope=Scope.ACTIVATE)
def item_on_sale(name: str) -> AnyResponse:
    """Put one item on sale."""
    ledger = ledger_here()
    with ledger.store.read() as tx:
        item = own_item(tx, name)
    activate(ledger, caller_here(), [Named("this item", item.gtin, item.serial)])
    return redirect(url_for("console.item_page", name=name), 303)


def _by_serial(tx: Tx, batch_id: str, starts: str, after: str, limit: int) -> list[Item]:
    cursor = after if _CURSOR.fullmatch(after) else ""
    found: list[Item] = tx.batches.own_items(
        caller_here().organisation.id, batch_id=batch_id or None, starts=starts, after=cursor, limit=limit
    )
    return found


def _cursor(item: Item) -> str:
    return f"{item.item:064x}{item.serial}"


def own_item(tx: Tx, name: str) -> Item:
    """One of the brand's items by its number. Raises Unknown for none, and for somebody else's."""
    item: Item | None = tx.batches.item(int(name, 16)) if _ITEM.fullmatch(name) else None
    batch = tx.batches.get(item.batch_id) if item else None
    if item is None or batch is None or batch.organisation != caller_here().organisation.id:
        raise Unknown(said("You have no such item. Look it up by its serial under “Items”."))
    return item


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    return "; ".join(value) if isinstance(value, list) else str(value)
