"""A brand's items: looked through, exported, and one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as AnyResponse

from ledger.domain.batches import Item
from ledger.domain.errors import Unknown
from ledger.domain.fields import FIELDS, Field, field_of, stays_private
from ledger.domain.gtins import check_gtin
from ledger.domain.identity import digital_link
from ledger.domain.organisations import Role, Scope
from ledger.domain.said import said
from ledger.domain.standing_dates import day
from ledger.domain.stock import StockOrder, StockState, Wanted
from ledger.files.exports import write_csv
from ledger.files.pairs import Named
from ledger.services.activate_items import activate
from ledger.services.make_labels import item_code
from ledger.services.ports import Ledger, Tx
from ledger.services.read_batch import own_batch
from ledger.services.scan_item import scan_item
from ledger.services.stock_page import all_stock, stock_page
from web.console import bp
from web.console.pages import CSV, Pill, caller_here, download, ledger_here, only, when
from web.console.watch_words import display_words
from web.scan.history import timeline

_PAGE: Final = 50
_ITEM: Final = re.compile(r"[0-9a-f]{64}")
_CURSORS: Final = {
    StockOrder.SERIAL: re.compile(r"[0-9a-f]{64}.{1,20}", re.DOTALL),
    StockOrder.NEWEST: re.compile(r"[A-Za-z0-9_]{1,40}:[0-9]{1,9}"),
}


@bp.get("/items")
@only(Role.BRAND)
def items() -> str:
    """Items by serial, the newest first or, inside a batch, in its order; those that begin so, or are in a state."""
    ledger, asked, wanted = ledger_here(), request.args, _wanted()
    after = asked.get("after", "")
    with ledger.store.read() as tx:
        batch = own_batch(tx, caller_here(), wanted.batch) if wanted.batch else None
    rows, more = stock_page(
        ledger, caller_here(), wanted, after if _CURSORS[wanted.order].fullmatch(after) else "", _PAGE
    )
    now = ledger.now()
    words = state_words()
    return render_template(
        "console/items.html",
        rows=[
            (row.item, row.on_sale_at and when(row.on_sale_at, now), row.owned, [words[one] for one in row.states])
            for row in rows
        ],
        batch=batch,
        starts=wanted.starts,
        state=wanted.state.value if wanted.state else "",
        states=[(state.value, pill.words) for state, pill in words.items()],
        order=wanted.order.value,
        asked={"batch": wanted.batch, "serial": wanted.starts or None, "state": wanted.state, "sort": wanted.order},
        more=more,
        after=after,
    )


@bp.get("/items.csv")
@only(Role.BRAND)
def items_csv() -> Response:
    """Exactly the items that the list shows, all pages of them, with every field, private ones included."""
    ledger, caller, wanted = ledger_here(), caller_here(), _wanted()
    if wanted.batch:
        with ledger.store.read() as tx:
            own_batch(tx, caller, wanted.batch)
    header = ("gtin", "serial", "link", "on_sale_since", "state", *FIELDS, "other_parts")
    return download("items.csv", CSV, lambda file: write_csv(file, header, _rows(ledger, wanted)))


def state_words() -> dict[StockState, Pill]:
    """What an item can be, in words."""
    return {
        StockState.NOT_ON_SALE: Pill(_("Not on sale"), "grey"),
        StockState.UNCLAIMED: Pill(_("No owner yet"), "blue"),
        StockState.HELD: Pill(_("Has an owner"), "green"),
        StockState.STOLEN: Pill(_("Reported stolen"), "red"),
        StockState.LOST: Pill(_("Reported lost"), "amber"),
        StockState.DISPUTED: Pill(_("In dispute"), "red"),
        StockState.RECALLED: Pill(_("Recalled"), "red"),
        StockState.WITHDRAWN: Pill(_("Withdrawn"), "red"),
        StockState.RETIRED: Pill(_("Out of circulation"), "grey"),
    }


def _wanted() -> Wanted:
    asked = request.args
    state = next((one for one in StockState if one.value == asked.get("state")), None)
    # In a batch, its own order is the newest first, too: there is one batch only.
    newest = asked.get("sort") in (StockOrder.NEWEST.value, "position")
    order = StockOrder.NEWEST if newest else StockOrder.SERIAL
    return Wanted(state, asked.get("batch") or None, asked.get("serial", "").strip()[:20], order)


def _rows(ledger: Ledger, wanted: Wanted) -> Iterator[Sequence[object]]:
    for row in all_stock(ledger, caller_here(), wanted):
        one = row.item
        link = digital_link(ledger.public_url, check_gtin(one.gtin), one.serial)
        since = when(row.on_sale_at, ledger.now()) if row.on_sale_at else None
        states = " ".join(state.value for state in row.states)
        yield (
            one.gtin,
            one.serial,
            link,
            since,
            states,
            *(_cell(one.fields.get(name)) for name in FIELDS),
            _others(one),
        )


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
            (field, _cell(item.fields.get(field.name)), stays_private(field.name, batch.private_fields))
            for field in (*FIELDS.values(), *_named_otherwise(item))
        ],
        on_sale=on_sale and when(on_sale, ledger.now()),
        display=display_words(display),
        scan=scan,
        timeline=[(day(event.when), event.words) for event in timeline(scan)[0]],
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


def own_item(tx: Tx, name: str) -> Item:
    """One of the brand's items by its number. Raises Unknown for none, and for somebody else's."""
    item: Item | None = tx.batches.item(int(name, 16)) if _ITEM.fullmatch(name) else None
    batch = tx.batches.get(item.batch_id) if item else None
    if item is None or batch is None or batch.organisation != caller_here().organisation.id:
        raise Unknown(said("You have no such item. Look it up by its serial under “Items”."))
    return item


def _named_otherwise(item: Item) -> list[Field]:
    """The fields of an item that are not on the list: parts by the brand's own names."""
    return [field for name in item.fields if name not in FIELDS and (field := field_of(name)) is not None]


def _others(item: Item) -> str | None:
    return _cell([f"{field.name}: {item.fields[field.name]}" for field in _named_otherwise(item)] or None)


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    return "; ".join(value) if isinstance(value, list) else str(value)
