"""Items put on sale: from then on they can be claimed, and the page says so."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, cast

from flask import Response, request
from pydantic import Field
from werkzeug.exceptions import UnsupportedMediaType

from ledger.domain.codes import Exact, parse_code
from ledger.domain.errors import Fault, Invalid, TooLarge
from ledger.domain.organisations import Scope
from ledger.services.activate_items import MOST, activate
from web.api.operation import JSON_BYTES, answer, blueprint, caller, here, operation
from web.api.shapes import Code, Gtin, In, Out, Serial

bp = blueprint("activations", "Items put on sale, by a scan at the till, a list, or a file.")

_MOST_BYTES: Final = 16 * JSON_BYTES
_SHEET: Final = {
    "description": "CSV with the columns `gtin` and `serial`, or one column `code` with what was scanned.",
    "required": True,
    "content": {"text/csv": {"schema": {"type": "string"}}},
}


class ActivatedItem(In):
    """One item, by its GTIN and serial, or by the code that was scanned."""

    gtin: Gtin | None = None
    serial: Serial | None = None
    code: Code | None = Field(None, description="The link in the item's code.")


class Activations(In):
    """The items."""

    items: list[ActivatedItem] = Field(min_length=1, max_length=10_000)


class ActivatedOut(Out):
    """What came of it: all of them are on sale."""

    activated: int
    already: int = Field(description="Were on sale before.")


@operation(
    bp,
    "POST",
    "/v1/activations",
    answers={200: ActivatedOut},
    scope=Scope.ACTIVATE,
    once=True,
    largest=4 * JSON_BYTES,
    refuses=(413,),
)
def put_on_sale(body: Activations) -> Response:
    """Put items on sale

    All of them or, where one is wrong, none. Putting an item on sale twice changes nothing.
    """
    return _activate([_pair(place, one.gtin, one.serial, one.code) for place, one in enumerate(body.items, start=1)])


@operation(
    bp,
    "POST",
    "/v1/activations/csv",
    answers={200: ActivatedOut},
    scope=Scope.ACTIVATE,
    takes=_SHEET,
    refuses=(413, 415),
)
def put_on_sale_by_csv() -> Response:
    """Put the items of a CSV file on sale, at most 100,000"""
    if request.mimetype != "text/csv":
        raise UnsupportedMediaType("Send CSV, with the header “Content-Type: text/csv”.")
    request.max_content_length = _MOST_BYTES
    content = cast(BinaryIO, request.stream).read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise TooLarge(f"The list has more than {_MOST_BYTES // JSON_BYTES} MB. Send it in parts.")
    return _activate(list(_rows(content)))


def _activate(pairs: list[tuple[str, str]]) -> Response:
    done = activate(here(), caller(), pairs)
    return answer(ActivatedOut(activated=done.activated, already=done.already))


def _rows(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("The list is not UTF-8. Save it as “CSV UTF-8”.") from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        names = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
        if "code" not in names and not {"gtin", "serial"} <= set(names):
            raise Invalid("The first row names the columns: “gtin” and “serial”, or “code”.")
        for place, row in enumerate(rows, start=1):
            if place > MOST:
                raise TooLarge(f"At most {MOST:,} items can be put on sale at once. Send them in parts.")
            cells: dict[str, Any] = {name: (row.get(header) or "").strip() for name, header in names.items()}
            yield _pair(place, cells.get("gtin"), cells.get("serial"), cells.get("code"))
    except csv.Error as error:
        raise Invalid(f"The list cannot be read as CSV: {error}.") from None


def _pair(place: int, gtin: str | None, serial: str | None, code: str | None) -> tuple[str, str]:
    if gtin and serial:
        return gtin, serial
    where = f"items[{place - 1}]"
    if not code:
        fault = Fault(where, "names no item.", "Give “gtin” and “serial”, or “code”.")
        raise Invalid(f"Nothing was put on sale: {fault}", faults=[fault])
    try:
        meant = parse_code(code)
    except Invalid as wrong:
        raise Invalid(f"Nothing was put on sale: {wrong.detail}", faults=[Fault(where, wrong.detail)]) from None
    if not isinstance(meant, Exact):
        fault = Fault(where, "names a product or a bare serial, not one item.", "Give the link in the item’s code.")
        raise Invalid(f"Nothing was put on sale: {fault}", faults=[fault])
    return meant.gtin, meant.serial
